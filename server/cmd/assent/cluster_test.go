package main

import (
	"os"
	"sync/atomic"
	"testing"
	"time"

	"github.com/ClickHouse/clickhouse-go/v2"

	"assent/server/internal/clickhousestore"
	"assent/server/internal/realparts"
)

// TestKilledReplicaLosesNothing kills one ClickHouse of two while visitors decide, then reads from that one what was
// shipped through the other.
// Threat B5.15
func TestKilledReplicaLosesNothing(t *testing.T) {
	t.Parallel()
	cluster, err := servers.ClickHouseCluster(1, 2)
	if err != nil {
		t.Fatal(err)
	}
	redis, err := servers.Redis()
	if err != nil {
		t.Fatal(err)
	}
	env := []string{"REDIS_URL=" + redis.URL, "CLICKHOUSE_URL=" + cluster.Nodes[0].URL("replicated"),
		"ASSENT_CLICKHOUSE_CLUSTER=" + realparts.ClusterName}
	data := t.TempDir()
	added := addSite(t, data, env...)
	p := startProgram(t, data, env...)
	p.serves(added)
	lost := cluster.Nodes[1]
	awaitTables(t, lost.URL("replicated"))
	answers := storm(t, p, added, func(acknowledged *atomic.Int64) {
		for acknowledged.Load() < clients*each/4 {
			time.Sleep(time.Millisecond)
		}
		if err := lost.Kill(); err != nil {
			t.Error(err)
		}
	})
	if err := lost.Start(); err != nil {
		t.Fatal(err)
	}
	ledger, err := clickhousestore.Open(lost.URL("replicated"), clickhousestore.InCluster(realparts.ClusterName))
	if err != nil {
		t.Fatal(err)
	}
	defer ledger.Close()
	awaitShipped(t, ledger, added.ID, len(answers))
	wantOnce(t, ledger, added.ID, answers)
	if err := p.end(os.Interrupt); err != nil {
		t.Errorf("graceful stop: %v\n%s", err, p.output)
	}
}

// awaitTables waits until a server of the cluster has all tables as they will be: one that is killed while it makes a
// replicated table cannot make it any more, which is a fault of ClickHouse and not what is tried here.
func awaitTables(t *testing.T, url string) {
	t.Helper()
	options, err := clickhouse.ParseDSN(url)
	if err != nil {
		t.Fatal(err)
	}
	options.Auth.Database = "default"
	conn, err := clickhouse.Open(options)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	var tables uint64
	for begun := time.Now(); time.Since(begun) < time.Minute; time.Sleep(50 * time.Millisecond) {
		err = conn.QueryRow(t.Context(), `SELECT count() FROM system.columns WHERE database = 'replicated' AND name = 'country'
			AND table IN ('decisions', 'decisions_local', 'exposures', 'exposures_local')`).Scan(&tables)
		if err == nil && tables == 4 {
			return
		}
	}
	t.Fatalf("%d of 4 tables are there after a minute: %v", tables, err)
}
