package account

import (
	"context"

	"assent/schemas"
	"assent/server/internal/consent"
)

// ChangePassword gives the user a new password, which ends all sessions, and returns the user as changed. Address is the
// client's, for the back-off. Errors: ErrCredentials when the current password is wrong, *consent.InvalidError,
// *BackoffError, consent.ErrOverloaded, or the store's.
func (a *Accounts) ChangePassword(ctx context.Context, user User, change schemas.PasswordChange, address string) (User, error) {
	if detail := passwordFault(change.Password, user.Email); detail != "" {
		return User{}, &consent.InvalidError{Faults: []schemas.Fault{{Pointer: "/password", Detail: detail}}}
	}
	user, attempt, err := a.checkPassword(ctx, schemas.Credentials{Email: user.Email, Password: change.Current}, address)
	if err != nil {
		return User{}, err
	}
	attempt.takeBack()
	encoded, err := a.hasher.hash(ctx, change.Password, a.random)
	if err != nil {
		return User{}, err
	}
	return a.changeUser(ctx, user.Email, func(u *User) error {
		if u.PasswordHash != user.PasswordHash {
			return ErrCredentials // Changed meanwhile.
		}
		u.PasswordHash = encoded
		u.Generation++
		return nil
	})
}

// changeUser edits one user and returns what became of it.
func (a *Accounts) changeUser(ctx context.Context, email string, edit func(*User) error) (User, error) {
	var user User
	err := a.store.ChangeRoster(ctx, func(r *Roster) error {
		known, exists := r.Users[email]
		if !exists {
			return consent.ErrNotFound
		}
		if err := edit(&known); err != nil {
			return err
		}
		r.Users[email], user = known, known
		return nil
	})
	return user, err
}
