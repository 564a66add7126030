// Package shipping carries decisions from the journal's outbox into the ledger: at least once on the way, exactly once
// in the ledger.
package shipping

import (
	"context"
	"errors"
	"time"

	"assent/server/internal/consent"
)

// ErrRejected marks an error of a ledger that understood a batch and will never take it, such as a value that does not
// fit its column. Every other error is worth a retry.
var ErrRejected = errors.New("rejected by the ledger")

// Ledger is the append-only audit trail. shippingtest holds implementations to these promises.
type Ledger interface {
	// Append stores the batch and returns nil only when the store has acknowledged all of it. The same
	// (site, subject, id) appended again, in whatever batch, still counts as one record, the one recorded first.
	// An error that wraps ErrRejected means the store understood the batch and will never take it; every other
	// error is worth a retry. An empty batch only asks whether the store could take one.
	Append(ctx context.Context, batch Batch) error
}

// Outbox is the queue of recorded decisions that the ledger does not have yet, in shards of which each is ordered.
// shippingtest holds implementations to these promises.
type Outbox interface {
	// Waiting tells what is still to be shipped, one entry per shard: shard 0 first, always the same number. With an
	// error, shards that did not answer have zero entries and the others are right.
	Waiting(ctx context.Context) ([]Waiting, error)
	// Claim takes or renews this holder's lease on a shard for ttl; false when another one holds it.
	Claim(ctx context.Context, shard int, holder string, ttl time.Duration) (bool, error)
	// Next returns the shard's oldest records that are not yet shipped, at most limit; what one commit packed
	// together may exceed that, because it is not torn apart. The range is frozen before it is returned: until Done,
	// Next returns the same records with the same token, whatever the limit, after a restart and to another holder
	// too. An empty batch means that nothing waits.
	Next(ctx context.Context, shard, limit int) (Batch, error)
	// Done moves the shard's cursor past the batch and keeps the refused records among its content as dead letters,
	// both or neither. A batch that is done already, by whomever, is left alone.
	Done(ctx context.Context, batch Batch, refused ...Refused) error
}

// Waiting is what one shard still has to ship.
type Waiting struct {
	Rows    int64
	Since   time.Time // When the oldest of them was put into the outbox; zero when none waits.
	Refused int64     // Dead letters that the shard has kept, ever.
}

// Batch is a frozen piece of one shard's outbox.
type Batch struct {
	Shard   int
	From    string // First and last position, in the outbox's own terms.
	To      string
	Token   string // SHA-256 of the content in hex: different records never share a token. Empty: never taken for an earlier one.
	Records []consent.Record
}

// Refused is a record that the ledger will never take, and why.
type Refused struct {
	Record consent.Record
	Reason string
}
