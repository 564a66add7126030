package embeddedstore

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"strconv"
	"time"

	"assent/server/internal/consent"
	"assent/server/internal/shipping"
)

var _ shipping.Outbox = (*Store)(nil)

// longestLease is more than any shipper asks for.
const longestLease = 2 * time.Hour

// Claim implements shipping.Outbox. The decisions table itself is the outbox, in one shard. A lease that ends later than
// it could if it were taken now was written before the clock was set back, and counts as ended.
func (s *Store) Claim(ctx context.Context, shard int, holder string, ttl time.Duration) (bool, error) {
	now := s.now()
	result, err := s.write.ExecContext(ctx, `UPDATE outbox_cursor SET holder = ?, leased = ?
		WHERE shard = ? AND (holder = ? OR leased <= ? OR leased > ?)`,
		holder, consent.Micros(now.Add(ttl)), shard, holder, consent.Micros(now), consent.Micros(now.Add(longestLease)))
	if err != nil {
		return false, unavailable("claim outbox", err)
	}
	claimed, err := result.RowsAffected()
	if err != nil {
		return false, unavailable("claim outbox", err)
	}
	return claimed == 1, nil
}

// Next implements shipping.Outbox.
func (s *Store) Next(ctx context.Context, shard, limit int) (shipping.Batch, error) {
	batch, err := s.next(ctx, shard, limit)
	if err != nil {
		return shipping.Batch{}, unavailable("read outbox", err)
	}
	return batch, nil
}

func (s *Store) next(ctx context.Context, shard, limit int) (shipping.Batch, error) {
	var cursor, frozen int64
	err := s.read.QueryRowContext(ctx, "SELECT seq, frozen FROM outbox_cursor WHERE shard = ?", shard).Scan(&cursor, &frozen)
	if err != nil {
		return shipping.Batch{}, err
	}
	batch, err := s.readOutbox(ctx, shard, cursor, frozen, limit)
	if err != nil || len(batch.Records) == 0 || frozen > 0 {
		return batch, err
	}
	_, err = s.write.ExecContext(ctx, "UPDATE outbox_cursor SET frozen = ? WHERE shard = ?", batch.To, shard)
	return batch, err
}

// readOutbox reads what follows the cursor: to the frozen end when there is one, else at most limit records.
func (s *Store) readOutbox(ctx context.Context, shard int, cursor, frozen int64, limit int) (shipping.Batch, error) {
	query, bound := " ORDER BY seq LIMIT ?", int64(limit)
	if frozen > 0 {
		query, bound = " AND seq <= ? ORDER BY seq", frozen
	}
	rows, err := s.read.QueryContext(ctx, "SELECT seq, "+decisionColumns+" FROM decisions WHERE seq > ?"+query, cursor, bound)
	if err != nil {
		return shipping.Batch{}, err
	}
	defer rows.Close()
	batch := shipping.Batch{Shard: shard, From: strconv.FormatInt(cursor, 10)}
	hash := sha256.New()
	for rows.Next() {
		var seq int64
		record, err := scanDecision(rows, &seq)
		if err != nil {
			return shipping.Batch{}, err
		}
		content, err := appendValues(nil, record)
		if err != nil {
			return shipping.Batch{}, err
		}
		fmt.Fprintf(hash, "%q\n", content)
		batch.To = strconv.FormatInt(seq, 10)
		batch.Records = append(batch.Records, record)
	}
	batch.Token = hex.EncodeToString(hash.Sum(nil))
	return batch, rows.Err()
}

// Done implements shipping.Outbox. Nothing is trimmed: the outbox is the ledger of this store.
func (s *Store) Done(ctx context.Context, batch shipping.Batch, refused ...shipping.Refused) error {
	if err := s.done(ctx, batch, refused); err != nil {
		return unavailable("move outbox cursor", err)
	}
	return nil
}

func (s *Store) done(ctx context.Context, batch shipping.Batch, refused []shipping.Refused) (err error) {
	tx, err := s.write.BeginTx(ctx, nil)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, rollback(tx)) }()
	moved, err := tx.ExecContext(ctx, "UPDATE outbox_cursor SET seq = frozen, frozen = 0 WHERE shard = ? AND seq = ? AND frozen = ?",
		batch.Shard, batch.From, batch.To)
	if err != nil {
		return err
	}
	if n, err := moved.RowsAffected(); err != nil || n == 0 {
		return err
	}
	for _, r := range refused {
		_, err := tx.ExecContext(ctx, "INSERT INTO dead_letters (id, site, subject, reason) VALUES (?, ?, ?, ?) ON CONFLICT DO NOTHING",
			r.Record.ID[:], r.Record.Site, r.Record.Subject, r.Reason)
		if err != nil {
			return err
		}
	}
	return tx.Commit()
}

// Waiting implements shipping.Outbox.
func (s *Store) Waiting(ctx context.Context) ([]shipping.Waiting, error) {
	var w shipping.Waiting
	var oldest int64
	err := s.read.QueryRowContext(ctx, `SELECT count(*), coalesce(min(recorded_at), 0), (SELECT count(*) FROM dead_letters)
		FROM decisions WHERE seq > coalesce((SELECT seq FROM outbox_cursor WHERE shard = 0), 0)`).
		Scan(&w.Rows, &oldest, &w.Refused)
	if err != nil {
		return nil, unavailable("measure outbox", err)
	}
	w.Since = consent.FromMicros(oldest)
	return []shipping.Waiting{w}, nil
}
