// Package handover lets a page of this server act for a visitor whose secret stays with the pages of the site. Those get a token
// for the secret, which goes along behind the # of the page's address: it is good once, for two minutes. For it the page gets a
// pass, which is good for a quarter of an hour and is kept nowhere.
package handover

import (
	"context"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"errors"
	"fmt"
	"time"

	"assent/server/internal/consent"
	"assent/server/internal/daykey"
	"assent/server/internal/register"
)

// ErrInvalid is that a token or a pass is used up, too old, of another site, or was never made.
var ErrInvalid = errors.New("not a token or pass that is good now")

// What is made.
const (
	token = 't'
	pass  = 'p'
)

const (
	skew    = time.Minute // Clocks of two servers may differ by that.
	sweep   = 32          // Most marks that are removed at a time.
	headLen = 1 + 8 + 16  // What, when, and a number that no other has.
	macLen  = sha256.Size
	mostLen = 64 // Of a subject.
)

// life is for how long something is good.
func life(what byte) time.Duration {
	if what == token {
		return 2 * time.Minute
	}
	return 15 * time.Minute
}

// used marks a token that was used. It says of nobody whose that was.
type used struct{ Until time.Time }

// Desk hands over.
type Desk struct {
	Store register.Store
	Keys  *daykey.Ring
	Now   func() time.Time
}

func (d Desk) book() register.Book[used] {
	return register.Book[used]{Store: d.Store, Kind: "handover", Due: func(u used) time.Time { return u.Until }}
}

// Begin makes a token for the subject whose secret somebody showed.
func (d Desk) Begin(ctx context.Context, site, subject string) (string, error) {
	return d.make(ctx, token, site, subject)
}

// Take uses a token up and returns a pass for it.
func (d Desk) Take(ctx context.Context, site, given string) (string, error) {
	head, subject, err := d.read(ctx, token, site, given)
	if err != nil {
		return "", err
	}
	id := sha256.Sum256(head)
	err = d.book().Add(ctx, site, base64.RawURLEncoding.EncodeToString(id[:16]), used{Until: d.Now().UTC().Add(life(token) + 2*skew)})
	if errors.Is(err, consent.ErrConflict) {
		return "", ErrInvalid
	}
	if err != nil {
		return "", fmt.Errorf("mark token as used: %w", err)
	}
	if err := d.sweep(ctx); err != nil {
		return "", err
	}
	return d.make(ctx, pass, site, subject)
}

// Subject returns whose decisions a pass is for.
func (d Desk) Subject(ctx context.Context, site, given string) (string, error) {
	_, subject, err := d.read(ctx, pass, site, given)
	return subject, err
}

// sweep removes marks of tokens that are too old anyway.
func (d Desk) sweep(ctx context.Context) error {
	old, err := d.book().DueBy(ctx, d.Now(), sweep)
	if err != nil || len(old) == 0 {
		return err
	}
	gone := make([]register.Document, len(old))
	for i, one := range old {
		gone[i] = d.book().Gone(one)
	}
	if err := d.Store.ChangeDocuments(ctx, nil, gone); !errors.Is(err, consent.ErrConflict) { // Or else another server sweeps.
		return err
	}
	return nil
}

func (d Desk) make(ctx context.Context, what byte, site, subject string) (string, error) {
	now := d.Now()
	key, err := d.Keys.Key(ctx, now)
	if err != nil {
		return "", err
	}
	raw := make([]byte, headLen, headLen+len(subject)+macLen)
	raw[0] = what
	binary.BigEndian.PutUint64(raw[1:], uint64(now.Unix()))
	rand.Read(raw[9:]) // Never fails (crypto/rand).
	raw = append(raw, subject...)
	return base64.RawURLEncoding.EncodeToString(append(raw, sign(key, site, raw)...)), nil
}

func (d Desk) read(ctx context.Context, what byte, site, given string) (head []byte, subject string, err error) {
	if len(given) > base64.RawURLEncoding.EncodedLen(headLen+mostLen+macLen) {
		return nil, "", ErrInvalid
	}
	raw, err := base64.RawURLEncoding.Strict().DecodeString(given)
	if err != nil || len(raw) <= headLen+macLen || raw[0] != what {
		return nil, "", ErrInvalid
	}
	made := time.Unix(int64(binary.BigEndian.Uint64(raw[1:])), 0)
	// Before the key is asked for, so that nobody can ask for those of all days.
	if age := d.Now().Sub(made); age < -skew || age > life(what) {
		return nil, "", ErrInvalid
	}
	key, err := d.Keys.Key(ctx, made)
	if err != nil {
		return nil, "", err
	}
	signed, mac := raw[:len(raw)-macLen], raw[len(raw)-macLen:]
	if !hmac.Equal(mac, sign(key, site, signed)) {
		return nil, "", ErrInvalid
	}
	return raw[:headLen], string(signed[headLen:]), nil
}

func sign(key []byte, site string, signed []byte) []byte {
	mac := hmac.New(sha256.New, key)
	mac.Write([]byte("assent/handover/1"))
	// The length keeps one site's end from being another's subject.
	mac.Write(binary.BigEndian.AppendUint32(nil, uint32(len(site))))
	mac.Write([]byte(site))
	mac.Write(signed)
	return mac.Sum(nil)
}
