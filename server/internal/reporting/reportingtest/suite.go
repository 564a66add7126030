// Package reportingtest holds every implementation of reporting.Query to the same numbers for the same history.
package reportingtest

import (
	"context"
	"fmt"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"assent/schemas"
	"assent/server/internal/consent"
	"assent/server/internal/recording/recordingtest"
	"assent/server/internal/reporting"
)

// Source is a store under test: what is asked, and how its ledger gets records, which may be called from several
// goroutines.
type Source struct {
	Query  reporting.Query
	Append func(ctx context.Context, records []consent.Record) error
}

// Open opens an instance of the store under test. Each call opens one more on the same data; closing ends that
// instance only.
type Open func(t *testing.T) (source Source, closing func())

// TestQuery runs every case against the store. fresh prepares data of its own for one case and returns how to open it.
func TestQuery(t *testing.T, fresh func(t *testing.T) Open) {
	cases := map[string]func(t *testing.T, open Open){
		"nothing recorded":            nothing,
		"read your write":             readYourWrite,
		"days by outcome":             days,
		"limits of a period":          limits,
		"purposes":                    purposes,
		"recent":                      recent,
		"those who are left out":      leftOut,
		"programs":                    programs,
		"duplicates count once":       duplicates,
		"out of order":                outOfOrder,
		"same id of two visitors":     sameID,
		"concurrent readers, writers": concurrent,
		"cancelled context":           cancelled,
		"ten thousand":                tenThousand,
		"unicode":                     unicode,
		"reopen after close":          reopen,
	}
	for name, run := range cases {
		t.Run(name, func(t *testing.T) { run(t, fresh(t)) })
	}
}

var (
	noon     = time.Date(2026, 3, 31, 12, 0, 0, 0, time.UTC)
	midnight = time.Date(2026, 4, 1, 0, 0, 0, 0, time.UTC)
)

func start(t *testing.T, open Open) Source {
	t.Helper()
	source, closing := open(t)
	t.Cleanup(closing)
	return source
}

func (s Source) add(t *testing.T, records ...consent.Record) {
	t.Helper()
	if err := s.Append(t.Context(), records); err != nil {
		t.Fatalf("append: %v", err)
	}
}

func (s Source) wantDays(t *testing.T, site string, from, to time.Time, want ...schemas.Day) {
	t.Helper()
	got, err := s.Query.Days(t.Context(), site, from, to)
	if err != nil {
		t.Fatalf("Days: %v", err)
	}
	if diff := cmp.Diff(want, got, cmpopts.EquateEmpty()); diff != "" {
		t.Fatalf("days (-want +got):\n%s", diff)
	}
}

func (s Source) wantPurposes(t *testing.T, site string, from, to time.Time, want ...schemas.PurposeShare) {
	t.Helper()
	got, err := s.Query.Purposes(t.Context(), site, from, to)
	if err != nil {
		t.Fatalf("Purposes: %v", err)
	}
	if diff := cmp.Diff(want, got, cmpopts.EquateEmpty()); diff != "" {
		t.Fatalf("purposes (-want +got):\n%s", diff)
	}
}

func (s Source) wantRecent(t *testing.T, site string, limit int, want ...consent.Record) {
	t.Helper()
	got, err := s.Query.Recent(t.Context(), site, limit)
	if err != nil {
		t.Fatalf("Recent: %v", err)
	}
	recordingtest.SameRecords(t, got, want)
}

// made returns a decision with these answers per purpose, recorded at that time.
func made(site, subject string, at time.Time, action string, answers map[string]bool) consent.Record {
	record := recordingtest.Decision(site, subject)
	record.RecordedAt, record.Action, record.Purposes, record.Services = at, action, answers, nil
	return record
}

var (
	all  = map[string]bool{"analytics": true, "marketing": true}
	none = map[string]bool{"analytics": false, "marketing": false}
	some = map[string]bool{"analytics": true, "marketing": false}
)

func nothing(t *testing.T, open Open) {
	source := start(t, open)
	other := made(recordingtest.Site(), "s", noon, consent.AcceptAll, all)
	source.add(t, other)
	site := recordingtest.Site()
	source.wantDays(t, site, noon.AddDate(-1, 0, 0), noon.AddDate(1, 0, 0))
	source.wantPurposes(t, site, noon.AddDate(-1, 0, 0), noon.AddDate(1, 0, 0))
	source.wantRecent(t, site, 50)
	for _, id := range []string{"01980000-0000-7000-8000-000000000000", "no id", ""} {
		if found, err := source.Query.Find(t.Context(), id); err != nil || len(found) != 0 {
			t.Errorf("Find(%q): %v, %v, want nothing and no error", id, found, err)
		}
	}
}

func readYourWrite(t *testing.T, open Open) {
	source := start(t, open)
	record := recordingtest.Decision(recordingtest.Site(), "s")
	record.RecordedAt = noon.Add(123456 * time.Microsecond)
	source.add(t, record)
	source.wantRecent(t, record.Site, 1, record)
	found, err := source.Query.Find(t.Context(), record.ID.String())
	if err != nil {
		t.Fatalf("Find: %v", err)
	}
	recordingtest.SameRecords(t, found, []consent.Record{record})
}

func days(t *testing.T, open Open) {
	source := start(t, open)
	site := recordingtest.Site()
	serviceOnly := made(site, "s7", midnight.Add(time.Minute), consent.Save, none)
	serviceOnly.Services = map[string]bool{"youtube": true}
	source.add(t,
		made(site, "s1", noon, consent.AcceptAll, all),
		made(site, "s2", noon, consent.RejectAll, none),
		made(site, "s3", noon, consent.Save, some),
		made(site, "s1", noon.Add(time.Hour), consent.Withdraw, none),
		made(site, "s4", midnight.Add(-time.Microsecond), consent.Signal, map[string]bool{"marketing": false}),
		made(site, "s5", midnight, consent.Save, all),
		made(site, "s6", midnight.Add(72*time.Hour), consent.AcceptAll, all),
		serviceOnly,
		made(recordingtest.Site(), "s1", noon, consent.AcceptAll, all),
	)
	source.wantDays(t, site, midnight.AddDate(0, 0, -1), midnight.AddDate(0, 0, 4),
		schemas.Day{Day: "2026-03-31", Tally: schemas.Tally{Decisions: 5, Accepted: 1, Refused: 2, Partial: 1, Signals: 1}},
		schemas.Day{Day: "2026-04-01", Tally: schemas.Tally{Decisions: 2, Accepted: 1, Partial: 1}},
		schemas.Day{Day: "2026-04-04", Tally: schemas.Tally{Decisions: 1, Accepted: 1}},
	)
}

func leftOut(t *testing.T, open Open) {
	source := start(t, open)
	site := recordingtest.Site()
	last := made(site, "stays", noon.Add(time.Minute), consent.Save, some)
	source.add(t, last,
		made(site, "restricted", noon, consent.AcceptAll, all),
		made(site, "restricted", noon.Add(time.Hour), consent.Withdraw, none),
		made(site, "objected", noon.Add(2*time.Hour), consent.AcceptAll, all),
		made(recordingtest.Site(), "stays", noon, consent.AcceptAll, all),
	)
	out := []string{"restricted", "objected", "unknown"}
	days, err := source.Query.Days(t.Context(), site, noon, midnight, out...)
	if diff := cmp.Diff([]schemas.Day{{Day: "2026-03-31", Tally: schemas.Tally{Decisions: 1, Partial: 1}}}, days); diff != "" || err != nil {
		t.Errorf("days (-want +got):\n%s, %v", diff, err)
	}
	shares, err := source.Query.Purposes(t.Context(), site, noon, midnight, out...)
	if diff := cmp.Diff([]schemas.PurposeShare{{Purpose: "analytics", Granted: 1, Decided: 1}, {Purpose: "marketing", Decided: 1}}, shares); diff != "" || err != nil {
		t.Errorf("purposes (-want +got):\n%s, %v", diff, err)
	}
	recent, err := source.Query.Recent(t.Context(), site, 2, out...)
	if err != nil {
		t.Fatalf("Recent: %v", err)
	}
	recordingtest.SameRecords(t, recent, []consent.Record{last})
}

func limits(t *testing.T, open Open) {
	source := start(t, open)
	site := recordingtest.Site()
	source.add(t,
		made(site, "s1", midnight.Add(-time.Microsecond), consent.AcceptAll, all),
		made(site, "s2", midnight, consent.RejectAll, none),
		made(site, "s3", midnight.Add(time.Hour), consent.AcceptAll, all),
	)
	source.wantDays(t, site, midnight, midnight.Add(time.Hour),
		schemas.Day{Day: "2026-04-01", Tally: schemas.Tally{Decisions: 1, Refused: 1}})
	source.wantPurposes(t, site, midnight, midnight.Add(time.Hour),
		schemas.PurposeShare{Purpose: "analytics", Decided: 1}, schemas.PurposeShare{Purpose: "marketing", Decided: 1})
	source.wantDays(t, site, midnight.Add(-time.Microsecond), midnight,
		schemas.Day{Day: "2026-03-31", Tally: schemas.Tally{Decisions: 1, Accepted: 1}})
	source.wantDays(t, site, midnight, midnight)
	berlin := time.FixedZone("CEST", 2*60*60)
	source.wantDays(t, site, midnight.In(berlin), midnight.Add(time.Microsecond).In(berlin),
		schemas.Day{Day: "2026-04-01", Tally: schemas.Tally{Decisions: 1, Refused: 1}})
}

func purposes(t *testing.T, open Open) {
	source := start(t, open)
	site := recordingtest.Site()
	source.add(t,
		made(site, "s1", noon, consent.AcceptAll, all),
		made(site, "s2", noon, consent.Save, some),
		made(site, "s3", noon, consent.Signal, map[string]bool{"marketing": false}),
		made(site, "s4", noon, consent.Save, map[string]bool{"functional": true}),
		made(recordingtest.Site(), "s1", noon, consent.AcceptAll, map[string]bool{"elsewhere": true}),
	)
	source.wantPurposes(t, site, noon, midnight,
		schemas.PurposeShare{Purpose: "analytics", Granted: 2, Decided: 2},
		schemas.PurposeShare{Purpose: "functional", Granted: 1, Decided: 1},
		schemas.PurposeShare{Purpose: "marketing", Granted: 1, Decided: 3},
	)
}

// programs are kept and told, and in no rate.
func programs(t *testing.T, open Open) {
	source := start(t, open)
	site := recordingtest.Site()
	person := made(site, "s1", noon, consent.RejectAll, none)
	crawler := made(site, "s2", noon.Add(time.Second), consent.AcceptAll, all)
	signal := made(site, "s3", noon.Add(2*time.Second), consent.Signal, map[string]bool{"marketing": false})
	alone := made(site, "s4", midnight, consent.AcceptAll, map[string]bool{"elsewhere": true})
	unseen := made(site, "s5", noon.Add(-time.Second), consent.AcceptAll, all)
	for _, record := range []*consent.Record{&crawler, &signal, &alone} {
		record.Flags = []string{consent.FlagClockSkew, consent.FlagBot}
	}
	unseen.Flags = []string{consent.FlagNotSeen}
	source.add(t, person, crawler, signal, alone, unseen)
	source.wantDays(t, site, noon.AddDate(0, 0, -1), midnight.AddDate(0, 0, 1),
		schemas.Day{Day: "2026-03-31", Tally: schemas.Tally{Decisions: 2, Accepted: 1, Refused: 1, Bots: 2}},
		schemas.Day{Day: "2026-04-01", Tally: schemas.Tally{Bots: 1}})
	source.wantPurposes(t, site, noon.AddDate(0, 0, -1), midnight.AddDate(0, 0, 1),
		schemas.PurposeShare{Purpose: "analytics", Granted: 1, Decided: 2},
		schemas.PurposeShare{Purpose: "marketing", Granted: 1, Decided: 2})
	source.wantRecent(t, site, 50, alone, signal, crawler, person, unseen)
}

func recent(t *testing.T, open Open) {
	source := start(t, open)
	site := recordingtest.Site()
	var newestFirst []consent.Record
	for i := range 12 {
		// Pairs share an instant: the id decides between them.
		record := made(site, fmt.Sprint("s", i), noon.AddDate(0, 0, -40*(i/2)), consent.Save, some)
		newestFirst = append(newestFirst, record)
	}
	for i := 0; i < len(newestFirst); i += 2 {
		newestFirst[i], newestFirst[i+1] = newestFirst[i+1], newestFirst[i]
	}
	source.add(t, newestFirst...)
	source.wantRecent(t, site, 3, newestFirst[:3]...)
	source.wantRecent(t, site, 11, newestFirst[:11]...)
	source.wantRecent(t, site, 50, newestFirst...)
}

// duplicates delivers records again, some stamped anew: each counts on the day of its first recording only, also when
// just the later delivery lies in the period asked for.
func duplicates(t *testing.T, open Open) {
	source := start(t, open)
	site := recordingtest.Site()
	first := made(site, "s1", noon, consent.AcceptAll, all)
	second := made(site, "s2", noon.Add(time.Second), consent.RejectAll, none)
	nextDay, nextMonth := first, second
	nextDay.RecordedAt = midnight.Add(time.Hour)
	nextMonth.RecordedAt = midnight.AddDate(0, 1, 0)
	source.add(t, nextMonth, first)
	source.add(t, first, second, nextDay)
	source.wantDays(t, site, noon, midnight.AddDate(0, 2, 0),
		schemas.Day{Day: "2026-03-31", Tally: schemas.Tally{Decisions: 2, Accepted: 1, Refused: 1}})
	source.wantDays(t, site, midnight, midnight.AddDate(0, 2, 0))
	source.wantPurposes(t, site, noon, midnight.AddDate(0, 2, 0),
		schemas.PurposeShare{Purpose: "analytics", Granted: 1, Decided: 2},
		schemas.PurposeShare{Purpose: "marketing", Granted: 1, Decided: 2})
	source.wantPurposes(t, site, midnight, midnight.AddDate(0, 2, 0))
	source.wantRecent(t, site, 50, second, first)
	source.wantRecent(t, site, 1, second)
	found, err := source.Query.Find(t.Context(), second.ID.String())
	if err != nil {
		t.Fatalf("Find: %v", err)
	}
	recordingtest.SameRecords(t, found, []consent.Record{second})
}

func outOfOrder(t *testing.T, open Open) {
	source := start(t, open)
	site := recordingtest.Site()
	records := []consent.Record{
		made(site, "s1", noon, consent.AcceptAll, all),
		made(site, "s1", midnight, consent.RejectAll, none),
		made(site, "s1", midnight.AddDate(0, 0, 1), consent.Save, some),
	}
	for _, i := range []int{2, 0, 1} {
		source.add(t, records[i])
	}
	slices.Reverse(records)
	source.wantRecent(t, site, 50, records...)
	source.wantDays(t, site, noon, midnight.AddDate(0, 0, 2),
		schemas.Day{Day: "2026-03-31", Tally: schemas.Tally{Decisions: 1, Accepted: 1}},
		schemas.Day{Day: "2026-04-01", Tally: schemas.Tally{Decisions: 1, Refused: 1}},
		schemas.Day{Day: "2026-04-02", Tally: schemas.Tally{Decisions: 1, Partial: 1}})
}

func sameID(t *testing.T, open Open) {
	source := start(t, open)
	one := made(recordingtest.Site(), "s1", noon, consent.AcceptAll, all)
	two := made(one.Site, "s2", noon, consent.RejectAll, none)
	two.ID = one.ID
	source.add(t, one, two)
	source.wantDays(t, one.Site, noon, midnight,
		schemas.Day{Day: "2026-03-31", Tally: schemas.Tally{Decisions: 2, Accepted: 1, Refused: 1}})
	found, err := source.Query.Find(t.Context(), one.ID.String())
	if err != nil || len(found) != 2 {
		t.Errorf("Find returned %d records, %v; want both visitors' ones", len(found), err)
	}
}

func concurrent(t *testing.T, open Open) {
	source := start(t, open)
	site := recordingtest.Site()
	const writers, each = 4, 10
	var group sync.WaitGroup
	for writer := range writers {
		group.Go(func() {
			for i := range each {
				record := made(site, fmt.Sprint("s", writer, i), noon, consent.AcceptAll, all)
				if err := source.Append(t.Context(), []consent.Record{record}); err != nil {
					t.Errorf("append: %v", err)
				}
			}
		})
		group.Go(func() {
			for seen := 0; seen < writers*each && !t.Failed(); {
				got, err := source.Query.Days(t.Context(), site, noon, midnight)
				if err != nil {
					t.Errorf("Days: %v", err)
				}
				count := 0
				for _, day := range got {
					count += day.Tally.Decisions
				}
				if count < seen {
					t.Errorf("%d decisions counted after %d", count, seen)
				}
				seen = count
			}
		})
	}
	group.Wait()
}

func cancelled(t *testing.T, open Open) {
	source := start(t, open)
	source.add(t, made(recordingtest.Site(), "s1", noon, consent.AcceptAll, all))
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := source.Query.Days(ctx, "site", noon, midnight); err == nil {
		t.Error("Days answered under a cancelled context")
	}
	if _, err := source.Query.Purposes(ctx, "site", noon, midnight); err == nil {
		t.Error("Purposes answered under a cancelled context")
	}
	if _, err := source.Query.Recent(ctx, "site", 50); err == nil {
		t.Error("Recent answered under a cancelled context")
	}
	if _, err := source.Query.Find(ctx, "01980000-0000-7000-8000-000000000000"); err == nil {
		t.Error("Find answered under a cancelled context")
	}
}

func tenThousand(t *testing.T, open Open) {
	source := start(t, open)
	site := recordingtest.Site()
	records := make([]consent.Record, 10_000)
	for i := range records {
		answers := []map[string]bool{all, none, some, some}[i%4]
		records[i] = made(site, fmt.Sprint("s", i), noon.Add(time.Duration(i)*time.Second), consent.Save, answers)
	}
	source.add(t, records...)
	// 12 hours are 43,200 s: all of it is one day.
	source.wantDays(t, site, noon, midnight,
		schemas.Day{Day: "2026-03-31", Tally: schemas.Tally{Decisions: 10_000, Accepted: 2500, Refused: 2500, Partial: 5000}})
	source.wantPurposes(t, site, noon, midnight,
		schemas.PurposeShare{Purpose: "analytics", Granted: 7500, Decided: 10_000},
		schemas.PurposeShare{Purpose: "marketing", Granted: 2500, Decided: 10_000})
	source.wantRecent(t, site, 2, records[9999], records[9998])
}

func unicode(t *testing.T, open Open) {
	source := start(t, open)
	record := recordingtest.Unicode(recordingtest.Site(), "sübject")
	record.RecordedAt = noon
	source.add(t, record)
	source.wantRecent(t, record.Site, 50, record)
	var want []schemas.PurposeShare
	for purpose, granted := range record.Purposes {
		share := schemas.PurposeShare{Purpose: purpose, Decided: 1}
		if granted {
			share.Granted = 1
		}
		want = append(want, share)
	}
	slices.SortFunc(want, func(a, b schemas.PurposeShare) int { return slices.Compare([]byte(a.Purpose), []byte(b.Purpose)) })
	source.wantPurposes(t, record.Site, noon, midnight, want...)
}

func reopen(t *testing.T, open Open) {
	source, closing := open(t)
	record := made(recordingtest.Site(), "s1", noon, consent.AcceptAll, all)
	source.add(t, record)
	closing()
	source = start(t, open)
	source.wantRecent(t, record.Site, 50, record)
}
