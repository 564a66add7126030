// Package retention removes what was kept long enough, shows beforehand what that is, and keeps a record of it. Legal holds
// stop it.
package retention

import (
	"fmt"
	"maps"
)

// Class is a kind of data with a period of its own.
type Class string

// What is kept for a while. Exports are written straight to who asks for them: none is kept.
const (
	Decisions Class = "decisions"
	Exposures Class = "exposures"
	Requests  Class = "requests"  // Of visitors, from the day they were closed.
	Ended     Class = "holds"     // Legal holds, from the day they ended.
	Deletions Class = "deletions" // Records of what was removed.
	Acts      Class = "acts"      // Of the administration, at all sites.
)

// Everywhere stands for a site where a class is of none.
const Everywhere = "*"

// Rule says how long a class is kept.
type Rule struct {
	Class       Class
	Days        int // Unless somebody sets another period.
	Least, Most int

	IsEverywhere bool // It is of no site; any hold at any site keeps it.
}

// Rules are the defaults, and what may be set instead.
var Rules = []Rule{
	// Who relies on consent must be able to prove it (GDPR, Art. 7(1)), against claims too, which mostly last three years from the
	// end of the year in which they came up (BGB, §§ 195 and 199): up to four years. Below a year, choices would outlive their proof.
	{Class: Decisions, Days: 1461, Least: 366, Most: 3653},
	// 25 months are what the CNIL recommends at most for measurements of audiences; a year later can still be compared with the one before.
	{Class: Exposures, Days: 761, Least: 31, Most: 3653},
	// That a request was answered, and in time, may have to be shown (GDPR, Art. 5(2) and 12) for as long as claims may come up.
	{Class: Requests, Days: 1461, Least: 366, Most: 3653},
	// Why something was kept is asked no longer than that it was.
	{Class: Ended, Days: 1461, Least: 366, Most: 3653},
	// They say that something went, and not whose it was: as long as claims may come up at all (BGB, § 199).
	{Class: Deletions, Days: 3653, Least: 1096, Most: 7305},
	// Who published which notice is part of the proof of consent; names of people who have left are in it.
	{Class: Acts, Days: 1461, Least: 366, Most: 3653, IsEverywhere: true},
}

// Periods are days by class; a class that is not there has its rule's.
type Periods map[Class]int

// Forever is the period of a class of which nothing goes by age.
const Forever = 0

// Check says which period is out of bounds.
func (p Periods) Check() error {
	for _, rule := range Rules {
		if days, isSet := p[rule.Class]; isSet && days != Forever && (days < rule.Least || days > rule.Most) {
			return fmt.Errorf("%s are to be kept for %d days; give %d to %d, or 0 to keep them until they are erased", rule.Class, days, rule.Least, rule.Most)
		}
	}
	return nil
}

func (p Periods) days(rule Rule) int {
	if days, isSet := p[rule.Class]; isSet {
		return days
	}
	return rule.Days
}

// with are the periods with those of one site in place of these.
func (p Periods) with(own Periods) Periods {
	all := maps.Clone(p)
	if all == nil {
		all = Periods{}
	}
	maps.Copy(all, own)
	return all
}

func (p Periods) forever(class Class) bool {
	days, isSet := p[class]
	return isSet && days == Forever
}
