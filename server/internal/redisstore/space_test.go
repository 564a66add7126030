package redisstore_test

import (
	"encoding/base64"
	"encoding/binary"
	"fmt"
	"math/rand/v2"
	"regexp"
	"strconv"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/redis/go-redis/v9"

	"assent/schemas"
	"assent/server/internal/consent"
	"assent/server/internal/redisstore"
)

// space is what Redis takes for each decision.
type space struct{ choice, row float64 }

// What a choice and a row of the outbox may take, in bytes with all that Redis needs around them.
const mostPerChoice, mostPerRow = 60, 75

// decisionsOfADay returns decisions as a shop gets them: new visitors, three answers, five languages, many pages.
func decisionsOfADay(random *rand.Rand, n int) []consent.Record {
	batch := make([]consent.Record, n)
	for i := range batch {
		var subject [17]byte
		for at := 0; at < 16; at += 8 {
			binary.BigEndian.PutUint64(subject[at:], random.Uint64())
		}
		now := time.Now().UTC().Truncate(time.Millisecond)
		yes, some := random.IntN(2) == 0, random.IntN(10) == 0
		action := map[bool]string{true: consent.AcceptAll, false: consent.RejectAll}[yes]
		if some {
			action = consent.Save
		}
		batch[i] = consent.Record{
			ID: uuid.Must(uuid.NewV7()), Site: "q3kd81xw", Subject: base64.RawURLEncoding.EncodeToString(subject[:])[:22],
			Notice: "Wm9vYmFyYmF6cXV4cXV1eA", Action: action, Source: "banner", Regime: consent.OptIn, LifetimeDays: 180,
			Purposes: map[string]bool{"analytics": yes || some, "marketing": yes && !some},
			Locale:   []string{"de", "en", "fr", "pt-BR", "pl"}[random.IntN(5)],
			Page:     fmt.Sprintf("https://shop.example/%s/%d", []string{"p", "c", "news"}[random.IntN(3)], random.IntN(500)),
			Country:  []string{"DE", "AT", "CH", "PL", "BR"}[random.IntN(5)], Device: []string{"phone", "desktop"}[random.IntN(2)],
			Browser: []string{"chrome", "safari", "firefox"}[random.IntN(3)], Waited: consent.Waits[random.IntN(8)],
			// The browser makes the id as it decides.
			DecidedAt: now,
		}
	}
	return batch
}

// measureSpace records new visitors' decisions and tells what each took, after what was there before.
func measureSpace(t testing.TB, url string, decisions, perCommit int) space {
	t.Helper()
	used := func() float64 { return usedMemory(t, url) }
	store, err := redisstore.Open(t.Context(), url, redisstore.Options{})
	if err != nil {
		t.Fatal(err)
	}
	before, random := used(), rand.New(rand.NewPCG(1, uint64(decisions)))
	for range decisions / perCommit {
		for _, outcome := range store.Commit(t.Context(), decisionsOfADay(random, perCommit)) {
			if outcome.Err != nil {
				t.Fatal(outcome.Err)
			}
		}
	}
	if err := store.Close(); err != nil {
		t.Fatal(err)
	}
	all := used()
	plain := connect(t, url)
	for shard := range schemas.RedisShards {
		if err := plain.Del(t.Context(), schemas.OutboxKey(shard)).Err(); err != nil {
			t.Fatal(err)
		}
	}
	if err := plain.Close(); err != nil {
		t.Fatal(err)
	}
	choices := used()
	return space{choice: (choices - before) / float64(decisions), row: (all - choices) / float64(decisions)}
}

// connect returns a connection that can be ended before memory is measured: connections take more than many choices.
func connect(t testing.TB, url string) *redis.Client {
	t.Helper()
	options, err := redis.ParseURL(url)
	if err != nil {
		t.Fatal(err)
	}
	return redis.NewClient(options)
}

var usedMemoryLine = regexp.MustCompile(`used_memory:(\d+)`)

func usedMemory(t testing.TB, url string) float64 {
	t.Helper()
	plain := connect(t, url)
	info, err := plain.Info(t.Context(), "memory").Result()
	if err != nil {
		t.Fatal(err)
	}
	if err := plain.Close(); err != nil {
		t.Fatal(err)
	}
	used, err := strconv.ParseFloat(usedMemoryLine.FindStringSubmatch(info)[1], 64)
	if err != nil {
		t.Fatal(err)
	}
	return used
}

// BenchmarkSpace reports how many bytes of Redis' memory a choice and a row of the outbox take, over a million visitors.
func BenchmarkSpace(b *testing.B) {
	for _, perCommit := range []int{512, 64} {
		b.Run(fmt.Sprintf("%d decisions a commit", perCommit), func(b *testing.B) {
			server, err := servers.Redis()
			if err != nil {
				b.Fatal(err)
			}
			got := measureSpace(b, server.URL, 1_000_000, perCommit)
			b.ReportMetric(got.choice, "B/choice")
			b.ReportMetric(got.row, "B/row")
			b.ReportMetric(0, "ns/op")
		})
	}
}

// TestSpace holds a tenth of that to the limits.
func TestSpace(t *testing.T) {
	got := measureSpace(t, startRedis(t), 100_000, 500)
	if got.choice > mostPerChoice || got.row > mostPerRow {
		t.Errorf("%.1f bytes a choice and %.1f a row of the outbox, want at most %d and %d", got.choice, got.row, mostPerChoice, mostPerRow)
	}
}
