package embeddedstore

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"math"
	"slices"

	"assent/server/internal/transparency"
)

var _ transparency.Archive = (*Store)(nil)

// EachRow implements transparency.Archive. It reads one state of the database, whatever is recorded meanwhile: decisions and
// entries side by side, both by position.
func (s *Store) EachRow(ctx context.Context, do func(transparency.Row) error) error {
	return s.snapshot(ctx, func(tx *sql.Tx) (err error) {
		decisions, err := tx.QueryContext(ctx, "SELECT seq, outcome, purposes, services, flags, digest, removed, synthetic, "+decisionColumns+
			" FROM decisions NOT INDEXED WHERE "+isLogged+" ORDER BY seq")
		if err != nil {
			return unavailable("read decisions", err)
		}
		defer func() { err = errors.Join(err, decisions.Close()) }()
		entries, err := tx.QueryContext(ctx, "SELECT bundle, first, data FROM log_entries ORDER BY bundle")
		if err != nil {
			return unavailable("read log", err)
		}
		defer func() { err = errors.Join(err, entries.Close()) }()
		tombstones, err := tx.QueryContext(ctx, "SELECT "+tombstoneColumns+" FROM log_tombstones ORDER BY seq")
		if err != nil {
			return unavailable("read tombstones", err)
		}
		defer func() { err = errors.Join(err, tombstones.Close()) }()
		erased, err := tx.QueryContext(ctx, "SELECT erased FROM log_tombstones ORDER BY erased")
		if err != nil {
			return unavailable("read tombstones", err)
		}
		defer func() { err = errors.Join(err, erased.Close()) }()
		recorded := &byPosition{rows: [2]rows{&decisionRows{rows: decisions}, &tombstoneRows{rows: tombstones}}}
		return sideBySide(recorded, &entryRows{rows: entries, erased: erasedIndexes{rows: erased, next: -1}}, do)
	})
}

// Checkpoints implements transparency.Archive.
func (s *Store) Checkpoints(ctx context.Context) (checkpoints []string, err error) {
	rows, err := s.read.QueryContext(ctx, "SELECT note FROM log_checkpoints ORDER BY hour")
	if err != nil {
		return nil, unavailable("read checkpoints", err)
	}
	defer func() { err = errors.Join(err, rows.Close()) }()
	for rows.Next() {
		var checkpoint string
		if err := rows.Scan(&checkpoint); err != nil {
			return nil, unavailable("read checkpoints", err)
		}
		checkpoints = append(checkpoints, checkpoint)
	}
	if err := rows.Err(); err != nil {
		return nil, unavailable("read checkpoints", err)
	}
	return checkpoints, nil
}

// rows gives rows one after the other; nil at the end.
type rows interface {
	next() (*transparency.Row, error)
}

// sideBySide joins decisions and entries by position.
func sideBySide(decisions, entries rows, do func(transparency.Row) error) error {
	decision, err := decisions.next()
	if err != nil {
		return err
	}
	entry, err := entries.next()
	if err != nil {
		return err
	}
	for decision != nil || entry != nil {
		takesDecision := entry == nil || decision != nil && decision.Position <= entry.Position
		takesEntry := decision == nil || entry != nil && entry.Position <= decision.Position
		var row transparency.Row
		if takesDecision {
			row = *decision
			if decision, err = decisions.next(); err != nil {
				return err
			}
		}
		if takesEntry {
			row.Position, row.Entry, row.Index, row.Erased = entry.Position, entry.Entry, entry.Index, entry.Erased
			if row.Odd == "" {
				row.Odd = entry.Odd
			}
			if entry, err = entries.next(); err != nil {
				return err
			}
		}
		if err := do(row); err != nil {
			return err
		}
	}
	return nil
}

// byPosition gives the rows of two sources, each of which gives its own in order, as one.
type byPosition struct {
	rows  [2]rows
	ahead [2]*transparency.Row // Of each the next one.
}

func (b *byPosition) next() (*transparency.Row, error) {
	for i := range b.rows {
		if b.ahead[i] == nil {
			var err error
			if b.ahead[i], err = b.rows[i].next(); err != nil {
				return nil, err
			}
		}
	}
	first := 0
	if b.ahead[0] == nil || b.ahead[1] != nil && b.ahead[1].Position < b.ahead[0].Position {
		first = 1
	}
	row := b.ahead[first]
	b.ahead[first] = nil
	return row, nil
}

type tombstoneRows struct{ rows *sql.Rows }

func (t *tombstoneRows) next() (*transparency.Row, error) {
	if !t.rows.Next() {
		if err := t.rows.Err(); err != nil {
			return nil, unavailable("read tombstones", err)
		}
		return nil, nil
	}
	var row transparency.Row
	var err error
	if row.Tombstone, err = scanTombstone(t.rows, &row.Position); err != nil {
		return nil, unavailable("read tombstones", err)
	}
	return &row, nil
}

// erasedIndexes tells of indexes that are asked for in order whether there is a tombstone for them.
type erasedIndexes struct {
	rows *sql.Rows
	next int64 // The first one that is not less than what was asked for; -1 before the first question.
}

func (e *erasedIndexes) has(index int64) (bool, error) {
	for e.next < index {
		if !e.rows.Next() {
			e.next = math.MaxInt64
			return false, e.rows.Err()
		}
		if err := e.rows.Scan(&e.next); err != nil {
			return false, err
		}
	}
	return e.next == index, nil
}

type decisionRows struct{ rows *sql.Rows }

func (d *decisionRows) next() (*transparency.Row, error) {
	if !d.rows.Next() {
		if err := d.rows.Err(); err != nil {
			return nil, unavailable("read decisions", err)
		}
		return nil, nil
	}
	var row transparency.Row
	// What is kept in one of several ways, and what follows from the rest, is compared with how it is written.
	var outcome, purposes, services, flags, removed string
	var digest, synthetic int64
	record, err := scanDecision(d.rows, &row.Position, &outcome, &purposes, &services, &flags, &digest, &removed, &synthetic)
	if err != nil {
		row.Odd = fmt.Sprintf("cannot be read: %v", err)
		return &row, nil
	}
	row.Decision = &record
	row.Look = func() string {
		written, err := appendValues(make([]any, 0, 32), record)
		if err != nil {
			return fmt.Sprintf("cannot be written as it is: %v", err)
		}
		kept := slices.Clone(written)
		kept[5], kept[6], kept[7], kept[9], kept[15], kept[16], kept[18] = outcome, purposes, services, synthetic == 1, flags, digest, removed
		for i := range written {
			if i > 0 && kept[i] != written[i] {
				return "was changed: what is kept of it beside its fields does not follow from them"
			}
		}
		return ""
	}
	return &row, nil
}

// entryRows takes bundles apart.
type entryRows struct {
	rows   *sql.Rows
	in     bundle
	place  int // Of the next entry.
	erased erasedIndexes
}

func (e *entryRows) next() (*transparency.Row, error) {
	for len(e.in.data) <= e.place*entrySize {
		if !e.rows.Next() {
			if err := e.rows.Err(); err != nil {
				return nil, unavailable("read log", err)
			}
			return nil, nil
		}
		e.place = 0
		if err := e.rows.Scan(&e.in.n, &e.in.first, &e.in.data); err != nil {
			return nil, unavailable("read log", err)
		}
	}
	row := transparency.Row{Index: e.in.n*transparency.TileWidth + int64(e.place)}
	entry, isWhole := entryAt(e.in.data, e.place)
	row.Position, row.Entry = entry.Position, &entry
	var err error
	if row.Erased, err = e.erased.has(row.Index); err != nil {
		return nil, unavailable("read tombstones", err)
	}
	switch {
	case !isWhole:
		row.Odd = "its entry in the log was cut short"
	case e.place == 0 && e.in.first != entry.Position:
		row.Odd = "the log finds its entries by another number than they have"
	}
	e.place++
	return &row, nil
}
