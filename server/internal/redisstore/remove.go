package redisstore

import (
	"context"

	"github.com/redis/go-redis/v9"

	"assent/schemas"
	"assent/server/internal/demodata"
)

var _ demodata.Holdings = (*Store)(nil)

// RemoveSite implements demodata.Holdings. There are no choices to remove: the site's decisions went past this store.
func (s *Store) RemoveSite(ctx context.Context, site string) error {
	keys := []string{schemas.DraftKey(site), schemas.SightedKey(site)}
	for _, pattern := range []string{schemas.NoticeKey(site, "*"), schemas.ScriptKey(site, "*"), schemas.SightingsKey(site, "*"), schemas.VisitorsKey(site, "*")} {
		found, err := s.scan(ctx, pattern)
		if err != nil {
			return unavailable("list what redis keeps of a site", err)
		}
		keys = append(keys, found...)
	}
	// One by one: they lie on different nodes of a Cluster.
	for _, key := range keys {
		if err := s.client.Del(ctx, key).Err(); err != nil {
			return unavailable("remove site from redis", err)
		}
	}
	if err := s.removeRegisters(ctx, site); err != nil {
		return err
	}
	_, err := s.client.TxPipelined(ctx, func(pipe redis.Pipeliner) error {
		pipe.Del(ctx, schemas.PublicationsKey(site))
		pipe.HDel(ctx, schemas.SitesKey(), site)
		pipe.Incr(ctx, schemas.RevisionKey())
		return nil
	})
	if err != nil {
		return unavailable("remove site from redis", err)
	}
	return nil
}
