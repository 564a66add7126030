package embeddedstore

import (
	"context"
	"database/sql"
	"errors"

	"assent/server/internal/sighting"
)

var _ sighting.Store = (*Store)(nil)

// AddSightings implements sighting.Store.
func (s *Store) AddSightings(ctx context.Context, counts []sighting.Count) (err error) {
	tx, err := s.write.BeginTx(ctx, nil)
	if err != nil {
		return unavailable("count sightings", err)
	}
	defer func() { err = errors.Join(err, rollback(tx)) }()
	if _, err := tx.ExecContext(ctx, "DELETE FROM sightings WHERE day < ?", sighting.FirstKept(counts)); err != nil {
		return unavailable("forget sightings", err)
	}
	for _, c := range counts {
		if err := addSighting(ctx, tx, c); err != nil {
			return unavailable("count sightings", err)
		}
	}
	if err := tx.Commit(); err != nil {
		return unavailable("count sightings", err)
	}
	return nil
}

func addSighting(ctx context.Context, tx *sql.Tx, c sighting.Count) error {
	var known bool
	var hosts int
	err := tx.QueryRowContext(ctx, `SELECT EXISTS (SELECT 1 FROM sightings WHERE site = ?1 AND host = ?2),
		(SELECT count(DISTINCT host) FROM sightings WHERE site = ?1 AND host <> ?3)`, c.Site, c.Host, sighting.Other).Scan(&known, &hosts)
	if err != nil {
		return err
	}
	if !known && hosts >= sighting.MaxHosts {
		c.Host, c.Service = sighting.Other, ""
	}
	_, err = tx.ExecContext(ctx, `INSERT INTO sightings (site, day, host, kind, service, pages) VALUES (?, ?, ?, ?, ?, ?)
		ON CONFLICT DO UPDATE SET pages = pages + excluded.pages`, c.Site, c.Day, c.Host, c.Kind, c.Service, c.Pages)
	return err
}

// Sightings implements sighting.Store.
func (s *Store) Sightings(ctx context.Context, site string) ([]sighting.Count, error) {
	rows, err := s.read.QueryContext(ctx, "SELECT day, host, kind, service, pages FROM sightings WHERE site = ?", site)
	if err != nil {
		return nil, unavailable("read sightings", err)
	}
	defer rows.Close()
	counts := []sighting.Count{}
	for rows.Next() {
		c := sighting.Count{Key: sighting.Key{Site: site}}
		if err := rows.Scan(&c.Day, &c.Host, &c.Kind, &c.Service, &c.Pages); err != nil {
			return nil, unavailable("read sightings", err)
		}
		counts = append(counts, c)
	}
	if err := rows.Err(); err != nil {
		return nil, unavailable("read sightings", err)
	}
	return counts, nil
}
