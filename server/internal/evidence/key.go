// Package evidence makes what the server recorded provable to others: receipts, signed by keys that everybody can look up.
package evidence

import (
	"crypto"
	"crypto/ed25519"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"time"

	"github.com/go-jose/go-jose/v4"
)

// Key is one of a deployment's keys. Whoever has only its public half can verify and not sign.
type Key struct {
	ID      string // RFC 7638 thumbprint, so that a key cannot go by another one's name.
	Public  ed25519.PublicKey
	Private ed25519.PrivateKey // nil when only the public half is known.
	Created time.Time          // Zero when nobody knows.
}

// NewKey makes a key. Random must be cryptographically secure.
func NewKey(random io.Reader, now time.Time) (Key, error) {
	seed := make([]byte, ed25519.SeedSize)
	if _, err := io.ReadFull(random, seed); err != nil {
		return Key{}, fmt.Errorf("make key: %w", err)
	}
	private := ed25519.NewKeyFromSeed(seed)
	return newKey(private.Public().(ed25519.PublicKey), private, now.UTC().Truncate(time.Microsecond))
}

func newKey(public ed25519.PublicKey, private ed25519.PrivateKey, created time.Time) (Key, error) {
	thumbprint, err := (&jose.JSONWebKey{Key: public}).Thumbprint(crypto.SHA256)
	if err != nil {
		return Key{}, fmt.Errorf("name key: %w", err)
	}
	return Key{ID: base64.RawURLEncoding.EncodeToString(thumbprint), Public: public, Private: private, Created: created}, nil
}

func (k Key) published() jose.JSONWebKey {
	return jose.JSONWebKey{Key: k.Public, KeyID: k.ID, Algorithm: string(jose.EdDSA), Use: "sig"}
}

// secret is the key with its private half, if it is known.
func (k Key) secret() jose.JSONWebKey {
	one := k.published()
	if k.Private != nil {
		one.Key = k.Private
	}
	return one
}

var errNotOurs = errors.New("is not an Ed25519 key (JWK: kty OKP, crv Ed25519)")

func fromJWK(one jose.JSONWebKey, created time.Time) (Key, error) {
	switch key := one.Key.(type) {
	case ed25519.PublicKey:
		return newKey(key, nil, created)
	case ed25519.PrivateKey:
		// The public half is computed anew: signing with one that does not belong gives the private half away.
		whole := ed25519.NewKeyFromSeed(key.Seed())
		return newKey(whole.Public().(ed25519.PublicKey), whole, created)
	}
	return Key{}, errNotOurs
}

// document is a key as stores keep it.
type document struct {
	Key       jose.JSONWebKey `json:"key"`
	CreatedAt time.Time       `json:"createdAt"`
}

// Encode writes the key, its private half too, as stores and backups keep it.
func (k Key) Encode() ([]byte, error) {
	text, err := json.Marshal(document{Key: k.secret(), CreatedAt: k.Created})
	if err != nil {
		return nil, fmt.Errorf("encode key: %w", err)
	}
	return text, nil
}

// DecodeKey reads what Encode wrote.
func DecodeKey(text []byte) (Key, error) {
	var d document
	if err := json.Unmarshal(text, &d); err != nil {
		return Key{}, errors.New("decode key: it is damaged") // The decoder's words may quote it.
	}
	key, err := fromJWK(d.Key, d.CreatedAt)
	if err != nil {
		return Key{}, fmt.Errorf("decode key: it %w", err)
	}
	return key, nil
}
