package redisstore_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/redis/go-redis/v9"

	"assent/schemas"
	"assent/server/internal/consent"
	"assent/server/internal/realparts"
	"assent/server/internal/recording/recordingtest"
	"assent/server/internal/redisstore"
	"assent/server/internal/register"
)

// openWaiting opens a store that acknowledges what a replica has.
func openWaiting(t *testing.T, url string) *redisstore.Store {
	t.Helper()
	store, err := redisstore.Open(t.Context(), url, redisstore.Options{Replicas: 1})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := store.Close(); err != nil {
			t.Errorf("Close: %v", err)
		}
	})
	return store
}

// insist repeats the decisions until all are acknowledged, as browsers do, and tells each when it was recorded.
func insist(t *testing.T, store *redisstore.Store, batch ...consent.Record) {
	t.Helper()
	for deadline := time.Now().Add(time.Minute); ; time.Sleep(50 * time.Millisecond) {
		var refused error
		for i, outcome := range store.Commit(t.Context(), batch) {
			refused = errors.Join(refused, outcome.Err)
			batch[i].RecordedAt = outcome.RecordedAt
		}
		if refused == nil {
			return
		}
		for i := range batch {
			batch[i].RecordedAt = time.Time{}
		}
		if time.Now().After(deadline) {
			t.Fatalf("not acknowledged: %v", refused)
		}
	}
}

func wantShortOfReplicas(t *testing.T, doing string, err error) {
	t.Helper()
	if !errors.Is(err, consent.ErrUnavailable) || !strings.Contains(err.Error(), "0 of 1 replicas") || strings.Contains(err.Error(), "\n") {
		t.Errorf("%s: %v, want ErrUnavailable that counts the replicas in one line", doing, err)
	}
}

// TestReplicaHangs is about one master, asked directly and by way of Sentinel: what its replica does not have is not
// acknowledged, the first time or as a retry.
func TestReplicaHangs(t *testing.T) {
	ways := map[string]func(*realparts.Redis) (string, error){
		"direct":   func(r *realparts.Redis) (string, error) { return r.URL, nil },
		"sentinel": servers.Sentinel,
	}
	for name, way := range ways {
		t.Run(name, func(t *testing.T) {
			master, err := servers.Redis()
			if err != nil {
				t.Fatal(err)
			}
			url, err := way(master)
			if err != nil {
				t.Fatal(err)
			}
			hangs(t, master, url)
		})
	}
}

func hangs(t *testing.T, master *realparts.Redis, url string) {
	store, site := openWaiting(t, url), recordingtest.Site()
	record := recordingtest.Decision(site, "s1")
	commit := func(store *redisstore.Store) error { return store.Commit(t.Context(), []consent.Record{record})[0].Err }
	wantShortOfReplicas(t, "commit before there is a replica", commit(store))
	wantShortOfReplicas(t, "Ping before there is a replica", store.Ping(t.Context()))
	replica, err := servers.Replica(master)
	if err != nil {
		t.Fatal(err)
	}
	insist(t, store, record)
	if err := store.Ping(t.Context()); err != nil {
		t.Errorf("Ping with a replica: %v", err)
	}

	if err := replica.Freeze(); err != nil {
		t.Fatal(err)
	}
	record = recordingtest.Decision(site, "s2")
	wantShortOfReplicas(t, "commit that the replica does not get", commit(store))
	wantShortOfReplicas(t, "retry of it", commit(store))
	wantShortOfReplicas(t, "Ping", store.Ping(t.Context()))
	alone, closing := open(t, url)
	t.Cleanup(closing)
	if err := commit(alone); err != nil {
		t.Errorf("retry where nobody waits for replicas: %v", err)
	}
	if err := replica.Thaw(); err != nil {
		t.Fatal(err)
	}
	insist(t, store, record)
	if outcome := store.Commit(t.Context(), []consent.Record{record})[0]; !outcome.Duplicate || outcome.Err != nil {
		t.Errorf("retry after the replica has it: %+v, want a duplicate", outcome)
	}
}

// TestNothingIsShippedThatTheReplicaLacks: a fail-over would take it back, and the ledger alone would have it.
func TestNothingIsShippedThatTheReplicaLacks(t *testing.T) {
	t.Parallel()
	master, err := servers.Redis()
	if err != nil {
		t.Fatal(err)
	}
	replica, err := servers.Replica(master)
	if err != nil {
		t.Fatal(err)
	}
	store, site := openWaiting(t, master.URL), recordingtest.Site()
	insist(t, store, recordingtest.Decision(site, "s1"))
	if err := replica.Freeze(); err != nil {
		t.Fatal(err)
	}
	record := recordingtest.Decision(site, "s2")
	wantShortOfReplicas(t, "commit that the replica does not get", store.Commit(t.Context(), []consent.Record{record})[0].Err)
	wantShortOfReplicas(t, "document that the replica does not get", store.PutDocument(t.Context(), register.Document{Key: register.Key{Kind: "hold", Site: site, ID: "a"}, Revision: 1}))
	_, err = store.ChangeTranscript(t.Context(), 0, "", 0, map[string]string{"size": "1"})
	wantShortOfReplicas(t, "addition to the log that the replica does not get", err)
	wantShortOfReplicas(t, "tombstone that the replica does not get", store.AddTombstones(t.Context(), "{}"))
	wantShortOfReplicas(t, "key of the log that the replica does not get", store.KeepTranscriptField(t.Context(), "key", "{}"))
	_, err = store.BeginTranscript(t.Context())
	wantShortOfReplicas(t, "beginning of the log that the replica does not get", err)
	shard := schemas.RedisShard(site, record.Subject)
	for _, doing := range []string{"first look", "look at the frozen range"} {
		batch, err := store.Next(t.Context(), shard, 10)
		wantShortOfReplicas(t, doing, err)
		if len(batch.Records) > 0 {
			t.Errorf("%s: %d decisions are handed out", doing, len(batch.Records))
		}
	}
	if err := replica.Thaw(); err != nil {
		t.Fatal(err)
	}
	insist(t, store, record)
	if batch, err := store.Next(t.Context(), shard, 10); err != nil || len(batch.Records) != 1 {
		t.Errorf("when the replica has it: %d decisions, %v", len(batch.Records), err)
	}
}

// TestFailOverLosesNothing kills a master of a Cluster at once after it has acknowledged decisions.
// Threat B5.15
func TestFailOverLosesNothing(t *testing.T) {
	cluster, err := servers.RedisCluster()
	if err != nil {
		t.Fatal(err)
	}
	nodes, ok := client(t, cluster.URL).(*redis.ClusterClient)
	if !ok {
		t.Fatal("the test's client does not know that this is a Cluster")
	}
	store, site := openWaiting(t, cluster.URL), recordingtest.Site()
	batch := make([]consent.Record, 200)
	for i := range batch {
		batch[i] = recordingtest.Decision(site, fmt.Sprint("s", i))
	}
	lost := master(t, nodes, batch[0])
	replica := replicaOf(t, lost)
	if err := cluster.FreezeNode(replica); err != nil {
		t.Fatal(err)
	}
	var cutOff, others []consent.Record
	for _, record := range batch {
		if master(t, nodes, record) == lost {
			cutOff = append(cutOff, record)
		} else {
			others = append(others, record)
		}
	}
	for i, outcome := range store.Commit(t.Context(), cutOff) {
		wantShortOfReplicas(t, fmt.Sprint("decision ", i, " of the master without its replica"), outcome.Err)
	}
	insist(t, store, others...)
	if err := cluster.ThawNode(replica); err != nil {
		t.Fatal(err)
	}
	insist(t, store, batch...)
	if err := cluster.KillNode(lost); err != nil {
		t.Fatal(err)
	}
	wantCurrent(t, store, batch)
	if err := cluster.Start(); err != nil {
		t.Fatal(err)
	}
	next := recordingtest.Refusal(site, batch[0].Subject)
	insist(t, store, next) // The former master is a replica now.
}

// wantCurrent waits until all shards are served again and looks for every decision.
func wantCurrent(t *testing.T, store *redisstore.Store, batch []consent.Record) {
	t.Helper()
	for _, record := range batch {
		current, err := store.Current(t.Context(), record.Site, record.Subject)
		for deadline := time.Now().Add(time.Minute); errors.Is(err, consent.ErrUnavailable) && time.Now().Before(deadline); {
			time.Sleep(100 * time.Millisecond)
			current, err = store.Current(t.Context(), record.Site, record.Subject)
		}
		if err != nil || !current.RecordedAt.Equal(record.RecordedAt) {
			t.Errorf("choice of %s: %+v, %v; want what was acknowledged at %v", record.Subject, current, err, record.RecordedAt)
		}
	}
}

// replicaOf waits until the master has its replica: one that has just come may lose its connection once more.
func replicaOf(t *testing.T, master string) string {
	t.Helper()
	node := client(t, "redis://"+master)
	for deadline := time.Now().Add(time.Minute); ; time.Sleep(100 * time.Millisecond) {
		info, err := node.Do(t.Context(), "ROLE").Slice()
		if err != nil {
			t.Fatal(err)
		}
		replicas, _ := info[2].([]any)
		if len(replicas) == 1 {
			address, _ := replicas[0].([]any)
			return fmt.Sprintf("%s:%s", address[0], address[1])
		}
		if time.Now().After(deadline) {
			t.Fatalf("%s has %d replicas, want 1", master, len(replicas))
		}
	}
}
