package embeddedstore_test

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"fmt"
	mathrand "math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"golang.org/x/mod/sumdb/tlog"

	"assent/server/internal/consent"
	"assent/server/internal/embeddedstore"
	"assent/server/internal/transparency"
)

// BenchmarkLog compares the log's work with what it cannot do without. The aims of issue 6: verification at half the speed of
// plain SHA-256 or more, a proof within five times a bare one in memory, entering below 2 % of the processor time of recording.
func BenchmarkLog(b *testing.B) {
	decisions, fresh := 10_000_000, 100_000
	if os.Getenv("BENCH") == "quick" {
		decisions, fresh = 200_000, 20_000
	}
	fmt.Printf("\nThe log of %d decisions                          ours          bare      ratio\n", decisions)
	compareVerification(b, int64(decisions))
	dir := b.TempDir()
	store, err := embeddedstore.Open(b.Context(), dir, time.Now)
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() {
		if err := store.Close(); err != nil {
			b.Error(err)
		}
	})
	fillVaried(b, filepath.Join(dir, "assent.db"), decisions)
	log, err := transparency.Open(b.Context(), store, rand.Reader)
	if err != nil {
		b.Fatal(err)
	}
	backlog := spent(b, func() { catchUp(b, log) })
	compareProofs(b, log, int64(decisions))
	compareRecording(b, store, log, fresh)
	fmt.Printf("%-45s %10v a decision\n", "processor time to take in what was there", backlog/time.Duration(decisions))
}

func catchUp(b *testing.B, log *transparency.Log) {
	b.Helper()
	if err := log.CatchUp(b.Context()); err != nil {
		b.Fatal(err)
	}
}

// spent is the processor time that something takes.
func spent(b *testing.B, do func()) time.Duration {
	b.Helper()
	before := processorTime(b)
	do()
	return processorTime(b) - before
}

// compareVerification has a log that is as long as it should be and takes no space: all of its decisions are one.
func compareVerification(b *testing.B, size int64) {
	b.Helper()
	record := visitsOfAShop(1)[0]
	record.RecordedAt = record.DecidedAt
	entry := transparency.Entry{Commitment: transparency.Commit(transparency.Salt{}, record)}
	archive := &monotony{size: size, record: record, entry: entry, byHeight: []tlog.Hash{tlog.RecordHash(entry.Commitment[:])}}
	for height := range 62 {
		archive.byHeight = append(archive.byHeight, tlog.NodeHash(archive.byHeight[height], archive.byHeight[height]))
	}
	root, err := tlog.TreeHash(size, archive)
	if err != nil {
		b.Fatal(err)
	}
	var ours, plain time.Duration
	for range 3 {
		ours = least(ours, func() {
			if _, err := transparency.Verify(b.Context(), archive, tlog.Tree{N: size, Hash: root}); err != nil {
				b.Fatal(err)
			}
		})
		bytes := make([]byte, committedBytes(record))
		plain = least(plain, func() {
			hash := sha256.New()
			for range size {
				hash.Write(bytes)
			}
			hash.Sum(nil)
		})
	}
	fmt.Printf("%-45s %10v    %10v    %.0f %% of the speed\n", fmt.Sprintf("verifying, and SHA-256 of %d bytes each", committedBytes(record)),
		ours.Round(time.Millisecond), plain.Round(time.Millisecond), 100*float64(plain)/float64(ours))
}

// committedBytes is how long the text is that a decision's commitment is a hash of (deploy/LOG.md): 24 fields and what is
// in the lists.
func committedBytes(r consent.Record) int {
	const head, times = len("assent/decision/1") + transparency.SaltSize, 2 * len("1700000000000000")
	size := head + len(r.ID.String()+r.Site+r.Subject+r.Notice+r.Action+r.Source+"false"+r.Locale+r.Page+r.Regime+r.Country+r.Device+r.Browser+"180"+"0"+"2000") + times + 22*4
	for name := range r.Purposes {
		size += 2*4 + len(name) + 1
	}
	return size
}

// monotony is an archive of the same decision again and again.
type monotony struct {
	size     int64
	record   consent.Record
	entry    transparency.Entry
	byHeight []tlog.Hash // The roots of all full subtrees.
}

// ReadHashes implements tlog.HashReader.
func (m *monotony) ReadHashes(indexes []int64) ([]tlog.Hash, error) {
	hashes := make([]tlog.Hash, len(indexes))
	for i, index := range indexes {
		height, _ := tlog.SplitStoredHashIndex(index)
		hashes[i] = m.byHeight[height]
	}
	return hashes, nil
}

// EachRow implements transparency.Archive.
func (m *monotony) EachRow(_ context.Context, do func(transparency.Row) error) error {
	for i := range m.size {
		if err := do(transparency.Row{Position: i + 1, Decision: &m.record, Entry: &m.entry, Index: i}); err != nil {
			return err
		}
	}
	return nil
}

// Checkpoints implements transparency.Archive.
func (m *monotony) Checkpoints(context.Context) ([]string, error) { return nil, nil }

// TileData implements transparency.TileStore.
func (m *monotony) TileData(_ context.Context, level int, _ int64) ([]byte, error) {
	hash := m.byHeight[8*level]
	return []byte(strings.Repeat(string(hash[:]), transparency.TileWidth)), nil
}

// EntryBundle implements transparency.TileStore.
func (m *monotony) EntryBundle(context.Context, int64) ([]transparency.Entry, error) { return nil, nil }

// inMemory are all hashes of a tree, by index of storage.
type inMemory []tlog.Hash

// ReadHashes implements tlog.HashReader.
func (m inMemory) ReadHashes(indexes []int64) ([]tlog.Hash, error) {
	hashes := make([]tlog.Hash, len(indexes))
	for i, index := range indexes {
		hashes[i] = m[index]
	}
	return hashes, nil
}

func compareProofs(b *testing.B, log *transparency.Log, size int64) {
	b.Helper()
	const proofs = 2000
	memory := make(inMemory, 0, 2*size)
	for i := range size {
		hashes, err := tlog.StoredHashesForRecordHash(i, tlog.Hash{byte(i), byte(i >> 8), byte(i >> 16)}, memory)
		if err != nil {
			b.Fatal(err)
		}
		memory = append(memory, hashes...)
	}
	for name, among := range map[string]int64{"a proof of any decision": size, "a proof of one of the latest thousand": min(size, 1000)} {
		var ours, bare time.Duration
		for range 3 {
			ours = least(ours, func() {
				for range proofs {
					if _, err := log.Prove(b.Context(), transparency.Placed{Index: size - 1 - mathrand.Int64N(among)}); err != nil {
						b.Fatal(err)
					}
				}
			})
			bare = least(bare, func() {
				for range proofs {
					if _, err := tlog.ProveRecord(size, size-1-mathrand.Int64N(among), memory); err != nil {
						b.Fatal(err)
					}
				}
			})
		}
		fmt.Printf("%-45s %10v    %10v    %.1f times as long\n", name, ours/proofs, bare/proofs, float64(ours)/float64(bare))
	}
}

// compareRecording records in the batches of a busy server, without the requests that decisions come in, and enters what ten
// seconds bring at 500 a second.
func compareRecording(b *testing.B, store *embeddedstore.Store, log *transparency.Log, decisions int) {
	b.Helper()
	const perCommit, perEntering = 50, 5000
	var recording, entering time.Duration
	for range decisions / perEntering {
		recording += spent(b, func() {
			for range perEntering / perCommit {
				for _, outcome := range store.Commit(b.Context(), visitsOfAShop(perCommit)) {
					if outcome.Err != nil {
						b.Fatal(outcome.Err)
					}
				}
			}
		})
		entering += spent(b, func() { catchUp(b, log) })
	}
	fmt.Printf("%-45s %10v    %10v    %.1f %% of recording\n", "processor time of a decision, entering",
		(entering / time.Duration(decisions)).Round(10*time.Nanosecond), (recording / time.Duration(decisions)).Round(10*time.Nanosecond), 100*float64(entering)/float64(recording))
}
