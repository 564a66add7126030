package recordingtest

import (
	"errors"
	"slices"
	"testing"
	"time"

	"assent/server/internal/consent"
)

func retryLater(t *testing.T, open Open) {
	journal := start(t, open)
	site := Site()
	record := Decision(site, "s1")
	first := commit(t, journal, record)[0]
	wantDuplicate(t, commit(t, journal, record)[0], first)
	wantCurrent(t, journal, record, first.RecordedAt)

	change := Refusal(site, "s1")
	changed := commit(t, journal, change)[0]
	wantDuplicate(t, commit(t, journal, record)[0], first)
	wantCurrent(t, journal, change, changed.RecordedAt)

	replay := record
	replay.RecordedAt = changed.RecordedAt.Add(time.Hour)
	wantDuplicate(t, commit(t, journal, replay)[0], first)
	wantCurrent(t, journal, change, changed.RecordedAt)
}

func retryInBatch(t *testing.T, open Open) {
	journal := start(t, open)
	site := Site()
	record, between := Decision(site, "s1"), Refusal(site, "s1")
	outcomes := commit(t, journal, record, record, between, record)
	if outcomes[0].Duplicate || outcomes[2].Duplicate {
		t.Errorf("first recordings are called duplicates: %+v", outcomes)
	}
	wantDuplicate(t, outcomes[1], outcomes[0])
	wantDuplicate(t, outcomes[3], outcomes[0])
	wantCurrent(t, journal, between, outcomes[2].RecordedAt)
}

// retryLongAfter does not ask for the first outcome, because a store may forget ids that the subject has left far
// behind; it must not bring back the old choice.
func retryLongAfter(t *testing.T, open Open) {
	journal := start(t, open)
	site := Site()
	first := Decision(site, "s1")
	commit(t, journal, first)
	var last consent.Record
	var at time.Time
	for range 40 {
		last = Refusal(site, "s1")
		at = commit(t, journal, last)[0].RecordedAt
	}
	commit(t, journal, first)
	wantCurrent(t, journal, last, at)

	next := Decision(site, "s1")
	wantCurrent(t, journal, next, commit(t, journal, next)[0].RecordedAt)
}

// refusalSetBack refuses under an id older than any before, after more decisions than a store need remember ids of: as
// a browser does whose clock was set back. Whatever a store thinks of such an id, a refusal that was acknowledged counts
// at once.
func refusalSetBack(t *testing.T, open Open) {
	journal := start(t, open)
	site := Site()
	refusal := Refusal(site, "s1")
	batch := make([]consent.Record, 300)
	for i := range batch {
		batch[i] = Decision(site, "s1")
	}
	commit(t, journal, batch...)
	wantCurrent(t, journal, refusal, commit(t, journal, refusal)[0].RecordedAt)
}

func conflict(t *testing.T, open Open) {
	journal := start(t, open)
	site := Site()
	record, other := Decision(site, "s1"), Refusal(site, "s1")
	other.ID = record.ID
	first := commit(t, journal, record)[0]

	bystander := Decision(site, "s2")
	twin := bystander
	twin.Action = consent.AcceptAll
	outcomes := journal.Commit(t.Context(), []consent.Record{other, bystander, twin})
	for _, i := range []int{0, 2} {
		if !errors.Is(outcomes[i].Err, consent.ErrConflict) {
			t.Errorf("id used for another decision: outcome %d is %+v, want ErrConflict", i, outcomes[i])
		}
	}
	if outcomes[1].Err != nil {
		t.Fatalf("a conflict of another decision failed this one: %v", outcomes[1].Err)
	}
	wantCurrent(t, journal, record, first.RecordedAt)
	wantCurrent(t, journal, bystander, outcomes[1].RecordedAt)
}

func sameIDElsewhere(t *testing.T, open Open) {
	journal := start(t, open)
	record := Decision(Site(), "s1")
	otherSubject, otherSite := Refusal(record.Site, "s2"), Refusal(Site(), "s1")
	otherSubject.ID, otherSite.ID = record.ID, record.ID
	batch := []consent.Record{record, otherSubject, otherSite}
	for i, outcome := range commit(t, journal, batch...) {
		if outcome.Duplicate {
			t.Errorf("decision %d is called a duplicate of another subject's", i)
		}
		wantCurrent(t, journal, batch[i], outcome.RecordedAt)
	}
}

func replayOlder(t *testing.T, open Open) {
	journal := start(t, open)
	site := Site()
	current := Decision(site, "s1")
	at := commit(t, journal, current)[0].RecordedAt

	older := Refusal(site, "s1")
	older.RecordedAt = at.Add(-time.Hour)
	outcome := commit(t, journal, older)[0]
	if outcome.Duplicate || !outcome.RecordedAt.Equal(older.RecordedAt) {
		t.Errorf("replay answered %+v, want it recorded at its own time %v", outcome, older.RecordedAt)
	}
	wantCurrent(t, journal, current, at)
	wantDuplicate(t, commit(t, journal, older)[0], outcome)
}

func replayNewer(t *testing.T, open Open) {
	journal := start(t, open)
	site := Site()
	at := commit(t, journal, Decision(site, "s1"))[0].RecordedAt

	older, newer := Decision(site, "s1"), Refusal(site, "s1")
	older.RecordedAt, newer.RecordedAt = at.Add(time.Millisecond), at.Add(time.Second)
	outcomes := commit(t, journal, newer, older)
	if !outcomes[0].RecordedAt.Equal(newer.RecordedAt) || !outcomes[1].RecordedAt.Equal(older.RecordedAt) {
		t.Errorf("replays recorded at %v and %v, want their own times", outcomes[0].RecordedAt, outcomes[1].RecordedAt)
	}
	wantCurrent(t, journal, newer, newer.RecordedAt)
}

func replayTie(t *testing.T, open Open) {
	journal := start(t, open)
	site := Site()
	at := time.Date(2026, 11, 1, 12, 0, 0, 999999000, time.UTC)
	low, middle, high := Decision(site, "s1"), Refusal(site, "s1"), Decision(site, "s1")
	for _, record := range []*consent.Record{&low, &middle, &high} {
		record.RecordedAt = at
	}
	commit(t, journal, middle)
	commit(t, journal, low)
	wantCurrent(t, journal, middle, at)
	commit(t, journal, high)
	wantCurrent(t, journal, high, at)
}

// clockBehind makes the store's clock lag by recording something from its future, which is what a server whose clock
// ran ahead leaves behind.
func clockBehind(t *testing.T, open Open) {
	journal := start(t, open)
	site := Site()
	ahead := Decision(site, "s1")
	ahead.RecordedAt = time.Now().Add(48 * time.Hour).UTC().Truncate(time.Microsecond)
	commit(t, journal, ahead)

	batch := []consent.Record{Refusal(site, "s1"), Decision(site, "s1"), Refusal(site, "s1")}
	outcomes := commit(t, journal, batch...)
	times := []time.Time{ahead.RecordedAt}
	for _, outcome := range outcomes {
		times = append(times, outcome.RecordedAt)
	}
	for i := range times[1:] {
		if !times[i+1].After(times[i]) {
			t.Fatalf("recorded at %v, not later than %v", times[i+1], times[i])
		}
	}
	wantCurrent(t, journal, batch[2], slices.MaxFunc(times, time.Time.Compare))
}
