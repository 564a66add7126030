package redisstore

import (
	"context"
	"fmt"
	"strconv"
	"sync"

	"github.com/redis/go-redis/v9"
)

// Fill returns which share of its memory the fullest master uses: of maxmemory, or of all that its machine has.
func (s *Store) Fill(ctx context.Context) (float64, error) {
	var guard sync.Mutex
	fullest := 0.0
	err := s.forEachMaster(ctx, func(ctx context.Context, master *redis.Client) error {
		info, err := master.InfoMap(ctx, "memory").Result()
		if err != nil {
			return unavailable("ask redis for its memory", err)
		}
		fill, err := fillOf(info["Memory"])
		if err != nil {
			return fmt.Errorf("memory of redis at %s: %w", master.Options().Addr, err)
		}
		guard.Lock()
		defer guard.Unlock()
		fullest = max(fullest, fill)
		return nil
	})
	return fullest, err
}

func fillOf(memory map[string]string) (float64, error) {
	most := memory["maxmemory"]
	if most == "0" {
		most = memory["total_system_memory"]
	}
	used, err := strconv.ParseFloat(memory["used_memory"], 64)
	if err != nil {
		return 0, err
	}
	bytes, err := strconv.ParseFloat(most, 64)
	if err != nil {
		return 0, err
	}
	return used / bytes, nil
}
