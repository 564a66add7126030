package embeddedstore

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"slices"

	"assent/server/internal/transparency"
)

var _ transparency.Archive = (*Store)(nil)

// EachRow implements transparency.Archive. It reads one state of the database, whatever is recorded meanwhile: decisions and
// entries side by side, both by position.
func (s *Store) EachRow(ctx context.Context, do func(transparency.Row) error) error {
	return s.snapshot(ctx, func(tx *sql.Tx) (err error) {
		decisions, err := tx.QueryContext(ctx, "SELECT seq, outcome, purposes, services, flags, digest, removed, synthetic, "+decisionColumns+
			" FROM decisions NOT INDEXED ORDER BY seq")
		if err != nil {
			return unavailable("read decisions", err)
		}
		defer func() { err = errors.Join(err, decisions.Close()) }()
		entries, err := tx.QueryContext(ctx, "SELECT seq, entry, salt, commitment FROM log_entries ORDER BY seq")
		if err != nil {
			return unavailable("read log", err)
		}
		defer func() { err = errors.Join(err, entries.Close()) }()
		return sideBySide(&decisionRows{rows: decisions}, &entryRows{rows: entries}, do)
	})
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
			row.Position, row.Entry, row.Index = entry.Position, entry.Entry, entry.Index
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
	written, err := appendValues(nil, record)
	if err != nil {
		row.Odd = fmt.Sprintf("cannot be written as it is: %v", err)
		return &row, nil
	}
	kept := slices.Clone(written)
	kept[5], kept[6], kept[7], kept[9], kept[15], kept[16], kept[18] = outcome, purposes, services, synthetic == 1, flags, digest, removed
	for i := range written {
		if i > 0 && kept[i] != written[i] {
			row.Odd = "was changed: what is kept of it beside its fields does not follow from them"
		}
	}
	return &row, nil
}

type entryRows struct{ rows *sql.Rows }

func (e *entryRows) next() (*transparency.Row, error) {
	if !e.rows.Next() {
		if err := e.rows.Err(); err != nil {
			return nil, unavailable("read log", err)
		}
		return nil, nil
	}
	var row transparency.Row
	var salt, commitment []byte
	if err := e.rows.Scan(&row.Position, &row.Index, &salt, &commitment); err != nil {
		return nil, unavailable("read log", err)
	}
	entry := transparency.Entry{Position: row.Position}
	if copy(entry.Salt[:], salt) != len(salt) || len(salt) != transparency.SaltSize || len(commitment) != len(entry.Commitment) {
		row.Odd = "its entry in the log was cut or lengthened"
	}
	copy(entry.Commitment[:], commitment)
	row.Entry = &entry
	return &row, nil
}
