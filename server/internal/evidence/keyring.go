package evidence

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"sync/atomic"
	"time"

	"github.com/go-jose/go-jose/v4"

	"assent/server/internal/following"
)

// follow is how often a keyring looks for keys that another process has added.
const follow = time.Second

// Source is where keys come from, the one that signs first.
type Source interface {
	Keys(ctx context.Context) ([]Key, error)
}

// Sources are several of them: the first key of the first one signs, all verify.
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
			if !slices.ContainsFunc(all, func(other Key) bool { return other.ID == key.ID }) {
				all = append(all, key)
			}
		}
	}
	return all, nil
}

// Keyring holds a deployment's keys in memory. It is safe for concurrent use.
type Keyring struct {
	source Source
	held   atomic.Pointer[held]
}

// held is the keys at one time.
type held struct {
	receipts  jose.Signer // Each signs one type of JWS.
	archives  jose.Signer
	published []byte // JWK Set of the public halves.
}

// OpenKeyring reads the keys.
func OpenKeyring(ctx context.Context, source Source) (*Keyring, error) {
	k := &Keyring{source: source}
	return k, k.refresh(ctx)
}

// Watch follows the source until the context ends. While it cannot be read the keys stay as they are.
func (k *Keyring) Watch(ctx context.Context, log *slog.Logger) {
	following.Follow(ctx, follow, k.refresh, func(err error) {
		log.WarnContext(ctx, "signing keys cannot be read; the known ones stay in use", "error", err)
	})
}

func (k *Keyring) refresh(ctx context.Context) error {
	keys, err := k.source.Keys(ctx)
	if err != nil {
		return err
	}
	if len(keys) == 0 || keys[0].Private == nil {
		return errors.New("there is no key to sign with")
	}
	published, err := publish(keys)
	if err != nil {
		return err
	}
	if known := k.held.Load(); known != nil && bytes.Equal(known.published, published) {
		return nil
	}
	receipts, err := newSigner(keys[0], receiptType)
	if err != nil {
		return err
	}
	archives, err := newSigner(keys[0], archiveType)
	if err != nil {
		return err
	}
	k.held.Store(&held{receipts: receipts, archives: archives, published: published})
	return nil
}

func publish(keys []Key) ([]byte, error) {
	set := jose.JSONWebKeySet{Keys: []jose.JSONWebKey{}}
	for _, key := range keys {
		set.Keys = append(set.Keys, key.published())
	}
	text, err := json.Marshal(set)
	if err != nil {
		return nil, fmt.Errorf("encode keys: %w", err)
	}
	return text, nil
}

// Published is the JWK Set by which everybody can verify, the key that signs first.
func (k *Keyring) Published() []byte { return k.held.Load().published }
