package transparency

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"

	"golang.org/x/mod/sumdb/tlog"

	"assent/server/internal/consent"
)

// Row is one line of what is verified: a decision or tombstone, an entry of the log, or both where they belong together.
type Row struct {
	Position  int64
	Decision  *consent.Record // nil when the log has an entry and no decision is there.
	Tombstone *Tombstone      // nil for all rows but a tombstone's.
	Odd       string          // What is wrong with how the decision is kept, although its fields may be read.
	Look      func() string   // Finds out what is odd, where that takes time; nil, or called once, while others are read.
	Entry     *Entry          // nil when a decision is there and the log has none.
	Index     int64           // Of the entry.
	Erased    bool            // There is a tombstone for the entry, a row of its own further on.
}

// Archive is what Verify goes through.
type Archive interface {
	// EachRow calls do with all rows by position, until it returns an error, which is returned. Do may keep what it gets.
	EachRow(ctx context.Context, do func(Row) error) error
	// Checkpoints returns those that are kept, the latest last.
	Checkpoints(ctx context.Context) ([]string, error)
	TileStore
}

// Finding is the first thing that is not as it was recorded.
type Finding struct {
	Receipt  string // Of the decision, where that is known.
	Position int64
	Index    int64
	What     string
}

// Error says what was found, and where.
func (f *Finding) Error() string {
	if f.Receipt == "" {
		return fmt.Sprintf("entry %d of the log (decision number %d): %s", f.Index, f.Position, f.What)
	}
	return fmt.Sprintf("decision %s (number %d): %s", f.Receipt, f.Position, f.What)
}

// Verified says what holds.
type Verified struct {
	Entries int64 // Under the checkpoint: decisions, those that were erased, and a tombstone for each of those.
	Erased  int64 // Decisions that were erased.
	Waiting int64 // Decisions after them, which nothing vouches for yet.
}

// Verify goes through all decisions and the log once, in memory that does not grow, and compares them with the log's head
// and with earlier ones, such as somebody else has kept. The error is a *Finding for the first decision that was changed,
// removed, moved or put in between, or the archive's. It hashes on all processors while the archive is read.
func Verify(ctx context.Context, archive Archive, tree tlog.Tree, earlier ...tlog.Tree) (Verified, error) {
	v := verification{ctx: ctx, archive: archive, tree: tree, tiles: map[int]lastTile{}}
	if err := v.expect(earlier); err != nil {
		return v.Verified, err
	}
	err := hashed(func(do func(Row) error) error { return archive.EachRow(ctx, do) }, v.batch)
	if err != nil {
		return v.Verified, err
	}
	if v.Entries < tree.N {
		return v.Verified, &Finding{Index: v.Entries, Position: v.last + 1,
			What: fmt.Sprintf("is missing; the signed checkpoint stands for %d entries", tree.N)}
	}
	if hash := v.root.hash(); tree.N > 0 && hash != tree.Hash {
		return v.Verified, &Finding{Index: v.Entries - 1, Position: v.last,
			What: "the log was written anew: it agrees with itself and not with the signed checkpoint"}
	}
	if v.tombstones != v.Erased {
		return v.Verified, &Finding{Index: v.Entries - 1, Position: v.last,
			What: fmt.Sprintf("up to here %d tombstones tell of %d erased decisions: a tombstone names an entry that is no decision's", v.tombstones, v.Erased)}
	}
	return v.Verified, nil
}

type verification struct {
	Verified
	ctx     context.Context
	archive Archive
	tree    tlog.Tree
	root    peaks
	last    int64            // Position of the row before.
	tiles   map[int]lastTile // By level.
	late    *Finding         // The first decision without an entry.
	earlier []tlog.Tree      // Those that the log has not grown to yet, the smallest first.

	tombstones int64
}

// lastTile is the one of a level that was read last.
type lastTile struct {
	n    int64
	data []byte
}

// expect takes the earlier heads that the log has to agree with as it grows.
func (v *verification) expect(earlier []tlog.Tree) error {
	v.earlier = slices.Clone(earlier)
	slices.SortStableFunc(v.earlier, func(a, b tlog.Tree) int { return cmp.Compare(a.N, b.N) })
	for i, one := range v.earlier {
		if one.N > v.tree.N || i > 0 && one.N == v.earlier[i-1].N && one.Hash != v.earlier[i-1].Hash {
			return &Finding{Index: v.tree.N, What: fmt.Sprintf("an earlier checkpoint stands for %d entries, which are not those of the present one", one.N)}
		}
	}
	v.earlier = slices.CompactFunc(v.earlier, func(a, b tlog.Tree) bool { return a.N == b.N })
	if len(v.earlier) > 0 && v.earlier[0].N == 0 {
		v.earlier = v.earlier[1:]
	}
	return nil
}

// batch looks at a whole tile at once where nothing is wrong with it, and else row by row, to find the first that is.
func (v *verification) batch(b *batch) error {
	isWhole, err := v.wholeTile(b)
	if err != nil || isWhole {
		return err
	}
	for i := range b.rows {
		if err := v.row(&b.rows[i], b.hashes[i]); err != nil {
			return err
		}
	}
	return nil
}

// wholeTile takes the rows of a tile that is as it should be; false, and nothing is taken, when it is not.
func (v *verification) wholeTile(b *batch) (bool, error) {
	if b.tree == nil || v.late != nil || v.Entries%TileWidth != 0 || len(v.earlier) > 0 && v.earlier[0].N < v.Entries+TileWidth {
		return false, nil
	}
	for i := range b.rows {
		if v.fault(&b.rows[i], v.Entries+int64(i), b.hashes[i].isOf) != "" {
			return false, nil
		}
	}
	tile, err := v.tile(0, v.Entries/TileWidth)
	if err != nil || !tile.is(b.tree) {
		return false, err
	}
	for i := range b.rows {
		v.count(&b.rows[i])
	}
	last := &b.rows[TileWidth-1]
	return true, v.grow(last, tileHeight, b.tree[tileHeight][0])
}

// is reports whether the tile is the lowest row of that part of the tree.
func (t lastTile) is(tree [][]tlog.Hash) bool {
	lowest := hashesData(make([]byte, 0, groupedTileSize), tree[0])
	return bytes.Equal(t.data, lowest) || bytes.Equal(t.data, hashesData(lowest, tree[groupHeight]))
}

func (v *verification) row(row *Row, hashes rowHashes) error {
	if row.Entry != nil && v.late != nil {
		v.late.What = "the log has an entry after it and none for it: either that was removed, or the decision was put in between"
		return v.late
	}
	if what := v.fault(row, v.Entries, hashes.isOf); what != "" {
		return row.finding(what)
	}
	if row.Entry == nil {
		v.Waiting++
		if v.late == nil {
			v.late = row.finding("")
		}
		return nil
	}
	v.count(row)
	return v.grow(row, 0, hashes.leaf)
}

func (v *verification) count(row *Row) {
	v.last = row.Position
	v.Entries++
	if row.Erased {
		v.Erased++
	}
	if row.Tombstone != nil {
		v.tombstones++
	}
}

// grow adds a full subtree of that height, the row's entry being its last.
func (v *verification) grow(row *Row, height int, hash tlog.Hash) error {
	err := v.root.add(height, hash, func(height int, n int64, hash tlog.Hash) error {
		return v.compare(row, height, n, hash)
	})
	if err != nil || len(v.earlier) == 0 || v.earlier[0].N != v.Entries {
		return err
	}
	was := v.earlier[0].Hash
	v.earlier = v.earlier[1:]
	if was != v.root.hash() {
		return row.finding("it, or an entry before it, is another one than when an earlier checkpoint was signed")
	}
	return nil
}

func (r *Row) finding(what string) *Finding {
	finding := &Finding{Position: r.Position, Index: r.Index, What: what}
	if r.Decision != nil {
		finding.Receipt = r.Decision.ID.String()
	}
	return finding
}

// fault is what is wrong with a row by itself and its place, or "": which entry is due there, and whether its entry is the
// hash of what it says.
func (v *verification) fault(row *Row, due int64, isOf bool) string {
	switch {
	case row.Odd != "":
		return row.Odd
	case row.Entry == nil && row.Tombstone != nil:
		return "is a tombstone that is not in the log yet: look again in a minute"
	case row.Entry == nil:
		return ""
	case row.Index != due:
		return fmt.Sprintf("comes as entry %d of the log where entry %d is due: one was removed or moved", row.Index, due)
	case row.Index >= v.tree.N:
		return "its entry was added to the log beside the signed checkpoint"
	case row.Tombstone != nil && !isOf:
		return "was changed: it is not the tombstone that was entered into the log"
	case row.Tombstone != nil && row.Erased:
		return "is a tombstone, and another one says that it was erased"
	case row.Tombstone != nil:
		return ""
	case row.Decision == nil && row.Erased && row.Entry.Salt != Salt{}:
		return "was erased, and its salt was not: a guess of what it said could be tried"
	case row.Decision == nil && row.Erased:
		return ""
	case row.Decision == nil:
		return "was removed: the log has its entry, and no tombstone"
	case row.Erased:
		return "is still there, although the log has a tombstone for it"
	case !isOf:
		return "was changed: it is not what was entered into the log"
	default:
		return ""
	}
}

// tile reads one, or has it at hand. One that is not there is empty.
func (v *verification) tile(level int, n int64) (lastTile, error) {
	if tile, isKnown := v.tiles[level]; isKnown && tile.n == n {
		return tile, nil
	}
	data, err := v.archive.TileData(v.ctx, level, n)
	if err != nil && !errors.Is(err, consent.ErrNotFound) {
		return lastTile{}, fmt.Errorf("read tile %d of level %d of the log: %w", n, level, err)
	}
	v.tiles[level] = lastTile{n: n, data: data}
	return v.tiles[level], nil
}

// compare holds the root of a full subtree against the tile that has it. Of the lowest level each hash is one entry's.
func (v *verification) compare(row *Row, height int, n int64, hash tlog.Hash) error {
	level, perTile, from := height/tileHeight, int64(TileWidth), int64(0)
	switch height % tileHeight {
	case 0:
	case groupHeight:
		perTile, from = TileWidth>>groupHeight, tileSize
	default:
		return nil
	}
	tile, err := v.tile(level, n/perTile)
	if err != nil {
		return err
	}
	within := from + n%perTile*tlog.HashSize
	switch {
	case from > 0 && len(tile.data) <= tileSize:
		return nil // It is not full, or of before.
	case int64(len(tile.data)) < within+tlog.HashSize:
		return row.finding(fmt.Sprintf("tile %d of level %d of the log was removed or cut short", tile.n, level))
	case tlog.Hash(tile.data[within:within+tlog.HashSize]) == hash:
		return nil
	case height == 0:
		return row.finding("its entry in the log was changed: it is not the one that the tree was built from")
	default:
		return row.finding(fmt.Sprintf("tile %d of level %d of the log was changed: it does not follow from the entries up to this one", tile.n, level))
	}
}

// peaks are the roots of the full subtrees of a tree that grows from the left: as many as its size has ones.
type peaks struct {
	hashes []tlog.Hash // The largest first.
	size   int64
}

// add takes a full subtree of that height, a leaf being one of height 0, and calls full with each one that it makes full,
// itself first: its height, its number among those of this height, and its root.
func (p *peaks) add(height int, hash tlog.Hash, full func(height int, n int64, hash tlog.Hash) error) error {
	added := int64(1) << height
	n := p.size >> height
	for ; ; height++ {
		if err := full(height, n, hash); err != nil {
			return err
		}
		if n&1 == 0 {
			break
		}
		last := len(p.hashes) - 1
		hash = tlog.NodeHash(p.hashes[last], hash)
		p.hashes = p.hashes[:last]
		n >>= 1
	}
	p.hashes = append(p.hashes, hash)
	p.size += added
	return nil
}

func (p *peaks) hash() tlog.Hash {
	if len(p.hashes) == 0 {
		return tlog.Hash{}
	}
	last := len(p.hashes) - 1
	hash := p.hashes[last]
	for i := last - 1; i >= 0; i-- {
		hash = tlog.NodeHash(p.hashes[i], hash)
	}
	return hash
}
