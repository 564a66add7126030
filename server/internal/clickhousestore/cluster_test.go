package clickhousestore_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"assent/schemas"
	"assent/server/internal/clickhousestore"
	"assent/server/internal/consent"
	"assent/server/internal/demodata/demodatatest"
	"assent/server/internal/realparts"
	"assent/server/internal/recording/recordingtest"
	"assent/server/internal/reporting"
	"assent/server/internal/reporting/reportingtest"
	"assent/server/internal/shipping"
	"assent/server/internal/shipping/shippingtest"
)

func openCluster(t *testing.T, url string) (*clickhousestore.Store, func()) {
	t.Helper()
	return open(t, url, clickhousestore.InCluster(realparts.ClusterName))
}

// TestShards runs every suite on two shards.
func TestShards(t *testing.T) {
	cluster, err := servers.ClickHouseCluster(2, 1)
	if err != nil {
		t.Fatal(err)
	}
	t.Run("Ledger", func(t *testing.T) {
		fresh := func(t *testing.T) shippingtest.OpenLedger {
			return func(t *testing.T) (shipping.Ledger, reporting.Query, func()) {
				store, closing := openCluster(t, cluster.URL("suite"))
				return store, store, closing
			}
		}
		shippingtest.TestLedger(t, fresh)
		t.Run("searchable", func(t *testing.T) { shippingtest.TestSearchable(t, fresh) })
	})
	t.Run("Query", func(t *testing.T) {
		reportingtest.TestQuery(t, func(t *testing.T) reportingtest.Open {
			return func(t *testing.T) (reportingtest.Source, func()) {
				store, closing := openCluster(t, cluster.URL("suite"))
				add := func(ctx context.Context, records []consent.Record) error {
					return store.Append(ctx, shippingtest.BatchOf(records...))
				}
				return reportingtest.Source{Query: store, Append: add}, closing
			}
		})
	})
	t.Run("DemoData", func(t *testing.T) {
		store, closing := openCluster(t, cluster.URL("suite"))
		t.Cleanup(closing)
		demodatatest.TestFillAndRemove(t, front(t), store)
	})
	t.Run("Counts", func(t *testing.T) {
		reportingtest.TestCounts(t, 6, func(t *testing.T) reportingtest.Counted {
			store, closing := openCluster(t, cluster.URL("suite"))
			return counted(t, store, closing)
		})
	})
	t.Run("Retention", func(t *testing.T) {
		store, closing := openCluster(t, cluster.URL("retention"))
		testRetention(t, store, closing)
	})
	t.Run("OtherWay", func(t *testing.T) { testOtherWay(t, cluster) })
}

// TestReplicas takes servers away from two shards of two replicas each.
func TestReplicas(t *testing.T) {
	cluster, err := servers.ClickHouseCluster(2, 2)
	if err != nil {
		t.Fatal(err)
	}
	t.Run("StartTogether", func(t *testing.T) { testStartTogether(t, cluster) })
	t.Run("Upgrade", func(t *testing.T) { testUpgrade(t, cluster) })
	t.Run("LostReplica", func(t *testing.T) { testLostReplica(t, cluster) })
}

// testStartTogether opens an empty cluster through three servers at once.
func testStartTogether(t *testing.T, cluster *realparts.ClickHouseCluster) {
	records := stamped(3)
	var group sync.WaitGroup
	for i, record := range records {
		store, closing := openCluster(t, cluster.Nodes[i].URL("together"))
		t.Cleanup(closing)
		group.Go(func() { appendWithin(t, store, record) })
	}
	group.Wait()
	for _, node := range cluster.Nodes {
		if got := text(t, connect(t, node.URL("together")), "SELECT toString(count()) FROM decisions"); got != "3" {
			t.Errorf("%s counts %s decisions, want 3", node.URL("together"), got)
		}
	}
}

// stamped returns decisions of as many subjects of one site, oldest first.
func stamped(n int) []consent.Record {
	site, records := recordingtest.Site(), make([]consent.Record, n)
	for i := range records {
		records[i] = recordingtest.Decision(site, fmt.Sprint("s", i))
		records[i].RecordedAt = time.Date(2026, 5, 1, 0, 0, i, 0, time.UTC)
	}
	return records
}

// appendWithin repeats an append as the shipper does, for a minute at most.
func appendWithin(t *testing.T, store *clickhousestore.Store, records ...consent.Record) {
	t.Helper()
	begun := time.Now()
	err := store.Append(t.Context(), shippingtest.BatchOf(records...))
	for ; err != nil && time.Since(begun) < time.Minute; err = store.Append(t.Context(), shippingtest.BatchOf(records...)) {
		time.Sleep(50 * time.Millisecond)
	}
	if err != nil {
		t.Errorf("append: %v", err)
	}
}

// testOtherWay opens what was made for a cluster as if it were on one server, and the other way round.
func testOtherWay(t *testing.T, cluster *realparts.ClickHouseCluster) {
	node := cluster.Nodes[0]
	alone, closing := open(t, node.URL("alone"))
	t.Cleanup(closing)
	if err := alone.Ping(t.Context()); err != nil {
		t.Fatal(err)
	}
	for name, c := range map[string]struct {
		url, want string
		options   []clickhousestore.Option
	}{
		"tables of a cluster":    {node.URL("suite"), "--clickhouse-cluster", nil},
		"tables of one server":   {node.URL("alone"), "another database", []clickhousestore.Option{clickhousestore.InCluster(realparts.ClusterName)}},
		"no cluster of the name": {node.URL("default"), `no cluster "nowhere"`, []clickhousestore.Option{clickhousestore.InCluster("nowhere")}},
	} {
		store, closing := open(t, c.url, c.options...)
		t.Cleanup(closing)
		if err := store.Ping(t.Context()); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: %v, want %q", name, err, c.want)
		}
	}
	if _, err := clickhousestore.Open(node.URL("new"), clickhousestore.InCluster("x' ON y")); err == nil {
		t.Error("a name that is none was taken")
	}
}

// testLostReplica kills one replica while decisions are appended. Without it there is no majority, so nothing is
// acknowledged on its shard; who asks for less may go on. When it is back it has everything, once.
func testLostReplica(t *testing.T, cluster *realparts.ClickHouseCluster) {
	url, lost, node := cluster.URL("lost"), cluster.Nodes[1], cluster.Nodes[0]
	store, closing := openCluster(t, url)
	t.Cleanup(closing)
	less, closingLess := openCluster(t, url+"?insert_quorum=1")
	t.Cleanup(closingLess)
	records := stamped(60)
	appendWithin(t, store, records[:20]...)
	if err := lost.Kill(); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), 3*time.Second)
	defer cancel()
	if err := store.Append(ctx, shippingtest.BatchOf(records[20:40]...)); !errors.Is(err, consent.ErrUnavailable) {
		t.Errorf("append with one replica of two: %v, want ErrUnavailable", err)
	}
	appendWithin(t, less, records[40:]...)
	if got := text(t, connect(t, node.URL("lost")), "SELECT toString(count()) FROM decisions WHERE site = '"+records[0].Site+"'"); got == "0" {
		t.Error("with a replica down nothing can be read")
	}
	if err := lost.Start(); err != nil {
		t.Fatal(err)
	}
	appendWithin(t, store, records[20:40]...)
	for _, node := range cluster.Nodes {
		awaitRows(t, node, "60") // Each counts what it has itself for its own shard.
	}
	reader, closingReader := openCluster(t, lost.URL("lost"))
	t.Cleanup(closingReader)
	got, err := reader.Recent(t.Context(), records[0].Site, 100)
	if err != nil {
		t.Fatal(err)
	}
	slices.Reverse(got)
	recordingtest.SameRecords(t, got, records)
}

// awaitRows waits until a server counts as many rows, all of them raw: duplicates that wait for a merge count.
func awaitRows(t *testing.T, node *realparts.ClickHouse, want string) {
	t.Helper()
	conn, got := connect(t, node.URL("lost")), ""
	for begun := time.Now(); got != want && time.Since(begun) < time.Minute; time.Sleep(50 * time.Millisecond) {
		got = text(t, conn, "SELECT toString(count()) FROM decisions")
	}
	if got != want {
		t.Errorf("%s counts %s rows, want %s", node.URL("lost"), got, want)
	}
}

// testPlaced lets the server parse what every migration becomes on a cluster. The current engine comes without Keeper, so
// it cannot carry them out.
func testPlaced(t *testing.T, url string) {
	steps, err := schemas.Migrations("clickhouse")
	if err != nil {
		t.Fatal(err)
	}
	conn := connect(t, url)
	for _, step := range steps {
		for statement := range strings.SplitSeq(strings.TrimSpace(step.SQL), ";\n") {
			placed := clickhousestore.Placed(strings.TrimSuffix(statement, ";"), realparts.ClusterName, "assent")
			engine := "ENGINE = ReplicatedReplacingMergeTree('/clickhouse/tables/{shard}/assent/decisions', '{replica}', precedence)"
			table := "decisions"
			if strings.Contains(statement, "TABLE IF NOT EXISTS exposures") {
				table, engine = "exposures", "ENGINE = ReplicatedSummingMergeTree('/clickhouse/tables/{shard}/assent/exposures', '{replica}', (views, visitors))"
			}
			for _, one := range []string{"log_entries", "log_tiles", "log_checkpoints"} {
				if strings.Contains(statement, "TABLE IF NOT EXISTS "+one) || strings.Contains(statement, "ALTER TABLE "+one) {
					table, engine = one, "ENGINE = ReplicatedReplacingMergeTree('/clickhouse/tables/{shard}/assent/"+one+"', '{replica}', version)"
				}
			}
			if strings.Count(placed, table+"_local ON CLUSTER `assent`") != 1 || strings.Contains(placed, "CREATE TABLE") != strings.Contains(placed, engine) {
				t.Errorf("%s is not for a cluster:\n%s", step.Name, placed)
			}
			var formatted string
			if err := conn.QueryRow(t.Context(), "SELECT formatQuery(?)", placed).Scan(&formatted); err != nil {
				t.Errorf("%s: %v", step.Name, err)
			}
		}
	}
}

// testUpgrade takes a database back to the first version's columns, and upgrades it.
func testUpgrade(t *testing.T, cluster *realparts.ClickHouseCluster) {
	url := cluster.Nodes[0].URL("upgraded")
	store, closing := openCluster(t, url)
	t.Cleanup(closing)
	if err := store.Ping(t.Context()); err != nil {
		t.Fatal(err)
	}
	conn := connect(t, url)
	for _, statement := range []string{
		"ALTER TABLE decisions_local ON CLUSTER assent DROP COLUMN regime",
		"ALTER TABLE decisions_local ON CLUSTER assent DROP COLUMN removed",
		"DROP TABLE decisions ON CLUSTER assent",
		"CREATE TABLE decisions ON CLUSTER assent AS upgraded.decisions_local ENGINE = Distributed(assent, upgraded, decisions_local, cityHash64(site, subject))",
		"DROP TABLE assent_migrations ON CLUSTER assent",
	} {
		execute(t, conn, statement)
	}
	later, closingLater := openCluster(t, url)
	t.Cleanup(closingLater)
	records := stamped(4)
	appendWithin(t, later, records...)
	for _, node := range cluster.Nodes {
		reader, closingReader := openCluster(t, node.URL("upgraded"))
		t.Cleanup(closingReader)
		got, err := reader.Recent(t.Context(), records[0].Site, 10)
		if err != nil {
			t.Fatal(err)
		}
		slices.Reverse(got)
		recordingtest.SameRecords(t, got, records)
	}
}
