package embeddedstore

import (
	"context"
	"database/sql"
	"errors"

	"assent/server/internal/witnessing"
)

var _ witnessing.Store = (*Store)(nil)

const (
	witnessSeedSetting = "witness-seed"
	// witnessedSetting stands before a log's origin in the name of the setting that holds its latest checkpoint.
	witnessedSetting = "witnessed "
)

// WitnessSeed implements witnessing.Store.
func (s *Store) WitnessSeed(ctx context.Context) ([]byte, error) {
	var seed []byte
	if err := s.read.QueryRowContext(ctx, "SELECT value FROM settings WHERE name = ?", witnessSeedSetting).Scan(&seed); err != nil {
		return nil, found("read witness's key", err)
	}
	return seed, nil
}

// KeepWitnessSeed implements witnessing.Store.
func (s *Store) KeepWitnessSeed(ctx context.Context, seed []byte) error {
	if _, err := s.write.ExecContext(ctx, "INSERT INTO settings (name, value) VALUES (?, ?) ON CONFLICT DO NOTHING", witnessSeedSetting, seed); err != nil {
		return unavailable("write witness's key", err)
	}
	return nil
}

// Witnessed implements witnessing.Store.
func (s *Store) Witnessed(ctx context.Context, origin string) (string, error) {
	var checkpoint []byte
	err := s.read.QueryRowContext(ctx, "SELECT value FROM settings WHERE name = ?", witnessedSetting+origin).Scan(&checkpoint)
	if err != nil && !errors.Is(err, sql.ErrNoRows) {
		return "", unavailable("read witnessed checkpoint", err)
	}
	return string(checkpoint), nil
}

// KeepWitnessed implements witnessing.Store.
func (s *Store) KeepWitnessed(ctx context.Context, origin, was, now string) (bool, error) {
	statement, values := "UPDATE settings SET value = ? WHERE name = ? AND value = ?", []any{[]byte(now), witnessedSetting + origin, []byte(was)}
	if was == "" {
		statement, values = "INSERT INTO settings (value, name) VALUES (?, ?) ON CONFLICT DO NOTHING", values[:2]
	}
	result, err := s.write.ExecContext(ctx, statement, values...)
	if err != nil {
		return false, unavailable("write witnessed checkpoint", err)
	}
	rows, err := result.RowsAffected()
	if err != nil {
		return false, unavailable("write witnessed checkpoint", err)
	}
	return rows == 1, nil
}
