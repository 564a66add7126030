package clickhousestore

import (
	"context"
	"time"

	"assent/server/internal/consent"
	"assent/server/internal/moving"
)

var _ moving.Trail = (*Store)(nil)

// everything is read block by block; FINAL leaves out what was delivered twice, also while ClickHouse has not merged it.
const everything = "SELECT " + columns + " FROM decisions FINAL"

// Decisions implements moving.Trail.
func (s *Store) Decisions(ctx context.Context, do func(consent.Record) error) error {
	return s.stream(ctx, do, everything)
}

// longestStream is far more than the largest trail takes.
const longestStream = 24 * time.Hour

// stream calls do with each record of the answer, which is never in memory as a whole.
func (s *Store) stream(ctx context.Context, do func(consent.Record) error, query string, arguments ...any) error {
	// Without a deadline clickhouse-go gives the answer as a whole ReadTimeout, however steadily it comes.
	ctx, cancel := context.WithTimeout(ctx, longestStream)
	defer cancel() // Ends the query when do has had enough.
	silent := time.AfterFunc(s.options.ReadTimeout, cancel)
	defer silent.Stop()
	rows, err := s.query(ctx, query, arguments...)
	if err != nil {
		return err
	}
	next := func() bool {
		silent.Reset(s.options.ReadTimeout)
		defer silent.Stop() // What do takes is not the server's silence.
		return rows.Next()
	}
	for next() {
		record, err := scan(rows)
		if err != nil {
			return s.unavailable("query", closeRows(rows, err))
		}
		if err := do(record); err != nil {
			cancel()
			_ = rows.Close() // It only tells that the query was ended.
			return err
		}
	}
	if err := closeRows(rows, rows.Err()); err != nil {
		return s.unavailable("query", err)
	}
	return nil
}
