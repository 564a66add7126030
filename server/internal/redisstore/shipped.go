package redisstore

import (
	"context"
	"errors"
	"strconv"
	"strings"
	"time"

	"github.com/redis/go-redis/v9"

	"assent/schemas"
	"assent/server/internal/shipping"
)

var _ shipping.Retaining = (*Store)(nil)

// Shipped implements shipping.Retaining.
func (s *Store) Shipped(ctx context.Context, shard int, after string, before time.Time, limit int) (shipping.Batch, error) {
	batch, err := s.shipped(ctx, shard, after, before, limit)
	if err != nil {
		return shipping.Batch{}, unavailable("read what was shipped", err)
	}
	return batch, nil
}

func (s *Store) shipped(ctx context.Context, shard int, after string, before time.Time, limit int) (shipping.Batch, error) {
	nothing := shipping.Batch{Shard: shard}
	cursor, err := s.client.HGet(ctx, schemas.CursorKey(shard), schemas.CursorField).Result()
	if errors.Is(err, redis.Nil) {
		return nothing, nil
	}
	if err != nil {
		return nothing, err
	}
	from, to := "-", cursor
	if after != "" {
		from = "(" + after
	}
	if last := strconv.FormatInt(before.UnixMilli()-1, 10); !reaches(last, cursor) {
		to = last // Whatever was put in during that millisecond belongs to it.
	}
	batch := nothing
	for len(batch.Records) < limit {
		entries, err := s.client.XRangeN(ctx, schemas.OutboxKey(shard), from, to, perRead).Result()
		if err != nil || len(entries) == 0 {
			return batch, err
		}
		for _, entry := range entries {
			records, err := s.decodeMessage(ctx, shard, entry)
			if err != nil {
				return nothing, err
			}
			batch.Records = append(batch.Records, records...)
			batch.To, from = entry.ID, "("+entry.ID
		}
	}
	return batch, nil
}

// reaches reports whether all of a millisecond lies after a stream id.
func reaches(millisecond, id string) bool {
	cut, _, _ := strings.Cut(id, "-")
	one, _ := strconv.ParseInt(millisecond, 10, 64) // Both are numbers: one is ours, one is Redis's.
	other, _ := strconv.ParseInt(cut, 10, 64)
	return one >= other
}
