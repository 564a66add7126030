// Package singlesignon asks an OpenID Connect provider who somebody is: the authorization code flow with PKCE, state and
// nonce (OpenID Connect Core 1.0, RFC 9700).
package singlesignon

import (
	"context"
	"crypto/subtle"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"path"
	"regexp"
	"strings"
	"sync"
	"time"

	"github.com/coreos/go-oidc/v3/oidc"
	"golang.org/x/oauth2"

	"assent/server/internal/account"
	"assent/server/internal/daykey"
)

// Lifetime is how long somebody may take to sign in at the provider.
const Lifetime = 10 * time.Minute

const (
	// patience bounds one request to the provider, deadline all of those that one sign-in takes.
	patience = 4 * time.Second
	deadline = 8 * time.Second
	// longestReturn keeps the cookie well below the 4 kB that browsers take.
	longestReturn = 1024
	home          = "/dashboard/"
)

var (
	// ErrExpired means that this browser began no sign-in within the last ten minutes that the answer belongs to.
	ErrExpired = errors.New("sign-in not begun here, or too long ago")
	// ErrCancelled means that the provider let the person not through, or the person did not want to.
	ErrCancelled = errors.New("not let through by the provider")
	// ErrRefused means that the provider's answer proves nothing.
	ErrRefused = errors.New("answer of the provider not accepted")
)

// Options are what the operator says of the provider.
type Options struct {
	Issuer       string
	ClientID     string
	ClientSecret string
	Label        string // What people know the provider as.
	Redirect     string // Address to which the provider sends people back.
	Admission    account.Admission
}

// Provider asks one provider. It is safe for concurrent use, and several instances with the same keys are one.
type Provider struct {
	options Options
	keys    *daykey.Ring
	now     func() time.Time
	client  *http.Client

	mu       sync.Mutex
	found    *discovered
	failure  error
	askAgain time.Time
}

// New returns a Provider. Nothing is asked yet.
func New(options Options, keys *daykey.Ring, now func() time.Time) *Provider {
	return &Provider{options: options, keys: keys, now: now, client: &http.Client{Timeout: patience, Transport: plain{http.DefaultTransport}}}
}

// Label is what people know the provider as.
func (p *Provider) Label() string { return p.options.Label }

// Admission is who of those whom the provider knows may enter.
func (p *Provider) Admission() account.Admission { return p.options.Admission }

// Begin returns the provider's address to send the browser to, and what the browser has to keep and show to Finish.
// Errors: account.ErrAway or the store's.
func (p *Provider) Begin(ctx context.Context, returnTo string) (address, kept string, err error) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), deadline)
	defer cancel()
	found, err := p.discover(ctx)
	if err != nil {
		return "", "", err
	}
	b := begun{State: oauth2.GenerateVerifier(), Nonce: oauth2.GenerateVerifier(), Verifier: oauth2.GenerateVerifier(),
		Return: pageOf(returnTo), at: p.now()}
	if kept, err = seal(ctx, p.keys, b); err != nil {
		return "", "", err
	}
	return found.config.AuthCodeURL(b.State, oidc.Nonce(b.Nonce), oauth2.S256ChallengeOption(b.Verifier)), kept, nil
}

// pageOf keeps a page of the dashboard and makes the first one of anything else: an address that leads elsewhere would
// lend this server's name to whoever wrote it.
func pageOf(returnTo string) string {
	parsed, err := url.Parse(returnTo)
	isOurs := err == nil && parsed.Scheme == "" && parsed.Host == "" && strings.HasPrefix(parsed.Path, home) &&
		(path.Clean(parsed.Path) == parsed.Path || parsed.Path == home) && !strings.ContainsAny(returnTo, "\\#")
	if !isOurs || len(returnTo) > longestReturn {
		return home
	}
	return parsed.RequestURI()
}

// Finish takes what the provider sent the browser back with and returns who that is, and which page was asked for.
// Errors: ErrExpired, ErrCancelled, ErrRefused, account.ErrAway or the store's.
func (p *Provider) Finish(ctx context.Context, kept string, answer url.Values) (account.Identity, string, error) {
	// Whoever hangs up does not make it look as if the provider was away.
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), deadline)
	defer cancel()
	b, err := unseal(ctx, p.keys, kept, p.now())
	if err != nil {
		return account.Identity{}, "", err
	}
	if subtle.ConstantTimeCompare([]byte(b.State), []byte(answer.Get("state"))) != 1 {
		return account.Identity{}, "", fmt.Errorf("%w: another state", ErrExpired)
	}
	found, err := p.discover(ctx)
	if err != nil {
		return account.Identity{}, "", err
	}
	if err := p.checkAnswer(found, answer); err != nil {
		return account.Identity{}, "", err
	}
	identity, err := p.redeem(oidc.ClientContext(ctx, p.client), found, answer.Get("code"), b)
	return identity, b.Return, err
}

var errorCode = regexp.MustCompile(`^[a-z_]{1,40}$`)

func (p *Provider) checkAnswer(found *discovered, answer url.Values) error {
	if issuer := answer.Get("iss"); issuer != p.options.Issuer && (issuer != "" || found.namesIssuer) {
		return fmt.Errorf("%w: it comes from another provider", ErrRefused)
	}
	switch code := answer.Get("error"); {
	case code == "":
	case code == "access_denied" || code == "login_required" || code == "interaction_required":
		return ErrCancelled
	case code == "server_error" || code == "temporarily_unavailable":
		return fmt.Errorf("%w: it answers %s", account.ErrAway, code)
	case errorCode.MatchString(code):
		return fmt.Errorf("%w: it answers %s", ErrRefused, code)
	default:
		return fmt.Errorf("%w: an unreadable error", ErrRefused)
	}
	if answer.Get("code") == "" {
		return fmt.Errorf("%w: no code", ErrRefused)
	}
	return nil
}
