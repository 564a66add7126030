package redisstore_test

import (
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/redis/go-redis/v9"

	"assent/schemas"
	"assent/server/internal/consent"
	"assent/server/internal/recording/recordingtest"
)

// TestLostMaster makes one of three masters forgetful, then kills it. Decisions of the other masters' shards are recorded meanwhile, none of the
// lost one's is acknowledged, and its replica, which knows neither script nor clients, takes over.
func TestLostMaster(t *testing.T) {
	cluster, err := servers.RedisCluster()
	if err != nil {
		t.Fatal(err)
	}
	store, closing := open(t, cluster.URL)
	t.Cleanup(closing)
	nodes, ok := client(t, cluster.URL).(*redis.ClusterClient)
	if !ok {
		t.Fatal("the test's client does not know that this is a Cluster")
	}
	site := recordingtest.Site()
	var batch []consent.Record
	for i := range 200 {
		batch = append(batch, recordingtest.Decision(site, fmt.Sprint("s", i)))
	}
	lost := master(t, nodes, batch[0])
	wantRefusedBy := func(batch []consent.Record) {
		t.Helper()
		for i, outcome := range store.Commit(t.Context(), batch) {
			if ofLost := master(t, nodes, batch[i]) == lost; ofLost && !errors.Is(outcome.Err, consent.ErrUnavailable) {
				t.Errorf("decision %d of the lost master: %+v, want ErrUnavailable", i, outcome)
			} else if !ofLost && outcome.Err != nil {
				t.Errorf("decision %d of another master: %v", i, outcome.Err)
			}
		}
	}
	setAppendOnly(t, lost, "no")
	wantRefusedBy(batch)
	setAppendOnly(t, lost, "yes")
	if err := cluster.KillNode(lost); err != nil {
		t.Fatal(err)
	}
	wantRefusedBy(batch)
	waiting, err := store.Waiting(t.Context())
	if err == nil || len(waiting) != schemas.RedisShards {
		t.Errorf("Waiting without a master: %d shards, %v, want all shards and an error", len(waiting), err)
	}
	for failed := true; failed; time.Sleep(100 * time.Millisecond) {
		failed = false
		for _, outcome := range store.Commit(t.Context(), batch) {
			failed = failed || outcome.Err != nil
		}
	}
	waiting, err = store.Waiting(t.Context())
	var rows int64
	for _, shard := range waiting {
		rows += shard.Rows
	}
	if err != nil || rows != int64(len(batch)) {
		t.Errorf("%d rows wait after the take-over, %v, want %d", rows, err, len(batch))
	}
}

func setAppendOnly(t *testing.T, node, value string) {
	t.Helper()
	if err := client(t, "redis://"+node).ConfigSet(t.Context(), "appendonly", value).Err(); err != nil {
		t.Fatal(err)
	}
}

func master(t *testing.T, nodes *redis.ClusterClient, record consent.Record) string {
	t.Helper()
	node, err := nodes.MasterForKey(t.Context(), schemas.OutboxKey(schemas.RedisShard(record.Site, record.Subject)))
	if err != nil {
		t.Fatal(err)
	}
	return node.Options().Addr
}

func TestSentinel(t *testing.T) {
	server, err := servers.Redis()
	if err != nil {
		t.Fatal(err)
	}
	url, err := servers.Sentinel(server)
	if err != nil {
		t.Fatal(err)
	}
	store, closing := open(t, url)
	t.Cleanup(closing)
	record := recordingtest.Decision(recordingtest.Site(), "s1")
	if outcome := store.Commit(t.Context(), []consent.Record{record})[0]; outcome.Err != nil {
		t.Fatal(outcome.Err)
	}
	if current, err := store.Current(t.Context(), record.Site, "s1"); err != nil || current.Choice.Action != record.Action {
		t.Errorf("Current: %+v, %v", current, err)
	}
}
