package redisstore_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/redis/go-redis/v9"

	"assent/schemas"
	"assent/server/internal/consent"
	"assent/server/internal/recording/recordingtest"
	"assent/server/internal/redisstore"
	"assent/server/internal/register"
)

func startRedis(t *testing.T, settings ...string) string {
	t.Helper()
	server, err := servers.Redis(settings...)
	if err != nil {
		t.Fatal(err)
	}
	return server.URL
}

func TestOpenRefusesRiskyServers(t *testing.T) {
	for setting, value := range map[string]string{
		"appendonly": "no", "appendfsync": "everysec", "maxmemory-policy": "allkeys-lru",
	} {
		url := startRedis(t, "--"+setting, value)
		_, err := redisstore.Open(t.Context(), url, redisstore.Options{})
		if err == nil || !strings.Contains(err.Error(), setting) || strings.Contains(err.Error(), "\n") {
			t.Errorf("%s %s: %v, want one line that names the setting", setting, value, err)
		}
	}
}

func TestOpenSaysWhatIsWrong(t *testing.T) {
	locked := startRedis(t)
	acl := client(t, locked)
	if err := acl.Do(t.Context(), "ACL", "SETUSER", "plain", "on", ">secret-word", "~*", "+@all", "-config").Err(); err != nil {
		t.Fatal(err)
	}
	cases := map[string]string{
		"localhost:6379":                         "REDIS_URL must look like",
		"http://localhost:1":                     "REDIS_URL must look like",
		"redis://127.0.0.1:1":                    "no redis answers",
		locked + "?nonsense=1":                   "nonsense",
		"redis://127.0.0.1:1/0?addr=127.0.0.1:2": "127.0.0.1:2",
		strings.Replace(locked, "redis://", "redis://plain:secret-word@", 1): "+config|get",
	}
	for url, want := range cases {
		_, err := redisstore.Open(t.Context(), url, redisstore.Options{})
		if err == nil || !strings.Contains(err.Error(), want) || strings.Contains(err.Error(), "\n") {
			t.Errorf("Open(%q): %v, want one line with %q", url, err, want)
		}
		if err != nil && strings.Contains(err.Error(), "secret-word") {
			t.Errorf("Open(%q) shows the password: %v", url, err)
		}
	}
}

// TestRestartAndFullMemory covers what a running server meets: a Redis that lost its scripts, is away, or is full.
func TestRestartAndFullMemory(t *testing.T) {
	server, err := servers.Redis()
	if err != nil {
		t.Fatal(err)
	}
	store, closing := open(t, server.URL)
	t.Cleanup(closing)
	record := recordingtest.Decision(recordingtest.Site(), "s1")
	first := store.Commit(t.Context(), []consent.Record{record})[0]
	if err := server.Kill(); err != nil {
		t.Fatal(err)
	}
	if outcome := store.Commit(t.Context(), []consent.Record{record})[0]; !errors.Is(outcome.Err, consent.ErrUnavailable) {
		t.Errorf("commit without a server: %+v, want ErrUnavailable", outcome)
	}
	if _, err := store.Current(t.Context(), record.Site, "s1"); !errors.Is(err, consent.ErrUnavailable) {
		t.Errorf("Current without a server: %v, want ErrUnavailable", err)
	}
	if err := server.Start(); err != nil {
		t.Fatal(err)
	}
	again := store.Commit(t.Context(), []consent.Record{record})[0]
	if diff := cmp.Diff(first.RecordedAt, again.RecordedAt); diff != "" || !again.Duplicate {
		t.Errorf("after kill -9 and restart: %+v, want a duplicate of %+v", again, first)
	}

	plain := client(t, server.URL)
	if err := plain.ConfigSet(t.Context(), "maxmemory", "1").Err(); err != nil {
		t.Fatal(err)
	}
	full := recordingtest.Decision(record.Site, "s2")
	if outcome := store.Commit(t.Context(), []consent.Record{full})[0]; !errors.Is(outcome.Err, consent.ErrUnavailable) {
		t.Errorf("commit into full memory: %+v, want ErrUnavailable", outcome)
	}
	if err := store.PutDocument(t.Context(), register.Document{Key: register.Key{Kind: "hold", Site: record.Site, ID: "a"}, Revision: 1}); err != nil {
		t.Errorf("a document, which may have to be written before the outbox can be emptied: %v", err)
	}
	if _, err := store.Current(t.Context(), full.Site, "s2"); !errors.Is(err, consent.ErrNotFound) {
		t.Errorf("the refused commit left a choice: %v", err)
	}
}

// TestOneShardFails makes the script fail in one shard: the others must be recorded, and this one not acknowledged.
func TestOneShardFails(t *testing.T) {
	url := startRedis(t)
	store, closing := open(t, url)
	t.Cleanup(closing)
	site := recordingtest.Site()
	broken := recordingtest.Decision(site, "s0")
	sound := recordingtest.Decision(site, "s1")
	for schemas.RedisShard(site, sound.Subject) == schemas.RedisShard(site, broken.Subject) {
		sound.Subject += "x"
	}
	plain := client(t, url)
	if err := plain.Set(t.Context(), schemas.OutboxKey(schemas.RedisShard(site, "s0")), "no stream", redis.KeepTTL).Err(); err != nil {
		t.Fatal(err)
	}
	outcomes := store.Commit(t.Context(), []consent.Record{broken, sound, broken})
	if outcomes[1].Err != nil {
		t.Errorf("a sound shard failed with the broken one: %v", outcomes[1].Err)
	}
	for _, i := range []int{0, 2} {
		if !errors.Is(outcomes[i].Err, consent.ErrUnavailable) {
			t.Errorf("decision %d of the broken shard: %+v, want ErrUnavailable", i, outcomes[i])
		}
	}
	if _, err := store.Current(t.Context(), site, "s0"); !errors.Is(err, consent.ErrNotFound) {
		t.Errorf("a failed commit left a choice: %v", err)
	}
}
