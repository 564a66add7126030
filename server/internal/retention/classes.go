package retention

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"assent/server/internal/admintrail"
	"assent/server/internal/consent"
	"assent/server/internal/register"
)

// ByClass is a store for each class.
type ByClass map[Class]Store

func (b ByClass) of(class Class) (Store, error) {
	store, isKnown := b[class]
	if !isKnown {
		return nil, fmt.Errorf("nothing removes %s: a newer Assent may have begun that", class)
	}
	return store, nil
}

// Expired implements Store.
func (b ByClass) Expired(ctx context.Context, scope Scope) ([]Month, error) {
	store, err := b.of(scope.Class)
	if err != nil {
		return nil, err
	}
	return store.Expired(ctx, scope)
}

// Kept implements Store.
func (b ByClass) Kept(ctx context.Context, class Class, site string, before time.Time) (int, error) {
	store, err := b.of(class)
	if err != nil {
		return 0, err
	}
	return store.Kept(ctx, class, site, before)
}

// RemoveExpired implements Store.
func (b ByClass) RemoveExpired(ctx context.Context, scope Scope, most int) (int, error) {
	store, err := b.of(scope.Class)
	if err != nil {
		return 0, err
	}
	return store.RemoveExpired(ctx, scope, most)
}

// Recover implements Store.
func (b ByClass) Recover(ctx context.Context, class Class, site string) error {
	store, err := b.of(class)
	if err != nil {
		return err
	}
	return store.Recover(ctx, class, site)
}

// Settle implements Store.
func (b ByClass) Settle(ctx context.Context, class Class) error {
	store, err := b.of(class)
	if err != nil {
		return err
	}
	return store.Settle(ctx, class)
}

// whole is for stores whose removals leave nothing half done.
type whole struct{}

func (whole) Recover(context.Context, Class, string) error { return nil }
func (whole) Settle(context.Context, Class) error          { return nil }

// Done is what a register has of one kind, once it is done with.
type Done[T any] struct {
	whole
	Book    register.Book[T]
	Since   func(T) time.Time // When it was done with; zero where it is not.
	Subject func(T) string    // Whose it is; nil where it is nobody's.
}

// DoneHolds are the holds that ended.
func DoneHolds(store register.Store) Done[Hold] {
	return Done[Hold]{Book: Holds{Store: store}.book(), Since: Hold.ended}
}

// DoneDeletions are the records of deletions that are complete.
func DoneDeletions(store register.Store) Done[Deletion] {
	return Done[Deletion]{Book: Keeper{Register: store}.deletions(), Since: func(d Deletion) time.Time { return d.Finished }}
}

// from returns the entries that were done with before a time.
func (d Done[T]) from(ctx context.Context, site string, before time.Time) ([]register.Entry[T], error) {
	entries, err := d.Book.List(ctx, site)
	return slices.DeleteFunc(entries, func(e register.Entry[T]) bool {
		since := d.Since(e.Value)
		return since.IsZero() || !since.Before(before)
	}), err
}

// expired returns those that may go, the earliest first.
func (d Done[T]) expired(ctx context.Context, scope Scope) ([]register.Entry[T], error) {
	entries, err := d.from(ctx, scope.Site, scope.Before)
	entries = slices.DeleteFunc(entries, func(e register.Entry[T]) bool {
		at := consent.Micros(d.Since(e.Value))
		isHeld := slices.ContainsFunc(scope.Periods, func(p Period) bool { return at >= p.From && at < p.To })
		return isHeld || d.Subject != nil && slices.Contains(scope.Subjects, d.Subject(e.Value))
	})
	slices.SortStableFunc(entries, func(a, b register.Entry[T]) int { return d.Since(a.Value).Compare(d.Since(b.Value)) })
	return entries, err
}

// Expired implements Store.
func (d Done[T]) Expired(ctx context.Context, scope Scope) (months []Month, err error) {
	entries, err := d.expired(ctx, scope)
	for _, entry := range entries {
		month := d.Since(entry.Value).UTC().Format("2006-01")
		if len(months) == 0 || months[len(months)-1].Month != month {
			months = append(months, Month{Month: month})
		}
		months[len(months)-1].Count++
	}
	return months, err
}

// Kept implements Store.
func (d Done[T]) Kept(ctx context.Context, _ Class, site string, before time.Time) (int, error) {
	entries, err := d.from(ctx, site, before)
	return len(entries), err
}

// RemoveExpired implements Store.
func (d Done[T]) RemoveExpired(ctx context.Context, scope Scope, most int) (removed int, err error) {
	entries, err := d.expired(ctx, scope)
	if err != nil {
		return 0, err
	}
	for _, entry := range entries[:min(most, len(entries))] {
		switch err := d.Book.Remove(ctx, entry); {
		case err == nil:
			removed++
		case !errors.Is(err, consent.ErrConflict): // Somebody has just changed it.
			return removed, err
		}
	}
	return removed, nil
}

// Trailed is the administration's trail.
type Trailed struct {
	whole
	Trail admintrail.Aging
}

// Expired implements Store.
func (t Trailed) Expired(ctx context.Context, scope Scope) (months []Month, err error) {
	counts, err := t.Trail.CountActs(ctx, scope.Before)
	for month, count := range counts {
		months = append(months, Month{Month: month, Count: count})
	}
	slices.SortFunc(months, func(a, b Month) int { return strings.Compare(a.Month, b.Month) })
	return months, err
}

// Kept implements Store.
func (t Trailed) Kept(ctx context.Context, _ Class, _ string, before time.Time) (n int, err error) {
	counts, err := t.Trail.CountActs(ctx, before)
	for _, count := range counts {
		n += count
	}
	return n, err
}

// RemoveExpired implements Store.
func (t Trailed) RemoveExpired(ctx context.Context, scope Scope, most int) (int, error) {
	return t.Trail.RemoveActs(ctx, scope.Before, most)
}
