package shipping_test

import (
	"context"
	"errors"
	"io"
	"log/slog"
	"testing"
	"time"

	"assent/server/internal/consent"
	"assent/server/internal/embeddedstore"
	"assent/server/internal/shipping"
)

// Missing implements shipping.Searchable.
func (l *faultyLedger) Missing(_ context.Context, records []consent.Record) ([]consent.Record, error) {
	l.guard.Lock()
	defer l.guard.Unlock()
	var missing []consent.Record
	for _, record := range records {
		if _, held := l.held[record.ID.String()]; !held {
			missing = append(missing, record)
		}
	}
	return missing, nil
}

func (l *faultyLedger) lose(records ...consent.Record) {
	l.guard.Lock()
	defer l.guard.Unlock()
	for _, record := range records {
		delete(l.held, record.ID.String())
	}
}

func newReconciler(store *embeddedstore.Store, ledger *faultyLedger) *shipping.Reconciler {
	return shipping.NewReconciler(store, ledger, shipping.ReconcilerOptions{
		Holder: "one", Log: slog.New(slog.NewTextHandler(io.Discard, nil)), Age: -time.Minute,
	})
}

func wantCompared(t *testing.T, r *shipping.Reconciler, compared, restored int64) {
	t.Helper()
	if r.Compared() != compared || r.Restored() != restored {
		t.Errorf("%d compared and %d restored, want %d and %d", r.Compared(), r.Restored(), compared, restored)
	}
}

func TestWhatIsRefusedIsNotRestored(t *testing.T) {
	var poison consent.Record
	ledger := newLedger(func(batch shipping.Batch) error {
		for _, record := range batch.Records {
			if record.ID == poison.ID {
				return shipping.ErrRejected
			}
		}
		return nil
	})
	store, shipper := start(t, ledger)
	records := record(t, store, 6)
	poison = records[3]
	if err := shipper.Drain(t.Context()); err != nil {
		t.Fatal(err)
	}
	ledger.lose(records[1], records[4])
	reconciler := newReconciler(store, ledger)
	for range 2 {
		if err := reconciler.Compare(t.Context()); err != nil {
			t.Fatal(err)
		}
		wantCompared(t, reconciler, 6, 2)
	}
	ledger.wantHeld(t, append(records[:3:3], records[4:]...))
}

func TestComparingGoesOnWhereItFailed(t *testing.T) {
	var failure error
	ledger := newLedger(func(shipping.Batch) error { return failure })
	store, shipper := start(t, ledger)
	records := record(t, store, 5)
	if err := shipper.Drain(t.Context()); err != nil {
		t.Fatal(err)
	}
	ledger.lose(records...)
	failure = errors.New("down")
	reconciler := newReconciler(store, ledger)
	if err := reconciler.Compare(t.Context()); err == nil {
		t.Error("nobody is told that nothing could be restored")
	}
	wantCompared(t, reconciler, 0, 0)
	failure = nil
	if err := reconciler.Compare(t.Context()); err != nil {
		t.Error(err)
	}
	wantCompared(t, reconciler, 5, 5)
	ledger.wantHeld(t, records)
}

func TestWhatAnotherProcessShipsIsItsToCompare(t *testing.T) {
	ledger := newLedger(never)
	store, shipper := start(t, ledger)
	record(t, store, 5)
	if err := shipper.Drain(t.Context()); err != nil {
		t.Fatal(err)
	}
	for begun := time.Now(); ; time.Sleep(time.Millisecond) { // The drained lease ends in a moment.
		held, err := store.Claim(t.Context(), 0, "another", time.Hour)
		if err != nil || time.Since(begun) > time.Minute {
			t.Fatalf("the lease cannot be taken: %v", err)
		}
		if held {
			break
		}
	}
	reconciler := newReconciler(store, ledger)
	if err := reconciler.Compare(t.Context()); err != nil {
		t.Error(err)
	}
	wantCompared(t, reconciler, 0, 0)
}
