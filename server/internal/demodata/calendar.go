package demodata

import (
	"math/rand/v2"
	"time"
)

// calendar is the time that is filled, in the days of the site's zone, and how many come when.
type calendar struct {
	first  time.Time // Noon of the first day: a time that every day has.
	until  time.Time
	days   int
	perDay float64
}

func newCalendar(until time.Time, days, perDay int) (calendar, error) {
	where, err := time.LoadLocation(zone)
	if err != nil {
		return calendar{}, err
	}
	until = until.In(where)
	noon := time.Date(until.Year(), until.Month(), until.Day()-days+1, 12, 0, 0, 0, where)
	return calendar{first: noon, until: until, days: days, perDay: float64(perDay)}, nil
}

// midnight begins a day, counted from 0.
func (c calendar) midnight(day int) time.Time {
	y, m, d := c.first.AddDate(0, 0, day).Date()
	return time.Date(y, m, d, 0, 0, 0, 0, c.first.Location())
}

var (
	// weekdays are how many come, Sunday first; hours when, in the site's zone.
	weekdays = [7]float64{0.84, 1.12, 1.08, 1.05, 1.03, 0.95, 0.68}
	hours    = [24]float64{1.1, 0.6, 0.4, 0.3, 0.3, 0.5, 1.2, 2.6, 3.9, 4.9, 5.4, 5.5, 5.9, 5.3, 4.9, 4.8, 5.0, 5.5, 6.3, 7.4, 8.2, 7.6, 5.3, 2.9}
)

// visitors is how many come on a day: more from month to month, fewer on Saturdays, and no two days alike.
func (c calendar) visitors(r *rand.Rand, day int) int {
	grown := 0.86 + 0.28*float64(day)/float64(max(c.days-1, 1))
	weekday := weekdays[c.first.AddDate(0, 0, day).Weekday()]
	return int(c.perDay*grown*weekday*(1+0.05*r.NormFloat64()) + 0.5)
}

// moment draws when somebody comes on a day.
func (c calendar) moment(r *rand.Rand, day int) time.Time {
	hour := draw(r, hours[:])
	return c.midnight(day).Add(time.Duration(hour)*time.Hour + time.Duration(r.Int64N(int64(time.Hour)))).Truncate(time.Microsecond)
}

// draw returns an index, each as likely as its weight.
func draw(r *rand.Rand, weights []float64) int {
	sum := 0.0
	for _, w := range weights {
		sum += w
	}
	at := r.Float64() * sum
	for i, w := range weights {
		if at -= w; at < 0 {
			return i
		}
	}
	return len(weights) - 1
}
