package clickhousestore

import (
	"context"
	"fmt"
	"math"
	"strings"
	"time"

	"github.com/ClickHouse/clickhouse-go/v2/lib/driver"
	"github.com/google/uuid"

	"assent/schemas"
	"assent/server/internal/consent"
	"assent/server/internal/reporting"
)

var _ reporting.Query = (*Store)(nil)

// A decision that was delivered twice counts at its first time of recording, also before ClickHouse has merged the
// rows, and also when that time lies before the period asked for. So every query looks at
//   - the rows of the period, and
//   - earlier rows with an id of the period, which the primary key finds,
//
// takes the first of each (id, subject), and drops those that began before the period. Rows after the period cannot
// matter.
const (
	ofPeriod = `site = ? AND recorded_at < ? AND (recorded_at >= ?
		OR id IN (SELECT id FROM decisions WHERE site = ? AND recorded_at < ? AND recorded_at >= ?))`

	// Each has a place for a condition of butThose.
	daysQuery = `SELECT toString(first_day), first_outcome, count() FROM (
			SELECT id, subject, min(recorded_at) AS first, argMin(day, recorded_at) AS first_day,
				argMin(outcome, recorded_at) AS first_outcome
			FROM decisions WHERE ` + ofPeriod + `%s GROUP BY id, subject
		) WHERE first >= ? GROUP BY first_day, first_outcome ORDER BY first_day`

	purposesQuery = `SELECT purpose, sum(yes), count() FROM (
			SELECT arrayConcat(granted, refused) AS names,
				arrayConcat(arrayMap(x -> 1, granted), arrayMap(x -> 0, refused)) AS answers
			FROM (
				SELECT id, subject, min(recorded_at) AS first, argMin(purposes_granted, recorded_at) AS granted,
					argMin(purposes_refused, recorded_at) AS refused,
					argMin(outcome, recorded_at) AS first_outcome
				FROM decisions WHERE ` + ofPeriod + `%s GROUP BY id, subject
			) WHERE first >= ? AND first_outcome <> 'bot'
		) ARRAY JOIN names AS purpose, answers AS yes GROUP BY purpose ORDER BY purpose`

	// reachQuery looks only at times: it tells how many rows there are and how far back the latest of them go.
	reachQuery = `SELECT count(), min(recorded_at) FROM (
			SELECT recorded_at FROM decisions WHERE site = ?%s ORDER BY recorded_at DESC LIMIT ?
		)`

	recentQuery = `SELECT ` + columns + ` FROM (
			SELECT ` + columns + ` FROM decisions WHERE ` + ofPeriod + `%s ORDER BY recorded_at LIMIT 1 BY id, subject
		) WHERE recorded_at >= ? ORDER BY recorded_at DESC, id DESC LIMIT ?`

	findQuery = `SELECT ` + columns + ` FROM decisions WHERE id = toFixedString(unhex(?), 16)
		ORDER BY recorded_at LIMIT 1 BY site, subject`
)

// periodArguments are those of ofPeriod, of a condition behind it, and the bound after it.
func periodArguments(site string, from, to int64, further ...any) []any {
	return append(append([]any{site, to, from, site, to, from}, further...), from)
}

// butThose is a condition that leaves subjects out, and its arguments.
func butThose(subjects []string) (condition string, arguments []any) {
	if len(subjects) == 0 {
		return "", nil
	}
	for _, subject := range subjects {
		arguments = append(arguments, subject)
	}
	return " AND subject NOT IN (" + strings.TrimSuffix(strings.Repeat("?, ", len(subjects)), ", ") + ")", arguments
}

// Days implements reporting.Query.
func (s *Store) Days(ctx context.Context, site string, from, to time.Time, leftOut ...string) ([]schemas.Day, error) {
	var days []schemas.Day
	var day, outcome string
	var count uint64
	others, subjects := butThose(leftOut)
	err := s.each(ctx, fmt.Sprintf(daysQuery, others), periodArguments(site, from.UnixMicro(), to.UnixMicro(), subjects...), []any{&day, &outcome, &count}, func() {
		if len(days) == 0 || days[len(days)-1].Day != day {
			days = append(days, schemas.Day{Day: day})
		}
		add(&days[len(days)-1].Tally, consent.Outcome(outcome), int(count))
	})
	return days, err
}

func add(tally *schemas.Tally, outcome consent.Outcome, count int) {
	if outcome == consent.Bot {
		tally.Bots += count
		return
	}
	tally.Decisions += count
	switch outcome {
	case consent.Accepted:
		tally.Accepted += count
	case consent.Refused:
		tally.Refused += count
	case consent.Partial:
		tally.Partial += count
	case consent.Signaled:
		tally.Signals += count
	}
}

// Purposes implements reporting.Query.
func (s *Store) Purposes(ctx context.Context, site string, from, to time.Time, leftOut ...string) ([]schemas.PurposeShare, error) {
	var shares []schemas.PurposeShare
	var purpose string
	var granted, decided uint64
	others, subjects := butThose(leftOut)
	err := s.each(ctx, fmt.Sprintf(purposesQuery, others), periodArguments(site, from.UnixMicro(), to.UnixMicro(), subjects...), []any{&purpose, &granted, &decided}, func() {
		shares = append(shares, schemas.PurposeShare{Purpose: purpose, Granted: int(granted), Decided: int(decided)})
	})
	return shares, err
}

// Recent implements reporting.Query. It reads whole rows only as far back as the answer needs; when duplicates make
// that too few, it looks further back.
func (s *Store) Recent(ctx context.Context, site string, limit int, leftOut ...string) ([]consent.Record, error) {
	if limit <= 0 {
		return nil, nil
	}
	others, subjects := butThose(leftOut)
	for reach := uint64(limit); ; reach *= 4 {
		var count uint64
		var oldest int64
		if err := s.each(ctx, fmt.Sprintf(reachQuery, others), append(append([]any{site}, subjects...), reach), []any{&count, &oldest}, func() {}); err != nil || count == 0 {
			return nil, err
		}
		records, err := s.records(ctx, fmt.Sprintf(recentQuery, others), append(periodArguments(site, oldest, math.MaxInt64, subjects...), limit)...)
		if err != nil || len(records) == limit || count < reach {
			return records, err
		}
	}
}

// Find implements reporting.Query.
func (s *Store) Find(ctx context.Context, id string) ([]consent.Record, error) {
	parsed, err := uuid.Parse(id)
	if err != nil {
		return nil, nil // What is no id cannot be recorded.
	}
	return s.records(ctx, findQuery, hexadecimal(parsed))
}

func hexadecimal(id uuid.UUID) string {
	text := id.String()
	return text[0:8] + text[9:13] + text[14:18] + text[19:23] + text[24:]
}

func (s *Store) query(ctx context.Context, query string, arguments ...any) (driver.Rows, error) {
	if _, err := s.ready(ctx); err != nil {
		return nil, err
	}
	rows, err := await(ctx, func() (driver.Rows, error) {
		return s.conn.Query(ctx, s.cluster.reading(query), arguments...)
	}, driver.Rows.Close)
	if err != nil {
		return nil, s.unavailable("query", err)
	}
	return rows, nil
}

// each runs the query and calls do after each row has been scanned into row.
func (s *Store) each(ctx context.Context, query string, arguments, row []any, do func()) error {
	rows, err := s.query(ctx, query, arguments...)
	if err != nil {
		return err
	}
	for rows.Next() {
		if err := rows.Scan(row...); err != nil {
			return s.unavailable("query", closeRows(rows, err))
		}
		do()
	}
	if err := closeRows(rows, rows.Err()); err != nil {
		return s.unavailable("query", err)
	}
	return nil
}

func (s *Store) records(ctx context.Context, query string, arguments ...any) ([]consent.Record, error) {
	rows, err := s.query(ctx, query, arguments...)
	if err != nil {
		return nil, err
	}
	var records []consent.Record
	for rows.Next() {
		record, err := scan(rows)
		if err != nil {
			return nil, s.unavailable("query", closeRows(rows, err))
		}
		records = append(records, record)
	}
	if err := closeRows(rows, rows.Err()); err != nil {
		return nil, s.unavailable("query", err)
	}
	return records, nil
}
