package consent

import (
	"cmp"
	"crypto/sha256"
	"encoding/base64"
	"net/url"
	"slices"
	"time"

	"github.com/google/uuid"

	"assent/schemas"
)

// DefaultLifetimeDays is how long a choice holds unless the notice says otherwise: six months, as the French and
// Italian authorities advise, for yes and no alike.
const DefaultLifetimeDays = 180

// clockTolerance is how far a visitor's clock may be off before the decision is flagged.
const clockTolerance = 24 * time.Hour

// IsSecret reports whether a text can be a visitor's secret.
func IsSecret(text string) bool { return len(text) == 22 && isBase64URL(text) }

// Subject derives the pseudonymous id of a visitor on one site. Without the secret, which only the visitor's browser
// has, nobody can act for the subject, and two sites cannot tell that they share a visitor.
func Subject(site, secret string) string {
	sum := sha256.Sum256([]byte("assent/1" + site + secret))
	return base64.RawURLEncoding.EncodeToString(sum[:])[:22]
}

// Circumstances are what the server knows about a decision beside its body.
type Circumstances struct {
	Site      string
	Origin    string          // Of the page that sent the decision, as the browser vouches for it.
	Notice    *schemas.Notice // The complete notice that the decision names; nil when the site never published it.
	Current   schemas.Notice  // The site's complete notice of today, which a refusal of an unknown one is read by.
	Now       time.Time
	GPCHeader bool          // The request carried Sec-GPC: 1.
	Bot       bool          // The request came from a program that says so.
	Seen      bool          // The decision brought a valid token for that its notice was on screen.
	Waited    time.Duration // Since then, if it was there because the visitor had no choice yet; else 0.
	Suspended []string      // Ids of services of Notice that nothing may be granted to for now.
	Country   string
	Device    string
	Browser   string
}

// Decide turns a valid decision into the record to keep, every purpose of the notice answered as the action implies.
//
// A refusal is never refused: when its notice is unknown it is flagged and kept as a refusal of what the site asks for
// today, and names that the notice does not have get into no record. A grant under an unknown notice is an
// *InvalidError, because it would prove nothing; so is one beside a purpose or service that a known notice does not
// have, and one under the rules for children. To a service that is suspended the record says no, with a flag.
func Decide(d schemas.Decision, c Circumstances) (Record, error) {
	id, err := uuid.Parse(d.ID)
	if err != nil {
		return Record{}, &InvalidError{Faults: []schemas.Fault{{Pointer: "/id", Detail: "must be a UUIDv7"}}}
	}
	r := Record{
		ID: id, Site: c.Site, Subject: Subject(c.Site, d.Secret), Notice: d.Notice, Action: d.Action,
		Source: d.Source, Synthetic: d.Synthetic, Locale: d.Locale, Page: PageOf(d.Page, c.Origin),
		DecidedAt: claimedTime(d.DecidedAt), Flags: flags(d, c), Regime: cmp.Or(d.Regime, OptIn), Removed: d.Removed,
		Country: c.Country, Device: c.Device, Browser: c.Browser, Waited: waitOf(c.Waited),
	}
	r.Source = cmp.Or(r.Source, "api")
	if c.Notice == nil {
		if Grants(d) {
			return Record{}, &InvalidError{Faults: []schemas.Fault{{Pointer: "/notice",
				Detail: "is not a notice of this site; load the site's script again and let the visitor decide on the current one"}}}
		}
		r.LifetimeDays = c.Current.LifetimeDays
		r.Purposes, r.Services = answers(d, c.Current)
		return r, nil
	}
	if faults := unknownNames(d, *c.Notice); len(faults) > 0 && Grants(d) {
		return Record{}, &InvalidError{Faults: faults}
	}
	if Grants(d) && (r.Regime == ChildDirected || c.Notice.Regime == ChildDirected) {
		return Record{}, &InvalidError{Faults: []schemas.Fault{{Pointer: "/action",
			Detail: "cannot grant anything to a site directed at children: a click cannot prove a parent's consent"}}}
	}
	r.LifetimeDays = c.Notice.LifetimeDays
	r.Purposes, r.Services = answers(d, *c.Notice)
	if withhold(r.Purposes, r.Services, *c.Notice, c.Suspended) {
		r.Flags = append(r.Flags, FlagSuspended)
	}
	return r, nil
}

func flags(d schemas.Decision, c Circumstances) []string {
	var flags []string
	if c.Notice == nil {
		flags = append(flags, FlagUnknownNotice)
	}
	if !d.DecidedAt.IsZero() && c.Now.Sub(d.DecidedAt).Abs() > clockTolerance {
		flags = append(flags, FlagClockSkew)
	}
	if c.GPCHeader {
		flags = append(flags, FlagGPCHeader)
	}
	if !c.Seen && (d.Source == "banner" || d.Source == "preferences") {
		flags = append(flags, FlagNotSeen)
	}
	if c.Bot {
		flags = append(flags, FlagBot)
	}
	return flags
}

// Grants reports whether the decision says yes to anything optional.
func Grants(d schemas.Decision) bool {
	if d.Action == AcceptAll {
		return true
	}
	for name, yes := range d.Purposes {
		if yes && name != Essential {
			return true
		}
	}
	for _, yes := range d.Services {
		if yes {
			return true
		}
	}
	return false
}

func unknownNames(d schemas.Decision, n schemas.Notice) []schemas.Fault {
	return append(
		namesOutside("/purposes", d.Purposes, func(name string) bool {
			return name == Essential || slices.ContainsFunc(n.Purposes, func(p schemas.Purpose) bool { return p.ID == name })
		}),
		namesOutside("/services", d.Services, func(name string) bool {
			return slices.ContainsFunc(n.Services, func(s schemas.Service) bool { return s.ID == name })
		})...)
}

func namesOutside(member string, answers map[string]bool, known func(name string) bool) []schemas.Fault {
	var faults []schemas.Fault
	for name := range answers {
		if !known(name) {
			faults = append(faults, schemas.Fault{Pointer: member + pointer(name), Detail: "is not in the notice that the decision names"})
		}
	}
	return faults
}

// answers fills in what the action implies. A saved selection grants only what it names; a signal answers only what it
// names and leaves the rest pending.
func answers(d schemas.Decision, n schemas.Notice) (purposes, services map[string]bool) {
	purposes = make(map[string]bool, len(n.Purposes))
	for _, p := range n.Purposes {
		if p.ID == Essential {
			continue
		}
		answer, named := d.Purposes[p.ID]
		switch {
		case named:
			purposes[p.ID] = answer
		case d.Action != Signal:
			purposes[p.ID] = d.Action == AcceptAll
		}
	}
	services = map[string]bool{}
	for _, s := range n.Services {
		if answer, named := d.Services[s.ID]; named && answer != purposes[s.Purpose] {
			services[s.ID] = answer
		}
	}
	return purposes, services
}

// Waits are the steps of how long visitors look at a notice, in seconds: fine enough to see how long they need, and too
// coarse to know anybody by.
var Waits = []int{1, 2, 3, 5, 8, 13, 20, 30, 60, 120, 300, 900, 3600, 86400}

// waitOf rounds a time up to a step.
func waitOf(waited time.Duration) int {
	if waited <= 0 {
		return 0
	}
	for _, step := range Waits {
		if waited <= time.Duration(step)*time.Second {
			return step
		}
	}
	return Waits[len(Waits)-1]
}

// claimedTime is the client's clock in UTC. A year that RFC 3339 cannot write is as good as none.
func claimedTime(claim time.Time) time.Time {
	claim = claim.UTC().Truncate(time.Microsecond)
	if year := claim.Year(); year < 1 || year > 9999 {
		return time.Time{}
	}
	return claim
}

// PageOf keeps origin and path: query strings and fragments carry personal data. What cannot be parsed, or is not a
// page of the origin that sent it, is dropped rather than kept as a claim that nobody vouches for.
func PageOf(page, origin string) string {
	parsed, err := url.Parse(page)
	if err != nil || parsed.Scheme+"://"+parsed.Host != origin {
		return ""
	}
	return (&url.URL{Scheme: parsed.Scheme, Host: parsed.Host, Path: parsed.Path, RawPath: parsed.RawPath}).String()
}
