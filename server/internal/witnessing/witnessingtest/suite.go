// Package witnessingtest holds every implementation of witnessing.Store to its promises.
package witnessingtest

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
	"testing"

	"assent/server/internal/consent"
	"assent/server/internal/witnessing"
)

// Open opens one more instance on the same data; closing ends that instance only.
type Open func(t *testing.T) (store witnessing.Store, closing func())

// TestStore runs every case. Fresh prepares data of its own for one case.
func TestStore(t *testing.T, fresh func(t *testing.T) Open) {
	t.Run("one seed", func(t *testing.T) { oneSeed(t, fresh(t)) })
	t.Run("kept in turn", func(t *testing.T) { keptInTurn(t, fresh(t)) })
	t.Run("only one comes next", func(t *testing.T) { oneComesNext(t, fresh(t)) })
	t.Run("cancelled context", func(t *testing.T) { cancelled(t, fresh(t)) })
}

func oneSeed(t *testing.T, open Open) {
	store, closing := open(t)
	if _, err := store.WitnessSeed(t.Context()); !errors.Is(err, consent.ErrNotFound) {
		t.Errorf("the seed of an empty store: %v", err)
	}
	for _, seed := range []string{"first\x00\xff", "second"} {
		if err := store.KeepWitnessSeed(t.Context(), []byte(seed)); err != nil {
			t.Error(err)
		}
	}
	closing()
	reopened, closing := open(t)
	defer closing()
	if seed, err := reopened.WitnessSeed(t.Context()); err != nil || string(seed) != "first\x00\xff" {
		t.Errorf("%q, %v", seed, err)
	}
}

func keptInTurn(t *testing.T, open Open) {
	store, closing := open(t)
	for _, step := range []struct {
		origin, was, now string
		want             bool
	}{
		{"a", "x", "y", false}, {"a", "", "one", true}, {"a", "", "two", false}, {"a", "one", "two", true}, {"a", "one", "three", false},
		{"b", "two", "three", false}, {"b", "", "other", true}, {"a", "two", "two", true},
	} {
		if got, err := store.KeepWitnessed(t.Context(), step.origin, step.was, step.now); err != nil || got != step.want {
			t.Errorf("%+v: %t, %v", step, got, err)
		}
	}
	closing()
	reopened, closing := open(t)
	defer closing()
	for origin, want := range map[string]string{"a": "two", "b": "other", "c": ""} {
		if got, err := reopened.Witnessed(t.Context(), origin); err != nil || got != want {
			t.Errorf("%s: %q, %v, want %q", origin, got, err, want)
		}
	}
}

func oneComesNext(t *testing.T, open Open) {
	store, closing := open(t)
	defer closing()
	other, closeOther := open(t)
	defer closeOther()
	was := ""
	for round := range 10 {
		var kept atomic.Int32
		var group sync.WaitGroup
		for i, one := range []witnessing.Store{store, other, store, other} {
			group.Go(func() {
				isKept, err := one.KeepWitnessed(t.Context(), "a", was, fmt.Sprint(round, ".", i))
				if err != nil {
					t.Error(err)
				}
				if isKept {
					kept.Add(1)
				}
			})
		}
		group.Wait()
		if kept.Load() != 1 {
			t.Fatalf("%d checkpoints came next", kept.Load())
		}
		var err error
		if was, err = store.Witnessed(t.Context(), "a"); err != nil {
			t.Fatal(err)
		}
	}
}

func cancelled(t *testing.T, open Open) {
	store, closing := open(t)
	defer closing()
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	_, seedErr := store.WitnessSeed(ctx)
	_, readErr := store.Witnessed(ctx, "a")
	_, writeErr := store.KeepWitnessed(ctx, "a", "", "b")
	for _, err := range []error{seedErr, store.KeepWitnessSeed(ctx, []byte("seed")), readErr, writeErr} {
		if !errors.Is(err, consent.ErrUnavailable) {
			t.Errorf("%v, want unavailable", err)
		}
	}
}
