package spool_test

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"testing"
	"time"

	"assent/schemas"
	"assent/server/internal/consent"
	"assent/server/internal/recording/recordingtest"
)

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
