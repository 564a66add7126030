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

// Tile is a part of the tree as it is kept and served.
type Tile struct {
	Level int
	N     int64
	Data  []byte // As many hashes as there are.
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
		r.checked.keep(tileKey{level: tile.L, n: tile.N, width: tile.W}, rowsOf(data[i], tile.W))
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

// growth is a tree that grows in memory over one whose hashes are read.
type growth struct {
	from  tlog.Tree
	size  int64
	old   tlog.HashReader
	fresh map[int64]tlog.Hash // By index of storage.
}

func newGrowth(from tlog.Tree, old tlog.HashReader) *growth {
	return &growth{from: from, size: from.N, old: old, fresh: map[int64]tlog.Hash{}}
}

// ReadHashes implements tlog.HashReader.
func (g *growth) ReadHashes(indexes []int64) ([]tlog.Hash, error) {
	hashes := make([]tlog.Hash, len(indexes))
	var places []int
	var missing []int64
	for i, index := range indexes {
		hash, isFresh := g.fresh[index]
		hashes[i] = hash
		if !isFresh {
			places, missing = append(places, i), append(missing, index)
		}
	}
	if len(missing) == 0 {
		return hashes, nil
	}
	read, err := g.old.ReadHashes(missing)
	if err != nil {
		return nil, err
	}
	for i, place := range places {
		hashes[place] = read[i]
	}
	return hashes, nil
}

func (g *growth) add(c Commitment) error {
	hashes, err := tlog.StoredHashes(g.size, c[:], g)
	if err != nil {
		return fmt.Errorf("add to the log: %w", err)
	}
	first := tlog.StoredHashIndex(0, g.size)
	for i, hash := range hashes {
		g.fresh[first+int64(i)] = hash
	}
	g.size++
	return nil
}

func (g *growth) tree() (tlog.Tree, error) {
	hash, err := tlog.TreeHash(g.size, g)
	if err != nil {
		return tlog.Tree{}, fmt.Errorf("hash the log: %w", err)
	}
	return tlog.Tree{N: g.size, Hash: hash}, nil
}

// tiles are those that are new or wider than they were, each once, as wide as it is now.
func (g *growth) tiles() ([]Tile, error) {
	widest := map[[2]int64]tlog.Tile{}
	var order [][2]int64
	for _, tile := range tlog.NewTiles(tileHeight, g.from.N, g.size) {
		key := [2]int64{int64(tile.L), tile.N}
		if known, isKnown := widest[key]; !isKnown {
			order = append(order, key)
		} else if known.W > tile.W {
			continue
		}
		widest[key] = tile
	}
	var tiles []Tile
	for _, key := range order {
		data, err := tlog.ReadTileData(widest[key], g)
		if err != nil {
			return nil, fmt.Errorf("tile the log: %w", err)
		}
		tiles = append(tiles, Tile{Level: widest[key].L, N: widest[key].N, Data: data})
	}
	return tiles, nil
}
