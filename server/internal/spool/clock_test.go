package spool

import (
	"testing"
	"time"
)

// TestClock sets the clock of a spool whose machine runs fast or slow, or hears from the journal late.
func TestClock(t *testing.T) {
	start := time.Date(2026, 11, 25, 5, 0, 0, 0, time.UTC)
	here := func(after time.Duration) time.Time { return start.Add(time.Hour + after) } // What this machine says meanwhile.
	for name, c := range map[string]struct {
		told            time.Duration // Ten seconds after the start, of which this machine counted as many.
		answered        time.Duration
		atLeast, atMost time.Duration // What the clock tells when that was answered.
	}{
		"in step":                          {10 * time.Second, 10 * time.Second, 10 * time.Second, 10 * time.Second},
		"behind":                           {11 * time.Second, 10 * time.Second, 11 * time.Second, 11 * time.Second},
		"a little ahead":                   {10*time.Second - 500*time.Microsecond, 10 * time.Second, 10*time.Second - 500*time.Microsecond, 10*time.Second - 500*time.Microsecond},
		"the journal's clock was set":      {-time.Hour, 10 * time.Second, 10*time.Second - time.Millisecond, 10*time.Second - time.Millisecond},
		"the answer took long":             {10 * time.Second, 12 * time.Second, 12*time.Second - 1200*time.Microsecond, 12 * time.Second},
		"the answer took long and is late": {13 * time.Second, 12 * time.Second, 13 * time.Second, 13 * time.Second},
	} {
		now := here(0)
		clock := newClock(func() time.Time { return now })
		clock.set(start, here(0), here(0))
		clock.set(start.Add(c.told), here(10*time.Second), here(c.answered))
		now = here(c.answered)
		if got := clock.time().Sub(start); got < c.atLeast || got > c.atMost {
			t.Errorf("%s: the clock tells %v, want %v to %v", name, got, c.atLeast, c.atMost)
		}
	}
}
