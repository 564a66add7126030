package embeddedstore

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"fmt"
	"sync"

	"assent/server/internal/transparency"
)

// writer is the write path on the driver itself.
type writer struct {
	turn sync.Mutex
	conn any // The driver's connection that the statements belong to; database/sql may open another one.

	begin, end, undo             driver.Stmt
	record, insert, known, stamp driver.Stmt

	values  []any                  // Used again from row to row.
	written []transparency.Waiting // By the transaction.
	fresh   fresh
	caller
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
		w.written = w.written[:0]
		if err := do(w); err != nil {
			_, undoErr := w.exec(w.undo)
			return errors.Join(err, undoErr)
		}
		// Before anybody can read them: what is at hand lacks nothing then of what this process has recorded.
		w.fresh.keep(w.written)
		if _, err := w.exec(w.end); err != nil {
			w.fresh.clear() // Before others may take the numbers.
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
