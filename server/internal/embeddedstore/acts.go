package embeddedstore

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"strconv"
	"time"

	"assent/server/internal/admintrail"
	"assent/server/internal/consent"
)

var (
	_ admintrail.Store = (*Store)(nil)
	_ admintrail.Aging = (*Store)(nil)
)

// AppendAct implements admintrail.Store.
func (s *Store) AppendAct(ctx context.Context, a admintrail.Act) error {
	_, err := s.write.ExecContext(ctx, "INSERT INTO admin_acts (at, who, what, about, site, outcome, network) VALUES (?, ?, ?, ?, ?, ?, ?)",
		a.At.UnixMicro(), a.Who, a.What, a.About, a.Site, a.Outcome, a.Network)
	if err != nil {
		return unavailable("write admin trail", err)
	}
	return nil
}

// Acts implements admintrail.Store.
func (s *Store) Acts(ctx context.Context, f admintrail.Filter) (_ []admintrail.Act, err error) {
	sites, err := json.Marshal(f.Sites) // null for all.
	if err != nil {
		return nil, fmt.Errorf("encode sites: %w", err)
	}
	rows, err := s.read.QueryContext(ctx, `SELECT id, at, who, what, about, site, outcome, network FROM admin_acts
		WHERE (?1 = '' OR who = ?1) AND (?2 = '' OR what = ?2) AND (?3 = '' OR outcome = ?3)
		AND (?4 = 'null' OR site IN (SELECT value FROM json_each(?4)))
		AND at >= ?5 AND (?6 = 0 OR at < ?6) AND (?7 = '' OR id < CAST(?7 AS INTEGER))
		ORDER BY id DESC LIMIT ?8`,
		f.Who, f.What, f.Outcome, string(sites), microsOrZero(f.From), microsOrZero(f.To), f.Before, admintrail.PageSize)
	if err != nil {
		return nil, unavailable("read admin trail", err)
	}
	defer func() { err = errors.Join(err, rows.Close()) }()
	var acts []admintrail.Act
	for rows.Next() {
		var a admintrail.Act
		var id, at int64
		if err := rows.Scan(&id, &at, &a.Who, &a.What, &a.About, &a.Site, &a.Outcome, &a.Network); err != nil {
			return nil, unavailable("read admin trail", err)
		}
		a.ID, a.At = strconv.FormatInt(id, 10), consent.FromMicros(at)
		acts = append(acts, a)
	}
	if err := rows.Err(); err != nil {
		return nil, unavailable("read admin trail", err)
	}
	return acts, nil
}

// CountActs implements admintrail.Aging.
func (s *Store) CountActs(ctx context.Context, before time.Time) (_ map[string]int, err error) {
	rows, err := s.read.QueryContext(ctx, "SELECT strftime('%Y-%m', at / 1000000, 'unixepoch') AS month, count(*) FROM admin_acts WHERE at < ? GROUP BY month", consent.Micros(before))
	if err != nil {
		return nil, unavailable("count admin trail", err)
	}
	defer func() { err = errors.Join(err, rows.Close()) }()
	months := map[string]int{}
	for rows.Next() {
		var month string
		var count int
		if err := rows.Scan(&month, &count); err != nil {
			return nil, unavailable("count admin trail", err)
		}
		months[month] = count
	}
	if err := rows.Err(); err != nil {
		return nil, unavailable("count admin trail", err)
	}
	return months, nil
}

// RemoveActs implements admintrail.Aging. The table takes no removals but within these transactions, which nobody sees in between.
func (s *Store) RemoveActs(ctx context.Context, before time.Time, most int) (removed int, err error) {
	err = s.change(ctx, func(tx *sql.Tx) error {
		var guard string
		if err := tx.QueryRowContext(ctx, "SELECT sql FROM sqlite_master WHERE type = 'trigger' AND name = 'admin_acts_kept'").Scan(&guard); err != nil {
			return err
		}
		if _, err := tx.ExecContext(ctx, "DROP TRIGGER admin_acts_kept"); err != nil {
			return err
		}
		gone, err := tx.ExecContext(ctx, "DELETE FROM admin_acts WHERE id IN (SELECT id FROM admin_acts WHERE at < ? ORDER BY at LIMIT ?)", consent.Micros(before), most)
		if err != nil {
			return err
		}
		count, err := gone.RowsAffected()
		if err != nil {
			return err
		}
		removed = int(count)
		_, err = tx.ExecContext(ctx, guard)
		return err
	})
	if err != nil {
		return 0, unavailable("remove from admin trail", err)
	}
	return removed, nil
}

func microsOrZero(t time.Time) int64 {
	if t.IsZero() {
		return 0
	}
	return t.UnixMicro()
}
