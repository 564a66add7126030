package singlesignon

import (
	"context"
	"crypto/subtle"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"

	"golang.org/x/oauth2"

	"assent/server/internal/account"
)

// claims are those that the library does not check.
type claims struct {
	Email           string `json:"email"`
	EmailVerified   truth  `json:"email_verified"`
	AuthorizedParty string `json:"azp"`
}

// truth is a boolean, which some providers write as a text.
type truth bool

// UnmarshalJSON takes everything but true for false.
func (t *truth) UnmarshalJSON(text []byte) error {
	*t = string(text) == "true" || string(text) == `"true"`
	return nil
}

// redeem exchanges the code for the ID token and checks that (OpenID Connect Core 1.0, 3.1.3.7).
func (p *Provider) redeem(ctx context.Context, found *discovered, code string, b begun) (account.Identity, error) {
	token, err := found.config.Exchange(ctx, code, oauth2.VerifierOption(b.Verifier))
	if err != nil {
		return account.Identity{}, exchangeFailure(err)
	}
	raw, _ := token.Extra("id_token").(string)
	proven, err := found.verifier.Verify(ctx, raw) // Signature, issuer, audience, expiry.
	if err != nil {
		return account.Identity{}, proofFailure(err)
	}
	var said claims
	if err := proven.Claims(&said); err != nil {
		return account.Identity{}, fmt.Errorf("%w: claims of the ID token: %w", ErrRefused, err)
	}
	switch {
	case subtle.ConstantTimeCompare([]byte(proven.Nonce), []byte(b.Nonce)) != 1:
		return account.Identity{}, fmt.Errorf("%w: the ID token was made for another sign-in", ErrRefused)
	case said.AuthorizedParty != p.options.ClientID && (said.AuthorizedParty != "" || len(proven.Audience) > 1):
		return account.Identity{}, fmt.Errorf("%w: the ID token was made for another application", ErrRefused)
	case proven.Subject == "":
		return account.Identity{}, fmt.Errorf("%w: the ID token names nobody", ErrRefused)
	}
	if said.Email == "" && found.provider.UserInfoEndpoint() != "" {
		if said, err = askForEmail(ctx, found, token, proven.Subject); err != nil {
			return account.Identity{}, err
		}
	}
	return account.Identity{Issuer: p.options.Issuer, Subject: proven.Subject, Email: said.Email, EmailVerified: bool(said.EmailVerified),
		Proof: b.Nonce, ProofUntil: b.at.Add(Lifetime + tolerance)}, nil
}

// askForEmail is for providers that leave the address out of the ID token.
func askForEmail(ctx context.Context, found *discovered, token *oauth2.Token, subject string) (claims, error) {
	info, err := found.provider.UserInfo(ctx, oauth2.StaticTokenSource(token))
	if err != nil {
		// The library's error holds what the provider answered, which does not belong into a log.
		return claims{}, fmt.Errorf("%w: it does not tell the e-mail address, neither in the ID token nor when asked", account.ErrAway)
	}
	if info.Subject != subject {
		return claims{}, fmt.Errorf("%w: it tells of somebody else", ErrRefused)
	}
	return claims{Email: info.Email, EmailVerified: truth(info.EmailVerified)}, nil
}

// proofFailure tells apart whether the keys of the provider could not be had, or do not fit.
func proofFailure(err error) error {
	if strings.Contains(err.Error(), "fetching keys") { // The library tells it in words only.
		return fmt.Errorf("%w: %s", account.ErrAway, brief(err))
	}
	return fmt.Errorf("%w: %s", ErrRefused, brief(err))
}

// brief is an error without the page that may have been answered with it.
func brief(err error) string {
	text, _, _ := strings.Cut(err.Error(), "\n")
	return text[:min(len(text), 200)]
}

// exchangeFailure keeps what the provider wrote out of the log, which may be anything, but for the error's code.
func exchangeFailure(err error) error {
	var answered *oauth2.RetrieveError
	var unreached *url.Error
	switch {
	case errors.As(err, &answered) && answered.Response.StatusCode < http.StatusInternalServerError && answered.Response.StatusCode != http.StatusTooManyRequests:
		code := "no error code"
		if errorCode.MatchString(answered.ErrorCode) {
			code = answered.ErrorCode
		}
		return fmt.Errorf("%w: the code was not exchanged, status %d, %s", ErrRefused, answered.Response.StatusCode, code)
	case errors.As(err, &answered):
		return fmt.Errorf("%w: the code was not exchanged, status %d", account.ErrAway, answered.Response.StatusCode)
	case errors.As(err, &unreached):
		return fmt.Errorf("%w: exchange the code: %w", account.ErrAway, unreached)
	default:
		return fmt.Errorf("%w: exchange the code: %s", ErrRefused, brief(err))
	}
}
