package clickhousestore_test

import (
	"context"
	"sync/atomic"
	"testing"
	"time"

	"assent/server/internal/clickhousestore"
)

// sharedLock is free or in the hands of another process.
type sharedLock struct {
	taken   atomic.Bool
	asked   atomic.Int64
	release atomic.Bool
}

func (l *sharedLock) ClaimMigration(_ context.Context, _ string, ttl time.Duration) (bool, error) {
	l.asked.Add(1)
	l.release.Store(ttl <= time.Millisecond)
	return !l.taken.Load(), nil
}

// testLock holds the lock while a store wants to make its tables.
func testLock(t *testing.T, url string) {
	lock := &sharedLock{}
	lock.taken.Store(true)
	store, closing := open(t, url, clickhousestore.Under(lock))
	t.Cleanup(closing)
	prepared := make(chan error, 1)
	go func() { prepared <- store.Ping(t.Context()) }()
	for begun := time.Now(); lock.asked.Load() < 2; time.Sleep(10 * time.Millisecond) {
		if time.Since(begun) > time.Minute {
			t.Fatal("the lock is not asked for")
		}
	}
	if got := text(t, connect(t, url), "SELECT toString(count()) FROM system.tables WHERE database = currentDatabase()"); got != "0" {
		t.Errorf("%s tables were made while another process held the lock", got)
	}
	lock.taken.Store(false)
	if err := <-prepared; err != nil {
		t.Fatal(err)
	}
	if !lock.release.Load() {
		t.Error("the lock was not given back")
	}
	asked := lock.asked.Load()
	again, closingAgain := open(t, url, clickhousestore.Under(lock))
	t.Cleanup(closingAgain)
	if err := again.Ping(t.Context()); err != nil || lock.asked.Load() != asked {
		t.Errorf("a store with nothing to change: %v, asked for the lock %d times", err, lock.asked.Load()-asked)
	}
}
