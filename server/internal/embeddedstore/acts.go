package embeddedstore

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strconv"
	"time"

	"assent/server/internal/admintrail"
	"assent/server/internal/consent"
)

var _ admintrail.Store = (*Store)(nil)

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

func microsOrZero(t time.Time) int64 {
	if t.IsZero() {
		return 0
	}
	return t.UnixMicro()
}
