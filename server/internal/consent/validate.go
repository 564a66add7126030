package consent

import (
	"encoding/json"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"
	"unicode/utf8"

	"assent/schemas"
)

// The patterns of decision.schema.json; the example corpus holds both together.
var (
	idPattern     = regexp.MustCompile(`^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$`)
	secretPattern = regexp.MustCompile(`^[A-Za-z0-9_-]{22}$`)
	noticePattern = regexp.MustCompile(`^[A-Za-z0-9_-]{1,64}$`)
	namePattern   = regexp.MustCompile(`^[a-z][a-z0-9_-]{0,39}$`)
	localePattern = regexp.MustCompile(`^[A-Za-z]{2,8}(-[A-Za-z0-9]{1,8}){0,4}$`)
	pagePattern   = regexp.MustCompile(`^https?://[^\s]+$`)

	actions = []string{AcceptAll, RejectAll, Save, Withdraw, Signal}
	sources = []string{"banner", "preferences", "placeholder", "api", "gpc", "import"}
	regimes = []string{OptIn, OptOut, NoticeOnly, ChildDirected}
)

// Limits of decision.schema.json.
const (
	maxPurposes = 32
	maxServices = 128
	maxPage     = 2048
	maxRemoved  = 64
	maxName     = 255
	maxShown    = 100
)

// Decode reads one decision and checks everything that can be checked without knowing the site. It is stricter than
// encoding/json, which takes null for false and members in any case. The error is an *InvalidError that names each
// faulty member.
func Decode(body []byte) (schemas.Decision, error) {
	var d schemas.Decision
	var members map[string]json.RawMessage
	if err := json.Unmarshal(body, &members); err != nil || members == nil {
		return d, &InvalidError{Faults: []schemas.Fault{{Detail: "is not complete, valid JSON; send one object as decision.schema.json describes"}}}
	}
	if err := OnceEach(body); err != nil {
		return d, err
	}
	faults := decodeMembers(members, &d)
	if len(faults) == 0 {
		faults = Validate(d)
	}
	if len(faults) > 0 {
		return d, &InvalidError{Faults: faults}
	}
	return d, nil
}

func decodeMembers(members map[string]json.RawMessage, d *schemas.Decision) []schemas.Fault {
	var faults []schemas.Fault
	for _, name := range slices.Sorted(maps.Keys(members)) {
		if detail := decodeMember(name, members[name], d); detail != "" {
			faults = append(faults, schemas.Fault{Pointer: pointer(name), Detail: detail})
		}
	}
	return faults
}

// decodeMember returns what is wrong with one member, or nothing.
func decodeMember(name string, raw json.RawMessage, d *schemas.Decision) string {
	text := map[string]*string{
		"id": &d.ID, "secret": &d.Secret, "notice": &d.Notice, "action": &d.Action,
		"source": &d.Source, "locale": &d.Locale, "page": &d.Page, "regime": &d.Regime, "shown": &d.Shown,
	}[name]
	switch {
	case text != nil:
		return decodeText(raw, text)
	case name == "purposes":
		return decodeAnswers(raw, &d.Purposes)
	case name == "services":
		return decodeAnswers(raw, &d.Services)
	case name == "removed":
		return decodeNames(raw, &d.Removed)
	case name == "synthetic":
		return decodeAs(raw, &d.Synthetic, "must be true or false")
	case name == "decidedAt":
		return decodeAs(raw, &d.DecidedAt, "must be an RFC 3339 time such as 2026-11-23T10:00:00.000Z")
	default:
		return "is not a member of a decision; remove it"
	}
}

func decodeAs[T any](raw json.RawMessage, into *T, detail string) string {
	if err := json.Unmarshal(raw, into); err != nil || string(raw) == "null" {
		return detail
	}
	return ""
}

// decodeText takes no empty string either: what is not told is left out.
func decodeText(raw json.RawMessage, into *string) string {
	const detail = "must be a string that is not empty"
	if fault := decodeAs(raw, into, detail); fault != "" || *into == "" {
		return detail
	}
	return ""
}

func decodeAnswers(raw json.RawMessage, into *map[string]bool) string {
	const detail = "must be an object of true and false"
	var answers map[string]*bool
	if err := json.Unmarshal(raw, &answers); err != nil || answers == nil {
		return detail
	}
	*into = make(map[string]bool, len(answers))
	for name, yes := range answers {
		if yes == nil {
			return detail
		}
		(*into)[name] = *yes
	}
	return ""
}

func decodeNames(raw json.RawMessage, into *[]string) string {
	const detail = "must be a list of strings"
	var names []*string
	if err := json.Unmarshal(raw, &names); err != nil || names == nil {
		return detail
	}
	*into = make([]string, len(names))
	for i, name := range names {
		if name == nil {
			return detail
		}
		(*into)[i] = *name
	}
	return ""
}

// pointer builds a JSON Pointer (RFC 6901).
func pointer(members ...string) string {
	var b strings.Builder
	for _, m := range members {
		if m != "" {
			b.WriteString("/" + strings.NewReplacer("~", "~0", "/", "~1").Replace(m))
		}
	}
	return b.String()
}

// Validate holds a decoded decision against the rules of decision.schema.json and returns what is wrong with it.
func Validate(d schemas.Decision) []schemas.Fault {
	var faults []schemas.Fault
	check := func(ok bool, member, detail string) {
		if !ok {
			faults = append(faults, schemas.Fault{Pointer: member, Detail: detail})
		}
	}
	check(idPattern.MatchString(d.ID), "/id", "must be a UUIDv7 in lower case, made once per choice")
	check(secretPattern.MatchString(d.Secret), "/secret", "must be 128 random bits as 22 characters of base64url")
	check(noticePattern.MatchString(d.Notice), "/notice", "must be the id of the notice that was shown")
	check(slices.Contains(actions, d.Action), "/action", "must be one of "+strings.Join(actions, ", "))
	check(d.Source == "" || slices.Contains(sources, d.Source), "/source", "must be one of "+strings.Join(sources, ", "))
	check(d.Locale == "" || localePattern.MatchString(d.Locale), "/locale", "must be a language tag (BCP 47) such as de or pt-BR")
	check(d.Page == "" || len(d.Page) <= maxPage && pagePattern.MatchString(d.Page), "/page",
		fmt.Sprintf("must be an http or https address of at most %d characters", maxPage))
	check(d.Regime == "" || slices.Contains(regimes, d.Regime), "/regime", "must be one of "+strings.Join(regimes, ", "))
	check(utf8.RuneCountInString(d.Shown) <= maxShown, "/shown", fmt.Sprintf("must be at most %d characters", maxShown))
	check(len(d.Removed) <= maxRemoved && !slices.ContainsFunc(d.Removed, tooLong), "/removed",
		fmt.Sprintf("must be at most %d names of at most %d characters", maxRemoved, maxName))
	faults = append(faults, answerFaults("/purposes", d.Purposes, maxPurposes)...)
	faults = append(faults, answerFaults("/services", d.Services, maxServices)...)
	return append(faults, meaningFaults(d)...)
}

func tooLong(name string) bool { return utf8.RuneCountInString(name) > maxName }

func answerFaults(member string, answers map[string]bool, limit int) []schemas.Fault {
	if len(answers) > limit {
		return []schemas.Fault{{Pointer: member, Detail: fmt.Sprintf("has more than %d members", limit)}}
	}
	var faults []schemas.Fault
	for _, name := range slices.Sorted(maps.Keys(answers)) {
		if !namePattern.MatchString(name) {
			faults = append(faults, schemas.Fault{Pointer: member + pointer(name),
				Detail: "is not an id: lower-case letters, digits, - and _, a letter first, at most 40"})
		}
	}
	return faults
}

// meaningFaults finds answers that contradict the action.
func meaningFaults(d schemas.Decision) []schemas.Fault {
	var faults []schemas.Fault
	if (d.Action == Save || d.Action == Signal) && len(d.Purposes) == 0 {
		faults = append(faults, schemas.Fault{Pointer: "/purposes", Detail: "must answer at least one purpose when the action is " + d.Action})
	}
	if yes, answered := d.Purposes[Essential]; answered && !yes {
		faults = append(faults, schemas.Fault{Pointer: "/purposes/essential", Detail: "is always on; leave it out or send true"})
	}
	if d.Action == Save || d.Action == AcceptAll {
		return faults
	}
	for member, answers := range map[string]map[string]bool{"/purposes": d.Purposes, "/services": d.Services} {
		for _, name := range slices.Sorted(maps.Keys(answers)) {
			if answers[name] && !(member == "/purposes" && name == Essential) {
				faults = append(faults, schemas.Fault{Pointer: member + pointer(name), Detail: "cannot be true when the action is " + d.Action})
			}
		}
	}
	return faults
}
