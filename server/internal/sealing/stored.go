package sealing

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"assent/server/internal/consent"
	"assent/server/internal/register"
)

// Kind is what the register calls data keys that the store itself keeps, a document each.
const Kind register.Kind = "data-keys"

// Stored is keys that lie in the store beside what they seal, where instances share nothing else. They keep a single value
// that leaks from being read, not a copy of the whole store. Backups carry them.
type Stored struct{ Store register.Store }

// wholeDeployment stands where documents name their site.
const wholeDeployment = "*"

func (s Stored) book() register.Book[string] {
	return register.Book[string]{Store: s.Store, Kind: Kind}
}

func (s Stored) String() string { return "the store" }

// Keys implements Source: the newest first.
func (s Stored) Keys(ctx context.Context) ([]Key, error) {
	entries, err := s.book().List(ctx, wholeDeployment)
	if err != nil {
		return nil, fmt.Errorf("read data keys: %w", err)
	}
	keys := make([]Key, len(entries))
	for i, entry := range entries {
		if keys[i], err = parseKey(entry.Value); err != nil {
			return nil, fmt.Errorf("data keys in the store: %s %w", entry.ID, err)
		}
	}
	slices.SortStableFunc(keys, func(a, b Key) int { return b.Created.Compare(a.Created) })
	return keys, nil
}

// Change implements Editable. Of changes at once, each adds and removes what it means to: keys lie there one by one.
func (s Stored) Change(ctx context.Context, edit func([]Key) ([]Key, error)) error {
	keys, err := s.Keys(ctx)
	if err != nil {
		return err
	}
	edited, err := edit(slices.Clone(keys))
	if err != nil {
		return err
	}
	for _, key := range edited {
		if indexOf(keys, key.id) >= 0 {
			continue
		}
		if err := s.book().Add(ctx, wholeDeployment, key.ID(), key.text()); err != nil && !errors.Is(err, consent.ErrConflict) {
			return fmt.Errorf("keep data key: %w", err)
		}
	}
	for _, key := range keys {
		if indexOf(edited, key.id) >= 0 {
			continue
		}
		if err := s.book().Remove(ctx, register.Entry[string]{Site: wholeDeployment, ID: key.ID(), Revision: 1}); err != nil {
			return fmt.Errorf("drop data key: %w", err)
		}
	}
	return nil
}
