package experiment

import (
	"math/rand/v2"
	"testing"

	"assent/schemas"
)

// look is one experiment that is looked at after every 100 visitors, with the true rates of the four outcomes in each arm.
// It returns at how many visitors something was found first, or 0.
func look(random *rand.Rand, arms [][4]float64, share float64, visitors int) int {
	r := schemas.ExperimentReport{Arms: make([]schemas.Arm, len(arms))}
	for n := 1; n <= visitors; n++ {
		i := 0
		if random.Float64() < share {
			i = 1 + random.IntN(len(arms)-1)
		}
		arm := &r.Arms[i]
		arm.Visitors++
		*[]*int{&arm.Accepted, &arm.Refused, &arm.Partial, &arm.Ignored}[outcomeOf(random, arms[i])]++
		if n%100 == 0 && finds(&r) {
			return n
		}
	}
	return 0
}

// finds says something of the numbers so far.
func finds(r *schemas.ExperimentReport) bool {
	Judge(r)
	for _, arm := range r.Arms {
		for _, c := range arm.Compared {
			if c.Verdict == more || c.Verdict == fewer {
				return true
			}
		}
	}
	return false
}

func outcomeOf(random *rand.Rand, rates [4]float64) int {
	at := random.Float64()
	for i, rate := range rates {
		if at -= rate; at < 0 {
			return i
		}
	}
	return len(rates) - 1
}

func TestWhereNothingDiffersNothingIsFoundHoweverOftenOneLooks(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 2))
	const runs, visitors = 400, 20_000
	for name, rates := range map[string][4]float64{
		"usual":         {0.45, 0.25, 0.05, 0.25},
		"nearly nobody": {0.02, 0.01, 0.005, 0.965},
		"nearly all":    {0.96, 0.02, 0.01, 0.01},
	} {
		for i, share := range []float64{0.5, 0.1} { // One variant, then two.
			alarms := 0
			for range runs {
				if look(random, [][4]float64{rates, rates, rates}[:2+i], share, visitors) > 0 {
					alarms++
				}
			}
			if t.Logf("%s, share %v: %d false alarms of %d", name, share, alarms, runs); alarms > runs/20 {
				t.Errorf("%s, share %v: %d false alarms of %d are more than 5 %%", name, share, alarms, runs)
			}
		}
	}
}

func TestADifferenceIsFound(t *testing.T) {
	random := rand.New(rand.NewPCG(3, 4))
	control, variant := [4]float64{0.45, 0.25, 0.05, 0.25}, [4]float64{0.50, 0.25, 0.05, 0.20}
	const runs, visitors = 100, 20_000
	found, after := 0, 0
	for range runs {
		if n := look(random, [][4]float64{control, variant}, 0.5, visitors); n > 0 {
			found++
			after += n
		}
	}
	if t.Logf("five points: found in %d of %d, after %d visitors on average", found, runs, after/max(found, 1)); found < runs*9/10 {
		t.Errorf("five points were found in %d runs of %d", found, runs)
	}
}

func TestWhatIsStillNeededIsEnough(t *testing.T) {
	one, other := sample{450, 1000}, sample{470, 1000}
	factor := growth(one, other, alpha/4, 0.02)
	grow := func(s sample, by float64) sample { return sample{s.part * by, s.whole * by} }
	if m := margin(grow(one, factor), grow(other, factor), alpha/4); m > 0.0201 {
		t.Errorf("after %.1f times as many the margin is %v", factor, m)
	}
	if m := margin(grow(one, factor/2), grow(other, factor/2), alpha/4); m < 0.02 {
		t.Errorf("half of that would have been enough: %v", m)
	}
}
