package experiment

import "math"

const (
	// alpha is how often, at most, any of what is said of an experiment is wrong at any time, however often it is looked at.
	alpha = 0.05
	// scale is the difference that is found soonest: three points.
	scale = 0.03
)

// sample is how many of the visitors of one arm did something.
type sample struct{ part, whole float64 }

func (s sample) rate() float64 { return s.part / s.whole }

// variance is that of the difference of two rates: by each arm's own rate or by that of both together, whichever is more. A
// small arm in which nobody did what is rare would look certain by its own.
func variance(a, b sample) float64 {
	both := (a.part + b.part) / (a.whole + b.whole)
	of := func(s sample) float64 { return max(s.rate()*(1-s.rate()), both*(1-both)) / s.whole }
	return of(a) + of(b)
}

// isEnough reports whether so many did it, and so many did not, that the normal distribution is near enough.
func isEnough(a, b sample) bool {
	const least = 20
	both := (a.part + b.part) / (a.whole + b.whole)
	return min(both, 1-both)*min(a.whole, b.whole) >= least
}

// margin is how far the difference of two rates may be from the true one: a confidence sequence, which holds at all looks
// together with probability 1 - level, where a confidence interval holds at one look that was fixed beforehand. It is
// Robbins' mixture over normal alternatives ("Statistical methods related to the law of the iterated logarithm", Annals of
// Mathematical Statistics 41, 1970), for the difference of two rates as in the mixture sequential probability ratio test of
// Johari, Koomen, Pekelis and Walsh ("Always Valid Inference: Continuous Monitoring of A/B Tests", Operations Research 70,
// 2022); the rates' variances are estimated, which Waudby-Smith, Arbour, Sinha, Kennedy and Ramdas justify for samples
// that are not small ("Time-uniform central limit theory and asymptotic confidence sequences", Annals of Statistics 52, 2024).
func margin(control, variant sample, level float64) float64 {
	return mixture(variance(control, variant), level)
}

// mixture is the margin of an estimate with this variance.
func mixture(variance, level float64) float64 {
	both := variance + scale*scale
	return math.Sqrt(2 * variance * both / (scale * scale) * math.Log(math.Sqrt(both/variance)/level))
}

// growth is by what factor both samples must grow, as far as can be told from their rates today, until the margin is no
// more than wanted.
func growth(control, variant sample, level, wanted float64) float64 {
	now := variance(control, variant)
	low, high := 1.0, 2.0
	for mixture(now/high, level) > wanted {
		low, high = high, 2*high
	}
	for range 20 {
		if middle := (low + high) / 2; mixture(now/middle, level) > wanted {
			low = middle
		} else {
			high = middle
		}
	}
	return high
}
