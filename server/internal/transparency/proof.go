package transparency

import (
	"context"
	"errors"
	"fmt"

	"golang.org/x/mod/sumdb/tlog"

	"assent/server/internal/consent"
)

// ErrNotYet means that a decision is recorded and not under a checkpoint yet.
var ErrNotYet = errors.New("the decision enters the log within a minute")

// Placed is where a decision is in the log.
type Placed struct {
	Index  int64
	Salt   Salt
	Record consent.Record
}

// Index finds decisions in the log.
type Index interface {
	// Placed returns the decision's place, as it is kept; ErrNotYet when it is not in the log, or consent.ErrNotFound when
	// it is not recorded.
	Placed(ctx context.Context, r consent.Record) (Placed, error)
}

// Proof shows that a decision is in the log.
type Proof struct {
	Index      int64
	Salt       Salt
	Hashes     []tlog.Hash // From the leaf's sibling to the root's child.
	Checkpoint string
}

// Prove returns the proof that a decision is in the log (RFC 6962, 2.1.1). Errors: ErrNotYet, or the store's.
func (l *Log) Prove(ctx context.Context, placed Placed) (Proof, error) {
	under, err := l.covering(ctx, placed.Index)
	if err != nil {
		return Proof{}, err
	}
	hashes, err := tlog.ProveRecord(under.tree.N, placed.Index, l.hashes(ctx, under.tree))
	if err != nil {
		return Proof{}, fmt.Errorf("prove entry %d: %w", placed.Index, err)
	}
	return Proof{Index: placed.Index, Salt: placed.Salt, Hashes: hashes, Checkpoint: under.checkpoint}, nil
}

// covering is a checkpoint that an entry is under: any does, so that the latest is asked for only where the one at hand is
// too early. The server looks for a new one every few seconds.
func (l *Log) covering(ctx context.Context, index int64) (head, error) {
	if known := l.opened.Load(); known != nil && index < known.tree.N {
		return *known, nil
	}
	checkpoint, tree, err := l.Tree(ctx)
	if err != nil {
		return head{}, err
	}
	if index >= tree.N {
		return head{}, ErrNotYet
	}
	return head{checkpoint: checkpoint, tree: tree}, nil
}

// Check reports whether the proof shows that the decision is in the log of the public key.
func (p Proof) Check(r consent.Record, public string) error {
	tree, err := OpenCheckpoint(p.Checkpoint, public)
	if err != nil {
		return err
	}
	commitment := Commit(p.Salt, r)
	if err := tlog.CheckRecord(p.Hashes, tree.N, tree.Hash, p.Index, commitment.leafHash()); err != nil {
		return fmt.Errorf("decision %s is not entry %d of the log: %w", r.ID, p.Index, err)
	}
	return nil
}

// ErrSize means that the log never had so many entries.
var ErrSize = errors.New("the log never had so many entries")

// ProveGrowth returns the proof that the log of an older checkpoint is the beginning of the present one (RFC 6962, 2.1.2),
// and that one's checkpoint. Errors: ErrSize, or the store's.
func (l *Log) ProveGrowth(ctx context.Context, from int64) ([]tlog.Hash, string, error) {
	checkpoint, tree, err := l.Tree(ctx)
	if err != nil {
		return nil, "", err
	}
	if from < 1 || from > tree.N {
		return nil, "", ErrSize
	}
	hashes, err := tlog.ProveTree(tree.N, from, l.hashes(ctx, tree))
	if err != nil {
		return nil, "", fmt.Errorf("prove growth from %d: %w", from, err)
	}
	return hashes, checkpoint, nil
}
