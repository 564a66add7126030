package embeddedstore

import (
	"cmp"
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"sort"

	"assent/server/internal/consent"
	"assent/server/internal/demodata"
	"assent/server/internal/transparency"
)

var (
	_ transparency.Store = (*Store)(nil)
	_ transparency.Index = (*Store)(nil)
)

// logKeySetting names the setting that holds the log's key.
const logKeySetting = "log-key"

// LogKey implements transparency.Store.
func (s *Store) LogKey(ctx context.Context) (transparency.Key, error) {
	var document []byte
	if err := s.read.QueryRowContext(ctx, "SELECT value FROM settings WHERE name = ?", logKeySetting).Scan(&document); err != nil {
		return transparency.Key{}, found("read log key", err)
	}
	var key transparency.Key
	if err := json.Unmarshal(document, &key); err != nil {
		return transparency.Key{}, fmt.Errorf("decode log key: %w", err)
	}
	return key, nil
}

// KeepLogKey implements transparency.Store.
func (s *Store) KeepLogKey(ctx context.Context, key transparency.Key) error {
	document, err := json.Marshal(key)
	if err != nil {
		return fmt.Errorf("encode log key: %w", err)
	}
	if _, err := s.write.ExecContext(ctx, "INSERT INTO settings (name, value) VALUES (?, ?) ON CONFLICT DO NOTHING", logKeySetting, document); err != nil {
		return unavailable("write log key", err)
	}
	return nil
}

// Checkpoint implements transparency.Store.
func (s *Store) Checkpoint(ctx context.Context) (string, error) {
	var checkpoint string
	err := s.read.QueryRowContext(ctx, "SELECT note FROM log_checkpoints ORDER BY hour DESC LIMIT 1").Scan(&checkpoint)
	if err != nil && !errors.Is(err, sql.ErrNoRows) {
		return "", unavailable("read checkpoint", err)
	}
	return checkpoint, nil
}

// isLogged is what the log takes of the decisions: not what is made up, which may be removed again.
const isLogged = "site <> '" + demodata.Site + "'"

// WaitingDecisions implements transparency.Store.
func (s *Store) WaitingDecisions(ctx context.Context, limit int) (waiting []transparency.Waiting, err error) {
	last, err := lastBundle(ctx, s.read)
	if err != nil {
		return nil, unavailable("read log", err)
	}
	err = s.snapshot(ctx, func(tx *sql.Tx) error {
		decisions, err := s.waitingDecisions(ctx, tx, last.lastPosition(), limit)
		if err != nil {
			return unavailable("read decisions", err)
		}
		tombstones, err := waitingTombstones(ctx, tx, last.lastPosition(), limit)
		if err != nil {
			return unavailable("read tombstones", err)
		}
		if waiting = append(decisions, tombstones...); len(tombstones) > 0 {
			slices.SortFunc(waiting, func(a, b transparency.Waiting) int { return cmp.Compare(a.Position, b.Position) })
		}
		return nil
	})
	return waiting[:min(limit, len(waiting))], err
}

func (s *Store) waitingDecisions(ctx context.Context, tx *sql.Tx, after int64, limit int) (waiting []transparency.Waiting, err error) {
	waiting, isSo, err := s.freshDecisions(ctx, tx, after, limit)
	if err != nil || isSo {
		return waiting, err
	}
	waiting = make([]transparency.Waiting, 0, limit)
	rows, err := tx.QueryContext(ctx, "SELECT seq, "+decisionColumns+" FROM decisions WHERE seq > ? AND "+isLogged+" ORDER BY seq LIMIT ?", after, limit)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, rows.Close()) }()
	for rows.Next() {
		var one transparency.Waiting
		if one.Record, err = scanDecision(rows, &one.Position); err != nil {
			return nil, err
		}
		waiting = append(waiting, one)
	}
	return waiting, rows.Err()
}

func waitingTombstones(ctx context.Context, tx *sql.Tx, after int64, limit int) (waiting []transparency.Waiting, err error) {
	rows, err := tx.QueryContext(ctx, "SELECT "+tombstoneColumns+" FROM log_tombstones WHERE seq > ? ORDER BY seq LIMIT ?", after, limit)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, rows.Close()) }()
	for rows.Next() {
		var one transparency.Waiting
		if one.Tombstone, err = scanTombstone(rows, &one.Position); err != nil {
			return nil, err
		}
		waiting = append(waiting, one)
	}
	return waiting, rows.Err()
}

const tombstoneColumns = "seq, erased, at, reason"

func scanTombstone(rows scanner, position *int64) (*transparency.Tombstone, error) {
	var t transparency.Tombstone
	var at int64
	if err := rows.Scan(position, &t.Erased, &at, &t.Reason); err != nil {
		return nil, err
	}
	t.At = consent.FromMicros(at)
	return &t, nil
}

// Unlogged implements transparency.Store.
func (s *Store) Unlogged(ctx context.Context) (int64, error) {
	last, err := lastBundle(ctx, s.read)
	if err != nil {
		return 0, unavailable("read log", err)
	}
	var waiting int64
	if err := s.read.QueryRowContext(ctx, "SELECT count(*) FROM decisions WHERE seq > ? AND "+isLogged, last.lastPosition()).Scan(&waiting); err != nil {
		return 0, unavailable("read decisions", err)
	}
	return waiting, nil
}

// Extend implements transparency.Store.
func (s *Store) Extend(ctx context.Context, addition transparency.Addition) error {
	err := s.change(ctx, func(tx *sql.Tx) error {
		last, err := lastBundle(ctx, tx)
		if err != nil {
			return err
		}
		if last.size() != addition.From {
			return transparency.ErrMoved
		}
		if err := last.extend(ctx, tx, addition.Entries); err != nil {
			return err
		}
		return putTree(ctx, tx, addition, s.now().Unix()/hourSeconds)
	})
	if err != nil && !errors.Is(err, transparency.ErrMoved) {
		return unavailable("extend log", err)
	}
	return err
}

func putTree(ctx context.Context, tx *sql.Tx, addition transparency.Addition, hour int64) error {
	for _, tile := range addition.Tiles {
		if _, err := tx.ExecContext(ctx, `INSERT INTO log_tiles (level, n, data) VALUES (?, ?, ?)
			ON CONFLICT DO UPDATE SET data = excluded.data`, tile.Level, tile.N, tile.Data); err != nil {
			return err
		}
	}
	// A clock that was set back must not hide the new head behind an older one.
	_, err := tx.ExecContext(ctx, `INSERT INTO log_checkpoints (hour, size, note)
		VALUES (max(?, (SELECT coalesce(max(hour), 0) FROM log_checkpoints)), ?, ?)
		ON CONFLICT DO UPDATE SET size = excluded.size, note = excluded.note`,
		hour, addition.From+int64(len(addition.Entries)), addition.Checkpoint)
	return err
}

const selectTile = "SELECT data FROM log_tiles WHERE level = ? AND n = ?"

// TileData implements transparency.TileStore.
func (s *Store) TileData(ctx context.Context, level int, n int64) ([]byte, error) {
	row, err := s.tiles.first(ctx, int64(level), n)
	if errors.Is(err, errNoRow) {
		return nil, consent.ErrNotFound
	}
	if err != nil {
		return nil, unavailable("read tile", err)
	}
	data, isBlob := row[0].([]byte)
	if !isBlob {
		return nil, fmt.Errorf("tile %d of level %d holds %T", n, level, row[0])
	}
	return data, nil
}

// Placed implements transparency.Index.
func (s *Store) Placed(ctx context.Context, r consent.Record) (transparency.Placed, error) {
	var seq int64
	row := s.read.QueryRowContext(ctx, "SELECT seq, "+decisionColumns+" FROM decisions WHERE id = ? AND site = ? AND subject = ?", r.ID[:], r.Site, r.Subject)
	record, err := scanDecision(row, &seq)
	if err != nil {
		return transparency.Placed{}, found("read decision", err)
	}
	var in bundle
	err = s.read.QueryRowContext(ctx, "SELECT bundle, first, data FROM log_entries WHERE first <= ? ORDER BY first DESC LIMIT 1", seq).
		Scan(&in.n, &in.first, &in.data)
	if err != nil && !errors.Is(err, sql.ErrNoRows) {
		return transparency.Placed{}, unavailable("read log", err)
	}
	place, isThere := sort.Find(len(in.data)/entrySize, func(i int) int {
		entry, _ := entryAt(in.data, i)
		return cmp.Compare(seq, entry.Position)
	})
	if !isThere {
		return transparency.Placed{}, transparency.ErrNotYet
	}
	entry, _ := entryAt(in.data, place)
	return transparency.Placed{Index: in.n*transparency.TileWidth + int64(place), Salt: entry.Salt, Record: record}, nil
}

// EntryBundle implements transparency.TileStore.
func (s *Store) EntryBundle(ctx context.Context, n int64) ([]transparency.Entry, error) {
	var data []byte
	if err := s.read.QueryRowContext(ctx, "SELECT data FROM log_entries WHERE bundle = ?", n).Scan(&data); err != nil {
		return nil, found("read log", err)
	}
	var entries []transparency.Entry
	for entry, isThere := entryAt(data, 0); isThere; entry, isThere = entryAt(data, len(entries)) {
		entries = append(entries, entry)
	}
	return entries, nil
}
