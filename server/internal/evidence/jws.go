package evidence

import (
	"crypto/ed25519"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"strings"

	"github.com/go-jose/go-jose/v4"
	"github.com/go-json-experiment/json/jsontext"

	"assent/schemas"
)

// Types say what a JWS is, so that nothing else that a key signs passes for a receipt.
const (
	receiptType = "assent-receipt+jwt"
	// archiveType is that of an archive's manifest.
	archiveType = "assent-archive+jws"
)

func newSigner(key Key, of jose.ContentType) (jose.Signer, error) {
	signer, err := jose.NewSigner(jose.SigningKey{Algorithm: jose.EdDSA, Key: jose.JSONWebKey{Key: key.Private, KeyID: key.ID}},
		(&jose.SignerOptions{}).WithType(of))
	if err != nil {
		return nil, fmt.Errorf("use signing key %s: %w", key.ID, err)
	}
	return signer, nil
}

// Sign returns the statement as a compact JWS: the same bytes each time, as long as the same key signs.
func (k *Keyring) Sign(statement schemas.Statement) (string, error) {
	payload, err := json.Marshal(statement)
	if err != nil {
		return "", fmt.Errorf("encode statement: %w", err)
	}
	canonical := jsontext.Value(payload)
	if err := canonical.Canonicalize(); err != nil { // RFC 8785.
		return "", fmt.Errorf("encode statement: %w", err)
	}
	return compact(k.held.Load().receipts, canonical)
}

// SignArchive returns an archive's manifest as a compact JWS.
func (k *Keyring) SignArchive(manifest []byte) (string, error) {
	return compact(k.held.Load().archives, manifest)
}

func compact(signer jose.Signer, payload []byte) (string, error) {
	signed, err := signer.Sign(payload)
	if err != nil {
		return "", fmt.Errorf("sign statement: %w", err)
	}
	return signed.CompactSerialize()
}

// What may be wrong with a JWS that is said to be a receipt.
var (
	ErrNoReceipt  = errors.New("it is no receipt of Assent")
	ErrAlgorithm  = errors.New("it is not signed with EdDSA, the only algorithm that receipts are signed with")
	ErrUnknownKey = errors.New("it names a key that is not among the keys given")
	ErrForged     = errors.New("the signature does not hold: the receipt was changed, or not signed by the key that it names")
)

// Verified is a receipt whose signature holds.
type Verified struct {
	KeyID     string
	Statement schemas.Statement
}

// PublishedKeys are public keys, by id.
type PublishedKeys map[string]ed25519.PublicKey

// ReadPublished reads a JWK Set as servers publish it.
func ReadPublished(text []byte) (PublishedKeys, error) {
	keys, err := readSet(text)
	if err != nil {
		return nil, err
	}
	published := PublishedKeys{}
	for _, key := range keys {
		published[key.ID] = key.Public
	}
	return published, nil
}

// Issuer is whom a JWS names as its issuer, before anything of it is verified: where to look for the keys, and nothing else.
func Issuer(text string) string {
	_, rest, _ := strings.Cut(text, ".")
	payload, _, _ := strings.Cut(rest, ".")
	decoded, err := base64.RawURLEncoding.DecodeString(payload)
	var named struct {
		Iss string `json:"iss"`
	}
	if err != nil || json.Unmarshal(decoded, &named) != nil {
		return ""
	}
	return named.Iss
}

// Verify holds a receipt against the keys.
func (p PublishedKeys) Verify(text string) (Verified, error) {
	keyID, payload, err := p.open(text, receiptType)
	if err != nil {
		return Verified{}, err
	}
	found := Verified{KeyID: keyID}
	if err := json.Unmarshal(payload, &found.Statement); err != nil {
		return Verified{}, fmt.Errorf("%w: its content cannot be read: %v", ErrNoReceipt, err)
	}
	return found, nil
}

// OpenArchive holds an archive's signed manifest against the keys, and returns the manifest and the id of its key.
func (p PublishedKeys) OpenArchive(text string) (keyID string, manifest []byte, err error) {
	return p.open(text, archiveType)
}

// open holds a compact JWS against the keys. The algorithm and the kind of key are ours to choose, never the JWS's.
func (p PublishedKeys) open(text, of string) (keyID string, payload []byte, err error) {
	if err := strictly(text); err != nil {
		return "", nil, err
	}
	parsed, err := jose.ParseSignedCompact(text, []jose.SignatureAlgorithm{jose.EdDSA})
	switch {
	case errors.As(err, new(*jose.ErrUnexpectedSignatureAlgorithm)):
		return "", nil, ErrAlgorithm
	case err != nil:
		return "", nil, fmt.Errorf("%w: %v", ErrNoReceipt, err)
	}
	protected := parsed.Signatures[0].Protected
	if protected.ExtraHeaders[jose.HeaderType] != of {
		return "", nil, fmt.Errorf("%w: its type is not %s", ErrNoReceipt, of)
	}
	key, known := p[protected.KeyID]
	if !known {
		return "", nil, fmt.Errorf("%w (%q)", ErrUnknownKey, protected.KeyID)
	}
	if payload, err = parsed.Verify(key); err != nil {
		return "", nil, ErrForged
	}
	return protected.KeyID, payload, nil
}

// strictly refuses what decodes to the same bytes and was not written by a signer: base64url has spare bits at its end.
func strictly(text string) error {
	parts := strings.Split(text, ".")
	if len(parts) != 3 {
		return fmt.Errorf("%w: a compact JWS has three parts with dots between them", ErrNoReceipt)
	}
	for _, part := range parts {
		if _, err := base64.RawURLEncoding.Strict().DecodeString(part); err != nil || strings.ContainsAny(part, "\r\n") {
			return fmt.Errorf("%w: a part of it is not base64url", ErrNoReceipt)
		}
	}
	return nil
}
