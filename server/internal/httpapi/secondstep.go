package httpapi

import (
	"errors"
	"net/http"

	"github.com/labstack/echo/v4"

	"assent/schemas"
	"assent/server/internal/account"
)

// stateCodeDue of a session, as in account.schema.json: the password was right and a code has to follow.
const stateCodeDue = "code-due"

// askForCode hands the browser what it has to bring back with the code. It is no session and opens nothing else.
func (a *admin) askForCode(c echo.Context, status int, user account.User) error {
	if err := a.holdForCode(c, user); err != nil {
		return err
	}
	return c.JSON(status, schemas.Session{State: stateCodeDue})
}

func (a *admin) holdForCode(c echo.Context, user account.User) error {
	sealed, err := a.seals.Given(c.Request().Context(), a.accounts, user)
	if err != nil {
		return err
	}
	c.Set(userKey, user)
	c.SetCookie(account.StepCookie(sealed, isSecure(c)))
	return nil
}

// given is the first step that the browser has taken, or account.ErrOver.
func (a *admin) given(c echo.Context) (account.Given, error) {
	sealed, err := c.Cookie(account.StepCookieName(isSecure(c)))
	if err != nil {
		return account.Given{}, account.ErrOver
	}
	return a.seals.OpenGiven(c.Request().Context(), sealed.Value)
}

// owesCode reports whether the browser has taken the first step, so that a page that is loaded anew goes on with the second.
func (a *admin) owesCode(c echo.Context) bool {
	_, err := a.given(c)
	return err == nil
}

// enter signs in whoever has used the link for a new password, or asks for the code that is due all the same.
func (a *admin) enter(c echo.Context, status int, user account.User) error {
	err := a.accounts.CodeDue(c.Request().Context(), user)
	switch {
	case errors.Is(err, account.ErrCodeDue):
		return a.askForCode(c, status, user)
	case err != nil:
		return err
	}
	return a.startSession(c, status, user)
}

// signInWithCode takes the second step.
func (a *admin) signInWithCode(c echo.Context) error {
	var body schemas.CodeGiven
	if err := readJSON(c, &body); err != nil {
		return err
	}
	ctx := c.Request().Context()
	given, err := a.given(c)
	if err != nil {
		c.Set(actKey, "") // Nothing was guessed at, and no back-off bounds it: a stranger must not fill the trail.
		return err
	}
	c.Set(userKey, account.User{Email: given.Email})
	user, recovery, err := a.accounts.EnterWithCode(ctx, given, body.Code, c.RealIP())
	if err != nil {
		return err
	}
	if recovery {
		c.Set(actKey, "sign-in-recovery")
	}
	c.SetCookie(account.StepCookie("", isSecure(c)))
	a.log.InfoContext(ctx, "signed in", "role", user.Role, "recovery", recovery)
	return a.startSession(c, http.StatusOK, user)
}
