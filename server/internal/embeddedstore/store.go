// Package embeddedstore keeps everything in one SQLite file: the journal, the ledger, the reports' source, sites and
// accounts. It is the default store; nothing has to be installed for it.
package embeddedstore

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"time"

	"modernc.org/sqlite" // Registers the driver "sqlite" as well.

	"assent/schemas"
	"assent/server/internal/consent"
)

// Store is one data folder. It is safe for concurrent use, and other processes may open the same folder.
type Store struct {
	write *sql.DB // One connection: SQLite has one writer, and waiting in Go is cheaper than SQLITE_BUSY.
	read  *sql.DB
	now   func() time.Time

	file     string
	opened   os.FileInfo // What the file was when it was opened.
	recorder writer
	readers  *readers // For Current.
	tiles    *readers // For TileData.
}

// Open opens or creates the store in dir, brings its schema up to date and returns it ready for use. The clock stamps
// decisions.
func Open(ctx context.Context, dir string, now func() time.Time) (*Store, error) {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, fmt.Errorf("open data folder: %w", err)
	}
	file := filepath.Join(dir, "assent.db")
	// Created here rather than by SQLite: the file holds people's choices and is nobody else's to read.
	handle, err := os.OpenFile(file, os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return nil, fmt.Errorf("open data folder: %w", err)
	}
	opened, err := handle.Stat()
	if err := errors.Join(err, handle.Close()); err != nil {
		return nil, fmt.Errorf("open data folder: %w", err)
	}
	// As every distribution's SQLite does: a flush need not wait for the file's times to be written (fdatasync(2)).
	if _, err := sqlite.Fdatasync(true); err != nil && !errors.Is(err, sqlite.ErrFdatasyncUnavailable) {
		return nil, fmt.Errorf("open data folder: %w", err)
	}
	s := &Store{now: now, file: file, opened: opened}
	if s.write, err = connect(file, 1, "synchronous(FULL)", "secure_delete(1)"); err != nil {
		return nil, err
	}
	if err := s.migrate(ctx); err != nil {
		return nil, errors.Join(err, s.write.Close())
	}
	if s.read, err = connect(file, 4, "query_only(1)"); err != nil {
		return nil, errors.Join(err, s.write.Close())
	}
	if s.readers, err = openReaders(s.read.Driver(), dataSource(file, "query_only(1)"), selectCurrent, 2); err != nil {
		return nil, errors.Join(fmt.Errorf("prepare database: %w", err), s.read.Close(), s.write.Close())
	}
	if s.tiles, err = openReaders(s.read.Driver(), dataSource(file, "query_only(1)"), selectTile, 2); err != nil {
		return nil, errors.Join(fmt.Errorf("prepare database: %w", err), s.readers.close(), s.read.Close(), s.write.Close())
	}
	return s, nil
}

// Close writes back the log and closes the file. The store must not be used afterwards.
func (s *Store) Close() error {
	return errors.Join(s.recorder.close(), s.readers.close(), s.tiles.close(), s.read.Close(), s.write.Close())
}

// Ping reports whether a decision could be recorded: it writes a row, because a full disk can still be read.
func (s *Store) Ping(ctx context.Context) error {
	if err := s.stillThere(); err != nil {
		return unavailable("write database", err)
	}
	_, err := s.write.ExecContext(ctx, `INSERT INTO settings (name, value) VALUES ('probed', ?)
		ON CONFLICT (name) DO UPDATE SET value = excluded.value`, []byte(s.now().UTC().String()))
	if err != nil {
		return unavailable("write database", err)
	}
	return nil
}

// stillThere reports whether the path still leads to the file that is open. SQLite would go on writing into a file that
// was removed, and what it acknowledged would be gone with the process.
func (s *Store) stillThere() error {
	found, err := os.Stat(s.file)
	if err != nil {
		return err
	}
	if !os.SameFile(found, s.opened) {
		return fmt.Errorf("%s was replaced by another file: restart to use that one", s.file)
	}
	return nil
}

func connect(file string, connections int, pragmas ...string) (*sql.DB, error) {
	db, err := sql.Open("sqlite", dataSource(file, pragmas...))
	if err != nil {
		return nil, fmt.Errorf("open %s: %w", file, err)
	}
	db.SetMaxOpenConns(connections)
	db.SetMaxIdleConns(connections)
	return db, nil
}

func dataSource(file string, pragmas ...string) string {
	query := url.Values{
		"_pragma": append([]string{"busy_timeout(10000)", "journal_mode(WAL)"}, pragmas...),
		"_txlock": {"immediate"},
	}
	return "file:" + (&url.URL{Path: file}).EscapedPath() + "?" + query.Encode()
}

// migrate applies what is missing, each step in a transaction of its own. Two processes that start at once take turns
// by the write lock, and the second finds the work done.
func (s *Store) migrate(ctx context.Context) error {
	steps, err := schemas.Migrations("embedded")
	if err != nil {
		return err
	}
	for {
		done, err := s.migrateOne(ctx, steps)
		if err != nil {
			return fmt.Errorf("prepare database: %w", err)
		}
		if done {
			return nil
		}
	}
}

func (s *Store) migrateOne(ctx context.Context, steps []schemas.Migration) (done bool, err error) {
	tx, err := s.write.BeginTx(ctx, nil)
	if err != nil {
		return false, err
	}
	defer func() { err = errors.Join(err, rollback(tx)) }()
	var version int
	if err := tx.QueryRowContext(ctx, "PRAGMA user_version").Scan(&version); err != nil {
		return false, err
	}
	if version > len(steps) {
		return false, fmt.Errorf("it was written by a newer version of assent (schema %d, this one knows %d): upgrade assent or use another folder", version, len(steps))
	}
	if version == len(steps) {
		return true, nil
	}
	if _, err := tx.ExecContext(ctx, steps[version].SQL); err != nil {
		return false, fmt.Errorf("apply %s: %w", steps[version].Name, err)
	}
	if _, err := tx.ExecContext(ctx, fmt.Sprintf("PRAGMA user_version = %d", version+1)); err != nil {
		return false, err
	}
	return false, tx.Commit()
}

// rollback ends a transaction that was not committed; after a commit it does nothing.
func rollback(tx *sql.Tx) error {
	if err := tx.Rollback(); err != nil && !errors.Is(err, sql.ErrTxDone) {
		return fmt.Errorf("roll back: %w", err)
	}
	return nil
}

// unavailable marks a database error as the store's, not the request's.
func unavailable(doing string, err error) error {
	return fmt.Errorf("%s: %w: %w", doing, consent.ErrUnavailable, err)
}

// found turns "no rows" into the shared error kind.
func found(doing string, err error) error {
	if errors.Is(err, sql.ErrNoRows) {
		return consent.ErrNotFound
	}
	return unavailable(doing, err)
}
