package sequencing_test

import (
	"context"
	"crypto/rand"
	"errors"
	"testing"
	"time"

	"golang.org/x/mod/sumdb/tlog"

	"assent/server/internal/consent"
	"assent/server/internal/sequencing"
	"assent/server/internal/transparency"
)

var errDied = errors.New("the process died here")

// dying counts the steps that change anything, and ends before one of them, or after it with its answer lost.
type dying struct{ steps int }

func (d *dying) step(do func() error) error {
	d.steps--
	if d.steps < 0 {
		return errDied
	}
	err := do()
	if d.steps == 0 {
		d.steps = -1
		return errors.Join(err, errDied)
	}
	return err
}

type dyingJournal struct {
	sequencing.Journal
	*dying
}

func (j dyingJournal) ChangeTranscript(ctx context.Context, size int64, token string, buried int, fields map[string]string) (isChanged bool, err error) {
	err = j.step(func() error {
		isChanged, err = j.Journal.ChangeTranscript(ctx, size, token, buried, fields)
		return err
	})
	return isChanged, err
}

func (j dyingJournal) LoggedTo(ctx context.Context, shards map[int]string) error {
	return j.step(func() error { return j.Journal.LoggedTo(ctx, shards) })
}

type dyingLedger struct {
	sequencing.Ledger
	*dying
}

func (l dyingLedger) Grow(ctx context.Context, log string, g sequencing.Growth) error {
	return l.step(func() error { return l.Ledger.Grow(ctx, log, g) })
}

// TestSequencersThatDieLeaveNothingUndone ends a sequencer at each of its steps and lets another one go on.
func TestSequencersThatDieLeaveNothingUndone(t *testing.T) {
	t.Parallel()
	p := open(t)
	p.catchUp(t)
	entries := int64(0)
	var heads []tlog.Tree
	for steps := range 8 {
		p.record(t, 70)
		p.ship(t)
		entries += 70
		fate := &dying{steps: steps}
		ill := &sequencing.Store{Journal: dyingJournal{p.journal, fate}, Ledger: dyingLedger{p.ledger, fate}, Now: time.Now}
		log, err := transparency.Open(t.Context(), ill, rand.Reader)
		if err != nil {
			t.Fatal(err)
		}
		if err := log.CatchUp(t.Context()); err != nil && !errors.Is(err, errDied) {
			t.Fatal(err)
		}
		p.catchUp(t)
		p.holds(t, entries, 0, heads...)
		_, head, err := p.log.Tree(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		heads = append(heads, head)
	}
}

// TestTwoInstancesKeepOneLog takes decisions in from two sides while they are recorded and shipped.
func TestTwoInstancesKeepOneLog(t *testing.T) {
	t.Parallel()
	p := open(t)
	other := p.begin(t)
	if other.Public() != p.log.Public() {
		t.Fatal("two instances have two keys")
	}
	done := make(chan error)
	for _, log := range []*transparency.Log{p.log, other} {
		go func() {
			var err error
			for range 20 {
				err = errors.Join(err, log.CatchUp(context.WithoutCancel(t.Context())))
			}
			done <- err
		}()
	}
	for range 20 {
		p.record(t, 7)
		p.ship(t)
	}
	if err := errors.Join(<-done, <-done, p.log.CatchUp(t.Context())); err != nil {
		t.Fatal(err)
	}
	p.holds(t, 140, 0)
}

// TestTheJournalGoesBackAndTheLogDoesNot takes the log's state back to before its latest head, as a fail-over of Redis does.
func TestTheJournalGoesBackAndTheLogDoesNot(t *testing.T) {
	t.Parallel()
	p := open(t)
	p.record(t, 50)
	p.ship(t)
	p.catchUp(t)
	names := []string{"size", "checkpoint", "cursors"}
	before, err := p.journal.TranscriptFields(t.Context(), names...)
	if err != nil {
		t.Fatal(err)
	}
	p.record(t, 60)
	p.ship(t)
	p.catchUp(t)
	_, head, err := p.log.Tree(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if isBack, err := p.journal.ChangeTranscript(t.Context(), 110, "", 0, before); err != nil || !isBack {
		t.Fatal(isBack, err)
	}
	p.record(t, 5)
	p.ship(t)
	p.catchUp(t)
	p.holds(t, 115, 0, head)
}

func TestRestartsOfBothStoresLoseNothing(t *testing.T) {
	t.Parallel()
	p := open(t)
	p.record(t, 30)
	p.ship(t)
	p.catchUp(t)
	p.record(t, 30)
	p.ship(t)
	if err := p.clickhouse.Stop(); err != nil {
		t.Fatal(err)
	}
	if err := p.log.CatchUp(t.Context()); !errors.Is(err, consent.ErrUnavailable) {
		t.Fatalf("without the ledger: %v", err)
	}
	if err := errors.Join(p.clickhouse.Start(), p.redis.Restart()); err != nil {
		t.Fatal(err)
	}
	p.catchUp(t)
	p.holds(t, 60, 0)
}

// TestAfterRedisIsEmptiedANewLogBegins has the new one take all that the ledger has.
func TestAfterRedisIsEmptiedANewLogBegins(t *testing.T) {
	t.Parallel()
	p := open(t)
	p.record(t, 30)
	p.ship(t)
	p.catchUp(t)
	former := p.log.Public()
	if err := p.flush(t); err != nil {
		t.Fatal(err)
	}
	if err := p.log.CatchUp(t.Context()); err == nil {
		t.Fatal("the log goes on without its key")
	}
	p.log = p.begin(t)
	if p.log.Public() == former {
		t.Fatal("the new log has the old one's name")
	}
	p.record(t, 5)
	p.ship(t)
	p.catchUp(t)
	p.holds(t, 35, 0)
}

// TestWhatMemoryWasShortForIsFoundInTheLedger forgets outbox entries that the log has not taken.
func TestWhatMemoryWasShortForIsFoundInTheLedger(t *testing.T) {
	t.Parallel()
	p := open(t)
	p.catchUp(t)
	p.record(t, 300)
	p.short(t)
	p.ship(t)
	p.enough(t)
	p.catchUp(t)
	p.holds(t, 300, 0)
}

func TestWhatWasErasedLeavesATombstone(t *testing.T) {
	t.Parallel()
	p := open(t)
	p.record(t, 300)
	p.ship(t)
	p.catchUp(t)
	if err := p.store.BuryAll(t.Context(), []consent.Record{p.records[3], p.records[299]}, "visitor", time.Now()); err != nil {
		t.Fatal(err)
	}
	for _, n := range []int{3, 299} {
		p.remove(t, p.records[n])
	}
	// Whoever does not know that one is told already tells again.
	told, err := p.journal.Tombstones(t.Context(), 10)
	if err != nil || len(told) != 2 {
		t.Fatal(told, err)
	}
	if err := p.journal.AddTombstones(t.Context(), told[1]); err != nil {
		t.Fatal(err)
	}
	p.catchUp(t)
	p.catchUp(t)
	verified, err := p.verify(t)
	if err != nil || verified.Entries != 302 || verified.Erased != 2 {
		t.Fatalf("%+v, %v", verified, err)
	}
}
