package demodata

import (
	"cmp"
	"container/heap"
	"context"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"slices"
	"time"

	"assent/server/internal/consent"
	"assent/server/internal/exposure"
	"assent/server/internal/shipping"
)

// Plan is how much to make up. Equal plans make equal data.
type Plan struct {
	Days           int
	VisitorsPerDay int
	Seed           uint64
	Until          time.Time
	Progress       func(day int) // Told after each day, counted from 1.
}

// Sum is what was made up.
type Sum struct{ Decisions, Views int }

// Fill makes the site and fills it, day by day. The site is there first and says what it is: what an interrupted Fill leaves,
// Remove takes away.
func Fill(ctx context.Context, stores Stores, plan Plan) (Sum, error) {
	known, err := demo(ctx, stores.Publisher.Registry)
	if err != nil {
		return Sum{}, err
	}
	if known.ID != "" {
		return Sum{}, ErrThere
	}
	days, err := newCalendar(plan.Until, plan.Days, plan.VisitorsPerDay)
	if err != nil {
		return Sum{}, fmt.Errorf("demo data: %w", err)
	}
	versions, err := publish(ctx, stores.Publisher, days)
	if err != nil {
		return Sum{}, err
	}
	f := filling{stores: stores, calendar: days, versions: versions, random: rand.New(rand.NewPCG(plan.Seed, 0)),
		counter: exposure.NewCounter(stores.Exposures, everybody{}, slog.New(slog.DiscardHandler))}
	for day := range plan.Days {
		if err := f.fill(ctx, day); err != nil {
			return f.sum, fmt.Errorf("fill day %d: %w", day+1, err)
		}
		if plan.Progress != nil {
			plan.Progress(day + 1)
		}
	}
	return f.sum, nil
}

// filling is a Fill that is under way.
type filling struct {
	calendar
	stores   Stores
	versions []shown
	random   *rand.Rand
	counter  *exposure.Counter
	later    followUps
	today    []consent.Record
	sum      Sum
}

// everybody takes each mark for a new visitor's: nobody comes twice. So nothing has to be kept of who was there.
type everybody struct{}

// MarkVisitors implements exposure.Visitors.
func (everybody) MarkVisitors(_ context.Context, _, _ string, marks []exposure.Mark, _ int) ([]exposure.Mark, error) {
	return marks, nil
}

// fill makes up one day and writes it.
func (f *filling) fill(ctx context.Context, day int) error {
	f.today = nil
	visits := make([]visitor, f.visitors(f.random, day))
	for i := range visits {
		visits[i] = newVisitor(f.random, f.moment(f.random, day))
	}
	slices.SortFunc(visits, func(a, b visitor) int { return a.at.Compare(b.at) })
	for _, v := range visits {
		if err := f.visit(v); err != nil {
			return err
		}
	}
	if err := f.programs(day); err != nil {
		return err
	}
	for end := f.midnight(day + 1); len(f.later) > 0 && f.later[0].at.Before(end); {
		if err := f.followUp(heap.Pop(&f.later).(followUp)); err != nil {
			return err
		}
	}
	slices.SortFunc(f.today, func(a, b consent.Record) int {
		return cmp.Or(a.RecordedAt.Compare(b.RecordedAt), slices.Compare(a.ID[:], b.ID[:]))
	})
	if err := f.stores.Ledger.Append(ctx, shipping.Batch{Records: f.today}); err != nil {
		return err
	}
	f.sum.Decisions += len(f.today)
	if err := f.counter.Flush(ctx); err != nil {
		return err
	}
	if f.stores.Roller == nil {
		return nil
	}
	return f.stores.Roller.RollUp(ctx, 1)
}

// expose counts what a page tells, unless that is still to come.
func (f *filling) expose(v visitor, notice, event string, at time.Time) {
	if at.After(f.until) {
		return
	}
	f.counter.Add(exposure.Key{Site: Site, Slot: exposure.SlotOf(at), Event: event, Notice: notice, Locale: v.locale, Regime: v.regime,
		Page: v.page, Country: v.country, Device: v.device, Browser: v.browser}, markOf(v, event))
	f.sum.Views++
}

// markOf tells a visitor's events apart, as exposure.Marker does.
func markOf(v visitor, event string) *exposure.Mark {
	if event == exposure.Program {
		return nil
	}
	mark := v.mark
	mark[0] ^= event[0]
	return &mark
}

// versionAt is what the shop shows at a time.
func (f *filling) versionAt(at time.Time) shown {
	current := f.versions[0]
	for _, v := range f.versions {
		if !at.Before(v.since) {
			current = v
		}
	}
	return current
}
