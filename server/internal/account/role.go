package account

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"assent/schemas"
	"assent/server/internal/consent"
)

const maxSites = 100 // Of one user's roles at single sites.

// Roles, over all sites or at one.
const (
	OwnerRole   = "owner"
	EditorRole  = "editor"
	AnalystRole = "analyst"
	OfficerRole = "officer"
)

// Permission is something that a role may allow.
type Permission string

// Permissions.
const (
	ViewRates      Permission = "view rates"
	EditNotices    Permission = "edit notices"
	ExportData     Permission = "export data"
	ReviewServices Permission = "review services"
	ReadTrail      Permission = "read the audit trail"
	ReadDecisions  Permission = "read decisions"
	EraseDecisions Permission = "erase decisions"
	ManagePeople   Permission = "manage people"
	ChangeSite     Permission = "change the site"
	AddSites       Permission = "add sites" // Only who has it over all sites.
)

// granted says what each role may do. What is not listed is refused.
var granted = map[string][]Permission{
	OwnerRole:   {ViewRates, EditNotices, ExportData, ReadDecisions, EraseDecisions, ReviewServices, ReadTrail, ManagePeople, ChangeSite, AddSites},
	EditorRole:  {ViewRates, EditNotices, ReviewServices},
	AnalystRole: {ViewRates, ExportData},
	OfficerRole: {ViewRates, ExportData, ReadDecisions, EraseDecisions, ReviewServices, ReadTrail},
}

// Everywhere stands for all sites, those that will be added among them, where a site is asked for.
const Everywhere = ""

// Roles are what somebody may do where: a role over all sites, roles at single ones, or both.
type Roles struct {
	Role  string            // Over all sites; empty for none.
	Sites map[string]string `json:",omitempty"` // Site to role.
	// Within are the only sites where any of that holds, for who comes with a token; nil for no limit.
	Within []string `json:"-"`
}

// At is the role at a site that is not the one over all; empty for none.
func (r Roles) At(site string) string {
	if site == Everywhere {
		return r.Role
	}
	return r.Sites[site]
}

// May reports whether the roles allow something at a site, or over all of them.
func (r Roles) May(p Permission, site string) bool {
	return r.reaches(site) && (slices.Contains(granted[r.Role], p) || slices.Contains(granted[r.At(site)], p))
}

// MayAnywhere reports whether the roles allow something at one site at least.
func (r Roles) MayAnywhere(p Permission) bool {
	return r.May(p, Everywhere) || len(r.SitesWith(p)) > 0
}

// SitesWith are the single sites, in order, that the roles name or are limited to and where they allow something.
func (r Roles) SitesWith(p Permission) []string {
	named := slices.AppendSeq(slices.Clone(r.Within), maps.Keys(r.Sites))
	slices.Sort(named)
	return slices.DeleteFunc(slices.Compact(named), func(site string) bool { return !r.May(p, site) })
}

// within are the roles at these sites only, or at all of theirs when none is given.
func (r Roles) within(sites []string) Roles {
	if len(sites) > 0 {
		r.Within = sites
	}
	return r
}

func (r Roles) reaches(site string) bool {
	return r.Within == nil || site != Everywhere && slices.Contains(r.Within, site)
}

// Sees reports whether there is any role at the site. For everybody else the site does not exist.
func (r Roles) Sees(site string) bool {
	return r.reaches(site) && (r.Role != "" || r.Sites[site] != "")
}

// Permissions are all that the roles allow at one site at least.
func (r Roles) Permissions() []Permission {
	return slices.DeleteFunc(slices.Clone(granted[OwnerRole]), func(p Permission) bool { return !r.MayAnywhere(p) })
}

// PermissionsAt are all that the roles allow at a site, or over all of them.
func (r Roles) PermissionsAt(site string) []Permission {
	return slices.DeleteFunc(slices.Clone(granted[OwnerRole]), func(p Permission) bool { return !r.May(p, site) })
}

// Check returns *consent.InvalidError unless the roles are known ones, and at least one.
func (r Roles) Check() error {
	detail := ""
	for _, site := range places(r, Roles{}) {
		if role := r.At(site); granted[role] == nil && (role != "" || site != Everywhere) {
			detail = fmt.Sprintf("names the role %q; there are owner, editor, analyst and officer", role)
		}
	}
	switch {
	case r.empty():
		detail = "gives no role anywhere"
	case len(r.Sites) > maxSites:
		detail = fmt.Sprintf("lists more than %d sites; give a role over all sites", maxSites)
	}
	if detail == "" {
		return nil
	}
	return &consent.InvalidError{Faults: []schemas.Fault{{Pointer: "/roles", Detail: detail}}}
}

func (r Roles) empty() bool { return r.Role == "" && len(r.Sites) == 0 }

// places are the sites that either has a role at, and Everywhere.
func places(a, b Roles) []string {
	all := []string{Everywhere}
	for _, roles := range []Roles{a, b} {
		for site := range roles.Sites {
			all = append(all, site)
		}
	}
	return all
}

// mayChange reports whether somebody with these roles may turn another one's roles from one into the other: wherever
// they differ, people must be theirs to manage (CVE-2025-57817 is what happens otherwise).
func (r Roles) mayChange(from, to Roles) bool {
	for _, site := range places(from, to) {
		if from.At(site) != to.At(site) && !r.May(ManagePeople, site) {
			return false
		}
	}
	return true
}

// shownTo keeps of the roles what somebody who manages people only at some sites may know of.
func (r Roles) shownTo(manager Roles) Roles {
	if manager.May(ManagePeople, Everywhere) {
		return r
	}
	var shown Roles
	for site, role := range r.Sites {
		if manager.May(ManagePeople, site) {
			shown.put(site, role)
		}
	}
	return shown
}

// with are the wanted roles, and these wherever the manager manages nobody and was not shown them.
func (r Roles) with(wanted Roles, manager Roles) Roles {
	changed := Roles{Role: wanted.Role}
	if !manager.May(ManagePeople, Everywhere) {
		changed.Role = r.Role
	}
	for site, role := range wanted.Sites {
		changed.put(site, role)
	}
	for site, role := range r.Sites {
		if !manager.May(ManagePeople, site) {
			changed.put(site, role)
		}
	}
	return changed
}

func (r *Roles) put(site, role string) {
	if r.Sites == nil {
		r.Sites = map[string]string{}
	}
	r.Sites[site] = role
}

// String tells the roles in words, such as "editor, analyst at shop".
func (r Roles) String() string {
	var words []string
	if r.Role != "" {
		words = append(words, r.Role)
	}
	for _, site := range slices.Sorted(maps.Keys(r.Sites)) {
		words = append(words, r.Sites[site]+" at "+site)
	}
	return strings.Join(words, ", ")
}
