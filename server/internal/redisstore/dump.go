package redisstore

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"sync"

	"github.com/redis/go-redis/v9"

	"assent/schemas"
	"assent/server/internal/account"
	"assent/server/internal/consent"
	"assent/server/internal/moving"
)

var (
	_ moving.Holdings = (*Store)(nil)
	_ moving.Marks    = (*Store)(nil)
)

// perScan is how many keys a master looks at in one step.
const perScan = 10_000

// Notices implements moving.Holdings.
func (s *Store) Notices(ctx context.Context, do func(moving.Document) error) error {
	return s.documents(ctx, schemas.NoticeKey, s.Notice, do)
}

// Scripts implements moving.Holdings.
func (s *Store) Scripts(ctx context.Context, do func(moving.Document) error) error {
	return s.documents(ctx, schemas.ScriptKey, s.Script, do)
}

// documents reads what is kept under keys of one kind. Their names are gathered first, because a scan tells some twice.
func (s *Store) documents(ctx context.Context, key func(site, name string) string,
	read func(ctx context.Context, site, name string) ([]byte, error), do func(moving.Document) error) error {
	keys, err := s.scan(ctx, schemas.DocumentKeys(key))
	if err != nil {
		return unavailable("list documents in redis", err)
	}
	for _, one := range keys {
		site, name, ok := schemas.DocumentNames(one)
		if !ok {
			return fmt.Errorf("read document from redis: the key %q is none of ours", one)
		}
		body, err := read(ctx, site, name)
		if errors.Is(err, consent.ErrNotFound) {
			continue // Removed meanwhile.
		}
		if err != nil {
			return err
		}
		if err := do(moving.Document{Site: site, Name: name, Body: body}); err != nil {
			return err
		}
	}
	return nil
}

// scan returns the keys that match on all masters, each once.
func (s *Store) scan(ctx context.Context, pattern string) ([]string, error) {
	var guard sync.Mutex
	var keys []string
	err := s.forEachMaster(ctx, func(ctx context.Context, master *redis.Client) error {
		steps := master.Scan(ctx, 0, pattern, perScan).Iterator()
		for steps.Next(ctx) {
			guard.Lock()
			keys = append(keys, steps.Val())
			guard.Unlock()
		}
		return steps.Err()
	})
	slices.Sort(keys)
	return slices.Compact(keys), err
}

// Users implements moving.Holdings.
func (s *Store) Users(ctx context.Context, do func(account.User) error) error {
	emails, err := s.client.HKeys(ctx, schemas.UsersKey()).Result()
	if err != nil {
		return unavailable("read users from redis", err)
	}
	for _, email := range emails {
		user, err := s.User(ctx, email)
		if errors.Is(err, consent.ErrNotFound) {
			continue
		}
		if err != nil {
			return err
		}
		if err := do(user); err != nil {
			return err
		}
	}
	return nil
}

// PutUser implements moving.Holdings.
func (s *Store) PutUser(ctx context.Context, user account.User) error {
	packed, err := json.Marshal(user)
	if err != nil {
		return fmt.Errorf("encode user: %w", err)
	}
	if err := s.client.HSet(ctx, schemas.UsersKey(), user.Email, packed).Err(); err != nil {
		return unavailable("write user to redis", err)
	}
	return nil
}

// Mark implements moving.Marks.
func (s *Store) Mark(ctx context.Context, name string) ([]byte, error) {
	value, err := s.get(ctx, schemas.MarkKey(name))
	if err != nil {
		return nil, found("read mark from redis", err)
	}
	return value, nil
}

// SetMark implements moving.Marks.
func (s *Store) SetMark(ctx context.Context, name string, value []byte) error {
	return s.put(ctx, schemas.MarkKey(name), value)
}
