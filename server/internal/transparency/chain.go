package transparency

import (
	"context"
	"errors"
	"fmt"

	"golang.org/x/mod/sumdb/tlog"
)

// What may be wrong with an entry that is said to be in a log.
var (
	ErrOutOfOrder = errors.New("it does not follow the entry before it, or is none of the log's")
	ErrNotLogged  = errors.New("the log has another entry there, or the proof is another entry's")
)

// span is a part of a tree: the entries from one up to another. The parts that a tree falls into are those of RFC 6962.
type span struct{ from, to int64 }

// halves are what a span of more than one entry is made of.
func (s span) halves() (left, right span) {
	half := int64(1)
	for half*2 < s.to-s.from {
		half *= 2
	}
	return span{s.from, s.from + half}, span{s.from + half, s.to}
}

// beside calls do with the halves of the span that do not have an entry, from the largest to the entry's sibling.
func (s span) beside(index int64, do func(other span, isRight bool)) {
	for s.to-s.from > 1 {
		left, right := s.halves()
		if index < right.from {
			do(right, true)
			s = left
		} else {
			do(left, false)
			s = right
		}
	}
}

// Prover makes the proofs that a Chain checks: of entries of one tree, in their order.
type Prover struct {
	Checkpoint string
	Tree       tlog.Tree
	hashes     tlog.HashReader
	known      []span // What the chain knows the hashes of: all that follows the last entry, the nearest last.
}

// Prover returns one for the log's latest checkpoint, or ErrNotYet where there is none.
func (l *Log) Prover(ctx context.Context) (*Prover, error) {
	checkpoint, tree, err := l.Tree(ctx)
	if err != nil {
		return nil, err
	}
	if tree.N == 0 {
		return nil, ErrNotYet
	}
	return &Prover{Checkpoint: checkpoint, Tree: tree, hashes: l.hashes(ctx, tree), known: []span{{0, tree.N}}}, nil
}

// Prove returns the hashes that a chain lacks to check an entry, from its sibling on upwards.
func (p *Prover) Prove(index int64) ([]tlog.Hash, error) {
	for len(p.known) > 0 && p.known[len(p.known)-1].to <= index {
		p.known = p.known[:len(p.known)-1]
	}
	if len(p.known) == 0 || p.known[len(p.known)-1].from > index {
		return nil, fmt.Errorf("prove entry %d: %w", index, ErrOutOfOrder)
	}
	in := p.known[len(p.known)-1]
	p.known = p.known[:len(p.known)-1]
	var others []span
	in.beside(index, func(other span, isRight bool) {
		others = append(others, other)
		if isRight {
			p.known = append(p.known, other)
		}
	})
	hashes := make([]tlog.Hash, len(others))
	for i, other := range others {
		hash, err := p.hash(other)
		if err != nil {
			return nil, fmt.Errorf("prove entry %d: %w", index, err)
		}
		hashes[len(others)-1-i] = hash
	}
	return hashes, nil
}

// ProveGrowth returns the proof that an earlier log is the beginning of the tree (RFC 6962, 2.1.2).
func (p *Prover) ProveGrowth(from int64) ([]tlog.Hash, error) {
	hashes, err := tlog.ProveTree(p.Tree.N, from, p.hashes)
	if err != nil {
		return nil, fmt.Errorf("prove growth from %d: %w", from, err)
	}
	return hashes, nil
}

// hash is that of a span: at hand where it is full, and else made of those of its halves.
func (p *Prover) hash(s span) (tlog.Hash, error) {
	level := 0
	for int64(1)<<level < s.to-s.from {
		level++
	}
	if int64(1)<<level == s.to-s.from {
		hashes, err := p.hashes.ReadHashes([]int64{tlog.StoredHashIndex(level, s.from>>level)})
		if err != nil {
			return tlog.Hash{}, err
		}
		return hashes[0], nil
	}
	left, right := s.halves()
	of, err := p.hash(left)
	if err != nil {
		return tlog.Hash{}, err
	}
	beside, err := p.hash(right)
	return tlog.NodeHash(of, beside), err
}

// Chain checks that entries are in the log of a checkpoint, one after the other in the log's order. The first proof goes up
// to the root. It shows the hashes of all that follows as well, so that each later one goes up to the first of those alone:
// for entries that lie side by side that is one hash each, and for few far apart their own proofs. What is wrong shows at
// once. Memory grows with the tree's height.
type Chain struct{ known []knownSpan }

type knownSpan struct {
	span
	hash tlog.Hash
}

// NewChain begins with what a signed checkpoint stands for.
func NewChain(tree tlog.Tree) *Chain {
	return &Chain{known: []knownSpan{{span{0, tree.N}, tree.Hash}}}
}

// Check takes the next entry. Errors: ErrOutOfOrder, ErrNotLogged; nothing is known any more after them.
func (c *Chain) Check(index int64, commitment Commitment, proof []tlog.Hash) error {
	for len(c.known) > 0 && c.known[len(c.known)-1].to <= index {
		c.known = c.known[:len(c.known)-1]
	}
	if len(c.known) == 0 || c.known[len(c.known)-1].from > index {
		return ErrOutOfOrder
	}
	in := c.known[len(c.known)-1]
	c.known = c.known[:len(c.known)-1]
	var others []knownSpan
	var isRight []bool
	in.beside(index, func(other span, right bool) {
		others, isRight = append(others, knownSpan{span: other}), append(isRight, right)
	})
	if len(proof) != len(others) {
		return ErrNotLogged
	}
	hash := commitment.leafHash()
	for i, other := range proof {
		place := len(others) - 1 - i
		others[place].hash = other
		if isRight[place] {
			hash = tlog.NodeHash(hash, other)
		} else {
			hash = tlog.NodeHash(other, hash)
		}
	}
	if hash != in.hash {
		return ErrNotLogged
	}
	for i, other := range others {
		if isRight[i] {
			c.known = append(c.known, other)
		}
	}
	return nil
}
