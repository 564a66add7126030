package embeddedstore_test

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"fmt"
	mathrand "math/rand/v2"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strconv"
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
	decisions, fresh := 2_000_000, 100_000
	if os.Getenv("BENCH") == "quick" {
		decisions, fresh = 200_000, 20_000
	}
	if leaves := os.Getenv("LEAVES"); leaves != "" {
		var err error
		if decisions, err = strconv.Atoi(leaves); err != nil {
			b.Fatalf("LEAVES is a number of decisions: %v", err)
		}
	}
	fmt.Printf("\nThe log of %-9d decisions, processor time          ours          bare      ratio\n", decisions)
	compareVerification(b, int64(decisions))
	dir := b.TempDir()
	store, log := openLog(b, dir)
	fillVaried(b, filepath.Join(dir, "assent.db"), decisions)
	backlog := spent(b, func() { catchUp(b, log) })
	fmt.Printf("%-50s %10v\n", "a decision that was there, entering", backlog/time.Duration(decisions))
	compareProofs(b, log, int64(decisions))
	compareRecording(b, store, log, fresh)
	verifyFile(b, fresh)
}

// verifyFile is what assent verify does: most of it is reading the decisions out of the file.
func verifyFile(b *testing.B, decisions int) {
	b.Helper()
	store, log := openLog(b, b.TempDir())
	record(b, store, decisions)
	catchUp(b, log)
	_, tree, err := log.Tree(b.Context())
	if err != nil {
		b.Fatal(err)
	}
	var ours, waited []float64
	spentOn(b, &ours, &waited, func() {
		if _, err := transparency.Verify(b.Context(), store, tree); err != nil {
			b.Fatal(err)
		}
	})
	fmt.Printf("%-50s %10v    time waited %v\n", "verifying, with reading from the file", time.Duration(ours[0])/time.Duration(decisions), time.Duration(waited[0])/time.Duration(decisions))
}

// record is in the batches of a busy server.
func record(b *testing.B, store *embeddedstore.Store, decisions int) {
	b.Helper()
	const perCommit = 50
	for range decisions / perCommit {
		for _, outcome := range store.Commit(b.Context(), visitsOfAShop(perCommit)) {
			if outcome.Err != nil {
				b.Fatal(outcome.Err)
			}
		}
	}
}

func openLog(b *testing.B, dir string) (*embeddedstore.Store, *transparency.Log) {
	b.Helper()
	store, err := embeddedstore.Open(b.Context(), dir, time.Now)
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() {
		if err := store.Close(); err != nil {
			b.Error(err)
		}
	})
	log, err := transparency.Open(b.Context(), store, rand.Reader)
	if err != nil {
		b.Fatal(err)
	}
	return store, log
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

// compareVerification has a log that is as long as it should be and takes no space: all of its decisions are one. It is
// compared with SHA-256 over the same bytes: the texts that the decisions' commitments are hashes of, one after the other
// in one stream. So the tree over them, and putting the texts together from the decisions' fields, count as ours.
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
	bytes := make([]byte, committedBytes(record))
	var ours, plain, oursWaited, plainWaited []float64
	for range 5 {
		spentOn(b, &ours, &oursWaited, func() {
			if _, err := transparency.Verify(b.Context(), archive, tlog.Tree{N: size, Hash: root}); err != nil {
				b.Fatal(err)
			}
		})
		spentOn(b, &plain, &plainWaited, func() {
			hash := sha256.New()
			for range size {
				hash.Write(bytes)
			}
			hash.Sum(nil)
		})
	}
	each := fmt.Sprintf("verifying, and SHA-256 of %d bytes each", len(bytes))
	printCosts(each, ours, plain, int(size), "%.0f %% of the speed", func(ours, plain float64) float64 { return 100 * plain / ours })
	printCosts(fmt.Sprintf("likewise, time waited with %d processors", runtime.GOMAXPROCS(0)), oursWaited, plainWaited, int(size), "%.0f %% of the speed", func(ours, plain float64) float64 { return 100 * plain / ours })
}

// spentOn notes the processor time and the time that something takes.
func spentOn(b *testing.B, processor, waited *[]float64, do func()) {
	b.Helper()
	begun := time.Now()
	*processor = append(*processor, float64(spent(b, do)))
	*waited = append(*waited, float64(time.Since(begun)))
}

// printCosts prints what one of so many costs, as medians.
func printCosts(what string, ours, bare []float64, count int, ratio string, of func(ours, bare float64) float64) {
	slices.Sort(ours)
	slices.Sort(bare)
	mid := len(ours) / 2
	fmt.Printf("%-50s %10v    %10v    "+ratio+"\n", what, time.Duration(ours[mid])/time.Duration(count), time.Duration(bare[mid])/time.Duration(count), of(ours[mid], bare[mid]))
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
		var ours, bare, waited []float64
		for range 9 {
			spentOn(b, &ours, &waited, func() {
				for range proofs {
					if _, err := log.Prove(b.Context(), transparency.Placed{Index: size - 1 - mathrand.Int64N(among)}); err != nil {
						b.Fatal(err)
					}
				}
			})
			spentOn(b, &bare, &waited, func() {
				for range proofs {
					if _, err := tlog.ProveRecord(size, size-1-mathrand.Int64N(among), memory); err != nil {
						b.Fatal(err)
					}
				}
			})
		}
		printCosts(name, ours, bare, proofs, "%.1f times as long", func(ours, bare float64) float64 { return ours / bare })
	}
}

// compareRecording records without the requests that decisions come in, and enters what ten seconds bring at 500 a second.
func compareRecording(b *testing.B, store *embeddedstore.Store, log *transparency.Log, decisions int) {
	b.Helper()
	const perEntering = 5000
	var recording, entering time.Duration
	for range decisions / perEntering {
		recording += spent(b, func() { record(b, store, perEntering) })
		entering += spent(b, func() { catchUp(b, log) })
	}
	fmt.Printf("%-50s %10v    %10v    %.1f %% of recording\n", "a decision that was recorded here, entering",
		(entering / time.Duration(decisions)).Round(10*time.Nanosecond), (recording / time.Duration(decisions)).Round(10*time.Nanosecond), 100*float64(entering)/float64(recording))
}
