package main

import (
	"crypto/rand"
	"errors"
	"fmt"
	"strings"
	"time"

	"assent/server/internal/account"
	"assent/server/internal/consent"
)

type userCommands struct {
	List  userListCommand  `cmd:"" help:"List who may use the dashboard, and as what."`
	Add   userAddCommand   `cmd:"" help:"Print a one-time link with which somebody becomes a user of the dashboard."`
	Reset userResetCommand `cmd:"" help:"Print a one-time link with which a user chooses a new password."`
}

type userListCommand struct {
	siteFlags
}

// Run prints one user a line: address and roles.
func (c *userListCommand) Run(env *environment) (err error) {
	store, err := c.openExisting(env)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, store.Close()) }()
	users, err := accountsOf(store).Everyone(env.ctx)
	if err != nil {
		return err
	}
	for _, user := range users {
		if _, err := fmt.Fprintf(env.stdout, "%s\t%s\n", user.Email, user.Roles); err != nil {
			return err
		}
	}
	return nil
}

// linkFlags are what making a link needs.
type linkFlags struct {
	siteFlags
	Email     string `arg:"" help:"E-mail address." placeholder:"EMAIL"`
	PublicURL string `help:"Address of the server in visitors' browsers." name:"public-url" env:"ASSENT_PUBLIC_URL" default:"http://127.0.0.1:8080" placeholder:"https://assent.example.com"`
}

type userAddCommand struct {
	linkFlags
	Role string `help:"What they may do: owner, editor, analyst or officer." enum:"owner,editor,analyst,officer" required:"" placeholder:"ROLE"`
	Site string `help:"The only site where; without it, all sites." placeholder:"ID"`
}

// Run makes an invitation.
func (c *userAddCommand) Run(env *environment) error {
	roles := account.Roles{Role: c.Role}
	if c.Site != "" {
		roles = account.Roles{Sites: map[string]string{c.Site: c.Role}}
	}
	return c.print(env, func(accounts *account.Accounts) (account.Invitation, string, error) {
		return accounts.InviteFromConsole(env.ctx, c.Email, roles)
	})
}

type userResetCommand struct {
	linkFlags
	Factors bool `help:"Take the two-step sign-in, recovery codes and passkeys away too: for somebody who has lost them."`
}

// Run makes the link of a user who exists.
func (c *userResetCommand) Run(env *environment) error {
	return c.print(env, func(accounts *account.Accounts) (account.Invitation, string, error) {
		return accounts.ResetFromConsole(env.ctx, c.Email, c.Factors)
	})
}

func (c *linkFlags) print(env *environment, invite func(*account.Accounts) (account.Invitation, string, error)) (err error) {
	store, err := c.openExisting(env)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, store.Close()) }()
	invitation, token, err := invite(accountsOf(store))
	switch {
	case errors.Is(err, account.ErrTaken):
		return fmt.Errorf("%s is a user already; see: assent user reset", c.Email)
	case errors.Is(err, consent.ErrNotFound):
		return fmt.Errorf("there is no user %q; see: assent user list", c.Email)
	case err != nil:
		return err
	}
	_, err = fmt.Fprintf(env.stdout, "%s/dashboard/#invitation=%s\n(works once, for %s, until %s)\n",
		strings.TrimSuffix(c.PublicURL, "/"), token, invitation.Email, invitation.ExpiresAt.Format(time.DateTime+" MST"))
	return err
}

func accountsOf(store front) *account.Accounts { return account.New(store, time.Now, rand.Reader) }
