package embeddedstore

import (
	"context"
	"database/sql"
	"encoding/hex"
	"encoding/json"
	"fmt"
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

// markVisitors keeps the marks of a list that are not kept yet, as many as there is room for.
const markVisitors = `INSERT INTO visitors (day, site, mark) SELECT ?1, ?2, unhex(value) FROM json_each(?3)
	WHERE NOT EXISTS (SELECT 1 FROM visitors WHERE day = ?1 AND site = ?2 AND mark = unhex(value)) LIMIT ?4 RETURNING mark`

// MarkVisitors implements exposure.Visitors.
func (s *Store) MarkVisitors(ctx context.Context, site, day string, marks []exposure.Mark, most int) (fresh []exposure.Mark, err error) {
	list := make([]string, len(marks))
	for i, mark := range marks {
		list[i] = hex.EncodeToString(mark[:])
	}
	text, err := json.Marshal(list)
	if err != nil {
		return nil, fmt.Errorf("encode marks: %w", err)
	}
	err = s.change(ctx, func(tx *sql.Tx) error {
		yesterday := s.now().UTC().AddDate(0, 0, -1).Format(time.DateOnly)
		if _, err := tx.ExecContext(ctx, "DELETE FROM visitors WHERE day < ?", yesterday); err != nil {
			return err
		}
		var known int
		if err := tx.QueryRowContext(ctx, "SELECT count(*) FROM visitors WHERE day = ? AND site = ?", day, site).Scan(&known); err != nil {
			return err
		}
		fresh, err = readMarks(tx.QueryContext(ctx, markVisitors, day, site, string(text), max(most-known, 0)))
		return err
	})
	if err != nil {
		return nil, unavailable("count visitors", err)
	}
	return fresh, nil
}

func readMarks(rows *sql.Rows, err error) ([]exposure.Mark, error) {
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var marks []exposure.Mark
	for rows.Next() {
		var mark []byte
		if err := rows.Scan(&mark); err != nil {
			return nil, err
		}
		marks = append(marks, exposure.Mark(mark))
	}
	return marks, rows.Err()
}
