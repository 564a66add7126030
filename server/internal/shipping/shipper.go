package shipping

import (
	"context"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"sync"
	"time"

	"golang.org/x/sync/errgroup"
)

// Options of a shipper. Holder and Log are needed; zero durations and counts stand for the defaults named.
type Options struct {
	Holder string        // Tells this process from all others, those of the past included.
	Log    *slog.Logger  // Gets counts, never content: a ledger's error text may quote what a visitor decided.
	Poll   time.Duration // Pause between looks into the outbox at low load; 500 ms.
	Rows   int           // About how many records one insert carries at most; 10,000.
	Lease  time.Duration // How long a shard is held without renewal; 30 s.
	Limit  time.Duration // Longest pause after failures; 30 s.
	Quiet  time.Duration // How long Drain goes on without shipping anything; 3 s.

	Now func() time.Time // Clock of leases and ages; time.Now.
}

// Shipper carries decisions from the outbox to the ledger. Any number of processes may ship the same outbox.
//
// The batches of several shards go into one insert, because ClickHouse wants few and large ones. A batch that failed is
// kept and sent again as it was, so that the ledger recognises it; after a restart the frozen batches may be put
// together otherwise, and then the ledger recognises the single records.
type Shipper struct {
	outbox  Outbox
	ledger  Ledger
	options Options

	guard   sync.Mutex // One round at a time.
	leases  map[int]time.Time
	pending []Batch // Frozen, read, and not shipped yet.
	ahead   []Batch // The same, for when the pending ones are shipped.
	behind  bool    // More waited than one insert takes when the outbox was last looked at.
}

// New returns a shipper that does nothing until Run or Drain is called.
func New(outbox Outbox, ledger Ledger, options Options) *Shipper {
	setDefault(&options.Poll, 500*time.Millisecond)
	setDefault(&options.Rows, 10_000)
	setDefault(&options.Lease, 30*time.Second)
	setDefault(&options.Limit, 30*time.Second)
	setDefault(&options.Quiet, 3*time.Second)
	if options.Now == nil {
		options.Now = time.Now
	}
	return &Shipper{outbox: outbox, ledger: ledger, options: options, leases: map[int]time.Time{}}
}

func setDefault[T comparable](option *T, value T) {
	var zero T
	if *option == zero {
		*option = value
	}
}

// Run ships until ctx is done. Whatever fails is tried again for ever. Call Drain afterwards. A ledger that cannot be
// reached is logged at the start, not with the first decision.
func (s *Shipper) Run(ctx context.Context) {
	reached := false
	for failures := 0; ; {
		shipped, err := s.round(ctx)
		if err == nil && !reached {
			err = s.ledger.Append(ctx, Batch{})
			reached = err == nil
		}
		if ctx.Err() != nil {
			return
		}
		pause := s.options.Poll
		switch {
		case err != nil:
			failures++
			pause = s.backOff(failures)
			s.options.Log.Warn("ledger cannot be filled, decisions wait in the outbox", "failures", failures, "pause", pause, "error", describe(err))
		case failures > 0:
			s.options.Log.Info("ledger is filled again", "failures", failures)
			failures = 0
		}
		if err == nil && shipped >= s.options.Rows*9/10 { // Entries are not torn apart to fill it.
			pause = 0
		}
		if !sleep(ctx, pause) {
			return
		}
	}
}

// Drain ships what waits now in the shards that no other process holds, then gives up its leases. It returns an error
// when ctx ends before that or nothing could be shipped for a while; what waits then stays in the outbox.
func (s *Shipper) Drain(ctx context.Context) error {
	defer s.release(context.WithoutCancel(ctx))
	for {
		shipped, err := s.progress(ctx)
		if err != nil {
			return fmt.Errorf("drain outbox: %w", err)
		}
		if shipped == 0 {
			return nil
		}
	}
}

// progress tries until a round succeeds, Options.Quiet is over or ctx ends.
func (s *Shipper) progress(ctx context.Context) (int, error) {
	ctx, cancel := context.WithTimeout(ctx, s.options.Quiet)
	defer cancel()
	var cause error
	for failures := 1; ; failures++ {
		shipped, err := s.round(ctx)
		if err == nil {
			return shipped, nil
		}
		if cause == nil || ctx.Err() == nil {
			cause = err // Why it could not is worth more than that the time was up.
		}
		if !sleep(ctx, s.backOff(failures)) {
			return 0, cause
		}
	}
}

// backOff doubles from a tenth of a second to the limit. Half of it is chance, so that many servers do not return at
// once to a ledger that has just come back.
func (s *Shipper) backOff(failures int) time.Duration {
	pause := min(100*time.Millisecond<<min(failures, 20), s.options.Limit)
	return pause/2 + rand.N(pause/2+1)
}

// atOnce does something n times, some at once: each waits for a round trip and a flush to disk, which others can share.
func atOnce(n int, do func(i int)) {
	var doing errgroup.Group
	doing.SetLimit(8)
	for i := range n {
		doing.Go(func() error {
			do(i)
			return nil
		})
	}
	_ = doing.Wait() // Never fails: each keeps its own error.
}

// sleep reports whether the time passed before ctx ended.
func sleep(ctx context.Context, pause time.Duration) bool {
	select {
	case <-ctx.Done():
		return false
	case <-time.After(pause):
		return true
	}
}

// round ships at most one insert and returns how many records left the outbox. Under load it reads the next one while
// the ledger takes this one, because each costs about as much time as the other.
func (s *Shipper) round(ctx context.Context) (int, error) {
	s.guard.Lock()
	defer s.guard.Unlock()
	gatherErr := s.gather(ctx)
	if len(s.pending) == 0 {
		return 0, gatherErr
	}
	var reading sync.WaitGroup
	var aheadErr error
	if s.behind && len(s.ahead) == 0 {
		reading.Go(func() { s.ahead, aheadErr = s.take(ctx) })
	}
	refused, err := s.deliver(ctx)
	reading.Wait()
	if err != nil {
		return 0, err
	}
	shipped, err := s.settle(ctx, refused)
	return shipped, once(err, gatherErr, aheadErr)
}

// gather keeps the pending batches whose lease is still ours, or takes those read ahead, or new ones from the shards with work. Shards that
// answer are served even when others do not.
func (s *Shipper) gather(ctx context.Context) error {
	if len(s.pending) == 0 {
		s.pending, s.ahead = s.ahead, nil
	}
	if len(s.pending) > 0 {
		return s.keepPending(ctx)
	}
	var err error
	s.pending, err = s.take(ctx)
	return err
}

// take reads what one insert carries from shards that have nothing pending.
func (s *Shipper) take(ctx context.Context) ([]Batch, error) {
	busy := map[int]bool{}
	for _, batch := range s.pending {
		busy[batch.Shard] = true
	}
	waiting, err := s.outbox.Waiting(ctx)
	failures, left := []error{err}, int64(s.options.Rows)
	var shards, limits []int
	for shard, one := range waiting {
		if one.Rows == 0 || left <= 0 || busy[shard] {
			continue
		}
		held, err := s.claim(ctx, shard)
		if err != nil || !held {
			failures = append(failures, err)
			continue
		}
		limit := min(one.Rows, left)
		shards, limits = append(shards, shard), append(limits, int(limit))
		left -= limit
	}
	s.behind = left <= 0
	batches, errs := s.read(ctx, shards, limits)
	return batches, once(append(failures, errs...)...)
}

// read returns the next batch of each shard that has one.
func (s *Shipper) read(ctx context.Context, shards, limits []int) (found []Batch, failures []error) {
	batches, errs := make([]Batch, len(shards)), make([]error, len(shards))
	atOnce(len(shards), func(i int) { batches[i], errs[i] = s.outbox.Next(ctx, shards[i], limits[i]) })
	for i, batch := range batches {
		if errs[i] != nil {
			// Another process may be able to read it: a newer version, while this one is being replaced.
			failures = append(failures, errs[i], s.giveUp(ctx, shards[i]))
		} else if len(batch.Records) > 0 {
			found = append(found, batch)
		}
	}
	return found, failures
}

func (s *Shipper) keepPending(ctx context.Context) error {
	var kept []Batch
	for _, batch := range s.pending {
		held, err := s.claim(ctx, batch.Shard)
		if err != nil {
			return err
		}
		if held {
			kept = append(kept, batch)
		}
	}
	s.pending = kept
	return nil
}

// claim asks the outbox only when half of the lease has passed.
func (s *Shipper) claim(ctx context.Context, shard int) (bool, error) {
	now := s.options.Now()
	if s.leases[shard].After(now.Add(s.options.Lease / 2)) {
		return true, nil
	}
	held, err := s.outbox.Claim(ctx, shard, s.options.Holder, s.options.Lease)
	delete(s.leases, shard)
	if err == nil && held {
		s.leases[shard] = now.Add(s.options.Lease)
	}
	return held, err
}

// release lets every lease end now, so that another process need not wait for it.
func (s *Shipper) release(ctx context.Context) {
	s.guard.Lock()
	defer s.guard.Unlock()
	ctx, cancel := context.WithTimeout(ctx, time.Second)
	defer cancel()
	for shard := range s.leases {
		if err := s.giveUp(ctx, shard); err != nil {
			s.options.Log.Warn("lease not given up, it ends by itself", "shard", shard, "error", err)
			return
		}
	}
	s.pending, s.ahead = nil, nil
}

func (s *Shipper) giveUp(ctx context.Context, shard int) error {
	_, err := s.outbox.Claim(ctx, shard, s.options.Holder, time.Millisecond)
	delete(s.leases, shard)
	return err
}

// settle moves the cursor past each delivered batch. A batch whose cursor did not move stays pending and is delivered
// again, which the ledger counts once.
func (s *Shipper) settle(ctx context.Context, refused map[int][]Refused) (shipped int, err error) {
	var kept []Batch
	failures := make([]error, len(s.pending))
	atOnce(len(s.pending), func(i int) { failures[i] = s.outbox.Done(ctx, s.pending[i], refused[i]...) })
	for i, batch := range s.pending {
		if failures[i] != nil {
			kept = append(kept, batch)
			continue
		}
		shipped += len(batch.Records)
		if count := len(refused[i]); count > 0 {
			s.options.Log.Error("decisions refused by the ledger are kept as dead letters", "shard", batch.Shard, "count", count)
		}
	}
	s.pending = kept
	return shipped, once(failures...)
}
