package noticepage

import (
	"cmp"
	"reflect"
	"slices"
	"strconv"
	"strings"

	"assent/schemas"
	"assent/server/internal/consent"
	"assent/server/internal/visitorpage"
)

// changes says in plain words what after changes of before.
func changes(w visitorpage.Words, before, after schemas.Notice, touched []string) []string {
	lines := slices.Concat(changedPurposes(w, before, after), changedServices(w, before, after))
	if len(touched) > 0 {
		lines = append(lines, w.Fill("asked", "names", strings.Join(touched, ", ")))
	}
	for _, one := range []struct{ label, before, after string }{
		{w.Say("controller"), controllerOf(before), controllerOf(after)}, {w.Say("link.policy"), before.PrivacyPolicy, after.PrivacyPolicy},
	} {
		if one.before != one.after {
			lines = append(lines, one.label+": "+strings.Join(nonEmpty(one.before, one.after), " → "))
		}
	}
	if before.LifetimeDays != after.LifetimeDays {
		lines = append(lines, w.Fill("lifetime", "before", strconv.Itoa(before.LifetimeDays), "after", strconv.Itoa(after.LifetimeDays)))
	}
	if !reflect.DeepEqual(before.Texts, after.Texts) {
		lines = append(lines, w.Say("wording"))
	}
	if len(lines) == 0 {
		lines = append(lines, w.Say("other"))
	}
	return lines
}

func changedPurposes(w visitorpage.Words, before, after schemas.Notice) (lines []string) {
	has := func(n schemas.Notice, id string) bool {
		return slices.ContainsFunc(n.Purposes, func(p schemas.Purpose) bool { return p.ID == id })
	}
	for _, p := range after.Purposes {
		if !has(before, p.ID) {
			lines = append(lines, w.Fill("added", "name", titleOf(w, after, p.ID)))
		}
	}
	for _, p := range before.Purposes {
		if !has(after, p.ID) {
			lines = append(lines, w.Fill("removed", "name", titleOf(w, before, p.ID)))
		}
	}
	return lines
}

func changedServices(w visitorpage.Words, before, after schemas.Notice) (lines []string) {
	had := map[string]schemas.Service{}
	for _, s := range before.Services {
		had[s.ID] = s
	}
	for _, s := range after.Services {
		earlier, isKnown := had[s.ID]
		delete(had, s.ID)
		if !isKnown {
			lines = append(lines, w.Fill("added", "name", addedService(w, after, s)))
			continue
		}
		lines = append(lines, changedService(w, before, after, earlier, s)...)
	}
	for _, s := range before.Services {
		if _, isGone := had[s.ID]; isGone {
			lines = append(lines, w.Fill("removed", "name", nameOf(s)))
		}
	}
	return lines
}

// addedService names a service with what a reader wants to know of it first.
func addedService(w visitorpage.Words, n schemas.Notice, s schemas.Service) string {
	var more []string
	for _, text := range []string{s.Provider, s.Country, titleOf(w, n, s.Purpose)} {
		if text != "" && text != nameOf(s) {
			more = append(more, text)
		}
	}
	if len(more) == 0 {
		return nameOf(s)
	}
	return nameOf(s) + " (" + strings.Join(more, ", ") + ")"
}

func changedService(w visitorpage.Words, n, next schemas.Notice, before, after schemas.Service) (lines []string) {
	name := nameOf(after)
	if nameOf(before) != name {
		lines = append(lines, w.Fill("renamed", "before", nameOf(before), "name", name))
	}
	for _, one := range []struct{ label, before, after string }{
		{w.Say("service.aim"), titleOf(w, n, before.Purpose), titleOf(w, next, after.Purpose)},
		{w.Say("service.provider"), before.Provider, after.Provider},
		{w.Say("service.country"), before.Country, after.Country},
		{w.Say("safeguard"), safeguardOf(w, before), safeguardOf(w, after)},
		{w.Say("service.cookies"), keptBy(before), keptBy(after)},
		{w.Say("service.retention"), durationOf(w, before.Retention), durationOf(w, after.Retention)},
		{w.Say("service.policy"), before.Policy, after.Policy},
	} {
		lines = append(lines, differs(w, name, one.label, one.before, one.after)...)
	}
	return lines
}

// differs is the line about one thing that is told of a name, or nothing where it is the same.
func differs(w visitorpage.Words, name, label, before, after string) []string {
	if before == after {
		return nil
	}
	key := "differs"
	switch {
	case before == "":
		key = "differs.new"
	case after == "":
		key = "differs.gone"
	}
	return []string{w.Fill(key, "name", name, "label", label, "before", before, "after", after)}
}

func nameOf(s schemas.Service) string { return cmp.Or(s.Name, s.ID) }

func keptBy(s schemas.Service) string { return strings.Join(slices.Concat(s.Cookies, s.Storage), ", ") }

func safeguardOf(w visitorpage.Words, s schemas.Service) string {
	if s.Safeguard == "" {
		return ""
	}
	return cmp.Or(w.Say("safeguard."+s.Safeguard), s.Safeguard)
}

func controllerOf(n schemas.Notice) string {
	return strings.Join(slices.DeleteFunc([]string{n.Controller.Name, n.Controller.Address, n.Controller.Contact}, func(t string) bool { return t == "" }), ", ")
}

// titleOf is what a purpose is called: in the reader's language, if the notice says it there.
func titleOf(w visitorpage.Words, n schemas.Notice, id string) string {
	key := "purpose." + id + ".title"
	own := n.Texts[w.Language][key]
	if own == "" && len(n.Languages) > 0 {
		own = n.Texts[n.Languages[0]][key]
	}
	if id == consent.Essential {
		own = ""
	}
	return cmp.Or(own, w.Say(key), id)
}
