package embeddedstore

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"assent/server/internal/consent"
	"assent/server/internal/retention"
	"assent/server/internal/rights"
	"assent/server/internal/transparency"
)

var (
	_ retention.Store = (*Store)(nil)
	_ retention.Times = (*Store)(nil)
)

// expiredDecisions takes decisions that the log has, are held by nobody, and are no current choice that is still in force.
const expiredDecisions = ` FROM decisions d WHERE site = ?1 AND recorded_at < ?2 AND seq <= ?6
	AND subject NOT IN (SELECT value FROM json_each(?4))
	AND NOT EXISTS (SELECT 1 FROM json_each(?5) p WHERE recorded_at >= p.value ->> 'From' AND recorded_at < p.value ->> 'To')
	AND (recorded_at + lifetime_days * 86400000000 <= ?3 OR EXISTS (SELECT 1 FROM decisions later
		WHERE later.subject = d.subject AND later.site = d.site AND (later.recorded_at, later.id) > (d.recorded_at, d.id)))`

// expiredExposures takes hours of the roll-up, which nobody's decisions are in: holds of subjects say nothing about them.
const expiredExposures = ` FROM rollup_columns WHERE kind = 'exposures' AND site = ?1 AND (hour + 1) * 3600000000 <= ?2
	AND NOT EXISTS (SELECT 1 FROM json_each(?3) p WHERE (hour + 1) * 3600000000 > p.value ->> 'From' AND hour * 3600000000 < p.value ->> 'To')`

// Expired implements retention.Store.
func (s *Store) Expired(ctx context.Context, scope retention.Scope) (months []retention.Month, err error) {
	condition, args, err := expired(ctx, s.read, scope)
	if err != nil {
		return nil, unavailable("count what expired", err)
	}
	month, counted := "strftime('%Y-%m', recorded_at / 1000000, 'unixepoch')", "count(*)"
	if scope.Class == retention.Exposures {
		month, counted = "strftime('%Y-%m', hour * 3600, 'unixepoch')", "count(DISTINCT hour)"
	}
	rows, err := s.read.QueryContext(ctx, "SELECT "+month+" AS month, "+counted+condition+" GROUP BY month ORDER BY month", args...)
	if err != nil {
		return nil, unavailable("count what expired", err)
	}
	defer func() { err = errors.Join(err, rows.Close()) }()
	for rows.Next() {
		var next retention.Month
		if err := rows.Scan(&next.Month, &next.Count); err != nil {
			return nil, unavailable("count what expired", err)
		}
		months = append(months, next)
	}
	if err := rows.Err(); err != nil {
		return nil, unavailable("count what expired", err)
	}
	return months, nil
}

// Kept implements retention.Store.
func (s *Store) Kept(ctx context.Context, class retention.Class, site string, before time.Time) (n int, err error) {
	statement := "SELECT count(*) FROM decisions WHERE site = ? AND recorded_at < ?"
	if class == retention.Exposures {
		statement = "SELECT count(DISTINCT hour) FROM rollup_columns WHERE kind = 'exposures' AND site = ? AND (hour + 1) * 3600000000 <= ?"
	}
	if err := s.read.QueryRowContext(ctx, statement, site, consent.Micros(before)).Scan(&n); err != nil {
		return 0, unavailable("count what is kept", err)
	}
	return n, nil
}

// RemoveExpired implements retention.Store. Each decision leaves a tombstone, as when it is erased.
func (s *Store) RemoveExpired(ctx context.Context, scope retention.Scope, most int) (removed int, err error) {
	err = s.change(ctx, func(tx *sql.Tx) error {
		removed = 0
		condition, args, err := expired(ctx, tx, scope)
		if err != nil {
			return err
		}
		column, order := "seq", "recorded_at"
		if scope.Class == retention.Exposures {
			column, order = "DISTINCT hour", "hour"
		}
		places, err := readPlaces(tx.QueryContext(ctx, fmt.Sprintf("SELECT %s%s ORDER BY %s LIMIT %d", column, condition, order, most), args...))
		if err != nil {
			return err
		}
		for _, place := range places {
			if scope.Class == retention.Exposures {
				_, err = tx.ExecContext(ctx, "DELETE FROM rollup_columns WHERE kind = 'exposures' AND site = ? AND hour = ?", scope.Site, place)
			} else {
				err = bury(ctx, tx, place, transparency.Tombstone{At: scope.Now.UTC().Truncate(time.Microsecond), Reason: rights.ByRetention})
			}
			if err != nil {
				return err
			}
		}
		removed = len(places)
		return nil
	})
	if err != nil {
		return 0, unavailable("remove what expired", err)
	}
	return removed, nil
}

// Recover implements retention.Store. RemoveExpired does all or nothing.
func (s *Store) Recover(context.Context, retention.Class, string) error { return nil }

// Settle implements retention.Store.
func (s *Store) Settle(ctx context.Context, _ retention.Class) error {
	if err := s.RollUp(ctx, 1); err != nil {
		return err
	}
	return s.forgetWritten(ctx)
}

// RecordedAt implements retention.Times.
func (s *Store) RecordedAt(ctx context.Context, site, subject string) ([]time.Time, error) {
	found, err := readPlaces(s.read.QueryContext(ctx, "SELECT recorded_at FROM decisions WHERE subject = ? AND site = ?", subject, site))
	if err != nil {
		return nil, unavailable("read times of decisions", err)
	}
	times := make([]time.Time, len(found))
	for i, micros := range found {
		times[i] = consent.FromMicros(micros)
	}
	return times, nil
}

// expired is the condition for what may go, with its arguments.
func expired(ctx context.Context, db interface {
	QueryRowContext(context.Context, string, ...any) *sql.Row
}, scope retention.Scope) (string, []any, error) {
	periods, err := json.Marshal(append([]retention.Period{}, scope.Periods...))
	if err != nil {
		return "", nil, err
	}
	if scope.Class == retention.Exposures {
		return expiredExposures, []any{scope.Site, consent.Micros(scope.Before), string(periods)}, nil
	}
	subjects, err := json.Marshal(append([]string{}, scope.Subjects...))
	if err != nil {
		return "", nil, err
	}
	last, err := lastBundle(ctx, db)
	if err != nil {
		return "", nil, err
	}
	return expiredDecisions, []any{scope.Site, consent.Micros(scope.Before), consent.Micros(scope.Now), string(subjects), string(periods), last.lastPosition()}, nil
}

func readPlaces(rows *sql.Rows, err error) (places []int64, _ error) {
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	for rows.Next() {
		var place int64
		if err := rows.Scan(&place); err != nil {
			return nil, err
		}
		places = append(places, place)
	}
	return places, rows.Err()
}
