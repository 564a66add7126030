package embeddedstore

import (
	"context"
	"database/sql"
	"time"

	"assent/server/internal/exposure"
)

var (
	_ exposure.Store    = (*Store)(nil)
	_ exposure.Visitors = (*Store)(nil)
)

// AddExposures implements exposure.Store.
func (s *Store) AddExposures(ctx context.Context, counts []exposure.Count) error {
	err := s.change(ctx, func(tx *sql.Tx) error {
		for _, c := range counts {
			if _, err := tx.ExecContext(ctx, "INSERT INTO exposures (site, slot, "+exposureColumns+", views, visitors) VALUES ("+placeholders(12)+`)
				ON CONFLICT DO UPDATE SET views = views + excluded.views, visitors = visitors + excluded.visitors`,
				c.Site, c.Slot, c.Event, c.Notice, c.Locale, c.Regime, c.Page, c.Country, c.Device, c.Browser, c.Views, c.Visitors); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return unavailable("count exposures", err)
	}
	return nil
}

// MarkVisitors implements exposure.Visitors.
func (s *Store) MarkVisitors(ctx context.Context, site, day string, marks []exposure.Mark) (fresh []exposure.Mark, err error) {
	err = s.change(ctx, func(tx *sql.Tx) error {
		yesterday := s.now().UTC().AddDate(0, 0, -1).Format(time.DateOnly)
		if _, err := tx.ExecContext(ctx, "DELETE FROM visitors WHERE day < ?", yesterday); err != nil {
			return err
		}
		var known int
		if err := tx.QueryRowContext(ctx, "SELECT count(*) FROM visitors WHERE day = ? AND site = ?", day, site).Scan(&known); err != nil {
			return err
		}
		for _, mark := range marks {
			if known+len(fresh) >= exposure.MostVisitors {
				return nil
			}
			result, err := tx.ExecContext(ctx, "INSERT INTO visitors (day, site, mark) VALUES (?, ?, ?) ON CONFLICT DO NOTHING", day, site, mark[:])
			if err != nil {
				return err
			}
			if n, err := result.RowsAffected(); err != nil {
				return err
			} else if n == 1 {
				fresh = append(fresh, mark)
			}
		}
		return nil
	})
	if err != nil {
		return nil, unavailable("count visitors", err)
	}
	return fresh, nil
}
