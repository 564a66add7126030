package redisstore

import (
	"context"
	"time"

	"github.com/redis/go-redis/v9"

	"assent/schemas"
	"assent/server/internal/retention"
)

var _ retention.Choices = (*Store)(nil)

// forgetChoices removes the choices of a bucket that are forgotten by a day.
const forgetChoices = `
	local function forgetChoices(bucket, today)
		local all, gone = redis.call('HGETALL', bucket), {}
		for i = 1, #all, 2 do
			if struct.unpack('>I2', all[i + 1], 9) <= today then gone[#gone + 1] = all[i] end
		end
		if #gone > 0 then redis.call('HDEL', bucket, unpack(gone)) end
	end
`

// forgetSome looks through some buckets of a shard and returns the place of the next one, or -1. ARGV: place, day.
var forgetSome = redis.NewScript(roomy + forgetChoices + `
	local buckets, place = tonumber(redis.call('HGET', KEYS[1], 'b') or 1), tonumber(ARGV[1])
	for _ = 1, 64 do
		if place >= buckets then return -1 end
		forgetChoices('c' .. KEYS[1]:sub(2) .. ':' .. place, tonumber(ARGV[2]))
		place = place + 1
	end
	return place`)

// ForgetPast implements retention.Choices: what is forgotten by and by otherwise, as others decide.
func (s *Store) ForgetPast(ctx context.Context, now time.Time) error {
	today := now.Unix() / secondsPerDay
	for shard := range schemas.RedisShards {
		for place := 0; place >= 0; {
			var err error
			if place, err = forgetSome.Run(ctx, s.client, []string{schemas.CursorKey(shard)}, place, today).Int(); err != nil {
				return unavailable("forget choices that are past", err)
			}
		}
	}
	return nil
}
