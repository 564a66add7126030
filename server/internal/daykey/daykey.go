// Package daykey gives the instances of a deployment keys that they share and that nobody else has, a new one each UTC
// day: what was made with one says nothing after a few days.
package daykey

import (
	"context"
	"fmt"
	"io"
	"sync"
	"time"
)

const (
	// Size of a key in bytes.
	Size = 32
	// Kept is how long a store keeps a key: its day, and long enough after it for what was made with it to be checked.
	Kept = 72 * time.Hour
)

// Store keeps the keys. Both stores implement it; daykeytest holds them to it.
type Store interface {
	// DayKey returns the key of a day (YYYY-MM-DD): the one that is kept, or fresh, durably kept from now on. Of calls at
	// once, also by several processes, all get the same. Keys older than Kept are forgotten at some time.
	DayKey(ctx context.Context, day string, fresh []byte) ([]byte, error)
}

// Ring holds the keys of the last days in memory. It is safe for concurrent use.
type Ring struct {
	store  Store
	random io.Reader
	mu     sync.RWMutex
	keys   map[int64][]byte // By day since 1970.
}

// NewRing returns a ring over a store. Random must be cryptographically secure.
func NewRing(store Store, random io.Reader) *Ring {
	return &Ring{store: store, random: random, keys: map[int64][]byte{}}
}

// Key returns the key of the day that the instant lies in. It asks the store at most once a day and does not wait for
// it otherwise.
func (r *Ring) Key(ctx context.Context, at time.Time) ([]byte, error) {
	day := at.Unix() / int64(24*time.Hour/time.Second)
	r.mu.RLock()
	key, known := r.keys[day]
	r.mu.RUnlock()
	if known {
		return key, nil
	}
	fresh := make([]byte, Size)
	if _, err := io.ReadFull(r.random, fresh); err != nil {
		return nil, fmt.Errorf("make key: %w", err)
	}
	key, err := r.store.DayKey(ctx, at.UTC().Format(time.DateOnly), fresh)
	if err != nil {
		return nil, fmt.Errorf("key of the day: %w", err)
	}
	r.remember(day, key)
	return key, nil
}

func (r *Ring) remember(day int64, key []byte) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.keys[day] = key
	for other := range r.keys {
		if other < day-int64(Kept/(24*time.Hour)) {
			delete(r.keys, other)
		}
	}
}
