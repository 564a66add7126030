package transfer

import "time"

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
	AdequacyEnded    = "adequacy-ended"   // Claimed, and the decision is not in force any more.
)

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
}

// Judge says of data sent to a country under a safeguard, as a notice's service names both, what it is on a day (UTC).
func (l List) Judge(country, safeguard string, on time.Time) Verdict {
	switch {
	case country == "":
		return Verdict{Area: Unknown, Wrong: CountryMissing}
	case l.isInEEA(country):
		return Verdict{Area: EEA}
	}
	decision, inForce := l.decision(country, on.UTC().Format(time.DateOnly))
	v := Verdict{Area: Third, Decision: decision}
	if inForce {
		v.Area = Adequate
	}
	switch {
	case safeguard == none:
		v.Wrong = SafeguardNone
	case safeguard == adequacy && !inForce && decision.Act != "":
		v.Wrong = AdequacyEnded
	case safeguard == adequacy && !inForce:
		v.Wrong = AdequacyMissing
	case safeguard == "" && (!inForce || len(decision.Scope) > 0): // A decision without limits is a ground by itself.
		v.Wrong = SafeguardMissing
	}
	return v
}
