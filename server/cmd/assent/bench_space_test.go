package main

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/redis/go-redis/v9"

	"assent/schemas"
	"assent/server/internal/consent"
	"assent/server/internal/recording"
	"assent/server/internal/redisstore"
)

// BenchmarkSpace measures what a decision of a new subject takes in each store, for deploy/SIZING.md. ClickHouse has a
// test of its own, which holds it to a bound.
func BenchmarkSpace(b *testing.B) {
	const decisions = 200_000
	dir := b.TempDir()
	embedded, err := openFolder(b.Context(), dir)
	if err != nil {
		b.Fatal(err)
	}
	recordMany(b, embedded, decisions)
	if err := embedded.Close(); err != nil {
		b.Fatal(err)
	}
	file, err := os.Stat(filepath.Join(dir, "assent.db"))
	if err != nil {
		b.Fatal(err)
	}
	fmt.Printf("\nbytes per decision\n%-40s %7.0f\n", "SQLite, on disk", float64(file.Size())/decisions)

	server, err := servers.Redis()
	if err != nil {
		b.Fatal(err)
	}
	store, err := redisstore.Open(b.Context(), server.URL, redisstore.Options{})
	if err != nil {
		b.Fatal(err)
	}
	defer store.Close()
	options, err := redis.ParseURL(server.URL)
	if err != nil {
		b.Fatal(err)
	}
	client := redis.NewClient(options)
	defer client.Close()
	before := usedMemory(b, client)
	recordMany(b, store, decisions)
	var outbox int64
	for shard := range schemas.RedisShards {
		size, err := client.MemoryUsage(b.Context(), schemas.OutboxKey(shard), 0).Result()
		if err != nil {
			b.Fatal(err)
		}
		outbox += size
	}
	fmt.Printf("%-40s %7.0f\n%-40s %7.0f\n", "Redis, outbox", float64(outbox)/decisions,
		"Redis, current choice", float64(usedMemory(b, client)-before-outbox)/decisions)
}

func usedMemory(b *testing.B, client *redis.Client) int64 {
	b.Helper()
	info, err := client.InfoMap(b.Context(), "memory").Result()
	if err != nil {
		b.Fatal(err)
	}
	var bytes int64
	if _, err := fmt.Sscan(info["Memory"]["used_memory"], &bytes); err != nil {
		b.Fatal(err)
	}
	return bytes
}

// recordMany commits decisions of as many subjects, as a shop's visitors make them.
func recordMany(b *testing.B, journal recording.Journal, decisions int) {
	b.Helper()
	const size = 500
	for range decisions / size {
		batch := make([]consent.Record, size)
		for i := range batch {
			id := uuid.Must(uuid.NewV7())
			batch[i] = consent.Record{
				ID: id, Site: "k3v9q2m7x1", Subject: consent.Subject("k3v9q2m7x1", id.String()), Notice: "4cCgbWRMcUXlZ0aK", Action: consent.AcceptAll,
				Purposes: map[string]bool{"analytics": true, "marketing": true}, Services: map[string]bool{}, Source: "banner", Locale: "de",
				Page: fmt.Sprintf("https://www.shop.example/category-%d/product-%d", i%7, i), LifetimeDays: 180, Regime: consent.OptIn,
				DecidedAt: time.Now().UTC().Truncate(time.Millisecond),
			}
		}
		for _, outcome := range journal.Commit(context.Background(), batch) {
			if outcome.Err != nil {
				b.Fatal(outcome.Err)
			}
		}
	}
}
