package retention

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"assent/schemas"
	"assent/server/internal/consent"
)

// Apart is a store of decisions whose current choices are elsewhere.
type Apart struct {
	Store
	Choices Choices
	Now     func() time.Time
}

// Settle implements Store.
func (a Apart) Settle(ctx context.Context, class Class) error {
	if err := a.Store.Settle(ctx, class); err != nil || class != Decisions {
		return err
	}
	return a.Choices.ForgetPast(ctx, a.Now())
}

// Copied is a store with the log of its decisions, which are in a ledger too. They go from the store first: what is there and
// not in the ledger would be brought to it again.
type Copied struct {
	Store
	Copy Pair
}

// Expired implements Store: the greater number of each month.
func (c Copied) Expired(ctx context.Context, scope Scope) ([]Month, error) {
	own, err := c.Store.Expired(ctx, scope)
	if err != nil {
		return nil, err
	}
	copies, err := c.Copy.Expired(ctx, scope)
	if err != nil {
		return nil, err
	}
	for _, month := range copies {
		at := slices.IndexFunc(own, func(m Month) bool { return m.Month == month.Month })
		if at < 0 {
			own = append(own, month)
		} else {
			own[at].Count = max(own[at].Count, month.Count)
		}
	}
	slices.SortFunc(own, func(a, b Month) int { return strings.Compare(a.Month, b.Month) })
	return own, nil
}

// Kept implements Store.
func (c Copied) Kept(ctx context.Context, class Class, site string, before time.Time) (int, error) {
	own, err := c.Store.Kept(ctx, class, site, before)
	if err != nil {
		return 0, err
	}
	copies, err := c.Copy.Kept(ctx, class, site, before)
	return max(own, copies), err
}

// RemoveExpired implements Store.
func (c Copied) RemoveExpired(ctx context.Context, scope Scope, most int) (int, error) {
	removed, err := c.Store.RemoveExpired(ctx, scope, most)
	if err != nil || removed > 0 {
		return removed, err
	}
	return c.Copy.RemoveExpired(ctx, scope, most)
}

// Recover implements Store.
func (c Copied) Recover(ctx context.Context, class Class, site string) error {
	return errors.Join(c.Store.Recover(ctx, class, site), c.Copy.Recover(ctx, class, site))
}

// Current tells what visitors chose last, before anybody else knows.
type Current interface {
	// Current returns a subject's choice, or consent.ErrNotFound.
	Current(ctx context.Context, site, subject string) (schemas.Current, error)
}

// BothTimes are those of decisions that were shipped, and of the last one, which may be on its way.
type BothTimes struct {
	Times
	Current Current
}

// RecordedAt implements Times.
func (b BothTimes) RecordedAt(ctx context.Context, site, subject string) ([]time.Time, error) {
	times, err := b.Times.RecordedAt(ctx, site, subject)
	if err != nil {
		return nil, err
	}
	last, err := b.Current.Current(ctx, site, subject)
	if errors.Is(err, consent.ErrNotFound) {
		return times, nil
	}
	if err != nil {
		return nil, fmt.Errorf("look for the current choice: %w", err)
	}
	return append(times, last.RecordedAt), nil
}
