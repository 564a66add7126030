package transparency

import (
	"context"
	"errors"
	"fmt"

	"golang.org/x/mod/sumdb/tlog"

	"assent/server/internal/consent"
)

// tileHeight is how many levels of the tree a tile spans (C2SP tlog-tiles): 256 hashes are its lowest.
const tileHeight = 8

// TileWidth is how many hashes a full tile has, and how many entries a full bundle.
const TileWidth = 1 << tileHeight

// groupHeight is that of the parts of a tile whose roots are kept behind a full one's hashes, so that a proof hashes a few of
// them and not all. Tiles of before have none.
const groupHeight = tileHeight / 2

// Sizes in bytes: of a full tile, and of one with the roots of its groups behind it.
const (
	tileSize        = TileWidth * tlog.HashSize
	groupedTileSize = tileSize + TileWidth>>groupHeight*tlog.HashSize
)

// Tile is a part of the tree as it is kept.
type Tile struct {
	Level int
	N     int64
	Data  []byte // As many hashes as there are, and of a full one the roots of its groups.
}

// hashes reads the tree's from its tiles and checks them against its head, so that a tile that was changed is told from one
// that was not. Those that were checked before are at hand.
func (l *Log) hashes(ctx context.Context, tree tlog.Tree) tlog.HashReader {
	tiles := tileReader{ctx: ctx, store: l.store, checked: &l.checked}
	return checkedReader{tileReader: tiles, size: tree.N, others: tlog.TileHashReader(tree, tiles)}
}

type tileReader struct {
	ctx     context.Context
	store   TileStore
	checked *checkedTiles
}

func (r tileReader) Height() int { return tileHeight }

// SaveTiles implements tlog.TileReader. The tiles that it gets have been checked.
func (r tileReader) SaveTiles(tiles []tlog.Tile, data [][]byte) {
	for i, tile := range tiles {
		r.checked.keep(tileKey{level: tile.L, n: tile.N, width: tile.W}, partOver(data[i], tile.W))
	}
}

func (r tileReader) ReadTiles(tiles []tlog.Tile) ([][]byte, error) {
	data := make([][]byte, len(tiles))
	for i, tile := range tiles {
		found, err := r.store.TileData(r.ctx, tile.L, tile.N)
		if errors.Is(err, consent.ErrNotFound) || err == nil && len(found) < tile.W*tlog.HashSize {
			return nil, fmt.Errorf("the log lacks tile %d of level %d", tile.N, tile.L)
		}
		if err != nil {
			return nil, err
		}
		data[i] = found[:tile.W*tlog.HashSize]
	}
	return data, nil
}
