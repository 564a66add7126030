package redisstore_test

import (
	"context"
	"sync"
	"testing"
	"time"

	"github.com/redis/go-redis/v9"

	"assent/server/internal/demodata"
	"assent/server/internal/demodata/demodatatest"
	"assent/server/internal/embeddedstore"
	"assent/server/internal/sighting"
)

// TestDemoData ends with a look at each key: none names the site that was removed.
func TestDemoData(t *testing.T) {
	single, err := servers.Redis()
	if err != nil {
		t.Fatal(err)
	}
	masters, err := servers.RedisMasters()
	if err != nil {
		t.Fatal(err)
	}
	for name, url := range map[string]string{"single": single.URL, "cluster": masters.URL} {
		t.Run(name, func(t *testing.T) {
			store, closing := open(t, url)
			t.Cleanup(closing)
			back, err := embeddedstore.Open(t.Context(), t.TempDir(), time.Now)
			if err != nil {
				t.Fatal(err)
			}
			t.Cleanup(func() {
				if err := back.Close(); err != nil {
					t.Error(err)
				}
			})
			demodatatest.TestFillAndRemove(t, store, back)
			sighted := sighting.Count{Key: sighting.Key{Site: demodata.Site, Day: "2026-07-23", Host: "cdn.example", Kind: "script"}, Pages: 1}
			if err := store.AddSightings(t.Context(), []sighting.Count{sighted}); err != nil {
				t.Fatal(err)
			}
			if len(keysOf(t, url)) < 6 {
				t.Errorf("before: %q", keysOf(t, url))
			}
			if err := demodata.Remove(t.Context(), store, store, back); err != nil {
				t.Fatal(err)
			}
			if left := keysOf(t, url); len(left) > 0 {
				t.Errorf("left: %q", left)
			}
		})
	}
}

// keysOf returns the keys, on all nodes, that name the site.
func keysOf(t *testing.T, url string) []string {
	t.Helper()
	var guard sync.Mutex
	var keys []string
	list := func(ctx context.Context, node *redis.Client) error {
		found, err := node.Keys(ctx, "*"+demodata.Site+"*").Result()
		guard.Lock()
		defer guard.Unlock()
		keys = append(keys, found...)
		return err
	}
	var err error
	switch client := client(t, url).(type) {
	case *redis.ClusterClient:
		err = client.ForEachMaster(t.Context(), list)
	case *redis.Client:
		err = list(t.Context(), client)
	}
	if err != nil {
		t.Fatal(err)
	}
	return keys
}
