package embeddedstore

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"fmt"
	"io"
	"sync"
)

// errNoRow is what a query says that found nothing.
var errNoRow = errors.New("no row")

// writer is the write path on the driver itself. Through database/sql each statement costs as much again in conversions
// and locks, and with a context that can end the driver starts a goroutine for each; so ctx is looked at once per
// transaction, which is over within milliseconds.
type writer struct {
	turn sync.Mutex
	conn any // The driver's connection that the statements belong to; database/sql may open another one.

	begin, end, undo             driver.Stmt
	record, insert, known, stamp driver.Stmt

	values    []any // Used again from row to row.
	arguments []driver.NamedValue
}

// transact runs do in one transaction on db's connection.
func (w *writer) transact(ctx context.Context, db *sql.DB, do func(*writer) error) (err error) {
	conn, err := db.Conn(ctx)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, conn.Close()) }()
	w.turn.Lock()
	defer w.turn.Unlock()
	return conn.Raw(func(driverConn any) error {
		if err := w.prepare(driverConn); err != nil {
			return err
		}
		if _, err := w.exec(w.begin); err != nil {
			return err
		}
		if err := do(w); err != nil {
			_, undoErr := w.exec(w.undo)
			return errors.Join(err, undoErr)
		}
		if _, err := w.exec(w.end); err != nil {
			// What kept it from being written may have ended the transaction already.
			_, _ = w.exec(w.undo)
			return err
		}
		return nil
	})
}

// prepare makes the statements of a connection that is new.
func (w *writer) prepare(conn any) error {
	if w.conn == conn {
		return nil
	}
	for _, statement := range []struct {
		into *driver.Stmt
		text string
	}{
		{&w.begin, "BEGIN IMMEDIATE"}, {&w.end, "COMMIT"}, {&w.undo, "ROLLBACK"},
		{&w.record, recordDecision}, {&w.insert, insertDecision}, {&w.known, selectKnown}, {&w.stamp, selectStamp},
	} {
		prepared, err := conn.(driver.ConnPrepareContext).PrepareContext(context.Background(), statement.text)
		if err != nil {
			return fmt.Errorf("prepare statement: %w", err)
		}
		*statement.into = prepared
	}
	w.conn = conn
	return nil
}

// close frees the statements, without which SQLite keeps the file open.
func (w *writer) close() error {
	w.turn.Lock()
	defer w.turn.Unlock()
	var err error
	for _, statement := range []driver.Stmt{w.begin, w.end, w.undo, w.record, w.insert, w.known, w.stamp} {
		if statement != nil {
			err = errors.Join(err, statement.Close())
		}
	}
	return err
}

// exec returns how many rows the statement changed.
func (w *writer) exec(statement driver.Stmt, values ...any) (int64, error) {
	result, err := statement.(driver.StmtExecContext).ExecContext(context.Background(), w.named(values))
	if err != nil {
		return 0, err
	}
	return result.RowsAffected()
}

// numbers reads the first row of a query that answers with so many whole numbers.
func (w *writer) numbers(statement driver.Stmt, count int, values ...any) (row []int64, err error) {
	rows, err := statement.(driver.StmtQueryContext).QueryContext(context.Background(), w.named(values))
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, rows.Close()) }()
	read := make([]driver.Value, count)
	if err := rows.Next(read); errors.Is(err, io.EOF) {
		return nil, errNoRow
	} else if err != nil {
		return nil, err
	}
	for _, value := range read {
		number, ok := value.(int64)
		if !ok {
			return nil, fmt.Errorf("%v is no whole number", value)
		}
		row = append(row, number)
	}
	return row, nil
}

func (w *writer) named(values []any) []driver.NamedValue {
	w.arguments = w.arguments[:0]
	for i, value := range values {
		w.arguments = append(w.arguments, driver.NamedValue{Ordinal: i + 1, Value: value})
	}
	return w.arguments
}
