package redisstore

import (
	"context"

	"assent/schemas"
	"assent/server/internal/daykey"
)

var _ daykey.Store = (*Store)(nil)

// DayKey implements daykey.Store.
func (s *Store) DayKey(ctx context.Context, day string, fresh []byte) ([]byte, error) {
	pipe := s.client.TxPipeline()
	pipe.SetNX(ctx, schemas.DayKeyKey(day), fresh, daykey.Kept)
	kept := pipe.Get(ctx, schemas.DayKeyKey(day))
	if _, err := pipe.Exec(ctx); err != nil {
		return nil, unavailable("share day key through redis", err)
	}
	return kept.Bytes()
}
