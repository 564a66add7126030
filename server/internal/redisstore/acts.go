package redisstore

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"github.com/redis/go-redis/v9"

	"assent/schemas"
	"assent/server/internal/admintrail"
)

var (
	_ admintrail.Store = (*Store)(nil)
	_ admintrail.Aging = (*Store)(nil)
)

const (
	actField = "a"
	actsRead = 500 // Entries of the stream at once, of which a filter may take few.
)

// AppendAct implements admintrail.Store.
func (s *Store) AppendAct(ctx context.Context, act admintrail.Act) error {
	packed, err := json.Marshal(act)
	if err != nil {
		return fmt.Errorf("encode act: %w", err)
	}
	err = s.client.XAdd(ctx, &redis.XAddArgs{Stream: schemas.ActsKey(), Values: []any{actField, packed}}).Err()
	if err != nil {
		return unavailable("write admin trail to redis", err)
	}
	return nil
}

// Acts implements admintrail.Store.
func (s *Store) Acts(ctx context.Context, filter admintrail.Filter) ([]admintrail.Act, error) {
	var acts []admintrail.Act
	end := "+"
	if filter.Before != "" {
		end = "(" + filter.Before
	}
	for {
		entries, err := s.client.XRevRangeN(ctx, schemas.ActsKey(), end, "-", actsRead).Result()
		if err != nil {
			return nil, unavailable("read admin trail from redis", err)
		}
		for _, entry := range entries {
			act, err := decodeAct(entry)
			if err != nil {
				return nil, err
			}
			if filter.Matches(act) {
				acts = append(acts, act)
			}
			if len(acts) == admintrail.PageSize {
				return acts, nil
			}
		}
		if len(entries) < actsRead {
			return acts, nil
		}
		end = "(" + entries[len(entries)-1].ID
	}
}

func decodeAct(entry redis.XMessage) (admintrail.Act, error) {
	act := admintrail.Act{ID: entry.ID}
	packed, _ := entry.Values[actField].(string)
	if err := json.Unmarshal([]byte(packed), &act); err != nil {
		return act, fmt.Errorf("decode act: %w", err)
	}
	return act, nil
}

// CountActs implements admintrail.Aging. Acts that were moved here are behind younger ones: so it looks at all.
func (s *Store) CountActs(ctx context.Context, before time.Time) (map[string]int, error) {
	months := map[string]int{}
	err := s.eachOldAct(ctx, before, func(act admintrail.Act) bool {
		months[act.At.UTC().Format("2006-01")]++
		return true
	})
	return months, err
}

// RemoveActs implements admintrail.Aging.
func (s *Store) RemoveActs(ctx context.Context, before time.Time, most int) (int, error) {
	var ids []string
	err := s.eachOldAct(ctx, before, func(act admintrail.Act) bool {
		ids = append(ids, act.ID)
		return len(ids) < most
	})
	if err != nil || len(ids) == 0 {
		return 0, err
	}
	pipe := s.client.Pipeline() // Which durabilityHook watches.
	removed := pipe.XDel(ctx, schemas.ActsKey(), ids...)
	if _, err := pipe.Exec(ctx); err != nil {
		return 0, unavailable("remove from admin trail in redis", err)
	}
	return int(removed.Val()), nil
}

// eachOldAct calls do with each act from before a time until it returns false.
func (s *Store) eachOldAct(ctx context.Context, before time.Time, do func(admintrail.Act) bool) error {
	start := "-"
	for {
		entries, err := s.client.XRangeN(ctx, schemas.ActsKey(), start, "+", actsRead).Result()
		if err != nil {
			return unavailable("read admin trail from redis", err)
		}
		for _, entry := range entries {
			act, err := decodeAct(entry)
			if err != nil {
				return err
			}
			if act.At.Before(before) && !do(act) {
				return nil
			}
			start = "(" + entry.ID
		}
		if len(entries) < actsRead {
			return nil
		}
	}
}
