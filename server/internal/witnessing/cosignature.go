package witnessing

import (
	"crypto/ed25519"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"

	"golang.org/x/mod/sumdb/note"
)

// cosignatureAlgorithm stands before an Ed25519 key of a witness (C2SP tlog-cosignature, cosignature/v1).
const cosignatureAlgorithm = 0x04

const timestampSize = 8

// cosignatureKey is a witness's name and public key. It is a note.Verifier.
type cosignatureKey struct {
	name   string
	public ed25519.PublicKey
}

var errKey = errors.New("a witness's key is NAME+HASH+KEY, as its /log/witness/key answers")

func newCosignatureVerifier(text string) (cosignatureKey, error) {
	// Base64 may have a + of its own.
	parts := strings.SplitN(text, "+", 3)
	if len(parts) != 3 {
		return cosignatureKey{}, errKey
	}
	data, err := base64.StdEncoding.DecodeString(parts[2])
	if err != nil || len(data) != 1+ed25519.PublicKeySize || data[0] != cosignatureAlgorithm {
		return cosignatureKey{}, errKey
	}
	key := cosignatureKey{name: parts[0], public: data[1:]}
	if key.text() != text {
		return cosignatureKey{}, errKey
	}
	return key, nil
}

// CheckCosignature returns the name of the witness with this key if it has signed the checkpoint.
func CheckCosignature(checkpoint, key string) (name string, err error) {
	verifier, err := newCosignatureVerifier(key)
	if err != nil {
		return "", err
	}
	if _, err := note.Open([]byte(checkpoint), note.VerifierList(verifier)); err != nil {
		return "", fmt.Errorf("%s has not signed it: %w", verifier.name, err)
	}
	return verifier.name, nil
}

// text is how keys are written down: name, hash and key.
func (k cosignatureKey) text() string {
	return fmt.Sprintf("%s+%08x+%s", k.name, k.KeyHash(), base64.StdEncoding.EncodeToString(append([]byte{cosignatureAlgorithm}, k.public...)))
}

// Name implements note.Verifier.
func (k cosignatureKey) Name() string { return k.name }

// KeyHash implements note.Verifier.
func (k cosignatureKey) KeyHash() uint32 {
	hash := sha256.Sum256(append([]byte(k.name+"\n"+string(rune(cosignatureAlgorithm))), k.public...))
	return binary.BigEndian.Uint32(hash[:])
}

// Verify implements note.Verifier.
func (k cosignatureKey) Verify(text, signature []byte) bool {
	if len(signature) != timestampSize+ed25519.SignatureSize {
		return false
	}
	at := binary.BigEndian.Uint64(signature)
	return at <= 1<<63-1 && ed25519.Verify(k.public, cosignedMessage(int64(at), text), signature[timestampSize:])
}

// cosignatureSigner is a note.Signer.
type cosignatureSigner struct {
	cosignatureKey
	private ed25519.PrivateKey
	at      time.Time
}

// Sign implements note.Signer.
func (s cosignatureSigner) Sign(text []byte) ([]byte, error) {
	at := s.at.Unix()
	return append(binary.BigEndian.AppendUint64(nil, uint64(at)), ed25519.Sign(s.private, cosignedMessage(at, text))...), nil
}

func cosignedMessage(at int64, text []byte) []byte {
	return append([]byte("cosignature/v1\ntime "+strconv.FormatInt(at, 10)+"\n"), text...)
}

var (
	_ note.Verifier = cosignatureKey{}
	_ note.Signer   = cosignatureSigner{}
)
