package redisstore

import (
	"context"
	"errors"

	"github.com/redis/go-redis/v9"

	"assent/schemas"
	"assent/server/internal/consent"
	"assent/server/internal/witnessing"
)

var _ witnessing.Store = (*Store)(nil)

// WitnessSeed implements witnessing.Store.
func (s *Store) WitnessSeed(ctx context.Context) ([]byte, error) {
	seed, err := s.client.HGet(ctx, schemas.WitnessedKey(), schemas.WitnessSeedField).Bytes()
	if errors.Is(err, redis.Nil) {
		return nil, consent.ErrNotFound
	}
	if err != nil {
		return nil, unavailable("read witness's key from redis", err)
	}
	return seed, nil
}

// KeepWitnessSeed implements witnessing.Store.
func (s *Store) KeepWitnessSeed(ctx context.Context, seed []byte) error {
	if err := s.client.HSetNX(ctx, schemas.WitnessedKey(), schemas.WitnessSeedField, seed).Err(); err != nil {
		return unavailable("write witness's key to redis", err)
	}
	return nil
}

// Witnessed implements witnessing.Store.
func (s *Store) Witnessed(ctx context.Context, origin string) (string, error) {
	checkpoint, err := s.client.HGet(ctx, schemas.WitnessedKey(), origin).Result()
	if err != nil && !errors.Is(err, redis.Nil) {
		return "", unavailable("read witnessed checkpoint from redis", err)
	}
	return checkpoint, nil
}

var witnessScript = redis.NewScript(`
	if (redis.call('HGET', KEYS[1], ARGV[1]) or '') ~= ARGV[2] then return 0 end
	redis.call('HSET', KEYS[1], ARGV[1], ARGV[3])
	return 1`)

// KeepWitnessed implements witnessing.Store.
func (s *Store) KeepWitnessed(ctx context.Context, origin, was, now string) (bool, error) {
	isKept, err := witnessScript.Run(ctx, s.client, []string{schemas.WitnessedKey()}, origin, was, now).Bool()
	if err != nil {
		return false, unavailable("write witnessed checkpoint to redis", err)
	}
	return isKept, nil
}
