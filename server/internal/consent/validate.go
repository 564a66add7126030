package consent

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"

	"assent/schemas"
)

// What decision.schema.json lists; the example corpus holds both together.
var (
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

// What is said of a member is put together once: most decisions are valid.
var (
	actionDetail  = "must be one of " + strings.Join(actions, ", ")
	sourceDetail  = "must be one of " + strings.Join(sources, ", ")
	regimeDetail  = "must be one of " + strings.Join(regimes, ", ")
	pageDetail    = fmt.Sprintf("must be an http or https address of at most %d characters", maxPage)
	shownDetail   = fmt.Sprintf("must be at most %d characters", maxShown)
	removedDetail = fmt.Sprintf("must be at most %d names of at most %d characters", maxRemoved, maxName)
)

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
	check(isID(d.ID), "/id", "must be a UUIDv7 in lower case, made once per choice")
	check(IsSecret(d.Secret), "/secret", "must be 128 random bits as 22 characters of base64url")
	check(d.Notice != "" && len(d.Notice) <= 64 && isBase64URL(d.Notice), "/notice", "must be the id of the notice that was shown")
	check(slices.Contains(actions, d.Action), "/action", actionDetail)
	check(d.Source == "" || slices.Contains(sources, d.Source), "/source", sourceDetail)
	faults = append(faults, SettingFaults(d.Locale, d.Page, d.Regime)...)
	check(utf8.RuneCountInString(d.Shown) <= maxShown, "/shown", shownDetail)
	check(len(d.Removed) <= maxRemoved && !slices.ContainsFunc(d.Removed, tooLong), "/removed", removedDetail)
	faults = append(faults, answerFaults("/purposes", d.Purposes, maxPurposes)...)
	faults = append(faults, answerFaults("/services", d.Services, maxServices)...)
	return append(faults, meaningFaults(d)...)
}

// SettingFaults holds what decisions and exposures tell of where the notice was shown against their schemas.
func SettingFaults(locale, page, regime string) []schemas.Fault {
	var faults []schemas.Fault
	if locale != "" && !isLocale(locale) {
		faults = append(faults, schemas.Fault{Pointer: "/locale", Detail: "must be a language tag (BCP 47) such as de or pt-BR"})
	}
	if page != "" && !isPage(page) {
		faults = append(faults, schemas.Fault{Pointer: "/page", Detail: pageDetail})
	}
	if regime != "" && !slices.Contains(regimes, regime) {
		faults = append(faults, schemas.Fault{Pointer: "/regime", Detail: regimeDetail})
	}
	return faults
}

func tooLong(name string) bool { return utf8.RuneCountInString(name) > maxName }

func answerFaults(member string, answers map[string]bool, limit int) []schemas.Fault {
	if len(answers) > limit {
		return []schemas.Fault{{Pointer: member, Detail: fmt.Sprintf("has more than %d members", limit)}}
	}
	var faults []schemas.Fault
	for name := range answers {
		if !isName(name) {
			faults = append(faults, schemas.Fault{Pointer: member + pointer(name),
				Detail: "is not an id: lower-case letters, digits, - and _, a letter first, at most 40"})
		}
	}
	return sorted(faults)
}

func sorted(faults []schemas.Fault) []schemas.Fault {
	slices.SortFunc(faults, func(a, b schemas.Fault) int { return cmp.Compare(a.Pointer, b.Pointer) })
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
	return append(faults, sorted(append(grantFaults("/purposes", d.Purposes, d.Action), grantFaults("/services", d.Services, d.Action)...))...)
}

func grantFaults(member string, answers map[string]bool, action string) []schemas.Fault {
	var faults []schemas.Fault
	for name, yes := range answers {
		if yes && (member != "/purposes" || name != Essential) {
			faults = append(faults, schemas.Fault{Pointer: member + pointer(name), Detail: "cannot be true when the action is " + action})
		}
	}
	return faults
}
