package embeddedstore

import (
	"context"
	"database/sql"

	"assent/server/internal/demodata"
)

var (
	_ demodata.Holdings = (*Store)(nil)
	_ demodata.Trail    = (*Store)(nil)
)

// removeAtOnce is how many decisions are removed in one transaction: decisions that come meanwhile wait for it.
const removeAtOnce = 2000

// RemoveTrail implements demodata.Trail.
func (s *Store) RemoveTrail(ctx context.Context, site string) error {
	// Whoever else rolls up has nothing of the site in hand then, which it would write after it was removed.
	if err := s.RollUp(ctx, 1); err != nil {
		return err
	}
	for {
		removed, err := s.write.ExecContext(ctx, "DELETE FROM decisions WHERE seq IN (SELECT seq FROM decisions WHERE site = ? LIMIT ?)", site, removeAtOnce)
		if err != nil {
			return unavailable("remove decisions", err)
		}
		if n, err := removed.RowsAffected(); err != nil {
			return unavailable("remove decisions", err)
		} else if n == 0 {
			break
		}
	}
	return s.removeFrom(ctx, site, "exposures", "visitors", "dead_letters", "rollup_columns", "rollup_stale")
}

// RemoveSite implements demodata.Holdings.
func (s *Store) RemoveSite(ctx context.Context, site string) error {
	if err := s.removeFrom(ctx, site, "notices", "scripts", "publications", "drafts", "sightings", "register"); err != nil {
		return err
	}
	err := s.change(ctx, func(tx *sql.Tx) error {
		if _, err := tx.ExecContext(ctx, keepRevision); err != nil {
			return err
		}
		_, err := tx.ExecContext(ctx, "DELETE FROM sites WHERE id = ?", site)
		return err
	})
	if err != nil {
		return unavailable("remove site", err)
	}
	return nil
}

// removeFrom removes a site's rows from tables in one transaction.
func (s *Store) removeFrom(ctx context.Context, site string, tables ...string) error {
	err := s.change(ctx, func(tx *sql.Tx) error {
		for _, table := range tables {
			if _, err := tx.ExecContext(ctx, "DELETE FROM "+table+" WHERE site = ?", site); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return unavailable("remove site", err)
	}
	return nil
}
