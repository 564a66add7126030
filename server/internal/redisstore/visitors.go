package redisstore

import (
	"context"
	"time"

	"github.com/redis/go-redis/v9"

	"assent/schemas"
	"assent/server/internal/exposure"
)

var _ exposure.Visitors = (*Store)(nil)

// visitorsLife is long enough for what waited in the memory of a server over midnight.
const visitorsLife = 48 * time.Hour

// MarkVisitors implements exposure.Visitors. Servers that add at the same moment may go a little beyond most.
func (s *Store) MarkVisitors(ctx context.Context, site, day string, marks []exposure.Mark, most int) ([]exposure.Mark, error) {
	key := schemas.VisitorsKey(site, day)
	known, err := s.client.SCard(ctx, key).Result()
	if err != nil {
		return nil, unavailable("count visitors in redis", err)
	}
	marks = marks[:min(int64(len(marks)), max(int64(most)-known, 0))]
	if len(marks) == 0 {
		return nil, nil
	}
	added := make([]*redis.IntCmd, len(marks))
	_, err = s.client.Pipelined(ctx, func(pipe redis.Pipeliner) error {
		for i, mark := range marks {
			added[i] = pipe.SAdd(ctx, key, mark[:])
		}
		pipe.Expire(ctx, key, visitorsLife)
		return nil
	})
	if err != nil {
		return nil, unavailable("count visitors in redis", err)
	}
	var fresh []exposure.Mark
	for i, answer := range added {
		if answer.Val() == 1 {
			fresh = append(fresh, marks[i])
		}
	}
	return fresh, nil
}
