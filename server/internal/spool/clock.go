package spool

import (
	"maps"
	"time"

	"assent/server/internal/consent"
)

const (
	// slow is how long the journal may take to tell its time for the clock to be set as if it had told it when it was
	// asked: by as much the stamps may be ahead.
	slow = 100 * time.Millisecond
	// drift is how much faster this machine's clock may be than the journal's, as a fraction: usual ones are within half
	// of it.
	drift = 10_000
	// farAhead bounds how many subjects are remembered whose latest stamp is ahead of the journal's clock.
	farAhead = 1 << 14
)

// clock goes on with the journal's time while the journal is away, so that a decision of the spool is stamped as the
// journal would have done it, whatever this machine's wall clock says or does. It is never behind the journal's clock,
// and does not follow when that jumps back: a withdrawal that is spooled must not seem older than the grant that the
// journal stamped a moment before.
type clock struct {
	now   func() time.Time // With a monotonic reading.
	base  time.Time        // The journal's time ...
	taken time.Time        // ... not later than then.
	ahead map[uint64]time.Time
}

func newClock(now func() time.Time) *clock {
	return &clock{now: now, ahead: map[uint64]time.Time{}}
}

// set takes over what the journal told when it was asked at asked and answered at answered. Its clock stood there at
// some moment between the two, so counting from the first is never behind. A clock that is ahead is only slowed down.
func (c *clock) set(told, asked, answered time.Time) {
	from := asked
	if !c.base.IsZero() {
		if answered.Sub(asked) > slow {
			from = answered
		}
		if least := c.at(from).Add(-from.Sub(c.taken) / drift); told.Before(least) {
			told = least
		}
	}
	c.base, c.taken = told, from
}

// time is the journal's time, or a little later.
func (c *clock) time() time.Time { return c.at(c.now()) }

func (c *clock) at(now time.Time) time.Time {
	return c.base.Add(now.Sub(c.taken)).UTC().Truncate(time.Microsecond)
}

// observe remembers a stamp of the journal that is ahead of its clock, as it gives them to subjects who already have one
// from the future.
func (c *clock) observe(r consent.Record, stamp time.Time) {
	if !stamp.After(c.time()) {
		return
	}
	if len(c.ahead) >= farAhead {
		now := c.time()
		maps.DeleteFunc(c.ahead, func(_ uint64, stamp time.Time) bool { return !stamp.After(now) })
	}
	if len(c.ahead) >= farAhead {
		return
	}
	c.ahead[keyOf(r.Site, r.Subject)] = stamp
}

// stamp is for a decision that came after the one stamped last, and after all of the subject that the journal stamped.
func (c *clock) stamp(subject uint64, last time.Time) time.Time {
	at := c.time()
	for _, earlier := range []time.Time{last, c.ahead[subject]} {
		if !at.After(earlier) {
			at = earlier.Add(time.Microsecond)
		}
	}
	return at
}
