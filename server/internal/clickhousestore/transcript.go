package clickhousestore

import (
	"context"
	"fmt"
	"reflect"
	"slices"
	"strings"
	"time"

	"github.com/ClickHouse/clickhouse-go/v2"
	"github.com/ClickHouse/clickhouse-go/v2/lib/driver"
	"github.com/google/uuid"

	"assent/server/internal/consent"
	"assent/server/internal/demodata"
	"assent/server/internal/sequencing"
	"assent/server/internal/transparency"
)

var _ sequencing.Ledger = (*Store)(nil)

// noTombstone is where a decision's entry has the place that a tombstone tells of.
const noTombstone = -1

// Grow implements sequencing.Ledger. The head comes last: it stands for all the rest.
func (s *Store) Grow(ctx context.Context, log string, g sequencing.Growth) error {
	var entries, tiles [][]any
	for i, line := range g.Lines {
		erased, at, reason := int64(noTombstone), int64(0), ""
		if t := line.Tombstone; t != nil {
			erased, at, reason = t.Erased, consent.Micros(t.At), t.Reason
		}
		entries = append(entries, []any{log, g.From + int64(i), string(line.Of.ID[:]), line.Of.Site, line.Of.Subject,
			string(line.Salt[:]), string(line.Commitment[:]), erased, at, reason, g.Version})
	}
	for _, tile := range g.Tiles {
		tiles = append(tiles, []any{log, int32(tile.Level), tile.N, string(tile.Data), g.Version})
	}
	head := [][]any{{log, g.Hour, g.From + int64(len(g.Lines)), g.Checkpoint, g.Version}}
	for _, part := range []struct {
		into string
		rows [][]any
	}{
		{"log_entries (log, place, id, site, subject, salt, commitment, erased, at, reason, version)", entries},
		{"log_tiles (log, level, n, data, version)", tiles},
		{"log_checkpoints (log, hour, size, note, version)", head},
	} {
		if err := s.put(ctx, "INSERT INTO "+part.into, part.rows); err != nil {
			return err
		}
	}
	return nil
}

func (s *Store) put(ctx context.Context, insert string, rows [][]any) error {
	for begun := time.Now(); ; {
		err := s.putOnce(ctx, insert, rows)
		if !s.cluster.isBusy(err) || !awaitTurn(ctx, begun) {
			return err
		}
	}
}

func (s *Store) putOnce(ctx context.Context, insert string, rows [][]any) error {
	version, err := s.ready(ctx)
	if err != nil {
		return err
	}
	settings := s.cluster.quorum(s.options.Settings)
	settings["insert_deduplicate"] = 0
	if !older(&version, [2]int{22, 8}) {
		settings["async_insert"] = 0
	}
	prepared, err := await(ctx, func() (driver.Batch, error) {
		return s.conn.PrepareBatch(clickhouse.Context(ctx, clickhouse.WithSettings(settings)), insert)
	}, driver.Batch.Abort)
	if err != nil {
		return s.unavailable("write log to", err)
	}
	for _, row := range rows {
		if err := prepared.Append(row...); err != nil {
			return abort(prepared, s.unavailable("write log to", err))
		}
	}
	if err := prepared.Send(); err != nil {
		return abort(prepared, s.unavailable("write log to", err))
	}
	return nil
}

// Checkpoints implements sequencing.Ledger.
func (s *Store) Checkpoints(ctx context.Context, log string) (all []string, err error) {
	var note string
	err = s.each(ctx, "SELECT note FROM log_checkpoints FINAL WHERE log = ? ORDER BY size", []any{log}, []any{&note}, func() {
		all = append(all, note)
	})
	return all, err
}

// LastCheckpoint implements sequencing.Ledger.
func (s *Store) LastCheckpoint(ctx context.Context, log string) (note string, size int64, err error) {
	err = s.each(ctx, "SELECT note, size FROM log_checkpoints FINAL WHERE log = ? ORDER BY size DESC LIMIT 1", []any{log}, []any{&note, &size}, func() {})
	return note, size, err
}

// Lines implements sequencing.Ledger.
func (s *Store) Lines(ctx context.Context, log string, from, to int64) (lines []sequencing.Line, places []int64, err error) {
	var id, salt, commitment, reason string
	var line sequencing.Line
	var place, erased, at int64
	err = s.each(ctx, `SELECT place, id, site, subject, salt, commitment, erased, at, reason FROM log_entries FINAL
		WHERE log = ? AND place >= ? AND place < ? ORDER BY place`, []any{log, from, to},
		[]any{&place, &id, &line.Of.Site, &line.Of.Subject, &salt, &commitment, &erased, &at, &reason}, func() {
			copy(line.Of.ID[:], id)
			copy(line.Salt[:], salt)
			copy(line.Commitment[:], commitment)
			line.Tombstone = nil
			if erased != noTombstone {
				line.Tombstone = &transparency.Tombstone{Erased: erased, At: consent.FromMicros(at), Reason: reason}
			}
			lines, places = append(lines, line), append(places, place)
		})
	return lines, places, err
}

// Places implements sequencing.Ledger. FINAL would read all ids, since servers of before 25 use no skip index with it: so it
// is asked of the places alone that come up without it.
func (s *Store) Places(ctx context.Context, log string, size int64, records []consent.Record) (map[sequencing.Identity]int64, error) {
	places := map[sequencing.Identity]int64{}
	for len(records) > 0 {
		some := records[:min(perQuery, len(records))]
		records = records[len(some):]
		var ids []uuid.UUID
		for _, one := range some {
			ids = append(ids, one.ID)
		}
		condition := "WHERE log = ? AND place < ? AND id IN (" + named(ids) + ")"
		var candidates []any
		var place int64
		err := s.each(ctx, "SELECT DISTINCT place FROM log_entries "+condition, []any{log, size}, []any{&place}, func() { candidates = append(candidates, place) })
		if err != nil {
			return nil, err
		}
		if len(candidates) == 0 {
			continue
		}
		var of sequencing.Identity
		var id string
		err = s.each(ctx, "SELECT place, id, site, subject FROM log_entries FINAL "+condition+" AND place IN ? ORDER BY place DESC",
			[]any{log, size, clickhouse.GroupSet{Value: candidates}}, []any{&place, &id, &of.Site, &of.Subject}, func() {
				copy(of.ID[:], id)
				places[of] = place
			})
		if err != nil {
			return nil, err
		}
	}
	return places, nil
}

// named are ids in the text of a query, of perQuery at most.
func named(ids []uuid.UUID) string {
	texts := make([]string, len(ids))
	for i, id := range ids {
		texts[i] = "toFixedString(unhex('" + hexadecimal(id) + "'), 16)"
	}
	return strings.Join(texts, ", ")
}

// Buried implements sequencing.Ledger.
func (s *Store) Buried(ctx context.Context, log string, size int64, places []int64) (map[int64]bool, error) {
	buried := map[int64]bool{}
	var asked []any
	for _, one := range places {
		asked = append(asked, one)
	}
	var place int64
	err := s.each(ctx, "SELECT erased FROM log_entries FINAL WHERE log = ? AND place < ? AND erased IN ?", []any{log, size, clickhouse.GroupSet{Value: asked}}, []any{&place}, func() {
		buried[place] = true
	})
	return buried, err
}

// EachBuried implements sequencing.Ledger.
func (s *Store) EachBuried(ctx context.Context, log string, size int64, do func(int64) error) error {
	for last := int64(noTombstone); ; {
		var some []int64
		var place int64
		err := s.each(ctx, "SELECT erased FROM log_entries FINAL WHERE log = ? AND place < ? AND erased > ? ORDER BY erased LIMIT 10000",
			[]any{log, size, last}, []any{&place}, func() { some = append(some, place) })
		if err != nil || len(some) == 0 {
			return err
		}
		for _, last = range some {
			if err := do(last); err != nil {
				return err
			}
		}
	}
}

// Tile implements sequencing.Ledger.
func (s *Store) Tile(ctx context.Context, log string, level int, n int64) ([]byte, error) {
	var data string
	isThere := false
	err := s.each(ctx, "SELECT data FROM log_tiles FINAL WHERE log = ? AND level = ? AND n = ?", []any{log, int32(level), n}, []any{&data}, func() { isThere = true })
	if err == nil && !isThere {
		err = consent.ErrNotFound
	}
	return []byte(data), err
}

const heldWhole = "SELECT " + columns + ", " + derived + " FROM decisions FINAL WHERE site IN ? AND id IN (%s)"

// Held implements sequencing.Ledger.
func (s *Store) Held(ctx context.Context, of []sequencing.Identity) (map[sequencing.Identity]sequencing.Kept, error) {
	held := map[sequencing.Identity]sequencing.Kept{}
	for len(of) > 0 {
		some := of[:min(perQuery, len(of))]
		of = of[len(some):]
		var ids []uuid.UUID
		var sites []any
		isNamed := map[string]bool{}
		for _, one := range some {
			ids = append(ids, one.ID)
			if !isNamed[one.Site] {
				isNamed[one.Site] = true
				sites = append(sites, one.Site)
			}
		}
		if err := s.heldSome(ctx, fmt.Sprintf(heldWhole, named(ids)), clickhouse.GroupSet{Value: sites}, held); err != nil {
			return nil, err
		}
	}
	return held, nil
}

func (s *Store) heldSome(ctx context.Context, query string, sites any, held map[sequencing.Identity]sequencing.Kept) error {
	rows, err := s.query(ctx, query, sites)
	if err != nil {
		return err
	}
	for rows.Next() {
		raw := &rawRow{Rows: rows}
		record, err := scan(raw)
		if err != nil {
			return s.unavailable("query", closeRows(rows, err))
		}
		kept := sequencing.Kept{Record: record}
		// What may be written in several ways, and what follows from the rest, is compared with how it is written.
		for i, written := range values(record) {
			if !reflect.DeepEqual(raw.value(i), written) {
				kept.Odd = "was changed: what is kept of it beside its fields does not follow from them"
			}
		}
		held[sequencing.IdentityOf(record)] = kept
	}
	if err := closeRows(rows, rows.Err()); err != nil {
		return s.unavailable("query", err)
	}
	return nil
}

// rawRow gives scan its columns, and keeps them and the derived ones as they are.
type rawRow struct {
	driver.Rows
	raw []any
}

func (r *rawRow) Scan(into ...any) error {
	outcome, day, precedence := new(string), new(time.Time), new(uint64)
	r.raw = append(append([]any(nil), into...), outcome, day, precedence)
	return r.Rows.Scan(r.raw...)
}

func (r *rawRow) value(i int) any {
	switch value := reflect.ValueOf(r.raw[i]).Elem().Interface().(type) {
	case []string:
		return append([]string{}, value...)
	case time.Time:
		year, month, day := value.Date() // A day begins by the server's clock.
		return time.Date(year, month, day, 0, 0, 0, 0, time.UTC)
	default:
		return value
	}
}

const heldAfter = "SELECT " + columns + " FROM decisions FINAL WHERE site <> '" + demodata.Site + "' AND (site, id, subject) > (?, toFixedString(unhex(?), 16), ?) ORDER BY site, id, subject LIMIT ?"

// HeldAfter implements sequencing.Ledger.
func (s *Store) HeldAfter(ctx context.Context, after sequencing.Identity, limit int) ([]consent.Record, error) {
	return s.records(ctx, heldAfter, after.Site, hexadecimal(after.ID), after.Subject, limit)
}

// forgetAtOnce is how many places, or runs of places, stand in one statement: servers bound its length and its parts.
const forgetAtOnce = 2000

// Forget implements sequencing.Ledger. ClickHouse writes the parts that hold the entries anew.
func (s *Store) Forget(ctx context.Context, log string, places []int64) error {
	if _, err := s.ready(ctx); err != nil {
		return err
	}
	for some := range slices.Chunk(runs(places), forgetAtOnce) {
		mark := uuid.NewString()
		statement := "ALTER TABLE log_entries UPDATE salt = toFixedString('', 16), id = toFixedString('', 16), site = '', subject = '' WHERE log = " +
			literal(log) + " AND (" + strings.Join(some, " OR ") + ") AND " + marked(mark)
		if err := s.persist(ctx, s.cluster.place(statement)); err != nil {
			return s.unavailable("remove from", err)
		}
		if err := s.awaitMutation(ctx, mark); err != nil {
			return err
		}
	}
	return nil
}

// runs are the conditions that places fulfil, which grow: neighbours share one.
func runs(places []int64) (conditions []string) {
	for i := 0; i < len(places); {
		first := i
		for i++; i < len(places) && places[i] == places[i-1]+1; i++ {
		}
		if i-first == 1 {
			conditions = append(conditions, fmt.Sprintf("place = %d", places[first]))
		} else {
			conditions = append(conditions, fmt.Sprintf("place >= %d AND place <= %d", places[first], places[i-1]))
		}
	}
	return conditions
}

// marked is a condition that all rows fulfil, and by which a removal is told from others.
func marked(mark string) string { return "'" + mark + "' <> ''" }
