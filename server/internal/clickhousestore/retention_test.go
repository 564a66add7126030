package clickhousestore_test

import (
	"testing"
	"time"

	"github.com/ClickHouse/clickhouse-go/v2"

	"assent/server/internal/clickhousestore"
	"assent/server/internal/consent"
	"assent/server/internal/recording/recordingtest"
	"assent/server/internal/retention"
	"assent/server/internal/sequencing"
	"assent/server/internal/shipping/shippingtest"
	"assent/server/internal/transparency"
)

// testRetention has decisions of three months, of which two are past, and one of another site in the first.
func testRetention(t *testing.T, store *clickhousestore.Store, closing func()) {
	t.Cleanup(closing)
	day := func(month time.Month, day int) time.Time { return time.Date(2024, month, day, 10, 0, 0, 0, time.UTC) }
	at := func(site, subject string, when time.Time, lifetime int) consent.Record {
		record := recordingtest.Decision(site, subject)
		record.RecordedAt, record.LifetimeDays = when, lifetime
		return record
	}
	again := at("a", "again", day(2, 28), 180)
	later := again
	later.RecordedAt = day(3, 2)
	records := []consent.Record{
		at("a", "s1", day(1, 2), 180), at("a", "s2", day(1, 3), 180), at("b", "s1", day(1, 4), 180),
		at("a", "s1", day(2, 2), 180), at("a", "held", day(2, 3), 180), at("a", "in force", day(2, 4), 3650), at("a", "superseded", day(2, 5), 3650),
		again, later, at("a", "superseded", day(2, 6), 180), at("a", "young", day(3, 3), 180),
	}
	if err := store.Append(t.Context(), shippingtest.BatchOf(records...)); err != nil {
		t.Fatal(err)
	}
	scope := retention.Scope{Class: retention.Decisions, Site: "a", Before: day(3, 1).Truncate(24 * time.Hour), Now: day(12, 1), Subjects: []string{"held"}}
	months, err := store.Expired(t.Context(), scope)
	if err != nil || len(months) != 2 || months[0] != (retention.Month{Month: "2024-01", Count: 2}) || months[1] != (retention.Month{Month: "2024-02", Count: 3}) {
		t.Fatalf("what may go: %+v, %v", months, err)
	}
	removed := 0
	for range 3 { // Of two at most, and in the end of none.
		step, count, err := store.NextStep(t.Context(), scope, 2)
		if err != nil {
			t.Fatal(err)
		}
		if count == 0 {
			continue
		}
		found, err := store.DecisionsOfStep(t.Context(), step)
		if err != nil || len(found) != count || found[0].Site != "a" {
			t.Fatalf("the decisions of a step: %+v, %v, want %d", found, err, count)
		}
		for range 2 { // Repeated, it removes nothing more.
			if err := store.RemoveStep(t.Context(), step); err != nil {
				t.Fatal(err)
			}
		}
		removed += count
	}
	kept, err := store.Kept(t.Context(), retention.Decisions, "a", day(4, 1))
	if _, count, stepErr := store.NextStep(t.Context(), scope, 2); err != nil || stepErr != nil || removed != 5 || count != 0 || kept != 4 {
		t.Errorf("removed %d, kept %d, %d are left: %v, %v", removed, kept, count, err, stepErr)
	}
	for subject, want := range map[string]int{"held": 1, "in force": 1, "superseded": 0, "again": 2, "young": 1, "s1": 0} {
		if times, err := store.RecordedAt(t.Context(), "a", subject); err != nil || len(times) != want {
			t.Errorf("decisions of %s: %v, %v, want %d", subject, times, err, want)
		}
	}
	if kept, err := store.Kept(t.Context(), retention.Decisions, "b", day(4, 1)); err != nil || kept != 1 {
		t.Errorf("of another site %d are kept, %v", kept, err)
	}
}

// testMonths has a month go as a whole, for which ClickHouse writes nothing anew.
func testMonths(t *testing.T, address string) {
	store, closing := open(t, address)
	t.Cleanup(closing)
	record := recordingtest.Decision("a", "s")
	record.RecordedAt = time.Date(2024, 1, 2, 10, 0, 0, 0, time.UTC)
	if err := store.Append(t.Context(), shippingtest.BatchOf(record)); err != nil {
		t.Fatal(err)
	}
	step := retention.Step{Class: retention.Decisions, Site: "a", Before: time.Date(2024, 2, 1, 0, 0, 0, 0, time.UTC)}
	if err := store.RemoveStep(t.Context(), step); err != nil {
		t.Fatal(err)
	}
	options, err := clickhouse.ParseDSN(address)
	if err != nil {
		t.Fatal(err)
	}
	conn, err := clickhouse.Open(options)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	var mutations, rows uint64
	if err := conn.QueryRow(t.Context(), "SELECT count() FROM system.mutations WHERE database = currentDatabase() AND table = 'decisions' AND position(command, 'DELETE') > 0").Scan(&mutations); err != nil {
		t.Fatal(err)
	}
	if err := conn.QueryRow(t.Context(), "SELECT count() FROM decisions").Scan(&rows); err != nil || rows > 0 || mutations > 0 {
		t.Errorf("%d rows are left, %d removals wrote parts anew, %v", rows, mutations, err)
	}
}

// testForget has entries of the log lose whose they were.
func testForget(t *testing.T, address string) {
	store, closing := open(t, address)
	t.Cleanup(closing)
	growth := sequencing.Growth{Version: 1, Checkpoint: "head"}
	for range 9 {
		growth.Lines = append(growth.Lines, sequencing.Line{Of: sequencing.IdentityOf(recordingtest.Decision("a", "s")), Salt: transparency.Salt{1}})
	}
	if err := store.Grow(t.Context(), "log", growth); err != nil {
		t.Fatal(err)
	}
	if err := store.Forget(t.Context(), "log", []int64{0, 2, 3, 4, 8}); err != nil {
		t.Fatal(err)
	}
	lines, places, err := store.Lines(t.Context(), "log", 0, 9)
	if err != nil || len(lines) != 9 {
		t.Fatal(lines, err)
	}
	forgotten := map[int64]bool{0: true, 2: true, 3: true, 4: true, 8: true}
	for i, line := range lines {
		if isForgotten := line.Of == (sequencing.Identity{}) && line.Salt == (transparency.Salt{}); isForgotten != forgotten[places[i]] {
			t.Errorf("place %d: %+v", places[i], line)
		}
	}
}
