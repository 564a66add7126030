package transparency

import (
	"context"
	"math/rand/v2"
	"slices"
	"testing"

	"golang.org/x/mod/sumdb/tlog"

	"assent/server/internal/consent"
)

// tileMap is a TileStore in memory. Only tiles are asked of it.
type tileMap map[[2]int64][]byte

func (m tileMap) TileData(_ context.Context, level int, n int64) ([]byte, error) {
	if data, isThere := m[[2]int64{int64(level), n}]; isThere {
		return data, nil
	}
	return nil, consent.ErrNotFound
}

func (m tileMap) EntryBundle(context.Context, int64) ([]Entry, error) {
	return nil, consent.ErrNotFound
}

func (m tileMap) keep(tiles []Tile) {
	for _, tile := range tiles {
		m[[2]int64{int64(tile.Level), tile.N}] = tile.Data
	}
}

func leafOf(index int64) tlog.Hash { return tlog.RecordHash(commitmentOf(index)) }

// TestATreeGrowsAsTheLibraryHasIt compares heads and tiles after steps of all sizes, read again or gone on with, in turn.
func TestATreeGrowsAsTheLibraryHasIt(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 2))
	tiles := tileMap{}
	var hashes inMemory
	var grown *growth
	tree := tlog.Tree{}
	for tree.N < 70_000 {
		read, err := readGrowth(t.Context(), tree, tiles)
		if err != nil {
			t.Fatal(err)
		}
		if random.IntN(2) == 0 || grown == nil {
			grown = read
		} else {
			grown = grown.goOn()
		}
		from := tree.N
		for range 1 + random.Int64N(1+random.Int64N(3000)) {
			leaf := leafOf(grown.size)
			more, err := tlog.StoredHashesForRecordHash(grown.size, leaf, hashes)
			if err != nil {
				t.Fatal(err)
			}
			hashes = append(hashes, more...)
			grown.add(leaf)
		}
		tree = grown.tree()
		if want, err := tlog.TreeHash(tree.N, hashes); err != nil || tree.Hash != want {
			t.Fatalf("of %d entries: %v, want %v, %v", tree.N, tree.Hash, want, err)
		}
		tiles.keep(grown.tiles())
		for _, tile := range tlog.NewTiles(tileHeight, from, tree.N) {
			want, err := tlog.ReadTileData(tile, hashes)
			if got := tiles[[2]int64{int64(tile.L), tile.N}]; err != nil || len(got) < len(want) || !slices.Equal(got[:len(want)], want) {
				t.Fatalf("of %d entries: tile %v: %v", tree.N, tile, err)
			}
		}
	}
	proveAll(t, tree, tiles, hashes, random)
}

// proveAll compares proofs with the library's, from tiles as they are, as they were before they had groups, and changed.
func proveAll(t *testing.T, tree tlog.Tree, tiles tileMap, hashes inMemory, random *rand.Rand) {
	t.Helper()
	log := &Log{store: tilesAlone{tiles: tiles}}
	log.opened.Store(&head{tree: tree})
	found := 0
	for range 3000 {
		index := random.Int64N(tree.N)
		want, err := tlog.ProveRecord(tree.N, index, hashes)
		if err != nil {
			t.Fatal(err)
		}
		if random.IntN(100) == 0 {
			log.checked = checkedTiles{}
		}
		key := [2]int64{0, index / TileWidth}
		data := tiles[key]
		switch random.IntN(3) {
		case 0:
			tiles[key] = data[:min(len(data), tileSize)]
		case 1:
			changed := slices.Clone(data)
			changed[random.IntN(len(changed))] ^= 1 << random.IntN(8)
			tiles[key] = changed
		}
		got, err := log.Prove(t.Context(), Placed{Index: index})
		tiles[key] = data
		if err != nil {
			found++
			continue
		}
		if !slices.Equal(got.Hashes, want) {
			t.Fatalf("entry %d: another proof than the library's", index)
		}
	}
	if found == 0 || found > 1500 {
		t.Errorf("of 3000 proofs, a third from changed tiles, %d found it out", found)
	}
}

// tilesAlone is a store that has nothing else.
type tilesAlone struct {
	Store
	tiles tileMap
}

func (s tilesAlone) TileData(ctx context.Context, level int, n int64) ([]byte, error) {
	return s.tiles.TileData(ctx, level, n)
}

func TestAChangedEdgeIsNotGrownOn(t *testing.T) {
	grown, tiles := &growth{}, tileMap{}
	for i := range int64(700) {
		grown.add(leafOf(i))
	}
	tiles.keep(grown.tiles())
	if _, err := readGrowth(t.Context(), grown.tree(), tiles); err != nil {
		t.Fatal(err)
	}
	tiles[[2]int64{0, 2}][0] ^= 1
	if _, err := readGrowth(t.Context(), grown.tree(), tiles); err == nil {
		t.Error("a tree grows over a tile that was changed")
	}
}
