package recordingtest

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"assent/server/internal/consent"
	"assent/server/internal/recording"
)

// Open opens an instance of the store under test. Each call opens one more on the same data, as further servers do;
// closing ends that instance only.
type Open func(t *testing.T) (journal recording.Journal, closing func())

// TestJournal runs every case against the store. fresh prepares data of its own for one case and returns how to open
// it.
func TestJournal(t *testing.T, fresh func(t *testing.T) Open) {
	cases := map[string]func(t *testing.T, open Open){
		"read your write":                     readYourWrite,
		"not found":                           notFound,
		"empty batch":                         emptyBatch,
		"retry in a later batch":              retryLater,
		"retry in the same batch":             retryInBatch,
		"retry of something long superseded":  retryLongAfter,
		"refusal from a clock set back":       refusalSetBack,
		"id used for another decision":        conflict,
		"same id of another subject":          sameIDElsewhere,
		"replay of something older":           replayOlder,
		"replay of something newer":           replayNewer,
		"replay at the same instant":          replayTie,
		"clock behind the current choice":     clockBehind,
		"concurrent writers":                  concurrentWriters,
		"concurrent retries":                  concurrentRetries,
		"cancelled context":                   cancelled,
		"ten thousand in a batch":             tenThousand,
		"unicode":                             unicode,
		"reopen after close":                  reopen,
		"seen by another instance at once":    anotherInstance,
		"names that look like the key layout": hostileNames,
		"random histories":                    randomHistories,
	}
	for name, run := range cases {
		t.Run(name, func(t *testing.T) { run(t, fresh(t)) })
	}
}

func start(t *testing.T, open Open) recording.Journal {
	t.Helper()
	journal, closing := open(t)
	t.Cleanup(closing)
	return journal
}

// commit records the batch and fails the test unless every decision was taken.
func commit(t *testing.T, journal recording.Journal, batch ...consent.Record) []recording.Outcome {
	t.Helper()
	outcomes := journal.Commit(t.Context(), batch)
	if len(outcomes) != len(batch) {
		t.Fatalf("Commit returned %d outcomes for %d decisions", len(outcomes), len(batch))
	}
	for i, outcome := range outcomes {
		if outcome.Err != nil {
			t.Fatalf("decision %d: %v", i, outcome.Err)
		}
		if outcome.RecordedAt.IsZero() || !outcome.RecordedAt.Equal(outcome.RecordedAt.Truncate(time.Microsecond)) ||
			outcome.RecordedAt.Location() != time.UTC {
			t.Fatalf("decision %d: RecordedAt %v is not UTC in microseconds", i, outcome.RecordedAt)
		}
	}
	return outcomes
}

func wantDuplicate(t *testing.T, got, first recording.Outcome) {
	t.Helper()
	if !got.Duplicate || !got.RecordedAt.Equal(first.RecordedAt) || got.Err != nil {
		t.Fatalf("retry answered %+v, want the first outcome %+v marked as duplicate", got, first)
	}
}

// wantCurrent fails the test unless the subject's current choice is the record's, recorded at that time.
func wantCurrent(t *testing.T, journal recording.Journal, record consent.Record, at time.Time) {
	t.Helper()
	got, err := journal.Current(t.Context(), record.Site, record.Subject)
	if err != nil {
		t.Fatalf("Current: %v", err)
	}
	record.RecordedAt = at
	if diff := cmp.Diff(record.Current(), got); diff != "" {
		t.Fatalf("current choice (-want +got):\n%s", diff)
	}
}

func readYourWrite(t *testing.T, open Open) {
	journal := start(t, open)
	site := Site()
	first, second := Decision(site, "s1"), Refusal(site, "s2")
	outcomes := commit(t, journal, first, second)
	for i, outcome := range outcomes {
		if outcome.Duplicate {
			t.Errorf("decision %d is called a duplicate", i)
		}
	}
	wantCurrent(t, journal, first, outcomes[0].RecordedAt)
	wantCurrent(t, journal, second, outcomes[1].RecordedAt)

	change := Refusal(site, "s1")
	outcome := commit(t, journal, change)[0]
	if !outcome.RecordedAt.After(outcomes[0].RecordedAt) {
		t.Errorf("recorded at %v, not later than %v before", outcome.RecordedAt, outcomes[0].RecordedAt)
	}
	wantCurrent(t, journal, change, outcome.RecordedAt)
	wantCurrent(t, journal, second, outcomes[1].RecordedAt)
}

func notFound(t *testing.T, open Open) {
	journal := start(t, open)
	site := Site()
	commit(t, journal, Decision(site, "known"))
	for _, key := range [][2]string{{site, "unknown"}, {Site(), "known"}, {site, ""}} {
		if _, err := journal.Current(t.Context(), key[0], key[1]); !errors.Is(err, consent.ErrNotFound) {
			t.Errorf("Current(%q, %q): %v, want ErrNotFound", key[0], key[1], err)
		}
	}
}

func emptyBatch(t *testing.T, open Open) {
	journal := start(t, open)
	if outcomes := journal.Commit(t.Context(), nil); len(outcomes) != 0 {
		t.Errorf("%d outcomes for no decision", len(outcomes))
	}
}

func cancelled(t *testing.T, open Open) {
	journal := start(t, open)
	batch := []consent.Record{Decision(Site(), "s1"), Decision(Site(), "s2")}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	outcomes := journal.Commit(ctx, batch)
	if len(outcomes) != len(batch) {
		t.Fatalf("%d outcomes for %d decisions", len(outcomes), len(batch))
	}
	for i, outcome := range outcomes {
		if outcome.Err == nil {
			t.Errorf("decision %d: acknowledged though the context was cancelled", i)
		}
	}
	if _, err := journal.Current(ctx, batch[0].Site, "s1"); err == nil || errors.Is(err, consent.ErrNotFound) {
		t.Errorf("Current under a cancelled context: %v, want another error", err)
	}
	for i, outcome := range commit(t, journal, batch...) {
		wantCurrent(t, journal, batch[i], outcome.RecordedAt)
	}
}

func unicode(t *testing.T, open Open) {
	journal := start(t, open)
	record := Unicode(Site(), "sübject")
	wantCurrent(t, journal, record, commit(t, journal, record)[0].RecordedAt)
}

func hostileNames(t *testing.T, open Open) {
	journal := start(t, open)
	site := Site()
	names := [][2]string{{site + ":a", "b"}, {site, "a:b"}, {site + "{v01}", "}{"}, {site + "\x00", "x"}, {site, "\x00x"}, {site + "*", "?"}}
	var batch []consent.Record
	for i, name := range names {
		record := Decision(name[0], name[1])
		record.LifetimeDays = 100 + i
		batch = append(batch, record)
	}
	for i, outcome := range commit(t, journal, batch...) {
		wantCurrent(t, journal, batch[i], outcome.RecordedAt)
	}
}

func reopen(t *testing.T, open Open) {
	journal, closing := open(t)
	record, change := Decision(Site(), "s1"), Decision(Site(), "s2")
	before := commit(t, journal, record, change)
	closing()

	journal = start(t, open)
	wantCurrent(t, journal, record, before[0].RecordedAt)
	wantDuplicate(t, commit(t, journal, record)[0], before[0])
	next := Refusal(change.Site, "s2")
	wantCurrent(t, journal, next, commit(t, journal, next)[0].RecordedAt)
}

func anotherInstance(t *testing.T, open Open) {
	one, two := start(t, open), start(t, open)
	record := Decision(Site(), "s1")
	first := commit(t, one, record)[0]
	wantCurrent(t, two, record, first.RecordedAt)
	wantDuplicate(t, commit(t, two, record)[0], first)

	change := Refusal(record.Site, "s1")
	second := commit(t, two, change)[0]
	if !second.RecordedAt.After(first.RecordedAt) {
		t.Errorf("recorded at %v through another instance, not later than %v", second.RecordedAt, first.RecordedAt)
	}
	wantCurrent(t, one, change, second.RecordedAt)
}
