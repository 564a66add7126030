package embeddedstore

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/google/uuid"

	"assent/server/internal/account"
	"assent/server/internal/consent"
	"assent/server/internal/moving"
)

var (
	_ moving.Holdings = (*Store)(nil)
	_ moving.Marks    = (*Store)(nil)
	_ moving.Trail    = (*Store)(nil)
	_ moving.Log      = (*Store)(nil)
)

// perPage bounds what is read at once. No query stays open longer, because SQLite's log cannot be written back meanwhile.
const perPage = 1000

const (
	identitySetting = "identity"
	markSetting     = "mark:"
)

// Notices implements moving.Holdings.
func (s *Store) Notices(ctx context.Context, do func(moving.Document) error) error {
	return s.documents(ctx, "SELECT site, id, document FROM notices WHERE (site, id) > (?, ?) ORDER BY site, id LIMIT 1", do)
}

// Scripts implements moving.Holdings.
func (s *Store) Scripts(ctx context.Context, do func(moving.Document) error) error {
	return s.documents(ctx, "SELECT site, hash, document FROM scripts WHERE (site, hash) > (?, ?) ORDER BY site, hash LIMIT 1", do)
}

// documents asks for the document after the last one until there is none.
func (s *Store) documents(ctx context.Context, query string, do func(moving.Document) error) error {
	for last := (moving.Document{}); ; {
		err := s.read.QueryRowContext(ctx, query, last.Site, last.Name).Scan(&last.Site, &last.Name, &last.Body)
		if errors.Is(err, sql.ErrNoRows) {
			return nil
		}
		if err != nil {
			return unavailable("read documents", err)
		}
		if err := do(last); err != nil {
			return err
		}
	}
}

// Users implements moving.Holdings.
func (s *Store) Users(ctx context.Context, do func(account.User) error) error {
	for last := ""; ; {
		var document []byte
		err := s.read.QueryRowContext(ctx, `SELECT name, document FROM people
			WHERE kind = ? AND name > ? ORDER BY name LIMIT 1`, account.UserKind, last).Scan(&last, &document)
		if errors.Is(err, sql.ErrNoRows) {
			return nil
		}
		if err != nil {
			return unavailable("read users", err)
		}
		user, err := account.DecodeUser(document)
		if err != nil {
			return err
		}
		if err := do(user); err != nil {
			return err
		}
	}
}

// PutUser implements moving.Holdings.
func (s *Store) PutUser(ctx context.Context, user account.User) error {
	document, err := json.Marshal(user)
	if err != nil {
		return fmt.Errorf("encode user: %w", err)
	}
	_, err = s.write.ExecContext(ctx, `INSERT INTO people (kind, name, document) VALUES (?, ?, ?)
		ON CONFLICT (kind, name) DO UPDATE SET document = excluded.document`, account.UserKind, user.Email, document)
	if err != nil {
		return unavailable("write user", err)
	}
	return nil
}

// Mark implements moving.Marks.
func (s *Store) Mark(ctx context.Context, name string) ([]byte, error) {
	var value []byte
	if err := s.read.QueryRowContext(ctx, "SELECT value FROM settings WHERE name = ?", markSetting+name).Scan(&value); err != nil {
		return nil, found("read mark", err)
	}
	return value, nil
}

// SetMark implements moving.Marks.
func (s *Store) SetMark(ctx context.Context, name string, value []byte) error {
	_, err := s.write.ExecContext(ctx, `INSERT INTO settings (name, value) VALUES (?, ?)
		ON CONFLICT (name) DO UPDATE SET value = excluded.value`, markSetting+name, value)
	if err != nil {
		return unavailable("write mark", err)
	}
	return nil
}

// Identity implements moving.Log. It is drawn when it is first asked for.
func (s *Store) Identity(ctx context.Context) (string, error) {
	_, err := s.write.ExecContext(ctx, "INSERT INTO settings (name, value) VALUES (?, ?) ON CONFLICT DO NOTHING", identitySetting, []byte(uuid.NewString()))
	if err != nil {
		return "", unavailable("write identity", err)
	}
	var identity []byte
	if err := s.read.QueryRowContext(ctx, "SELECT value FROM settings WHERE name = ?", identitySetting).Scan(&identity); err != nil {
		return "", unavailable("read identity", err)
	}
	return string(identity), nil
}

// Decisions implements moving.Trail.
func (s *Store) Decisions(ctx context.Context, do func(consent.Record) error) error {
	var last int64
	if err := s.read.QueryRowContext(ctx, "SELECT coalesce(max(seq), 0) FROM decisions").Scan(&last); err != nil {
		return unavailable("read decisions", err)
	}
	for position := int64(0); position < last; {
		records, next, err := s.page(ctx, position, last, perPage)
		if err != nil || len(records) == 0 {
			return err
		}
		for _, record := range records {
			if err := do(record); err != nil {
				return err
			}
		}
		position = next
	}
	return nil
}

// DecisionsAfter implements moving.Log. SQLite has one writer, so positions become visible in their order.
func (s *Store) DecisionsAfter(ctx context.Context, position int64, limit int) ([]consent.Record, int64, error) {
	return s.page(ctx, position, maxSeq, limit)
}

const maxSeq = 1<<63 - 1

func (s *Store) page(ctx context.Context, after, last int64, limit int) ([]consent.Record, int64, error) {
	rows, err := s.read.QueryContext(ctx, "SELECT seq, "+decisionColumns+" FROM decisions WHERE seq > ? AND seq <= ? ORDER BY seq LIMIT ?", after, last, limit)
	if err != nil {
		return nil, 0, unavailable("read decisions", err)
	}
	defer rows.Close()
	var records []consent.Record
	for rows.Next() {
		record, err := scanDecision(rows, &after)
		if err != nil {
			return nil, 0, unavailable("read decisions", err)
		}
		records = append(records, record)
	}
	if err := rows.Err(); err != nil {
		return nil, 0, unavailable("read decisions", err)
	}
	return records, after, nil
}

// choicesPage finds each subject's last decision, in the order of the index of subjects.
const choicesPage = "SELECT " + decisionColumns + ` FROM decisions AS d
	WHERE (subject, site) > (?, ?) AND NOT EXISTS (SELECT 1 FROM decisions AS later
		WHERE later.subject = d.subject AND later.site = d.site AND (later.recorded_at, later.id) > (d.recorded_at, d.id))
	ORDER BY subject, site LIMIT ?`

// Choices implements moving.Log.
func (s *Store) Choices(ctx context.Context, do func(consent.Record) error) error {
	var last consent.Record
	for {
		rows, err := s.read.QueryContext(ctx, choicesPage, last.Subject, last.Site, perPage)
		if err != nil {
			return unavailable("read choices", err)
		}
		records, err := scanDecisions(rows)
		if err != nil || len(records) == 0 {
			return err
		}
		for _, record := range records {
			if err := do(record); err != nil {
				return err
			}
		}
		last = records[len(records)-1]
	}
}

// Check reads the whole file and reports damage: a copy of a damaged database is worth nothing, and must not take the
// place of a good one.
func (s *Store) Check(ctx context.Context) error {
	var verdict string
	if err := s.read.QueryRowContext(ctx, "PRAGMA integrity_check(1)").Scan(&verdict); err != nil {
		return unavailable("check database", err)
	}
	if verdict != "ok" {
		return fmt.Errorf("the database %s is damaged: %s", s.file, verdict)
	}
	return nil
}

// PositionBefore returns a position before all decisions that were recorded at that time or later.
func (s *Store) PositionBefore(ctx context.Context, at time.Time) (position int64, err error) {
	err = s.read.QueryRowContext(ctx, `SELECT coalesce((SELECT seq FROM decisions WHERE recorded_at < ? ORDER BY seq DESC LIMIT 1), 0)`,
		consent.Micros(at)).Scan(&position)
	if err != nil {
		return 0, unavailable("read decisions", err)
	}
	return position, nil
}
