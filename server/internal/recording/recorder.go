package recording

import (
	"context"
	"errors"
	"fmt"
	"hash/maphash"
	"sync"

	"assent/server/internal/consent"
)

// ErrClosed is the outcome of decisions that arrive after Close.
var ErrClosed = fmt.Errorf("recorder is closed: %w", consent.ErrUnavailable)

// Limits bounds what a Recorder holds in memory.
type Limits struct {
	Lanes int // Commits that may be in flight at once, each subject always in the same lane. 1 for a store with one writer.
	Batch int // Most decisions of one commit.
	Queue int // Most decisions that wait in one lane; beyond it Record answers consent.ErrOverloaded.
	// Full reports that there is hardly room left for what is recorded; Record then answers consent.ErrOverloaded to
	// whatever grants anything, so that refusals and withdrawals are the last to be refused. nil stands for never.
	Full func() bool
}

// Recorder gathers the decisions that arrive while a commit is in flight into the next commit (group commit). Nothing
// waits for a timer: a lone decision is committed at once, and under load one flush to disk serves many decisions.
type Recorder struct {
	journal Journal
	batch   int
	full    func() bool
	lanes   []chan waiting
	seed    maphash.Seed
	mu      sync.RWMutex // Held for reading while a decision is queued, so that Close can wait for those.
	closed  bool
	done    sync.WaitGroup
	stop    context.CancelFunc
}

type waiting struct {
	record consent.Record
	answer chan<- Outcome
}

// NewRecorder starts a recorder over a journal. Close ends it.
func NewRecorder(journal Journal, limits Limits) *Recorder {
	ctx, stop := context.WithCancel(context.Background())
	r := &Recorder{journal: journal, batch: limits.Batch, full: limits.Full, seed: maphash.MakeSeed(), stop: stop}
	for range limits.Lanes {
		lane := make(chan waiting, limits.Queue)
		r.lanes = append(r.lanes, lane)
		r.done.Go(func() { r.commitLoop(ctx, lane) })
	}
	return r
}

// Record returns when the decision is durable, with the outcome the journal gave it. When ctx ends first the decision
// may still be recorded; the error is ctx's, and a retry with the same id is safe. A full queue is
// consent.ErrOverloaded, at once and without a trace.
func (r *Recorder) Record(ctx context.Context, record consent.Record) (Outcome, error) {
	if r.full != nil && r.full() && record.Grants() {
		return Outcome{}, consent.ErrOverloaded
	}
	answer := make(chan Outcome, 1)
	if err := r.enqueue(waiting{record, answer}); err != nil {
		return Outcome{}, err
	}
	select {
	case outcome := <-answer:
		return outcome, outcome.Err
	case <-ctx.Done():
		return Outcome{}, ctx.Err()
	}
}

func (r *Recorder) enqueue(w waiting) error {
	r.mu.RLock()
	defer r.mu.RUnlock()
	if r.closed {
		return ErrClosed
	}
	lane := r.lanes[maphash.String(r.seed, w.record.Subject)%uint64(len(r.lanes))]
	select {
	case lane <- w:
		return nil
	default:
		return consent.ErrOverloaded
	}
}

// Waiting is the number of decisions that wait for a commit.
func (r *Recorder) Waiting() int {
	n := 0
	for _, lane := range r.lanes {
		n += len(lane)
	}
	return n
}

// Close refuses new decisions, finishes the commits of those that wait, and returns when they are answered. When ctx
// ends first, it cancels what is in flight and returns ctx's error; nothing of that was acknowledged.
func (r *Recorder) Close(ctx context.Context) error {
	r.mu.Lock()
	if !r.closed {
		r.closed = true
		for _, lane := range r.lanes {
			close(lane)
		}
	}
	r.mu.Unlock()
	finished := make(chan struct{})
	go func() {
		r.done.Wait()
		close(finished)
	}()
	defer r.stop()
	select {
	case <-finished:
		return nil
	case <-ctx.Done():
		r.stop()
		<-finished
		return fmt.Errorf("finish commits: %w", ctx.Err())
	}
}

func (r *Recorder) commitLoop(ctx context.Context, lane <-chan waiting) {
	for first := range lane {
		batch := r.gather(first, lane)
		records := make([]consent.Record, len(batch))
		for i, w := range batch {
			records[i] = w.record
		}
		outcomes := r.journal.Commit(ctx, records)
		if len(outcomes) != len(batch) {
			outcomes = FailAll(len(batch), errors.New("journal answered another number of decisions than it was given"))
		}
		for i, w := range batch {
			w.answer <- outcomes[i]
		}
	}
}

// gather takes what waits already, without waiting for more.
func (r *Recorder) gather(first waiting, lane <-chan waiting) []waiting {
	batch := []waiting{first}
	for len(batch) < r.batch {
		select {
		case next, open := <-lane:
			if !open {
				return batch
			}
			batch = append(batch, next)
		default:
			return batch
		}
	}
	return batch
}
