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

// receiptType says what a JWS is, so that nothing else that a key may sign one day passes for a receipt.
const receiptType = "assent-receipt+jwt"

func newSigner(key Key) (jose.Signer, error) {
	signer, err := jose.NewSigner(jose.SigningKey{Algorithm: jose.EdDSA, Key: jose.JSONWebKey{Key: key.Private, KeyID: key.ID}},
		(&jose.SignerOptions{}).WithType(receiptType))
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
	signed, err := k.held.Load().signer.Sign(canonical)
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

// Verify holds a compact JWS against the keys. The algorithm and the kind of key are ours to choose, never the JWS's.
func (p PublishedKeys) Verify(text string) (Verified, error) {
	if err := strictly(text); err != nil {
		return Verified{}, err
	}
	parsed, err := jose.ParseSignedCompact(text, []jose.SignatureAlgorithm{jose.EdDSA})
	switch {
	case errors.As(err, new(*jose.ErrUnexpectedSignatureAlgorithm)):
		return Verified{}, ErrAlgorithm
	case err != nil:
		return Verified{}, fmt.Errorf("%w: %v", ErrNoReceipt, err)
	}
	protected := parsed.Signatures[0].Protected
	if protected.ExtraHeaders[jose.HeaderType] != receiptType {
		return Verified{}, fmt.Errorf("%w: its type is not %s", ErrNoReceipt, receiptType)
	}
	key, known := p[protected.KeyID]
	if !known {
		return Verified{}, fmt.Errorf("%w (%q)", ErrUnknownKey, protected.KeyID)
	}
	payload, err := parsed.Verify(key)
	if err != nil {
		return Verified{}, ErrForged
	}
	found := Verified{KeyID: protected.KeyID}
	if err := json.Unmarshal(payload, &found.Statement); err != nil {
		return Verified{}, fmt.Errorf("%w: its content cannot be read: %v", ErrNoReceipt, err)
	}
	return found, nil
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
