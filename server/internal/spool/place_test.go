package spool_test

import (
	"bytes"
	"context"
	"fmt"
	"log/slog"
	"path/filepath"
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
