package embeddedstore

import (
	"context"
	"time"

	"assent/server/internal/daykey"
)

var _ daykey.Store = (*Store)(nil)

// dayKeySetting stands before the day in the name of its setting.
const dayKeySetting = "day-key "

// DayKey implements daykey.Store.
func (s *Store) DayKey(ctx context.Context, day string, fresh []byte) ([]byte, error) {
	oldest := dayKeySetting + s.now().UTC().Add(-daykey.Kept).Format(time.DateOnly)
	if _, err := s.write.ExecContext(ctx, "DELETE FROM settings WHERE name >= ? AND name < ?", dayKeySetting, oldest); err != nil {
		return nil, unavailable("forget day keys", err)
	}
	if _, err := s.write.ExecContext(ctx, "INSERT INTO settings (name, value) VALUES (?, ?) ON CONFLICT DO NOTHING", dayKeySetting+day, fresh); err != nil {
		return nil, unavailable("write day key", err)
	}
	var key []byte
	if err := s.write.QueryRowContext(ctx, "SELECT value FROM settings WHERE name = ?", dayKeySetting+day).Scan(&key); err != nil {
		return nil, unavailable("read day key", err)
	}
	return key, nil
}
