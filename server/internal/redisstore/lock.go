package redisstore

import (
	"context"
	"time"

	"github.com/redis/go-redis/v9"

	"assent/schemas"
)

var migrationScript = redis.NewScript(`
	local holder = redis.call('GET', KEYS[1])
	if holder and holder ~= ARGV[1] then return 0 end
	redis.call('SET', KEYS[1], ARGV[1], 'PX', ARGV[2])
	return 1`)

// ClaimMigration takes or renews a holder's right to change the ledger's tables; false when another one has it.
func (s *Store) ClaimMigration(ctx context.Context, holder string, ttl time.Duration) (bool, error) {
	held, err := migrationScript.Run(ctx, s.client, []string{schemas.MigrationKey()}, holder, max(ttl.Milliseconds(), 1)).Bool()
	if err != nil {
		return false, unavailable("claim migration", err)
	}
	return held, nil
}
