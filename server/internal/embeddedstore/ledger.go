package embeddedstore

import (
	"context"
	"errors"
	"fmt"

	"assent/server/internal/consent"
	"assent/server/internal/shipping"
)

var _ shipping.Ledger = (*Store)(nil)

// Of two deliveries of one decision the one recorded first stays: its time is what the visitor was answered.
const appendDecision = "INSERT INTO decisions (" + decisionColumns + `)
	VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
	ON CONFLICT (id, site, subject) DO UPDATE SET (` + decisionColumns + `) = (excluded.id, excluded.site, excluded.subject,
		excluded.notice, excluded.action, excluded.outcome, excluded.purposes, excluded.services, excluded.source,
		excluded.synthetic, excluded.locale, excluded.page, excluded.decided_at, excluded.recorded_at,
		excluded.lifetime_days, excluded.flags, excluded.digest, excluded.regime, excluded.removed,
		excluded.country, excluded.device, excluded.browser, excluded.waited)
	WHERE excluded.recorded_at < decisions.recorded_at`

// Append implements shipping.Ledger, for a journal that lives in Redis. The choices stay with the journal.
func (s *Store) Append(ctx context.Context, batch shipping.Batch) error {
	if err := s.appendAll(ctx, batch.Records); err != nil {
		return unavailable("append decisions", err)
	}
	return nil
}

func (s *Store) appendAll(ctx context.Context, records []consent.Record) (err error) {
	tx, err := s.write.BeginTx(ctx, nil)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, rollback(tx)) }()
	statement, err := tx.PrepareContext(ctx, appendDecision)
	if err != nil {
		return fmt.Errorf("prepare: %w", err)
	}
	for _, record := range records {
		values, err := appendValues(nil, record)
		if err != nil {
			return err
		}
		if _, err := statement.ExecContext(ctx, values...); err != nil {
			return fmt.Errorf("insert decision: %w", err)
		}
	}
	return tx.Commit()
}
