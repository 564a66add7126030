package transparency

import (
	"errors"
	"runtime"
	"sync"

	"golang.org/x/mod/sumdb/tlog"
)

// batch is rows that are hashed together: up to the end of a tile, so that most are one.
type batch struct {
	rows   []Row
	hashes []rowHashes
	tree   [][]tlog.Hash // By height, over the entries of a whole tile in their order; nil for what is none.
	ready  chan struct{}
}

// rowHashes are what takes time about a row.
type rowHashes struct {
	leaf tlog.Hash
	isOf bool // The entry is of what the row says.
}

// hashed reads rows, hashes them on all processors, and hands them on in their order. It returns the first error.
func hashed(each func(do func(Row) error) error, do func(*batch) error) error {
	workers := runtime.GOMAXPROCS(0)
	work, ordered := make(chan *batch, workers), make(chan *batch, 2*workers)
	stopped := make(chan struct{})
	var failure error
	var running sync.WaitGroup
	for range workers {
		running.Go(func() {
			for b := range work {
				b.hash()
				close(b.ready)
			}
		})
	}
	running.Go(func() {
		for b := range ordered {
			<-b.ready
			if failure != nil {
				continue
			}
			if failure = do(b); failure != nil {
				close(stopped)
			}
		}
	})
	err := eachBatch(each, func(b *batch) error {
		select {
		case <-stopped:
			return errStopped
		case work <- b:
			ordered <- b
			return nil
		}
	})
	close(work)
	close(ordered)
	running.Wait()
	if failure != nil {
		return failure
	}
	return err
}

// errStopped ends the reading when something was found.
var errStopped = errors.New("enough was read")

// eachBatch gathers rows.
func eachBatch(each func(do func(Row) error) error, do func(*batch) error) error {
	fresh := func() *batch { return &batch{rows: make([]Row, 0, TileWidth), ready: make(chan struct{})} }
	b := fresh()
	err := each(func(row Row) error {
		b.rows = append(b.rows, row)
		isTileOver := row.Entry != nil && row.Index%TileWidth == TileWidth-1
		if !isTileOver && len(b.rows) < TileWidth {
			return nil
		}
		full := b
		b = fresh()
		return do(full)
	})
	if len(b.rows) == 0 || errors.Is(err, errStopped) {
		return err
	}
	return errors.Join(do(b), err)
}

func (b *batch) hash() {
	b.hashes = make([]rowHashes, len(b.rows))
	isTile := len(b.rows) == TileWidth
	for i := range b.rows {
		row := &b.rows[i]
		if row.Odd == "" && row.Look != nil {
			row.Odd = row.Look()
		}
		if row.Entry == nil {
			isTile = false
			continue
		}
		b.hashes[i] = rowHashes{leaf: row.Entry.Commitment.leafHash(), isOf: row.isAsEntered()}
	}
	if !isTile {
		return
	}
	leaves := make([]tlog.Hash, TileWidth)
	for i := range leaves {
		leaves[i] = b.hashes[i].leaf
	}
	b.tree = treeOver(leaves)
}

// isAsEntered reports whether the entry is the hash of the row's decision or tombstone. One without either is of nothing.
func (r *Row) isAsEntered() bool {
	switch {
	case r.Tombstone != nil:
		return r.Tombstone.Commit(r.Entry.Salt) == r.Entry.Commitment
	case r.Decision != nil:
		return commit(r.Entry.Salt, r.Decision) == r.Entry.Commitment
	default:
		return false
	}
}
