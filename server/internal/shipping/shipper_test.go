package shipping_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"assent/server/internal/consent"
	"assent/server/internal/embeddedstore"
	"assent/server/internal/recording/recordingtest"
	"assent/server/internal/shipping"
)

// faultyLedger passes on to nothing: it keeps what it was given and fails as it is told.
type faultyLedger struct {
	guard    sync.Mutex
	fail     func(batch shipping.Batch) error
	attempts []shipping.Batch
	held     map[string]consent.Record
}

func (l *faultyLedger) Append(ctx context.Context, batch shipping.Batch) error {
	l.guard.Lock()
	defer l.guard.Unlock()
	l.attempts = append(l.attempts, batch)
	if err := errors.Join(ctx.Err(), l.fail(batch)); err != nil {
		return err
	}
	for _, record := range batch.Records {
		l.held[record.ID.String()] = record
	}
	return nil
}

func newLedger(fail func(batch shipping.Batch) error) *faultyLedger {
	return &faultyLedger{fail: fail, held: map[string]consent.Record{}}
}

func never(shipping.Batch) error { return nil }

func start(t *testing.T, ledger shipping.Ledger) (*embeddedstore.Store, *shipping.Shipper) {
	t.Helper()
	store, err := embeddedstore.Open(t.Context(), t.TempDir(), time.Now)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := store.Close(); err != nil {
			t.Errorf("Close: %v", err)
		}
	})
	return store, newShipper(store, ledger, "one")
}

func newShipper(outbox shipping.Outbox, ledger shipping.Ledger, holder string) *shipping.Shipper {
	return shipping.New(outbox, ledger, shipping.Options{
		Holder: holder, Log: slog.New(slog.NewTextHandler(io.Discard, nil)),
		Poll: time.Millisecond, Rows: 10, Limit: 2 * time.Millisecond,
	})
}

// record commits n decisions and returns them stamped.
func record(t *testing.T, store *embeddedstore.Store, n int) []consent.Record {
	t.Helper()
	batch := make([]consent.Record, n)
	for i := range batch {
		batch[i] = recordingtest.Decision("shop1", fmt.Sprint("s", i))
	}
	for i, outcome := range store.Commit(t.Context(), batch) {
		if outcome.Err != nil {
			t.Fatal(outcome.Err)
		}
		batch[i].RecordedAt = outcome.RecordedAt
	}
	return batch
}

func (l *faultyLedger) wantHeld(t *testing.T, want []consent.Record) {
	t.Helper()
	l.guard.Lock()
	defer l.guard.Unlock()
	var got []consent.Record
	for _, one := range want {
		if held, ok := l.held[one.ID.String()]; ok {
			got = append(got, held)
		}
	}
	recordingtest.SameRecords(t, got, want)
	if len(l.held) != len(want) {
		t.Errorf("the ledger holds %d records, want %d", len(l.held), len(want))
	}
}

func TestDrainShipsEverything(t *testing.T) {
	ledger := newLedger(never)
	store, shipper := start(t, ledger)
	want := record(t, store, 35)
	if err := shipper.Drain(t.Context()); err != nil {
		t.Fatal(err)
	}
	ledger.wantHeld(t, want)
	if lag, err := shipper.Lag(t.Context()); err != nil || lag != (shipping.Lag{}) {
		t.Errorf("lag %+v, %v after draining", lag, err)
	}
}

func TestRunRetriesForEver(t *testing.T) {
	left := 20
	ledger := newLedger(func(shipping.Batch) error {
		if left--; left >= 0 {
			return errors.New("connection refused")
		}
		return nil
	})
	store, shipper := start(t, ledger)
	want := record(t, store, 25)
	lag, err := shipper.Lag(t.Context())
	if err != nil || lag.Rows != 25 || lag.Age <= 0 {
		t.Errorf("lag %+v, %v, want 25 rows of some age", lag, err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	var running sync.WaitGroup
	running.Go(func() { shipper.Run(ctx) })
	for lag.Rows > 0 {
		if lag, err = shipper.Lag(t.Context()); err != nil {
			t.Fatal(err)
		}
		time.Sleep(time.Millisecond)
	}
	cancel()
	running.Wait()
	ledger.wantHeld(t, want)
	for _, attempt := range ledger.attempts[:21] {
		if attempt.Token != ledger.attempts[0].Token || len(attempt.Records) != len(ledger.attempts[0].Records) {
			t.Fatal("a retry was put together otherwise than the first attempt")
		}
	}
}

func TestRefusedAreKeptAndOthersPass(t *testing.T) {
	poison := map[string]bool{"s3": true, "s17": true, "s18": true}
	isPoison := func(r consent.Record) bool { return poison[r.Subject] }
	ledger := newLedger(func(batch shipping.Batch) error {
		if slices.ContainsFunc(batch.Records, isPoison) {
			return fmt.Errorf("cannot parse: %w", shipping.ErrRejected)
		}
		return nil
	})
	store, shipper := start(t, ledger)
	all := record(t, store, 30)
	if err := shipper.Drain(t.Context()); err != nil {
		t.Fatal(err)
	}
	ledger.wantHeld(t, slices.DeleteFunc(slices.Clone(all), isPoison))
	lag, err := shipper.Lag(t.Context())
	if err != nil || lag.Rows != 0 || lag.Refused != 3 {
		t.Errorf("lag %+v, %v, want nothing waiting and 3 refused", lag, err)
	}
	tokens := map[string]int{}
	for _, attempt := range ledger.attempts {
		size, seen := tokens[attempt.Token]
		if seen && size != len(attempt.Records) {
			t.Errorf("token %s stands for %d and for %d records", attempt.Token, size, len(attempt.Records))
		}
		tokens[attempt.Token] = len(attempt.Records)
	}
}

func TestDrainGivesUpInTime(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	left := 3
	ledger := newLedger(func(shipping.Batch) error {
		if left--; left == 0 {
			cancel()
		}
		return errors.New("connection refused")
	})
	store, shipper := start(t, ledger)
	record(t, store, 5)
	if err := shipper.Drain(ctx); err == nil || !strings.Contains(err.Error(), "connection refused") {
		t.Errorf("Drain: %v, want why it could not", err)
	}
	if lag, err := shipper.Lag(t.Context()); err != nil || lag.Rows != 5 {
		t.Errorf("lag %+v, %v, want the 5 rows still there", lag, err)
	}
}

// TestTakeOver lets a second process finish what the first one could not.
func TestTakeOver(t *testing.T) {
	broken := newLedger(func(shipping.Batch) error { return errors.New("connection refused") })
	store, one := start(t, broken)
	want := record(t, store, 15)
	sound := newLedger(never)
	two := newShipper(store, sound, "two")

	ctx, cancel := context.WithCancel(t.Context())
	var running sync.WaitGroup
	running.Go(func() { one.Run(ctx) })
	for attempted := false; !attempted; time.Sleep(time.Millisecond) {
		broken.guard.Lock()
		attempted = len(broken.attempts) > 0
		broken.guard.Unlock()
	}
	if err := two.Drain(t.Context()); err != nil {
		t.Fatal(err)
	}
	sound.wantHeld(t, nil)
	cancel()
	running.Wait()
	stopped, stop := context.WithCancel(t.Context())
	stop()
	if err := one.Drain(stopped); err == nil {
		t.Error("Drain reports success under a cancelled context")
	}
	for len(sound.held) < len(want) {
		if err := two.Drain(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	sound.wantHeld(t, want)
	if broken.attempts[0].Token == "" || !sameIDs(broken.attempts[0], sound.attempts[0]) {
		t.Error("the frozen batch changed with its holder")
	}
}

func sameIDs(a, b shipping.Batch) bool {
	return a.Token == b.Token && slices.EqualFunc(a.Records, b.Records, func(x, y consent.Record) bool { return x.ID == y.ID })
}
