package shippingtest

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"assent/server/internal/consent"
	"assent/server/internal/recording/recordingtest"
	"assent/server/internal/shipping"
)

type retainingOutbox interface {
	shipping.Outbox
	shipping.Retaining
}

// TestRetaining holds an outbox that keeps what was shipped to its promises.
func TestRetaining(t *testing.T, fresh func(t *testing.T) OpenOutbox) {
	journal, outbox := startOutbox(t, fresh(t))
	retaining, ok := outbox.(retainingOutbox)
	if !ok {
		t.Fatalf("%T keeps nothing", outbox)
	}
	site := recordingtest.Site()
	var batch []consent.Record
	for i := range 30 {
		batch = append(batch, recordingtest.Decision(site, fmt.Sprint("s", i)))
	}
	begun := time.Now().Add(-time.Second)
	want := commit(t, journal, batch...)
	soon := time.Now().Add(time.Minute)
	wantShipped(t, retaining, soon)
	shards, _ := waiting(t, outbox)
	drain(t, outbox, 4)
	waits := commit(t, journal, recordingtest.Decision(site, "later"))
	wantShipped(t, retaining, begun)
	positions := wantShipped(t, retaining, soon, want...)
	for shard := range shards {
		after, err := retaining.Shipped(t.Context(), shard, positions[shard], soon, 100)
		if err != nil || len(after.Records) > 0 {
			t.Errorf("after everything that was shipped: %+v, %v", after, err)
		}
	}
	drain(t, outbox, 4)
	wantShipped(t, retaining, soon, append(want, waits...)...)
}

// wantShipped reads every shard piece by piece, fails the test unless these are the records, and returns the positions.
func wantShipped(t *testing.T, outbox retainingOutbox, before time.Time, want ...consent.Record) []string {
	t.Helper()
	shards, _ := waiting(t, outbox)
	positions := make([]string, shards)
	var got []consent.Record
	for shard := range shards {
		for {
			batch, err := outbox.Shipped(t.Context(), shard, positions[shard], before, 3)
			if err != nil {
				t.Fatalf("Shipped: %v", err)
			}
			if len(batch.Records) == 0 {
				break
			}
			if !slices.IsSortedFunc(batch.Records, func(a, b consent.Record) int { return a.RecordedAt.Compare(b.RecordedAt) }) {
				t.Errorf("shard %d is not in order", shard)
			}
			got, positions[shard] = append(got, batch.Records...), batch.To
		}
	}
	wantSameSet(t, got, want)
	return positions
}

// TestSearchable holds a ledger that can be asked what it holds to its promises.
func TestSearchable(t *testing.T, fresh func(t *testing.T) OpenLedger) {
	ledger, query := startLedger(t, fresh(t))
	searchable, ok := ledger.(shipping.Searchable)
	if !ok {
		t.Fatalf("%T cannot be asked", ledger)
	}
	records := recorded(recordingtest.Site(), 2500)
	elsewhere := records[0]
	elsewhere.Site = recordingtest.Site()
	another := records[0]
	another.Subject = "another"
	var held, lacking []consent.Record
	for i, record := range records {
		if i%3 == 0 {
			held = append(held, record)
		} else {
			lacking = append(lacking, record)
		}
	}
	appendAll(t, ledger, held...)
	missing, err := searchable.Missing(t.Context(), append(records, elsewhere, another))
	if err != nil {
		t.Fatalf("Missing: %v", err)
	}
	recordingtest.SameRecords(t, missing, append(lacking, elsewhere, another))
	if missing, err := searchable.Missing(t.Context(), nil); err != nil || len(missing) > 0 {
		t.Errorf("of nothing is missing %v, %v", missing, err)
	}
	// Without a token a batch is none that was appended before.
	for range 2 {
		if err := ledger.Append(t.Context(), shipping.Batch{Records: lacking}); err != nil {
			t.Fatalf("Append without a token: %v", err)
		}
	}
	wantHeld(t, query, records[0].Site, records...)
}
