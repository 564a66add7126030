package redisstore

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/redis/go-redis/v9"

	"assent/schemas"
	"assent/server/internal/consent"
	"assent/server/internal/register"
)

var _ register.Store = (*Store)(nil)

// A document is kept as its revision, when it is due (milliseconds since 1970, 0 for never) and what it says, with spaces
// between.

// Document implements register.Store.
func (s *Store) Document(ctx context.Context, key register.Key) (register.Document, error) {
	packed, err := s.client.HGet(ctx, schemas.RegisterKey(string(key.Kind), key.Site), key.ID).Result()
	if err != nil {
		return register.Document{}, found("read register from redis", err)
	}
	return unpackDocument(key, packed)
}

// Documents implements register.Store.
func (s *Store) Documents(ctx context.Context, kind register.Kind, site string) ([]register.Document, error) {
	if site != "" {
		return s.documentsOf(ctx, kind, site)
	}
	registers, err := s.registers(ctx)
	if err != nil {
		return nil, err
	}
	var all []register.Document
	for _, one := range registers {
		if one.Kind != kind {
			continue
		}
		documents, err := s.documentsOf(ctx, kind, one.Site)
		if err != nil {
			return nil, err
		}
		all = append(all, documents...)
	}
	return all, nil
}

func (s *Store) documentsOf(ctx context.Context, kind register.Kind, site string) ([]register.Document, error) {
	fields, err := s.client.HGetAll(ctx, schemas.RegisterKey(string(kind), site)).Result()
	if err != nil {
		return nil, unavailable("read register from redis", err)
	}
	documents := make([]register.Document, 0, len(fields))
	for id, packed := range fields {
		document, err := unpackDocument(register.Key{Kind: kind, Site: site, ID: id}, packed)
		if err != nil {
			return nil, err
		}
		documents = append(documents, document)
	}
	slices.SortFunc(documents, func(a, b register.Document) int { return strings.Compare(a.ID, b.ID) })
	return documents, nil
}

// registers returns the kinds and sites of which there are documents, in the order of bytes.
func (s *Store) registers(ctx context.Context) ([]register.Key, error) {
	names, err := s.client.SMembers(ctx, schemas.RegistersKey()).Result()
	if err != nil {
		return nil, unavailable("read register from redis", err)
	}
	keys := make([]register.Key, len(names))
	for i, name := range names {
		kind, site, ok := strings.Cut(name, ":")
		if !ok {
			return nil, fmt.Errorf("read register from redis: %q names no kind and site", name)
		}
		keys[i] = register.Key{Kind: register.Kind(kind), Site: site}
	}
	slices.SortFunc(keys, func(a, b register.Key) int {
		return cmp.Or(strings.Compare(string(a.Kind), string(b.Kind)), strings.Compare(a.Site, b.Site))
	})
	return keys, nil
}

// DueDocuments implements register.Store.
func (s *Store) DueDocuments(ctx context.Context, kind register.Kind, at time.Time, limit int) ([]register.Document, error) {
	members, err := s.client.ZRangeByScore(ctx, schemas.RegisterDueKey(string(kind)),
		&redis.ZRangeBy{Min: "-inf", Max: strconv.FormatInt(at.UnixMilli(), 10), Count: int64(limit)}).Result()
	if err != nil {
		return nil, unavailable("read register from redis", err)
	}
	documents := make([]register.Document, 0, len(members))
	for _, member := range members {
		site, id, ok := schemas.RegisterNames(member)
		if !ok {
			return nil, fmt.Errorf("read register from redis: %q names no site and id", member)
		}
		document, err := s.Document(ctx, register.Key{Kind: kind, Site: site, ID: id})
		if errors.Is(err, consent.ErrNotFound) {
			continue // Removed meanwhile.
		}
		if err != nil {
			return nil, err
		}
		documents = append(documents, document)
	}
	return documents, nil
}

// changeSource puts and removes documents, all or none. It runs in a Redis that is full too: what is to be told of decisions is
// written down before they leave the outbox, which makes room. KEYS: per document its register, what is due and all registers.
// ARGV: per document its id, revision, packed form (empty to remove it), when due, its name in what is due, and its register's.
// The revision is that after a put, and that of what is removed.
const changeSource = roomy + `
	for i = 1, #KEYS / 3 do
		local id, revision, packed = unpack(ARGV, 6 * i - 5, 6 * i - 3)
		local kept = redis.call('HGET', KEYS[3 * i - 2], id)
		local is = kept and string.match(kept, '^%d+')
		if packed ~= '' and (is or '0') + 1 ~= tonumber(revision) then return 0 end
		if packed == '' and is and is ~= revision then return 0 end
	end
	for i = 1, #KEYS / 3 do
		local documents, dues, registers = unpack(KEYS, 3 * i - 2, 3 * i)
		local id, _, packed, due, name, register = unpack(ARGV, 6 * i - 5, 6 * i)
		if packed == '' then
			redis.call('HDEL', documents, id)
			redis.call('ZREM', dues, name)
			if redis.call('EXISTS', documents) == 0 then redis.call('SREM', registers, register) end
		else
			redis.call('HSET', documents, id, packed)
			redis.call('SADD', registers, register)
			if due == '0' then redis.call('ZREM', dues, name) else redis.call('ZADD', dues, due, name) end
		end
	end
	return 1`

// PutDocument implements register.Store.
func (s *Store) PutDocument(ctx context.Context, d register.Document) error {
	return s.ChangeDocuments(ctx, []register.Document{d}, nil)
}

// RemoveDocument implements register.Store.
func (s *Store) RemoveDocument(ctx context.Context, key register.Key, revision int64) error {
	return s.ChangeDocuments(ctx, nil, []register.Document{{Key: key, Revision: revision}})
}

// ChangeDocuments implements register.Store.
func (s *Store) ChangeDocuments(ctx context.Context, put, remove []register.Document) error {
	var keys []string
	var args []any
	add := func(d register.Document, packed string, due int64) {
		keys = append(keys, schemas.RegisterKey(string(d.Kind), d.Site), schemas.RegisterDueKey(string(d.Kind)), schemas.RegistersKey())
		args = append(args, d.ID, d.Revision, packed, due, schemas.RegisterName(d.Site, d.ID), string(d.Kind)+":"+d.Site)
	}
	for _, d := range put {
		due := int64(0)
		if !d.Due.IsZero() {
			due = d.Due.UnixMilli()
		}
		add(d, fmt.Sprintf("%d %d %s", d.Revision, due, d.Body), due)
	}
	for _, d := range remove {
		add(d, "", 0)
	}
	if len(keys) == 0 {
		return nil
	}
	isDone, err := s.evalSafely(ctx, changeSource, keys, args...).Bool()
	if err != nil {
		return unavailable("change register in redis", err)
	}
	if !isDone {
		return consent.ErrConflict
	}
	return nil
}

// Kinds implements register.Store.
func (s *Store) Kinds(ctx context.Context) ([]register.Kind, error) {
	registers, err := s.registers(ctx)
	if err != nil {
		return nil, err
	}
	var kinds []register.Kind
	for _, one := range registers {
		kinds = append(kinds, one.Kind)
	}
	return slices.Compact(kinds), nil
}

// removeRegisters removes all documents of a site.
func (s *Store) removeRegisters(ctx context.Context, site string) error {
	registers, err := s.registers(ctx)
	if err != nil {
		return err
	}
	for _, one := range registers {
		if one.Site != site {
			continue
		}
		documents, err := s.documentsOf(ctx, one.Kind, site)
		if err != nil {
			return err
		}
		for _, d := range documents {
			if err := s.RemoveDocument(ctx, d.Key, d.Revision); err != nil {
				return err
			}
		}
	}
	return nil
}

func unpackDocument(key register.Key, packed string) (register.Document, error) {
	document := register.Document{Key: key}
	parts := strings.SplitN(packed, " ", 3)
	if len(parts) != 3 {
		return document, fmt.Errorf("read register from redis: %s %s is none of ours", key.Kind, key.ID)
	}
	revision, revisionErr := strconv.ParseInt(parts[0], 10, 64)
	due, dueErr := strconv.ParseInt(parts[1], 10, 64)
	if err := errors.Join(revisionErr, dueErr); err != nil {
		return document, fmt.Errorf("read register from redis: %s %s: %w", key.Kind, key.ID, err)
	}
	document.Revision, document.Body = revision, []byte(parts[2])
	if due != 0 {
		document.Due = time.UnixMilli(due).UTC()
	}
	return document, nil
}
