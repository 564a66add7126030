package spool_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"assent/schemas"
	"assent/server/internal/consent"
	"assent/server/internal/embeddedstore"
	"assent/server/internal/recording"
	"assent/server/internal/recording/recordingtest"
	"assent/server/internal/spool"
)

var errAway = fmt.Errorf("connection refused: %w", consent.ErrUnavailable)

// remote is a real journal that the test can put out of reach, wholly or for some shards, or whose answers get lost.
type remote struct {
	*embeddedstore.Store
	away    atomic.Bool
	silent  atomic.Bool   // Commits are done, and their answers lost.
	lost    atomic.Uint64 // The shards that are away, one bit each.
	commits atomic.Int64
	ahead   atomic.Int64 // Nanoseconds by which the remote clock is ahead of ours.
}

func (r *remote) now() time.Time { return time.Now().Add(time.Duration(r.ahead.Load())) }

func (r *remote) Commit(ctx context.Context, batch []consent.Record) []recording.Outcome {
	r.commits.Add(1)
	if r.away.Load() {
		return recording.FailAll(len(batch), errAway)
	}
	outcomes := r.Store.Commit(ctx, batch)
	for i := range outcomes {
		if r.silent.Load() || bitOf(batch[i].Site, batch[i].Subject)&r.lost.Load() != 0 {
			outcomes[i] = recording.Outcome{Err: errAway}
		}
	}
	return outcomes
}

func bitOf(site, subject string) uint64 { return 1 << schemas.RedisShard(site, subject) }

func (r *remote) Current(ctx context.Context, site, subject string) (schemas.Current, error) {
	if r.away.Load() {
		return schemas.Current{}, errAway
	}
	return r.Store.Current(ctx, site, subject)
}

func (r *remote) clock(context.Context) (time.Time, error) {
	if r.away.Load() {
		return time.Time{}, errAway
	}
	return r.now(), nil
}

func newRemote(t *testing.T) *remote {
	t.Helper()
	r := &remote{}
	store, err := embeddedstore.Open(t.Context(), t.TempDir(), r.now)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := store.Close(); err != nil {
			t.Error(err)
		}
	})
	r.Store = store
	return r
}

// place is a spool's folder with what was logged about it.
type place struct {
	t      *testing.T
	remote *remote
	dir    string
	limit  int64
	logged *buffer
}

type buffer struct {
	mu sync.Mutex
	bytes.Buffer
}

func (b *buffer) Write(p []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.Buffer.Write(p)
}

func newPlace(t *testing.T) *place {
	return &place{t: t, remote: newRemote(t), dir: filepath.Join(t.TempDir(), "spool"), limit: 1 << 30, logged: &buffer{}}
}

// open opens the spool; closing it again is harmless.
func (p *place) open() *spool.Spool {
	p.t.Helper()
	s, err := spool.Open(p.t.Context(), p.remote, spool.Options{Dir: p.dir, Limit: p.limit, Clock: p.remote.clock,
		Log: slog.New(slog.NewTextHandler(p.logged, nil))})
	if err != nil {
		p.t.Fatal(err)
	}
	p.t.Cleanup(func() { _ = s.Close() }) // A test may have closed it.
	return s
}

func (p *place) close(s *spool.Spool) {
	p.t.Helper()
	if err := s.Close(); err != nil {
		p.t.Fatal(err)
	}
}

// commit records the decisions in one batch and returns them stamped.
func commit(t *testing.T, journal recording.Journal, batch ...consent.Record) []consent.Record {
	t.Helper()
	stamped := append([]consent.Record{}, batch...)
	for i, outcome := range journal.Commit(t.Context(), batch) {
		if outcome.Err != nil || outcome.Duplicate {
			t.Fatalf("decision %d: %+v", i, outcome)
		}
		stamped[i].RecordedAt = outcome.RecordedAt
	}
	return stamped
}

func wantCurrent(t *testing.T, journal recording.Journal, want consent.Record) {
	t.Helper()
	got, err := journal.Current(t.Context(), want.Site, want.Subject)
	if err != nil || !got.RecordedAt.Equal(want.RecordedAt) || got.Choice.Action != want.Action {
		t.Errorf("the choice is %+v, %v, want that of %s at %v", got, err, want.Action, want.RecordedAt)
	}
}

// wantStored drains and holds the journal against all that was acknowledged.
func (p *place) wantStored(s *spool.Spool, want ...consent.Record) {
	p.t.Helper()
	if err := s.Drain(p.t.Context()); err != nil {
		p.t.Fatal(err)
	}
	if state := s.State(); state != (spool.State{}) {
		p.t.Errorf("after draining %+v waits", state)
	}
	held := map[string]consent.Record{}
	records, err := p.remote.Recent(p.t.Context(), want[0].Site, 1_000_000)
	if err != nil {
		p.t.Fatal(err)
	}
	for _, r := range records {
		held[r.ID.String()] = r
	}
	for _, r := range want {
		recordingtest.SameRecords(p.t, []consent.Record{held[r.ID.String()]}, []consent.Record{r})
	}
	if len(records) != len(want) {
		p.t.Errorf("the journal has %d decisions, want %d", len(records), len(want))
	}
}

func (p *place) files(pattern string) []string {
	p.t.Helper()
	names, err := filepath.Glob(filepath.Join(p.dir, pattern))
	if err != nil {
		p.t.Fatal(err)
	}
	return names
}

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

func TestOnlyTheLostShardIsSpooled(t *testing.T) {
	p := newPlace(t)
	s, site := p.open(), recordingtest.Site()
	p.remote.lost.Store(bitOf(site, "s1"))
	waiting := 0
	var batch []consent.Record
	for i := range 200 {
		batch = append(batch, recordingtest.Decision(site, fmt.Sprint("s", i)))
		if schemas.RedisShard(site, batch[i].Subject) == schemas.RedisShard(site, "s1") {
			waiting++
		}
	}
	commit(t, s, batch...)
	if state := s.State(); state.Decisions != waiting {
		t.Errorf("%d decisions are spooled, want the %d of the lost shard", state.Decisions, waiting)
	}
	if err := s.Drain(t.Context()); !errors.Is(err, consent.ErrUnavailable) {
		t.Errorf("drained into a lost shard: %v", err)
	}
	p.remote.lost.Store(0)
	if err := s.Drain(t.Context()); err != nil || s.State().Decisions != 0 {
		t.Errorf("drain: %v, %+v", err, s.State())
	}
}

// TestNobodyTriesAShardWhoseDecisionsWait leaves it to Run to find the shard again, also behind another lost one.
func TestNobodyTriesAShardWhoseDecisionsWait(t *testing.T) {
	p := newPlace(t)
	s, site := p.open(), recordingtest.Site()
	first, second := "a", "b"
	for i := 0; bitOf(site, first) == bitOf(site, second); i++ {
		second = fmt.Sprint("b", i)
	}
	p.remote.lost.Store(bitOf(site, first) | bitOf(site, second))
	commit(t, s, recordingtest.Decision(site, first))
	commit(t, s, recordingtest.Decision(site, second))
	var others []string // Subjects of the second one's shard.
	for i := 0; len(others) < 1000; i++ {
		if other := fmt.Sprint("s", i); bitOf(site, other) == bitOf(site, second) {
			others = append(others, other)
		}
	}
	p.remote.lost.Store(bitOf(site, first))
	before := p.remote.commits.Load()
	for _, other := range others[:10] {
		commit(t, s, recordingtest.Decision(site, other))
	}
	if after := p.remote.commits.Load(); after != before {
		t.Errorf("decisions tried a lost shard %d times", after-before)
	}
	ctx, cancel := context.WithCancel(t.Context())
	var running sync.WaitGroup
	running.Go(func() { s.Run(ctx) })
	for begun := time.Now(); ; time.Sleep(10 * time.Millisecond) {
		others = others[1:]
		direct := commit(t, s, recordingtest.Decision(site, others[10]))[0]
		if held, err := p.remote.Current(t.Context(), site, direct.Subject); err == nil && held.RecordedAt.Equal(direct.RecordedAt) {
			break
		}
		if time.Since(begun) > time.Minute || len(others) < 12 {
			t.Fatal("the shard is back and nobody finds it")
		}
	}
	cancel()
	running.Wait()
	if s.State().Decisions == 0 {
		t.Error("nothing waits for the shard that is lost")
	}
}

// TestNobodyWaitsForAJournalThatIsDown counts how often it is tried.
func TestNobodyWaitsForAJournalThatIsDown(t *testing.T) {
	p := newPlace(t)
	s, site := p.open(), recordingtest.Site()
	p.remote.away.Store(true)
	ctx, cancel := context.WithCancel(t.Context())
	var running sync.WaitGroup
	running.Go(func() { s.Run(ctx) })
	for begun := time.Now(); ; time.Sleep(time.Millisecond) {
		before := p.remote.commits.Load()
		commit(t, s, recordingtest.Decision(site, fmt.Sprint("s", before, time.Now())))
		if p.remote.commits.Load() == before {
			break
		}
		if time.Since(begun) > time.Minute {
			t.Fatal("every decision still tries the journal")
		}
	}
	p.remote.away.Store(false)
	for begun := time.Now(); s.State().Decisions > 0; time.Sleep(10 * time.Millisecond) {
		if time.Since(begun) > time.Minute {
			t.Fatal("what waits is never handed over")
		}
	}
	direct := commit(t, s, recordingtest.Decision(site, "direct"))[0]
	wantCurrent(t, p.remote, direct)
	cancel()
	running.Wait()
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
