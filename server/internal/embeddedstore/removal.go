package embeddedstore

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"math"
	"slices"
	"time"

	"github.com/google/uuid"

	"assent/server/internal/consent"
	"assent/server/internal/demodata"
	"assent/server/internal/rights"
	"assent/server/internal/transparency"
)

var (
	_ rights.Ledger = (*Store)(nil)
	_ rights.Graves = (*Store)(nil)
)

// Bury implements rights.Graves. Here the decisions go with it.
func (s *Store) Bury(ctx context.Context, site, subject string, decisions []uuid.UUID, reason string, at time.Time) error {
	if err := s.rollUpSoFar(ctx); err != nil {
		return err
	}
	err := s.change(ctx, func(tx *sql.Tx) error {
		found, err := decisionsOf(ctx, tx, site, subject, math.MaxInt64)
		if err != nil {
			return err
		}
		found = slices.DeleteFunc(found, func(one placedDecision) bool { return !slices.Contains(decisions, one.id) })
		return removeFound(ctx, tx, site, found, transparency.Tombstone{At: at, Reason: reason})
	})
	if err != nil {
		return unavailable("bury decisions", err)
	}
	return nil
}

// removeFound removes decisions, and buries those that the log has. What is made up never is in it.
func removeFound(ctx context.Context, tx *sql.Tx, site string, found []placedDecision, t transparency.Tombstone) error {
	last, err := lastBundle(ctx, tx)
	if err != nil {
		return err
	}
	for _, one := range found {
		if site == demodata.Site || one.seq > last.lastPosition() {
			_, err = tx.ExecContext(ctx, "DELETE FROM decisions WHERE seq = ?", one.seq)
		} else {
			err = bury(ctx, tx, one.seq, t)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// DecisionsOf implements rights.Ledger.
func (s *Store) DecisionsOf(ctx context.Context, site, subject string, until time.Time) ([]uuid.UUID, error) {
	ids, err := s.decisionsUntil(ctx, site, subject, until)
	if err != nil {
		return nil, unavailable("look for decisions", err)
	}
	return ids, nil
}

func (s *Store) decisionsUntil(ctx context.Context, site, subject string, until time.Time) (ids []uuid.UUID, err error) {
	rows, err := s.read.QueryContext(ctx, "SELECT id FROM decisions WHERE subject = ? AND site = ? AND recorded_at <= ? ORDER BY seq",
		subject, site, consent.Micros(until))
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, rows.Close()) }()
	for rows.Next() {
		var bytes []byte
		if err := rows.Scan(&bytes); err != nil {
			return nil, err
		}
		id, err := uuid.FromBytes(bytes)
		if err != nil {
			return nil, fmt.Errorf("decode id: %w", err)
		}
		ids = append(ids, id)
	}
	return ids, rows.Err()
}

// RemoveDecisions implements rights.Ledger, for a journal that lives in Redis.
func (s *Store) RemoveDecisions(ctx context.Context, site, subject string, until time.Time) error {
	if err := s.rollUpSoFar(ctx); err != nil {
		return err
	}
	err := s.change(ctx, func(tx *sql.Tx) error {
		_, err := tx.ExecContext(ctx, "DELETE FROM decisions WHERE subject = ? AND site = ? AND recorded_at <= ?", subject, site, consent.Micros(until))
		return err
	})
	if err != nil {
		return unavailable("remove decisions", err)
	}
	if err := s.rebuildHours(ctx); err != nil {
		return err
	}
	return s.forgetWritten(ctx)
}
