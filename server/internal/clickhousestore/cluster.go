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
//   - decisions, a Distributed table over all of those, which is what the rest of this package reads and writes,
//
// and the same for the other tables of spread.
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

// spread are the tables that lie on all shards, and what says on which a row does.
var spread = map[string]string{
	"decisions": "cityHash64(site, subject)", "exposures": "cityHash64(site, slot)",
	"log_entries": "cityHash64(log, place)", "log_tiles": "cityHash64(log, level, n)", "log_checkpoints": "cityHash64(log, hour)",
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
	switch {
	case spread[table] != "":
		table += "_local"
	case table == "assent_migrations": // One for all shards.
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

// differing finds the Distributed tables of which a column is in only one of the two tables, or is otherwise there.
const differing = `SELECT DISTINCT pair FROM (
		SELECT replaceOne(table, '_local', '') AS pair, name, type, default_kind, default_expression, count() AS tables FROM system.columns
		WHERE database = currentDatabase() AND table IN ('decisions', 'decisions_local', 'exposures', 'exposures_local')
		GROUP BY pair, name, type, default_kind, default_expression
	) WHERE tables = 1`

// differing returns the Distributed tables that have other columns than the tables that they lead to.
func (s *Store) differing(ctx context.Context) ([]string, error) {
	if s.cluster == nil {
		return nil, nil
	}
	rows, err := s.conn.Query(ctx, differing)
	if err != nil {
		return nil, fmt.Errorf("compare columns: %w", err)
	}
	var tables []string
	for rows.Next() {
		var table string
		if err := rows.Scan(&table); err != nil {
			return nil, closeRows(rows, err)
		}
		tables = append(tables, table)
	}
	return tables, closeRows(rows, rows.Err())
}

// distribute gives the Distributed tables the columns of the tables that they lead to.
func (s *Store) distribute(ctx context.Context) error {
	tables, err := s.differing(ctx)
	if err != nil {
		return err
	}
	for _, table := range tables {
		if err := s.distributeOne(ctx, table); err != nil {
			return err
		}
	}
	return nil
}

// distributeOne makes a table anew and exchanges it, since it holds nothing itself: old servers cannot alter one on a cluster.
func (s *Store) distributeOne(ctx context.Context, table string) error {
	there, err := s.hasTable(ctx, table)
	if err != nil {
		return err
	}
	everywhere := s.cluster.everywhere()
	definition := fmt.Sprintf("%s AS %s.%s_local ENGINE = Distributed('%s', '%s', %s_local, %s)",
		everywhere, quoted(s.cluster.database), table, s.cluster.name, s.cluster.database, table, spread[table])
	statements := []string{"CREATE TABLE IF NOT EXISTS " + table + definition}
	if there {
		statements = []string{
			"DROP TABLE IF EXISTS " + table + "_next" + everywhere,
			"CREATE TABLE " + table + "_next" + definition,
			"RENAME TABLE " + table + " TO " + table + "_former, " + table + "_next TO " + table + everywhere,
			"DROP TABLE IF EXISTS " + table + "_former" + everywhere,
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
