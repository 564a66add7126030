package embeddedstore

import (
	"context"
	"strconv"
	"time"

	"assent/schemas"
	"assent/server/internal/consent"
	"assent/server/internal/shipping"
)

var _ shipping.Retaining = (*Store)(nil)

// Shipped implements shipping.Retaining. Everything is kept here, but no more is handed out than Redis would keep.
func (s *Store) Shipped(ctx context.Context, shard int, after string, before time.Time, limit int) (shipping.Batch, error) {
	batch, err := s.shipped(ctx, shard, after, before, limit)
	if err != nil {
		return shipping.Batch{}, unavailable("read what was shipped", err)
	}
	return batch, nil
}

func (s *Store) shipped(ctx context.Context, shard int, after string, before time.Time, limit int) (shipping.Batch, error) {
	var cursor, from int64
	if err := s.read.QueryRowContext(ctx, "SELECT seq FROM outbox_cursor WHERE shard = ?", shard).Scan(&cursor); err != nil {
		return shipping.Batch{}, err
	}
	if after != "" {
		from, _ = strconv.ParseInt(after, 10, 64) // A position of ours.
	} else if err := s.read.QueryRowContext(ctx, `SELECT coalesce((SELECT seq FROM decisions WHERE seq <= ? AND recorded_at < ?
		ORDER BY seq DESC LIMIT 1), 0)`, cursor, consent.Micros(s.now().Add(-schemas.OutboxRetention))).Scan(&from); err != nil {
		return shipping.Batch{}, err
	}
	rows, err := s.read.QueryContext(ctx, "SELECT seq, "+decisionColumns+` FROM decisions
		WHERE seq > ? AND seq <= ? AND recorded_at < ? ORDER BY seq LIMIT ?`, from, cursor, consent.Micros(before), limit)
	if err != nil {
		return shipping.Batch{}, err
	}
	defer rows.Close()
	batch := shipping.Batch{Shard: shard}
	for rows.Next() {
		var seq int64
		record, err := scanDecision(rows, &seq)
		if err != nil {
			return shipping.Batch{}, err
		}
		batch.To = strconv.FormatInt(seq, 10)
		batch.Records = append(batch.Records, record)
	}
	return batch, rows.Err()
}
