// Package account knows who may use the dashboard: the owner's set-up, passwords, sign-in and sessions.
package account

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"io"
	"net/mail"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"assent/schemas"
	"assent/server/internal/consent"
	"assent/server/internal/sealing"
)

// TicketLifetime is how long a set-up link works (ASVS 6.4.1); starting the server again prints a new one.
const TicketLifetime = 24 * time.Hour

var (
	// ErrTicket means that the set-up link is wrong, used, replaced by a newer one, or too old. Which of these it is
	// stays untold.
	ErrTicket = errors.New("set-up link not valid")
	// ErrCredentials means that no user has this e-mail address and password. Which of the two is wrong stays untold.
	ErrCredentials = errors.New("wrong e-mail address or password")
)

// Ticket is the right to create the owner. Only the token's hash is kept, so a copy of the store opens nothing.
type Ticket struct {
	Hash      string // SHA-256 of the token in hex.
	ExpiresAt time.Time
}

// Store keeps users and the set-up ticket. Both stores implement it; each method is atomic and durable.
type Store interface {
	// HasUsers reports whether anybody has been set up.
	HasUsers(ctx context.Context) (bool, error)
	// User returns the user with this lower-case address, or consent.ErrNotFound.
	User(ctx context.Context, email string) (User, error)
	// OfferTicket replaces the set-up ticket.
	OfferTicket(ctx context.Context, ticket Ticket) error
	// RedeemTicket stores the first user and removes the ticket in one step. It returns ErrTicket when the ticket in
	// the store has another hash, is not younger than now, is missing, or when a user exists: of two simultaneous
	// calls one wins.
	RedeemTicket(ctx context.Context, hash string, now time.Time, owner User) error
	// Token returns the token with this hash, or consent.ErrNotFound.
	Token(ctx context.Context, hash string) (Token, error)

	RosterStore
}

// RosterStore keeps users, invitations and tokens as a whole.
type RosterStore interface {
	// Roster returns everybody.
	Roster(ctx context.Context) (Roster, error)
	// ChangeRoster writes what edit makes of the roster, all or nothing, and with no other change between reading and
	// writing; edit may be called several times. Its error is returned, and then nothing is written.
	ChangeRoster(ctx context.Context, edit func(*Roster) error) error
}

// Accounts creates the owner and checks passwords. It is safe for concurrent use.
type Accounts struct {
	store  Store
	now    func() time.Time
	random io.Reader
	hasher *hasher
	guard  *guard
	// tokenGuard is apart, so that a program with an old token keeps nobody at the same address from signing in.
	tokenGuard *guard
	// codeGuard counts by account alone, and is apart so that a flood of addresses makes it forget nothing.
	codeGuard *guard
	ring      *sealing.Ring // nil where nothing is sealed.
}

// New returns Accounts over a store. Random must be cryptographically secure: tokens and salts are read from it.
func New(store Store, now func() time.Time, random io.Reader) *Accounts {
	return &Accounts{store: store, now: now, random: random, hasher: newHasher(), guard: newGuard(now), tokenGuard: newGuard(now), codeGuard: newGuard(now)}
}

// OfferSetup returns a fresh one-time token for the set-up link and makes every earlier one useless. It returns ""
// when a user exists and nothing is left to set up.
func (a *Accounts) OfferSetup(ctx context.Context) (string, error) {
	exists, err := a.store.HasUsers(ctx)
	if err != nil || exists {
		return "", err
	}
	token, err := a.drawToken()
	if err != nil {
		return "", err
	}
	ticket := Ticket{Hash: hashToken(token), ExpiresAt: a.now().Add(TicketLifetime)}
	if err := a.store.OfferTicket(ctx, ticket); err != nil {
		return "", err
	}
	return token, nil
}

// NeedsSetup reports whether the owner is still missing.
func (a *Accounts) NeedsSetup(ctx context.Context) (bool, error) {
	exists, err := a.store.HasUsers(ctx)
	return !exists, err
}

// SetUp creates the owner and returns it. Address is the client's, for the back-off. Errors: ErrTicket,
// *consent.InvalidError, *BackoffError, consent.ErrOverloaded, or the store's.
func (a *Accounts) SetUp(ctx context.Context, setup schemas.Setup, address string) (User, error) {
	email := normalise(setup.Email)
	if faults := setupFaults(email, setup.Password); len(faults) > 0 {
		return User{}, &consent.InvalidError{Faults: faults}
	}
	attempt, err := a.guard.begin("", address)
	if err != nil {
		return User{}, err
	}
	encoded, err := a.hasher.hash(ctx, setup.Password, a.random)
	if err != nil {
		return User{}, err
	}
	now := a.now().UTC()
	owner := User{Email: email, PasswordHash: encoded, Roles: Roles{Role: OwnerRole}, CreatedAt: now, Generation: now.UnixMicro()}
	if err := a.store.RedeemTicket(ctx, hashToken(setup.Token), now, owner); err != nil {
		return User{}, err
	}
	attempt.succeeded()
	return owner, nil
}

// SignIn checks a password and returns its user, with ErrCodeDue when that is not enough. Other errors: ErrCredentials,
// *BackoffError, consent.ErrOverloaded, or the store's. An unknown address takes as long as a wrong password
// (CVE-2024-45052 is what happens otherwise).
func (a *Accounts) SignIn(ctx context.Context, credentials schemas.Credentials, address string) (User, error) {
	user, attempt, err := a.checkPassword(ctx, credentials, address)
	if err != nil {
		return User{}, err
	}
	switch err := a.CodeDue(ctx, user); {
	case errors.Is(err, ErrCodeDue):
		// The wrong codes so far still count, or who knows the password could try codes for ever.
		attempt.takeBack()
		return user, err
	case err != nil:
		return User{}, err
	}
	attempt.succeeded()
	return user, nil
}

// CheckPassword asks a user who is signed in again, as at sign-in, so that a session left open is no way to guess the
// password. Errors as for SignIn, but for ErrCodeDue.
func (a *Accounts) CheckPassword(ctx context.Context, user User, password, address string) error {
	_, attempt, err := a.checkPassword(ctx, schemas.Credentials{Email: user.Email, Password: password}, address)
	if err == nil {
		attempt.takeBack()
	}
	return err
}

func (a *Accounts) checkPassword(ctx context.Context, credentials schemas.Credentials, address string) (User, *attempt, error) {
	email := normalise(credentials.Email)
	if len(email) > maxEmail || len(credentials.Password) > maxPassword {
		return User{}, nil, ErrCredentials
	}
	attempt, err := a.guard.begin(email, address)
	if err != nil {
		return User{}, nil, err
	}
	user, err := a.store.User(ctx, email)
	if err != nil && !errors.Is(err, consent.ErrNotFound) {
		return User{}, nil, err
	}
	match, err := a.hasher.verify(ctx, credentials.Password, user.PasswordHash)
	if err != nil {
		return User{}, nil, err
	}
	if !match {
		return User{}, nil, ErrCredentials
	}
	return user, attempt, nil
}

// User returns the user of a session, or consent.ErrNotFound when the account is gone, so that a removed user is out at
// once (ASVS 8.3.2).
func (a *Accounts) User(ctx context.Context, email string) (User, error) {
	return a.store.User(ctx, email)
}

// Known returns the address of the user whom a sign-in meant, or "": what a stranger typed there may be anything, a
// password too.
func (a *Accounts) Known(ctx context.Context, email string) string {
	user, err := a.store.User(ctx, normalise(email))
	if err != nil {
		return ""
	}
	return user.Email
}

// normalise writes an address in lower case. A letter that is no ASCII and whose lower case is, such as the sign of the
// Kelvin, stays: else somebody with a mailbox of that name at the provider would be taken for somebody else here.
func normalise(email string) string {
	return strings.Map(func(r rune) rune {
		if lower := unicode.ToLower(r); r < utf8.RuneSelf || lower >= utf8.RuneSelf {
			return lower
		}
		return r
	}, strings.TrimSpace(email))
}

func setupFaults(email, password string) []schemas.Fault {
	var faults []schemas.Fault
	if !validEmail(email) {
		faults = append(faults, emailFault())
	}
	if detail := passwordFault(password, email); detail != "" {
		faults = append(faults, schemas.Fault{Pointer: "/password", Detail: detail})
	}
	return faults
}

func emailFault() schemas.Fault {
	return schemas.Fault{Pointer: "/email", Detail: "is not an e-mail address such as name@example.com"}
}

func validEmail(email string) bool {
	parsed, err := mail.ParseAddress(email)
	return err == nil && parsed.Address == email && len(email) <= maxEmail
}

func hashToken(token string) string {
	sum := sha256.Sum256([]byte(token))
	return hex.EncodeToString(sum[:])
}
