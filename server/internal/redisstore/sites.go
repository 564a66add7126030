package redisstore

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"

	"github.com/redis/go-redis/v9"

	"assent/schemas"
	"assent/server/internal/site"
	"assent/server/internal/snippetbuild"
)

var (
	_ site.Registry      = (*Store)(nil)
	_ site.Archive       = (*Store)(nil)
	_ snippetbuild.Shelf = (*Store)(nil)
)

// PutSite implements site.Registry.
func (s *Store) PutSite(ctx context.Context, document schemas.Site) error {
	packed, err := json.Marshal(document)
	if err != nil {
		return fmt.Errorf("encode site: %w", err)
	}
	pipe := s.client.TxPipeline()
	pipe.HSet(ctx, schemas.SitesKey(), document.ID, packed)
	pipe.Incr(ctx, schemas.RevisionKey())
	if _, err := pipe.Exec(ctx); err != nil {
		return unavailable("store site in redis", err)
	}
	return nil
}

// Site implements site.Registry.
func (s *Store) Site(ctx context.Context, id string) (schemas.Site, error) {
	packed, err := s.client.HGet(ctx, schemas.SitesKey(), id).Result()
	if err != nil {
		return schemas.Site{}, found("read site from redis", err)
	}
	return decodeSite(packed)
}

// Sites implements site.Registry.
func (s *Store) Sites(ctx context.Context) ([]schemas.Site, error) {
	all, err := s.client.HVals(ctx, schemas.SitesKey()).Result()
	if err != nil {
		return nil, unavailable("read sites from redis", err)
	}
	sites := make([]schemas.Site, len(all))
	for i, packed := range all {
		if sites[i], err = decodeSite(packed); err != nil {
			return nil, err
		}
	}
	slices.SortFunc(sites, func(a, b schemas.Site) int {
		return cmp.Or(cmp.Compare(a.Name, b.Name), cmp.Compare(a.ID, b.ID))
	})
	return sites, nil
}

func decodeSite(packed string) (schemas.Site, error) {
	var document schemas.Site
	if err := json.Unmarshal([]byte(packed), &document); err != nil {
		return schemas.Site{}, fmt.Errorf("decode site: %w", err)
	}
	return document, nil
}

// Revision implements site.Registry.
func (s *Store) Revision(ctx context.Context) (int64, error) {
	revision, err := s.client.Get(ctx, schemas.RevisionKey()).Int64()
	if err != nil && !errors.Is(err, redis.Nil) {
		return 0, unavailable("read revision from redis", err)
	}
	return revision, nil
}

// PutNotice implements site.Archive.
func (s *Store) PutNotice(ctx context.Context, site, id string, document []byte) error {
	return s.put(ctx, schemas.NoticeKey(site, id), document)
}

// Notice implements site.Archive.
func (s *Store) Notice(ctx context.Context, site, id string) ([]byte, error) {
	document, err := s.get(ctx, schemas.NoticeKey(site, id))
	if err != nil {
		return nil, found("read notice from redis", err)
	}
	return document, nil
}

// PutScript implements snippetbuild.Shelf.
func (s *Store) PutScript(ctx context.Context, site, hash string, document []byte) error {
	return s.put(ctx, schemas.ScriptKey(site, hash), document)
}

// Script implements snippetbuild.Shelf.
func (s *Store) Script(ctx context.Context, site, hash string) ([]byte, error) {
	document, err := s.get(ctx, schemas.ScriptKey(site, hash))
	if err != nil {
		return nil, found("read script from redis", err)
	}
	return document, nil
}

func (s *Store) put(ctx context.Context, key string, document []byte) error {
	if err := s.client.Set(ctx, key, document, 0).Err(); err != nil {
		return unavailable("store document in redis", err)
	}
	return nil
}
