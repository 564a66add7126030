package consent

import (
	"slices"
	"time"

	"github.com/google/uuid"

	"assent/schemas"
)

// FromAccount is the source of a decision that followed the person from another device. No browser can claim it.
const FromAccount = "account"

// FromParent is the source of a decision that a parent made for a child. No browser can claim it.
const FromParent = "parent"

// Answered is what one device of a person holds.
type Answered struct {
	Choice schemas.Choice
	At     time.Time // When the person chose; that of a choice which followed is the time of its original.
	Copied bool      // It followed from another device.
	// What a grant is held against: the rules that the person was asked by and the complete notice, nil for an unknown one.
	Regime string
	Notice *schemas.Notice
}

// Device is where a choice may follow to.
type Device struct {
	Subject string
	Notice  string   // Id of the notice there, which the circumstances have in full.
	Own     Answered // Zero where nothing is recorded.
	Regime  string
	Locale  string
	Page    string
	GPC     bool // The browser sends the signal.
}

// Follow returns what a device has to record of what the same person chose elsewhere, and false where that is nothing.
//
// Of each purpose the person's newest answer counts. A refusal always follows. A grant follows where the device's own
// notice asks for no more than what was granted: no service that is new or that somebody else provides, and no rules that
// take silence for no where it was made under those that take it for yes. What does not follow is left as the device has
// it: unanswered, it is asked. Nothing grants marketing against the device's privacy signal, and nothing at all to children.
func Follow(to Device, others []Answered, c Circumstances) (Record, bool) {
	if c.Notice == nil || to.Regime == ChildDirected || c.Notice.Regime == ChildDirected {
		return Record{}, false
	}
	f := following{to: to, notice: *c.Notice, purposes: map[string]bool{}, services: map[string]bool{}}
	others = slices.SortedStableFunc(slices.Values(others), func(a, b Answered) int {
		if newer := b.At.Compare(a.At); newer != 0 || a.Copied == b.Copied {
			return newer
		}
		return map[bool]int{true: 1, false: -1}[a.Copied] // The original says under which rules it was made.
	})
	for _, p := range f.notice.Purposes {
		if p.ID != Essential {
			f.keep(p.ID)
			f.take(p.ID, others)
		}
	}
	return f.record(c)
}

// following gathers what follows to one device.
type following struct {
	to                 Device
	notice             schemas.Notice
	purposes, services map[string]bool
	from               []Answered // Whose answers were taken.
}

// keep keeps the device's own answer to a purpose, as far as it still is one to what the notice asks.
func (f *following) keep(purpose string) {
	yes, answered := f.to.Own.Choice.Purposes[purpose]
	if answered && (!yes || f.holds(purpose, f.to.Own)) {
		f.purposes[purpose] = yes
		f.setServices(purpose, yes, f.to.Own, true)
	}
}

// take takes the newest answer to a purpose, unless that is the device's own.
func (f *following) take(purpose string, others []Answered) {
	_, answered := f.to.Own.Choice.Purposes[purpose]
	for _, other := range others {
		yes, named := other.Choice.Purposes[purpose]
		switch {
		case answered && !other.At.After(f.to.Own.At):
			return
		case !named:
			continue
		case !yes || f.mayGrant(purpose, other):
			f.set(purpose, yes, other)
		default:
			f.refuseServices(purpose, other)
		}
		return
	}
}

// mayGrant reports whether a grant of a purpose may follow.
func (f *following) mayGrant(purpose string, from Answered) bool {
	return !f.isSignalled(purpose) && f.holds(purpose, from)
}

func (f *following) isSignalled(purpose string) bool { return purpose == "marketing" && f.to.GPC }

// holds reports whether a grant of a purpose is one of all that the notice asks under it.
func (f *following) holds(purpose string, from Answered) bool {
	return f.isExplicit(from) && !slices.ContainsFunc(f.servicesOf(purpose), func(s schemas.Service) bool { return !has(*from.Notice, s) })
}

// isExplicit reports whether a grant says what the device's rules want to be said.
func (f *following) isExplicit(from Answered) bool {
	return from.Notice != nil && (!SilenceGrants(from.Regime) || SilenceGrants(f.to.Regime))
}

// has reports whether a notice asked for the same: as the marks in the cookie tell (Marks).
func has(n schemas.Notice, s schemas.Service) bool {
	return slices.ContainsFunc(n.Services, func(other schemas.Service) bool {
		return other.ID == s.ID && other.Purpose == s.Purpose && other.Provider == s.Provider && other.Country == s.Country
	})
}

func (f *following) servicesOf(purpose string) []schemas.Service {
	return slices.DeleteFunc(slices.Clone(f.notice.Services), func(s schemas.Service) bool { return s.Purpose != purpose })
}

func (f *following) set(purpose string, yes bool, from Answered) {
	f.purposes[purpose] = yes
	f.from = append(f.from, from)
	f.setServices(purpose, yes, from, !f.isSignalled(purpose))
}

// setServices takes what was answered otherwise than the purpose.
func (f *following) setServices(purpose string, yes bool, from Answered, mayGrant bool) {
	for _, s := range f.servicesOf(purpose) {
		delete(f.services, s.ID)
		apart, named := from.Choice.Services[s.ID]
		if named && apart != yes && (!apart || mayGrant && f.isExplicit(from) && has(*from.Notice, s)) {
			f.services[s.ID] = apart
		}
	}
}

// refuseServices takes what was refused apart from a purpose whose grant does not follow.
func (f *following) refuseServices(purpose string, from Answered) {
	for _, s := range f.servicesOf(purpose) {
		apart, named := from.Choice.Services[s.ID]
		granted, own := f.services[s.ID]
		if named && !apart && (granted || !own && f.purposes[purpose]) {
			f.services[s.ID] = false
			if !f.purposes[purpose] {
				delete(f.services, s.ID) // As the purpose.
			}
			f.from = append(f.from, from)
		}
	}
}

// record is the decision of the device's subject, if anything is to change. It holds no longer than what it follows.
func (f *following) record(c Circumstances) (Record, bool) {
	if len(f.from) == 0 {
		return Record{}, false
	}
	id, err := uuid.NewV7()
	if err != nil {
		return Record{}, false // Never: the operating system's random source ends the program.
	}
	decided, days := f.time(c.Now)
	if days < 1 {
		return Record{}, false
	}
	r := Record{ID: id, Site: c.Site, Subject: f.to.Subject, Action: f.action(), Purposes: f.purposes, Services: f.services, Source: FromAccount,
		Notice: f.to.Notice, Locale: f.to.Locale, Page: PageOf(f.to.Page, c.Origin), DecidedAt: decided, Regime: f.to.Regime, LifetimeDays: days,
		Flags: flags(schemas.Decision{}, c), Country: c.Country, Device: c.Device, Browser: c.Browser}
	return r, true
}

// time is when the person chose, such that the notice's lifetime from then on ends when the first of what is followed does,
// and how many whole days are left until then.
func (f *following) time(now time.Time) (decided time.Time, days int) {
	for i, from := range f.from {
		at := from.At
		if latest := from.Choice.ExpiresAt.AddDate(0, 0, -f.notice.LifetimeDays); latest.Before(at) {
			at = latest
		}
		if i == 0 || at.Before(decided) {
			decided = at
		}
	}
	decided = claimedTime(decided)
	return decided, int(decided.AddDate(0, 0, f.notice.LifetimeDays).Sub(now) / (24 * time.Hour))
}

// action is what the person did where all of one choice followed, and otherwise a selection.
func (f *following) action() string {
	first := f.from[0]
	for _, p := range f.notice.Purposes {
		yes, answered := f.purposes[p.ID]
		if same, named := first.Choice.Purposes[p.ID]; p.ID != Essential && (!answered || !named || yes != same) {
			return Save
		}
	}
	if first.Choice.Action == Signal || slices.ContainsFunc(f.from, func(from Answered) bool { return !from.At.Equal(first.At) }) {
		return Save
	}
	return first.Choice.Action
}
