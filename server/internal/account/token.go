package account

import (
	"cmp"
	"context"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"assent/schemas"
	"assent/server/internal/consent"
)

// Limits of tokens.
const (
	TokenDays    = 90  // How long a token works unless told.
	maxTokenDays = 365 // The longest.
	maxTokens    = 20  // Of one user.
	maxTokenName = 60  // Characters.
	tokenBytes   = 32
	// TokenPrefix begins every token's value, so that scanners for leaked secrets and people recognise one.
	TokenPrefix = "assent_"
)

// Scope is a part of what there is to read.
type Scope string

// Scopes.
const (
	ScopeRates     Scope = "rates"
	ScopeSites     Scope = "sites"
	ScopeDecisions Scope = "decisions"
	ScopeTrail     Scope = "trail"
)

// scopes say which permission somebody needs to hand out each.
var scopes = map[Scope]Permission{
	ScopeRates: ViewRates, ScopeSites: ViewRates, ScopeDecisions: ReadDecisions, ScopeTrail: ReadTrail,
}

var (
	// ErrToken means that a token is wrong, revoked or too old. Which of these it is stays untold.
	ErrToken = errors.New("token not valid")
	// ErrTooManyTokens means that the user has as many as there may be.
	ErrTooManyTokens = errors.New("too many tokens")
)

// Token is the right of a program to read in its maker's name. Only the value's hash is kept.
type Token struct {
	Hash      string // SHA-256 of the value in hex.
	Name      string // The maker's, to tell tokens apart.
	By        string // Who made it, whose own roles must still allow what the token reads.
	Scopes    []Scope
	Sites     []string `json:",omitempty"` // Those it is limited to; none for all that the maker has a role at.
	CreatedAt time.Time
	ExpiresAt time.Time
	UsedOn    string `json:",omitempty"` // The day (UTC) of its last use; each is written down once.
}

// ID names a token in addresses.
func (t Token) ID() string { return shortID(t.Hash) }

// Covers reports whether a scope is among the token's.
func (t Token) Covers(scope Scope) bool { return slices.Contains(t.Scopes, scope) }

// MakeToken makes a token and returns it with its value, which is kept nowhere. Errors: *consent.InvalidError,
// ErrTooManyTokens, consent.ErrNotFound when the maker is gone, or the store's.
func (a *Accounts) MakeToken(ctx context.Context, maker User, wanted schemas.NewToken) (Token, string, error) {
	token := Token{Name: strings.TrimSpace(wanted.Name), By: maker.Email, Sites: wanted.Sites, CreatedAt: a.now().UTC()}
	for _, scope := range wanted.Scopes {
		token.Scopes = append(token.Scopes, Scope(scope))
	}
	days := cmp.Or(wanted.Days, TokenDays)
	token.ExpiresAt = token.CreatedAt.AddDate(0, 0, days)
	value, err := a.drawValue()
	if err != nil {
		return Token{}, "", err
	}
	token.Hash = hashToken(value)
	err = a.store.ChangeRoster(ctx, func(r *Roster) error {
		maker, exists := r.Users[maker.Email] // As it is now.
		if !exists {
			return consent.ErrNotFound
		}
		if faults := tokenFaults(token, days, maker.Roles); len(faults) > 0 {
			return &consent.InvalidError{Faults: faults}
		}
		return r.addToken(token)
	})
	return token, value, err
}

func (a *Accounts) drawValue() (string, error) {
	secret := make([]byte, tokenBytes)
	if _, err := io.ReadFull(a.random, secret); err != nil {
		return "", fmt.Errorf("draw token: %w", err)
	}
	return TokenPrefix + base64.RawURLEncoding.EncodeToString(secret), nil
}

// addToken keeps a token. Those of its maker that have expired need not be kept any longer.
func (r *Roster) addToken(token Token) error {
	have := 0
	for hash, other := range r.Tokens {
		switch {
		case other.By != token.By:
		case !token.CreatedAt.Before(other.ExpiresAt):
			delete(r.Tokens, hash)
		default:
			have++
		}
	}
	if have >= maxTokens {
		return ErrTooManyTokens
	}
	r.Tokens[token.Hash] = token
	return nil
}

func tokenFaults(t Token, days int, maker Roles) []schemas.Fault {
	var faults []schemas.Fault
	fault := func(pointer, detail string) { faults = append(faults, schemas.Fault{Pointer: pointer, Detail: detail}) }
	switch {
	case t.Name == "":
		fault("/name", "is empty; say what the token is for")
	case utf8.RuneCountInString(t.Name) > maxTokenName:
		fault("/name", fmt.Sprintf("is longer than %d characters", maxTokenName))
	case strings.ContainsFunc(t.Name, func(r rune) bool { return !unicode.IsPrint(r) }):
		fault("/name", "has characters that cannot be shown")
	}
	if days < 1 || days > maxTokenDays {
		fault("/days", fmt.Sprintf("is not from 1 to %d", maxTokenDays))
	}
	if len(t.Scopes) == 0 {
		fault("/scopes", "names nothing to read; there are rates, sites, decisions and trail")
	}
	for i, scope := range t.Scopes {
		pointer, needed := fmt.Sprintf("/scopes/%d", i), scopes[scope]
		switch {
		case needed == "":
			fault(pointer, "is not one of rates, sites, decisions and trail")
		case slices.Contains(t.Scopes[:i], scope):
			fault(pointer, "is there twice")
		case !maker.within(t.Sites).MayAnywhere(needed):
			fault(pointer, "is more than your role allows there")
		}
	}
	if t.Sites != nil && len(t.Sites) == 0 {
		fault("/sites", "is empty; leave it out for all sites")
	}
	if len(t.Sites) > maxSites {
		fault("/sites", fmt.Sprintf("lists more than %d sites; leave it out for all of them", maxSites))
	}
	for i, site := range t.Sites {
		if pointer := fmt.Sprintf("/sites/%d", i); site == Everywhere || !maker.Sees(site) {
			fault(pointer, "is no site of yours")
		} else if slices.Contains(t.Sites[:i], site) {
			fault(pointer, "is there twice")
		}
	}
	return faults
}

// Bearer returns who a token reads as, its maker with no other sites than the token's, and the token. Address is the
// client's: it may try only so many wrong ones. A right one never has to wait for what others behind the same address
// try, since nobody guesses 256 bits. Errors: ErrToken, *BackoffError, or the store's; with ErrToken whose token it was
// is returned, if anybody's.
func (a *Accounts) Bearer(ctx context.Context, value, address string) (User, Token, error) {
	token, err := a.store.Token(ctx, hashToken(value))
	if errors.Is(err, consent.ErrNotFound) {
		return User{}, Token{}, a.wrongToken(address)
	}
	if err != nil {
		return User{}, Token{}, err
	}
	maker, err := a.store.User(ctx, token.By)
	if errors.Is(err, consent.ErrNotFound) {
		return User{}, Token{}, a.wrongToken(address)
	}
	if err != nil {
		return User{}, Token{}, err
	}
	maker.Roles = maker.within(token.Sites)
	if !a.now().Before(token.ExpiresAt) {
		return maker, token, a.wrongToken(address)
	}
	return maker, token, a.noteUse(ctx, token)
}

func (a *Accounts) wrongToken(address string) error {
	if _, err := a.tokenGuard.begin("", address); err != nil {
		return err
	}
	return ErrToken
}

// noteUse writes down on which day a token was used last.
func (a *Accounts) noteUse(ctx context.Context, token Token) error {
	today := a.now().UTC().Format(time.DateOnly)
	if token.UsedOn >= today {
		return nil
	}
	return a.store.ChangeRoster(ctx, func(r *Roster) error {
		token, exists := r.Tokens[token.Hash]
		if !exists {
			return ErrToken // Revoked meanwhile.
		}
		token.UsedOn = max(token.UsedOn, today)
		r.Tokens[token.Hash] = token
		return nil
	})
}

// Tokens lists the user's own tokens, and those of the people whom the user may remove, by maker and name.
func (a *Accounts) Tokens(ctx context.Context, user User) ([]Token, error) {
	roster, err := a.store.Roster(ctx)
	if err != nil {
		return nil, err
	}
	var tokens []Token
	for _, token := range roster.Tokens {
		if roster.mayRevoke(user, token) {
			tokens = append(tokens, token)
		}
	}
	slices.SortFunc(tokens, func(a, b Token) int {
		return cmp.Or(cmp.Compare(a.By, b.By), cmp.Compare(a.Name, b.Name), a.CreatedAt.Compare(b.CreatedAt), cmp.Compare(a.Hash, b.Hash))
	})
	return tokens, nil
}

// RevokeToken makes a token useless and returns which it was. Errors: consent.ErrNotFound, for tokens that are not the
// user's to see too, or the store's.
func (a *Accounts) RevokeToken(ctx context.Context, user User, id string) (Token, error) {
	var revoked Token
	err := a.store.ChangeRoster(ctx, func(r *Roster) error {
		for hash, token := range r.Tokens {
			if token.ID() == id && r.mayRevoke(r.Users[user.Email], token) {
				delete(r.Tokens, hash)
				revoked = token
				return nil
			}
		}
		return consent.ErrNotFound
	})
	return revoked, err
}

func (r *Roster) mayRevoke(user User, token Token) bool {
	maker := r.Users[token.By]
	return token.By == user.Email || !maker.empty() && user.mayChange(maker.Roles, Roles{})
}
