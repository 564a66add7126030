// Package shippingtest holds every implementation of shipping.Ledger and shipping.Outbox to the same promises.
package shippingtest

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"

	"assent/server/internal/consent"
	"assent/server/internal/recording/recordingtest"
	"assent/server/internal/reporting"
	"assent/server/internal/shipping"
)

// OpenLedger opens an instance of the store under test and the reader of what it holds. Each call opens one more on
// the same data; closing ends that instance only.
type OpenLedger func(t *testing.T) (ledger shipping.Ledger, query reporting.Query, closing func())

// TestLedger runs every case against the store. fresh prepares data of its own for one case and returns how to open
// it.
func TestLedger(t *testing.T, fresh func(t *testing.T) OpenLedger) {
	cases := map[string]func(t *testing.T, open OpenLedger){
		"read your write":                 ledgerReadYourWrite,
		"not found":                       ledgerNotFound,
		"empty batch":                     ledgerEmptyBatch,
		"same batch again":                ledgerSameBatch,
		"same record in another batch":    ledgerRegrouped,
		"same record twice in a batch":    ledgerTwiceInBatch,
		"first recorded wins":             ledgerFirstWins,
		"same id of another subject":      ledgerSameIDElsewhere,
		"out of order":                    ledgerOutOfOrder,
		"concurrent writers":              ledgerConcurrent,
		"cancelled context":               ledgerCancelled,
		"ten thousand in a batch":         ledgerTenThousand,
		"unicode":                         ledgerUnicode,
		"sparse record":                   ledgerSparse,
		"reopen after close":              ledgerReopen,
		"several instances start at once": ledgerStartTogether,
	}
	for name, run := range cases {
		t.Run(name, func(t *testing.T) { run(t, fresh(t)) })
	}
}

// BatchOf returns the records as a batch with a token of their content.
func BatchOf(records ...consent.Record) shipping.Batch {
	hash := sha256.New()
	for _, record := range records {
		fmt.Fprintf(hash, "%v", record)
	}
	return shipping.Batch{Token: hex.EncodeToString(hash.Sum(nil)), Records: records}
}

func startLedger(t *testing.T, open OpenLedger) (shipping.Ledger, reporting.Query) {
	t.Helper()
	ledger, query, closing := open(t)
	t.Cleanup(closing)
	return ledger, query
}

var recordedFrom = time.Date(2026, 10, 31, 23, 59, 59, 123456000, time.UTC)

// recorded returns n decisions of as many subjects, a second apart.
func recorded(site string, n int) []consent.Record {
	records := make([]consent.Record, n)
	for i := range records {
		records[i] = recordingtest.Decision(site, fmt.Sprint("s", i))
		records[i].RecordedAt = recordedFrom.Add(time.Duration(i) * time.Second)
	}
	return records
}

func appendAll(t *testing.T, ledger shipping.Ledger, records ...consent.Record) {
	t.Helper()
	if err := ledger.Append(t.Context(), BatchOf(records...)); err != nil {
		t.Fatalf("Append: %v", err)
	}
}

// wantHeld fails the test unless the ledger counts exactly these records of the site, oldest first.
func wantHeld(t *testing.T, query reporting.Query, site string, want ...consent.Record) {
	t.Helper()
	got, err := query.Recent(t.Context(), site, len(want)+10)
	if err != nil {
		t.Fatalf("Recent: %v", err)
	}
	slices.Reverse(got)
	recordingtest.SameRecords(t, got, want)
	days, err := query.Days(t.Context(), site, recordedFrom.AddDate(-1, 0, 0), recordedFrom.AddDate(1, 0, 0))
	if err != nil {
		t.Fatalf("Days: %v", err)
	}
	count := 0
	for _, day := range days {
		count += day.Tally.Decisions
	}
	if count != len(want) {
		t.Fatalf("the ledger counts %d decisions, want %d", count, len(want))
	}
}

func ledgerReadYourWrite(t *testing.T, open OpenLedger) {
	ledger, query := startLedger(t, open)
	records := recorded(recordingtest.Site(), 3)
	appendAll(t, ledger, records...)
	wantHeld(t, query, records[0].Site, records...)
	for _, record := range records {
		found, err := query.Find(t.Context(), record.ID.String())
		if err != nil {
			t.Fatalf("Find: %v", err)
		}
		recordingtest.SameRecords(t, found, []consent.Record{record})
	}
}

func ledgerNotFound(t *testing.T, open OpenLedger) {
	ledger, query := startLedger(t, open)
	appendAll(t, ledger, recorded(recordingtest.Site(), 1)...)
	wantHeld(t, query, recordingtest.Site())
	if found, err := query.Find(t.Context(), uuid.NewString()); err != nil || len(found) != 0 {
		t.Errorf("Find of an unknown id: %v, %v, want nothing and no error", found, err)
	}
}

func ledgerEmptyBatch(t *testing.T, open OpenLedger) {
	ledger, _ := startLedger(t, open)
	appendAll(t, ledger)
}

func ledgerSameBatch(t *testing.T, open OpenLedger) {
	ledger, query := startLedger(t, open)
	records := recorded(recordingtest.Site(), 5)
	for range 3 {
		appendAll(t, ledger, records...)
	}
	wantHeld(t, query, records[0].Site, records...)
}

func ledgerRegrouped(t *testing.T, open OpenLedger) {
	ledger, query := startLedger(t, open)
	records := recorded(recordingtest.Site(), 9)
	appendAll(t, ledger, records[:6]...)
	appendAll(t, ledger, records[3:]...)
	appendAll(t, ledger, records[4])
	wantHeld(t, query, records[0].Site, records...)
}

func ledgerTwiceInBatch(t *testing.T, open OpenLedger) {
	ledger, query := startLedger(t, open)
	records := recorded(recordingtest.Site(), 2)
	appendAll(t, ledger, records[0], records[1], records[0])
	wantHeld(t, query, records[0].Site, records...)
}

// ledgerFirstWins delivers records again that a forgetful journal has stamped anew, in both orders, within a day and
// across months: what the visitor was told first is what counts.
func ledgerFirstWins(t *testing.T, open OpenLedger) {
	ledger, query := startLedger(t, open)
	records := recorded(recordingtest.Site(), 4)
	again := slices.Clone(records)
	for i, late := range []time.Duration{time.Hour, 40 * 24 * time.Hour, time.Hour, 40 * 24 * time.Hour} {
		again[i].RecordedAt = records[i].RecordedAt.Add(late)
	}
	appendAll(t, ledger, records[:2]...)
	appendAll(t, ledger, again...)
	appendAll(t, ledger, records[2:]...)
	wantHeld(t, query, records[0].Site, records...)
}

func ledgerSameIDElsewhere(t *testing.T, open OpenLedger) {
	ledger, query := startLedger(t, open)
	records := recorded(recordingtest.Site(), 2)
	records[1].ID = records[0].ID
	elsewhere := records[1]
	elsewhere.Site = recordingtest.Site()
	appendAll(t, ledger, records[0], records[1], elsewhere)
	wantHeld(t, query, records[0].Site, records...)
	wantHeld(t, query, elsewhere.Site, elsewhere)
	found, err := query.Find(t.Context(), records[0].ID.String())
	if err != nil || len(found) != 3 {
		t.Errorf("Find returned %d records, %v; want the three visitors' ones", len(found), err)
	}
}

func ledgerOutOfOrder(t *testing.T, open OpenLedger) {
	ledger, query := startLedger(t, open)
	records := recorded(recordingtest.Site(), 4)
	for _, i := range []int{2, 0, 3, 1} {
		appendAll(t, ledger, records[i])
	}
	wantHeld(t, query, records[0].Site, records...)
}

func ledgerConcurrent(t *testing.T, open OpenLedger) {
	one, query := startLedger(t, open)
	two, _ := startLedger(t, open)
	records := recorded(recordingtest.Site(), 60)
	var group sync.WaitGroup
	for i, ledger := range []shipping.Ledger{one, two, one, two} {
		group.Go(func() {
			// Neighbours overlap by half, so that each record is delivered by two writers at once.
			for from := i % 2 * 5; from < len(records); from += 10 {
				if err := ledger.Append(t.Context(), BatchOf(records[from:min(from+10, len(records))]...)); err != nil {
					t.Errorf("Append: %v", err)
				}
			}
		})
	}
	group.Wait()
	wantHeld(t, query, records[0].Site, records...)
}

func ledgerCancelled(t *testing.T, open OpenLedger) {
	ledger, query := startLedger(t, open)
	records := recorded(recordingtest.Site(), 2)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if err := ledger.Append(ctx, BatchOf(records...)); err == nil {
		t.Error("Append acknowledged under a cancelled context")
	}
	appendAll(t, ledger, records...)
	wantHeld(t, query, records[0].Site, records...)
}

func ledgerTenThousand(t *testing.T, open OpenLedger) {
	ledger, query := startLedger(t, open)
	records := recorded(recordingtest.Site(), 10_000)
	appendAll(t, ledger, records...)
	appendAll(t, ledger, records...)
	wantHeld(t, query, records[0].Site, records...)
}

func ledgerUnicode(t *testing.T, open OpenLedger) {
	ledger, query := startLedger(t, open)
	record := recordingtest.Unicode(recordingtest.Site(), "sübject")
	record.RecordedAt = recordedFrom
	appendAll(t, ledger, record)
	wantHeld(t, query, record.Site, record)
}

func ledgerSparse(t *testing.T, open OpenLedger) {
	ledger, query := startLedger(t, open)
	record := consent.Record{
		ID: uuid.Must(uuid.NewV7()), Site: recordingtest.Site(), Subject: "s", Action: consent.RejectAll,
		RecordedAt: recordedFrom,
	}
	appendAll(t, ledger, record)
	wantHeld(t, query, record.Site, record)
}

func ledgerReopen(t *testing.T, open OpenLedger) {
	ledger, _, closing := open(t)
	records := recorded(recordingtest.Site(), 3)
	appendAll(t, ledger, records[:2]...)
	closing()

	ledger, query := startLedger(t, open)
	wantHeld(t, query, records[0].Site, records[:2]...)
	appendAll(t, ledger, records...)
	wantHeld(t, query, records[0].Site, records...)
}

func ledgerStartTogether(t *testing.T, open OpenLedger) {
	records := recorded(recordingtest.Site(), 6)
	var group sync.WaitGroup
	for i := range records {
		ledger, _ := startLedger(t, open)
		group.Go(func() {
			if err := ledger.Append(t.Context(), BatchOf(records[i])); err != nil {
				t.Errorf("Append: %v", err)
			}
		})
	}
	group.Wait()
	_, query := startLedger(t, open)
	wantHeld(t, query, records[0].Site, records...)
}
