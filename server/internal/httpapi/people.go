package httpapi

import (
	"net/http"

	"github.com/labstack/echo/v4"

	"assent/schemas"
	"assent/server/internal/account"
)

// people lists who may use the dashboard.
func (a *admin) people(c echo.Context) error {
	users, invitations, err := a.accounts.People(c.Request().Context(), userOf(c))
	if err != nil {
		return err
	}
	protected, err := a.accounts.Protected(c.Request().Context())
	if err != nil {
		return err
	}
	answer := schemas.People{People: []schemas.Person{}, Invitations: []schemas.Invitation{}}
	for _, user := range users {
		answer.People = append(answer.People, personOf(user, protected[user.Email]))
	}
	for _, invitation := range invitations {
		answer.Invitations = append(answer.Invitations, invitationOf(invitation))
	}
	return c.JSON(http.StatusOK, answer)
}

// invite makes a link with which somebody becomes a user.
func (a *admin) invite(c echo.Context) error {
	var body schemas.NewInvitation
	if err := readJSON(c, &body); err != nil {
		return err
	}
	invitation, token, err := a.accounts.Invite(c.Request().Context(), userOf(c), body.Email, rolesOf(body.Roles))
	if err != nil {
		return err
	}
	concerns(c, invitation.Email, invitation.Roles)
	return c.JSON(http.StatusCreated, schemas.InvitationLink{Invitation: invitationOf(invitation), Token: token})
}

// accept makes a user of who holds the link, and signs in.
func (a *admin) accept(c echo.Context) error {
	var body schemas.Setup
	if err := readJSON(c, &body); err != nil {
		return err
	}
	user, err := a.accounts.Accept(c.Request().Context(), body, c.RealIP())
	if err != nil {
		return busy(err)
	}
	return a.enter(c, http.StatusCreated, user)
}

// withdraw makes the link of an invitation useless.
func (a *admin) withdraw(c echo.Context) error {
	invitation, err := a.accounts.Withdraw(c.Request().Context(), userOf(c), c.Param("invitation"))
	if err != nil {
		return err
	}
	concerns(c, invitation.Email, invitation.Roles)
	return c.NoContent(http.StatusNoContent)
}

// setRoles gives a user other roles.
func (a *admin) setRoles(c echo.Context) error {
	var body schemas.RolesGiven
	if err := readJSON(c, &body); err != nil {
		return err
	}
	user, err := a.accounts.SetRoles(c.Request().Context(), userOf(c), c.Param("person"), rolesOf(body))
	if err != nil {
		return err
	}
	factors, err := a.accounts.Factors(c.Request().Context(), user)
	if err != nil {
		return err
	}
	concerns(c, user.Email, user.Roles)
	return c.JSON(http.StatusOK, personOf(user, factors.Protects()))
}

// remove takes a user out.
func (a *admin) remove(c echo.Context) error {
	user, err := a.accounts.Remove(c.Request().Context(), userOf(c), c.Param("person"))
	if err != nil {
		return err
	}
	concerns(c, user.Email, user.Roles)
	return c.NoContent(http.StatusNoContent)
}

func personOf(user account.User, protected bool) schemas.Person {
	return schemas.Person{ID: user.ID(), Email: user.Email, Roles: rolesGiven(user.Roles), Since: user.CreatedAt, Factors: protected}
}

func invitationOf(i account.Invitation) schemas.Invitation {
	return schemas.Invitation{ID: i.ID(), Email: i.Email, Roles: rolesGiven(i.Roles), ExpiresAt: i.ExpiresAt.UTC()}
}

func rolesOf(given schemas.RolesGiven) account.Roles {
	return account.Roles{Role: given.All, Sites: given.Sites}
}

func rolesGiven(roles account.Roles) schemas.RolesGiven {
	return schemas.RolesGiven{All: roles.Role, Sites: roles.Sites}
}
