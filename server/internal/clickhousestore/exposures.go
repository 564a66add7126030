package clickhousestore

import (
	"context"
	"time"

	"github.com/ClickHouse/clickhouse-go/v2"
	"github.com/ClickHouse/clickhouse-go/v2/lib/driver"

	"assent/server/internal/exposure"
)

var _ exposure.Store = (*Store)(nil)

const insertExposures = `INSERT INTO exposures (site, slot, day, event, notice, locale, regime, page, country, device, browser,
	views, visitors)`

// AddExposures implements exposure.Store. When the answer to an insert is lost, the next attempt counts twice.
func (s *Store) AddExposures(ctx context.Context, counts []exposure.Count) error {
	for begun := time.Now(); ; {
		err := s.addExposures(ctx, counts)
		if !s.cluster.isBusy(err) || !awaitTurn(ctx, begun) {
			return err
		}
	}
}

func (s *Store) addExposures(ctx context.Context, counts []exposure.Count) error {
	if _, err := s.ready(ctx); err != nil || len(counts) == 0 {
		return err
	}
	settings := s.cluster.quorum(s.options.Settings)
	settings["insert_deduplicate"] = 0 // Two seconds may well tell the same.
	prepared, err := await(ctx, func() (driver.Batch, error) {
		return s.conn.PrepareBatch(clickhouse.Context(ctx, clickhouse.WithSettings(settings)), insertExposures)
	}, driver.Batch.Abort)
	if err != nil {
		return s.unavailable("count exposures in", err)
	}
	for _, c := range counts {
		day := time.Unix(c.Slot*int64(exposure.Slot/time.Second), 0).UTC().Truncate(24 * time.Hour)
		if err := prepared.Append(c.Site, c.Slot, day, c.Event, c.Notice, c.Locale, c.Regime, c.Page, c.Country, c.Device, c.Browser,
			uint64(c.Views), uint64(c.Visitors)); err != nil {
			return abort(prepared, s.unavailable("count exposures in", err))
		}
	}
	if err := prepared.Send(); err != nil {
		return abort(prepared, s.unavailable("count exposures in", err))
	}
	return nil
}
