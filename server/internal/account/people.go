package account

import (
	"cmp"
	"context"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"maps"
	"slices"
	"time"

	"assent/schemas"
	"assent/server/internal/consent"
)

// InvitationLifetime is how long the link of an invitation works.
const InvitationLifetime = 7 * 24 * time.Hour

var (
	// ErrForbidden means that the user's roles do not allow it.
	ErrForbidden = errors.New("not allowed")
	// ErrInvitation means that the link of an invitation is wrong, used, withdrawn, too old, or not for this address.
	// Which of these it is stays untold.
	ErrInvitation = errors.New("invitation not valid")
	// ErrLastOwner means that nobody would be left who may do everything.
	ErrLastOwner = errors.New("the last owner stays")
	// ErrTaken means that somebody with this address is a user already.
	ErrTaken = errors.New("is a user already")
)

// People lists the users and the invitations that are open, as far as the manager may know of them, by address.
func (a *Accounts) People(ctx context.Context, manager User) ([]User, []Invitation, error) {
	roster, err := a.store.Roster(ctx)
	if err != nil {
		return nil, nil, err
	}
	var users []User
	for _, user := range roster.Users {
		if user.Roles = user.shownTo(manager.Roles); !user.empty() || user.Email == manager.Email {
			users = append(users, user)
		}
	}
	var invitations []Invitation
	for _, invitation := range roster.Invitations {
		if invitation.Roles = invitation.shownTo(manager.Roles); !invitation.empty() && a.now().Before(invitation.ExpiresAt) {
			invitations = append(invitations, invitation)
		}
	}
	slices.SortFunc(users, func(a, b User) int { return cmp.Compare(a.Email, b.Email) })
	slices.SortFunc(invitations, func(a, b Invitation) int { return cmp.Compare(a.Email, b.Email) })
	return users, invitations, nil
}

// Invite makes an invitation and returns it with its token, which is kept nowhere. Errors: *consent.InvalidError,
// ErrForbidden, ErrTaken, or the store's.
func (a *Accounts) Invite(ctx context.Context, manager User, email string, roles Roles) (Invitation, string, error) {
	if err := roles.Check(); err != nil {
		return Invitation{}, "", err
	}
	if !manager.mayChange(Roles{}, roles) {
		return Invitation{}, "", ErrForbidden
	}
	return a.invite(ctx, Invitation{Email: email, Roles: roles, By: manager.Email})
}

// InviteFromConsole makes an invitation without a manager: for whoever runs the server.
func (a *Accounts) InviteFromConsole(ctx context.Context, email string, roles Roles) (Invitation, string, error) {
	return a.invite(ctx, Invitation{Email: email, Roles: roles})
}

// ResetFromConsole makes a link with which a user who exists chooses a new password, and with factors loses all else
// that they sign in with.
func (a *Accounts) ResetFromConsole(ctx context.Context, email string, factors bool) (Invitation, string, error) {
	return a.invite(ctx, Invitation{Email: email, Reset: true, Factors: factors})
}

func (a *Accounts) invite(ctx context.Context, invitation Invitation) (Invitation, string, error) {
	invitation.Email = normalise(invitation.Email)
	if !validEmail(invitation.Email) {
		return Invitation{}, "", &consent.InvalidError{Faults: []schemas.Fault{emailFault()}}
	}
	token, err := a.drawToken()
	if err != nil {
		return Invitation{}, "", err
	}
	invitation.Hash = hashToken(token)
	invitation.ExpiresAt = a.now().UTC().Add(InvitationLifetime)
	err = a.store.ChangeRoster(ctx, func(r *Roster) error {
		if _, exists := r.Users[invitation.Email]; exists != invitation.Reset {
			return takenOrMissing(exists)
		}
		// The new link replaces an earlier one, and those that have expired need not be kept.
		for hash, other := range r.Invitations {
			if other.Email == invitation.Email || !a.now().Before(other.ExpiresAt) {
				delete(r.Invitations, hash)
			}
		}
		r.Invitations[invitation.Hash] = invitation
		return nil
	})
	return invitation, token, err
}

func takenOrMissing(exists bool) error {
	if exists {
		return ErrTaken
	}
	return consent.ErrNotFound
}

// Accept makes a user of who holds the link of an invitation, or gives a user a new password and ends their sessions.
// Address is the client's, for the back-off. Errors are those of SetUp, with ErrInvitation for ErrTicket.
func (a *Accounts) Accept(ctx context.Context, accepted schemas.Setup, address string) (User, error) {
	email := normalise(accepted.Email)
	if faults := setupFaults(email, accepted.Password); len(faults) > 0 {
		return User{}, &consent.InvalidError{Faults: faults}
	}
	attempt, err := a.guard.begin("", address)
	if err != nil {
		return User{}, err
	}
	encoded, err := a.hasher.hash(ctx, accepted.Password, a.random)
	if err != nil {
		return User{}, err
	}
	var user User
	err = a.store.ChangeRoster(ctx, func(r *Roster) (err error) {
		user, err = r.accept(hashToken(accepted.Token), email, encoded, a.now().UTC())
		return err
	})
	if err != nil {
		return User{}, err
	}
	attempt.succeeded()
	return user, nil
}

func (r *Roster) accept(hash, email, passwordHash string, now time.Time) (User, error) {
	invitation, known := r.Invitations[hash]
	user, exists := r.Users[email]
	if !known || invitation.Email != email || !now.Before(invitation.ExpiresAt) || exists != invitation.Reset || !r.stillStands(invitation) {
		return User{}, ErrInvitation
	}
	if !exists {
		user = User{Email: email, Roles: invitation.Roles, CreatedAt: now, Generation: now.UnixMicro()}
	}
	if !exists || invitation.Factors {
		delete(r.Factors, email)
	}
	user.PasswordHash = passwordHash
	user.Generation++
	r.Users[email] = user
	delete(r.Invitations, hash)
	return user, nil
}

// stillStands reports whether who invited could do so now: an owner who was removed leaves no doors open.
func (r *Roster) stillStands(invitation Invitation) bool {
	return invitation.By == "" || r.Users[invitation.By].mayChange(Roles{}, invitation.Roles)
}

// SetRoles gives a user other roles, at the sites whose people the manager manages. Errors: *consent.InvalidError,
// ErrForbidden, ErrLastOwner, consent.ErrNotFound, or the store's.
func (a *Accounts) SetRoles(ctx context.Context, manager User, id string, wanted Roles) (User, error) {
	var changed User
	err := a.store.ChangeRoster(ctx, func(r *Roster) error {
		manager := r.Users[manager.Email] // As it is now.
		user, err := r.find(id, manager)
		if err != nil {
			return err
		}
		if !manager.mayChange(user.shownTo(manager.Roles), wanted) {
			return ErrForbidden
		}
		roles := user.with(wanted, manager.Roles)
		if err := roles.Check(); err != nil {
			return err
		}
		user.Roles = roles
		r.Users[user.Email] = user
		changed = user
		changed.Roles = user.shownTo(manager.Roles)
		return r.keepOwner()
	})
	return changed, err
}

// Remove takes a user out, whose sessions and tokens end with it, and returns who it was. Errors as for SetRoles.
func (a *Accounts) Remove(ctx context.Context, manager User, id string) (User, error) {
	var removed User
	err := a.store.ChangeRoster(ctx, func(r *Roster) error {
		manager := r.Users[manager.Email] // As it is now.
		user, err := r.find(id, manager)
		if err != nil {
			return err
		}
		if !manager.mayChange(user.Roles, Roles{}) {
			return ErrForbidden
		}
		delete(r.Users, user.Email)
		maps.DeleteFunc(r.Tokens, func(_ string, t Token) bool { return t.By == user.Email })
		delete(r.Factors, user.Email)
		removed = user
		return r.keepOwner()
	})
	return removed, err
}

// Withdraw makes the link of an invitation useless and returns which it was. Errors as for SetRoles.
func (a *Accounts) Withdraw(ctx context.Context, manager User, id string) (Invitation, error) {
	var withdrawn Invitation
	err := a.store.ChangeRoster(ctx, func(r *Roster) error {
		manager := r.Users[manager.Email]
		for hash, invitation := range r.Invitations {
			if invitation.ID() != id || invitation.shownTo(manager.Roles).empty() {
				continue
			}
			if !manager.mayChange(invitation.Roles, Roles{}) {
				return ErrForbidden
			}
			delete(r.Invitations, hash)
			withdrawn = invitation
			return nil
		}
		return consent.ErrNotFound
	})
	return withdrawn, err
}

// find returns a user that the manager may know of.
func (r *Roster) find(id string, manager User) (User, error) {
	for _, user := range r.Users {
		if user.ID() == id && !user.shownTo(manager.Roles).empty() {
			return user, nil
		}
	}
	return User{}, consent.ErrNotFound
}

func (r *Roster) keepOwner() error {
	for _, user := range r.Users {
		if user.Role == OwnerRole {
			return nil
		}
	}
	return ErrLastOwner
}

// Everyone lists the users by address, for whoever runs the server.
func (a *Accounts) Everyone(ctx context.Context) ([]User, error) {
	users, _, err := a.People(ctx, User{Roles: Roles{Role: OwnerRole}})
	return users, err
}

func (a *Accounts) drawToken() (string, error) {
	secret := make([]byte, 24)
	if _, err := io.ReadFull(a.random, secret); err != nil {
		return "", fmt.Errorf("draw token: %w", err)
	}
	return base64.RawURLEncoding.EncodeToString(secret), nil
}
