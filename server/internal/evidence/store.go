package evidence

import (
	"context"
	"fmt"
	"io"
	"slices"
	"time"
)

// Store keeps the keys of a deployment for ever. Both stores implement it; evidencetest holds them to it.
type Store interface {
	// SigningKeys returns everything that AddSigningKey put in, by place.
	SigningKeys(ctx context.Context) ([][]byte, error)
	// AddSigningKey puts a key at a place, counted from 0, durably, unless there is one. Of calls at once, also by several
	// processes, one is told that it did.
	AddSigningKey(ctx context.Context, place int, key []byte) (added bool, err error)
}

// Stored is the deployment's keys in a store. Nothing is ever removed: what was signed must stay verifiable.
type Stored struct {
	store  Store
	random io.Reader
	now    func() time.Time
}

// NewStored returns the keys in a store. Random must be cryptographically secure.
func NewStored(store Store, random io.Reader, now func() time.Time) *Stored {
	return &Stored{store: store, random: random, now: now}
}

// Keys returns all keys, the newest first, which is the one that signs.
func (s *Stored) Keys(ctx context.Context) ([]Key, error) {
	texts, err := s.store.SigningKeys(ctx)
	if err != nil {
		return nil, err
	}
	keys := make([]Key, len(texts))
	for i, text := range texts {
		if keys[i], err = DecodeKey(text); err != nil {
			return nil, fmt.Errorf("signing key %d: %w", i, err)
		}
	}
	// A restored backup puts older keys behind newer ones.
	slices.SortStableFunc(keys, func(a, b Key) int { return b.Created.Compare(a.Created) })
	return keys, nil
}

// Ensure makes the first key where there is none. Of several servers that start at once, one makes it.
func (s *Stored) Ensure(ctx context.Context) error {
	if keys, err := s.Keys(ctx); err != nil || len(keys) > 0 {
		return err
	}
	key, err := NewKey(s.random, s.now())
	if err != nil {
		return err
	}
	text, err := key.Encode()
	if err != nil {
		return err
	}
	_, err = s.store.AddSigningKey(ctx, 0, text)
	return err
}

// Rotate makes a key that signs from now on; the others go on verifying.
func (s *Stored) Rotate(ctx context.Context) (Key, error) {
	keys, err := s.Keys(ctx)
	if err != nil {
		return Key{}, err
	}
	now := s.now()
	if len(keys) > 0 && !now.After(keys[0].Created) { // Made by a machine whose clock is ahead.
		now = keys[0].Created.Add(time.Microsecond)
	}
	key, err := NewKey(s.random, now)
	if err != nil {
		return Key{}, err
	}
	return key, s.Add(ctx, key)
}

// Add keeps a key that was made elsewhere, once.
func (s *Stored) Add(ctx context.Context, key Key) error {
	text, err := key.Encode()
	if err != nil {
		return err
	}
	for {
		keys, err := s.Keys(ctx)
		if err != nil || slices.ContainsFunc(keys, func(other Key) bool { return other.ID == key.ID }) {
			return err
		}
		// Where the place was taken meanwhile, the next one is tried.
		if added, err := s.store.AddSigningKey(ctx, len(keys), text); err != nil || added {
			return err
		}
	}
}
