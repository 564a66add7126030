package transfer

import (
	"fmt"
	"slices"
	"time"
)

// Areas that a country is in.
const (
	EEA      = "eea"
	Adequate = "adequate" // A third country with a decision in force.
	Third    = "third"
	Unknown  = "unknown"
)

// What can be wrong with a transfer.
const (
	CountryMissing   = "country-missing"
	SafeguardMissing = "safeguard-missing"
	SafeguardNone    = "safeguard-none"
	AdequacyMissing  = "adequacy-missing" // Claimed, and there is no decision.
	AdequacyEnded    = "adequacy-ended"   // What the transfer rested on is not in force any more: the service is suspended.
	AdequacyEnding   = "adequacy-ending"  // What it rests on ends within AheadDays.
)

// AheadDays is how long ahead the end of a decision is told.
const AheadDays = 90

// Safeguards of a notice's service.
const (
	adequacy = "adequacy"
	none     = "none"
)

// Verdict is what is to be said of a transfer.
type Verdict struct {
	Area     string
	Decision Decision // In force, or the one that ended last; the zero one where there was none.
	Wrong    string   // Empty for nothing.
	// Last is the last day of what the transfer rests on, or rested on; empty where it rests on no decision, or on one that
	// has no end.
	Last string
}

// Judge says of data sent to a country under a safeguard, as a notice's service names both, what it is on a day (UTC).
func (l List) Judge(country, safeguard string, on time.Time) Verdict {
	switch {
	case country == "":
		return Verdict{Area: Unknown, Wrong: CountryMissing}
	case l.isInEEA(country):
		return Verdict{Area: EEA}
	}
	day := dayOf(on)
	decision, inForce := l.decision(country, day)
	v := Verdict{Area: Third, Decision: decision}
	if inForce {
		v.Area = Adequate
	}
	isLimited := len(decision.Scope) > 0
	switch {
	case safeguard == none:
		v.Wrong = SafeguardNone
	case safeguard != adequacy && safeguard != "":
	case safeguard == "" && (isLimited || decision.Act == ""): // A decision without limits is a ground by itself.
		v.Wrong = SafeguardMissing
	case decision.Act == "":
		v.Wrong = AdequacyMissing
	default:
		v.Last = l.last(decision)
		v.Wrong = wrongBy(v.Last, inForce, day, dayOf(on.AddDate(0, 0, AheadDays)))
	}
	return v
}

func wrongBy(last string, inForce bool, day, ahead string) string {
	switch {
	case !inForce:
		return AdequacyEnded
	case last != "" && day <= last && last <= ahead:
		return AdequacyEnding
	default:
		return ""
	}
}

// last is the last day of a decision and of those for its country that follow it without a gap; empty for none.
func (l List) last(d Decision) string {
	for last := d.Until; ; {
		next := slices.IndexFunc(l.Decisions, func(next Decision) bool {
			return last != "" && next.Country == d.Country && next.From <= after(last) && (next.Until == "" || next.Until > last)
		})
		if next < 0 {
			return last
		}
		last = l.Decisions[next].Until
	}
}

func dayOf(at time.Time) string { return at.UTC().Format(time.DateOnly) }

// after is the day after a day of a list that was checked.
func after(day string) string { return dayOf(begin(day).AddDate(0, 0, 1)) }

// begin is when such a day begins.
func begin(day string) time.Time {
	at, err := time.Parse(time.DateOnly, day)
	if err != nil {
		panic(fmt.Sprintf("decision of adequacy: %v", err)) // No list gets past its check with it.
	}
	return at
}
