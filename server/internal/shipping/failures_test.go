package shipping_test

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"strings"
	"sync"
	"testing"
	"time"

	"assent/server/internal/consent"
	"assent/server/internal/shipping"
)

// silentLedger does not answer before the caller gives up.
type silentLedger struct{}

func (silentLedger) Append(ctx context.Context, _ shipping.Batch) error {
	<-ctx.Done()
	return fmt.Errorf("no answer: %w", ctx.Err())
}

func TestDrainGivesUpOnASilentLedger(t *testing.T) {
	store, _ := start(t, silentLedger{})
	record(t, store, 5)
	shipper := shipping.New(store, silentLedger{}, shipping.Options{
		Holder: "one", Log: slog.New(slog.NewTextHandler(io.Discard, nil)), Quiet: time.Second,
	})
	if err := shipper.Drain(t.Context()); err == nil || !strings.Contains(err.Error(), "no answer") {
		t.Errorf("Drain: %v, want why it could not", err)
	}
	if lag, err := shipper.Lag(t.Context()); err != nil || lag.Rows != 5 {
		t.Errorf("lag %+v, %v, want the 5 rows still there", lag, err)
	}
}

// firstLine runs the shipper until it has logged a line.
func firstLine(t *testing.T, outbox shipping.Outbox, ledger shipping.Ledger) string {
	t.Helper()
	read, write := io.Pipe()
	shipper := shipping.New(outbox, ledger, shipping.Options{Holder: "one", Log: slog.New(slog.NewTextHandler(write, nil))})
	ctx, cancel := context.WithCancel(t.Context())
	var running sync.WaitGroup
	running.Go(func() { shipper.Run(ctx) })
	line, err := bufio.NewReader(read).ReadString('\n')
	cancel()
	if err := errors.Join(err, read.Close()); err != nil {
		t.Fatal(err)
	}
	running.Wait()
	return line
}

func TestRunSaysAtOnceThatTheLedgerIsOutOfReach(t *testing.T) {
	ledger := newLedger(func(shipping.Batch) error { return errors.New("wrong password") })
	store, _ := start(t, ledger)
	if line := firstLine(t, store, ledger); !strings.Contains(line, "wrong password") {
		t.Errorf("logged %q without a decision, want why the ledger cannot be reached", line)
	}
}

// fullOutbox has many shards, none of which can be claimed.
type fullOutbox struct{ shipping.Outbox }

func (fullOutbox) Waiting(context.Context) ([]shipping.Waiting, error) {
	shards := make([]shipping.Waiting, 64)
	for i := range shards {
		shards[i] = shipping.Waiting{Rows: 1, Since: time.Now()}
	}
	return shards, nil
}

func (fullOutbox) Claim(_ context.Context, shard int, _ string, _ time.Duration) (bool, error) {
	if shard < 32 {
		return false, fmt.Errorf("out of memory: %w", consent.ErrUnavailable)
	}
	return false, fmt.Errorf("connection %d refused", shard)
}

func TestEqualFailuresAreToldOnce(t *testing.T) {
	line := firstLine(t, fullOutbox{}, newLedger(never))
	for text, want := range map[string]int{"out of memory": 1, "refused": 2, "and 30 more": 1} {
		if got := strings.Count(line, text); got != want {
			t.Errorf("%q stands %d times in %q, want %d", text, got, line, want)
		}
	}
}
