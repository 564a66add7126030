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
	_, err = on.ExecContext(ctx, `INSERT INTO sites (id, document, revision)
		VALUES (?, ?, (SELECT coalesce(max(revision), 0) + 1 FROM sites))
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
	var revision int64
	if err := s.read.QueryRowContext(ctx, "SELECT coalesce(max(revision), 0) FROM sites").Scan(&revision); err != nil {
		return 0, unavailable("read sites", err)
	}
	return revision, nil
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
