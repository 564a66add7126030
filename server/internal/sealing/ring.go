package sealing

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"slices"
	"strings"
	"sync/atomic"
	"time"

	"assent/server/internal/following"
)

// follow is how often a ring looks for keys that another process has added.
const follow = time.Second

// Source is where keys come from, the one that seals first.
type Source interface {
	Keys(ctx context.Context) ([]Key, error)
	// String names the source in errors.
	String() string
}

// Editable is a source whose keys can be changed.
type Editable interface {
	Source
	// Change adds and removes keys as edit does. It makes the source where there is none.
	Change(ctx context.Context, edit func([]Key) ([]Key, error)) error
}

// Sources are several of them: the first key of the first one that has any seals, all open.
type Sources []Source

// Keys implements Source.
func (s Sources) Keys(ctx context.Context) ([]Key, error) {
	var all []Key
	for _, source := range s {
		keys, err := source.Keys(ctx)
		if err != nil {
			return nil, err
		}
		for _, key := range keys {
			if indexOf(all, key.id) < 0 {
				all = append(all, key)
			}
		}
	}
	return all, nil
}

func (s Sources) String() string {
	names := make([]string, len(s))
	for i, source := range s {
		names[i] = source.String()
	}
	return strings.Join(names, " and ")
}

// Ring holds a deployment's data keys in memory. It is safe for concurrent use.
type Ring struct {
	source Source
	random io.Reader
	held   atomic.Pointer[[]Key]
}

// OpenRing reads the keys. Random must be cryptographically secure.
func OpenRing(ctx context.Context, source Source, random io.Reader) (*Ring, error) {
	r := &Ring{source: source, random: random}
	return r, r.refresh(ctx)
}

// Watch follows the source until the context ends. While it cannot be read the keys stay as they are.
func (r *Ring) Watch(ctx context.Context, log *slog.Logger) {
	following.Follow(ctx, follow, r.refresh, func(err error) {
		log.WarnContext(ctx, "data keys cannot be read; the known ones stay in use", "error", err)
	})
}

func (r *Ring) refresh(ctx context.Context) error {
	keys, err := r.source.Keys(ctx)
	if err != nil {
		return err
	}
	if len(keys) == 0 {
		return fmt.Errorf("data keys: %s has none; make one with: assent keys rotate data", r.source)
	}
	r.held.Store(&keys)
	return nil
}

func (r *Ring) keys() []Key { return *r.held.Load() }

func (r *Ring) first() Key { return r.keys()[0] }

// find returns a key, and asks the source for one that is not known yet.
func (r *Ring) find(ctx context.Context, id [idSize]byte) (Key, error) {
	if at := indexOf(r.keys(), id); at >= 0 {
		return r.keys()[at], nil
	}
	if err := r.refresh(ctx); err != nil {
		return Key{}, err
	}
	keys := r.keys()
	if at := indexOf(keys, id); at >= 0 {
		return keys[at], nil
	}
	return Key{}, &MissingKeyError{ID: nameOf(id), From: r.source.String()}
}

// Ensure makes the first key where there is none. Servers that start at once may make one each, and all open with all.
func Ensure(ctx context.Context, source Editable, random io.Reader, now time.Time) error {
	return source.Change(ctx, func(keys []Key) ([]Key, error) {
		if len(keys) > 0 {
			return keys, nil
		}
		key, err := NewKey(random, now)
		return []Key{key}, err
	})
}

// Rotate makes a key that seals from now on; the others go on opening.
func Rotate(ctx context.Context, source Editable, random io.Reader, now time.Time) (Key, error) {
	var key Key
	now = now.Truncate(time.Second) // As keys are written.
	err := source.Change(ctx, func(keys []Key) (_ []Key, err error) {
		for _, other := range keys { // Made by a machine whose clock is ahead, or within the same second.
			if !now.After(other.Created) {
				now = other.Created.Add(time.Second)
			}
		}
		key, err = NewKey(random, now)
		return append([]Key{key}, keys...), err
	})
	return key, err
}

// Adopt adds the keys of another place behind one's own, so that what moves here opens.
func Adopt(ctx context.Context, others []Key, to Editable) error {
	return to.Change(ctx, func(keys []Key) ([]Key, error) {
		for _, key := range others {
			if indexOf(keys, key.id) < 0 {
				keys = append(keys, key)
			}
		}
		return keys, nil
	})
}

var (
	// ErrFirst says that the key that seals cannot be dropped.
	ErrFirst = errors.New("this key seals; make a newer one first with: assent keys rotate data")
	// ErrNoSuchKey says that no key has that id.
	ErrNoSuchKey = errors.New("there is no data key of that id; list them with: assent keys list data")
)

// Drop takes a key away. What it sealed never opens again: ask the holders first.
func Drop(ctx context.Context, source Editable, id string) error {
	return source.Change(ctx, func(keys []Key) ([]Key, error) {
		at := slices.IndexFunc(keys, func(key Key) bool { return key.ID() == id })
		switch at {
		case -1:
			return nil, ErrNoSuchKey
		case 0:
			return nil, ErrFirst
		}
		return slices.Delete(slices.Clone(keys), at, at+1), nil
	})
}
