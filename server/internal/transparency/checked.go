package transparency

import (
	"sync"
	"sync/atomic"

	"golang.org/x/mod/sumdb/tlog"
)

// checkedAtOnce bounds the tiles at hand: twice as many, of 9 KiB and up to 15 more for what was asked of them.
const checkedAtOnce = 256

// tileKey names a tile as it is in a tree of some size. What it holds never changes.
type tileKey struct {
	level int
	n     int64
	width int
}

// checkedTiles are tiles that were found to belong to a signed head. The zero value is empty.
type checkedTiles struct {
	mu         sync.Mutex
	young, old map[tileKey]part // What is asked for in time gets young again.
}

// at is a tile, or nil when it is not at hand.
func (c *checkedTiles) at(key tileKey) part {
	c.mu.Lock()
	defer c.mu.Unlock()
	if tile, isYoung := c.young[key]; isYoung {
		return tile
	}
	tile, isOld := c.old[key]
	if isOld {
		c.put(key, tile)
	}
	return tile
}

func (c *checkedTiles) put(key tileKey, tile part) {
	if len(c.young) >= checkedAtOnce || c.young == nil {
		c.young, c.old = make(map[tileKey]part, checkedAtOnce), c.young
	}
	c.young[key] = tile
}

func (c *checkedTiles) keep(key tileKey, tile part) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.put(key, tile)
}

// part is the part of the tree that a tile is the lowest row of.
type part interface {
	// hash is the one at that height and place within the part; false when it has none there.
	hash(height int, within int64) (tlog.Hash, bool)
}

// wholePart has all hashes, by height.
type wholePart [][]tlog.Hash

func (p wholePart) hash(height int, within int64) (tlog.Hash, bool) {
	if len(p) <= height || int64(len(p[height])) <= within {
		return tlog.Hash{}, false
	}
	return p[height][within], true
}

// groupedPart has the upper half of the hashes, and gets the others group by group.
type groupedPart struct {
	data   []byte
	upper  wholePart // From the roots of the groups on.
	groups [TileWidth >> groupHeight]atomic.Pointer[wholePart]
}

// newGroupedPart checks a tile against the hash that stands for it; false when it is another one's, or is not grouped.
func newGroupedPart(data []byte, root tlog.Hash) (*groupedPart, bool) {
	if len(data) != groupedTileSize {
		return nil, false
	}
	p := &groupedPart{data: data, upper: partOver(data[tileSize:], TileWidth>>groupHeight)}
	return p, p.upper[tileHeight-groupHeight][0] == root
}

func (p *groupedPart) hash(height int, within int64) (tlog.Hash, bool) {
	if height >= groupHeight {
		return p.upper.hash(height-groupHeight, within)
	}
	perGroup := int64(1) << (groupHeight - height)
	n := within / perGroup
	group := p.groups[n].Load()
	if group == nil {
		const size = tlog.HashSize << groupHeight
		fresh := partOver(p.data[n*size:], 1<<groupHeight)
		if fresh[groupHeight][0] != p.upper[0][n] {
			return tlog.Hash{}, false
		}
		group = &fresh
		p.groups[n].Store(group)
	}
	return group.hash(height, within%perGroup)
}

// partOver builds the part of the tree over the first hashes of a tile.
func partOver(data []byte, width int) wholePart {
	return treeOver(appendHashes(make([]tlog.Hash, 0, width), data, width))
}

// treeOver is a row of hashes and those above it, up to where no two are left.
func treeOver(row []tlog.Hash) [][]tlog.Hash {
	rows := make([][]tlog.Hash, 0, tileHeight+1)
	room := make([]tlog.Hash, len(row)) // All rows above have fewer.
	for len(row) > 0 {
		rows = append(rows, row)
		above := room[:len(row)/2]
		room = room[len(above):]
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
	var tile part
	var last tileKey
	for i, index := range indexes {
		height, n := tlog.SplitStoredHashIndex(index)
		key, within := r.place(height, n)
		if tile == nil || key != last {
			if tile, last = r.tile(key), key; tile == nil {
				return r.others.ReadHashes(indexes)
			}
		}
		var isThere bool
		if hashes[i], isThere = tile.hash(height%tileHeight, within); !isThere {
			return r.others.ReadHashes(indexes)
		}
	}
	return hashes, nil
}

// tile is one at hand, or that hangs below one that is. In every other case nil: the other reader finds out.
func (r checkedReader) tile(key tileKey) part {
	if tile := r.checked.at(key); tile != nil {
		return tile
	}
	if key.width != TileWidth {
		return nil
	}
	aboveKey, within := r.place(tileHeight*(key.level+1), key.n)
	above := r.tile(aboveKey)
	if above == nil {
		return nil
	}
	root, isThere := above.hash(0, within)
	data, err := r.store.TileData(r.ctx, key.level, key.n)
	if err != nil || !isThere || len(data) < tileSize {
		return nil
	}
	if grouped, isGrouped := newGroupedPart(data, root); isGrouped {
		r.checked.keep(key, grouped)
		return grouped
	}
	whole := partOver(data, TileWidth)
	if whole[tileHeight][0] != root {
		return nil
	}
	r.checked.keep(key, whole)
	return whole
}

// place is the tile that has a hash, as wide as it is in the tree, and the hash's place in its row.
func (r checkedReader) place(height int, n int64) (key tileKey, within int64) {
	level, above := height/tileHeight, height%tileHeight
	perTile := int64(TileWidth) >> above
	tile := n / perTile
	width := min(TileWidth, r.size>>(tileHeight*level)-tile*TileWidth)
	return tileKey{level: level, n: tile, width: int(width)}, n % perTile
}
