package account

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"time"

	"assent/server/internal/consent"
)

// How long what was begun may take.
const (
	GivenLifetime = 5 * time.Minute
	OfferLifetime = 15 * time.Minute
)

// Keys are what all instances of a deployment seal with.
type Keys interface {
	// Key returns the key of the day of an instant.
	Key(ctx context.Context, at time.Time) ([]byte, error)
}

// Seals hand a browser what it has to bring back unchanged, so that the next request may meet another instance, and so
// that strangers cannot fill a store with what they only begin.
type Seals struct {
	keys   Keys
	now    func() time.Time
	random io.Reader
}

// NewSeals returns Seals. Random must be cryptographically secure.
func NewSeals(keys Keys, now func() time.Time, random io.Reader) *Seals {
	return &Seals{keys: keys, now: now, random: random}
}

// Given says that a browser has given the password of a user, as the user was then. It opens nothing but the question for
// a code.
type Given struct {
	Email      string
	Generation int64
	At         time.Time
	Nonce      string
}

// Offer is an app that a user may add.
type Offer struct {
	Email      string
	Generation int64
	At         time.Time
	Secret     string
}

// Given remembers that the user has taken the first step, and seals it. Errors: ErrOver when the user was removed
// meanwhile, or the store's.
func (s *Seals) Given(ctx context.Context, accounts *Accounts, user User) (string, error) {
	nonce := make([]byte, 16)
	if _, err := io.ReadFull(s.random, nonce); err != nil {
		return "", fmt.Errorf("draw nonce: %w", err)
	}
	given := Given{Email: user.Email, Generation: user.Generation, At: s.now().UTC(), Nonce: base64.RawURLEncoding.EncodeToString(nonce)}
	_, err := accounts.changeFactors(ctx, user.Email, func(_ *User, f *Factors) error {
		f.await(given, s.now())
		return nil
	})
	if errors.Is(err, consent.ErrNotFound) {
		return "", ErrOver
	}
	if err != nil {
		return "", err
	}
	return s.seal(ctx, "given", given.At, given)
}

// OpenGiven returns ErrOver when the seal is broken or too old.
func (s *Seals) OpenGiven(ctx context.Context, sealed string) (Given, error) {
	var given Given
	err := s.open(ctx, "given", sealed, &given, func() time.Time { return given.At }, GivenLifetime)
	return given, err
}

// Offer seals a fresh secret for the user, once the password is right, and returns the offer too. Errors: ErrEnrolled,
// and those of CheckPassword.
func (s *Seals) Offer(ctx context.Context, accounts *Accounts, user User, password, address string) (Offer, string, error) {
	if err := accounts.CheckPassword(ctx, user, password, address); err != nil {
		return Offer{}, "", err
	}
	factors, err := accounts.Factors(ctx, user)
	switch {
	case err != nil:
		return Offer{}, "", err
	case factors.App != nil:
		return Offer{}, "", ErrEnrolled
	}
	secret, err := accounts.drawSecret()
	if err != nil {
		return Offer{}, "", err
	}
	offer := Offer{Email: user.Email, Generation: user.Generation, At: s.now().UTC(), Secret: secret}
	sealed, err := s.seal(ctx, "offer", offer.At, offer)
	return offer, sealed, err
}

// OpenOffer returns ErrOver when the seal is broken or too old, or when the offer is somebody else's.
func (s *Seals) OpenOffer(ctx context.Context, user User, sealed string) (Offer, error) {
	var offer Offer
	err := s.open(ctx, "offer", sealed, &offer, func() time.Time { return offer.At }, OfferLifetime)
	if err == nil && offer.Email != user.Email {
		err = ErrOver
	}
	return offer, err
}

func (s *Seals) seal(ctx context.Context, purpose string, at time.Time, claims any) (string, error) {
	key, err := s.keys.Key(ctx, at)
	if err != nil {
		return "", err
	}
	written, err := json.Marshal(claims)
	if err != nil {
		return "", fmt.Errorf("seal: %w", err)
	}
	return base64.RawURLEncoding.EncodeToString(append(sealOf(key, purpose, written), written...)), nil
}

// open reads claims into a variable, from which the function then tells when they were made.
func (s *Seals) open(ctx context.Context, purpose, sealed string, into any, at func() time.Time, lifetime time.Duration) error {
	raw, err := base64.RawURLEncoding.Strict().DecodeString(sealed)
	if err != nil || len(raw) < sha256.Size || json.Unmarshal(raw[sha256.Size:], into) != nil {
		return ErrOver
	}
	// Before the key is asked for, so that nobody can ask for those of all days.
	if age := s.now().Sub(at()); age < -lifetime || age >= lifetime {
		return ErrOver
	}
	key, err := s.keys.Key(ctx, at())
	if err != nil {
		return err
	}
	if !hmac.Equal(raw[:sha256.Size], sealOf(key, purpose, raw[sha256.Size:])) {
		return ErrOver
	}
	return nil
}

func sealOf(key []byte, purpose string, claims []byte) []byte {
	mac := hmac.New(sha256.New, key)
	mac.Write([]byte("assent/" + purpose + "\x00"))
	mac.Write(claims)
	return mac.Sum(nil)
}

// StepCookie keeps a seal between two steps of a sign-in; an empty one clears it.
func StepCookie(sealed string, secure bool) *http.Cookie {
	cookie := sessionCookie(secure)
	cookie.Name, cookie.Value, cookie.MaxAge = StepCookieName(secure), sealed, int(GivenLifetime.Seconds())
	if sealed == "" {
		cookie.MaxAge = -1
	}
	return cookie
}

// StepCookieName is the name of that cookie, bound to the host as the session's is.
func StepCookieName(secure bool) string {
	if secure {
		return "__Host-assent-step"
	}
	return "assent-step"
}
