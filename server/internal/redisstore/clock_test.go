package redisstore_test

import (
	"errors"
	"testing"
	"time"

	"github.com/redis/go-redis/v9"

	"assent/server/internal/consent"
	"assent/server/internal/recording/recordingtest"
)

// TestClock asks a Cluster that loses its masters one after the other.
func TestClock(t *testing.T) {
	cluster, err := servers.RedisCluster()
	if err != nil {
		t.Fatal(err)
	}
	store, closing := open(t, cluster.URL)
	t.Cleanup(closing)
	nodes := client(t, cluster.URL).(*redis.ClusterClient)
	before := store.Commit(t.Context(), []consent.Record{recordingtest.Decision(recordingtest.Site(), "s1")})[0].RecordedAt
	wantLater := func() {
		t.Helper()
		if now, err := store.Clock(t.Context()); err != nil || now.Before(before) || now.Sub(before) > time.Hour {
			t.Errorf("the clock tells %v, %v, after something was stamped %v", now, err, before)
		}
	}
	wantLater()
	if err := cluster.KillNode(master(t, nodes, recordingtest.Decision("a", "b"))); err != nil {
		t.Fatal(err)
	}
	wantLater()
	if err := cluster.Kill(); err != nil {
		t.Fatal(err)
	}
	if now, err := store.Clock(t.Context()); !errors.Is(err, consent.ErrUnavailable) {
		t.Errorf("without a master the clock tells %v, %v", now, err)
	}
}
