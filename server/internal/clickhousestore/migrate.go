package clickhousestore

import (
	"context"
	"fmt"
	"math/rand/v2"
	"strings"
	"time"

	"github.com/ClickHouse/clickhouse-go/v2"

	"assent/schemas"
)

const createMigrations = `CREATE TABLE IF NOT EXISTS assent_migrations (number UInt32, name String, applied DateTime)
	ENGINE = ReplacingMergeTree(applied) ORDER BY number`

const countTables = "SELECT count() FROM system.tables WHERE database = currentDatabase() AND name = ?"

// migrate applies what is missing and the server is new enough for. ClickHouse has no transactions and no locks: every
// step may be applied twice, also by two servers at the same moment, so a step that fails is tried again. Processes that
// share a lock take turns nevertheless.
func (s *Store) migrate(ctx context.Context, version *clickhouse.ServerVersion) error {
	if err := s.inspect(ctx); err != nil {
		return err
	}
	missing, err := s.missing(ctx, version)
	if err != nil {
		return err
	}
	apart, err := s.differing(ctx)
	if err != nil || len(missing) == 0 && len(apart) == 0 {
		return err
	}
	return s.alone(ctx, func() error {
		if err := s.persist(ctx, s.cluster.place(createMigrations)); err != nil {
			return fmt.Errorf("create table of migrations: %w", err)
		}
		missing, err := s.missing(ctx, version) // Fewer, when another process was first.
		if err != nil {
			return err
		}
		for _, step := range missing {
			if err := s.apply(ctx, step); err != nil {
				return fmt.Errorf("apply %s: %w", step.Name, err)
			}
		}
		return s.distribute(ctx)
	})
}

// missing are the steps that the server is new enough for and that were not applied yet.
func (s *Store) missing(ctx context.Context, version *clickhouse.ServerVersion) ([]schemas.Migration, error) {
	steps, err := schemas.Migrations("clickhouse")
	if err != nil {
		return nil, err
	}
	applied, err := s.applied(ctx)
	if err != nil {
		return nil, fmt.Errorf("read table of migrations: %w", err)
	}
	for number := range applied {
		if number > len(steps) {
			return nil, fmt.Errorf("it was written by a newer version of assent (schema %d, this one knows %d): upgrade assent", number, len(steps))
		}
	}
	there, err := s.hasTable(ctx, s.cluster.table())
	if err != nil {
		return nil, err
	}
	if !there {
		clear(applied) // Somebody dropped it and left the table of migrations.
	}
	var missing []schemas.Migration
	for _, step := range steps {
		least, err := needs(step.SQL)
		if err != nil {
			return nil, fmt.Errorf("read %s: %w", step.Name, err)
		}
		if !applied[step.Number] && !older(version, least) {
			missing = append(missing, step)
		}
	}
	return missing, nil
}

func (s *Store) hasTable(ctx context.Context, name string) (bool, error) {
	var tables uint64
	if err := s.conn.QueryRow(ctx, countTables, name).Scan(&tables); err != nil {
		return false, fmt.Errorf("look for table %s: %w", name, err)
	}
	return tables > 0, nil
}

func (s *Store) apply(ctx context.Context, step schemas.Migration) error {
	for statement := range strings.SplitSeq(step.SQL, ";\n") {
		if strings.TrimSpace(statement) == "" {
			continue
		}
		if err := s.persist(ctx, s.cluster.place(statement)); err != nil && !isColumnThere(statement, err) {
			return err
		}
	}
	return s.conn.Exec(ctx, "INSERT INTO assent_migrations SELECT toUInt32(?), ?, now()", step.Number, step.Name)
}

// isColumnThere reports whether a statement failed because its column was added before, by an earlier attempt or by
// another server.
func isColumnThere(statement string, err error) bool {
	return strings.Contains(statement, " ADD COLUMN ") && hasCode(err, duplicateColumn, illegalColumn) &&
		strings.Contains(err.Error(), "already exists")
}

// persist repeats a statement that may have met the same statement of another server.
func (s *Store) persist(ctx context.Context, statement string) error {
	const attempts = 5
	for attempt := 1; ; attempt++ {
		err := s.conn.Exec(ctx, statement)
		if s.cluster.isUnderWay(err) {
			return nil
		}
		if err == nil || attempt == attempts || hasCode(err, unknownDatabase) || isColumnThere(statement, err) {
			return err
		}
		select {
		case <-ctx.Done():
			return err
		case <-time.After(time.Duration(attempt) * (50*time.Millisecond + rand.N(100*time.Millisecond))):
		}
	}
}

func (s *Store) applied(ctx context.Context) (map[int]bool, error) {
	there, err := s.hasTable(ctx, "assent_migrations")
	if err != nil || !there {
		return nil, err
	}
	rows, err := s.conn.Query(ctx, "SELECT DISTINCT number FROM assent_migrations")
	if err != nil {
		return nil, err
	}
	applied := map[int]bool{}
	for rows.Next() {
		var number uint32
		if err := rows.Scan(&number); err != nil {
			return nil, closeRows(rows, err)
		}
		applied[int(number)] = true
	}
	return applied, closeRows(rows, rows.Err())
}

// needs reads the guard in a migration's first line; without one every server will do.
func needs(sql string) (least [2]int, err error) {
	const guard = "-- needs ClickHouse "
	first, _, _ := strings.Cut(sql, "\n")
	if !strings.HasPrefix(first, guard) {
		return least, nil
	}
	if _, err := fmt.Sscanf(strings.TrimPrefix(first, guard), "%d.%d", &least[0], &least[1]); err != nil {
		return least, fmt.Errorf("want %q with a version such as 22.8: %w", guard, err)
	}
	return least, nil
}

func older(version *clickhouse.ServerVersion, least [2]int) bool {
	major, minor := int(version.Version.Major), int(version.Version.Minor)
	return major < least[0] || major == least[0] && minor < least[1]
}
