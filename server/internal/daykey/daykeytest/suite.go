// Package daykeytest holds every implementation of daykey.Store to its promises.
package daykeytest

import (
	"bytes"
	"context"
	"crypto/rand"
	"sync"
	"testing"
	"time"

	"assent/server/internal/daykey"
)

// Open opens one more instance on the same data; closing ends that instance only.
type Open func(t *testing.T) (store daykey.Store, closing func())

// TestStore runs every case. Fresh prepares data of its own for one case.
func TestStore(t *testing.T, fresh func(t *testing.T) Open) {
	t.Run("one key a day", func(t *testing.T) { oneKeyADay(t, fresh(t)) })
	t.Run("all get the same", func(t *testing.T) { allTheSame(t, fresh(t)) })
	t.Run("cancelled context", func(t *testing.T) { cancelled(t, fresh(t)) })
}

func newKey() []byte {
	key := make([]byte, daykey.Size)
	rand.Read(key) // Never fails (Go 1.24).
	return key
}

// day is n days after today: what a store forgets depends on its clock.
func day(n int) string { return time.Now().UTC().AddDate(0, 0, n).Format(time.DateOnly) }

func oneKeyADay(t *testing.T, open Open) {
	store, closing := open(t)
	first, second := newKey(), newKey()
	want := func(store daykey.Store, day string, fresh, want []byte) {
		t.Helper()
		if got, err := store.DayKey(t.Context(), day, fresh); err != nil || !bytes.Equal(got, want) {
			t.Errorf("key of %s: %x, %v, want %x", day, got, err, want)
		}
	}
	want(store, day(0), first, first)
	want(store, day(0), newKey(), first)
	want(store, day(1), second, second)
	closing()
	reopened, closing := open(t)
	defer closing()
	want(reopened, day(0), newKey(), first)
	want(reopened, day(1), newKey(), second)
}

func allTheSame(t *testing.T, open Open) {
	const instances, each = 2, 4
	var asking sync.WaitGroup
	got := make(chan []byte, instances*each)
	for range instances {
		store, closing := open(t)
		defer closing()
		for range each {
			asking.Go(func() {
				key, err := store.DayKey(t.Context(), day(0), newKey())
				if err != nil {
					t.Error(err)
				}
				got <- key
			})
		}
	}
	asking.Wait()
	first := <-got
	for range instances*each - 1 {
		if other := <-got; !bytes.Equal(first, other) {
			t.Errorf("%x and %x", first, other)
		}
	}
}

func cancelled(t *testing.T, open Open) {
	store, closing := open(t)
	defer closing()
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if key, err := store.DayKey(ctx, day(0), newKey()); err == nil {
		t.Errorf("%x under a cancelled context", key)
	}
}
