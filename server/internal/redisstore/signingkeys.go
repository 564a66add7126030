package redisstore

import (
	"context"
	"fmt"
	"strconv"

	"assent/schemas"
	"assent/server/internal/evidence"
)

var _ evidence.Store = (*Store)(nil)

// SigningKeys implements evidence.Store.
func (s *Store) SigningKeys(ctx context.Context) ([][]byte, error) {
	kept, err := s.client.HGetAll(ctx, schemas.SigningKeysKey()).Result()
	if err != nil {
		return nil, unavailable("read signing keys from redis", err)
	}
	keys := make([][]byte, len(kept))
	for place := range keys {
		key, ok := kept[strconv.Itoa(place)]
		if !ok {
			return nil, fmt.Errorf("read signing keys from redis: there are %d and none at place %d", len(kept), place)
		}
		keys[place] = []byte(key)
	}
	return keys, nil
}

// AddSigningKey implements evidence.Store.
func (s *Store) AddSigningKey(ctx context.Context, place int, key []byte) (bool, error) {
	added, err := s.client.HSetNX(ctx, schemas.SigningKeysKey(), strconv.Itoa(place), key).Result()
	if err != nil {
		return false, unavailable("write signing key to redis", err)
	}
	return added, nil
}
