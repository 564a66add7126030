// Package evidencetest holds every implementation of evidence.Store to its promises.
package evidencetest

import (
	"context"
	"crypto/rand"
	"fmt"
	"slices"
	"sync"
	"testing"
	"time"

	"assent/server/internal/evidence"
)

// Open opens one more instance on the same data; closing ends that instance only.
type Open func(t *testing.T) (store evidence.Store, closing func())

// TestStore runs every case. Fresh prepares data of its own for one case.
func TestStore(t *testing.T, fresh func(t *testing.T) Open) {
	t.Run("kept in their places", func(t *testing.T) { keptInPlace(t, fresh(t)) })
	t.Run("one first key", func(t *testing.T) { oneFirstKey(t, fresh(t)) })
	t.Run("rotations at once", func(t *testing.T) { rotations(t, fresh(t)) })
	t.Run("cancelled context", func(t *testing.T) { cancelled(t, fresh(t)) })
}

func keptInPlace(t *testing.T, open Open) {
	store, closing := open(t)
	if keys, err := store.SigningKeys(t.Context()); err != nil || len(keys) > 0 {
		t.Errorf("keys of an empty store: %q, %v", keys, err)
	}
	var want [][]byte
	for place := range 12 { // The names of places sort as numbers.
		want = append(want, []byte{byte(place), 0, 0xff})
		if added, err := store.AddSigningKey(t.Context(), place, want[place]); err != nil || !added {
			t.Errorf("place %d: %t, %v", place, added, err)
		}
	}
	if added, err := store.AddSigningKey(t.Context(), 3, []byte("other")); err != nil || added {
		t.Errorf("a place that is taken: %t, %v", added, err)
	}
	closing()
	reopened, closing := open(t)
	defer closing()
	if got, err := reopened.SigningKeys(t.Context()); err != nil || !slices.EqualFunc(got, want, slices.Equal) {
		t.Errorf("%q, %v, want %q", got, err, want)
	}
}

func stored(store evidence.Store) *evidence.Stored {
	return evidence.NewStored(store, rand.Reader, time.Now)
}

// oneFirstKey starts two instances at once, several times over.
func oneFirstKey(t *testing.T, open Open) {
	published := map[string]bool{}
	var starting sync.WaitGroup
	var guard sync.Mutex
	for range 2 {
		store, closing := open(t)
		defer closing()
		for range 4 {
			starting.Go(func() {
				keys := stored(store)
				if err := keys.Ensure(t.Context()); err != nil {
					t.Error(err)
				}
				ring, err := evidence.OpenKeyring(t.Context(), keys)
				if err != nil {
					t.Error(err)
					return
				}
				guard.Lock()
				defer guard.Unlock()
				published[string(ring.Published())] = true
			})
		}
	}
	starting.Wait()
	if len(published) != 1 {
		t.Errorf("instances that start at once know %d sets of keys: %v", len(published), published)
	}
}

func rotations(t *testing.T, open Open) {
	store, closing := open(t)
	defer closing()
	var rotating sync.WaitGroup
	for range 8 {
		rotating.Go(func() {
			if _, err := stored(store).Rotate(t.Context()); err != nil {
				t.Error(err)
			}
		})
	}
	rotating.Wait()
	keys, err := stored(store).Keys(t.Context())
	ids := map[string]bool{}
	for _, key := range keys {
		ids[key.ID] = true
	}
	if err != nil || len(ids) != 8 {
		t.Errorf("8 rotations at once left %d keys: %v", len(ids), err)
	}
	last, err := stored(store).Rotate(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if keys, err = stored(store).Keys(t.Context()); err != nil || keys[0].ID != last.ID {
		t.Errorf("%v: the last key does not sign: %s", err, fmt.Sprint(keys[0].ID, " instead of ", last.ID))
	}
}

func cancelled(t *testing.T, open Open) {
	store, closing := open(t)
	defer closing()
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if added, err := store.AddSigningKey(ctx, 0, []byte("key")); err == nil {
		t.Errorf("added under a cancelled context: %t", added)
	}
	if keys, err := store.SigningKeys(ctx); err == nil {
		t.Errorf("%q under a cancelled context", keys)
	}
}
