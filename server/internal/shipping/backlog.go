package shipping

import (
	"context"
	"log/slog"
	"sync/atomic"
	"time"
)

const (
	// mostFill is the share of the store's memory from which on it counts as full. It forgets what was shipped from nine
	// tenths on (see redisstore), so this much is reached only with what it cannot forget.
	mostFill = 0.95
	// glance is the pause between looks, and how long one may take.
	glance = time.Second
)

// BacklogOptions of a backlog. Log is needed.
type BacklogOptions struct {
	Limit int64 // Decisions that may wait; 0 for any number.
	// Fill tells which share of its memory the outbox's store uses, from 0 to 1; nil for a store that keeps everything.
	Fill func(ctx context.Context) (float64, error)
	Log  *slog.Logger
}

// Backlog watches how much waits to be shipped, so that others can be told to wait before the store of the outbox has no
// room left: while the ledger is away, every decision takes some.
type Backlog struct {
	shipper *Shipper
	options BacklogOptions
	full    atomic.Bool
}

// NewBacklog returns a backlog that is never full until Run is called.
func NewBacklog(shipper *Shipper, options BacklogOptions) *Backlog {
	return &Backlog{shipper: shipper, options: options}
}

// Full reports whether the limit is reached, as of about a second ago.
func (b *Backlog) Full() bool { return b.full.Load() }

// Run looks until ctx is done.
func (b *Backlog) Run(ctx context.Context) {
	for ; ; sleep(ctx, glance) {
		full, err := b.look(ctx)
		switch was := b.full.Load(); {
		case ctx.Err() != nil:
			return
		case err != nil: // What was known is still the best guess.
		case full && !was:
			b.options.Log.Error("too much waits for the ledger: decisions that grant anything are refused until there is room")
		case was && !full:
			b.options.Log.Info("there is room for decisions again")
		}
		if err == nil {
			b.full.Store(full)
		}
	}
}

func (b *Backlog) look(ctx context.Context) (full bool, err error) {
	ctx, cancel := context.WithTimeout(ctx, glance)
	defer cancel()
	if b.options.Limit > 0 {
		lag, err := b.shipper.Lag(ctx)
		if full = lag.Rows >= b.options.Limit; full || err != nil {
			return full, err
		}
	}
	if b.options.Fill == nil {
		return false, nil
	}
	fill, err := b.options.Fill(ctx)
	return fill >= mostFill, err
}
