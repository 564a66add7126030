package clickhousestore

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"regexp"
	"strings"
	"sync/atomic"
	"time"

	"github.com/ClickHouse/clickhouse-go/v2"
)

// cluster is where the tables lie when ClickHouse runs on several servers. Each server of the cluster has
//   - decisions_local, replicated within a shard by Keeper or ZooKeeper, which holds the rows, and
//   - decisions, a Distributed table over all of those, which is what the rest of this package reads and writes.
//
// A subject's rows lie on one shard, so all deliveries of a decision meet there. A nil cluster is one server.
type cluster struct {
	name     string
	database string
	majority atomic.Int64 // Replicas of a shard that must have an insert; 0 before the server was asked.
}

// clusterName is what ClickHouse's configuration allows as the name of an element.
var clusterName = regexp.MustCompile(`^[A-Za-z_][A-Za-z0-9_.-]*$`)

// InCluster spreads the tables over the servers that ClickHouse's configuration lists under this name, instead of
// keeping them on the one that is connected to. An insert is acknowledged when the majority of the shard's replicas has
// it, or as many as insert_quorum in the URL says.
func InCluster(name string) Option {
	return func(s *Store) error {
		if !clusterName.MatchString(name) {
			return fmt.Errorf("%q is no name of a ClickHouse cluster; give one that system.clusters lists", name)
		}
		s.cluster = &cluster{name: name, database: s.options.Auth.Database}
		for setting, value := range map[string]any{
			"insert_distributed_sync": 1, // Acknowledged means written by the shards, not queued on one server's disk.
			"insert_quorum_timeout":   20_000,
			// A server that is down takes part when it is back: the others do not wait long for it (isUnderWay).
			"distributed_ddl_task_timeout": 5,
		} {
			if _, chosen := s.options.Settings[setting]; !chosen {
				s.options.Settings[setting] = value
			}
		}
		return nil
	}
}

var (
	tableOf  = regexp.MustCompile(`(?m)^(CREATE TABLE IF NOT EXISTS|ALTER TABLE|CREATE DATABASE IF NOT EXISTS) (\S+)`)
	engineOf = regexp.MustCompile(`ENGINE = (\w*MergeTree)\(`)
)

// place turns a statement about one server's tables into the same one for every server of the cluster.
func (c *cluster) place(statement string) string {
	if c == nil {
		return statement
	}
	match := tableOf.FindStringSubmatch(statement)
	if match == nil {
		return statement
	}
	table, path, replica := match[2], "/clickhouse/tables/{shard}/"+c.database+"/"+match[2], "{replica}"
	switch table {
	case "decisions":
		table = "decisions_local"
	case "assent_migrations": // One for all shards.
		path, replica = "/clickhouse/tables/"+c.database+"/"+table, "{shard}-{replica}"
	}
	statement = strings.Replace(statement, match[0], match[1]+" "+table+c.everywhere(), 1)
	return engineOf.ReplaceAllString(statement, fmt.Sprintf("ENGINE = Replicated${1}('%s', '%s', ", path, replica))
}

func (c *cluster) everywhere() string { return " ON CLUSTER " + quoted(c.name) }

// table names the table that holds the rows.
func (c *cluster) table() string {
	if c == nil {
		return "decisions"
	}
	return "decisions_local"
}

// reading adds to a query that IN need not ask the other shards, since all of a decision's rows are on one, and that the
// replicas are asked in order: what is on its way is seen on one before the other, and numbers should not go back. It
// stands in the text, because old servers take no such settings beside it.
func (c *cluster) reading(query string) string {
	if c == nil {
		return query
	}
	return query + " SETTINGS distributed_product_mode = 'local', load_balancing = 'in_order'"
}

// quorum is how many replicas have to have an insert, as a setting, unless the chosen settings say it.
func (c *cluster) quorum(chosen clickhouse.Settings) clickhouse.Settings {
	settings := clickhouse.Settings{}
	if _, said := chosen["insert_quorum"]; c != nil && !said {
		settings["insert_quorum"] = int(c.majority.Load())
	}
	return settings
}

// isBusy reports whether an insert met another one: old servers take one at a time that has to reach a quorum.
func (c *cluster) isBusy(err error) bool { return c != nil && hasCode(err, unsatisfiedQuorum) }

// awaitTurn pauses before another attempt and reports whether there should be one: a quorum that is not reached for
// that long is an outage.
func awaitTurn(ctx context.Context, begun time.Time) bool {
	select {
	case <-ctx.Done():
		return false
	case <-time.After(rand.N(100 * time.Millisecond)):
		return time.Since(begun) < patience
	}
}

// isUnderWay reports whether some server has not taken a step yet because it is down. Its queue of steps waits for it.
func (c *cluster) isUnderWay(err error) bool { return c != nil && hasCode(err, timeoutExceeded) }

// differing counts the columns that only one of the two tables has, or has otherwise.
const differing = `SELECT count() FROM (
		SELECT name, type, default_kind, default_expression, count() AS tables FROM system.columns
		WHERE database = currentDatabase() AND table IN ('decisions', 'decisions_local')
		GROUP BY name, type, default_kind, default_expression
	) WHERE tables = 1`

// differs reports whether the Distributed table has other columns than the tables that it leads to.
func (s *Store) differs(ctx context.Context) (bool, error) {
	if s.cluster == nil {
		return false, nil
	}
	var different uint64
	if err := s.conn.QueryRow(ctx, differing).Scan(&different); err != nil {
		return false, fmt.Errorf("compare columns: %w", err)
	}
	return different > 0, nil
}

// distribute gives the Distributed table the columns of the tables that it leads to. It holds nothing itself, so it is
// made anew and exchanged: old servers cannot alter one on a cluster.
func (s *Store) distribute(ctx context.Context) error {
	different, err := s.differs(ctx)
	if err != nil || !different {
		return err
	}
	there, err := s.hasTable(ctx, "decisions")
	if err != nil {
		return err
	}
	everywhere := s.cluster.everywhere()
	definition := fmt.Sprintf("%s AS %s.decisions_local ENGINE = Distributed('%s', '%s', decisions_local, cityHash64(site, subject))",
		everywhere, quoted(s.cluster.database), s.cluster.name, s.cluster.database)
	statements := []string{"CREATE TABLE IF NOT EXISTS decisions" + definition}
	if there {
		statements = []string{
			"DROP TABLE IF EXISTS decisions_next" + everywhere,
			"CREATE TABLE decisions_next" + definition,
			"RENAME TABLE decisions TO decisions_former, decisions_next TO decisions" + everywhere,
			"DROP TABLE IF EXISTS decisions_former" + everywhere,
		}
	}
	for _, statement := range statements {
		if err := s.persist(ctx, statement); err != nil {
			return fmt.Errorf("distribute: %w", err)
		}
	}
	return nil
}

// inspect refuses a database whose tables were made the other way, and learns how many replicas make a majority. Where
// shards differ, the smallest counts, so that each can be written to.
func (s *Store) inspect(ctx context.Context) error {
	var distributed, merging uint64
	if err := s.conn.QueryRow(ctx, `SELECT countIf(engine = 'Distributed'), countIf(engine != 'Distributed') FROM system.tables
		WHERE database = currentDatabase() AND name = 'decisions'`).Scan(&distributed, &merging); err != nil {
		return fmt.Errorf("look for the table: %w", err)
	}
	switch {
	case s.cluster == nil && distributed > 0:
		return errors.New("its tables were made for a cluster: name it with --clickhouse-cluster")
	case s.cluster == nil:
		return nil
	case merging > 0:
		return errors.New("its tables were made for one server: name another database with CLICKHOUSE_URL, or leave out --clickhouse-cluster")
	}
	var replicas uint64
	if err := s.conn.QueryRow(ctx, `SELECT min(replicas) FROM (
		SELECT count() AS replicas FROM system.clusters WHERE cluster = ? GROUP BY shard_num)`, s.cluster.name).Scan(&replicas); err != nil {
		return fmt.Errorf("look for the cluster: %w", err)
	}
	if replicas == 0 {
		return fmt.Errorf("it has no cluster %q: give --clickhouse-cluster a name that system.clusters lists", s.cluster.name)
	}
	s.cluster.majority.Store(int64(replicas/2 + 1))
	return nil
}
