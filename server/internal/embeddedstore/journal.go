package embeddedstore

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"

	"assent/schemas"
	"assent/server/internal/consent"
	"assent/server/internal/recording"
)

var _ recording.Journal = (*Store)(nil)

const (
	insertDecision = "INSERT INTO decisions (" + decisionColumns + `)
		VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`
	selectKnown = "SELECT recorded_at, digest FROM decisions WHERE id = ? AND site = ? AND subject = ?"
	selectStamp = "SELECT recorded_at FROM choices WHERE site = ? AND subject = ?"
	// The last writer by (server time, id) wins, so a replay of an older decision changes nothing.
	upsertChoice = `INSERT INTO choices (site, subject, recorded_at, id, seq) VALUES (?, ?, ?, ?, ?)
		ON CONFLICT (site, subject) DO UPDATE SET recorded_at = excluded.recorded_at, id = excluded.id, seq = excluded.seq
		WHERE (excluded.recorded_at, excluded.id) > (choices.recorded_at, choices.id)`
	selectCurrent = "SELECT " + decisionColumns + ` FROM decisions
		WHERE seq = (SELECT seq FROM choices WHERE site = ? AND subject = ?)`
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
	tx, err := s.write.BeginTx(ctx, nil)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, rollback(tx)) }()
	w := s.writer(ctx, tx)
	outcomes = make([]recording.Outcome, len(batch))
	for i, record := range batch {
		if outcomes[i], err = w.record(ctx, record); err != nil {
			return nil, err
		}
	}
	return outcomes, tx.Commit()
}

// statements are those of the write path, prepared once: parsing them takes longer than running them.
type statements struct {
	insert, known, stamp, choose *sql.Stmt
}

func prepare(ctx context.Context, db *sql.DB) (statements, error) {
	var s statements
	for _, statement := range []struct {
		into **sql.Stmt
		text string
	}{{&s.insert, insertDecision}, {&s.known, selectKnown}, {&s.stamp, selectStamp}, {&s.choose, upsertChoice}} {
		prepared, err := db.PrepareContext(ctx, statement.text)
		if err != nil {
			return statements{}, fmt.Errorf("prepare database: %w", err)
		}
		*statement.into = prepared
	}
	return s, nil
}

// writer is the write path within one transaction.
type writer struct {
	statements
	now func() time.Time
}

func (s *Store) writer(ctx context.Context, tx *sql.Tx) writer {
	return writer{now: s.now, statements: statements{
		insert: tx.StmtContext(ctx, s.prepared.insert), known: tx.StmtContext(ctx, s.prepared.known),
		stamp: tx.StmtContext(ctx, s.prepared.stamp), choose: tx.StmtContext(ctx, s.prepared.choose),
	}}
}

func (w writer) record(ctx context.Context, r consent.Record) (recording.Outcome, error) {
	outcome, known, err := w.find(ctx, r)
	if known || err != nil {
		return outcome, err
	}
	if r.RecordedAt.IsZero() {
		if r.RecordedAt, err = w.nextStamp(ctx, r); err != nil {
			return recording.Outcome{}, err
		}
	}
	values, err := decisionValues(r)
	if err != nil {
		return recording.Outcome{}, err
	}
	result, err := w.insert.ExecContext(ctx, values...)
	if err != nil {
		return recording.Outcome{}, fmt.Errorf("insert decision: %w", err)
	}
	seq, err := result.LastInsertId()
	if err != nil {
		return recording.Outcome{}, fmt.Errorf("insert decision: %w", err)
	}
	if _, err := w.choose.ExecContext(ctx, r.Site, r.Subject, consent.Micros(r.RecordedAt), r.ID[:], seq); err != nil {
		return recording.Outcome{}, fmt.Errorf("set choice: %w", err)
	}
	return recording.Outcome{RecordedAt: r.RecordedAt.UTC()}, nil
}

// find answers a retry with the first recording's outcome.
func (w writer) find(ctx context.Context, r consent.Record) (recording.Outcome, bool, error) {
	var recordedAt, digest int64
	err := w.known.QueryRowContext(ctx, r.ID[:], r.Site, r.Subject).Scan(&recordedAt, &digest)
	switch {
	case errors.Is(err, sql.ErrNoRows):
		return recording.Outcome{}, false, nil
	case err != nil:
		return recording.Outcome{}, false, fmt.Errorf("look up id: %w", err)
	case digest != r.Digest():
		return recording.Outcome{Err: consent.ErrConflict}, true, nil
	default:
		return recording.Outcome{RecordedAt: consent.FromMicros(recordedAt), Duplicate: true}, true, nil
	}
}

// nextStamp is the clock's time, or one tick after the subject's current choice when the clock was set back.
func (w writer) nextStamp(ctx context.Context, r consent.Record) (time.Time, error) {
	stamp := w.now().UTC().Truncate(time.Microsecond)
	var current int64
	err := w.stamp.QueryRowContext(ctx, r.Site, r.Subject).Scan(&current)
	if errors.Is(err, sql.ErrNoRows) {
		return stamp, nil
	}
	if err != nil {
		return time.Time{}, fmt.Errorf("look up choice: %w", err)
	}
	if earliest := consent.FromMicros(current + 1); stamp.Before(earliest) {
		return earliest, nil
	}
	return stamp, nil
}

// Current implements recording.Journal.
func (s *Store) Current(ctx context.Context, site, subject string) (schemas.Current, error) {
	record, err := scanDecision(s.read.QueryRowContext(ctx, selectCurrent, site, subject))
	if err != nil {
		return schemas.Current{}, found("read choice", err)
	}
	return record.Current(), nil
}
