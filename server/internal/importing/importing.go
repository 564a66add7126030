// Package importing reads the set-up of another consent tool, as its owner has it in a file, and makes a draft notice of
// it. Files are read, never run. What was taken, what was left out and why, and what the owner must check is told.
package importing

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"assent/schemas"
	"assent/server/internal/consent"
	"assent/server/internal/site"
)

// Kinds of files, as in import.schema.json.
const (
	Klaro      = "klaro"
	Vanilla    = "vanilla-cookieconsent"
	Cookiebot  = "cookiebot"
	OneTrust   = "onetrust"
	Assent     = "assent" // A notice of ours, to be filled in from a list of cookies.
	cookieList = "a list of cookies"
)

// Largest is the most bytes that a file may have.
const Largest = 5 << 20

// Input is what an owner gives.
type Input struct {
	File    []byte
	Kind    string // Empty to recognise it.
	Cookies []byte // An Open Cookie Database as CSV, if the owner has one.
	BuiltIn site.Texts
}

// Read makes a draft notice of a file. The error, a *consent.InvalidError, says that there is nothing to take from it.
func Read(in Input) (schemas.Import, error) {
	if in.Kind != "" && !slices.Contains(kinds(), in.Kind) {
		return schemas.Import{}, invalid("/kind", fmt.Sprintf("is none of %s; leave it out to have it recognised", strings.Join(kinds(), ", ")))
	}
	known, err := readDatabase(in.Cookies)
	if err != nil {
		return schemas.Import{}, invalid("/cookies", err.Error())
	}
	if len(in.File) > Largest {
		return schemas.Import{}, invalid("/file", fmt.Sprintf("has more than %d MB; give the set-up alone, without what surrounds it", Largest>>20))
	}
	d := newDraft(in.BuiltIn, known)
	kind, err := d.read(in.File, in.Kind)
	if err != nil {
		return schemas.Import{}, invalid("/file", err.Error())
	}
	return schemas.Import{Kind: kind, Notice: d.finish(kind), Remarks: d.told()}, nil
}

func invalid(pointer, detail string) error {
	return &consent.InvalidError{Faults: []schemas.Fault{{Pointer: pointer, Detail: detail}}}
}

// read finds out what a file is and takes what it says.
func (d *draft) read(file []byte, wanted string) (kind string, err error) {
	if rows := readTable(file); rows != nil {
		switch kind = rows.kind(); {
		case kind == cookieList:
			return "", errors.New("is a list of known cookies, not a set-up; give it beside the set-up's file (--cookies)")
		case wanted == "" || wanted == kind:
			d.cookiebotTable(rows)
			return kind, nil
		}
	}
	s, err := readScript(file)
	if err != nil {
		return "", err
	}
	roots := s.read()
	for _, r := range readers {
		if wanted != "" && wanted != r.kind {
			continue
		}
		if v := r.find(roots); v != nil {
			r.take(d, v)
			return r.kind, d.broken
		}
	}
	if wanted != "" {
		return "", fmt.Errorf("holds nothing that looks like a set-up of %s; leave the kind out to have it recognised", wanted)
	}
	return "", errors.New("holds no set-up that is known: give Klaro's or vanilla-cookieconsent's configuration, Cookiebot's cc.js or list of cookies, or OneTrust's JSON of the domain")
}

// reader takes the set-up of one tool.
type reader struct {
	kind string
	is   func(root string, v *value) bool
	take func(d *draft, v *value)
}

// readers are tried in this order, the ones with the plainest marks first.
var readers = []reader{
	{OneTrust, isOneTrust, (*draft).onetrust},
	{Cookiebot, isCookiebot, (*draft).cookiebot},
	{Vanilla, isVanilla, (*draft).vanilla},
	{Klaro, isKlaro, (*draft).klaro},
	{Assent, isAssent, (*draft).assent},
}

// find returns the set-up that a reader knows among the roots of a file, or nil. Cookiebot's is spread over several
// assignments.
func (r reader) find(roots []member) *value {
	var all value
	for _, root := range roots {
		switch {
		case !r.is(root.name, root.value):
		case r.kind == Cookiebot:
			all.members = append(all.members, root)
		default:
			return root.value
		}
	}
	if all.members == nil {
		return nil
	}
	return &all
}

// kinds lists what can be named instead of having it recognised.
func kinds() []string {
	var kinds []string
	for _, r := range readers {
		kinds = append(kinds, r.kind)
	}
	slices.Sort(kinds)
	return kinds
}

func isOneTrust(_ string, v *value) bool {
	groups := v.at("DomainData", "Groups")
	if !groups.there() {
		groups = v.at("Groups")
	}
	return groups.of(list) && len(groups.items) > 0 && groups.items[0].any("OptanonGroupId", "CustomGroupId", "GroupName").there()
}

func isCookiebot(root string, v *value) bool {
	return strings.HasPrefix(root, "CookieConsentDialog.cookieTable") && v.of(list)
}

func isVanilla(_ string, v *value) bool {
	isV3 := v.at("categories").of(object) && v.at("language").there()
	isV2 := v.at("languages").of(object) && slices.ContainsFunc(v.at("languages").members, func(m member) bool {
		return m.value.any("consent_modal", "settings_modal").there()
	})
	return isV3 || isV2
}

func isKlaro(_ string, v *value) bool {
	services := v.any("services", "apps")
	return services.of(list) && len(services.items) > 0 && services.items[0].at("name").there() &&
		slices.ContainsFunc(services.items, func(s *value) bool { return s.any("purposes", "title", "cookies", "required", "default").there() })
}

func isAssent(_ string, v *value) bool {
	services := v.at("services")
	return services.of(list) && len(services.items) > 0 && services.items[0].at("id").there()
}
