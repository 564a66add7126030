package embeddedstore

import (
	"context"
	"fmt"

	"assent/server/internal/evidence"
)

var _ evidence.Store = (*Store)(nil)

// signingKeySetting stands before the place, in six digits, in the name of a key's setting.
const signingKeySetting = "signing-key "

// SigningKeys implements evidence.Store.
func (s *Store) SigningKeys(ctx context.Context) ([][]byte, error) {
	rows, err := s.read.QueryContext(ctx, "SELECT value FROM settings WHERE name > ? AND name < ? ORDER BY name", signingKeySetting, signingKeySetting+":")
	if err != nil {
		return nil, unavailable("read signing keys", err)
	}
	defer rows.Close()
	var keys [][]byte
	for rows.Next() {
		var key []byte
		if err := rows.Scan(&key); err != nil {
			return nil, unavailable("read signing keys", err)
		}
		keys = append(keys, key)
	}
	if err := rows.Err(); err != nil {
		return nil, unavailable("read signing keys", err)
	}
	return keys, nil
}

// AddSigningKey implements evidence.Store.
func (s *Store) AddSigningKey(ctx context.Context, place int, key []byte) (bool, error) {
	result, err := s.write.ExecContext(ctx, "INSERT INTO settings (name, value) VALUES (?, ?) ON CONFLICT DO NOTHING", fmt.Sprintf("%s%06d", signingKeySetting, place), key)
	if err != nil {
		return false, unavailable("write signing key", err)
	}
	rows, err := result.RowsAffected()
	if err != nil {
		return false, unavailable("write signing key", err)
	}
	return rows == 1, nil
}
