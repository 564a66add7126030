// Package sealing encrypts what could identify somebody before a store gets it (XChaCha20-Poly1305), and makes keyed hashes
// by which such a value is found again without being kept (HMAC-SHA-256).
//
// To use it, take the deployment's Ring and say what each value is about:
//
//	about := sealing.About{Kind: "external-id", Site: site, ID: subject}
//	sealed, err := ring.Seal(about, []byte(external)) // What the store keeps.
//	plain, err := ring.Open(ctx, about, sealed)       // The same About, or it does not open.
//
//	ring.Lookup("external-id", site, external)  // What a row is found by: write this one,
//	ring.Lookups("external-id", site, external) // and ask for any of these, as keys rotate.
//
// A sealed value names its key, so values of older keys open for as long as the ring has them, and Stale tells which are to
// be sealed anew. Whoever keeps sealed values is a Holder, so that `assent keys rotate data` seals them anew and
// `assent keys drop` does not take a key away that something still needs.
package sealing

import (
	"bytes"
	"context"
	"crypto/cipher"
	"crypto/hkdf"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"errors"
	"fmt"
	"io"

	"golang.org/x/crypto/chacha20poly1305"
)

// About says what a value belongs to. A value that was sealed about one thing does not open about another, so nobody who
// can write to the store moves it to a record of their own.
type About struct{ Kind, Site, ID string }

// A sealed value is: version, id of the key, nonce, ciphertext with its tag.
const (
	version  = 1
	headSize = 1 + idSize
	overhead = headSize + chacha20poly1305.NonceSizeX + chacha20poly1305.Overhead
)

// ErrDamaged says that a value is not what was sealed, or was sealed about something else.
var ErrDamaged = errors.New("sealed value is damaged, or belongs to another record")

// MissingKeyError says which key is lacking.
type MissingKeyError struct {
	ID   string
	From string // Where the keys came from.
}

func (e *MissingKeyError) Error() string {
	return fmt.Sprintf("sealed with key %s, which %s lacks; add the line of that key again, from a copy of the keys", e.ID, e.From)
}

// Holder is who keeps sealed values.
type Holder interface {
	// Reseal seals everything anew that another key than the ring's first one sealed, or none, and returns how much that
	// was. Killed in the middle, it is run again and does the rest.
	Reseal(ctx context.Context) (int, error)
	// SealedWith counts what is kept by the id of the key that sealed it; the empty id stands for what no key did.
	SealedWith(ctx context.Context) (map[string]int, error)
}

// Seal encrypts a value with the first key.
func (r *Ring) Seal(about About, plain []byte) ([]byte, error) {
	key := r.first()
	aead, err := key.aead()
	if err != nil {
		return nil, err
	}
	sealed := append(make([]byte, 0, overhead+len(plain)), version)
	sealed = append(sealed, key.id[:]...)
	nonce := make([]byte, chacha20poly1305.NonceSizeX)
	if _, err := io.ReadFull(r.random, nonce); err != nil {
		return nil, fmt.Errorf("seal: %w", err)
	}
	bound := about.bound(sealed)
	return aead.Seal(append(sealed, nonce...), nonce, plain, bound), nil
}

// Open decrypts what Seal made. Errors: ErrDamaged, *MissingKeyError, or the source's, which is asked for a key that
// another process may have added.
func (r *Ring) Open(ctx context.Context, about About, sealed []byte) ([]byte, error) {
	if len(sealed) < overhead || sealed[0] != version {
		return nil, ErrDamaged
	}
	key, err := r.find(ctx, [idSize]byte(sealed[1:headSize]))
	if err != nil {
		return nil, err
	}
	aead, err := key.aead()
	if err != nil {
		return nil, err
	}
	nonce, content := sealed[headSize:headSize+chacha20poly1305.NonceSizeX], sealed[headSize+chacha20poly1305.NonceSizeX:]
	plain, err := aead.Open(nil, nonce, content, about.bound(sealed[:headSize]))
	if err != nil {
		return nil, ErrDamaged
	}
	return plain, nil
}

// Stale reports whether a sealed value is to be sealed anew, because a newer key is there.
func (r *Ring) Stale(sealed []byte) bool {
	first := r.first()
	return len(sealed) < headSize || !bytes.Equal(sealed[1:headSize], first.id[:])
}

// SealedBy returns the id of the key that sealed a value, and an empty one for what is none.
func SealedBy(sealed []byte) string {
	if len(sealed) < overhead || sealed[0] != version {
		return ""
	}
	return nameOf([idSize]byte(sealed[1:headSize]))
}

// Lookup returns the hash that a value is to be found by, made with the first key: the key's id, a dot, and the hash. The
// same value has another hash for each purpose and site, so that sites cannot be compared.
func (r *Ring) Lookup(purpose, site, value string) string {
	return r.first().lookup(purpose, site, value)
}

// Lookups returns the hashes that a value may have been kept under, the first key's first.
func (r *Ring) Lookups(purpose, site, value string) []string {
	var all []string
	for _, key := range r.keys() {
		all = append(all, key.lookup(purpose, site, value))
	}
	return all
}

func (k Key) lookup(purpose, site, value string) string {
	mac := hmac.New(sha256.New, k.finding)
	mac.Write(join(purpose, site, value))
	return k.ID() + "." + base64.RawURLEncoding.EncodeToString(mac.Sum(nil))
}

func (k Key) aead() (cipher.AEAD, error) {
	aead, err := chacha20poly1305.NewX(k.sealing)
	if err != nil {
		return nil, fmt.Errorf("seal: %w", err)
	}
	return aead, nil
}

// bound is what a sealed value cannot be separated from.
func (a About) bound(head []byte) []byte {
	return append(bytes.Clone(head), join(a.Kind, a.Site, a.ID)...)
}

// join writes texts so that no two lists of them are written alike.
func join(texts ...string) []byte {
	var all []byte
	for _, text := range texts {
		all = binary.AppendUvarint(all, uint64(len(text)))
		all = append(all, text...)
	}
	return all
}

func derive(secret []byte, purpose string) ([]byte, error) {
	key, err := hkdf.Key(sha256.New, secret, nil, purpose, chacha20poly1305.KeySize)
	if err != nil {
		return nil, fmt.Errorf("derive key: %w", err)
	}
	return key, nil
}
