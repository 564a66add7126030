package account

import (
	"context"
	"crypto/subtle"
	"encoding/base64"
	"fmt"
	"io"
	"strings"
	"sync/atomic"
	"unicode/utf8"

	"golang.org/x/crypto/argon2"

	"assent/server/internal/consent"
)

// Cost of argon2id: the floor of OWASP's password storage cheat sheet, about 60 ms.
const (
	argonTime    = 2
	argonMemory  = 19 * 1024 // KiB
	argonThreads = 1
	saltLength   = 16
	keyLength    = 32
)

const (
	minPassword = 12   // Characters (ASVS 6.2.1 asks for 8 and advises more).
	maxPassword = 1024 // Bytes: room for any passphrase, none for feeding the hash megabytes.
	maxEmail    = 254  // RFC 5321, 4.5.3.1.3.
)

const (
	parallelHashes = 2  // 38 MiB at most, whatever the number of sign-ins.
	waitingHashes  = 64 // About two seconds of waiting; beyond it the server says so at once.
)

// hasher bounds the memory and the queue of password hashing, so that a flood of sign-ins cannot starve the recording
// of decisions.
type hasher struct {
	slots   chan struct{}
	waiting atomic.Int64
}

func newHasher() *hasher {
	return &hasher{slots: make(chan struct{}, parallelHashes)}
}

// hash returns the PHC string of a password with a fresh salt.
func (h *hasher) hash(ctx context.Context, password string, random io.Reader) (string, error) {
	salt := make([]byte, saltLength)
	if _, err := io.ReadFull(random, salt); err != nil {
		return "", fmt.Errorf("draw salt: %w", err)
	}
	key, err := h.derive(ctx, password, phc{argonMemory, argonTime, argonThreads, salt, make([]byte, keyLength)})
	if err != nil {
		return "", err
	}
	return phc{argonMemory, argonTime, argonThreads, salt, key}.String(), nil
}

// verify compares a password with a PHC string. With an empty one it does the same work and answers no.
func (h *hasher) verify(ctx context.Context, password, encoded string) (bool, error) {
	if encoded == "" {
		_, err := h.derive(ctx, password, phc{argonMemory, argonTime, argonThreads, make([]byte, saltLength), make([]byte, keyLength)})
		return false, err
	}
	want, err := parsePHC(encoded)
	if err != nil {
		return false, err
	}
	key, err := h.derive(ctx, password, want)
	return err == nil && subtle.ConstantTimeCompare(key, want.key) == 1, err
}

func (h *hasher) derive(ctx context.Context, password string, p phc) ([]byte, error) {
	if h.waiting.Add(1) > waitingHashes {
		h.waiting.Add(-1)
		return nil, fmt.Errorf("hash password: %w", consent.ErrOverloaded)
	}
	defer h.waiting.Add(-1)
	select {
	case h.slots <- struct{}{}:
		defer func() { <-h.slots }()
	case <-ctx.Done():
		return nil, fmt.Errorf("hash password: %w", ctx.Err())
	}
	return argon2.IDKey([]byte(password), p.salt, p.time, p.memory, p.threads, uint32(len(p.key))), nil
}

// phc is a hash with its parameters, as in the Password Hashing Competition's string format. They travel with the hash,
// so that the cost can be raised without locking anybody out.
type phc struct {
	memory, time uint32
	threads      uint8
	salt, key    []byte
}

func (p phc) String() string {
	b64 := base64.RawStdEncoding.EncodeToString
	return fmt.Sprintf("$argon2id$v=%d$m=%d,t=%d,p=%d$%s$%s", argon2.Version, p.memory, p.time, p.threads, b64(p.salt), b64(p.key))
}

func parsePHC(encoded string) (phc, error) {
	var p phc
	var version int
	parts := strings.Split(encoded, "$")
	if len(parts) != 6 || parts[1] != "argon2id" {
		return phc{}, fmt.Errorf("parse password hash: not argon2id")
	}
	if _, err := fmt.Sscanf(parts[2]+" "+parts[3], "v=%d m=%d,t=%d,p=%d", &version, &p.memory, &p.time, &p.threads); err != nil {
		return phc{}, fmt.Errorf("parse password hash: %w", err)
	}
	var err error
	if p.salt, err = base64.RawStdEncoding.DecodeString(parts[4]); err != nil {
		return phc{}, fmt.Errorf("parse password hash: %w", err)
	}
	if p.key, err = base64.RawStdEncoding.DecodeString(parts[5]); err != nil {
		return phc{}, fmt.Errorf("parse password hash: %w", err)
	}
	if version != argon2.Version || p.time == 0 || p.threads == 0 || len(p.key) != keyLength {
		return phc{}, fmt.Errorf("parse password hash: parameters out of range")
	}
	return p, nil
}

// passwordFault says why a password is refused, or "". Length decides, not kinds of characters (ASVS 6.2.5); what
// remains after the usual fragments and the owner's own name are taken out must be worth guessing (ASVS 6.2.4, 6.2.11).
func passwordFault(password, email string) string {
	switch {
	case !utf8.ValidString(password):
		return "is not valid UTF-8"
	case utf8.RuneCountInString(password) < minPassword:
		return fmt.Sprintf("is shorter than %d characters; a few unrelated words make a good one", minPassword)
	case len(password) > maxPassword:
		return fmt.Sprintf("is longer than %d bytes", maxPassword)
	case guessable(password, email):
		return "is easy to guess: it is little more than common words, a row of keys, or the e-mail address; a few unrelated words make a good one"
	default:
		return ""
	}
}

func guessable(password, email string) bool {
	const enough = 6 // Characters that are left, and different ones among all.
	rest := strings.ToLower(password)
	local, domain, _ := strings.Cut(email, "@")
	name, _, _ := strings.Cut(domain, ".")
	for _, fragment := range append([]string{email, local, domain, name}, commonFragments()...) {
		if len(fragment) > 2 {
			rest = strings.ReplaceAll(rest, fragment, "")
		}
	}
	different := map[rune]bool{}
	for _, r := range strings.ToLower(password) {
		different[r] = true
	}
	return utf8.RuneCountInString(rest) < enough || len(different) < enough
}

// commonFragments lists what the most used passwords are made of, longest first within a family.
func commonFragments() []string {
	return []string{
		"password", "passwort", "passw0rd", "p@ssw0rd", "p@ssword", "kennwort", "changeme", "change me", "letmein", "welcome",
		"willkommen", "administrator", "admin", "assent", "consent", "dashboard", "iloveyou", "hallo", "hello", "secret", "geheim",
		"qwertyuiop", "qwertzuiop", "qwerty", "qwertz", "asdfghjkl", "asdfgh", "yxcvbnm", "zxcvbnm", "1q2w3e4r5t", "1q2w3e4r", "1q2w3e",
		"abcdefgh", "abcdef", "abc123", "01234567890", "1234567890", "123456789", "12345678", "1234567", "123456", "12345", "1234", "123",
		"0987654321", "987654321", "654321", "111111", "000000", "2023", "2024", "2025", "2026", "2027",
	}
}
