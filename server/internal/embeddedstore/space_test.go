package embeddedstore_test

import (
	"fmt"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/google/uuid"

	"assent/server/internal/consent"
	"assent/server/internal/embeddedstore"
)

// BenchmarkSpace reports how many bytes of disk a decision of a new visitor takes with its indexes, for deploy/SIZING.md.
func BenchmarkSpace(b *testing.B) {
	const decisions, perCommit = 200_000, 500
	dir := b.TempDir()
	store, err := embeddedstore.Open(b.Context(), dir, time.Now)
	if err != nil {
		b.Fatal(err)
	}
	for range decisions / perCommit {
		for _, outcome := range store.Commit(b.Context(), visitsOfAShop(perCommit)) {
			if outcome.Err != nil {
				b.Fatal(outcome.Err)
			}
		}
	}
	if err := store.Close(); err != nil {
		b.Fatal(err)
	}
	file, err := os.Stat(filepath.Join(dir, "assent.db"))
	if err != nil {
		b.Fatal(err)
	}
	b.ReportMetric(float64(file.Size())/decisions, "B/decision")
	b.ReportMetric(0, "ns/op")
}

func visitsOfAShop(visitors int) []consent.Record {
	const site = "k3v9q2m7x1"
	batch := make([]consent.Record, visitors)
	for i := range batch {
		id := uuid.Must(uuid.NewV7())
		batch[i] = consent.Record{
			ID: id, Site: site, Subject: consent.Subject(site, id.String()), Notice: "4cCgbWRMcUXlZ0aK", Action: consent.AcceptAll,
			Purposes: map[string]bool{"analytics": true, "marketing": true}, Services: map[string]bool{}, Source: "banner", Locale: "de",
			Page: fmt.Sprintf("https://www.shop.example/category-%d/product-%d", i%7, i), LifetimeDays: 180, Regime: consent.OptIn,
			DecidedAt: time.Now().UTC().Truncate(time.Millisecond),
		}
	}
	return batch
}
