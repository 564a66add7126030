package embeddedstore

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"reflect"

	"assent/schemas"
	"assent/server/internal/consent"
	"assent/server/internal/site"
)

var _ site.Desk = (*Store)(nil)

// Draft implements site.Desk.
func (s *Store) Draft(ctx context.Context, site string) (schemas.Draft, error) {
	var document []byte
	if err := s.read.QueryRowContext(ctx, "SELECT document FROM drafts WHERE site = ?", site).Scan(&document); err != nil {
		return schemas.Draft{}, found("read draft", err)
	}
	return decodeDocument[schemas.Draft]("draft", document)
}

// PutDraft implements site.Desk.
func (s *Store) PutDraft(ctx context.Context, site string, d schemas.Draft) error {
	document, err := json.Marshal(d)
	if err != nil {
		return fmt.Errorf("encode draft: %w", err)
	}
	put, err := s.write.ExecContext(ctx, `INSERT INTO drafts (site, document) SELECT ?1, ?2
		WHERE ?3 = coalesce((SELECT document ->> '$.revision' FROM drafts WHERE site = ?1), 0)
		ON CONFLICT (site) DO UPDATE SET document = excluded.document`, site, string(document), d.Revision-1)
	if err != nil {
		return unavailable("write draft", err)
	}
	if n, err := put.RowsAffected(); err != nil || n == 0 {
		return errors.Join(consent.ErrConflict, err)
	}
	return nil
}

// Publish implements site.Desk.
func (s *Store) Publish(ctx context.Context, known, next schemas.Site, p schemas.Publication) (err error) {
	tx, err := s.write.BeginTx(ctx, nil) // Takes the lock: no other process comes between.
	if err != nil {
		return unavailable("publish", err)
	}
	defer func() { err = errors.Join(err, rollback(tx)) }()
	if err := stillKnown(ctx, tx, known, next.ID); err != nil {
		return err
	}
	if err := putSite(ctx, tx, next); err != nil {
		return err
	}
	if p.Notice != "" {
		document, err := json.Marshal(p)
		if err != nil {
			return fmt.Errorf("encode publication: %w", err)
		}
		if _, err := tx.ExecContext(ctx, "INSERT INTO publications (site, document) VALUES (?, ?)", next.ID, string(document)); err != nil {
			return unavailable("write publication", err)
		}
	}
	if err := tx.Commit(); err != nil {
		return unavailable("publish", err)
	}
	return nil
}

// stillKnown reports a conflict where a site is not what the caller knows of it; the zero site is one that is not there.
func stillKnown(ctx context.Context, tx *sql.Tx, known schemas.Site, id string) error {
	var document []byte
	err := tx.QueryRowContext(ctx, "SELECT document FROM sites WHERE id = ?", id).Scan(&document)
	if err != nil && !errors.Is(err, sql.ErrNoRows) {
		return unavailable("read site", err)
	}
	stored := schemas.Site{}
	if err == nil {
		if stored, err = decodeDocument[schemas.Site]("site", document); err != nil {
			return err
		}
	}
	if !reflect.DeepEqual(stored, known) {
		return consent.ErrConflict
	}
	return nil
}

// Publications implements site.Desk.
func (s *Store) Publications(ctx context.Context, site string) ([]schemas.Publication, error) {
	rows, err := s.read.QueryContext(ctx, "SELECT document FROM publications WHERE site = ? ORDER BY seq", site)
	if err != nil {
		return nil, unavailable("read publications", err)
	}
	defer rows.Close()
	list := []schemas.Publication{}
	for rows.Next() {
		var document []byte
		if err := rows.Scan(&document); err != nil {
			return nil, unavailable("read publications", err)
		}
		next, err := decodeDocument[schemas.Publication]("publication", document)
		if err != nil {
			return nil, err
		}
		list = append(list, next)
	}
	if err := rows.Err(); err != nil {
		return nil, unavailable("read publications", err)
	}
	return list, nil
}

func decodeDocument[T any](what string, document []byte) (T, error) {
	var decoded T
	if err := json.Unmarshal(document, &decoded); err != nil {
		return decoded, fmt.Errorf("decode %s: %w", what, err)
	}
	return decoded, nil
}
