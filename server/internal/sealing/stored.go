package sealing

import (
	"context"
	"errors"
	"fmt"

	"assent/server/internal/consent"
	"assent/server/internal/register"
)

// Kind is what the register calls data keys that the store itself keeps.
const Kind register.Kind = "data-keys"

// Stored is keys that lie in the store beside what they seal, where instances share nothing else. They keep a single value
// that leaks from being read, not a copy of the whole store.
type Stored struct{ Store register.Store }

// wholeDeployment and ring are the one document's place.
const (
	wholeDeployment = "*"
	ring            = "ring"
)

func (s Stored) book() register.Book[[]string] {
	return register.Book[[]string]{Store: s.Store, Kind: Kind}
}

func (s Stored) String() string { return "the store" }

// Keys implements Source.
func (s Stored) Keys(ctx context.Context) ([]Key, error) {
	texts, err := s.book().Get(ctx, wholeDeployment, ring)
	if err != nil {
		return nil, fmt.Errorf("read data keys: %w", err)
	}
	return decode(texts)
}

// Change implements Editable.
func (s Stored) Change(ctx context.Context, edit func([]Key) ([]Key, error)) error {
	err := s.book().Add(ctx, wholeDeployment, ring, []string{})
	if err != nil && !errors.Is(err, consent.ErrConflict) {
		return fmt.Errorf("change data keys: %w", err)
	}
	_, err = s.book().Change(ctx, wholeDeployment, ring, func(texts *[]string) error {
		var keys []Key
		if len(*texts) > 0 {
			var err error
			if keys, err = decode(*texts); err != nil {
				return err
			}
		}
		edited, err := edit(keys)
		if err != nil {
			return err
		}
		*texts = nil
		for _, key := range edited {
			*texts = append(*texts, key.text())
		}
		return nil
	})
	return err
}

func decode(texts []string) ([]Key, error) {
	var keys []Key
	for _, text := range texts {
		key, err := parseKey(text)
		if err != nil {
			return nil, fmt.Errorf("data keys in the store: one %w", err)
		}
		keys = append(keys, key)
	}
	if len(keys) == 0 {
		return nil, errors.New("data keys in the store: there is no key; make one with: assent keys rotate data")
	}
	return keys, nil
}
