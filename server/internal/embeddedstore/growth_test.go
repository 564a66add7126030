package embeddedstore_test

import (
	"context"
	"database/sql"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/google/uuid"

	"assent/server/internal/consent"
	"assent/server/internal/embeddedstore"
	"assent/server/internal/recording/recordingtest"
)

// filling writes ?1 decisions of as many subjects, one every 10 ms, as a shop's visitors make them.
const filling = `WITH RECURSIVE counted (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM counted WHERE n < ?1)
	INSERT INTO decisions (id, site, subject, notice, action, outcome, purposes, services, source, synthetic, locale, page,
		decided_at, recorded_at, lifetime_days, flags, digest)
	SELECT unhex(printf('%012x7%03x', 1700000000000 + n * 10, n % 4096) || hex(randomblob(8))), 'site', substr(hex(randomblob(11)), 1, 22),
		'3q2-7w0aZkX1', 'accept-all', 'accepted', '{"analytics":true,"marketing":true}', '{}', 'banner', 0, 'de',
		'https://shop.example/products/shoes-' || n % 1000, 0, 1700000000000000 + n * 10000, 180, '[]', random() >> 1
	FROM counted`

// grown is a store with so many subjects.
type grown struct {
	store    *embeddedstore.Store
	subjects int
	opened   time.Duration // How long that took.
	costs    []time.Duration
}

func grow(b *testing.B, subjects int) *grown {
	b.Helper()
	dir := b.TempDir()
	// The first opening makes the tables.
	if store, err := embeddedstore.Open(b.Context(), dir, time.Now); err != nil || store.Close() != nil {
		b.Fatal(err)
	}
	fill(b, filepath.Join(dir, "assent.db"), subjects)
	begun := time.Now()
	store, err := embeddedstore.Open(b.Context(), dir, time.Now)
	if err != nil {
		b.Fatal(err)
	}
	opened := time.Since(begun)
	b.Cleanup(func() {
		if err := store.Close(); err != nil {
			b.Error(err)
		}
	})
	return &grown{store: store, subjects: subjects, opened: opened}
}

// fill sorts the index of subjects once rather than at each row.
func fill(b *testing.B, file string, subjects int) {
	b.Helper()
	db, err := sql.Open("sqlite", "file:"+file+"?_pragma=synchronous(OFF)")
	if err != nil {
		b.Fatal(err)
	}
	defer db.Close()
	db.SetMaxOpenConns(1)
	var index string
	if err := db.QueryRowContext(b.Context(), "SELECT sql FROM sqlite_schema WHERE name = 'decisions_by_subject'").Scan(&index); err != nil {
		b.Fatal(err)
	}
	for _, statement := range []string{"DROP INDEX decisions_by_subject", strings.ReplaceAll(filling, "?1", fmt.Sprint(subjects)), index} {
		if _, err := db.ExecContext(b.Context(), statement); err != nil {
			b.Fatal(err)
		}
	}
}

// record commits new subjects' decisions in batches as they form at 64 connections, and notes the processor time of each
// decision.
func (g *grown) record(b *testing.B, batches int) {
	b.Helper()
	const size = 20
	begun := processorTime(b)
	for range batches {
		batch := make([]consent.Record, size)
		for i := range batch {
			batch[i] = recordingtest.Decision("site", uuid.NewString()[:22])
		}
		for _, outcome := range g.store.Commit(context.Background(), batch) {
			if outcome.Err != nil {
				b.Fatal(outcome.Err)
			}
		}
	}
	g.costs = append(g.costs, (processorTime(b)-begun)/time.Duration(batches*size))
}

func processorTime(b *testing.B) time.Duration {
	b.Helper()
	var usage syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &usage); err != nil {
		b.Fatal(err)
	}
	return time.Duration(usage.Utime.Nano() + usage.Stime.Nano())
}

// BenchmarkGrowth compares the cost of a decision in small and large stores, in turns. The aim is at most 1.5 times, and
// an opening that takes no longer.
func BenchmarkGrowth(b *testing.B) {
	sizes, rounds := []int{10_000, 1_000_000, 5_000_000}, 7
	if os.Getenv("BENCH") == "quick" {
		sizes, rounds = []int{10_000, 500_000}, 3
	}
	var stores []*grown
	for _, subjects := range sizes {
		stores = append(stores, grow(b, subjects))
	}
	for range rounds {
		for _, g := range stores {
			g.record(b, 100)
		}
	}
	var least time.Duration
	fmt.Printf("\nSQLite with as many subjects     CPU us per decision      opened in\n")
	for i, g := range stores {
		slices.Sort(g.costs)
		cost := g.costs[len(g.costs)/2]
		if i == 0 {
			least = cost
		}
		fmt.Printf("%28d  %12.1f  %5.2fx  %13v\n", g.subjects, float64(cost.Nanoseconds())/1000, float64(cost)/float64(least), g.opened.Round(100*time.Microsecond))
	}
}
