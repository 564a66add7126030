package rights

import (
	"context"
	"slices"
	"time"

	"assent/server/internal/consent"
	"assent/server/internal/shipping"
)

// Guard is a pair's ledger for shippers. A shipper that hung, and whose batch another one shipped meanwhile, may insert what
// was erased since: so it looks behind each insert.
type Guard struct {
	pair   Pair
	ledger shipping.Ledger
}

// GuardedSearch is a guarded ledger that can be asked what it holds.
type GuardedSearch struct {
	Guard
	search shipping.Searchable
}

var (
	_ shipping.Ledger     = Guard{}
	_ shipping.Searchable = GuardedSearch{}
)

// Guard returns the pair's ledger for a shipper.
func (p Pair) Guard(ledger shipping.Ledger) Guard { return Guard{pair: p, ledger: ledger} }

// GuardSearch returns the pair's ledger for a reconciler, which must not miss what was erased.
func (p Pair) GuardSearch(ledger shipping.Searchable) GuardedSearch {
	return GuardedSearch{Guard: p.Guard(ledger), search: ledger}
}

// Append implements shipping.Ledger.
func (g Guard) Append(ctx context.Context, batch shipping.Batch) error {
	if err := g.ledger.Append(ctx, batch); err != nil || len(batch.Records) == 0 {
		return err
	}
	erased, err := g.pair.Journal.Erased(ctx, batch.Records)
	if err != nil {
		return err
	}
	for _, order := range erased {
		if _, err := g.pair.remove(ctx, order, g.pair.Now().UTC().Truncate(time.Microsecond)); err != nil {
			return err
		}
	}
	return nil
}

// Missing implements shipping.Searchable.
func (g GuardedSearch) Missing(ctx context.Context, records []consent.Record) ([]consent.Record, error) {
	missing, err := g.search.Missing(ctx, records)
	if err != nil || len(missing) == 0 {
		return missing, err
	}
	erased, err := g.pair.Journal.Erased(ctx, missing)
	return slices.DeleteFunc(missing, func(r consent.Record) bool {
		return slices.ContainsFunc(erased, func(o Order) bool { return o.reaches(r) })
	}), err
}

func (o Order) reaches(r consent.Record) bool {
	return o.Site == r.Site && o.Subject == r.Subject && !r.RecordedAt.After(o.Until)
}
