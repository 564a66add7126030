package embeddedstore

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"assent/server/internal/reporting"
	"assent/server/internal/rollup"
)

var _ reporting.Counts = (*Store)(nil)

// Kinds of rows in rollup_columns.
const (
	ofDecisions = "decisions"
	ofExposures = "exposures"
)

// factColumns are the slot of a decision and its dimensions, in the order of reporting.OfDecisions.
const factColumns = `recorded_at / 900000000, outcome, source, CAST(synthetic AS TEXT), CAST(waited AS TEXT), purposes, services,
	notice, locale, regime, page, country, device, browser`

// exposureColumns are the dimensions of an exposure, in the order of reporting.OfExposures.
const exposureColumns = "event, notice, locale, regime, page, country, device, browser"

// CountDecisions implements reporting.Counts: from the roll-up, and from the decisions themselves where they are not rolled up
// yet or the roll-up is stale.
func (s *Store) CountDecisions(ctx context.Context, q reporting.Question) ([]reporting.Cell, error) {
	tally := rollup.NewTally(q, reporting.OfDecisions)
	err := s.snapshot(ctx, func(tx *sql.Tx) error {
		hours := hours{dimensions: reporting.OfDecisions}
		stale, err := staleHours(ctx, tx, q)
		if err != nil {
			return err
		}
		for _, hour := range stale {
			if err := hours.read(ctx, tx, hourQuery, q.Site, hour*hourMicros, (hour+1)*hourMicros); err != nil {
				return err
			}
		}
		// The newest are few, and found by their order; an index of times would be no help.
		if err := hours.read(ctx, tx, `SELECT site, `+factColumns+` FROM decisions NOT INDEXED
			WHERE seq > (SELECT seq FROM rollup_cursor) AND site = ? AND recorded_at >= ? AND recorded_at < ?`,
			q.Site, q.From.UnixMicro(), q.To.UnixMicro()); err != nil {
			return err
		}
		if err := tallyColumns(ctx, tx, ofDecisions, q, tally, stale); err != nil {
			return err
		}
		if err := hours.tally(tally); err != nil || len(q.LeftOut) == 0 {
			return err
		}
		return takeAway(ctx, tx, q, tally)
	})
	if err != nil {
		return nil, unavailable("count decisions", err)
	}
	return tally.Cells(), nil
}

// CountExposures implements reporting.Counts: those of this hour are counters yet, those of earlier ones are rolled up.
func (s *Store) CountExposures(ctx context.Context, q reporting.Question) ([]reporting.Cell, error) {
	tally := rollup.NewTally(q, reporting.OfExposures)
	err := s.snapshot(ctx, func(tx *sql.Tx) error {
		hours := hours{dimensions: reporting.OfExposures}
		if err := hours.readExposures(ctx, tx, "site = ? AND slot >= ? AND slot < ?", q.Site, q.From.Unix()/slotSeconds, q.To.Unix()/slotSeconds); err != nil {
			return err
		}
		if err := tallyColumns(ctx, tx, ofExposures, q, tally, nil); err != nil {
			return err
		}
		return hours.tally(tally)
	})
	if err != nil {
		return nil, unavailable("count exposures", err)
	}
	return tally.Cells(), nil
}

const (
	hourMicros  = int64(time.Hour / time.Microsecond)
	slotSeconds = int64(reporting.Slot / time.Second)
	hourSeconds = int64(time.Hour / time.Second)

	// hourQuery reads the decisions of an hour that the roll-up has taken up.
	hourQuery = `SELECT site, ` + factColumns + ` FROM decisions
		WHERE site = ? AND recorded_at >= ? AND recorded_at < ? AND seq <= (SELECT seq FROM rollup_cursor)`
)

// snapshot runs do on the state of one moment.
func (s *Store) snapshot(ctx context.Context, do func(*sql.Tx) error) (err error) {
	tx, err := s.read.BeginTx(ctx, &sql.TxOptions{ReadOnly: true})
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, rollback(tx)) }()
	return do(tx)
}

// span returns the first and the last hour of a question, the last not included.
func span(q reporting.Question) (from, to int64) {
	return q.From.Unix() / hourSeconds, (q.To.Unix() + hourSeconds - 1) / hourSeconds
}

func staleHours(ctx context.Context, tx *sql.Tx, q reporting.Question) ([]int64, error) {
	from, to := span(q)
	rows, err := tx.QueryContext(ctx, "SELECT hour FROM rollup_stale WHERE site = ? AND hour >= ? AND hour < ?", q.Site, from, to)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var hours []int64
	for rows.Next() {
		var hour int64
		if err := rows.Scan(&hour); err != nil {
			return nil, err
		}
		hours = append(hours, hour)
	}
	return hours, rows.Err()
}

// hourColumns are some columns of an hour, by name.
type hourColumns struct {
	hour   int64
	packed map[string][]byte
}

// tallyColumns counts the hours of the roll-up that are not among those to leave out, while it reads the next ones.
func tallyColumns(ctx context.Context, tx *sql.Tx, kind string, q reporting.Question, tally *rollup.Tally, without []int64) error {
	next, counted := make(chan hourColumns, 32), make(chan error, 1)
	go func() {
		var err error
		for h := range next {
			if err == nil {
				err = tally.Add(h.hour, h.packed)
			}
		}
		counted <- err
	}()
	err := readHours(ctx, tx, kind, q, tally.Names(), func(h hourColumns) {
		if !slices.Contains(without, h.hour) {
			next <- h
		}
	})
	close(next)
	return errors.Join(err, <-counted)
}

// readHours reads all columns side by side, an hour at a time.
func readHours(ctx context.Context, tx *sql.Tx, kind string, q reporting.Question, names []string, do func(hourColumns)) error {
	from, to := span(q)
	columns := make([]*sql.Rows, len(names))
	for i, name := range names {
		rows, err := tx.QueryContext(ctx, `SELECT hour, data FROM rollup_columns
			WHERE site = ? AND kind = ? AND name = ? AND hour >= ? AND hour < ? ORDER BY hour`, q.Site, kind, name, from, to)
		if err != nil {
			return err
		}
		defer rows.Close()
		columns[i] = rows
	}
	for columns[0].Next() {
		h := hourColumns{packed: make(map[string][]byte, len(names))}
		for i, name := range names {
			if i > 0 && !columns[i].Next() {
				return fmt.Errorf("column %s ends early: %w", name, columns[i].Err())
			}
			var data []byte
			if err := columns[i].Scan(&h.hour, &data); err != nil {
				return err
			}
			h.packed[name] = data
		}
		do(h)
	}
	return columns[0].Err()
}

// siteHour is an hour of a site.
type siteHour struct {
	site string
	hour int64
}

// hours are rows that are read one by one, by hour.
type hours struct {
	dimensions []reporting.Dimension
	builders   map[siteHour]*rollup.Builder
}

func (h *hours) builder(site string, hour int64) *rollup.Builder {
	at := siteHour{site, hour}
	if h.builders == nil {
		h.builders = map[siteHour]*rollup.Builder{}
	}
	if h.builders[at] == nil {
		h.builders[at] = rollup.NewBuilder(h.dimensions)
	}
	return h.builders[at]
}

// read adds what a query of site and factColumns finds.
func (h *hours) read(ctx context.Context, tx *sql.Tx, query string, arguments ...any) error {
	return h.scan(ctx, tx, query, arguments, 1, false)
}

// readExposures adds the counters that meet a condition.
func (h *hours) readExposures(ctx context.Context, tx *sql.Tx, condition string, arguments ...any) error {
	return h.scan(ctx, tx, "SELECT site, slot, "+exposureColumns+", views, visitors FROM exposures WHERE "+condition, arguments, 0, true)
}

func (h *hours) scan(ctx context.Context, tx *sql.Tx, query string, arguments []any, each int, counted bool) error {
	rows, err := tx.QueryContext(ctx, query, arguments...)
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
		var site string
		var slot int64
		n, visitors := each, 0
		values := make([]string, len(h.dimensions))
		into := []any{&site, &slot}
		for i := range values {
			into = append(into, &values[i])
		}
		if counted {
			into = append(into, &n, &visitors)
		}
		if err := rows.Scan(into...); err != nil {
			return err
		}
		hour := slot / rollup.SlotsPerHour
		h.builder(site, hour).Add(slot%rollup.SlotsPerHour, values, n, visitors)
	}
	return rows.Err()
}

// leftOutQuery finds the decisions of subjects, of which there may be more than a statement has parameters.
const leftOutQuery = `SELECT site, ` + factColumns + ` FROM (SELECT DISTINCT value FROM json_each(?)) AS left_out CROSS JOIN decisions ON subject = left_out.value
	WHERE site = ? AND recorded_at >= ? AND recorded_at < ?`

// takeAway makes the decisions of those who are left out count for nothing: each of them was counted once.
func takeAway(ctx context.Context, tx *sql.Tx, q reporting.Question, tally *rollup.Tally) error {
	hours := hours{dimensions: reporting.OfDecisions}
	if err := hours.scan(ctx, tx, leftOutQuery, []any{list(q.LeftOut), q.Site, q.From.UnixMicro(), q.To.UnixMicro()}, -1, false); err != nil {
		return err
	}
	return hours.tally(tally)
}

// tally counts everything that was read, which is of one site.
func (h *hours) tally(tally *rollup.Tally) error {
	for at, builder := range h.builders {
		if err := tally.Add(at.hour, builder.Pack()); err != nil {
			return err
		}
	}
	return nil
}

// listed are the values of a list, which stands for one parameter.
const listed = "(SELECT value FROM json_each(?))"

func list(values []string) string {
	text, err := json.Marshal(append([]string{}, values...))
	if err != nil {
		panic(err) // Texts can always be written.
	}
	return string(text)
}

// placeholders are so many question marks.
func placeholders(n int) string { return strings.TrimSuffix(strings.Repeat("?, ", n), ", ") }
