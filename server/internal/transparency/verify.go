package transparency

import (
	"context"
	"errors"
	"fmt"

	"golang.org/x/mod/sumdb/tlog"

	"assent/server/internal/consent"
)

// Row is one line of what is verified: a decision or tombstone, an entry of the log, or both where they belong together.
type Row struct {
	Position  int64
	Decision  *consent.Record // nil when the log has an entry and no decision is there.
	Tombstone *Tombstone      // nil for all rows but a tombstone's.
	Odd       string          // What is wrong with how the decision is kept, although its fields may be read.
	Entry     *Entry          // nil when a decision is there and the log has none.
	Index     int64           // Of the entry.
	Erased    bool            // There is a tombstone for the entry, a row of its own further on.
}

// Archive is what Verify goes through.
type Archive interface {
	// EachRow calls do with all rows by position, until it returns an error, which is returned.
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
// removed, moved or put in between, or the archive's.
func Verify(ctx context.Context, archive Archive, tree tlog.Tree, earlier ...tlog.Tree) (Verified, error) {
	v := verification{ctx: ctx, archive: archive, tree: tree, tiles: map[int]lastTile{}, earlier: map[int64]tlog.Hash{}}
	for _, one := range earlier {
		if known, isKnown := v.earlier[one.N]; one.N > tree.N || isKnown && known != one.Hash {
			return v.Verified, &Finding{Index: tree.N, What: fmt.Sprintf("an earlier checkpoint stands for %d entries, which are not those of the present one", one.N)}
		}
		v.earlier[one.N] = one.Hash
	}
	if err := archive.EachRow(ctx, v.row); err != nil {
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
	earlier map[int64]tlog.Hash

	tombstones int64
}

// lastTile is the one of a level that was read last.
type lastTile struct {
	n    int64
	data []byte
}

func (v *verification) row(row Row) error {
	finding := &Finding{Position: row.Position, Index: row.Index}
	if row.Decision != nil {
		finding.Receipt = row.Decision.ID.String()
	}
	if row.Entry != nil && v.late != nil {
		v.late.What = "the log has an entry after it and none for it: either that was removed, or the decision was put in between"
		return v.late
	}
	if finding.What = v.fault(row); finding.What != "" {
		return finding
	}
	if row.Entry == nil {
		v.Waiting++
		if v.late == nil {
			v.late = finding
		}
		return nil
	}
	v.last = row.Position
	v.Entries++
	if row.Erased {
		v.Erased++
	}
	if row.Tombstone != nil {
		v.tombstones++
	}
	err := v.root.add(tlog.RecordHash(row.Entry.Commitment[:]), func(height int, n int64, hash tlog.Hash) error {
		return v.compare(finding, height, n, hash)
	})
	if err != nil {
		return err
	}
	if hash, isKnown := v.earlier[v.Entries]; isKnown && hash != v.root.hash() {
		finding.What = "it, or an entry before it, is another one than when an earlier checkpoint was signed"
		return finding
	}
	return nil
}

// fault is what is wrong with a row by itself and its place, or "".
func (v *verification) fault(row Row) string {
	switch {
	case row.Odd != "":
		return row.Odd
	case row.Entry == nil && row.Tombstone != nil:
		return "is a tombstone that is not in the log yet: look again in a minute"
	case row.Entry == nil:
		return ""
	case row.Index != v.Entries:
		return fmt.Sprintf("comes as entry %d of the log where entry %d is due: one was removed or moved", row.Index, v.Entries)
	case row.Index >= v.tree.N:
		return "its entry was added to the log beside the signed checkpoint"
	case row.Tombstone != nil && row.Tombstone.Commit(row.Entry.Salt) != row.Entry.Commitment:
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
	case Commit(row.Entry.Salt, *row.Decision) != row.Entry.Commitment:
		return "was changed: it is not what was entered into the log"
	default:
		return ""
	}
}

// compare holds the root of a full subtree against the tile that has it. Of the lowest level each hash is one entry's.
func (v *verification) compare(finding *Finding, height int, n int64, hash tlog.Hash) error {
	if height%tileHeight != 0 {
		return nil
	}
	level := height / tileHeight
	tile, isKnown := v.tiles[level]
	if !isKnown || tile.n != n/TileWidth {
		data, err := v.archive.TileData(v.ctx, level, n/TileWidth)
		if err != nil && !errors.Is(err, consent.ErrNotFound) {
			return fmt.Errorf("read tile %d of level %d of the log: %w", n/TileWidth, level, err)
		}
		tile = lastTile{n: n / TileWidth, data: data}
		v.tiles[level] = tile
	}
	within := n % TileWidth * tlog.HashSize
	switch {
	case int64(len(tile.data)) < within+tlog.HashSize:
		finding.What = fmt.Sprintf("tile %d of level %d of the log was removed or cut short", tile.n, level)
	case tlog.Hash(tile.data[within:within+tlog.HashSize]) == hash:
		return nil
	case level == 0:
		finding.What = "its entry in the log was changed: it is not the one that the tree was built from"
	default:
		finding.What = fmt.Sprintf("tile %d of level %d of the log was changed: it does not follow from the entries up to this one", tile.n, level)
	}
	return finding
}

// peaks are the roots of the full subtrees of a tree that grows from the left: as many as its size has ones.
type peaks struct {
	hashes []tlog.Hash // The largest first.
	size   int64
}

// add calls full with each subtree that the leaf makes full, the leaf itself first: its height, its number among those of
// this height, and its root.
func (p *peaks) add(leaf tlog.Hash, full func(height int, n int64, hash tlog.Hash) error) error {
	hash := leaf
	n := p.size
	for height := 0; ; height++ {
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
	p.size++
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
