package embeddedstore_test

import (
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"assent/server/internal/consent"
	"assent/server/internal/embeddedstore"
	"assent/server/internal/moving"
	"assent/server/internal/moving/movingtest"
	"assent/server/internal/recording/recordingtest"
	"assent/server/internal/shipping/shippingtest"
)

func opened(t *testing.T) *embeddedstore.Store {
	t.Helper()
	store, closing := opener(t)(t)
	t.Cleanup(closing)
	return store
}

func TestHoldings(t *testing.T) {
	t.Parallel()
	movingtest.TestHoldings(t, func(t *testing.T) moving.Front { return opened(t) })
}

func TestTrail(t *testing.T) {
	t.Parallel()
	store := opened(t)
	movingtest.TestTrail(t, store, func(ctx context.Context, records []consent.Record) error {
		return store.Append(ctx, shippingtest.BatchOf(records...))
	})
}

// TestLog follows a journal in steps while it grows, and asks for what is current of several pages of subjects.
func TestLog(t *testing.T) {
	t.Parallel()
	store := opened(t)
	var all []consent.Record
	var position int64
	current := map[string]consent.Record{}
	for round := range 3 {
		for i := range 1100 {
			record := recordingtest.Decision("shop", "subject"+string(rune('A'+i)))
			record.RecordedAt = time.Date(2026, 1, 1, round, 0, i, 0, time.UTC)
			all = append(all, record)
			current[record.Subject] = record
		}
		for _, outcome := range store.Commit(t.Context(), all[1100*round:]) {
			if outcome.Err != nil {
				t.Fatal(outcome.Err)
			}
		}
		var got []consent.Record
		for {
			records, next, err := store.DecisionsAfter(t.Context(), position, 300)
			if err != nil {
				t.Fatal(err)
			}
			if len(records) == 0 {
				break
			}
			got, position = append(got, records...), next
		}
		recordingtest.SameRecords(t, got, all[1100*round:])
	}
	err := store.Choices(t.Context(), func(r consent.Record) error {
		recordingtest.SameRecords(t, []consent.Record{r}, []consent.Record{current[r.Subject]})
		delete(current, r.Subject)
		return nil
	})
	if err != nil || len(current) > 0 {
		t.Errorf("Choices: %v, %d were not told", err, len(current))
	}
}

func TestCheckFindsDamage(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	store, err := embeddedstore.Open(t.Context(), dir, time.Now)
	if err != nil {
		t.Fatal(err)
	}
	var records []consent.Record
	for range 1000 {
		records = append(records, recordingtest.Decision("shop", recordingtest.Site()))
	}
	store.Commit(t.Context(), records)
	if err := store.Check(t.Context()); err != nil {
		t.Errorf("Check of a sound file: %v", err)
	}
	if err := store.Close(); err != nil {
		t.Fatal(err)
	}
	file, err := os.OpenFile(filepath.Join(dir, "assent.db"), os.O_RDWR, 0)
	if err != nil {
		t.Fatal(err)
	}
	size, err := file.Seek(0, 2)
	if err != nil {
		t.Fatal(err)
	}
	for at := size / 2; at < size; at += 4096 { // Into the middle of every page of the second half.
		if _, err := file.WriteAt([]byte(strings.Repeat("x", 1000)), at&^4095+100); err != nil {
			t.Fatal(err)
		}
	}
	if err := file.Close(); err != nil {
		t.Fatal(err)
	}
	store, err = embeddedstore.Open(t.Context(), dir, time.Now)
	if err != nil {
		t.Fatal(err)
	}
	defer store.Close()
	if err := store.Check(t.Context()); err == nil {
		t.Error("damage was not found")
	}
}
