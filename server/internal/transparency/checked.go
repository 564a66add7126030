package transparency

import (
	"sync"

	"golang.org/x/mod/sumdb/tlog"
)

// checkedAtOnce bounds the tiles at hand: twice as many, of 16 KiB.
const checkedAtOnce = 256

// tileKey names a tile as it is in a tree of some size. What it holds never changes.
type tileKey struct {
	level int
	n     int64
	width int
}

// checkedTiles are tiles that were found to belong to a signed head, with the hashes above them up to their own root. The
// zero value is empty.
type checkedTiles struct {
	mu         sync.Mutex
	young, old map[tileKey][][]tlog.Hash // By height within the tile. What is asked for in time gets young again.
}

// rows are a tile's hashes by height, or nil when it is not at hand.
func (c *checkedTiles) rows(key tileKey) [][]tlog.Hash {
	c.mu.Lock()
	defer c.mu.Unlock()
	if rows, isYoung := c.young[key]; isYoung {
		return rows
	}
	rows, isOld := c.old[key]
	if isOld {
		c.put(key, rows)
	}
	return rows
}

func (c *checkedTiles) put(key tileKey, rows [][]tlog.Hash) {
	if len(c.young) >= checkedAtOnce || c.young == nil {
		c.young, c.old = make(map[tileKey][][]tlog.Hash, checkedAtOnce), c.young
	}
	c.young[key] = rows
}

func (c *checkedTiles) keep(key tileKey, rows [][]tlog.Hash) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.put(key, rows)
}

// rowsOf builds the part of the tree that a tile is the lowest row of.
func rowsOf(data []byte, width int) [][]tlog.Hash {
	row := make([]tlog.Hash, width)
	for i := range row {
		row[i] = tlog.Hash(data[i*tlog.HashSize:])
	}
	return treeOver(row)
}

// treeOver is a row of hashes and those above it, up to where no two are left.
func treeOver(row []tlog.Hash) [][]tlog.Hash {
	rows := make([][]tlog.Hash, 0, tileHeight+1)
	for len(row) > 0 {
		rows = append(rows, row)
		above := make([]tlog.Hash, len(row)/2)
		for i := range above {
			above[i] = tlog.NodeHash(row[2*i], row[2*i+1])
		}
		row = above
	}
	return rows
}

// checkedReader reads a tree's hashes from tiles at hand, and others from where they are checked.
type checkedReader struct {
	tileReader
	size   int64 // Of the tree.
	others tlog.HashReader
}

// ReadHashes implements tlog.HashReader.
func (r checkedReader) ReadHashes(indexes []int64) ([]tlog.Hash, error) {
	hashes := make([]tlog.Hash, len(indexes))
	var rows [][]tlog.Hash
	var last tileKey
	for i, index := range indexes {
		height, n := tlog.SplitStoredHashIndex(index)
		key, within := r.tile(height, n)
		if rows == nil || key != last {
			rows, last = r.rows(key), key
		}
		if len(rows) <= height%tileHeight || int64(len(rows[height%tileHeight])) <= within {
			return r.others.ReadHashes(indexes)
		}
		hashes[i] = rows[height%tileHeight][within]
	}
	return hashes, nil
}

// rows are a tile's, if it is at hand, or hangs below one that is. In every other case nil: the other reader finds out.
func (r checkedReader) rows(key tileKey) [][]tlog.Hash {
	if rows := r.checked.rows(key); rows != nil {
		return rows
	}
	aboveKey, within := r.tile(tileHeight*(key.level+1), key.n)
	above := r.checked.rows(aboveKey)
	if key.width != TileWidth || len(above) == 0 || int64(len(above[0])) <= within {
		return nil
	}
	data, err := r.store.TileData(r.ctx, key.level, key.n)
	if err != nil || len(data) != TileWidth*tlog.HashSize {
		return nil
	}
	rows := rowsOf(data, TileWidth)
	if rows[tileHeight][0] != above[0][within] {
		return nil
	}
	r.checked.keep(key, rows)
	return rows
}

// tile is the one that has a hash, as wide as it is in the tree, and the hash's place in its row.
func (r checkedReader) tile(height int, n int64) (key tileKey, within int64) {
	level, above := height/tileHeight, height%tileHeight
	perTile := int64(TileWidth) >> above
	tile := n / perTile
	width := min(TileWidth, r.size>>(tileHeight*level)-tile*TileWidth)
	return tileKey{level: level, n: tile, width: int(width)}, n % perTile
}
