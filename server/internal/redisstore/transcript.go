package redisstore

import (
	"context"
	"strconv"

	"github.com/redis/go-redis/v9"

	"assent/schemas"
	"assent/server/internal/consent"
	"assent/server/internal/sequencing"
)

var _ sequencing.Journal = (*Store)(nil)

// TranscriptFields implements sequencing.Journal.
func (s *Store) TranscriptFields(ctx context.Context, names ...string) (map[string]string, error) {
	values, err := s.client.HMGet(ctx, schemas.TranscriptKey(), names...).Result()
	if err != nil {
		return nil, unavailable("read state of the log from redis", err)
	}
	fields := map[string]string{}
	for i, name := range names {
		fields[name], _ = values[i].(string)
	}
	return fields, nil
}

const keepFieldSource = "return redis.call('HSETNX', KEYS[1], ARGV[1], ARGV[2])"

// KeepTranscriptField implements sequencing.Journal.
func (s *Store) KeepTranscriptField(ctx context.Context, name, value string) error {
	if err := s.evalSafely(ctx, keepFieldSource, []string{schemas.TranscriptKey()}, name, value).Err(); err != nil {
		return unavailable("write state of the log to redis", err)
	}
	return nil
}

// changeTranscriptSource sets fields while the log is as long, and has the same addition on its way, as the caller believes.
// ARGV: size, token, tombstones that are done with, then names and values; an empty value removes the field.
const changeTranscriptSource = roomy + `
	if (redis.call('HGET', KEYS[1], 'size') or '0') ~= ARGV[1] or (redis.call('HGET', KEYS[1], 'token') or '') ~= ARGV[2] then return 0 end
	for i = 4, #ARGV, 2 do
		if ARGV[i + 1] == '' then redis.call('HDEL', KEYS[1], ARGV[i]) else redis.call('HSET', KEYS[1], ARGV[i], ARGV[i + 1]) end
	end
	if tonumber(ARGV[3]) > 0 then redis.call('LTRIM', KEYS[2], ARGV[3], -1) end
	return 1`

// ChangeTranscript implements sequencing.Journal.
func (s *Store) ChangeTranscript(ctx context.Context, size int64, token string, buried int, fields map[string]string) (bool, error) {
	args := []any{strconv.FormatInt(size, 10), token, buried}
	for name, value := range fields {
		args = append(args, name, value)
	}
	isChanged, err := s.evalSafely(ctx, changeTranscriptSource, []string{schemas.TranscriptKey(), schemas.TombstonesKey()}, args...).Bool()
	if err != nil {
		return false, unavailable("change state of the log in redis", err)
	}
	return isChanged, nil
}

// beginTranscriptSource makes a shard keep what is shipped from now on until the log has it.
const beginTranscriptSource = roomy + `
	local logged = redis.call('HGET', KEYS[1], 'g')
	if not logged then
		logged = redis.call('HGET', KEYS[1], 'c') or '0-0'
		redis.call('HSET', KEYS[1], 'g', logged)
	end
	return logged`

// BeginTranscript implements sequencing.Journal.
func (s *Store) BeginTranscript(ctx context.Context) ([]string, error) {
	logged := make([]string, schemas.RedisShards)
	for shard := range logged {
		var err error
		if logged[shard], err = s.evalSafely(ctx, beginTranscriptSource, []string{schemas.CursorKey(shard)}).Text(); err != nil {
			return nil, unavailable("begin log in redis", err)
		}
	}
	return logged, nil
}

// ShippedTo implements sequencing.Journal.
func (s *Store) ShippedTo(ctx context.Context) ([]string, bool, error) {
	pipe := s.client.Pipeline()
	replies := make([]*redis.SliceCmd, schemas.RedisShards)
	for shard := range replies {
		replies[shard] = pipe.HMGet(ctx, schemas.CursorKey(shard), schemas.CursorField, schemas.Overtaken)
	}
	if _, err := pipe.Exec(ctx); err != nil {
		return nil, false, unavailable("look into outbox", err)
	}
	cursors, isOvertaken := make([]string, schemas.RedisShards), false
	for shard, reply := range replies {
		cursors[shard], _ = reply.Val()[0].(string)
		isOvertaken = isOvertaken || reply.Val()[1] != nil
	}
	return cursors, isOvertaken, nil
}

// CatchUpWith implements sequencing.Journal.
func (s *Store) CatchUpWith(ctx context.Context) error {
	pipe := s.client.Pipeline()
	for shard := range schemas.RedisShards {
		pipe.HDel(ctx, schemas.CursorKey(shard), schemas.Overtaken)
	}
	if _, err := pipe.Exec(ctx); err != nil {
		return unavailable("note in outbox", err)
	}
	return nil
}

// LoggedTo implements sequencing.Journal. It tells a shard how far the log is. A process that was held up may tell less than another one has told: then more is
// kept for a while.
func (s *Store) LoggedTo(ctx context.Context, shards map[int]string) error {
	pipe := s.client.Pipeline()
	for shard, id := range shards {
		pipe.HSet(ctx, schemas.CursorKey(shard), schemas.LoggedTo, id)
	}
	if _, err := pipe.Exec(ctx); err != nil {
		return unavailable("note in outbox", err)
	}
	return nil
}

// Refused implements sequencing.Journal.
func (s *Store) Refused(ctx context.Context, shard int) ([]consent.Record, error) {
	var refused []consent.Record
	after := "-"
	for {
		entries, err := s.client.XRangeN(ctx, schemas.DeadLetterKey(shard), after, "+", perRead).Result()
		if err != nil {
			return nil, unavailable("read dead letters", err)
		}
		if len(entries) == 0 {
			return refused, nil
		}
		for _, entry := range entries {
			records, err := s.decodeMessage(ctx, shard, entry)
			if err != nil {
				return nil, unavailable("read dead letters", err)
			}
			refused = append(refused, records...)
			after = "(" + entry.ID
		}
	}
}

// Outgoing implements sequencing.Journal.
func (s *Store) Outgoing(ctx context.Context, shard int, after string, do func([]consent.Record) error) error {
	for {
		entries, err := s.client.XRangeN(ctx, schemas.OutboxKey(shard), "("+after, "+", perRead).Result()
		if err != nil {
			return unavailable("read outbox", err)
		}
		if len(entries) == 0 {
			return nil
		}
		for _, entry := range entries {
			records, err := s.decodeMessage(ctx, shard, entry)
			if err != nil {
				return unavailable("read outbox", err)
			}
			if err := do(records); err != nil {
				return err
			}
			after = entry.ID
		}
	}
}

// Tombstones implements sequencing.Journal.
func (s *Store) Tombstones(ctx context.Context, limit int) ([]string, error) {
	waiting, err := s.client.LRange(ctx, schemas.TombstonesKey(), 0, int64(limit)-1).Result()
	if err != nil {
		return nil, unavailable("read tombstones from redis", err)
	}
	return waiting, nil
}

const addTombstonesSource = "return redis.call('RPUSH', KEYS[1], unpack(ARGV))"

// AddTombstones implements sequencing.Journal.
func (s *Store) AddTombstones(ctx context.Context, tombstones ...string) error {
	texts := make([]any, len(tombstones))
	for i, tombstone := range tombstones {
		texts[i] = tombstone
	}
	if err := s.evalSafely(ctx, addTombstonesSource, []string{schemas.TombstonesKey()}, texts...).Err(); err != nil {
		return unavailable("write tombstones to redis", err)
	}
	return nil
}
