package redisstore_test

import (
	"context"
	"testing"
	"time"

	"github.com/redis/go-redis/v9"

	"assent/schemas"
	"assent/server/internal/ratelimit"
	"assent/server/internal/redisstore"
)

func testLimits(t *testing.T, url string, store *redisstore.Store) {
	plain := client(t, url)
	owe := func(debts ...ratelimit.Debt) []time.Duration {
		t.Helper()
		owed, err := store.Owe(t.Context(), debts)
		if err != nil {
			t.Fatal(err)
		}
		return owed
	}
	// Redis' clock goes on, so that what is owed is less than what was taken by as long as the test took.
	about := func(got, want time.Duration) {
		t.Helper()
		if got > want || got < want-time.Minute {
			t.Errorf("owed %v, want about %v", got, want)
		}
	}
	const most = time.Hour
	first := owe(ratelimit.Debt{Name: "a", Took: 10 * time.Minute, Most: most}, ratelimit.Debt{Name: "b", Took: time.Minute, Most: most})
	about(first[0], 10*time.Minute)
	about(first[1], time.Minute)
	// Another instance, and then a node that has lost the script.
	about(owe(ratelimit.Debt{Name: "a", Took: 20 * time.Minute, Most: most})[0], 30*time.Minute)
	forget := func(ctx context.Context, node *redis.Client) error { return node.ScriptFlush(ctx).Err() }
	if cluster, ok := plain.(*redis.ClusterClient); ok {
		if err := cluster.ForEachMaster(t.Context(), forget); err != nil {
			t.Fatal(err)
		}
	} else if err := forget(t.Context(), plain.(*redis.Client)); err != nil {
		t.Fatal(err)
	}
	about(owe(ratelimit.Debt{Name: "a", Took: 0, Most: most})[0], 30*time.Minute)
	if got := owe(ratelimit.Debt{Name: "a", Took: 2 * time.Hour, Most: most})[0]; got != most {
		t.Errorf("owed %v, want no more than %v", got, most)
	}
	if life, err := plain.PTTL(t.Context(), schemas.LimitKey("a")).Result(); err != nil || life > most+time.Second || life < most-time.Minute {
		t.Errorf("the key lives for %v, %v, want as long as something is owed", life, err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := store.Owe(ctx, []ratelimit.Debt{{Name: "a", Most: most}}); err == nil {
		t.Error("answered under a cancelled context")
	}
}
