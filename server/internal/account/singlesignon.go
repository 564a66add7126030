package account

import (
	"context"
	"errors"
	"slices"
	"strings"
	"time"

	"assent/server/internal/consent"
)

var (
	// ErrAway means that the provider does not answer, or nothing that can be understood.
	ErrAway = errors.New("provider not available")
	// ErrUnverified means that the provider does not vouch for the e-mail address.
	ErrUnverified = errors.New("e-mail address not verified by the provider")
	// ErrNobody means that nobody here has the address and none is let in without an invitation.
	ErrNobody = errors.New("no user has the address that the provider tells")
	// ErrAnother means that the user with this address has signed in as somebody else at the provider before.
	ErrAnother = errors.New("the address belonged to somebody else at the provider")
	// ErrSpent means that the proof was used before.
	ErrSpent = errors.New("this sign-in was finished before")
)

// Identity is who somebody is, by the word of a provider.
type Identity struct {
	Issuer, Subject string // Together for ever the same person.
	Email           string
	EmailVerified   bool
	Proof           string    // Differs with each sign-in and counts once.
	ProofUntil      time.Time // When the proof is worth nothing anyway.
}

// Admission is who may enter by a provider's word.
type Admission struct {
	Domains []string // Of the addresses, in lower case; empty for all.
	Role    string   // Over all sites, of who is no user yet; empty when only users and the invited may enter.
}

// Binding ties a user to a person at a provider.
type Binding struct {
	Issuer, Subject string
	Spent           map[string]time.Time `json:",omitempty"` // Proofs, and until when they have to be remembered.
}

// guardedEntry keeps the failures of single sign-on apart from those with links; it is no e-mail address.
const guardedEntry = "single sign-on"

// Enter signs in whom prove identifies. Address is the client's, for the back-off. Of a user who is known but not let in it
// returns the address beside the error. Errors: *BackoffError, ErrUnverified, ErrNobody, ErrAnother, ErrSpent, those of
// prove, or the store's.
func (a *Accounts) Enter(ctx context.Context, admission Admission, address string, prove func() (Identity, error)) (User, error) {
	attempt, err := a.guard.begin(guardedEntry, address)
	if err != nil {
		return User{}, err
	}
	user, err := a.enter(ctx, admission, prove)
	if err == nil || errors.Is(err, ErrAway) || errors.Is(err, consent.ErrUnavailable) { // Nobody guesses when a store or the provider is away.
		attempt.succeeded()
	}
	return user, err
}

func (a *Accounts) enter(ctx context.Context, admission Admission, prove func() (Identity, error)) (User, error) {
	identity, err := prove()
	if err != nil {
		return User{}, err
	}
	identity.Email = normalise(identity.Email)
	var user User
	err = a.store.ChangeRoster(ctx, func(r *Roster) (err error) {
		user, err = r.enter(identity, admission, a.now().UTC())
		return err
	})
	return user, err
}

// enter finds or makes the user. A binding wins over the address: an address that the provider gives to somebody else
// opens nothing, and who gets another address there stays who they are here.
func (r *Roster) enter(identity Identity, admission Admission, now time.Time) (User, error) {
	user, bound := r.boundTo(identity)
	switch {
	case !identity.EmailVerified && (!bound || len(admission.Domains) > 0):
		return User{}, ErrUnverified
	case !admission.takes(identity.Email):
		return User{}, ErrNobody
	case !bound:
		var err error
		if user, err = r.byAddress(identity, admission, now); err != nil {
			return user, err
		}
	}
	if err := user.bind(identity, now); err != nil {
		return User{Email: user.Email}, err
	}
	r.Users[user.Email] = user
	return user, nil
}

func (r *Roster) boundTo(identity Identity) (User, bool) {
	for _, user := range r.Users {
		if b := user.Binding; b != nil && b.Issuer == identity.Issuer && b.Subject == identity.Subject {
			return user, true
		}
	}
	return User{}, false
}

// byAddress is the user, the invited one or the newcomer with a verified address.
func (r *Roster) byAddress(identity Identity, admission Admission, now time.Time) (User, error) {
	user, known := r.Users[identity.Email]
	switch {
	case known && user.Binding != nil && user.Binding.Issuer == identity.Issuer:
		return User{Email: user.Email}, ErrAnother
	case known: // Of another provider as well: which one to believe is the operator's choice.
		return user, nil
	}
	user = User{Email: identity.Email, CreatedAt: now, Generation: now.UnixMicro()}
	for hash, invitation := range r.Invitations {
		if invitation.Email == identity.Email && !invitation.Reset && now.Before(invitation.ExpiresAt) && r.stillStands(invitation) {
			user.Roles = invitation.Roles
			delete(r.Invitations, hash)
			return user, nil
		}
	}
	// The first user is the owner, whom the set-up link makes.
	if admission.Role == "" || len(r.Users) == 0 || !validEmail(identity.Email) {
		return User{}, ErrNobody
	}
	user.Roles = Roles{Role: admission.Role}
	return user, nil
}

func (a Admission) takes(email string) bool {
	_, domain, _ := strings.Cut(email, "@")
	return len(a.Domains) == 0 || slices.Contains(a.Domains, domain)
}

// bind ties the user to the person and spends the proof, whichever instance it was shown to before.
func (u *User) bind(identity Identity, now time.Time) error {
	spent := map[string]time.Time{identity.Proof: identity.ProofUntil.UTC()}
	if u.Binding != nil {
		for proof, until := range u.Binding.Spent {
			if proof == identity.Proof {
				return ErrSpent
			}
			if now.Before(until) {
				spent[proof] = until
			}
		}
	}
	u.Binding = &Binding{Issuer: identity.Issuer, Subject: identity.Subject, Spent: spent}
	return nil
}
