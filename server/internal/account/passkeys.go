package account

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/netip"
	"net/url"
	"slices"
	"time"

	"github.com/go-webauthn/webauthn/protocol"
	"github.com/go-webauthn/webauthn/webauthn"

	"assent/server/internal/consent"
)

const (
	mostPasskeys = 20 // Of one user.
	handleBytes  = 32
)

var (
	// ErrPasskey means that a passkey is nobody's, or was not shown as it has to be. Which of these it is stays untold.
	ErrPasskey = errors.New("passkey not valid")
	// ErrNoPasskeys means that browsers keep no passkeys for this address of the server.
	ErrNoPasskeys = errors.New("no passkeys at this address")
	// ErrManyPasskeys means that the user has as many as one may have.
	ErrManyPasskeys = errors.New("too many passkeys")
)

// Passkey is a key on a device, or in a password manager, that signs its user in alone: it asks for a fingerprint, a face
// or a PIN itself (WebAuthn, user verification).
type Passkey struct {
	Credential []byte
	PublicKey  []byte // COSE.
	Count      uint32 // Of signatures; stays 0 with those that do not count.
	Flags      byte   // Of the authenticator, as it sent them last.
	Name       string // Where it was added.
	AddedAt    time.Time
	UsedAt     time.Time
}

// ID names a passkey in addresses.
func (p Passkey) ID() string { return shortID(string(p.Credential)) }

// Ceremony is what the server has to know of a passkey that a browser was asked for. Of a sign-in it names nobody.
type Ceremony struct {
	Email      string
	Generation int64
	At         time.Time
	Session    webauthn.SessionData
}

// Passkeys registers passkeys and signs in with them. It is safe for concurrent use.
type Passkeys struct {
	accounts *Accounts
	seals    *Seals
}

// NewPasskeys returns Passkeys of the users of accounts.
func NewPasskeys(accounts *Accounts, seals *Seals) *Passkeys {
	return &Passkeys{accounts: accounts, seals: seals}
}

// at is what browsers hold passkeys to: they show those that were made at this very host, and sign which page asked.
func (p *Passkeys) at(origin string) (*webauthn.WebAuthn, error) {
	parsed, err := url.Parse(origin)
	if err != nil {
		return nil, fmt.Errorf("parse origin: %w", err)
	}
	host := parsed.Hostname()
	if _, err := netip.ParseAddr(host); err == nil || host == "" {
		return nil, ErrNoPasskeys
	}
	yes := true
	web, err := webauthn.New(&webauthn.Config{
		RPID: host, RPDisplayName: issuer, RPOrigins: []string{origin}, AttestationPreference: protocol.PreferNoAttestation,
		AuthenticatorSelection: protocol.AuthenticatorSelection{ResidentKey: protocol.ResidentKeyRequirementRequired,
			RequireResidentKey: &yes, UserVerification: protocol.VerificationRequired},
	})
	if err != nil {
		return nil, ErrNoPasskeys
	}
	return web, nil
}

// Offer begins to add a passkey for a user who proves the password, and a code where one is due. It returns what the
// browser's credentials.create wants, as JSON, and the sealed ceremony. Errors: ErrNoPasskeys, ErrManyPasskeys, and those
// of RemoveApp.
func (p *Passkeys) Offer(ctx context.Context, origin string, user User, password, code, address string) (options, sealed string, err error) {
	web, err := p.at(origin)
	if err != nil {
		return "", "", err
	}
	if err := p.accounts.prove(ctx, user, password, code, address); err != nil {
		return "", "", err
	}
	factors, err := p.accounts.Factors(ctx, user)
	switch {
	case err != nil:
		return "", "", err
	case len(factors.Passkeys) >= mostPasskeys:
		return "", "", ErrManyPasskeys
	}
	if factors.Handle == nil {
		factors.Handle = make([]byte, handleBytes)
		if _, err := io.ReadFull(p.accounts.random, factors.Handle); err != nil {
			return "", "", fmt.Errorf("draw handle: %w", err)
		}
	}
	holder := holder{user, factors}
	creation, session, err := web.BeginRegistration(holder, webauthn.WithExclusions(webauthn.Credentials(holder.WebAuthnCredentials()).CredentialDescriptors()))
	if err != nil {
		return "", "", fmt.Errorf("begin passkey: %w", err)
	}
	return p.begin(ctx, Ceremony{Email: user.Email, Generation: user.Generation, Session: *session}, creation.Response)
}

// Add keeps a passkey that the browser has made. All sessions end. Errors: ErrPasskey, ErrOver, ErrNoPasskeys, or the
// store's.
func (p *Passkeys) Add(ctx context.Context, origin string, user User, sealed, credential, name string) (User, error) {
	web, err := p.at(origin)
	if err != nil {
		return User{}, err
	}
	ceremony, err := p.open(ctx, sealed)
	switch {
	case err != nil:
		return User{}, err
	case ceremony.Email != user.Email:
		return User{}, ErrOver
	}
	parsed, err := protocol.ParseCredentialCreationResponseBytes([]byte(credential))
	if err != nil {
		return User{}, ErrPasskey
	}
	handle := ceremony.Session.UserID
	made, err := web.CreateCredential(holder{user, Factors{Handle: handle}}, ceremony.Session, parsed)
	if err != nil {
		return User{}, ErrPasskey
	}
	now := p.accounts.now().UTC()
	return p.accounts.changeFactors(ctx, user.Email, func(u *User, f *Factors) error {
		if u.Generation != ceremony.Generation || f.Handle != nil && !bytes.Equal(f.Handle, handle) {
			return ErrOver
		}
		f.Handle = handle
		f.Passkeys = append(f.Passkeys, Passkey{Credential: made.ID, PublicKey: made.PublicKey, Count: made.Authenticator.SignCount,
			Flags: made.Flags.MsgpByte(), Name: name, AddedAt: now, UsedAt: now})
		u.Generation++
		return nil
	})
}

// Remove forgets a passkey of a user who proves the password, and a code where one is due. All sessions end. Errors:
// consent.ErrNotFound, and those of RemoveApp.
func (p *Passkeys) Remove(ctx context.Context, user User, id, password, code, address string) (User, error) {
	if err := p.accounts.prove(ctx, user, password, code, address); err != nil {
		return User{}, err
	}
	return p.accounts.changeFactors(ctx, user.Email, func(u *User, f *Factors) error {
		left := slices.DeleteFunc(slices.Clone(f.Passkeys), func(one Passkey) bool { return one.ID() == id })
		if len(left) == len(f.Passkeys) {
			return consent.ErrNotFound
		}
		f.Passkeys = left
		u.Generation++
		return nil
	})
}

// Ask begins a sign-in of whoever has a passkey of this server. Nothing is kept. It returns what the browser's
// credentials.get wants, as JSON, and the sealed ceremony.
func (p *Passkeys) Ask(ctx context.Context, origin string) (options, sealed string, err error) {
	web, err := p.at(origin)
	if err != nil {
		return "", "", err
	}
	assertion, session, err := web.BeginDiscoverableLogin()
	if err != nil {
		return "", "", fmt.Errorf("ask for passkey: %w", err)
	}
	return p.begin(ctx, Ceremony{Session: *session}, assertion.Response)
}

// Enter lets in whoever has shown a passkey, once for each ceremony. Address is the client's, for the back-off. Errors:
// ErrPasskey, ErrOver, ErrNoPasskeys, *BackoffError, or the store's.
func (p *Passkeys) Enter(ctx context.Context, origin, sealed, credential, address string) (User, error) {
	web, err := p.at(origin)
	if err != nil {
		return User{}, err
	}
	attempt, err := p.accounts.guard.begin("", address)
	if err != nil {
		return User{}, err
	}
	ceremony, err := p.open(ctx, sealed)
	if err != nil {
		return User{}, err
	}
	parsed, err := protocol.ParseCredentialRequestResponseBytes([]byte(credential))
	if err != nil {
		return User{}, ErrPasskey
	}
	roster, err := p.accounts.store.Roster(ctx)
	if err != nil {
		return User{}, err
	}
	owner, shown, err := web.ValidatePasskeyLogin(roster.holderOf, ceremony.Session, parsed)
	if err != nil {
		return User{}, ErrPasskey
	}
	user, err := p.accounts.changeFactors(ctx, owner.WebAuthnName(), func(_ *User, f *Factors) error {
		i := slices.IndexFunc(f.Passkeys, func(one Passkey) bool { return bytes.Equal(one.Credential, shown.ID) })
		if i < 0 {
			return ErrPasskey // Removed meanwhile.
		}
		return f.use(i, parsed.Response.AuthenticatorData.Counter, shown.Flags.MsgpByte(), ceremony, p.accounts.now())
	})
	if errors.Is(err, consent.ErrNotFound) {
		return User{}, ErrPasskey
	}
	if err != nil {
		return User{}, err
	}
	attempt.succeeded()
	return user, nil
}

// use writes down that a passkey was shown. One that has signed less often than before is a copy (WebAuthn, 6.1.1).
func (f *Factors) use(i int, count uint32, flags byte, ceremony Ceremony, now time.Time) error {
	passkey := f.Passkeys[i]
	if count <= passkey.Count && (count != 0 || passkey.Count != 0) {
		return ErrPasskey
	}
	if err := f.spendSeal(ceremony.Session.Challenge, ceremony.At.Add(GivenLifetime), now); err != nil {
		return err
	}
	passkey.Count, passkey.Flags, passkey.UsedAt = count, flags, now.UTC()
	f.Passkeys = slices.Clone(f.Passkeys)
	f.Passkeys[i] = passkey
	return nil
}

func (p *Passkeys) begin(ctx context.Context, ceremony Ceremony, options any) (asked, sealed string, err error) {
	ceremony.At = p.accounts.now().UTC()
	if sealed, err = p.seals.seal(ctx, "passkey", ceremony.At, ceremony); err != nil {
		return "", "", err
	}
	written, err := json.Marshal(options)
	if err != nil {
		return "", "", fmt.Errorf("encode what the browser is asked: %w", err)
	}
	return string(written), sealed, nil
}

func (p *Passkeys) open(ctx context.Context, sealed string) (Ceremony, error) {
	var ceremony Ceremony
	err := p.seals.open(ctx, "passkey", sealed, &ceremony, func() time.Time { return ceremony.At }, GivenLifetime)
	return ceremony, err
}

// holderOf finds whose passkey a browser says it has.
func (r *Roster) holderOf(_, handle []byte) (webauthn.User, error) {
	for email, factors := range r.Factors {
		user, exists := r.Users[email]
		if exists && len(handle) > 0 && bytes.Equal(factors.Handle, handle) {
			return holder{user, factors}, nil
		}
	}
	return nil, ErrPasskey
}

// holder is a user as package webauthn wants it.
type holder struct {
	user    User
	factors Factors
}

var _ webauthn.User = holder{}

// WebAuthnID implements webauthn.User: random, so that a device tells nobody whose it is (WebAuthn, 14.6.1).
func (h holder) WebAuthnID() []byte { return h.factors.Handle }

// WebAuthnName implements webauthn.User.
func (h holder) WebAuthnName() string { return h.user.Email }

// WebAuthnDisplayName implements webauthn.User.
func (h holder) WebAuthnDisplayName() string { return h.user.Email }

// WebAuthnCredentials implements webauthn.User.
func (h holder) WebAuthnCredentials() []webauthn.Credential {
	var credentials []webauthn.Credential
	for _, p := range h.factors.Passkeys {
		credentials = append(credentials, webauthn.Credential{ID: p.Credential, PublicKey: p.PublicKey,
			Flags: webauthn.CredentialFlagsFromMsgpByte(p.Flags), Authenticator: webauthn.Authenticator{SignCount: p.Count}})
	}
	return credentials
}

// prove asks a user who is signed in again for the password, and for a code where one is due.
func (a *Accounts) prove(ctx context.Context, user User, password, code, address string) error {
	factors, err := a.Factors(ctx, user)
	switch {
	case err != nil:
		return err
	case factors.App == nil:
		return a.CheckPassword(ctx, user, password, address)
	}
	_, err = a.changeWithCode(ctx, user, password, code, address, func(*User, *Factors) {})
	return err
}
