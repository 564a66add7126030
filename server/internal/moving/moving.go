// Package moving carries everything that one tier keeps into a file and back, or into the other tier, and proves that it
// arrived: what is read back on both sides is counted and hashed.
//
// Decisions are replayed through the journal with the time at which they were recorded, so every store's own rules hold
// for them: an id counts once, and the last choice wins whatever the order. A move that was interrupted may therefore do
// its last steps again.
package moving

import (
	"context"
	"log/slog"

	"assent/server/internal/account"
	"assent/server/internal/consent"
	"assent/server/internal/evidence"
	"assent/server/internal/recording"
	"assent/server/internal/register"
	"assent/server/internal/shipping"
	"assent/server/internal/sighting"
	"assent/server/internal/site"
	"assent/server/internal/snippetbuild"
)

// Document is a notice or a built script under the names that it is kept by.
type Document struct {
	Site string
	Name string // The notice's id, the script's hash.
	Body []byte
}

// Holdings reads back what visitors are answered from, besides sites and choices. It goes through the store in parts: what
// is added meanwhile may be missing, what was there is told once. It ends with the first error of do.
type Holdings interface {
	Notices(ctx context.Context, do func(Document) error) error
	Scripts(ctx context.Context, do func(Document) error) error
	Users(ctx context.Context, do func(account.User) error) error
	// PutUser creates or replaces a user, durably.
	PutUser(ctx context.Context, user account.User) error
}

// Marks remembers, beside the data itself, how far a move has come.
type Marks interface {
	// Mark returns what SetMark kept under this name, or consent.ErrNotFound.
	Mark(ctx context.Context, name string) ([]byte, error)
	// SetMark replaces it, durably.
	SetMark(ctx context.Context, name string, value []byte) error
}

// Trail reads the audit trail back.
type Trail interface {
	// Decisions calls do with each decision that was in the trail when it began, once and in any order, in constant
	// memory, and ends with do's first error. A decision that was delivered twice is told as it was recorded first.
	Decisions(ctx context.Context, do func(consent.Record) error) error
}

// Log is a journal that can be followed while it records.
type Log interface {
	// DecisionsAfter returns at most limit of the decisions that were recorded after a position, oldest first, and the
	// position of the last one. Position 0 is before all of them; none are returned when there is nothing new.
	DecisionsAfter(ctx context.Context, position int64, limit int) ([]consent.Record, int64, error)
	// Choices calls do with the decision behind each subject's current choice, and ends with do's first error.
	Choices(ctx context.Context, do func(consent.Record) error) error
	// Identity tells this log from all others, for ever.
	Identity(ctx context.Context) (string, error)
}

// Front is the store that answers visitors.
type Front interface {
	recording.Journal
	shipping.Outbox
	site.Registry
	site.Archive
	site.Desk
	snippetbuild.Shelf
	sighting.Store
	evidence.Store
	account.Store
	register.Store
	Holdings
	Marks
}

// Back is the store that keeps the audit trail.
type Back interface {
	shipping.Ledger
	Trail
	Counters
}

// Place is one tier: where to read from or to write to.
type Place struct {
	Front   Front
	Back    Back
	Shipped bool         // The back is another store, which is filled from the front's outbox.
	Log     *slog.Logger // Gets counts and the stores' errors, never content.

	Progress func(step string, decisions int64) // Told now and then; nil for nobody.
}

func (p Place) tell(step string, decisions int64) {
	if p.Progress != nil {
		p.Progress(step, decisions)
	}
}
