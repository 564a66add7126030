package embeddedstore

import (
	"context"
	"database/sql"
	"encoding/json"
	"fmt"

	"assent/schemas"
	"assent/server/internal/site"
	"assent/server/internal/snippetbuild"
)

var (
	_ site.Registry      = (*Store)(nil)
	_ site.Archive       = (*Store)(nil)
	_ snippetbuild.Shelf = (*Store)(nil)
)

const (
	// revision is that of the last change: of a site that is there, or of one that was removed since.
	revision = `max((SELECT coalesce(max(revision), 0) FROM sites), coalesce((SELECT CAST(value AS INTEGER) FROM settings WHERE name = 'revision'), 0))`
	// keepRevision notes that a site is removed, so that the revision never goes back.
	keepRevision = "INSERT INTO settings (name, value) VALUES ('revision', CAST(" + revision + ` + 1 AS BLOB))
		ON CONFLICT (name) DO UPDATE SET value = excluded.value`
)

// PutSite implements site.Registry.
func (s *Store) PutSite(ctx context.Context, changed schemas.Site) error {
	return putSite(ctx, s.write, changed)
}

// executor is the database or a transaction.
type executor interface {
	ExecContext(ctx context.Context, query string, args ...any) (sql.Result, error)
}

func putSite(ctx context.Context, on executor, changed schemas.Site) error {
	document, err := json.Marshal(changed)
	if err != nil {
		return fmt.Errorf("encode site: %w", err)
	}
	_, err = on.ExecContext(ctx, `INSERT INTO sites (id, document, revision) VALUES (?, ?, `+revision+` + 1)
		ON CONFLICT (id) DO UPDATE SET document = excluded.document, revision = excluded.revision`, changed.ID, string(document))
	if err != nil {
		return unavailable("write site", err)
	}
	return nil
}

// Site implements site.Registry.
func (s *Store) Site(ctx context.Context, id string) (schemas.Site, error) {
	var document []byte
	if err := s.read.QueryRowContext(ctx, "SELECT document FROM sites WHERE id = ?", id).Scan(&document); err != nil {
		return schemas.Site{}, found("read site", err)
	}
	return decodeDocument[schemas.Site]("site", document)
}

// Sites implements site.Registry.
func (s *Store) Sites(ctx context.Context) ([]schemas.Site, error) {
	rows, err := s.read.QueryContext(ctx, "SELECT document FROM sites ORDER BY document ->> '$.name', id")
	if err != nil {
		return nil, unavailable("read sites", err)
	}
	defer rows.Close()
	sites := []schemas.Site{}
	for rows.Next() {
		var document []byte
		if err := rows.Scan(&document); err != nil {
			return nil, unavailable("read sites", err)
		}
		next, err := decodeDocument[schemas.Site]("site", document)
		if err != nil {
			return nil, err
		}
		sites = append(sites, next)
	}
	if err := rows.Err(); err != nil {
		return nil, unavailable("read sites", err)
	}
	return sites, nil
}

// Revision implements site.Registry.
func (s *Store) Revision(ctx context.Context) (int64, error) {
	var last int64
	if err := s.read.QueryRowContext(ctx, "SELECT "+revision).Scan(&last); err != nil {
		return 0, unavailable("read sites", err)
	}
	return last, nil
}

// PutNotice implements site.Archive.
func (s *Store) PutNotice(ctx context.Context, site, id string, document []byte) error {
	_, err := s.write.ExecContext(ctx, "INSERT INTO notices (site, id, document) VALUES (?, ?, ?) ON CONFLICT DO NOTHING", site, id, string(document))
	if err != nil {
		return unavailable("write notice", err)
	}
	return nil
}

// Notice implements site.Archive.
func (s *Store) Notice(ctx context.Context, site, id string) ([]byte, error) {
	var document []byte
	if err := s.read.QueryRowContext(ctx, "SELECT document FROM notices WHERE site = ? AND id = ?", site, id).Scan(&document); err != nil {
		return nil, found("read notice", err)
	}
	return document, nil
}

// PutScript implements snippetbuild.Shelf.
func (s *Store) PutScript(ctx context.Context, site, hash string, document []byte) error {
	_, err := s.write.ExecContext(ctx, "INSERT INTO scripts (site, hash, document) VALUES (?, ?, ?) ON CONFLICT DO NOTHING", site, hash, document)
	if err != nil {
		return unavailable("write script", err)
	}
	return nil
}

// Script implements snippetbuild.Shelf.
func (s *Store) Script(ctx context.Context, site, hash string) ([]byte, error) {
	var document []byte
	err := s.read.QueryRowContext(ctx, "SELECT document FROM scripts WHERE site = ? AND hash = ?", site, hash).Scan(&document)
	if err != nil {
		return nil, found("read script", err)
	}
	return document, nil
}
