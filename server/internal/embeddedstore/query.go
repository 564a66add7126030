package embeddedstore

import (
	"context"
	"time"

	"github.com/google/uuid"

	"assent/schemas"
	"assent/server/internal/consent"
	"assent/server/internal/reporting"
)

var _ reporting.Query = (*Store)(nil)

// Days implements reporting.Query.
func (s *Store) Days(ctx context.Context, site string, from, to time.Time, leftOut ...string) ([]schemas.Day, error) {
	rows, err := s.read.QueryContext(ctx, `SELECT date(recorded_at / 1000000, 'unixepoch') AS day, count(*) FILTER (WHERE outcome <> 'bot'),
			count(*) FILTER (WHERE outcome = 'accepted'), count(*) FILTER (WHERE outcome = 'refused'),
			count(*) FILTER (WHERE outcome = 'partial'), count(*) FILTER (WHERE outcome = 'signal'),
			count(*) FILTER (WHERE outcome = 'bot')
		FROM decisions WHERE site = ? AND recorded_at >= ? AND recorded_at < ? AND subject NOT IN `+listed+` GROUP BY day ORDER BY day`,
		site, consent.Micros(from), consent.Micros(to), list(leftOut))
	if err != nil {
		return nil, unavailable("count days", err)
	}
	defer rows.Close()
	days := []schemas.Day{}
	for rows.Next() {
		var d schemas.Day
		t := &d.Tally
		if err := rows.Scan(&d.Day, &t.Decisions, &t.Accepted, &t.Refused, &t.Partial, &t.Signals, &t.Bots); err != nil {
			return nil, unavailable("count days", err)
		}
		days = append(days, d)
	}
	if err := rows.Err(); err != nil {
		return nil, unavailable("count days", err)
	}
	return days, nil
}

// Purposes implements reporting.Query.
func (s *Store) Purposes(ctx context.Context, site string, from, to time.Time, leftOut ...string) ([]schemas.PurposeShare, error) {
	rows, err := s.read.QueryContext(ctx, `SELECT answer.key, sum(answer.value), count(*)
		FROM decisions, json_each(decisions.purposes) AS answer
		WHERE site = ? AND recorded_at >= ? AND recorded_at < ? AND outcome <> 'bot' AND subject NOT IN `+listed+` GROUP BY answer.key ORDER BY answer.key`,
		site, consent.Micros(from), consent.Micros(to), list(leftOut))
	if err != nil {
		return nil, unavailable("count purposes", err)
	}
	defer rows.Close()
	shares := []schemas.PurposeShare{}
	for rows.Next() {
		var p schemas.PurposeShare
		if err := rows.Scan(&p.Purpose, &p.Granted, &p.Decided); err != nil {
			return nil, unavailable("count purposes", err)
		}
		shares = append(shares, p)
	}
	if err := rows.Err(); err != nil {
		return nil, unavailable("count purposes", err)
	}
	return shares, nil
}

// Recent implements reporting.Query.
func (s *Store) Recent(ctx context.Context, site string, limit int, leftOut ...string) ([]consent.Record, error) {
	rows, err := s.read.QueryContext(ctx, "SELECT "+decisionColumns+` FROM decisions
		WHERE site = ? AND subject NOT IN `+listed+` ORDER BY recorded_at DESC, id DESC LIMIT ?`, site, list(leftOut), limit)
	if err != nil {
		return nil, unavailable("read decisions", err)
	}
	return scanDecisions(rows)
}

// Find implements reporting.Query.
func (s *Store) Find(ctx context.Context, id string) ([]consent.Record, error) {
	parsed, err := uuid.Parse(id)
	if err != nil {
		return []consent.Record{}, nil
	}
	rows, err := s.read.QueryContext(ctx, "SELECT "+decisionColumns+" FROM decisions WHERE id = ?", parsed[:])
	if err != nil {
		return nil, unavailable("read decisions", err)
	}
	return scanDecisions(rows)
}
