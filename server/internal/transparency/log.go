package transparency

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"sync/atomic"
	"time"

	"golang.org/x/mod/sumdb/tlog"

	"assent/server/internal/consent"
)

const (
	// interval is how often the log is looked after: a decision is under a signed checkpoint within a minute (issue 6.2).
	interval = 10 * time.Second
	// atOnce is how many decisions enter the log in one step. Decisions that are being recorded wait for it.
	atOnce = 2048
)

// ErrMoved means that somebody else has extended the log.
var ErrMoved = errors.New("the log is longer than it was")

// Entry is what the log keeps of one decision, or of a tombstone.
type Entry struct {
	Position   int64 // Of the decision or tombstone in its store: greater than that of the entry before.
	Salt       Salt  // Zero once the decision was erased: then nobody can tell whether a guess is it.
	Commitment Commitment
}

// Addition makes a log longer, all at once.
type Addition struct {
	From       int64 // How long the log was.
	Entries    []Entry
	Tiles      []Tile    // Those that are new or have grown.
	Checkpoint string    // Of what the log is then.
	Taken      []Waiting // What the entries are of, in their order.
}

// Waiting is a decision that is not in the log yet, or a tombstone.
type Waiting struct {
	Position  int64
	Record    consent.Record
	Tombstone *Tombstone // nil for a decision.
	Source    string     // How far the store is with it, in its own terms; the last one's counts for all.
}

func (w *Waiting) commit(salt Salt) Commitment {
	if w.Tombstone != nil {
		return w.Tombstone.Commit(salt)
	}
	return commit(salt, &w.Record)
}

// Store keeps a log beside the decisions that it is about. Several processes may use it at once.
type Store interface {
	// LogKey returns the log's key, or consent.ErrNotFound.
	LogKey(ctx context.Context) (Key, error)
	// KeepLogKey makes a key the log's, unless it has one.
	KeepLogKey(ctx context.Context, key Key) error
	// Checkpoint returns the latest checkpoint, or "" before the first.
	Checkpoint(ctx context.Context) (string, error)
	// WaitingDecisions returns up to limit decisions and tombstones after those that are in the log, in the order of their position.
	WaitingDecisions(ctx context.Context, limit int) ([]Waiting, error)
	// Unlogged returns how many decisions are not in the log yet.
	Unlogged(ctx context.Context) (int64, error)
	// Extend makes the log longer, durably, or returns ErrMoved when it is not as long as the addition says.
	Extend(ctx context.Context, addition Addition) error
	TileStore
}

// TileStore has the tree and what it is of.
type TileStore interface {
	// TileData returns what is there of a tile, full or not, or consent.ErrNotFound.
	TileData(ctx context.Context, level int, n int64) ([]byte, error)
	// EntryBundle returns what is there of the TileWidth entries from n*TileWidth on, or consent.ErrNotFound.
	EntryBundle(ctx context.Context, n int64) ([]Entry, error)
}

// Log takes decisions into a store's log. One process at a time gets on; the others find that it has moved.
type Log struct {
	store  Store
	key    Key
	random io.Reader
	signed atomic.Pointer[time.Time] // When the last checkpoint of this process was kept.
	opened atomic.Pointer[head]      // The checkpoint that was opened last.

	grown atomic.Pointer[growth] // What this process made of it last.

	checked checkedTiles
}

// Signed is when this process last signed a checkpoint; false before the first.
func (l *Log) Signed() (time.Time, bool) {
	if at := l.signed.Load(); at != nil {
		return *at, true
	}
	return time.Time{}, false
}

// Waiting is how many decisions are not in the log yet.
func (l *Log) Waiting(ctx context.Context) (int64, error) { return l.store.Unlogged(ctx) }

// Open returns the store's log, and begins it if there is none. Random must be cryptographically secure.
func Open(ctx context.Context, store Store, random io.Reader) (*Log, error) {
	key, err := store.LogKey(ctx)
	if errors.Is(err, consent.ErrNotFound) {
		fresh, err := NewKey(random)
		if err != nil {
			return nil, err
		}
		if err := store.KeepLogKey(ctx, fresh); err != nil {
			return nil, err
		}
		// Another instance may have been faster.
		key, err = store.LogKey(ctx)
		if err != nil {
			return nil, err
		}
	} else if err != nil {
		return nil, err
	}
	return &Log{store: store, key: key, random: random}, nil
}

// Public is the key that the log's checkpoints are checked with.
func (l *Log) Public() string { return l.key.Public }

// Tree returns the log's latest signed checkpoint and what it stands for; "" and an empty tree before the first.
func (l *Log) Tree(ctx context.Context) (string, tlog.Tree, error) {
	checkpoint, err := l.store.Checkpoint(ctx)
	if err != nil || checkpoint == "" {
		return "", tlog.Tree{}, err
	}
	if known := l.opened.Load(); known != nil && known.checkpoint == checkpoint {
		return checkpoint, known.tree, nil
	}
	tree, err := OpenCheckpoint(checkpoint, l.key.Public)
	if err != nil {
		return "", tlog.Tree{}, err
	}
	l.opened.Store(&head{checkpoint: checkpoint, tree: tree})
	return checkpoint, tree, nil
}

// head is a checkpoint whose signature was checked, and what it stands for.
type head struct {
	checkpoint string
	tree       tlog.Tree
}

// Keep takes decisions into the log every few seconds until ctx ends.
func (l *Log) Keep(ctx context.Context, log *slog.Logger) {
	ticker := time.NewTicker(interval)
	defer ticker.Stop()
	for {
		if err := l.CatchUp(ctx); err != nil && ctx.Err() == nil {
			log.WarnContext(ctx, "the log of decisions has not grown; they are recorded, and enter it later", "error", err)
		}
		select {
		case <-ctx.Done():
			return
		case <-ticker.C:
		}
	}
}

// CatchUp takes all waiting decisions into the log.
func (l *Log) CatchUp(ctx context.Context) error {
	for {
		taken, err := l.extend(ctx)
		if errors.Is(err, ErrMoved) {
			continue // The other one has taken these; more may wait.
		}
		if err != nil || taken < atOnce {
			return err
		}
	}
}

func (l *Log) extend(ctx context.Context) (int, error) {
	_, tree, err := l.Tree(ctx)
	if err != nil {
		return 0, err
	}
	waiting, err := l.store.WaitingDecisions(ctx, atOnce)
	if err != nil || len(waiting) == 0 {
		return 0, err
	}
	growth, err := l.growing(ctx, tree)
	if err != nil {
		return 0, err
	}
	salts := make([]byte, len(waiting)*SaltSize)
	if _, err := io.ReadFull(l.random, salts); err != nil {
		return 0, fmt.Errorf("draw salts: %w", err)
	}
	addition := Addition{From: tree.N, Taken: waiting, Entries: make([]Entry, len(waiting))}
	for i := range waiting {
		salt := Salt(salts[i*SaltSize:])
		addition.Entries[i] = Entry{Position: waiting[i].Position, Salt: salt, Commitment: waiting[i].commit(salt)}
		growth.add(addition.Entries[i].Commitment.leafHash())
	}
	addition.Tiles = growth.tiles()
	if addition.Checkpoint, err = l.key.sign(growth.tree()); err != nil {
		return 0, err
	}
	if err := l.store.Extend(ctx, addition); err != nil {
		return 0, err
	}
	now := time.Now()
	l.signed.Store(&now)
	l.grown.Store(growth)
	return len(waiting), nil
}

// growing is the tree at hand, where nobody else has extended it since, or else what is kept of it.
func (l *Log) growing(ctx context.Context, tree tlog.Tree) (*growth, error) {
	if last := l.grown.Load(); last != nil && last.tree() == tree {
		return last.goOn(), nil
	}
	return readGrowth(ctx, tree, l.store)
}
