package account

import (
	"context"
	"errors"
	"slices"
	"time"

	"assent/server/internal/consent"
)

var (
	// ErrCodeDue means that the password is right and a code has to follow.
	ErrCodeDue = errors.New("a code is due")
	// ErrCode means that a code is wrong, was used already, or that none is expected.
	ErrCode = errors.New("wrong code")
	// ErrOver means that what was begun took too long, was finished already, or was overtaken by another change.
	ErrOver = errors.New("took too long or was used")
	// ErrEnrolled means that there is a second step already.
	ErrEnrolled = errors.New("has a second step already")
)

// Factors are what a user signs in with beside the password.
type Factors struct {
	App      *App       `json:",omitempty"` // Where codes come from; nil while the password alone is enough.
	Recovery []string   `json:",omitempty"` // SHA-256 of each code that is left, in hex.
	Passkeys []Passkey  `json:",omitempty"`
	Handle   []byte     `json:",omitempty"` // What passkeys know the user by; absent before the first one.
	Spent    []Spending `json:",omitempty"`
	Given    []Spending `json:",omitempty"` // First steps that were taken and wait for the second.
}

// mostGiven first steps of one user wait at once. Beyond, the oldest is to be taken anew.
const mostGiven = 100

// App is a program that shows codes (TOTP, RFC 6238).
type App struct {
	Secret string `json:",omitempty"` // Base32; empty where it is sealed. The server has to know it.
	Sealed []byte `json:",omitempty"` // Secret, sealed; see secret.go.
	Since  time.Time
	Step   int64 // The last one whose code was taken: each works once (RFC 6238, 5.2; ASVS 6.5.1).
}

// Spending remembers that something sealed was used, for as long as its seal holds.
type Spending struct {
	What  string // SHA-256 in hex.
	Until time.Time
}

// Protects reports whether there is more than a password to sign in with.
func (f Factors) Protects() bool { return f.App != nil || len(f.Passkeys) > 0 }

// empty reports whether there is nothing worth keeping.
func (f Factors) empty() bool {
	return f.App == nil && len(f.Recovery) == 0 && f.Handle == nil && len(f.Spent) == 0 && len(f.Given) == 0
}

// await remembers that the first step was taken. Its seal alone would not do: a copy of the store has the key that seals,
// and perhaps what opens the secret of the codes, and would be both steps.
func (f *Factors) await(given Given, now time.Time) {
	f.Given = slices.DeleteFunc(slices.Clone(f.Given), func(s Spending) bool { return !now.Before(s.Until) })
	f.Given = append(f.Given, Spending{What: hashToken(given.Nonce), Until: given.At.Add(GivenLifetime)})
	f.Given = f.Given[max(0, len(f.Given)-mostGiven):]
}

// takeGiven takes a first step that waits, once, or returns ErrOver.
func (f *Factors) takeGiven(given Given, now time.Time) error {
	what := hashToken(given.Nonce)
	left := slices.DeleteFunc(slices.Clone(f.Given), func(s Spending) bool { return s.What == what && now.Before(s.Until) })
	if len(left) == len(f.Given) {
		return ErrOver
	}
	f.Given = left
	return nil
}

// spendSeal marks something sealed as used, or returns ErrOver when it was.
func (f *Factors) spendSeal(nonce string, until, now time.Time) error {
	what := hashToken(nonce)
	if slices.ContainsFunc(f.Spent, func(s Spending) bool { return s.What == what }) {
		return ErrOver
	}
	f.Spent = slices.DeleteFunc(f.Spent, func(s Spending) bool { return !now.Before(s.Until) })
	f.Spent = append(f.Spent, Spending{What: what, Until: until.UTC()})
	return nil
}

// Factors returns what the user signs in with beside the password.
func (a *Accounts) Factors(ctx context.Context, user User) (Factors, error) {
	roster, err := a.store.Roster(ctx)
	return roster.Factors[user.Email], err
}

// Protected tells by address who has more than a password to sign in with.
func (a *Accounts) Protected(ctx context.Context) (map[string]bool, error) {
	roster, err := a.store.Roster(ctx)
	protected := map[string]bool{}
	for email, factors := range roster.Factors {
		protected[email] = factors.Protects()
	}
	return protected, err
}

// CodeDue returns ErrCodeDue when who has proved to be the user by a password, the link for a new one, or a provider's word
// still owes a code.
func (a *Accounts) CodeDue(ctx context.Context, user User) error {
	factors, err := a.Factors(ctx, user)
	if err == nil && factors.App != nil {
		err = ErrCodeDue
	}
	return err
}

// EnterWithCode lets a user in who has given the password before, once, and tells whether it took a code of recovery.
// Address is the client's, for the back-off: a wrong code counts as a wrong password does. Errors: ErrCode, ErrOver,
// *BackoffError, or the store's.
func (a *Accounts) EnterWithCode(ctx context.Context, given Given, code, address string) (user User, recovery bool, err error) {
	succeeded, err := a.beginCode(given.Email, code, address)
	if err != nil {
		return User{}, false, err
	}
	user, err = a.changeFactors(ctx, given.Email, func(u *User, f *Factors) (err error) {
		if u.Generation != given.Generation {
			return ErrOver
		}
		if err := f.takeGiven(given, a.now()); err != nil {
			return err
		}
		recovery, err = a.spendCode(ctx, given.Email, f, code)
		return err
	})
	if errors.Is(err, consent.ErrNotFound) {
		return User{}, false, ErrOver // Removed meanwhile.
	}
	if err != nil {
		return User{}, false, err
	}
	succeeded()
	return user, recovery, nil
}

// beginCode counts an attempt with a code. One of recovery, which nobody guesses, does not have to wait for what others
// have tried, so that the user gets in while somebody who knows the password keeps guessing.
func (a *Accounts) beginCode(email, code, address string) (succeeded func(), err error) {
	attempt, err := a.guard.begin(email, address)
	if err != nil || looksLikeRecovery(code) {
		return func() { attempt.succeeded() }, err
	}
	forget, err := a.codeGuard.beginCode(email)
	if err != nil {
		attempt.takeBack()
		return nil, err
	}
	return func() { attempt.succeeded(); forget() }, nil
}

// AddApp has the user give codes of an app from now on, the first one now, and returns ten codes of recovery, which are
// kept nowhere. All sessions end. Errors: ErrCode, ErrEnrolled, ErrOver, or the store's.
func (a *Accounts) AddApp(ctx context.Context, offer Offer, code string) (User, []string, error) {
	codes, hashes, err := a.drawRecovery()
	if err != nil {
		return User{}, nil, err
	}
	user, err := a.changeFactors(ctx, offer.Email, func(u *User, f *Factors) error {
		step, right := stepOf(offer.Secret, code, a.now())
		switch {
		case f.App != nil:
			return ErrEnrolled
		case u.Generation != offer.Generation:
			return ErrOver
		case !right:
			return ErrCode
		}
		app, err := a.keepSecret(offer.Email, offer.Secret, App{Since: a.now().UTC(), Step: step})
		f.App, f.Recovery = app, hashes
		u.Generation++
		return err
	})
	return user, codes, err
}

// RemoveApp makes the password enough again. All sessions end. Errors: ErrCredentials, ErrCode, *BackoffError,
// consent.ErrOverloaded, or the store's.
func (a *Accounts) RemoveApp(ctx context.Context, user User, password, code, address string) (User, error) {
	return a.changeWithCode(ctx, user, password, code, address, func(u *User, f *Factors) {
		f.App, f.Recovery = nil, nil
		u.Generation++
	})
}

// RenewRecovery replaces the codes of recovery. All sessions end. Errors as for RemoveApp.
func (a *Accounts) RenewRecovery(ctx context.Context, user User, password, code, address string) (User, []string, error) {
	codes, hashes, err := a.drawRecovery()
	if err != nil {
		return User{}, nil, err
	}
	user, err = a.changeWithCode(ctx, user, password, code, address, func(u *User, f *Factors) {
		f.Recovery = hashes
		u.Generation++
	})
	return user, codes, err
}

// changeWithCode changes a user who proves both at once.
func (a *Accounts) changeWithCode(ctx context.Context, user User, password, code, address string, edit func(*User, *Factors)) (User, error) {
	if err := a.CheckPassword(ctx, user, password, address); err != nil {
		return User{}, err
	}
	succeeded, err := a.beginCode(user.Email, code, address)
	if err != nil {
		return User{}, err
	}
	user, err = a.changeFactors(ctx, user.Email, func(u *User, f *Factors) error {
		if _, err := a.spendCode(ctx, user.Email, f, code); err != nil {
			return err
		}
		edit(u, f)
		return nil
	})
	if err == nil {
		succeeded()
	}
	return user, err
}

// ResetFactors leaves a user with the password alone, which ends the sessions, and returns who it was: for somebody who
// has lost all else. Errors as for Remove.
func (a *Accounts) ResetFactors(ctx context.Context, manager User, id string) (User, error) {
	var reset User
	err := a.store.ChangeRoster(ctx, func(r *Roster) error {
		manager := r.Users[manager.Email] // As it is now.
		user, err := r.find(id, manager)
		if err != nil {
			return err
		}
		// Not one's own: a session left open must not be a way around the code.
		if user.Email == manager.Email || !manager.mayChange(user.Roles, Roles{}) {
			return ErrForbidden
		}
		delete(r.Factors, user.Email)
		user.Generation++
		r.Users[user.Email], reset = user, user
		return nil
	})
	return reset, err
}

// changeFactors edits one user and the user's factors, and returns what became of the user.
func (a *Accounts) changeFactors(ctx context.Context, email string, edit func(*User, *Factors) error) (User, error) {
	var user User
	err := a.store.ChangeRoster(ctx, func(r *Roster) error {
		known, exists := r.Users[email]
		if !exists {
			return consent.ErrNotFound
		}
		factors := r.Factors[email]
		if err := edit(&known, &factors); err != nil {
			return err
		}
		r.Users[email], user = known, known
		r.Factors[email] = factors
		if factors.empty() {
			delete(r.Factors, email)
		}
		return nil
	})
	return user, err
}
