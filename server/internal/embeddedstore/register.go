package embeddedstore

import (
	"context"
	"database/sql"
	"errors"
	"time"

	"assent/server/internal/consent"
	"assent/server/internal/register"
)

var _ register.Store = (*Store)(nil)

const registerColumns = "site, id, revision, due, document"

// Document implements register.Store.
func (s *Store) Document(ctx context.Context, key register.Key) (register.Document, error) {
	found, err := s.registered(ctx, key.Kind, "kind = ? AND site = ? AND id = ?", key.Kind, key.Site, key.ID)
	if err != nil {
		return register.Document{}, err
	}
	if len(found) == 0 {
		return register.Document{}, consent.ErrNotFound
	}
	return found[0], nil
}

// Documents implements register.Store.
func (s *Store) Documents(ctx context.Context, kind register.Kind, site string) ([]register.Document, error) {
	if site == "" {
		return s.registered(ctx, kind, "kind = ? ORDER BY site, id", kind)
	}
	return s.registered(ctx, kind, "kind = ? AND site = ? ORDER BY id", kind, site)
}

// DueDocuments implements register.Store.
func (s *Store) DueDocuments(ctx context.Context, kind register.Kind, at time.Time, limit int) ([]register.Document, error) {
	return s.registered(ctx, kind, "kind = ? AND due <= ? ORDER BY due, site, id LIMIT ?", kind, at.UnixMilli(), limit)
}

func (s *Store) registered(ctx context.Context, kind register.Kind, condition string, args ...any) (documents []register.Document, err error) {
	rows, err := s.read.QueryContext(ctx, "SELECT "+registerColumns+" FROM register WHERE "+condition, args...)
	if err != nil {
		return nil, unavailable("read register", err)
	}
	defer func() { err = errors.Join(err, rows.Close()) }()
	for rows.Next() {
		next := register.Document{Key: register.Key{Kind: kind}}
		var due sql.NullInt64
		if err := rows.Scan(&next.Site, &next.ID, &next.Revision, &due, &next.Body); err != nil {
			return nil, unavailable("read register", err)
		}
		if due.Valid {
			next.Due = time.UnixMilli(due.Int64).UTC()
		}
		documents = append(documents, next)
	}
	if err := rows.Err(); err != nil {
		return nil, unavailable("read register", err)
	}
	return documents, nil
}

// PutDocument implements register.Store.
func (s *Store) PutDocument(ctx context.Context, d register.Document) error {
	err := putDocument(ctx, s.write, d)
	if err != nil && !errors.Is(err, consent.ErrConflict) {
		return unavailable("write register", err)
	}
	return err
}

// execer is the database, or a transaction of it.
type execer interface {
	ExecContext(ctx context.Context, query string, args ...any) (sql.Result, error)
}

func putDocument(ctx context.Context, to execer, d register.Document) error {
	due := sql.NullInt64{Int64: d.Due.UnixMilli(), Valid: !d.Due.IsZero()}
	statement, args := `UPDATE register SET revision = ?1, due = ?2, document = ?3
		WHERE kind = ?4 AND site = ?5 AND id = ?6 AND revision = ?1 - 1`, []any{d.Revision, due, d.Body, d.Kind, d.Site, d.ID}
	if d.Revision == 1 {
		statement = "INSERT INTO register (revision, due, document, kind, site, id) VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING"
	}
	put, err := to.ExecContext(ctx, statement, args...)
	if err != nil {
		return err
	}
	if n, err := put.RowsAffected(); err != nil || n == 0 {
		return errors.Join(consent.ErrConflict, err)
	}
	return nil
}

// RemoveDocument implements register.Store.
func (s *Store) RemoveDocument(ctx context.Context, key register.Key, revision int64) error {
	return s.ChangeDocuments(ctx, nil, []register.Document{{Key: key, Revision: revision}})
}

func removeDocument(ctx context.Context, tx *sql.Tx, key register.Key, revision int64) error {
	where, args := " FROM register WHERE kind = ? AND site = ? AND id = ?", []any{key.Kind, key.Site, key.ID}
	var kept int64
	err := tx.QueryRowContext(ctx, "SELECT revision"+where, args...).Scan(&kept)
	switch {
	case errors.Is(err, sql.ErrNoRows):
		return nil
	case err != nil:
		return err
	case kept != revision:
		return consent.ErrConflict
	}
	_, err = tx.ExecContext(ctx, "DELETE"+where, args...)
	return err
}

// ChangeDocuments implements register.Store.
func (s *Store) ChangeDocuments(ctx context.Context, put, remove []register.Document) error {
	err := s.change(ctx, func(tx *sql.Tx) error {
		for _, d := range put {
			if err := putDocument(ctx, tx, d); err != nil {
				return err
			}
		}
		for _, d := range remove {
			if err := removeDocument(ctx, tx, d.Key, d.Revision); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil && !errors.Is(err, consent.ErrConflict) {
		return unavailable("change register", err)
	}
	return err
}

// Kinds implements register.Store.
func (s *Store) Kinds(ctx context.Context) (kinds []register.Kind, err error) {
	rows, err := s.read.QueryContext(ctx, "SELECT DISTINCT kind FROM register ORDER BY kind")
	if err != nil {
		return nil, unavailable("read register", err)
	}
	defer func() { err = errors.Join(err, rows.Close()) }()
	for rows.Next() {
		var kind register.Kind
		if err := rows.Scan(&kind); err != nil {
			return nil, unavailable("read register", err)
		}
		kinds = append(kinds, kind)
	}
	if err := rows.Err(); err != nil {
		return nil, unavailable("read register", err)
	}
	return kinds, nil
}
