package linking

import (
	"context"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/go-jose/go-jose/v4"
)

const (
	// MostLifetime is how long ahead a token may end: one that is copied is of use no longer.
	MostLifetime = 15 * time.Minute
	// skew is by how much the clocks of the site's server and of this one may differ.
	skew = time.Minute
	// ScopeUnlink is what a token is for that ends all links of its account.
	ScopeUnlink = "unlink"
)

// TokenError says why a token is not accepted, in words for whoever makes them.
type TokenError struct{ Reason string }

func (e *TokenError) Error() string { return e.Reason }

// Hash is what stands for an account in tokens.
func Hash(site, account string) string {
	sum := sha256.Sum256([]byte("assent/account/1\n" + site + "\n" + account))
	return base64.RawURLEncoding.EncodeToString(sum[:])
}

// claims are those of a token, a JWT (RFC 7519).
type claims struct {
	Audience string  `json:"aud"`
	Subject  string  `json:"sub"`
	Expires  float64 `json:"exp"`
	Scope    string  `json:"scope"`
}

// Account returns the hash of the account that a token is for, or a *TokenError.
func (k *Keeper) Account(ctx context.Context, site, token, scope string) (string, error) {
	parsed, err := jose.ParseSignedCompact(token, []jose.SignatureAlgorithm{jose.HS256})
	if err != nil {
		return "", &TokenError{"The token is no JWT that is signed with HS256."}
	}
	payload, err := k.verified(ctx, site, parsed)
	if err != nil {
		return "", err
	}
	var c claims
	if err := json.Unmarshal(payload, &c); err != nil {
		return "", &TokenError{"The token's claims cannot be read: aud, sub and scope are strings, exp is a number of seconds since 1970."}
	}
	return c.Subject, c.check(site, scope, k.Now())
}

// verified returns what a token says if one of the site's secrets signed it.
func (k *Keeper) verified(ctx context.Context, site string, token *jose.JSONWebSignature) ([]byte, error) {
	secrets, err := k.secrets(ctx, site)
	if err != nil {
		return nil, err
	}
	for _, secret := range secrets {
		payload, err := token.Verify(secret)
		if err == nil {
			return payload, nil
		}
		if !errors.Is(err, jose.ErrCryptoFailure) {
			return nil, &TokenError{"The token is no JWT that is signed with HS256."}
		}
	}
	return nil, &TokenError{"The token is not signed with a linking secret of this site that is still accepted."}
}

func (c claims) check(site, scope string, now time.Time) error {
	expires := time.Unix(int64(c.Expires), 0)
	hash, err := base64.RawURLEncoding.Strict().DecodeString(c.Subject)
	switch {
	case c.Audience != site:
		return &TokenError{"The token is for another site: its claim aud must be this site's id."}
	case c.Scope != scope:
		return &TokenError{fmt.Sprintf("The token is for something else: its claim scope must be %q.", scope)}
	case err != nil || len(hash) != sha256.Size:
		return &TokenError{"The token names no account: its claim sub must be the SHA-256 of the account as deploy/LINKING.md says, in base64url."}
	case !now.Before(expires.Add(skew)):
		return &TokenError{"The token has expired: make one for each page."}
	case expires.After(now.Add(MostLifetime + skew)):
		return &TokenError{"The token lives too long: its claim exp may be 15 minutes ahead."}
	}
	return nil
}
