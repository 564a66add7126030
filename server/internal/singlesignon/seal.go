package singlesignon

import (
	"context"
	"crypto/aes"
	"crypto/cipher"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"encoding/json"
	"fmt"
	"time"

	"assent/server/internal/daykey"
)

// tolerance is how far the clocks of two instances may be apart.
const tolerance = time.Minute

// begun is what a browser keeps, unreadable to it, between its departure to the provider and its return.
type begun struct {
	State, Nonce, Verifier string
	Return                 string // Page of the dashboard.

	at time.Time
}

// seal encrypts with the deployment's key of the day, so that whichever instance the browser returns to can open it.
func seal(ctx context.Context, keys *daykey.Ring, b begun) (string, error) {
	content, err := json.Marshal(b)
	if err != nil {
		return "", fmt.Errorf("encode sign-in: %w", err)
	}
	aead, err := cipherOf(ctx, keys, b.at)
	if err != nil {
		return "", err
	}
	head := binary.BigEndian.AppendUint32(nil, uint32(b.at.Unix()))
	return base64.RawURLEncoding.EncodeToString(aead.Seal(head, nil, content, head)), nil
}

// unseal returns what was sealed within the lifetime, or ErrExpired.
func unseal(ctx context.Context, keys *daykey.Ring, sealed string, now time.Time) (begun, error) {
	raw, err := base64.RawURLEncoding.Strict().DecodeString(sealed)
	if err != nil || len(raw) <= 4 {
		return begun{}, fmt.Errorf("%w: no cookie of a sign-in", ErrExpired)
	}
	at := time.Unix(int64(binary.BigEndian.Uint32(raw)), 0)
	// Before the key is asked for, so that nobody can ask for those of all days.
	if age := now.Sub(at); age < -tolerance || age >= Lifetime {
		return begun{}, fmt.Errorf("%w: begun too long ago", ErrExpired)
	}
	aead, err := cipherOf(ctx, keys, at)
	if err != nil {
		return begun{}, err
	}
	content, err := aead.Open(nil, nil, raw[4:], raw[:4])
	if err != nil {
		return begun{}, fmt.Errorf("%w: cookie of another deployment, or changed", ErrExpired)
	}
	b := begun{at: at}
	if err := json.Unmarshal(content, &b); err != nil {
		return begun{}, fmt.Errorf("decode sign-in: %w", err)
	}
	return b, nil
}

func cipherOf(ctx context.Context, keys *daykey.Ring, at time.Time) (cipher.AEAD, error) {
	key, err := keys.Key(ctx, at)
	if err != nil {
		return nil, err
	}
	// The same key signs other things; what is derived from it does nothing else.
	derived := hmac.New(sha256.New, key)
	derived.Write([]byte("assent/single-sign-on"))
	block, err := aes.NewCipher(derived.Sum(nil))
	if err != nil {
		return nil, fmt.Errorf("make cipher: %w", err)
	}
	aead, err := cipher.NewGCMWithRandomNonce(block)
	if err != nil {
		return nil, fmt.Errorf("make cipher: %w", err)
	}
	return aead, nil
}
