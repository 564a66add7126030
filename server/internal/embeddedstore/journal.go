package embeddedstore

import (
	"context"
	"database/sql/driver"
	"errors"
	"fmt"
	"time"

	"assent/schemas"
	"assent/server/internal/consent"
	"assent/server/internal/demodata"
	"assent/server/internal/recording"
	"assent/server/internal/transparency"
)

var _ recording.Journal = (*Store)(nil)

const (
	// recordDecision keeps a decision unless its id is known, or its subject has a choice of that time or a later one. OR
	// FAIL spares a journal of the statement's own: a fault undoes the whole transaction anyway.
	recordDecision = "INSERT OR FAIL INTO decisions (" + decisionColumns + `)
		SELECT ?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17, ?18, ?19, ?20, ?21, ?22, ?23
		WHERE NOT EXISTS (SELECT 1 FROM decisions WHERE subject = ?3 AND recorded_at >= ?14 AND site = ?2)
		ON CONFLICT DO NOTHING`
	insertDecision = "INSERT INTO decisions (" + decisionColumns + `)
		VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`
	selectKnown = "SELECT recorded_at, digest FROM decisions WHERE id = ? AND site = ? AND subject = ?"
	selectStamp = "SELECT coalesce(max(recorded_at), 0) FROM decisions WHERE subject = ? AND site = ?"
	// The last writer by (server time, id) wins, so a replay of an older decision changes nothing.
	selectCurrent = `SELECT notice, action, purposes, services, recorded_at, lifetime_days FROM decisions
		WHERE subject = ? AND site = ? ORDER BY recorded_at DESC, id DESC LIMIT 1`
)

// Commit implements recording.Journal: one transaction, one fsync for the batch.
func (s *Store) Commit(ctx context.Context, batch []consent.Record) []recording.Outcome {
	outcomes, err := s.commit(ctx, batch)
	if err != nil {
		return recording.FailAll(len(batch), unavailable("record decisions", err))
	}
	return outcomes
}

func (s *Store) commit(ctx context.Context, batch []consent.Record) (outcomes []recording.Outcome, err error) {
	if err := s.stillThere(); err != nil {
		return nil, err
	}
	outcomes = make([]recording.Outcome, len(batch))
	err = s.recorder.transact(ctx, s.write, func(w *writer) error {
		for i, record := range batch {
			if outcomes[i], err = w.commit(record, s.now()); err != nil {
				return err
			}
		}
		return nil
	})
	return outcomes, err
}

// commit writes one decision within the transaction. All but a few are written by one statement.
func (w *writer) commit(r consent.Record, now time.Time) (recording.Outcome, error) {
	isReplay := !r.RecordedAt.IsZero()
	if !isReplay {
		r.RecordedAt = now.UTC().Truncate(time.Microsecond)
		written, err := w.write(w.record, r)
		if written || err != nil {
			return recording.Outcome{RecordedAt: r.RecordedAt}, err
		}
	}
	if outcome, known, err := w.find(r); known || err != nil {
		return outcome, err
	}
	if !isReplay {
		// The clock was set back, or the subject decided twice within its tick.
		var latest int64
		if row, err := w.first(w.stamp, r.Subject, r.Site); err != nil {
			return recording.Outcome{}, fmt.Errorf("look up choice: %w", err)
		} else if err := scanValues(row, &latest); err != nil {
			return recording.Outcome{}, fmt.Errorf("look up choice: %w", err)
		}
		r.RecordedAt = consent.FromMicros(latest + 1)
	}
	_, err := w.write(w.insert, r)
	return recording.Outcome{RecordedAt: r.RecordedAt.UTC()}, err
}

func (w *writer) write(statement driver.Stmt, r consent.Record) (written bool, err error) {
	if w.values, err = appendValues(w.values[:0], r); err != nil {
		return false, err
	}
	result, err := w.exec(statement, w.values...)
	if err != nil {
		return false, fmt.Errorf("insert decision: %w", err)
	}
	changed, err := result.RowsAffected()
	if err != nil || changed == 0 {
		return false, err
	}
	seq, err := result.LastInsertId()
	if r.Site != demodata.Site {
		w.written = append(w.written, transparency.Waiting{Position: seq, Record: r})
	}
	return true, err
}

// find answers a retry with the first recording's outcome.
func (w *writer) find(r consent.Record) (recording.Outcome, bool, error) {
	row, err := w.first(w.known, r.ID[:], r.Site, r.Subject)
	if errors.Is(err, errNoRow) {
		return recording.Outcome{}, false, nil
	}
	var recordedAt, digest int64
	if err == nil {
		err = scanValues(row, &recordedAt, &digest)
	}
	switch {
	case err != nil:
		return recording.Outcome{}, false, fmt.Errorf("look up id: %w", err)
	case digest != r.Digest():
		return recording.Outcome{Err: consent.ErrConflict}, true, nil
	default:
		return recording.Outcome{RecordedAt: consent.FromMicros(recordedAt), Duplicate: true}, true, nil
	}
}

// Current implements recording.Journal.
func (s *Store) Current(ctx context.Context, site, subject string) (schemas.Current, error) {
	row, err := s.readers.first(ctx, subject, site)
	if errors.Is(err, errNoRow) {
		return schemas.Current{}, consent.ErrNotFound
	}
	if err != nil {
		return schemas.Current{}, unavailable("read choice", err)
	}
	r := consent.Record{Site: site, Subject: subject}
	var purposes, services string
	var recordedAt, lifetimeDays int64
	if err := scanValues(row, &r.Notice, &r.Action, &purposes, &services, &recordedAt, &lifetimeDays); err != nil {
		return schemas.Current{}, fmt.Errorf("decode choice: %w", err)
	}
	if r.Purposes, err = consent.ReadAnswers(purposes); err != nil {
		return schemas.Current{}, fmt.Errorf("decode choice: %w", err)
	}
	if r.Services, err = consent.ReadAnswers(services); err != nil {
		return schemas.Current{}, fmt.Errorf("decode choice: %w", err)
	}
	r.RecordedAt, r.LifetimeDays = consent.FromMicros(recordedAt), int(lifetimeDays)
	return r.Current(), nil
}
