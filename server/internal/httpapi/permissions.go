package httpapi

import (
	"strings"

	"github.com/labstack/echo/v4"

	"assent/server/internal/account"
	"assent/server/internal/consent"
)

// What a route may need beside a permission.
const (
	open     account.Permission = "nothing"   // Not even a session.
	signedIn account.Permission = "a session" // Whatever its user's roles.
)

// needs says for every route of the administration what it needs: at the site that its path names, or else at one site at
// least, and then the handler keeps to those. A route that is not here is not found, and a test fails.
var needs = map[string]account.Permission{
	"GET /v1/admin/session":    open,
	"POST /v1/admin/session":   open,
	"DELETE /v1/admin/session": open,
	"POST /v1/admin/setup":     open,

	"GET /v1/admin/account/sessions":             signedIn,
	"DELETE /v1/admin/account/sessions":          signedIn,
	"DELETE /v1/admin/account/sessions/:session": signedIn,
	"PUT /v1/admin/account/password":             signedIn,

	"POST /v1/admin/invitations/accept":        open,
	"POST /v1/admin/invitations":               account.ManagePeople,
	"DELETE /v1/admin/invitations/:invitation": account.ManagePeople,
	"GET /v1/admin/people":                     account.ManagePeople,
	"PUT /v1/admin/people/:person/roles":       account.ManagePeople,
	"DELETE /v1/admin/people/:person":          account.ManagePeople,

	"GET /v1/admin/sites":                  signedIn, // And lists those where the user has a role.
	"GET /v1/admin/sites/:site/report":     account.ViewRates,
	"GET /v1/admin/sites/:site/rates":      account.ViewRates,
	"GET /v1/admin/sites/:site/breakdown":  account.ViewRates,
	"GET /v1/admin/sites/:site/overview":   account.ViewRates,
	"GET /v1/admin/sites/:site/comparison": account.ViewRates,
	"GET /v1/admin/sites/:site/sightings":  account.ViewRates,
}

const userKey = "user" // Of the request's user in Echo's context.

// authorize lets a request pass only with what its route needs. It follows guard.
func (a *admin) authorize(next echo.HandlerFunc) echo.HandlerFunc {
	return func(c echo.Context) error {
		permission, known := needs[c.Request().Method+" "+c.Path()]
		switch {
		case !known:
			return echo.ErrNotFound
		case permission == open:
			return next(c)
		}
		user, err := a.user(c)
		if err != nil {
			return err
		}
		c.Set(userKey, user)
		if err := allowed(c, user, permission); err != nil {
			return err
		}
		return next(c)
	}
}

// allowed hides the sites where the user has no role: they are not found, whether they exist or not.
func allowed(c echo.Context, user account.User, permission account.Permission) error {
	if strings.Contains(c.Path(), "/:site") {
		site := c.Param("site")
		switch {
		case site == account.Everywhere || !user.Sees(site):
			return consent.ErrNotFound
		case permission != signedIn && !user.May(permission, site):
			return account.ErrForbidden
		}
		return nil
	}
	if permission != signedIn && !user.MayAnywhere(permission) {
		return account.ErrForbidden
	}
	return nil
}

// userOf is who sent a request that authorize let pass.
func userOf(c echo.Context) account.User {
	user, _ := c.Get(userKey).(account.User)
	return user
}
