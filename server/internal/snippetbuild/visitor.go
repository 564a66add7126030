package snippetbuild

import (
	"cmp"
	"slices"

	"assent/schemas"
	"assent/server/internal/sharing"
)

// visitorModule is `assent:visitor`, which the part of that name alone needs: what is told of each service, its texts in
// the site's first language, and the styles of preferences and placeholders.
func visitorModule(in Input) (modules, error) {
	n := in.live()
	css, err := sheet(n.Look, "#assent-root", "visitor")
	if err != nil {
		return nil, err
	}
	embedCSS, err := sheet(n.Look, "[data-assent-embed]", "embed")
	if err != nil {
		return nil, err
	}
	facts := []any{}
	for _, s := range n.Services {
		one, err := serviceFacts(s)
		if err != nil {
			return nil, err
		}
		facts = append(facts, one)
	}
	text, err := exports(object{{"css", css}, {"embedCss", embedCSS}, {"facts", facts}, {"texts", in.visitorTexts(n.Languages[0])}})
	return modules{"assent:visitor": text}, err
}

func serviceFacts(s schemas.Service) (object, error) {
	retention, err := duration(s.Retention)
	if err != nil {
		return nil, err
	}
	policy, err := address(s.Policy)
	return object{{"_provider", s.Provider}, {"_country", s.Country}, {"_retention", retention}, {"_policy", policy}}, err
}

// visitorTexts is what the part says in one language, as visitor/made.d.ts describes it.
func (in Input) visitorTexts(language string) object {
	n := in.live()
	text := lookup(n, language)
	all := object{}
	for _, f := range visitorFields() {
		all = append(all, member{f[0], text(f[1])})
	}
	var labels, services []any
	for _, fact := range []string{"provider", "aim", "cookies", "retention", "country"} {
		labels = append(labels, text("service."+fact))
	}
	for _, s := range n.Services {
		aim := cmp.Or(text("service."+s.ID+".text"), text("kind."+s.Kind), text("purpose."+s.Purpose+".text"))
		services = append(services, []any{aim, text("safeguard." + s.Safeguard)})
	}
	if in.shares() {
		all = append(all, member{"_shared", []any{sharing.Label(language), in.sharedLists(language)}})
	}
	if n.Rights {
		all = append(all, member{"_rights", rightsTexts(language)})
	}
	actions := forms(text, "panel.", "accept-all", "reject-all", "save", "withdraw", "signal")
	removed := forms(text, "status.removed.", "zero", "one", "two", "few", "many", "other")
	return append(all, member{"_facts", labels}, member{"_services", services},
		member{"_actions", actions}, member{"_removed", removed})
}

// visitorMore also tells what is shared, and leads to receipts and rights.
func visitorMore(in Input) (files []string) {
	if in.shares() {
		files = append(files, "visitor/sharing.ts")
	}
	if in.Notice.Rights {
		files = append(files, "visitor/rights.ts")
	}
	return files
}

// shares reports whether a service of the notice is told of visitors.
func (in Input) shares() bool {
	return slices.ContainsFunc(in.live().Services, func(s schemas.Service) bool { return in.Shared[s.ID] != nil })
}

// sharedLists is of each service what it is told, empty for nothing.
func (in Input) sharedLists(language string) (lists []any) {
	for _, s := range in.live().Services {
		list := ""
		if fields := in.Shared[s.ID]; fields != nil {
			list = sharing.List(language, fields)
		}
		lists = append(lists, list)
	}
	return lists
}

// forms collects those texts of a family that a language has.
func forms(text func(key string) string, prefix string, names ...string) object {
	some := object{}
	for _, name := range names {
		if form := text(prefix + name); form != "" {
			some = append(some, member{name, form})
		}
	}
	return some
}

// visitorFields pairs the names in visitor/made.d.ts with the keys of a notice's texts.
func visitorFields() [][2]string {
	return [][2]string{
		{"_embedTitle", "embed.title"}, {"_embedText", "embed.text"}, {"_once", "embed.once"}, {"_always", "embed.always"},
		{"_receipt", "panel.receipt"}, {"_copy", "panel.copy"}, {"_copied", "panel.copied"},
		{"_history", "panel.history"}, {"_withdraw", "action.withdraw"}, {"_servicePolicy", "service.policy"},
	}
}
