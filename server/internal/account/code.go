package account

import (
	"crypto/subtle"
	"encoding/base32"
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/pquerna/otp"
	"github.com/pquerna/otp/totp"
)

const (
	stepSeconds   = 30
	secretBytes   = 20 // As long as the hash (RFC 4226, 4).
	recoveryCodes = 10
	recoveryBytes = 10 // 80 bits: no guess, so that a plain hash protects it.
	issuer        = "Assent"
)

// What every app knows: six digits, thirty seconds, SHA-1.
var codeKind = totp.ValidateOpts{Period: stepSeconds, Digits: otp.DigitsSix, Algorithm: otp.AlgorithmSHA1}

// stepOf finds the step that a code belongs to: the present one, or the one before or after it, for clocks that are a
// little off.
func stepOf(secret, code string, now time.Time) (step int64, right bool) {
	code = strings.ReplaceAll(strings.TrimSpace(code), " ", "")
	for _, near := range []int64{-1, 0, 1} {
		at := now.Add(time.Duration(near) * stepSeconds * time.Second)
		want, err := totp.GenerateCodeCustom(secret, at, codeKind)
		if err == nil && subtle.ConstantTimeCompare([]byte(want), []byte(code)) == 1 {
			step, right = at.Unix()/stepSeconds, true
		}
	}
	return step, right
}

// drawSecret makes what an app and the server share.
func (a *Accounts) drawSecret() (string, error) {
	secret := make([]byte, secretBytes)
	if _, err := io.ReadFull(a.random, secret); err != nil {
		return "", fmt.Errorf("draw secret: %w", err)
	}
	return base32.StdEncoding.WithPadding(base32.NoPadding).EncodeToString(secret), nil
}

// Address is the offer as apps read it.
func (o Offer) Address() (string, error) {
	secret, err := base32.StdEncoding.WithPadding(base32.NoPadding).DecodeString(o.Secret)
	if err != nil {
		return "", fmt.Errorf("decode secret: %w", err)
	}
	key, err := totp.Generate(totp.GenerateOpts{Issuer: issuer, AccountName: o.Email, Secret: secret, Period: stepSeconds,
		Digits: codeKind.Digits, Algorithm: codeKind.Algorithm})
	if err != nil {
		return "", fmt.Errorf("make address of the offer: %w", err)
	}
	return key.URL(), nil
}

// Crockford's alphabet: no letter that is taken for a digit.
var recoveryAlphabet = base32.NewEncoding("0123456789abcdefghjkmnpqrstvwxyz").WithPadding(base32.NoPadding)

// drawRecovery makes fresh codes of recovery, to be shown, and what is kept of them.
func (a *Accounts) drawRecovery() (codes, hashes []string, err error) {
	for range recoveryCodes {
		drawn := make([]byte, recoveryBytes)
		if _, err := io.ReadFull(a.random, drawn); err != nil {
			return nil, nil, fmt.Errorf("draw code: %w", err)
		}
		plain := recoveryAlphabet.EncodeToString(drawn)
		codes = append(codes, plain[:4]+"-"+plain[4:8]+"-"+plain[8:12]+"-"+plain[12:])
		hashes = append(hashes, hashToken(plain))
	}
	return codes, hashes, nil
}

// plainRecovery undoes what people make of a code when they copy it.
func plainRecovery(code string) string {
	return strings.NewReplacer("-", "", " ", "", "o", "0", "i", "1", "l", "1").Replace(strings.ToLower(strings.TrimSpace(code)))
}

// looksLikeRecovery tells a code of recovery from one of an app, which it never is.
func looksLikeRecovery(code string) bool {
	return len(plainRecovery(code)) == recoveryAlphabet.EncodedLen(recoveryBytes)
}
