package transparency

import (
	"context"
	"errors"
	"fmt"

	"golang.org/x/mod/sumdb/tlog"

	"assent/server/internal/consent"
)

// growth is a tree that grows. It knows the right edge alone, of which the head is made: of each level the last tile, as long
// as that is not full.
type growth struct {
	size int64
	edge [][]tlog.Hash
	full []Tile // Since the beginning.
	from int64
}

// readGrowth begins with a tree that is kept. What is read is checked against its head.
func readGrowth(ctx context.Context, tree tlog.Tree, store TileStore) (*growth, error) {
	g := &growth{size: tree.N, from: tree.N}
	for level := 0; tree.N>>(tileHeight*level) > 0; level++ {
		hashes := tree.N >> (tileHeight * level)
		width, n := int(hashes%TileWidth), hashes/TileWidth
		row := make([]tlog.Hash, 0, TileWidth)
		if width > 0 {
			data, err := store.TileData(ctx, level, n)
			if err != nil && !errors.Is(err, consent.ErrNotFound) {
				return nil, err
			}
			if len(data) < width*tlog.HashSize {
				return nil, fmt.Errorf("the log lacks tile %d of level %d; run assent verify", n, level)
			}
			row = appendHashes(row, data, width)
		}
		g.edge = append(g.edge, row)
	}
	if g.tree().Hash != tree.Hash && tree.N > 0 {
		return nil, fmt.Errorf("the latest tiles of the log were changed: its head of %d entries does not follow from them; run assent verify", tree.N)
	}
	return g, nil
}

// goOn is the same tree, to grow further.
func (g *growth) goOn() *growth {
	next := &growth{size: g.size, from: g.size}
	for _, row := range g.edge {
		next.edge = append(next.edge, append(make([]tlog.Hash, 0, TileWidth), row...))
	}
	return next
}

func (g *growth) add(leaf tlog.Hash) {
	g.size++
	for level, hash := 0, leaf; ; level++ {
		if level == len(g.edge) {
			g.edge = append(g.edge, make([]tlog.Hash, 0, TileWidth))
		}
		g.edge[level] = append(g.edge[level], hash)
		if len(g.edge[level]) < TileWidth {
			return
		}
		rows := treeOver(g.edge[level])
		data := hashesData(make([]byte, 0, groupedTileSize), rows[0])
		g.full = append(g.full, Tile{Level: level, N: g.size>>(tileHeight*(level+1)) - 1, Data: hashesData(data, rows[groupHeight])})
		g.edge[level] = g.edge[level][:0]
		hash = rows[tileHeight][0]
	}
}

// tree is the head: the roots of the full subtrees, folded from the right (RFC 6962, 2.1).
func (g *growth) tree() tlog.Tree {
	var root tlog.Hash
	isBegun := false
	for _, row := range g.edge {
		for width := 1; width <= len(row); width *= 2 {
			if len(row)&width == 0 {
				continue
			}
			end := len(row) &^ (width - 1)
			rows := treeOver(row[end-width : end])
			peak := rows[len(rows)-1][0]
			if isBegun {
				peak = tlog.NodeHash(peak, root)
			}
			root, isBegun = peak, true
		}
	}
	return tlog.Tree{N: g.size, Hash: root}
}

// tiles are those that are new or wider than they were, each once, as wide as it is now.
func (g *growth) tiles() []Tile {
	tiles := g.full
	for level, row := range g.edge {
		above := tileHeight * level
		if len(row) > 0 && g.size>>above > g.from>>above {
			tiles = append(tiles, Tile{Level: level, N: g.size >> (above + tileHeight), Data: hashesData(nil, row)})
		}
	}
	return tiles
}

func hashesData(data []byte, hashes []tlog.Hash) []byte {
	for i := range hashes {
		data = append(data, hashes[i][:]...)
	}
	return data
}

func appendHashes(hashes []tlog.Hash, data []byte, width int) []tlog.Hash {
	for i := range width {
		hashes = append(hashes, tlog.Hash(data[i*tlog.HashSize:]))
	}
	return hashes
}
