package redisstore_test

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"testing"
	"time"

	"github.com/redis/go-redis/v9"

	"assent/schemas"
	"assent/server/internal/consent"
	"assent/server/internal/embeddedstore"
	"assent/server/internal/recording/recordingtest"
	"assent/server/internal/shipping"
)

// hesitant is a real ledger that answers the first batch only once more is read, and fails every third one.
type hesitant struct {
	*embeddedstore.Store
	redis redis.UniversalClient
	calls int
}

func (h *hesitant) Append(ctx context.Context, batch shipping.Batch) error {
	if h.calls++; h.calls == 1 {
		if err := h.awaitMore(ctx, batch); err != nil {
			return err
		}
	}
	if h.calls%3 == 0 {
		return errors.New("connection reset")
	}
	return h.Store.Append(ctx, batch)
}

// awaitMore waits until more shards are frozen than the batch is from.
func (h *hesitant) awaitMore(ctx context.Context, batch shipping.Batch) error {
	own := map[int]bool{}
	for _, r := range batch.Records {
		own[schemas.RedisShard(r.Site, r.Subject)] = true
	}
	for begun := time.Now(); time.Since(begun) < time.Minute; time.Sleep(time.Millisecond) {
		frozen := 0
		for shard := range schemas.RedisShards {
			if held, err := h.redis.HExists(ctx, schemas.CursorKey(shard), schemas.FrozenTo).Result(); err != nil {
				return err
			} else if held {
				frozen++
			}
		}
		if frozen > len(own) {
			return nil
		}
	}
	return errors.New("nothing is read while the ledger takes its time")
}

// TestTheNextInsertIsReadMeanwhile ships more than one insert carries, from many shards.
func TestTheNextInsertIsReadMeanwhile(t *testing.T) {
	url := startRedis(t)
	store, closing := open(t, url)
	t.Cleanup(closing)
	embedded, err := embeddedstore.Open(t.Context(), t.TempDir(), time.Now)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = embedded.Close() }) // Nothing depends on it.
	site := recordingtest.Site()
	batch := make([]consent.Record, 500)
	for i := range batch {
		batch[i] = recordingtest.Decision(site, fmt.Sprint("s", i))
	}
	for i, outcome := range store.Commit(t.Context(), batch) {
		if outcome.Err != nil {
			t.Fatal(outcome.Err)
		}
		batch[i].RecordedAt = outcome.RecordedAt
	}
	ledger := &hesitant{Store: embedded, redis: client(t, url)}
	shipper := shipping.New(store, ledger, shipping.Options{Holder: "one", Log: slog.New(slog.DiscardHandler), Rows: 50, Limit: time.Millisecond, Quiet: time.Minute})
	if err := shipper.Drain(t.Context()); err != nil {
		t.Fatal(err)
	}
	if lag, err := shipper.Lag(t.Context()); err != nil || lag.Rows != 0 {
		t.Errorf("%+v, %v, want nothing left", lag, err)
	}
	held, err := embedded.Recent(t.Context(), site, 1000)
	if err != nil || len(held) != len(batch) {
		t.Errorf("%d decisions in the ledger, %v, want %d", len(held), err, len(batch))
	}
	if ledger.calls < 10 {
		t.Errorf("%d inserts of 50 carried 500", ledger.calls)
	}
}
