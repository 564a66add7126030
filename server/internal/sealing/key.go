package sealing

import (
	"encoding/base64"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"strings"
	"time"
)

const (
	secretSize = 32
	idSize     = 8
	// prefix begins every key's text, so that people and scanners for leaked secrets recognise one.
	prefix = "assent-data-key:"
)

// Key is one of a deployment's data keys.
type Key struct {
	Created time.Time // Zero when nobody knows.

	secret  []byte
	id      [idSize]byte // Of the secret, so that a key cannot go by another one's name.
	sealing []byte
	finding []byte
}

// NewKey makes a key. Random must be cryptographically secure.
func NewKey(random io.Reader, now time.Time) (Key, error) {
	secret := make([]byte, secretSize)
	if _, err := io.ReadFull(random, secret); err != nil {
		return Key{}, fmt.Errorf("make key: %w", err)
	}
	return newKey(secret, now.UTC().Truncate(time.Second))
}

func newKey(secret []byte, created time.Time) (Key, error) {
	key := Key{Created: created, secret: secret}
	name, err := derive(secret, "assent/data/id")
	if err != nil {
		return Key{}, err
	}
	copy(key.id[:], name)
	if key.sealing, err = derive(secret, "assent/data/seal"); err != nil {
		return Key{}, err
	}
	key.finding, err = derive(secret, "assent/data/lookup")
	return key, err
}

// ID names the key and says nothing about it.
func (k Key) ID() string { return nameOf(k.id) }

// nameOf has no sign that a command would take for a flag.
func nameOf(id [idSize]byte) string { return hex.EncodeToString(id[:]) }

// text is the key as files have it, one a line.
func (k Key) text() string {
	text := prefix + base64.RawURLEncoding.EncodeToString(k.secret)
	if !k.Created.IsZero() {
		text += " " + k.Created.Format(time.RFC3339)
	}
	return text
}

// parseKeys reads keys, one a line. An error quotes nothing.
func parseKeys(text string) ([]Key, error) {
	var keys []Key
	for i, line := range strings.Split(text, "\n") {
		line = strings.TrimSpace(line)
		if line == "" || strings.HasPrefix(line, "#") {
			continue
		}
		key, err := parseKey(line)
		if err != nil {
			return nil, fmt.Errorf("line %d %w", i+1, err)
		}
		if at := indexOf(keys, key.id); at >= 0 {
			return nil, fmt.Errorf("line %d is key %s again; leave one of them out", i+1, key.ID())
		}
		keys = append(keys, key)
	}
	if len(keys) == 0 {
		return nil, errors.New("there is no key")
	}
	return keys, nil
}

func parseKey(line string) (Key, error) {
	fields := strings.Fields(line)
	written, ours := strings.CutPrefix(fields[0], prefix)
	secret, err := base64.RawURLEncoding.Strict().DecodeString(written)
	if !ours || err != nil || len(secret) != secretSize {
		return Key{}, errors.New("is no key, such as " + prefix + "… with 43 characters behind the colon")
	}
	var created time.Time
	if len(fields) > 1 {
		if created, err = time.Parse(time.RFC3339, fields[1]); err != nil {
			return Key{}, errors.New("has something behind the key that is no time, such as 2026-12-01T10:00:00Z")
		}
	}
	return newKey(secret, created)
}

func indexOf(keys []Key, id [idSize]byte) int {
	for i, key := range keys {
		if key.id == id {
			return i
		}
	}
	return -1
}

func format(keys []Key) string {
	var text strings.Builder
	text.WriteString("# Keys of sealed data. The first one seals, all open. Keep a copy apart from the data: without it nothing opens.\n")
	for _, key := range keys {
		text.WriteString(key.text() + "\n")
	}
	return text.String()
}
