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

const countTable = "SELECT count() FROM system.tables WHERE database = currentDatabase() AND name = 'decisions'"

// migrate applies what is missing and the server is new enough for. ClickHouse has no transactions and no locks: every
// step may be applied twice, also by two servers at the same moment, so a step that fails is tried again.
func (s *Store) migrate(ctx context.Context, version *clickhouse.ServerVersion) error {
	steps, err := schemas.Migrations("clickhouse")
	if err != nil {
		return err
	}
	if err := s.persist(ctx, createMigrations); err != nil {
		return fmt.Errorf("create table of migrations: %w", err)
	}
	applied, err := s.applied(ctx)
	if err != nil {
		return fmt.Errorf("read table of migrations: %w", err)
	}
	for number := range applied {
		if number > len(steps) {
			return fmt.Errorf("it was written by a newer version of assent (schema %d, this one knows %d): upgrade assent", number, len(steps))
		}
	}
	var tables uint64
	if err := s.conn.QueryRow(ctx, countTable).Scan(&tables); err != nil {
		return fmt.Errorf("look for the table: %w", err)
	}
	if tables == 0 {
		clear(applied) // Somebody dropped it and left the table of migrations.
	}
	for _, step := range steps {
		least, err := needs(step.SQL)
		if err != nil {
			return fmt.Errorf("read %s: %w", step.Name, err)
		}
		if applied[step.Number] || older(version, least) {
			continue
		}
		if err := s.apply(ctx, step); err != nil {
			return fmt.Errorf("apply %s: %w", step.Name, err)
		}
	}
	return nil
}

func (s *Store) apply(ctx context.Context, step schemas.Migration) error {
	for statement := range strings.SplitSeq(step.SQL, ";\n") {
		if strings.TrimSpace(statement) == "" {
			continue
		}
		if err := s.persist(ctx, statement); err != nil && !isColumnThere(statement, err) {
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
