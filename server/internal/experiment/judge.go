package experiment

import (
	"math"

	"assent/schemas"
)

const (
	// fewest is how many visitors of an arm there must be before anything is said.
	fewest = 200
	// relevant is the difference that is worth knowing: two points.
	relevant = 0.02
	// splitLevel is how often the split is called wrong though it is right.
	splitLevel = 0.01
)

// Verdicts, as experiment.schema.json has them.
const (
	few   = "few"
	open  = "open"
	same  = "same"
	more  = "more"
	fewer = "fewer"

	right = "right"
	wrong = "wrong"
)

var outcomes = []struct {
	name string
	of   func(schemas.Arm) int
}{
	{"accepted", func(a schemas.Arm) int { return a.Accepted }},
	{"refused", func(a schemas.Arm) int { return a.Refused }},
	{"partial", func(a schemas.Arm) int { return a.Partial }},
	{"ignored", func(a schemas.Arm) int { return a.Ignored }},
}

// Judge says what can be said of the numbers in a report's arms. Every outcome is compared, and none is the one to win by:
// a notice that more accept because fewer find out how to refuse is not the better one. All that is said holds together, so
// each comparison gets its part of alpha (Bonferroni).
func Judge(r *schemas.ExperimentReport) {
	level := alpha / float64(len(outcomes)*max(len(r.Arms)-1, 1))
	r.Arms[0].Compared = []schemas.OutcomeCompared{}
	for i := range r.Arms[1:] {
		arm := &r.Arms[i+1]
		arm.Compared = nil
		for _, o := range outcomes {
			arm.Compared = append(arm.Compared, compare(o.name, sampleOf(r.Arms[0], o.of), sampleOf(*arm, o.of), level))
		}
	}
	r.Needed, r.Split = needed(r.Arms, level), split(r.Arms)
}

func sampleOf(a schemas.Arm, of func(schemas.Arm) int) sample {
	return sample{float64(of(a)), float64(a.Visitors)}
}

func compare(outcome string, control, variant sample, level float64) schemas.OutcomeCompared {
	c := schemas.OutcomeCompared{Outcome: outcome, Lowest: -1, Highest: 1, Verdict: few}
	if min(control.whole, variant.whole) == 0 {
		return c
	}
	c.Difference = variant.rate() - control.rate()
	if min(control.whole, variant.whole) < fewest || !isEnough(control, variant) {
		return c
	}
	m := margin(control, variant, level)
	c.Lowest, c.Highest = max(c.Difference-m, -1), min(c.Difference+m, 1)
	switch {
	case c.Lowest > 0:
		c.Verdict = more
	case c.Highest < 0:
		c.Verdict = fewer
	case c.Lowest > -relevant && c.Highest < relevant:
		c.Verdict = same
	default:
		c.Verdict = open
	}
	return c
}

// needed is how many more visitors the arms need until a relevant difference shows in the outcome that varies most. Before
// there are enough to tell the rates from, half of them may do it.
func needed(arms []schemas.Arm, level float64) int {
	total := 0
	for _, arm := range arms {
		total += arm.Visitors
	}
	wanted := 0.0
	for _, variant := range arms[1:] {
		for _, o := range outcomes {
			control, other := sampleOf(arms[0], o.of), sampleOf(variant, o.of)
			if min(control.whole, other.whole) >= fewest {
				if isEnough(control, other) {
					wanted = max(wanted, growth(control, other, level, relevant)*float64(total))
				}
				continue
			}
			planned := func(a schemas.Arm) sample { return sample{float64(a.Share) / 200, float64(a.Share) / 100} }
			wanted = max(wanted, growth(planned(arms[0]), planned(variant), level, relevant))
		}
	}
	return roundUp(wanted - float64(total))
}

// roundUp leaves two digits: it is a guess.
func roundUp(n float64) int {
	if n < 1 {
		return 0
	}
	unit := math.Pow(10, max(math.Floor(math.Log10(n))-1, 0))
	return int(math.Ceil(n/unit) * unit)
}

// split holds the arms' sizes against their shares. Where they differ, whoever is in an arm is there for a reason, and
// nothing can be learned from comparing them.
func split(arms []schemas.Arm) string {
	total := 0.0
	for _, arm := range arms {
		total += float64(arm.Visitors)
	}
	if total < 2*fewest {
		return few
	}
	for _, arm := range arms {
		share := float64(arm.Share) / 100
		off := math.Abs(float64(arm.Visitors)/total - share)
		if off > mixture(share*(1-share)/total, splitLevel/float64(len(arms))) {
			return wrong
		}
	}
	return right
}
