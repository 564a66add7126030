package embeddedstore

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"

	"github.com/google/uuid"

	"assent/server/internal/transparency"
)

var (
	_ transparency.Store = (*Store)(nil)
	_ transparency.Index = (*Store)(nil)
)

// logKeySetting names the setting that holds the log's key.
const logKeySetting = "log-key"

// LogKey implements transparency.Store.
func (s *Store) LogKey(ctx context.Context, fresh transparency.Key) (transparency.Key, error) {
	document, err := json.Marshal(fresh)
	if err != nil {
		return transparency.Key{}, fmt.Errorf("encode log key: %w", err)
	}
	if _, err := s.write.ExecContext(ctx, "INSERT INTO settings (name, value) VALUES (?, ?) ON CONFLICT DO NOTHING", logKeySetting, document); err != nil {
		return transparency.Key{}, unavailable("write log key", err)
	}
	if err := s.read.QueryRowContext(ctx, "SELECT value FROM settings WHERE name = ?", logKeySetting).Scan(&document); err != nil {
		return transparency.Key{}, unavailable("read log key", err)
	}
	var key transparency.Key
	if err := json.Unmarshal(document, &key); err != nil {
		return transparency.Key{}, fmt.Errorf("decode log key: %w", err)
	}
	return key, nil
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

// WaitingDecisions implements transparency.Store.
func (s *Store) WaitingDecisions(ctx context.Context, limit int) ([]transparency.Waiting, error) {
	rows, err := s.read.QueryContext(ctx, "SELECT seq, "+decisionColumns+` FROM decisions
		WHERE seq > (SELECT coalesce(max(seq), 0) FROM log_entries) ORDER BY seq LIMIT ?`, limit)
	if err != nil {
		return nil, unavailable("read decisions", err)
	}
	defer rows.Close()
	var waiting []transparency.Waiting
	for rows.Next() {
		var one transparency.Waiting
		if one.Record, err = scanDecision(rows, &one.Position); err != nil {
			return nil, unavailable("read decisions", err)
		}
		waiting = append(waiting, one)
	}
	if err := rows.Err(); err != nil {
		return nil, unavailable("read decisions", err)
	}
	return waiting, nil
}

// Extend implements transparency.Store.
func (s *Store) Extend(ctx context.Context, addition transparency.Addition) error {
	err := s.change(ctx, func(tx *sql.Tx) error {
		var size int64
		if err := tx.QueryRowContext(ctx, "SELECT coalesce(max(entry) + 1, 0) FROM log_entries").Scan(&size); err != nil {
			return err
		}
		if size != addition.From {
			return transparency.ErrMoved
		}
		return extend(ctx, tx, addition, s.now().Unix()/hourSeconds)
	})
	if err != nil && !errors.Is(err, transparency.ErrMoved) {
		return unavailable("extend log", err)
	}
	return err
}

func extend(ctx context.Context, tx *sql.Tx, addition transparency.Addition, hour int64) error {
	insert, err := tx.PrepareContext(ctx, "INSERT INTO log_entries (entry, seq, salt, commitment) VALUES (?, ?, ?, ?)")
	if err != nil {
		return err
	}
	for i, entry := range addition.Entries {
		if _, err := insert.ExecContext(ctx, addition.From+int64(i), entry.Position, entry.Salt[:], entry.Commitment[:]); err != nil {
			return err
		}
	}
	for _, tile := range addition.Tiles {
		if _, err := tx.ExecContext(ctx, `INSERT INTO log_tiles (level, n, data) VALUES (?, ?, ?)
			ON CONFLICT DO UPDATE SET data = excluded.data`, tile.Level, tile.N, tile.Data); err != nil {
			return err
		}
	}
	// A clock that was set back must not hide the new head behind an older one.
	_, err = tx.ExecContext(ctx, `INSERT INTO log_checkpoints (hour, size, note)
		VALUES (max(?, (SELECT coalesce(max(hour), 0) FROM log_checkpoints)), ?, ?)
		ON CONFLICT DO UPDATE SET size = excluded.size, note = excluded.note`,
		hour, addition.From+int64(len(addition.Entries)), addition.Checkpoint)
	return err
}

// TileData implements transparency.TileStore.
func (s *Store) TileData(ctx context.Context, level int, n int64) ([]byte, error) {
	var data []byte
	if err := s.read.QueryRowContext(ctx, "SELECT data FROM log_tiles WHERE level = ? AND n = ?", level, n).Scan(&data); err != nil {
		return nil, found("read tile", err)
	}
	return data, nil
}

// Placed implements transparency.Index.
func (s *Store) Placed(ctx context.Context, id uuid.UUID, site, subject string) (transparency.Placed, error) {
	var index sql.NullInt64
	var salt []byte
	row := s.read.QueryRowContext(ctx, "SELECT entry, salt, "+decisionColumns+` FROM decisions LEFT JOIN log_entries USING (seq)
		WHERE id = ? AND site = ? AND subject = ?`, id[:], site, subject)
	record, err := scanDecision(row, &index, &salt)
	switch {
	case err != nil:
		return transparency.Placed{}, found("read decision", err)
	case !index.Valid:
		return transparency.Placed{}, transparency.ErrNotYet
	case len(salt) != transparency.SaltSize:
		return transparency.Placed{}, fmt.Errorf("the salt of entry %d of the log is damaged", index.Int64)
	}
	return transparency.Placed{Index: index.Int64, Salt: transparency.Salt(salt), Record: record}, nil
}
