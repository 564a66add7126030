package singlesignon

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/coreos/go-oidc/v3/oidc"
	"golang.org/x/oauth2"

	"assent/server/internal/account"
)

const (
	// retryPause is how long a provider that did not answer is not asked again, so that whoever presses the button
	// meanwhile is told at once.
	retryPause = 3 * time.Second
	// discoveryAge is after how long the provider is asked for its addresses and keys anew.
	discoveryAge = time.Hour
)

// discovered is what the provider says of itself.
type discovered struct {
	provider    *oidc.Provider
	config      oauth2.Config
	verifier    *oidc.IDTokenVerifier
	namesIssuer bool // In each answer (RFC 9207).
}

// discover asks the provider when somebody wants to sign in and not before: the server starts while it is away. What
// it said last holds on while it says nothing.
func (p *Provider) discover(ctx context.Context) (*discovered, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	now := p.now()
	if now.Before(p.askAgain) {
		return p.found, p.failure
	}
	found, err := p.ask(ctx)
	switch {
	case err == nil:
		p.found, p.failure, p.askAgain = found, nil, now.Add(discoveryAge)
	case p.found != nil:
		p.askAgain = now.Add(retryPause)
	default:
		p.failure, p.askAgain = err, now.Add(retryPause)
	}
	return p.found, p.failure
}

func (p *Provider) ask(ctx context.Context) (*discovered, error) {
	provider, err := oidc.NewProvider(oidc.ClientContext(ctx, p.client), p.options.Issuer)
	if err != nil {
		return nil, fmt.Errorf("%w: ask %s for its configuration: %s", account.ErrAway, p.options.Issuer, brief(err))
	}
	var said struct {
		Methods     []string `json:"token_endpoint_auth_methods_supported"`
		NamesIssuer bool     `json:"authorization_response_iss_parameter_supported"`
	}
	if err := provider.Claims(&said); err != nil {
		return nil, fmt.Errorf("%w: configuration of %s: %s", account.ErrAway, p.options.Issuer, brief(err))
	}
	endpoint := provider.Endpoint()
	// Trying both would spend the code on the wrong one.
	endpoint.AuthStyle = oauth2.AuthStyleInHeader
	if slices.Contains(said.Methods, "client_secret_post") && !slices.Contains(said.Methods, "client_secret_basic") {
		endpoint.AuthStyle = oauth2.AuthStyleInParams
	}
	return &discovered{
		provider: provider,
		config: oauth2.Config{ClientID: p.options.ClientID, ClientSecret: p.options.ClientSecret, Endpoint: endpoint,
			RedirectURL: p.options.Redirect, Scopes: []string{oidc.ScopeOpenID, "email"}},
		verifier:    provider.Verifier(&oidc.Config{ClientID: p.options.ClientID, Now: p.now}),
		namesIssuer: said.NamesIssuer,
	}, nil
}
