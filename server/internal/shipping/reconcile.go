package shipping

import (
	"context"
	"errors"
	"log/slog"
	"sync/atomic"
	"time"

	"assent/server/internal/consent"
)

// Retaining is an outbox that keeps for a while what was shipped. shippingtest holds implementations to these promises.
type Retaining interface {
	// Waiting and Claim are those of Outbox.
	Waiting(ctx context.Context) ([]Waiting, error)
	Claim(ctx context.Context, shard int, holder string, ttl time.Duration) (bool, error)
	// Shipped returns records of a shard that were shipped and that it keeps, oldest first: those after a position, or
	// from the oldest when it is empty, and put in before a time; about limit of them. The next position is Batch.To.
	// An empty batch means that there are no more.
	Shipped(ctx context.Context, shard int, after string, before time.Time, limit int) (Batch, error)
}

// Searchable is a ledger that can be asked what it holds. shippingtest holds implementations to these promises.
type Searchable interface {
	Ledger
	// Missing returns those of the records that the ledger does not hold, in their order.
	Missing(ctx context.Context, records []consent.Record) ([]consent.Record, error)
}

// ReconcilerOptions of a reconciler. Holder and Log are needed; zero durations stand for the defaults named.
type ReconcilerOptions struct {
	Holder string        // The shipper's: whoever ships a shard compares it.
	Log    *slog.Logger  // Gets counts, never content.
	Every  time.Duration // Pause between comparisons; a minute.
	// How long after it was recorded a decision is looked for; 10 minutes. Later than the ledger needs to write to disk
	// what it has acknowledged, and sooner than the outbox forgets it (schemas.OutboxRetention).
	Age   time.Duration
	Lease time.Duration // How long a shard is held without renewal; 30 s.

	Now func() time.Time // time.Now.
}

// Reconciler looks for what was shipped in the ledger, and appends again what is not there: a ledger may lose what it
// has acknowledged before it was on its disk, with a part that is damaged, or by somebody's hand.
type Reconciler struct {
	outbox    Retaining
	ledger    Searchable
	options   ReconcilerOptions
	positions map[int]string // Per shard how far it was compared.

	compared, restored atomic.Int64
}

// NewReconciler returns a reconciler that does nothing until Run or Compare is called.
func NewReconciler(outbox Retaining, ledger Searchable, options ReconcilerOptions) *Reconciler {
	setDefault(&options.Every, time.Minute)
	setDefault(&options.Age, 10*time.Minute)
	setDefault(&options.Lease, 30*time.Second)
	if options.Now == nil {
		options.Now = time.Now
	}
	return &Reconciler{outbox: outbox, ledger: ledger, options: options, positions: map[int]string{}}
}

// Compared is how many decisions were looked for.
func (r *Reconciler) Compared() int64 { return r.compared.Load() }

// Restored is how many of them were missing and appended again.
func (r *Reconciler) Restored() int64 { return r.restored.Load() }

// Run compares until ctx is done.
func (r *Reconciler) Run(ctx context.Context) {
	for sleep(ctx, r.options.Every) {
		if err := r.Compare(ctx); err != nil && ctx.Err() == nil {
			r.options.Log.Warn("ledger cannot be compared with the outbox", "error", describe(err))
		}
	}
}

// Compare looks once for what became old enough since the last time, in the shards that no other process ships.
func (r *Reconciler) Compare(ctx context.Context) error {
	shards, err := r.outbox.Waiting(ctx)
	failures := []error{err}
	for shard := range shards {
		failures = append(failures, r.compareShard(ctx, shard))
	}
	return once(failures...)
}

func (r *Reconciler) compareShard(ctx context.Context, shard int) error {
	const limit = 1000
	before := r.options.Now().Add(-r.options.Age)
	for {
		held, err := r.outbox.Claim(ctx, shard, r.options.Holder, r.options.Lease)
		if err != nil || !held {
			delete(r.positions, shard) // Whoever has it compares it, and may leave off anywhere.
			return err
		}
		batch, err := r.outbox.Shipped(ctx, shard, r.positions[shard], before, limit)
		if err != nil || len(batch.Records) == 0 {
			return err
		}
		missing, err := r.ledger.Missing(ctx, batch.Records)
		if err != nil {
			return err
		}
		if err := r.restore(ctx, shard, missing); err != nil {
			return err
		}
		r.compared.Add(int64(len(batch.Records)))
		r.positions[shard] = batch.To
	}
}

// restore appends records again, without a token: the ledger may still know that of the batch which it has lost. Those
// that it refuses were refused before, and are kept as dead letters.
func (r *Reconciler) restore(ctx context.Context, shard int, missing []consent.Record) error {
	if len(missing) == 0 {
		return nil
	}
	restored := len(missing)
	err := r.ledger.Append(ctx, Batch{Shard: shard, Records: missing})
	switch {
	case errors.Is(err, ErrRejected):
		restored, err = r.restoreEach(ctx, shard, missing)
	case err != nil:
		restored = 0
	}
	if restored > 0 {
		r.restored.Add(int64(restored))
		r.options.Log.Error("ledger had lost decisions, they were appended again", "shard", shard, "count", restored)
	}
	return err
}

func (r *Reconciler) restoreEach(ctx context.Context, shard int, missing []consent.Record) (restored int, err error) {
	for _, record := range missing {
		err := r.ledger.Append(ctx, Batch{Shard: shard, Records: []consent.Record{record}})
		switch {
		case errors.Is(err, ErrRejected):
		case err != nil:
			return restored, err
		default:
			restored++
		}
	}
	return restored, nil
}
