package redisstore_test

import (
	"errors"
	"strings"
	"testing"
	"time"

	"assent/schemas"
	"assent/server/internal/consent"
	"assent/server/internal/recording/recordingtest"
	"assent/server/internal/redisstore"
)

// TestDriftingConfiguration takes the durability from a running Redis: from then on nothing may be acknowledged, though
// what is there can still be read, and once it is back, so is recording.
func TestDriftingConfiguration(t *testing.T) {
	url := startRedis(t)
	store, closing := open(t, url)
	t.Cleanup(closing)
	plain := client(t, url)
	site := recordingtest.Site()
	known := recordingtest.Decision(site, "known")
	if outcome := store.Commit(t.Context(), []consent.Record{known})[0]; outcome.Err != nil {
		t.Fatal(outcome.Err)
	}
	for setting, values := range map[string][2]string{
		"appendonly": {"no", "yes"}, "appendfsync": {"everysec", "always"}, "maxmemory-policy": {"allkeys-lru", "noeviction"},
	} {
		set := func(value string) {
			if err := plain.ConfigSet(t.Context(), setting, value).Err(); err != nil {
				t.Fatal(err)
			}
		}
		set(values[0])
		record := recordingtest.Decision(site, setting)
		outcome := store.Commit(t.Context(), []consent.Record{record})[0]
		for name, err := range map[string]error{"Commit": outcome.Err, "Ping": store.Ping(t.Context())} {
			if !errors.Is(err, consent.ErrUnavailable) || !strings.Contains(err.Error(), setting+" "+values[0]) {
				t.Errorf("%s with %s %s: %v, want ErrUnavailable that names the setting", name, setting, values[0], err)
			}
			var told interface{ Reason() string }
			if !errors.As(err, &told) || told.Reason() != "not durable: "+setting+" is "+values[0] {
				t.Errorf("%s with %s %s does not say why in short: %v", name, setting, values[0], err)
			}
		}
		if _, err := store.Current(t.Context(), site, "known"); err != nil {
			t.Errorf("Current with %s %s: %v", setting, values[0], err)
		}
		set(values[1])
		if outcome := store.Commit(t.Context(), []consent.Record{record})[0]; outcome.Err != nil {
			t.Errorf("commit with %s %s again: %v", setting, values[1], outcome.Err)
		}
		if err := store.Ping(t.Context()); err != nil {
			t.Errorf("Ping with %s %s again: %v", setting, values[1], err)
		}
	}
}

// TestFullMemoryIsEmptied ships what a full Redis holds: taking new decisions must fail, carrying old ones away must
// not, and what was shipped, which is kept for a while otherwise, must make room at once.
func TestFullMemoryIsEmptied(t *testing.T) {
	url := startRedis(t)
	store, closing := open(t, url)
	t.Cleanup(closing)
	plain := client(t, url)
	site := recordingtest.Site()
	decide := func() error {
		return store.Commit(t.Context(), []consent.Record{recordingtest.Decision(site, "s1")})[0].Err
	}
	wantKept := func(want int64) {
		t.Helper()
		ship(t, store, schemas.RedisShard(site, "s1"))
		kept, err := plain.XLen(t.Context(), schemas.OutboxKey(schemas.RedisShard(site, "s1"))).Result()
		if err != nil || kept != want {
			t.Errorf("%d shipped entries are kept, %v, want %d", kept, err, want)
		}
	}
	if err := decide(); err != nil {
		t.Fatal(err)
	}
	wantKept(1)
	if err := decide(); err != nil {
		t.Fatal(err)
	}
	if err := plain.ConfigSet(t.Context(), "maxmemory", "1").Err(); err != nil {
		t.Fatal(err)
	}
	if err := decide(); !errors.Is(err, consent.ErrUnavailable) {
		t.Errorf("commit into full memory: %v, want ErrUnavailable", err)
	}
	wantKept(0)
}

// ship carries away the one decision that waits in the shard.
func ship(t *testing.T, store *redisstore.Store, shard int) {
	t.Helper()
	if held, err := store.Claim(t.Context(), shard, "holder", time.Minute); err != nil || !held {
		t.Fatalf("Claim: %v, %v", held, err)
	}
	batch, err := store.Next(t.Context(), shard, 100)
	if err != nil || len(batch.Records) != 1 {
		t.Fatalf("Next: %d records, %v, want the one that was acknowledged", len(batch.Records), err)
	}
	if err := store.Done(t.Context(), batch); err != nil {
		t.Fatalf("Done: %v", err)
	}
	if again, err := store.Next(t.Context(), shard, 100); err != nil || len(again.Records) > 0 {
		t.Errorf("Next after Done: %d records, %v, want none", len(again.Records), err)
	}
}
