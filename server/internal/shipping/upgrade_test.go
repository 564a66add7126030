package shipping_test

import (
	"context"
	"errors"
	"sync"
	"testing"
	"time"

	"assent/server/internal/shipping"
)

// newerOutbox holds what this version cannot read.
type newerOutbox struct {
	shipping.Outbox
	tried chan struct{} // Closed at the first try.
	once  *sync.Once
}

func (o newerOutbox) Next(context.Context, int, int) (shipping.Batch, error) {
	o.once.Do(func() { close(o.tried) })
	return shipping.Batch{}, errors.New("from a newer version")
}

func TestAnOlderVersionDoesNotHoldUpANewerOne(t *testing.T) {
	ledger := newLedger(never)
	store, newer := start(t, ledger)
	want := record(t, store, 5)
	outbox := newerOutbox{Outbox: store, tried: make(chan struct{}), once: &sync.Once{}}
	older := newShipper(outbox, ledger, "older")
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	var running sync.WaitGroup
	running.Go(func() { older.Run(ctx) })
	<-outbox.tried
	running.Go(func() { newer.Run(ctx) })
	for begun := time.Now(); time.Since(begun) < time.Minute; time.Sleep(time.Millisecond) {
		if lag, err := newer.Lag(ctx); err == nil && lag.Rows == 0 {
			break
		}
	}
	cancel()
	running.Wait()
	ledger.wantHeld(t, want)
}
