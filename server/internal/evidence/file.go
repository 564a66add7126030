package evidence

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"time"

	"github.com/go-jose/go-jose/v4"
)

// File is keys that an operator keeps apart from the data: a JWK Set, whose first key signs. Of the others the public
// halves are enough.
type File string

// Keys reads the file.
func (f File) Keys(context.Context) ([]Key, error) {
	text, err := os.ReadFile(string(f))
	if err != nil {
		return nil, fmt.Errorf("read signing keys: %w", err)
	}
	keys, err := readSet(text)
	if err != nil {
		return nil, fmt.Errorf("signing keys in %s: %w; make one with: assent keys rotate --signing-keys FILE", f, err)
	}
	if len(keys) == 0 || keys[0].Private == nil {
		return nil, fmt.Errorf("signing keys in %s: the first one signs and has to have its private half (d)", f)
	}
	return keys, nil
}

// Rotate puts a new key before the others, and makes the file when there is none.
func (f File) Rotate(ctx context.Context, random io.Reader, now time.Time) (Key, error) {
	keys, err := f.Keys(ctx)
	if err != nil && !errors.Is(err, os.ErrNotExist) {
		return Key{}, err
	}
	key, err := NewKey(random, now)
	if err != nil {
		return Key{}, err
	}
	set := jose.JSONWebKeySet{}
	for _, one := range slices.Concat([]Key{key}, keys) {
		set.Keys = append(set.Keys, one.secret())
	}
	text, err := json.MarshalIndent(set, "", "  ")
	if err != nil {
		return Key{}, fmt.Errorf("encode signing keys: %w", err)
	}
	return key, f.replace(append(text, '\n'))
}

// replace writes the file beside itself first, so that it is there whole, the old one or the new one.
func (f File) replace(text []byte) (err error) {
	beside, err := os.CreateTemp(filepath.Dir(string(f)), "."+filepath.Base(string(f))+".part-*") // Readable by its owner alone.
	if err != nil {
		return fmt.Errorf("write signing keys: %w", err)
	}
	_, err = beside.Write(text)
	if err = errors.Join(err, beside.Sync(), beside.Close()); err == nil {
		err = os.Rename(beside.Name(), string(f))
	}
	if err != nil {
		return fmt.Errorf("write signing keys: %w", errors.Join(err, os.Remove(beside.Name())))
	}
	return nil
}

// readSet reads a JWK Set of Ed25519 keys. An error quotes nothing of it.
func readSet(text []byte) ([]Key, error) {
	var raw struct {
		Keys []json.RawMessage `json:"keys"`
	}
	if err := json.Unmarshal(text, &raw); err != nil || raw.Keys == nil {
		return nil, errors.New(`it is not a JWK Set, such as {"keys": […]}`)
	}
	keys := make([]Key, len(raw.Keys))
	for i, text := range raw.Keys {
		var one jose.JSONWebKey
		if err := json.Unmarshal(text, &one); err != nil {
			return nil, fmt.Errorf("key %d cannot be read", i+1)
		}
		key, err := fromJWK(one, time.Time{})
		if err != nil {
			return nil, fmt.Errorf("key %d %w", i+1, err)
		}
		if one.KeyID != "" && one.KeyID != key.ID {
			return nil, fmt.Errorf("key %d is called %q and its thumbprint (RFC 7638) is %s; leave kid out", i+1, one.KeyID, key.ID)
		}
		keys[i] = key
	}
	return keys, nil
}
