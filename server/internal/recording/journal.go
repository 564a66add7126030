// Package recording accepts decisions: it gathers what waits into one commit and answers only when that is durable.
package recording

import (
	"context"
	"time"

	"assent/schemas"
	"assent/server/internal/consent"
)

// Journal makes decisions durable and knows each subject's current choice.
// Implementations are safe for concurrent use; recordingtest holds them to these promises.
type Journal interface {
	// Commit records a batch and returns one outcome per decision, in order. When an outcome's Err is nil, the
	// decision survives the death of every process and, with disks that honour a flush, a power cut; its current
	// choice and its place in the outbox (or ledger) were written atomically.
	//
	// A record with a zero RecordedAt is new: the journal stamps it with its own clock, and later than the subject's
	// current choice, so that the last one to arrive counts whatever the clocks of several servers say. A record
	// that has a RecordedAt is replayed (from a spool or another store): it keeps its time, and does not become the
	// current choice when a newer one is known.
	//
	// An id that the subject already used is not recorded again: the outcome is the first one's, marked Duplicate,
	// or consent.ErrConflict if it stood for another decision. Two equal ids in one batch count as a retry.
	//
	// A cancelled ctx may leave the outcome unknown; Err is set and a retry with the same id is safe.
	Commit(ctx context.Context, batch []consent.Record) []Outcome

	// Current returns the subject's current choice as last committed through any instance, or consent.ErrNotFound.
	Current(ctx context.Context, site, subject string) (schemas.Current, error)
}

// Outcome is what became of one decision of a batch.
type Outcome struct {
	RecordedAt time.Time // UTC, microseconds.
	Duplicate  bool      // Known before; RecordedAt is the first recording's.
	Err        error     // consent.ErrConflict, consent.ErrUnavailable (wrapped), or a context error.
}

// FailAll returns n outcomes with the same error, for a batch that failed as a whole.
func FailAll(n int, err error) []Outcome {
	outcomes := make([]Outcome, n)
	for i := range outcomes {
		outcomes[i].Err = err
	}
	return outcomes
}
