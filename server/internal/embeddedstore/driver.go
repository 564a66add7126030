package embeddedstore

import (
	"context"
	"database/sql/driver"
	"errors"
	"fmt"
	"io"
)

// What visitors wait for goes to the driver itself. Through database/sql each statement costs as much again in
// conversions and locks, and with a context that can end the driver starts a goroutine for each; so a context is looked
// at before a transaction or a query, which are over within milliseconds.

// errNoRow is what a query says that found nothing.
var errNoRow = errors.New("no row")

// caller runs statements of one connection. It is not safe for concurrent use.
type caller struct{ arguments []driver.NamedValue }

func (c *caller) exec(statement driver.Stmt, values ...any) (driver.Result, error) {
	return statement.(driver.StmtExecContext).ExecContext(context.Background(), c.named(values))
}

// first returns the first row of a query, or errNoRow.
func (c *caller) first(statement driver.Stmt, values ...any) (row []driver.Value, err error) {
	rows, err := statement.(driver.StmtQueryContext).QueryContext(context.Background(), c.named(values))
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, rows.Close()) }()
	row = make([]driver.Value, len(rows.Columns()))
	if err := rows.Next(row); errors.Is(err, io.EOF) {
		return nil, errNoRow
	} else if err != nil {
		return nil, err
	}
	return row, nil
}

func (c *caller) named(values []any) []driver.NamedValue {
	c.arguments = c.arguments[:0]
	for i, value := range values {
		c.arguments = append(c.arguments, driver.NamedValue{Ordinal: i + 1, Value: value})
	}
	return c.arguments
}

// scanValues copies a row of texts and whole numbers.
func scanValues(row []driver.Value, into ...any) error {
	for i, target := range into {
		ok := false
		switch target := target.(type) {
		case *string:
			*target, ok = row[i].(string)
		case *int64:
			*target, ok = row[i].(int64)
		}
		if !ok {
			return fmt.Errorf("column %d holds %T", i+1, row[i])
		}
	}
	return nil
}

// readers are a few connections with one prepared query, which take turns. More than the processors can use at once would
// only take memory.
type readers struct {
	idle chan *reader
	all  []*reader
}

type reader struct {
	conn  driver.Conn
	query driver.Stmt
	caller
}

func openReaders(d driver.Driver, name, query string, count int) (*readers, error) {
	r := &readers{idle: make(chan *reader, count)}
	for range count {
		conn, err := d.Open(name)
		if err != nil {
			return nil, errors.Join(err, r.close())
		}
		next := &reader{conn: conn}
		r.all = append(r.all, next)
		if next.query, err = conn.Prepare(query); err != nil {
			return nil, errors.Join(err, r.close())
		}
		r.idle <- next
	}
	return r, nil
}

// first returns the first row, or errNoRow.
func (r *readers) first(ctx context.Context, values ...any) ([]driver.Value, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	select {
	case next := <-r.idle:
		defer func() { r.idle <- next }()
		return next.first(next.query, values...)
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

func (r *readers) close() error {
	var err error
	for _, each := range r.all {
		if each.query != nil {
			err = errors.Join(err, each.query.Close())
		}
		err = errors.Join(err, each.conn.Close())
	}
	return err
}
