package redisstore

import (
	"context"
	"sync"
	"time"

	"github.com/redis/go-redis/v9"
)

// Clock returns the time by which commit.lua stamps: of several masters the clock that is furthest ahead. It fails when
// none answers.
func (s *Store) Clock(ctx context.Context) (time.Time, error) {
	var guard sync.Mutex
	var latest time.Time
	err := s.forEachMaster(ctx, func(ctx context.Context, master *redis.Client) error {
		told, err := master.Time(ctx).Result()
		guard.Lock()
		defer guard.Unlock()
		if err == nil && told.After(latest) {
			latest = told
		}
		return err
	})
	if err != nil && latest.IsZero() {
		return latest, unavailable("ask redis for the time", err)
	}
	return latest.UTC(), nil
}
