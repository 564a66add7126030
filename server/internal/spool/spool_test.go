package spool_test

import (
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"assent/server/internal/consent"
	"assent/server/internal/embeddedstore"
	"assent/server/internal/recording"
	"assent/server/internal/recording/recordingtest"
	"assent/server/internal/spool"
)

func TestJournal(t *testing.T) {
	recordingtest.TestJournal(t, func(t *testing.T) recordingtest.Open {
		data := t.TempDir()
		return func(t *testing.T) (recording.Journal, func()) {
			store, err := embeddedstore.Open(t.Context(), data, time.Now)
			if err != nil {
				t.Fatal(err)
			}
			p := &place{t: t, remote: &remote{Store: store}, dir: t.TempDir(), limit: 1 << 20, logged: &buffer{}}
			s := p.open()
			return s, func() {
				if err := errors.Join(s.Close(), store.Close()); err != nil && !errors.Is(err, os.ErrClosed) {
					t.Error(err)
				}
			}
		}
	})
}

func TestAnOutageIsNotNoticed(t *testing.T) {
	p := newPlace(t)
	s, site := p.open(), recordingtest.Site()
	before := commit(t, s, recordingtest.Decision(site, "s1"), recordingtest.Decision(site, "s2"))
	p.remote.away.Store(true)
	first, second := recordingtest.Refusal(site, "s1"), recordingtest.Unicode(site, "s1")
	other := recordingtest.Decision(site, "s3")
	during := commit(t, s, first, second, other)
	again := recordingtest.Refusal(site, "s1")
	during = append(during, commit(t, s, again)...)
	wantCurrent(t, s, during[3])
	wantCurrent(t, s, during[2])
	last := before[0].RecordedAt
	for _, r := range []consent.Record{during[0], during[1], during[3]} {
		if !r.RecordedAt.After(last) {
			t.Errorf("stamped %v, not later than %v", r.RecordedAt, last)
		}
		last = r.RecordedAt
	}
	if state := s.State(); state.Decisions != 4 || state.Bytes == 0 || s.Ready() != nil {
		t.Errorf("state %+v, ready %v", state, s.Ready())
	}
	p.remote.away.Store(false)
	p.wantStored(s, append(before, during...)...)
	wantCurrent(t, s, during[3])
	if left := p.files("*.spool*"); len(left) > 0 {
		t.Errorf("drained files are left: %v", left)
	}
}

func TestRetriesGetTheFirstAnswer(t *testing.T) {
	p := newPlace(t)
	s, site := p.open(), recordingtest.Site()
	p.remote.away.Store(true)
	record := recordingtest.Decision(site, "s1")
	other := recordingtest.Refusal(site, "s1")
	other.ID = record.ID
	outcomes := s.Commit(t.Context(), []consent.Record{record, record, other})
	outcomes = append(outcomes, s.Commit(t.Context(), []consent.Record{record, other})...)
	p.remote.away.Store(false)
	outcomes = append(outcomes, s.Commit(t.Context(), []consent.Record{record, other})...)
	if err := s.Drain(t.Context()); err != nil {
		t.Fatal(err)
	}
	outcomes = append(outcomes, s.Commit(t.Context(), []consent.Record{record, other})...)
	for i, outcome := range outcomes {
		switch i {
		case 2, 4, 6, 8:
			if !errors.Is(outcome.Err, consent.ErrConflict) {
				t.Errorf("answer %d: %+v, want ErrConflict", i, outcome)
			}
		default:
			if outcome.Err != nil || !outcome.RecordedAt.Equal(outcomes[0].RecordedAt) || outcome.Duplicate != (i > 0) {
				t.Errorf("answer %d: %+v, want %+v", i, outcome, outcomes[0])
			}
		}
	}
}

// TestLostAnswers commits, and tells the spool that it failed.
func TestLostAnswers(t *testing.T) {
	p := newPlace(t)
	s, site := p.open(), recordingtest.Site()
	p.remote.silent.Store(true)
	accepted := commit(t, s, recordingtest.Decision(site, "s1"))[0]
	p.remote.silent.Store(false)
	refused := commit(t, s, recordingtest.Refusal(site, "s1"))[0]
	if err := s.Drain(t.Context()); err != nil {
		t.Fatal(err)
	}
	wantCurrent(t, s, refused)
	records, err := p.remote.Recent(t.Context(), site, 10)
	if err != nil || len(records) != 2 {
		t.Fatalf("%d records, %v, want each decision once", len(records), err)
	}
	if first := records[1]; first.ID != accepted.ID || first.RecordedAt.After(accepted.RecordedAt) {
		t.Errorf("recorded %v at %v, told %v", first.ID, first.RecordedAt, accepted.RecordedAt)
	}
}

func TestAnIDThatTheJournalKnowsOtherwiseIsSetAside(t *testing.T) {
	p := newPlace(t)
	s, site := p.open(), recordingtest.Site()
	first := commit(t, s, recordingtest.Decision(site, "s1"))[0]
	p.remote.away.Store(true)
	other := recordingtest.Refusal(site, "s1")
	other.ID = first.ID
	last := commit(t, s, other, recordingtest.Refusal(site, "s2"))[1]
	p.remote.away.Store(false)
	p.wantStored(s, first, last)
	text, err := os.ReadFile(filepath.Join(p.dir, "refused.jsonl"))
	if err != nil || !strings.Contains(string(text), first.ID.String()) || strings.Count(string(text), "\n") != 1 {
		t.Errorf("set aside %q, %v", text, err)
	}
	if !strings.Contains(p.logged.String(), "level=ERROR") {
		t.Errorf("nothing told of it: %s", p.logged)
	}
}

func TestWhatAnEarlierProcessLeftIsHandedOver(t *testing.T) {
	p := newPlace(t)
	s, site := p.open(), recordingtest.Site()
	p.remote.away.Store(true)
	var want []consent.Record
	for i := range 1100 {
		want = append(want, commit(t, s, recordingtest.Decision(site, fmt.Sprint("s", i%700)))...)
	}
	p.close(s)
	p.remote.away.Store(false)
	s = p.open()
	if state := s.State(); state.Decisions != len(want) || state.Oldest <= 0 {
		t.Errorf("%+v waits after a restart, want %d", state, len(want))
	}
	retry := want[1099]
	retry.RecordedAt = time.Time{}
	if outcome := s.Commit(t.Context(), []consent.Record{retry})[0]; !outcome.Duplicate || !outcome.RecordedAt.Equal(want[1099].RecordedAt) {
		t.Errorf("a retry after the restart: %+v", outcome)
	}
	next := commit(t, s, recordingtest.Refusal(site, "s0"))[0]
	if !next.RecordedAt.After(want[700].RecordedAt) {
		t.Errorf("stamped %v, not after %v", next.RecordedAt, want[700].RecordedAt)
	}
	wantCurrent(t, s, next)
	p.wantStored(s, append(want, next)...)
	wantCurrent(t, s, next)
	wantCurrent(t, s, want[1099])
}

// TestStampsFollowTheJournalsClock lets that clock be a day off: what is spooled must come after what was stamped there,
// also by another server.
func TestStampsFollowTheJournalsClock(t *testing.T) {
	for _, ahead := range []time.Duration{24 * time.Hour, -24 * time.Hour} {
		p := newPlace(t)
		p.remote.ahead.Store(int64(ahead))
		s, site := p.open(), recordingtest.Site()
		accepted := commit(t, p.remote, recordingtest.Decision(site, "s1"))[0]
		p.remote.away.Store(true)
		withdrawn := commit(t, s, recordingtest.Refusal(site, "s1"))[0]
		if gap := withdrawn.RecordedAt.Sub(accepted.RecordedAt); gap <= 0 || gap > time.Hour {
			t.Errorf("with a clock %v ahead the withdrawal was stamped %v after the acceptance", ahead, gap)
		}
		p.remote.away.Store(false)
		p.wantStored(s, accepted, withdrawn)
		wantCurrent(t, s, withdrawn)
	}
}

// TestAStampFromTheFutureIsNotUndercut spools for a subject to whom the journal gave a stamp ahead of its own clock.
func TestAStampFromTheFutureIsNotUndercut(t *testing.T) {
	p := newPlace(t)
	s, site := p.open(), recordingtest.Site()
	ahead := recordingtest.Decision(site, "s1")
	ahead.RecordedAt = time.Now().Add(48 * time.Hour).UTC().Truncate(time.Microsecond)
	commit(t, s, ahead)
	p.remote.away.Store(true)
	withdrawn := commit(t, s, recordingtest.Refusal(site, "s1"))[0]
	p.remote.away.Store(false)
	p.wantStored(s, ahead, withdrawn)
	wantCurrent(t, s, withdrawn)
}

func TestBeyondTheLimitConsentsAreRefusedFirst(t *testing.T) {
	p := newPlace(t)
	p.limit = 20_000
	s, site := p.open(), recordingtest.Site()
	p.remote.away.Store(true)
	fill := func(decide func(site, subject string) consent.Record) (kept []consent.Record) {
		for {
			r := decide(site, "s1")
			outcome := s.Commit(t.Context(), []consent.Record{r})[0]
			if errors.Is(outcome.Err, consent.ErrOverloaded) {
				return kept
			}
			if outcome.Err != nil {
				t.Fatal(outcome.Err)
			}
			r.RecordedAt = outcome.RecordedAt
			kept = append(kept, r)
		}
	}
	consents := fill(recordingtest.Decision)
	if s.Ready() != nil {
		t.Errorf("refusals are still taken, and yet: %v", s.Ready())
	}
	refusals := fill(recordingtest.Refusal)
	if len(consents) == 0 || len(refusals) == 0 || s.State().Bytes > p.limit {
		t.Errorf("%d consents, then %d refusals were taken, %+v", len(consents), len(refusals), s.State())
	}
	// Another shard is tried first: the answer may be lost, so it must not be said that nothing was recorded.
	err := s.Commit(t.Context(), []consent.Record{recordingtest.Decision(site, "s2")})[0].Err
	if !errors.Is(err, consent.ErrUnavailable) || errors.Is(err, consent.ErrOverloaded) {
		t.Errorf("a decision that the journal may have: %v", err)
	}
	p.remote.away.Store(false)
	p.wantStored(s, append(consents, refusals...)...)
	commit(t, s, recordingtest.Decision(site, "s1"))
}

func TestTwoServersDoNotShareAFolder(t *testing.T) {
	p := newPlace(t)
	p.open()
	_, err := spool.Open(t.Context(), p.remote, spool.Options{Dir: p.dir, Limit: 1, Clock: p.remote.clock, Log: slog.New(slog.DiscardHandler)})
	if err == nil || !strings.Contains(err.Error(), "another assent") {
		t.Errorf("opened twice: %v", err)
	}
}
