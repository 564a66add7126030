package providertest

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/hmac"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"encoding/json"
	"fmt"
)

// sign makes a JWT (RFC 7515) of the claims.
func (p *Provider) sign(claims map[string]any) (string, error) {
	algorithm, kid := "ES256", "ec"
	switch {
	case p.lies.Unsigned:
		algorithm = "none"
	case p.lies.Secretly:
		algorithm = "HS256"
	case p.lies.RSA:
		algorithm, kid = "RS256", "rsa"
	}
	header, err := json.Marshal(map[string]string{"alg": algorithm, "kid": kid, "typ": "JWT"})
	if err != nil {
		return "", fmt.Errorf("encode header: %w", err)
	}
	body, err := json.Marshal(claims)
	if err != nil {
		return "", fmt.Errorf("encode claims: %w", err)
	}
	signed := encode(header) + "." + encode(body)
	signature, err := p.signature(algorithm, sha256.Sum256([]byte(signed)), signed)
	return signed + "." + encode(signature), err
}

func (p *Provider) signature(algorithm string, sum [sha256.Size]byte, text string) ([]byte, error) {
	switch algorithm {
	case "none":
		return nil, nil
	case "HS256":
		mac := hmac.New(sha256.New, []byte(ClientSecret))
		mac.Write([]byte(text))
		return mac.Sum(nil), nil
	case "RS256":
		return rsa.SignPKCS1v15(rand.Reader, p.rsaKey, crypto.SHA256, sum[:])
	}
	key := p.ecKey
	if p.lies.ForeignKey {
		key = p.foreign
	}
	r, s, err := ecdsa.Sign(rand.Reader, key, sum[:])
	if err != nil {
		return nil, fmt.Errorf("sign: %w", err)
	}
	signature := make([]byte, 64)
	r.FillBytes(signature[:32])
	s.FillBytes(signature[32:])
	return signature, nil
}
