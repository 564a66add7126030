package reporting

import (
	"math"

	"assent/schemas"
)

// z is the normal distribution's bound of 95 %, and fewest how many a rate must be of to be told apart from another.
const (
	z      = 1.959963984540054
	fewest = 100
)

// estimate returns a share with Wilson's score interval, which holds for small numbers and for shares near 0 and 1 too.
func estimate(part, whole int) schemas.Estimate {
	e := schemas.Estimate{Part: part, Whole: whole, Highest: 1}
	if whole == 0 {
		return e
	}
	n, p := float64(whole), float64(part)/float64(whole)
	centre := (p + z*z/(2*n)) / (1 + z*z/n)
	margin := z / (1 + z*z/n) * math.Sqrt(p*(1-p)/n+z*z/(4*n*n))
	e.Lowest, e.Highest = max(centre-margin, 0), min(centre+margin, 1)
	return e
}

// compare holds two shares against each other by Newcombe's hybrid score interval of their difference (Statistics in
// Medicine 17, 1998, method 10).
func compare(rate string, one, other schemas.Estimate) schemas.RateCompared {
	c := schemas.RateCompared{Rate: rate, One: one, Other: other, Lowest: -1, Highest: 1, Verdict: "few"}
	if one.Whole == 0 || other.Whole == 0 {
		return c
	}
	p, q := float64(one.Part)/float64(one.Whole), float64(other.Part)/float64(other.Whole)
	difference := q - p
	c.Lowest = difference - math.Hypot(q-other.Lowest, one.Highest-p)
	c.Highest = difference + math.Hypot(other.Highest-q, p-one.Lowest)
	switch {
	case min(one.Whole, other.Whole) < fewest:
	case c.Lowest > 0:
		c.Verdict = "higher"
	case c.Highest < 0:
		c.Verdict = "lower"
	default:
		c.Verdict = "same"
	}
	return c
}
