package redisstore

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"reflect"

	"github.com/redis/go-redis/v9"

	"assent/schemas"
	"assent/server/internal/consent"
	"assent/server/internal/site"
)

var _ site.Desk = (*Store)(nil)

// Draft implements site.Desk.
func (s *Store) Draft(ctx context.Context, site string) (schemas.Draft, error) {
	return readDraft(ctx, s.client, site)
}

func readDraft(ctx context.Context, from redis.Cmdable, site string) (schemas.Draft, error) {
	var d schemas.Draft
	packed, err := from.Get(ctx, schemas.DraftKey(site)).Bytes()
	if err != nil {
		return d, found("read draft from redis", err)
	}
	if err := json.Unmarshal(packed, &d); err != nil {
		return d, fmt.Errorf("decode draft: %w", err)
	}
	return d, nil
}

// PutDraft implements site.Desk.
func (s *Store) PutDraft(ctx context.Context, site string, d schemas.Draft) error {
	packed, err := json.Marshal(d)
	if err != nil {
		return fmt.Errorf("encode draft: %w", err)
	}
	key := schemas.DraftKey(site)
	return s.whileUnchanged(ctx, key, func(tx *redis.Tx) error {
		before, err := readDraft(ctx, tx, site)
		if err != nil && !errors.Is(err, consent.ErrNotFound) {
			return err
		}
		if before.Revision != d.Revision-1 {
			return consent.ErrConflict
		}
		_, err = tx.TxPipelined(ctx, func(pipe redis.Pipeliner) error {
			pipe.Set(ctx, key, packed, 0)
			return nil
		})
		return err
	})
}

// Publish implements site.Desk.
func (s *Store) Publish(ctx context.Context, known, next schemas.Site, p schemas.Publication) error {
	packed, err := json.Marshal(next)
	if err != nil {
		return fmt.Errorf("encode site: %w", err)
	}
	publication, err := json.Marshal(p)
	if err != nil {
		return fmt.Errorf("encode publication: %w", err)
	}
	return s.whileUnchanged(ctx, schemas.SitesKey(), func(tx *redis.Tx) error {
		if err := stillKnown(ctx, tx, known, next.ID); err != nil {
			return err
		}
		_, err := tx.TxPipelined(ctx, func(pipe redis.Pipeliner) error {
			pipe.HSet(ctx, schemas.SitesKey(), next.ID, packed)
			pipe.Incr(ctx, schemas.RevisionKey())
			if p.Notice != "" {
				pipe.RPush(ctx, schemas.PublicationsKey(next.ID), publication)
			}
			return nil
		})
		return err
	})
}

// stillKnown reports a conflict where a site is not what the caller knows of it; the zero site is one that is not there.
func stillKnown(ctx context.Context, tx *redis.Tx, known schemas.Site, id string) error {
	packed, err := tx.HGet(ctx, schemas.SitesKey(), id).Result()
	if err != nil && !errors.Is(err, redis.Nil) {
		return err
	}
	stored := schemas.Site{}
	if err == nil {
		if stored, err = decodeSite(packed); err != nil {
			return err
		}
	}
	if !reflect.DeepEqual(stored, known) {
		return consent.ErrConflict
	}
	return nil
}

// whileUnchanged does what reads a key and then writes it, anew where another process wrote it in between: it may have
// been about another site.
func (s *Store) whileUnchanged(ctx context.Context, key string, do func(tx *redis.Tx) error) error {
	const attempts = 16
	var err error = redis.TxFailedErr
	for range attempts {
		if err = s.client.Watch(ctx, do, key); !errors.Is(err, redis.TxFailedErr) {
			break
		}
	}
	switch {
	case err == nil || errors.Is(err, consent.ErrConflict):
		return err
	case errors.Is(err, redis.TxFailedErr):
		return consent.ErrConflict
	default:
		return unavailable("store in redis", err)
	}
}

// Publications implements site.Desk.
func (s *Store) Publications(ctx context.Context, site string) ([]schemas.Publication, error) {
	all, err := s.client.LRange(ctx, schemas.PublicationsKey(site), 0, -1).Result()
	if err != nil {
		return nil, unavailable("read publications from redis", err)
	}
	list := make([]schemas.Publication, len(all))
	for i, packed := range all {
		if err := json.Unmarshal([]byte(packed), &list[i]); err != nil {
			return nil, fmt.Errorf("decode publication: %w", err)
		}
	}
	return list, nil
}
