// Package sequencing keeps the log of decisions where a journal and a ledger are two stores: Redis and ClickHouse.
//
// What the ledger has acknowledged enters the log from the journal's outbox, which keeps it until then; recording knows
// nothing of it. Any process may get on at any time. It writes down in the journal, in one step that only one process wins,
// what the log grows by; then it writes that to the ledger; then the journal moves on, in one step. Who finds an addition
// that was written down and is not through finishes it first, the very same one. So no decision enters twice, and no two
// heads of the same size are signed.
package sequencing

import (
	"context"
	"time"

	"github.com/google/uuid"

	"assent/server/internal/consent"
	"assent/server/internal/shipping"
	"assent/server/internal/transparency"
)

// Journal is where decisions come from, and where the log's state is.
type Journal interface {
	// TranscriptFields returns the fields of these names; what is not there is empty.
	TranscriptFields(ctx context.Context, names ...string) (map[string]string, error)
	// KeepTranscriptField sets a field that is not there.
	KeepTranscriptField(ctx context.Context, name, value string) error
	// ChangeTranscript sets fields, or removes those that are empty, and the first tombstones that wait, all in one step;
	// false when the log is not of that size or has another token.
	ChangeTranscript(ctx context.Context, size int64, token string, buried int, fields map[string]string) (bool, error)
	// BeginTranscript makes the outbox keep from now on what the log has not taken, and returns where each shard begins.
	BeginTranscript(ctx context.Context) ([]string, error)
	// ShippedTo returns up to where the ledger has each shard, and whether entries that the log has not taken are gone.
	ShippedTo(ctx context.Context) (cursors []string, isOvertaken bool, err error)
	// CatchUpWith notes that the log will find what is gone in the ledger.
	CatchUpWith(ctx context.Context) error
	// LoggedTo lets go what the log has taken.
	LoggedTo(ctx context.Context, shards map[int]string) error
	// Shipped is that of shipping.Retaining.
	Shipped(ctx context.Context, shard int, after string, before time.Time, limit int) (shipping.Batch, error)
	// Outgoing calls do with all of a shard after a place, whether or not the ledger has it.
	Outgoing(ctx context.Context, shard int, after string, do func([]consent.Record) error) error
	// Refused returns what the ledger will never take of a shard.
	Refused(ctx context.Context, shard int) ([]consent.Record, error)
	// Tombstones returns the first of those that wait, AddTombstones puts some behind them.
	Tombstones(ctx context.Context, limit int) ([]string, error)
	AddTombstones(ctx context.Context, tombstones ...string) error
}

// Identity tells decisions apart.
type Identity struct {
	ID            uuid.UUID
	Site, Subject string
}

// IdentityOf is the record's.
func IdentityOf(r consent.Record) Identity {
	return Identity{ID: r.ID, Site: r.Site, Subject: r.Subject}
}

// Line is an entry of the log as the ledger keeps it.
type Line struct {
	Of         Identity // Zero for a tombstone, and for a decision that was erased.
	Salt       transparency.Salt
	Commitment transparency.Commitment
	Tombstone  *transparency.Tombstone
}

// Growth is what the log grows by, as it is written down before.
type Growth struct {
	From       int64
	Version    int64 // Greater than that of what was written down before.
	Hour       int64
	Lines      []Line
	Tiles      []transparency.Tile
	Checkpoint string
}

// Kept is a decision as the ledger has it.
type Kept struct {
	Record consent.Record
	Odd    string // What does not follow from the record, although it is beside it.
}

// Ledger is where the decisions and the log are kept. A log goes by its name.
type Ledger interface {
	// Grow writes durably; once more is the same as once.
	Grow(ctx context.Context, log string, growth Growth) error
	// Checkpoints returns those that are kept, the latest last; LastCheckpoint that one and its size, 0 when there is none.
	Checkpoints(ctx context.Context, log string) ([]string, error)
	LastCheckpoint(ctx context.Context, log string) (string, int64, error)
	// Lines returns those from a place up to another, by place, and the places.
	Lines(ctx context.Context, log string, from, to int64) ([]Line, []int64, error)
	// Places returns where records are among the first size entries.
	Places(ctx context.Context, log string, size int64, records []consent.Record) (map[Identity]int64, error)
	// Buried returns which of these places have a tombstone.
	Buried(ctx context.Context, log string, size int64, places []int64) (map[int64]bool, error)
	// EachBuried calls do with all places that have a tombstone, in order.
	EachBuried(ctx context.Context, log string, size int64, do func(int64) error) error
	// Tile returns a tile, or consent.ErrNotFound.
	Tile(ctx context.Context, log string, level int, n int64) ([]byte, error)
	// Held returns the decisions of these identities.
	Held(ctx context.Context, of []Identity) (map[Identity]Kept, error)
	// HeldAfter returns the decisions that follow on one, by site, id and subject.
	HeldAfter(ctx context.Context, after Identity, limit int) ([]consent.Record, error)
	// Forget makes the salts of entries, and whose they were, unreadable for ever.
	Forget(ctx context.Context, log string, places []int64) error
}
