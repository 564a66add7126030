package embeddedstore

import (
	"context"
	"database/sql"
	"errors"
	"fmt"

	"assent/server/internal/reporting"
	"assent/server/internal/rollup"
)

var _ reporting.Roller = (*Store)(nil)

// rollAtOnce is how many decisions are rolled up in one transaction: decisions that come meanwhile wait for it.
const rollAtOnce = 2000

// RollUp implements reporting.Roller. What it reads, it reads before it takes the lock that recording needs.
func (s *Store) RollUp(ctx context.Context, least int) error {
	for {
		rolled, err := s.rollDecisions(ctx, least)
		if err != nil {
			return unavailable("roll up decisions", err)
		}
		if !rolled {
			break
		}
	}
	if err := s.rebuildHours(ctx); err != nil {
		return err
	}
	if err := s.rollExposures(ctx); err != nil {
		return unavailable("roll up exposures", err)
	}
	return nil
}

// rollUpSoFar takes up what was recorded until now, however much comes meanwhile. Whoever else rolls up has nothing of that in
// hand then, which it would write after it was removed.
func (s *Store) rollUpSoFar(ctx context.Context) error {
	var last int64
	if err := s.read.QueryRowContext(ctx, "SELECT coalesce(max(seq), 0) FROM decisions").Scan(&last); err != nil {
		return unavailable("roll up decisions", err)
	}
	for {
		var done bool
		if err := s.read.QueryRowContext(ctx, "SELECT seq >= ? FROM rollup_cursor", last).Scan(&done); err != nil {
			return unavailable("roll up decisions", err)
		}
		if done {
			return nil
		}
		if rolled, err := s.rollDecisions(ctx, 1); err != nil {
			return unavailable("roll up decisions", err)
		} else if !rolled {
			return nil // The last ones were removed meanwhile.
		}
	}
}

// rebuildHours counts all stale hours anew.
func (s *Store) rebuildHours(ctx context.Context) error {
	for {
		rebuilt, err := s.rebuildHour(ctx)
		if err != nil {
			return unavailable("roll up an hour anew", err)
		}
		if !rebuilt {
			return nil
		}
	}
}

// rollDecisions takes up the next decisions, in the order of recording; false when there are too few.
func (s *Store) rollDecisions(ctx context.Context, least int) (rolled bool, err error) {
	var from, to sql.NullInt64
	var count int
	read := hours{dimensions: reporting.OfDecisions}
	err = s.snapshot(ctx, func(tx *sql.Tx) error {
		if err := tx.QueryRowContext(ctx, "SELECT seq FROM rollup_cursor").Scan(&from); err != nil {
			return err
		}
		if err := tx.QueryRowContext(ctx, "SELECT max(seq), count(*) FROM (SELECT seq FROM decisions WHERE seq > ? ORDER BY seq LIMIT ?)",
			from, rollAtOnce).Scan(&to, &count); err != nil || count == 0 || count < least {
			return err
		}
		return read.read(ctx, tx, "SELECT site, "+factColumns+" FROM decisions NOT INDEXED WHERE seq > ? AND seq <= ?", from, to)
	})
	if err != nil || count == 0 || count < least {
		return false, err
	}
	return true, s.change(ctx, func(tx *sql.Tx) error {
		// Another process may have been faster.
		moved, err := tx.ExecContext(ctx, "UPDATE rollup_cursor SET seq = ? WHERE seq = ?", to, from)
		if err != nil {
			return err
		}
		if n, err := moved.RowsAffected(); err != nil || n == 0 {
			return err
		}
		return read.merge(ctx, tx, ofDecisions)
	})
}

// rebuildHour counts one stale hour from its decisions; false when there is none.
func (s *Store) rebuildHour(ctx context.Context) (rebuilt bool, err error) {
	var at siteHour
	var changes, cursor int64
	read := hours{dimensions: reporting.OfDecisions}
	err = s.snapshot(ctx, func(tx *sql.Tx) error {
		err := tx.QueryRowContext(ctx, "SELECT site, hour, changes, (SELECT seq FROM rollup_cursor) FROM rollup_stale LIMIT 1").
			Scan(&at.site, &at.hour, &changes, &cursor)
		if err != nil {
			return err
		}
		return read.read(ctx, tx, hourQuery, at.site, at.hour*hourMicros, (at.hour+1)*hourMicros)
	})
	if errors.Is(err, sql.ErrNoRows) {
		return false, nil
	}
	if err != nil {
		return false, err
	}
	return true, s.change(ctx, func(tx *sql.Tx) error {
		// Decisions may have come or gone since they were read; then the next attempt counts them.
		done, err := tx.ExecContext(ctx, `DELETE FROM rollup_stale WHERE site = ? AND hour = ? AND changes = ?
			AND (SELECT seq FROM rollup_cursor) = ?`, at.site, at.hour, changes, cursor)
		if err != nil {
			return err
		}
		if n, err := done.RowsAffected(); err != nil || n == 0 {
			return err
		}
		if _, err := tx.ExecContext(ctx, "DELETE FROM rollup_columns WHERE site = ? AND kind = ? AND hour = ? AND name IN ("+placeholders(len(columnNames(ofDecisions)))+")",
			append([]any{at.site, ofDecisions, at.hour}, columnNames(ofDecisions)...)...); err != nil {
			return err
		}
		return read.merge(ctx, tx, ofDecisions)
	})
}

// rollExposures takes up the counters of hours that are over.
func (s *Store) rollExposures(ctx context.Context) error {
	this := s.now().Unix() / hourSeconds * rollup.SlotsPerHour
	var waiting bool
	if err := s.read.QueryRowContext(ctx, "SELECT EXISTS (SELECT 1 FROM exposures WHERE slot < ?)", this).Scan(&waiting); err != nil || !waiting {
		return err
	}
	return s.change(ctx, func(tx *sql.Tx) error {
		read := hours{dimensions: reporting.OfExposures}
		if err := read.readExposures(ctx, tx, "slot < ?", this); err != nil {
			return err
		}
		if _, err := tx.ExecContext(ctx, "DELETE FROM exposures WHERE slot < ?", this); err != nil {
			return err
		}
		return read.merge(ctx, tx, ofExposures)
	})
}

// change runs do in one transaction.
func (s *Store) change(ctx context.Context, do func(*sql.Tx) error) (err error) {
	tx, err := s.write.BeginTx(ctx, nil)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, rollback(tx)) }()
	if err := do(tx); err != nil {
		return err
	}
	return tx.Commit()
}

// merge adds what was read to the roll-up.
func (h *hours) merge(ctx context.Context, tx *sql.Tx, kind string) error {
	for at, builder := range h.builders {
		known, err := readColumns(ctx, tx, kind, at)
		if err != nil {
			return err
		}
		if len(known) > 0 {
			if err := builder.AddPacked(known); err != nil {
				return fmt.Errorf("hour %d of %s: %w", at.hour, at.site, err)
			}
		}
		for name, data := range builder.Pack() {
			if _, err := tx.ExecContext(ctx, `INSERT INTO rollup_columns (site, kind, name, hour, data) VALUES (?, ?, ?, ?, ?)
				ON CONFLICT DO UPDATE SET data = excluded.data`, at.site, kind, name, at.hour, data); err != nil {
				return err
			}
		}
	}
	return nil
}

func readColumns(ctx context.Context, tx *sql.Tx, kind string, at siteHour) (map[string][]byte, error) {
	names := columnNames(kind)
	rows, err := tx.QueryContext(ctx, "SELECT name, data FROM rollup_columns WHERE site = ? AND kind = ? AND hour = ? AND name IN ("+placeholders(len(names))+")",
		append([]any{at.site, kind, at.hour}, names...)...)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	packed := map[string][]byte{}
	for rows.Next() {
		var name string
		var data []byte
		if err := rows.Scan(&name, &data); err != nil {
			return nil, err
		}
		packed[name] = data
	}
	return packed, rows.Err()
}

// columnNames are those of a kind, which the key of rollup_columns has before the hour.
func columnNames(kind string) []any {
	dimensions := reporting.OfDecisions
	if kind == ofExposures {
		dimensions = reporting.OfExposures
	}
	var names []any
	for _, name := range rollup.Names(dimensions) {
		names = append(names, name)
	}
	return names
}
