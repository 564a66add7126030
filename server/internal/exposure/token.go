package exposure

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"time"

	"assent/server/internal/daykey"
)

const (
	// lifetime is how long after the notice came on screen a decision is known as made by somebody who saw it.
	lifetime = 24 * time.Hour
	// tolerance is how far the clocks of two instances may be apart.
	tolerance = 5 * time.Minute

	// A token is what was seen, the second of its issue since 1970, and a MAC over both, site and notice. It is the same
	// for everybody who is shown the notice in that second.
	seenAsked    = 2 // The notice, by a visitor without a choice.
	seenOpened   = 3 // The preferences.
	headSize     = 1 + 4
	macSize      = 16
	shortestTime = time.Second
)

// Signer issues and checks the tokens. All instances with the same keys know each other's.
type Signer struct {
	keys *daykey.Ring
	now  func() time.Time
}

// NewSigner returns a signer by the keys of a deployment.
func NewSigner(keys *daykey.Ring, now func() time.Time) *Signer {
	return &Signer{keys: keys, now: now}
}

// Token returns what tells that this site's notice, or its preferences, are on a screen now.
func (s *Signer) Token(ctx context.Context, site, notice, layer string) (string, error) {
	now := s.now()
	key, err := s.keys.Key(ctx, now)
	if err != nil {
		return "", err
	}
	seen := byte(seenAsked)
	if layer == Preferences {
		seen = seenOpened
	}
	token := binary.BigEndian.AppendUint32([]byte{seen}, uint32(now.Unix()))
	token = append(token, sign(key, token, site, notice)...)
	return base64.RawURLEncoding.EncodeToString(token), nil
}

// Seen reports whether the token was issued for this site's notice within the last 24 hours, and how long ago if that was
// to a visitor without a choice. Without the key of its day, because the store that has it is away, nobody can tell, and it
// was not.
func (s *Signer) Seen(ctx context.Context, token, site, notice string) (seen bool, waited time.Duration) {
	var raw [headSize + macSize]byte
	if len(token) != base64.RawURLEncoding.EncodedLen(len(raw)) {
		return false, 0
	}
	if _, err := base64.RawURLEncoding.Strict().Decode(raw[:], []byte(token)); err != nil || raw[0] != seenAsked && raw[0] != seenOpened {
		return false, 0
	}
	issued := time.Unix(int64(binary.BigEndian.Uint32(raw[1:headSize])), 0)
	// Before the key is asked for, so that nobody can ask for those of all days.
	age := s.now().Sub(issued)
	if age < -tolerance || age >= lifetime+time.Minute {
		return false, 0
	}
	key, err := s.keys.Key(ctx, issued)
	if err != nil || !hmac.Equal(raw[headSize:], sign(key, raw[:headSize], site, notice)) {
		return false, 0
	}
	if raw[0] == seenAsked {
		waited = max(age, shortestTime)
	}
	return true, waited
}

func sign(key, head []byte, site, notice string) []byte {
	mac := hmac.New(sha256.New, key)
	mac.Write([]byte("assent/shown"))
	mac.Write(head)
	// The length keeps "ab", "c" from being "a", "bc".
	mac.Write(binary.BigEndian.AppendUint32(nil, uint32(len(site))))
	mac.Write([]byte(site))
	mac.Write([]byte(notice))
	return mac.Sum(nil)[:macSize]
}
