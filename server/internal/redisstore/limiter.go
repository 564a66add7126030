package redisstore

import (
	"context"
	"time"

	"github.com/redis/go-redis/v9"

	"assent/schemas"
	"assent/server/internal/ratelimit"
)

var _ ratelimit.Shared = (*Store)(nil)

// oweScript adds ARGV[1] microseconds to what KEYS[1] owes, at most ARGV[2] in all, and returns what it owes then. It goes
// by Redis' own clock: those of the instances may differ.
var oweScript = redis.NewScript(`
	local time = redis.call('TIME')
	local now = time[1] * 1000000 + time[2]
	local paid = math.max(tonumber(redis.call('GET', KEYS[1]) or 0), now)
	paid = math.min(paid + ARGV[1], now + ARGV[2])
	redis.call('SET', KEYS[1], string.format('%.0f', paid), 'PX', math.ceil((paid - now) / 1000) + 1)
	return paid - now`)

// Owe implements ratelimit.Shared: all in one pipeline. The keys are gone as soon as what is owed is paid back.
func (s *Store) Owe(ctx context.Context, debts []ratelimit.Debt) ([]time.Duration, error) {
	replies := make([]*redis.Cmd, len(debts))
	pipe := s.client.Pipeline()
	for i, debt := range debts {
		replies[i] = oweScript.EvalSha(ctx, pipe, []string{schemas.LimitKey(debt.Name)}, debt.Took.Microseconds(), debt.Most.Microseconds())
	}
	_, _ = pipe.Exec(ctx) // Each reply carries its own error.
	pipe = s.client.Pipeline()
	for i, debt := range debts {
		if redis.HasErrorPrefix(replies[i].Err(), "NOSCRIPT") { // A node that was started or promoted since.
			replies[i] = oweScript.Eval(ctx, pipe, []string{schemas.LimitKey(debt.Name)}, debt.Took.Microseconds(), debt.Most.Microseconds())
		}
	}
	_, _ = pipe.Exec(ctx)
	owed := make([]time.Duration, len(debts))
	for i, reply := range replies {
		micros, err := reply.Int64()
		if err != nil {
			return nil, unavailable("share rate limits through redis", err)
		}
		owed[i] = time.Duration(micros) * time.Microsecond
	}
	return owed, nil
}
