package clickhousestore_test

import (
	"context"
	"errors"
	"sync"
	"testing"
	"time"

	"assent/server/internal/clickhousestore"
	"assent/server/internal/consent"
	"assent/server/internal/realparts"
	"assent/server/internal/recording/recordingtest"
	"assent/server/internal/shipping/shippingtest"
)

func recordedNow() consent.Record {
	record := recordingtest.Decision(recordingtest.Site(), "s1")
	record.RecordedAt = time.Now().UTC().Truncate(time.Microsecond)
	return record
}

// testDropped drops the table, then the database, of a store in use. Each must be noticed, and there again for what
// comes after.
func testDropped(t *testing.T, url func(database string) string) {
	store, closing := open(t, url("dropped"))
	t.Cleanup(closing)
	for _, statement := range []string{"DROP TABLE dropped.decisions", "DROP DATABASE dropped"} {
		if err := store.Ping(t.Context()); err != nil {
			t.Fatal(err)
		}
		execute(t, connect(t, url("default")), statement)
		if err := store.Ping(t.Context()); !errors.Is(err, consent.ErrUnavailable) {
			t.Errorf("Ping after %s: %v, want ErrUnavailable", statement, err)
		}
		record := recordedNow()
		if err := store.Append(t.Context(), shippingtest.BatchOf(record)); err != nil {
			t.Fatalf("append after %s: %v", statement, err)
		}
		got, err := store.Find(t.Context(), record.ID.String())
		if err != nil {
			t.Fatal(err)
		}
		recordingtest.SameRecords(t, got, []consent.Record{record})
	}
}

// testHang asks a server that is silent, first before it was ever reached, then in the middle of use. The driver may
// dial for as long as the test may run, so only what heeds its own time gets through.
func testHang(t *testing.T, server *realparts.ClickHouse) {
	store, closing := open(t, server.URL("hang")+"?dial_timeout=1h")
	t.Cleanup(closing)
	record := recordedNow()
	for range 2 {
		if err := server.Freeze(); err != nil {
			t.Fatal(err)
		}
		wantPatienceEnds(t, store, record)
		if err := server.Thaw(); err != nil {
			t.Fatal(err)
		}
		if err := store.Append(t.Context(), shippingtest.BatchOf(record)); err != nil {
			t.Fatalf("append when the server goes on: %v", err)
		}
		if err := store.Ping(t.Context()); err != nil {
			t.Fatalf("ping when the server goes on: %v", err)
		}
	}
}

// wantPatienceEnds calls the store many times at once, as probes and dashboards do.
func wantPatienceEnds(t *testing.T, store *clickhousestore.Store, record consent.Record) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()
	var calls sync.WaitGroup
	for range 4 {
		for name, call := range map[string]func() error{
			"Ping":   func() error { return store.Ping(ctx) },
			"Append": func() error { return store.Append(ctx, shippingtest.BatchOf(record)) },
			"Find":   func() error { _, err := store.Find(ctx, record.ID.String()); return err },
		} {
			calls.Go(func() {
				if err := call(); !errors.Is(err, consent.ErrUnavailable) {
					t.Errorf("%s of a silent server: %v, want ErrUnavailable", name, err)
				}
			})
		}
	}
	calls.Wait()
}
