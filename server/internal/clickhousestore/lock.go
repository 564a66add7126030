package clickhousestore

import (
	"context"
	"fmt"
	"time"

	"github.com/google/uuid"
)

// Lock is a lease that the processes which fill one ClickHouse have in common.
type Lock interface {
	// ClaimMigration takes or renews this holder's lease for ttl; false when another one holds it.
	ClaimMigration(ctx context.Context, holder string, ttl time.Duration) (bool, error)
}

// Under lets only the process that holds the lock change tables; the others wait for it.
func Under(lock Lock) Option {
	return func(s *Store) error {
		s.lock = lock
		return nil
	}
}

// alone runs change while no other process under the same lock runs one. The lease outlives the preparation, so it need
// not be renewed; a process that dies in the middle keeps the others waiting until it ends.
func (s *Store) alone(ctx context.Context, change func() error) error {
	if s.lock == nil {
		return change()
	}
	holder := uuid.NewString()
	for {
		held, err := s.lock.ClaimMigration(ctx, holder, patience+5*time.Second)
		if err != nil {
			return fmt.Errorf("take the lock of migrations: %w", err)
		}
		if held {
			break
		}
		select {
		case <-ctx.Done():
			return fmt.Errorf("wait for another assent that changes the tables: %w", ctx.Err())
		case <-time.After(100 * time.Millisecond):
		}
	}
	defer func() { _, _ = s.lock.ClaimMigration(context.WithoutCancel(ctx), holder, time.Millisecond) }() // Or it ends by itself.
	return change()
}
