package redisstore

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/redis/go-redis/v9"

	"assent/schemas"
	"assent/server/internal/consent"
	"assent/server/internal/rights"
)

var _ rights.Journal = (*Store)(nil)

// An erasure at ErasuresKey is u56 until when it reaches, and what is left to do: 'o' everything, followed by the outbox's
// last id, a space and the order as JSON; 'f' the files; 'd' nothing.
const (
	orderOpen  = 'o'
	orderFiles = 'f'
	orderDone  = 'd'
)

// beginErasureSource removes a subject's choice and notes the order. The times that decisions get are later from then on,
// which commit.lua takes care of. Of decisions that did not become the choice, the last may be some microseconds later
// than the choice: a millisecond has room for them.
// KEYS: cursor, erasures, outbox. ARGV: subject, the order, microseconds to remember for.
const beginErasureSource = roomy + `
	local shard, subject = redis.call('HMGET', KEYS[1], 'v', 'b', 'c', 'e'), ARGV[1]
	if shard[1] and shard[1] ~= '2' then return redis.error_reply('ERR data of layout ' .. shard[1] .. ', this program keeps layout 2') end
	local time = redis.call('TIME')
	local clock = time[1] * 1000000 + time[2]
	local till, tag = clock, KEYS[1]:sub(2)
	local buckets, half = tonumber(shard[2] or 1), 1
	while 2 * half <= buckets do half = 2 * half end
	local place = struct.unpack('>I4', subject) % (2 * half)
	if place >= buckets then place = place - half end
	local bucket = 'c' .. tag .. ':' .. place
	local choice = redis.call('HGET', bucket, subject)
	if choice then till = math.max(till, struct.unpack('>I7', choice, 2) + 1000) end
	redis.call('HDEL', bucket, subject)
	redis.call('DEL', 'a' .. tag .. ':' .. subject)
	local all = redis.call('HGETALL', KEYS[2])
	for i = 1, #all, 2 do
		local earlier = struct.unpack('>I7', all[i + 1])
		if all[i] == subject then
			till = math.max(till, earlier + 1)
		elseif all[i + 1]:sub(8) == 'd' and earlier < clock - ARGV[3] then
			redis.call('HDEL', KEYS[2], all[i])
		end
	end
	local last = redis.call('XREVRANGE', KEYS[3], '+', '-', 'COUNT', 1)[1]
	last = last and last[1] or shard[3] or '0-0'
	redis.call('HSET', KEYS[2], subject, struct.pack('>I7', till) .. 'o' .. last .. ' ' .. ARGV[2])
	redis.call('HSET', KEYS[1], 'e', string.format('%.0f', math.max(till, tonumber(shard[4] or 0))))
	return { string.format('%.0f', till), last }`

// noted is what an order is kept as.
type noted struct{ Site, Subject, Reason string }

// orderName is the name of an order: its shard and subject.
func orderName(shard int, subject subjectName) string {
	return strconv.Itoa(shard) + ":" + string(subject[:])
}

// orderPlace is the reverse of orderName.
func orderPlace(name string) (shard int, subject string) {
	before, subject, _ := strings.Cut(name, ":")
	shard, _ = strconv.Atoi(before) // A name of ours.
	return shard, subject
}

// BeginErasure implements rights.Journal.
func (s *Store) BeginErasure(ctx context.Context, order rights.Order) (rights.Order, error) {
	shard, subject := schemas.RedisShard(order.Site, order.Subject), nameSubject(order.Site, order.Subject)
	text, err := json.Marshal(noted{order.Site, order.Subject, order.Reason})
	if err != nil {
		return rights.Order{}, fmt.Errorf("encode order: %w", err)
	}
	begun := s.evalSafely(ctx, beginErasureSource, []string{schemas.CursorKey(shard), schemas.ErasuresKey(shard), schemas.OutboxKey(shard)},
		subject[:], text, schemas.ErasureMemory.Microseconds())
	if err := begun.Err(); err != nil {
		return rights.Order{}, unavailable("note an erasure in redis", err)
	}
	answer, err := begun.StringSlice()
	if err != nil || len(answer) != 2 {
		return rights.Order{}, fmt.Errorf("note an erasure in redis: it answered %q: %w", answer, errors.Join(err, errDamaged))
	}
	until, err := strconv.ParseInt(answer[0], 10, 64)
	if err != nil {
		return rights.Order{}, fmt.Errorf("note an erasure in redis: %w", err)
	}
	order.Name, order.Until, order.Position = orderName(shard, subject), consent.FromMicros(until), answer[1]
	return order, nil
}

// Drained implements rights.Journal.
func (s *Store) Drained(ctx context.Context, order rights.Order) (bool, error) {
	shard, _ := orderPlace(order.Name)
	cursor, err := s.client.HGet(ctx, schemas.CursorKey(shard), schemas.CursorField).Result()
	if err != nil && !errors.Is(err, redis.Nil) {
		return false, unavailable("look into outbox", err)
	}
	return !isLater(order.Position, cursor), nil
}

// isLater compares ids of streams; the empty one is before all.
func isLater(a, b string) bool {
	aTime, aNumber := streamID(a)
	bTime, bNumber := streamID(b)
	return aTime > bTime || aTime == bTime && aNumber > bNumber
}

func streamID(id string) (milliseconds, number uint64) {
	before, after, _ := strings.Cut(id, "-")
	milliseconds, _ = strconv.ParseUint(before, 10, 64) // Redis made the id.
	number, _ = strconv.ParseUint(after, 10, 64)
	return milliseconds, number
}

// OpenErasures implements rights.Journal.
func (s *Store) OpenErasures(ctx context.Context) ([]rights.Order, error) {
	pipe := s.client.Pipeline()
	replies := make([]*redis.MapStringStringCmd, schemas.RedisShards)
	for shard := range replies {
		replies[shard] = pipe.HGetAll(ctx, schemas.ErasuresKey(shard))
	}
	if _, err := pipe.Exec(ctx); err != nil {
		return nil, unavailable("look for erasures in redis", err)
	}
	var open []rights.Order
	for shard, reply := range replies {
		for subject, packed := range reply.Val() {
			order, state, err := decodeOrder([]byte(packed))
			if err != nil {
				return nil, fmt.Errorf("erasure in %s: %w", schemas.ErasuresKey(shard), err)
			}
			if order.Name = strconv.Itoa(shard) + ":" + subject; state != orderDone {
				open = append(open, order)
			}
		}
	}
	return open, nil
}

func decodeOrder(packed []byte) (order rights.Order, state byte, err error) {
	d := decoder{rest: packed}
	order.Until = consent.FromMicros(d.micros())
	state = d.bytes(1)[0]
	if d.damaged {
		return rights.Order{}, 0, errDamaged
	}
	if state != orderOpen {
		return order, state, nil
	}
	position, text, _ := strings.Cut(string(d.rest), " ")
	var n noted
	if err := json.Unmarshal([]byte(text), &n); err != nil {
		return rights.Order{}, 0, fmt.Errorf("decode order: %w", err)
	}
	order.Site, order.Subject, order.Reason, order.Position = n.Site, n.Subject, n.Reason, position
	return order, state, nil
}

// Erased implements rights.Journal.
func (s *Store) Erased(ctx context.Context, records []consent.Record) ([]rights.Order, error) {
	orders, err := s.erased(ctx, records)
	if err != nil {
		return nil, unavailable("look for erasures in redis", err)
	}
	return orders, nil
}

func (s *Store) erased(ctx context.Context, records []consent.Record) ([]rights.Order, error) {
	until, err := s.erasedUntil(ctx, records)
	if err != nil {
		return nil, err
	}
	suspects := map[string]consent.Record{} // The first of each subject, by the order's name.
	for _, r := range records {
		shard := schemas.RedisShard(r.Site, r.Subject)
		if consent.Micros(r.RecordedAt) > until[shard] {
			continue
		}
		name := orderName(shard, nameSubject(r.Site, r.Subject))
		if known, ok := suspects[name]; !ok || r.RecordedAt.Before(known.RecordedAt) {
			suspects[name] = r
		}
	}
	if len(suspects) == 0 {
		return nil, nil
	}
	pipe := s.client.Pipeline()
	replies := map[string]*redis.StringCmd{}
	for name := range suspects {
		shard, subject := orderPlace(name)
		replies[name] = pipe.HGet(ctx, schemas.ErasuresKey(shard), subject)
	}
	if _, err := pipe.Exec(ctx); err != nil && !errors.Is(err, redis.Nil) {
		return nil, err
	}
	var orders []rights.Order
	for name, reply := range replies {
		if errors.Is(reply.Err(), redis.Nil) {
			continue
		}
		order, state, err := decodeOrder([]byte(reply.Val()))
		if err := errors.Join(reply.Err(), err); err != nil {
			return nil, err
		}
		if r := suspects[name]; state != orderOpen && !r.RecordedAt.After(order.Until) {
			order.Name, order.Site, order.Subject, order.Reason = name, r.Site, r.Subject, rights.ByOfficer
			orders = append(orders, order)
		}
	}
	return orders, nil
}

// erasedUntil returns, of each shard that the records are of, the greatest time that anything in it was erased until.
func (s *Store) erasedUntil(ctx context.Context, records []consent.Record) (map[int]int64, error) {
	pipe := s.client.Pipeline()
	replies := map[int]*redis.StringCmd{}
	for _, r := range records {
		shard := schemas.RedisShard(r.Site, r.Subject)
		if replies[shard] == nil {
			replies[shard] = pipe.HGet(ctx, schemas.CursorKey(shard), schemas.ErasedUntil)
		}
	}
	if _, err := pipe.Exec(ctx); err != nil && !errors.Is(err, redis.Nil) {
		return nil, err
	}
	until := map[int]int64{}
	for shard, reply := range replies {
		if errors.Is(reply.Err(), redis.Nil) {
			continue
		}
		var err error
		if until[shard], err = reply.Int64(); err != nil {
			return nil, err
		}
	}
	return until, nil
}

// advanceErasure notes what is left to do, unless another order took its place.
var advanceErasure = redis.NewScript(roomy + `
	local order = redis.call('HGET', KEYS[1], ARGV[1])
	if not order or string.format('%.0f', struct.unpack('>I7', order)) ~= ARGV[2] then return 0 end
	redis.call('HSET', KEYS[1], ARGV[1], order:sub(1, 7) .. ARGV[3])
	return 1`)

func (s *Store) advance(ctx context.Context, order rights.Order, state byte) error {
	shard, subject := orderPlace(order.Name)
	return advanceErasure.Run(ctx, s.client, []string{schemas.ErasuresKey(shard)}, subject, consent.Micros(order.Until), string(state)).Err()
}

// EndErasure implements rights.Journal.
func (s *Store) EndErasure(ctx context.Context, order rights.Order) error {
	shard, _ := orderPlace(order.Name)
	if err := s.rewriteFiles(ctx, shard); err != nil {
		return unavailable("have redis write its files anew", err)
	}
	if err := s.advance(ctx, order, orderDone); err != nil {
		return unavailable("end an erasure in redis", err)
	}
	return nil
}

// pastDays are the days that former ids are remembered of.
func pastDays(now time.Time) []int64 {
	today := now.Unix() / secondsPerDay
	return []int64{today - 3, today - 2, today - 1, today, today + 1}
}
