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

	// A token is its version, the minute of its issue since 1970, and a MAC over both, site and notice. It is the same
	// for everybody who is shown the notice in that minute.
	tokenVersion = 1
	headSize     = 1 + 4
	macSize      = 16
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

// Token returns what tells that this site's notice is on a screen now.
func (s *Signer) Token(ctx context.Context, site, notice string) (string, error) {
	now := s.now()
	key, err := s.keys.Key(ctx, now)
	if err != nil {
		return "", err
	}
	token := binary.BigEndian.AppendUint32([]byte{tokenVersion}, uint32(now.Unix()/60))
	token = append(token, sign(key, token, site, notice)...)
	return base64.RawURLEncoding.EncodeToString(token), nil
}

// Valid reports whether the token was issued for this site's notice within the last 24 hours. Without the key of its day,
// because the store that has it is away, nobody can tell, and it is not.
func (s *Signer) Valid(ctx context.Context, token, site, notice string) bool {
	var raw [headSize + macSize]byte
	if len(token) != base64.RawURLEncoding.EncodedLen(len(raw)) {
		return false
	}
	if _, err := base64.RawURLEncoding.Strict().Decode(raw[:], []byte(token)); err != nil || raw[0] != tokenVersion {
		return false
	}
	issued := time.Unix(60*int64(binary.BigEndian.Uint32(raw[1:headSize])), 0)
	// Before the key is asked for, so that nobody can ask for those of all days.
	if age := s.now().Sub(issued); age < -tolerance || age >= lifetime+time.Minute {
		return false
	}
	key, err := s.keys.Key(ctx, issued)
	return err == nil && hmac.Equal(raw[headSize:], sign(key, raw[:headSize], site, notice))
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
