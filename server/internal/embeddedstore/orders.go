package embeddedstore

import (
	"context"
	"crypto/sha256"
	"database/sql"
	"errors"
	"fmt"
	"strconv"
	"time"

	"assent/server/internal/consent"
	"assent/server/internal/rights"
	"assent/server/internal/transparency"
)

var _ rights.Journal = (*Store)(nil)

// orderMemory is how long it is remembered what was erased: longer than a batch can be on its way. Nobody but this process
// ships from the folder.
const orderMemory = 24 * time.Hour

// orderName stands for a subject of which nothing else may be kept.
func orderName(site, subject string) string {
	sum := sha256.Sum256(fmt.Appendf(nil, "assent/erased/1 %d:%s%s", len(site), site, subject))
	return string(sum[:])
}

// BeginErasure implements rights.Journal. Decisions are numbered as they are recorded: those that come later have greater
// numbers, and as long as these are here, later times.
func (s *Store) BeginErasure(ctx context.Context, order rights.Order) (rights.Order, error) {
	err := s.change(ctx, func(tx *sql.Tx) error {
		now := s.now()
		if _, err := tx.ExecContext(ctx, "DELETE FROM erasures WHERE ended > 0 AND ended < ?", consent.Micros(now.Add(-orderMemory))); err != nil {
			return err
		}
		var last, until int64
		if err := tx.QueryRowContext(ctx, "SELECT coalesce(max(seq), 0), coalesce(max(recorded_at), ?) FROM decisions WHERE subject = ? AND site = ?",
			consent.Micros(now), order.Subject, order.Site).Scan(&last, &until); err != nil {
			return err
		}
		order.Name = orderName(order.Site, order.Subject)
		order.Position, order.Until = strconv.FormatInt(last, 10), consent.FromMicros(until)
		_, err := tx.ExecContext(ctx, "INSERT OR REPLACE INTO erasures (name, until, position, reason, site, subject) VALUES (?, ?, ?, ?, ?, ?)",
			[]byte(order.Name), until, last, order.Reason, order.Site, order.Subject)
		return err
	})
	if err != nil {
		return rights.Order{}, unavailable("note an erasure", err)
	}
	return order, nil
}

// Drained implements rights.Journal.
func (s *Store) Drained(ctx context.Context, order rights.Order) (bool, error) {
	var drained bool
	if err := s.read.QueryRowContext(ctx, "SELECT seq >= ? FROM outbox_cursor WHERE shard = 0", seqOf(order)).Scan(&drained); err != nil {
		return false, unavailable("look into outbox", err)
	}
	return drained, nil
}

func seqOf(order rights.Order) int64 {
	seq, _ := strconv.ParseInt(order.Position, 10, 64) // A position of ours.
	return seq
}

// ForgetErased implements rights.Journal.
func (s *Store) ForgetErased(ctx context.Context, order rights.Order) error {
	err := s.change(ctx, func(tx *sql.Tx) error {
		_, err := tx.ExecContext(ctx, "DELETE FROM dead_letters WHERE subject = ?1 AND site = ?2 AND id IN (SELECT id FROM decisions WHERE subject = ?1 AND site = ?2 AND seq <= ?3)",
			order.Subject, order.Site, seqOf(order))
		if err != nil {
			return err
		}
		found, err := decisionsOf(ctx, tx, order.Site, order.Subject, seqOf(order))
		if err != nil {
			return err
		}
		if err := removeFound(ctx, tx, order.Site, found, transparency.Tombstone{At: s.now().UTC(), Reason: order.Reason}); err != nil {
			return err
		}
		_, err = tx.ExecContext(ctx, "UPDATE erasures SET site = '', subject = '' WHERE name = ? AND until = ? AND position = ?",
			[]byte(order.Name), consent.Micros(order.Until), seqOf(order))
		return err
	})
	if err != nil {
		return unavailable("remove decisions", err)
	}
	return nil
}

// EndErasure implements rights.Journal.
func (s *Store) EndErasure(ctx context.Context, order rights.Order) error {
	// Hours of before decisions were shipped from here.
	if err := s.rebuildHours(ctx); err != nil {
		return err
	}
	if err := s.forgetWritten(ctx); err != nil {
		return err
	}
	if _, err := s.write.ExecContext(ctx, "UPDATE erasures SET ended = ? WHERE name = ? AND subject = ''", consent.Micros(s.now()), []byte(order.Name)); err != nil {
		return unavailable("end an erasure", err)
	}
	return nil
}

// OpenErasures implements rights.Journal.
func (s *Store) OpenErasures(ctx context.Context) ([]rights.Order, error) {
	open, err := s.openErasures(ctx)
	if err != nil {
		return nil, unavailable("look for erasures", err)
	}
	return open, nil
}

func (s *Store) openErasures(ctx context.Context) (open []rights.Order, err error) {
	rows, err := s.read.QueryContext(ctx, "SELECT name, until, position, reason, site, subject FROM erasures WHERE ended = 0 ORDER BY until")
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, rows.Close()) }()
	for rows.Next() {
		var order rights.Order
		var name []byte
		var until int64
		if err := rows.Scan(&name, &until, &order.Position, &order.Reason, &order.Site, &order.Subject); err != nil {
			return nil, err
		}
		order.Name, order.Until = string(name), consent.FromMicros(until)
		open = append(open, order)
	}
	return open, rows.Err()
}

// Erased implements rights.Journal. Only what is not here any more was erased: nothing else is ever removed, and a clock that
// was set back must not make a later decision seem an earlier one.
func (s *Store) Erased(ctx context.Context, records []consent.Record) ([]rights.Order, error) {
	orders, err := s.erased(ctx, records)
	if err != nil {
		return nil, unavailable("look for erasures", err)
	}
	return orders, nil
}

func (s *Store) erased(ctx context.Context, records []consent.Record) ([]rights.Order, error) {
	var isAny bool
	if err := s.read.QueryRowContext(ctx, "SELECT EXISTS (SELECT 1 FROM erasures WHERE subject = '')").Scan(&isAny); err != nil || !isAny {
		return nil, err
	}
	var orders []rights.Order
	known := map[string]bool{}
	for _, r := range records {
		name := orderName(r.Site, r.Subject)
		if known[name] {
			continue
		}
		order := rights.Order{Name: name, Site: r.Site, Subject: r.Subject}
		var until int64
		err := s.read.QueryRowContext(ctx, `SELECT until, reason FROM erasures WHERE name = ? AND subject = '' AND until >= ?
			AND NOT EXISTS (SELECT 1 FROM decisions WHERE id = ? AND site = ? AND subject = ?)`,
			[]byte(name), consent.Micros(r.RecordedAt), r.ID[:], r.Site, r.Subject).Scan(&until, &order.Reason)
		if errors.Is(err, sql.ErrNoRows) {
			continue
		}
		if err != nil {
			return nil, err
		}
		known[name] = true
		order.Until = consent.FromMicros(until)
		orders = append(orders, order)
	}
	return orders, nil
}
