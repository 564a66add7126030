package recording_test

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"runtime"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"assent/schemas"
	"assent/server/internal/consent"
	"assent/server/internal/embeddedstore"
	"assent/server/internal/recording"
	"assent/server/internal/recording/recordingtest"
)

// gated is a real journal whose commits wait for the test: a fault to inject, not a fake of the store.
type gated struct {
	recording.Journal
	gate    chan struct{}
	entered chan struct{} // One token per commit that has begun.
	commits atomic.Int64
	err     atomic.Pointer[error]
}

func (g *gated) Commit(ctx context.Context, batch []consent.Record) []recording.Outcome {
	g.entered <- struct{}{}
	select {
	case <-g.gate:
	case <-ctx.Done():
		return recording.FailAll(len(batch), ctx.Err())
	}
	g.commits.Add(1)
	if err := g.err.Load(); err != nil {
		return recording.FailAll(len(batch), *err)
	}
	return g.Journal.Commit(ctx, batch)
}

func openGated(t *testing.T) *gated {
	t.Helper()
	store, err := embeddedstore.Open(t.Context(), t.TempDir(), time.Now)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := store.Close(); err != nil {
			t.Error(err)
		}
	})
	return &gated{Journal: store, gate: make(chan struct{}), entered: make(chan struct{}, 2000)}
}

func closeRecorder(t *testing.T, r *recording.Recorder) {
	t.Helper()
	if err := r.Close(context.Background()); err != nil {
		t.Error(err)
	}
}

func TestWhatWaitsSharesOneCommit(t *testing.T) {
	journal := openGated(t)
	recorder := recording.NewRecorder(journal, recording.Limits{Lanes: 1, Batch: 512, Queue: 100})
	defer closeRecorder(t, recorder)
	var answered sync.WaitGroup
	record := func() {
		record := recordingtest.Decision("site", rand.Text())
		if _, err := recorder.Record(t.Context(), record); err != nil {
			t.Error(err)
		}
		if _, err := journal.Current(t.Context(), "site", record.Subject); err != nil {
			t.Errorf("acknowledged before it is stored: %v", err)
		}
	}
	answered.Go(record)
	<-journal.entered // The first commit is in flight; the rest gather behind it.
	const waiting = 50
	for range waiting {
		answered.Go(record)
	}
	for recorder.Waiting() < waiting {
		time.Sleep(time.Millisecond)
	}
	close(journal.gate)
	answered.Wait()
	if n := journal.commits.Load(); n > 2 {
		t.Errorf("%d decisions took %d commits, want 2", waiting+1, n)
	}
}

func TestAFullQueueRefusesAtOnceAndWithoutATrace(t *testing.T) {
	journal := openGated(t)
	recorder := recording.NewRecorder(journal, recording.Limits{Lanes: 1, Batch: 1, Queue: 2})
	var answered sync.WaitGroup
	overloaded := func() error {
		_, err := recorder.Record(t.Context(), recordingtest.Decision("site", "late"))
		return err
	}
	early := func() {
		if _, err := recorder.Record(t.Context(), recordingtest.Decision("site", "early")); err != nil {
			t.Error(err)
		}
	}
	answered.Go(early)
	<-journal.entered
	for range 2 {
		answered.Go(early)
	}
	for recorder.Waiting() < 2 {
		time.Sleep(time.Millisecond)
	}
	if err := overloaded(); !errors.Is(err, consent.ErrOverloaded) {
		t.Errorf("got %v", err)
	}
	close(journal.gate)
	closeRecorder(t, recorder)
	answered.Wait()
	if _, err := journal.Current(t.Context(), "site", "late"); !errors.Is(err, consent.ErrNotFound) {
		t.Errorf("a refused decision left a trace: %v", err)
	}
}

// TestTenTimesTheCapacityTakesNoMoreMemory fills the queue of a journal that takes nothing and offers ten times as much.
// Threat B5.23
func TestTenTimesTheCapacityTakesNoMoreMemory(t *testing.T) {
	journal := openGated(t)
	const queue = 1000
	recorder := recording.NewRecorder(journal, recording.Limits{Lanes: 1, Batch: 1, Queue: queue})
	var answered sync.WaitGroup
	offer := func() error {
		_, err := recorder.Record(t.Context(), recordingtest.Decision("site", "s1"))
		return err
	}
	waits := func() {
		if err := offer(); err != nil {
			t.Error(err)
		}
	}
	answered.Go(waits)
	<-journal.entered
	for range queue {
		answered.Go(waits)
	}
	for recorder.Waiting() < queue {
		time.Sleep(time.Millisecond)
	}
	before := heap()
	for range 10 * queue {
		if err := offer(); !errors.Is(err, consent.ErrOverloaded) {
			t.Fatalf("beyond the queue: %v", err)
		}
	}
	if grown := heap() - before; grown > 1<<20 {
		t.Errorf("%d refused decisions are still in %d bytes", 10*queue, grown)
	}
	close(journal.gate)
	answered.Wait()
	closeRecorder(t, recorder)
}

// heap is what is in use after a collection.
func heap() int64 {
	var m runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&m)
	return int64(m.HeapAlloc)
}

func TestWhatGrantsIsRefusedWhenThereIsHardlyRoom(t *testing.T) {
	journal := openGated(t)
	close(journal.gate)
	var full atomic.Bool
	recorder := recording.NewRecorder(journal, recording.Limits{Lanes: 1, Batch: 1, Queue: 2, Full: full.Load})
	defer closeRecorder(t, recorder)
	full.Store(true)
	partial := recordingtest.Decision("site", "partial")
	partial.Purposes = map[string]bool{"analytics": true, "marketing": false}
	for _, grant := range []consent.Record{recordingtest.Decision("site", "s1"), partial} {
		if _, err := recorder.Record(t.Context(), grant); !errors.Is(err, consent.ErrOverloaded) {
			t.Errorf("%v: %v, want ErrOverloaded", grant.Purposes, err)
		}
	}
	if _, err := recorder.Record(t.Context(), recordingtest.Refusal("site", "s1")); err != nil {
		t.Errorf("a refusal: %v", err)
	}
	full.Store(false)
	if _, err := recorder.Record(t.Context(), partial); err != nil {
		t.Errorf("with room again: %v", err)
	}
}

func TestCloseFinishesWhatWaitsAndRefusesTheRest(t *testing.T) {
	journal := openGated(t)
	recorder := recording.NewRecorder(journal, recording.Limits{Lanes: 1, Batch: 8, Queue: 100})
	errs := make(chan error, 20)
	record := func() {
		_, err := recorder.Record(context.Background(), recordingtest.Decision("site", rand.Text()))
		errs <- err
	}
	go record()
	<-journal.entered
	for range 19 {
		go record()
	}
	for recorder.Waiting() < 19 {
		time.Sleep(time.Millisecond)
	}
	close(journal.gate)
	closeRecorder(t, recorder)
	for range 20 {
		if err := <-errs; err != nil {
			t.Error(err)
		}
	}
	if _, err := recorder.Record(t.Context(), recordingtest.Decision("site", "late")); !errors.Is(err, consent.ErrUnavailable) {
		t.Errorf("recorded after close: %v", err)
	}
}

func TestCloseGivesUpWhenToldTo(t *testing.T) {
	journal := openGated(t)
	recorder := recording.NewRecorder(journal, recording.Limits{Lanes: 1, Batch: 8, Queue: 100})
	result := make(chan error, 1)
	go func() {
		_, err := recorder.Record(context.Background(), recordingtest.Decision("site", "stuck"))
		result <- err
	}()
	<-journal.entered
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if err := recorder.Close(ctx); !errors.Is(err, context.Canceled) {
		t.Errorf("a stuck commit was reported as finished: %v", err)
	}
	if err := <-result; err == nil {
		t.Error("acknowledged a decision that was given up")
	}
}

func TestAJournalsFaultReachesEveryWaiter(t *testing.T) {
	journal := openGated(t)
	fault := fmt.Errorf("disk full: %w", consent.ErrUnavailable)
	journal.err.Store(&fault)
	close(journal.gate)
	recorder := recording.NewRecorder(journal, recording.Limits{Lanes: 1, Batch: 8, Queue: 100})
	defer closeRecorder(t, recorder)
	if _, err := recorder.Record(t.Context(), recordingtest.Decision("site", "s")); !errors.Is(err, consent.ErrUnavailable) {
		t.Errorf("got %v", err)
	}
}

// short is a journal that breaks its promise.
type short struct{}

func (short) Commit(context.Context, []consent.Record) []recording.Outcome { return nil }

func (short) Current(context.Context, string, string) (schemas.Current, error) {
	return schemas.Current{}, consent.ErrNotFound
}

func TestAMissingOutcomeIsNotASuccess(t *testing.T) {
	recorder := recording.NewRecorder(short{}, recording.Limits{Lanes: 1, Batch: 8, Queue: 100})
	defer closeRecorder(t, recorder)
	if outcome, err := recorder.Record(t.Context(), recordingtest.Decision("site", "s")); err == nil {
		t.Errorf("acknowledged %+v", outcome)
	}
}
