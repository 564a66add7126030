package shipping_test

import (
	"context"
	"errors"
	"io"
	"log/slog"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"assent/server/internal/shipping"
)

// watch runs a backlog until the test ends.
func watch(t *testing.T, shipper *shipping.Shipper, options shipping.BacklogOptions) *shipping.Backlog {
	t.Helper()
	options.Log = slog.New(slog.NewTextHandler(io.Discard, nil))
	backlog := shipping.NewBacklog(shipper, options)
	ctx, cancel := context.WithCancel(t.Context())
	var running sync.WaitGroup
	running.Go(func() { backlog.Run(ctx) })
	t.Cleanup(func() {
		cancel()
		running.Wait()
	})
	return backlog
}

func await(t *testing.T, backlog *shipping.Backlog, full bool) {
	t.Helper()
	for begun := time.Now(); backlog.Full() != full; time.Sleep(10 * time.Millisecond) {
		if time.Since(begun) > time.Minute {
			t.Fatalf("full: %v, want %v", backlog.Full(), full)
		}
	}
}

func TestBacklogIsFullFromSoManyRowsOn(t *testing.T) {
	store, shipper := start(t, newLedger(never))
	record(t, store, 9)
	backlog := watch(t, shipper, shipping.BacklogOptions{Limit: 10})
	if backlog.Full() {
		t.Error("full before the limit")
	}
	record(t, store, 1)
	await(t, backlog, true)
	if err := shipper.Drain(t.Context()); err != nil {
		t.Fatal(err)
	}
	await(t, backlog, false)
}

func TestBacklogIsFullBeforeTheMemoryIs(t *testing.T) {
	_, shipper := start(t, newLedger(never))
	var percent, asked atomic.Int64
	backlog := watch(t, shipper, shipping.BacklogOptions{Fill: func(context.Context) (float64, error) {
		asked.Add(1)
		if percent.Load() < 0 {
			return 0, errors.New("connection refused")
		}
		return float64(percent.Load()) / 100, nil
	}})
	percent.Store(96)
	await(t, backlog, true)
	percent.Store(-1) // Nobody knows: what was known holds.
	for before := asked.Load(); asked.Load() < before+3; time.Sleep(10 * time.Millisecond) {
		if !backlog.Full() {
			t.Fatal("has room because nobody answers")
		}
	}
	percent.Store(94)
	await(t, backlog, false)
}
