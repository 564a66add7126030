package redisstore

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"hash"
	"io"
	"strconv"
	"time"

	"github.com/redis/go-redis/v9"

	"assent/schemas"
	"assent/server/internal/consent"
	"assent/server/internal/shipping"
)

var _ shipping.Outbox = (*Store)(nil)

// perRead is how many stream entries are fetched at first, and mostPerRead at most; each may hold up to perCall records.
const (
	perRead     = 64
	mostPerRead = 512
)

// Waiting implements shipping.Outbox. When some nodes do not answer, their shards' entries are zero and the error says
// so; the others are right.
func (s *Store) Waiting(ctx context.Context) ([]shipping.Waiting, error) {
	pipe := s.client.Pipeline()
	replies := make([]*redis.SliceCmd, schemas.RedisShards)
	for shard := range replies {
		replies[shard] = pipe.HMGet(ctx, schemas.CursorKey(shard),
			schemas.AddedRows, schemas.ShippedRows, schemas.WaitingFrom, schemas.RefusedRows)
	}
	_, err := pipe.Exec(ctx)
	shards := make([]shipping.Waiting, schemas.RedisShards)
	for shard, reply := range replies {
		if fields := numbers(reply.Val()); len(fields) == 4 {
			shards[shard] = shipping.Waiting{Rows: fields[0] - fields[1], Refused: fields[3]}
			if shards[shard].Rows > 0 {
				shards[shard].Since = time.UnixMilli(fields[2]).UTC()
			}
		}
	}
	if err != nil {
		return shards, unavailable("look into outbox", err)
	}
	return shards, nil
}

// numbers reads absent fields as zero.
func numbers(fields []any) []int64 {
	out := make([]int64, len(fields))
	for i, field := range fields {
		if text, ok := field.(string); ok {
			// Only our own scripts write these fields, and only integers.
			out[i], _ = strconv.ParseInt(text, 10, 64)
		}
	}
	return out
}

// roomy opens the scripts that carry the outbox away: they must run in a Redis that is full, or it would stay full for
// ever. What they write is a few fields; commit.lua, which fills the memory, is refused.
const roomy = "#!lua flags=allow-oom\n"

// forgetShipped defines forget: it trims a stream to what is not yet shipped, what the log of decisions has not taken, and
// what was shipped less than keep milliseconds ago. When less than a tenth of the memory is left, room for new decisions is
// worth more than a second copy of old ones: then keep does not count, and the log finds what it missed in the ledger.
const forgetShipped = `
	local function after(a, b)
		local ms, n = a:match('^(%d+)-(%d+)$')
		local other, m = b:match('^(%d+)-(%d+)$')
		if ms ~= other then return tonumber(ms) > tonumber(other) end
		return tonumber(n) > tonumber(m)
	end
	local function forget(stream, cursor, keep)
		local key = 'q' .. stream:sub(2)
		local logged = redis.call('HGET', key, 'g')
		local memory = redis.call('INFO', 'memory')
		local used, most = tonumber(memory:match('used_memory:(%d+)')), tonumber(memory:match('maxmemory:(%d+)'))
		local behind = logged and after(cursor, logged)
		local short = most > 0 and used >= most * 0.9
		if behind and not short then cursor = logged end
		local ms, n = cursor:match('^(%d+)-(%d+)$')
		local least = ms .. '-' .. string.format('%.0f', n + 1)
		if not short then
			local oldest = redis.call('TIME')[1] * 1000 - keep
			if tonumber(ms) >= oldest then least = string.format('%.0f', oldest) end
		end
		if redis.call('XTRIM', stream, 'MINID', least) > 0 and behind and short then redis.call('HSET', key, 'o', 1) end
	end
`

// sweepChoices defines sweep: it removes the choices whose time is over from the next bucket in turn, and from one more
// for every 16 rows that were added since. So all buckets are looked through in about a third of the time that choices
// are kept for, and a Redis that is full makes room. Hashes expire as a whole only (their fields since Redis 7.4).
const sweepChoices = forgetChoices + `
	local function sweep(cursor)
		local state = redis.call('HMGET', cursor, 'b', 'p', 'n', 'm')
		for i = 1, 4 do state[i] = tonumber(state[i] or 0) end
		local buckets, place, added, swept = unpack(state)
		local today = math.floor(redis.call('TIME')[1] / 86400)
		for _ = 0, math.min((added - swept) / 16, 64) do
			if place >= buckets then place = 0 end
			forgetChoices('c' .. cursor:sub(2) .. ':' .. place, today)
			place = place + 1
		end
		redis.call('HSET', cursor, 'p', place, 'm', added)
	end
`

// claimScript also forgets and sweeps.
var claimScript = redis.NewScript(roomy + forgetShipped + sweepChoices + `
	local holder = redis.call('GET', KEYS[1])
	if holder and holder ~= ARGV[1] then return 0 end
	redis.call('SET', KEYS[1], ARGV[1], 'PX', ARGV[2])
	local cursor = redis.call('HGET', KEYS[2], 'c')
	if cursor then forget(KEYS[3], cursor, ARGV[3]) end
	sweep(KEYS[2])
	return 1`)

// Claim implements shipping.Outbox.
func (s *Store) Claim(ctx context.Context, shard int, holder string, ttl time.Duration) (bool, error) {
	keys := []string{schemas.LeaseKey(shard), schemas.CursorKey(shard), schemas.OutboxKey(shard)}
	held, err := claimScript.Run(ctx, s.client, keys,
		holder, max(ttl.Milliseconds(), 1), schemas.OutboxRetention.Milliseconds()).Bool()
	if err != nil {
		return false, unavailable("claim outbox shard", err)
	}
	return held, nil
}

// freezeSource writes a range down unless another holder has frozen another one or moved the cursor meanwhile. A range
// that is frozen already is written again, because replicas are waited for behind a write only.
const freezeSource = roomy + `
	local frozen = redis.call('HMGET', KEYS[1], 't', 'h')
	local same = frozen[1] == ARGV[3] and frozen[2] == ARGV[4]
	if not same and (frozen[1] or (redis.call('HGET', KEYS[1], 'c') or '') ~= ARGV[1]) then return 0 end
	redis.call('HSET', KEYS[1], 'f', ARGV[2], 't', ARGV[3], 'h', ARGV[4])
	return 1`

// Next implements shipping.Outbox.
func (s *Store) Next(ctx context.Context, shard, limit int) (shipping.Batch, error) {
	for {
		batch, settled, err := s.next(ctx, shard, limit)
		if err != nil {
			return shipping.Batch{}, unavailable("read outbox", err)
		}
		if settled {
			return batch, nil
		}
	}
}

// next is one attempt; it is not settled when another holder changed the shard in between.
func (s *Store) next(ctx context.Context, shard, limit int) (batch shipping.Batch, settled bool, err error) {
	key := schemas.CursorKey(shard)
	fields, err := s.client.HMGet(ctx, key,
		schemas.CursorField, schemas.FrozenFrom, schemas.FrozenTo, schemas.FrozenHash).Result()
	if err != nil {
		return shipping.Batch{}, false, err
	}
	cursor, _ := fields[0].(string)
	if to, frozen := fields[2].(string); frozen {
		batch, err = s.readFrozen(ctx, shard, fmt.Sprint(fields[1]), to, fmt.Sprint(fields[3]))
	} else {
		batch, err = s.readNew(ctx, shard, cursor, limit)
	}
	if err != nil || len(batch.Records) == 0 {
		return batch, true, err
	}
	won, err := s.freeze(ctx, key, cursor, batch)
	return batch, won, err
}

// freeze reports whether the range is written down. What the replicas do not have yet must not get into the ledger, for a
// fail-over would take it back from everywhere else.
func (s *Store) freeze(ctx context.Context, key, cursor string, batch shipping.Batch) (bool, error) {
	return s.evalSafely(ctx, freezeSource, []string{key}, cursor, batch.From, batch.To, batch.Token).Bool()
}

// readFrozen reads the range again and insists on the same bytes.
func (s *Store) readFrozen(ctx context.Context, shard int, from, to, hash string) (shipping.Batch, error) {
	entries, err := s.client.XRange(ctx, schemas.OutboxKey(shard), from, to).Result()
	if err != nil {
		return shipping.Batch{}, err
	}
	batch, err := s.batchOf(ctx, shard, entries)
	if err == nil && batch.Token != hash {
		err = fmt.Errorf("entries %s to %s of %s are not what was frozen: somebody changed the stream; "+
			"restore it, or HDEL %s %s %s %s to ship what is left",
			from, to, schemas.OutboxKey(shard), schemas.CursorKey(shard),
			schemas.FrozenFrom, schemas.FrozenTo, schemas.FrozenHash)
	}
	return batch, err
}

// readNew reads whole entries after the cursor as long as their records stay within limit, and one in any case.
func (s *Store) readNew(ctx context.Context, shard int, cursor string, limit int) (shipping.Batch, error) {
	b := growingBatch{Batch: shipping.Batch{Shard: shard}, hash: sha256.New()}
	after, count, seen := "-", max(min(perRead, limit), 1), 0
	if cursor != "" {
		after = "(" + cursor
	}
	for {
		entries, err := s.client.XRangeN(ctx, schemas.OutboxKey(shard), after, "+", int64(count)).Result()
		if err != nil {
			return shipping.Batch{}, err
		}
		for _, entry := range entries {
			records, err := s.decodeMessage(ctx, shard, entry)
			if err != nil {
				return shipping.Batch{}, err
			}
			if rows := len(b.Records); rows > 0 && rows+len(records) > limit {
				return b.sealed(), nil
			}
			b.add(entry, records)
			after = "(" + entry.ID
		}
		seen += len(entries)
		left := limit - len(b.Records)
		if len(entries) < count || left <= 0 {
			return b.sealed(), nil
		}
		// As many as hold what is left, if they are like those before.
		count = min(left*seen/max(len(b.Records), 1)+1, mostPerRead)
	}
}

// growingBatch is put together entry by entry.
type growingBatch struct {
	shipping.Batch
	hash hash.Hash
}

func (b *growingBatch) add(entry redis.XMessage, records []consent.Record) {
	if b.From == "" {
		b.From = entry.ID
	}
	b.To = entry.ID
	b.Records = append(b.Records, records...)
	_, _ = io.WriteString(b.hash, entry.ID+" "+packedOf(entry)) // A hash never fails to write.
}

func (b *growingBatch) sealed() shipping.Batch {
	if b.From != "" {
		b.Token = hex.EncodeToString(b.hash.Sum(nil))
	}
	return b.Batch
}

func (s *Store) batchOf(ctx context.Context, shard int, entries []redis.XMessage) (shipping.Batch, error) {
	b := growingBatch{Batch: shipping.Batch{Shard: shard}, hash: sha256.New()}
	for _, entry := range entries {
		records, err := s.decodeMessage(ctx, shard, entry)
		if err != nil {
			return shipping.Batch{}, err
		}
		b.add(entry, records)
	}
	return b.sealed(), nil
}

func packedOf(entry redis.XMessage) string {
	packed, _ := entry.Values[schemas.BatchField].(string) // Without the field it is empty, which decodeEntry refuses.
	return packed
}

func (s *Store) decodeMessage(ctx context.Context, shard int, entry redis.XMessage) ([]consent.Record, error) {
	records, err := decodeEntry([]byte(packedOf(entry)), func(name templateName) (consent.Record, error) {
		return s.template(ctx, shard, name)
	})
	if err != nil {
		return nil, fmt.Errorf("entry %s: %w", entry.ID, err)
	}
	return records, nil
}

// doneScript moves the cursor, keeps the refused and forgets, unless the batch is no longer the frozen one.
// ARGV: last id, hash, rows, milliseconds to keep, then per refused record its packed form and the reason.
var doneScript = redis.NewScript(roomy + forgetShipped + `
	local frozen = redis.call('HMGET', KEYS[1], 't', 'h')
	if frozen[1] ~= ARGV[1] or frozen[2] ~= ARGV[2] then return 0 end
	for i = 5, #ARGV, 2 do
		redis.call('XADD', KEYS[3], '*', 'b', ARGV[i], 'e', ARGV[i + 1])
		redis.call('HINCRBY', KEYS[1], 'r', 1)
	end
	redis.call('HSET', KEYS[1], 'c', ARGV[1])
	redis.call('HDEL', KEYS[1], 'f', 't', 'h')
	redis.call('HINCRBY', KEYS[1], 's', ARGV[3])
	local following = redis.call('XRANGE', KEYS[2], '(' .. ARGV[1], '+', 'COUNT', 1)[1]
	if following then
		redis.call('HSET', KEYS[1], 'w', following[1]:match('^%d+'))
	else
		redis.call('HDEL', KEYS[1], 'w')
	end
	forget(KEYS[2], ARGV[1], ARGV[4])
	return 1`)

// Done implements shipping.Outbox.
func (s *Store) Done(ctx context.Context, batch shipping.Batch, refused ...shipping.Refused) error {
	keys := []string{schemas.CursorKey(batch.Shard), schemas.OutboxKey(batch.Shard), schemas.DeadLetterKey(batch.Shard)}
	args := []any{batch.To, batch.Token, len(batch.Records), schemas.OutboxRetention.Milliseconds()}
	for _, one := range refused {
		args = append(args, encodeEntry(one.Record), one.Reason)
	}
	if err := doneScript.Run(ctx, s.client, keys, args...).Err(); err != nil && !errors.Is(err, redis.Nil) {
		return unavailable("move outbox cursor", err)
	}
	return nil
}
