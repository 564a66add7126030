package redisstore

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/redis/go-redis/v9"

	"assent/schemas"
	"assent/server/internal/consent"
	"assent/server/internal/rights"
)

// ForgetErased implements rights.Journal: the copies of what was shipped, dead letters, and former ids. The choice went when
// the order was noted.
func (s *Store) ForgetErased(ctx context.Context, order rights.Order) error {
	if err := s.forgetErased(ctx, order); err != nil {
		return unavailable("remove decisions from redis", err)
	}
	return nil
}

func (s *Store) forgetErased(ctx context.Context, order rights.Order) error {
	shard, subject := orderPlace(order.Name)
	// What is behind the position was put in later, and may be frozen.
	if err := s.eraseFrom(ctx, shard, schemas.OutboxKey(shard), order.Position, order); err != nil {
		return err
	}
	if err := s.eraseFrom(ctx, shard, schemas.DeadLetterKey(shard), "+", order); err != nil {
		return err
	}
	time, err := s.Clock(ctx)
	if err != nil {
		return err
	}
	for _, day := range pastDays(time) {
		if err := s.forgetPast(ctx, schemas.PastKey(shard, day), subject, order); err != nil {
			return err
		}
	}
	return s.advance(ctx, order, orderFiles)
}

// eraseFrom takes an order's decisions out of the entries of a stream up to an id.
func (s *Store) eraseFrom(ctx context.Context, shard int, stream, to string, order rights.Order) error {
	var changes []any
	for from := "-"; ; {
		entries, err := s.client.XRangeN(ctx, stream, from, to, mostPerRead).Result()
		if err != nil {
			return err
		}
		for _, entry := range entries {
			from = "(" + entry.ID
			records, err := s.decodeMessage(ctx, shard, entry)
			if err != nil {
				return err
			}
			left := slices.DeleteFunc(slices.Clone(records), func(r consent.Record) bool {
				return r.Site == order.Site && r.Subject == order.Subject && !r.RecordedAt.After(order.Until)
			})
			if len(left) < len(records) {
				changes = append(changes, entry.ID, encodeEntry(left...))
			}
		}
		if len(entries) < mostPerRead {
			break
		}
	}
	if len(changes) == 0 {
		return nil
	}
	return replaceEntries.Run(ctx, s.client, []string{stream}, changes...).Err()
}

// replaceEntries writes a stream anew, with other content in some of its entries, or without them: what is removed from a
// stream in place stays in its memory and its file as long as anything beside it. ARGV: per entry its id and its content.
var replaceEntries = redis.NewScript(roomy + `
	local changed = {}
	for i = 1, #ARGV, 2 do changed[ARGV[i]] = ARGV[i + 1] end
	local all = redis.call('XRANGE', KEYS[1], '-', '+')
	if #all == 0 then return 0 end
	local last = redis.call('XINFO', 'STREAM', KEYS[1])
	for i = 1, #last, 2 do
		if last[i] == 'last-generated-id' then last = last[i + 1] break end
	end
	redis.call('DEL', KEYS[1])
	local written
	for _, entry in ipairs(all) do
		local id, fields = entry[1], entry[2]
		local content = changed[id]
		if content and content ~= '' then
			for i = 1, #fields, 2 do
				if fields[i] == 'b' then fields[i + 1] = content end
			end
		end
		if content ~= '' then
			redis.call('XADD', KEYS[1], id, unpack(fields))
			written = id
		end
	end
	-- Ids go on where they were: the cursor counts on it.
	if written ~= last then
		redis.call('XADD', KEYS[1], last, 'b', '')
		redis.call('XDEL', KEYS[1], last)
	end
	return 1`)

// forgetPast removes the ids that ceased to be the subject's choice until the order's time, at one day.
func (s *Store) forgetPast(ctx context.Context, key, subject string, order rights.Order) error {
	var gone []string
	var cursor uint64
	for {
		found, next, err := s.client.HScan(ctx, key, cursor, literally(subject)+"*", perScan).Result()
		if err != nil {
			return err
		}
		for i := 0; i+1 < len(found); i += 2 {
			d := decoder{rest: []byte(found[i+1])}
			if at := d.micros(); d.damaged {
				return fmt.Errorf("former id in %s: %w", key, errDamaged)
			} else if at <= consent.Micros(order.Until) {
				gone = append(gone, found[i])
			}
		}
		if cursor = next; cursor == 0 {
			break
		}
	}
	if len(gone) == 0 {
		return nil
	}
	return s.client.HDel(ctx, key, gone...).Err()
}

// literally is a pattern of Redis's that only the text itself matches.
func literally(text string) string {
	return strings.NewReplacer(`\`, `\\`, "*", `\*`, "?", `\?`, "[", `\[`, "]", `\]`).Replace(text)
}
