package httpapi

import (
	"net/http"
	"slices"

	"github.com/labstack/echo/v4"

	"assent/schemas"
	"assent/server/internal/account"
	"assent/server/internal/consent"
	"assent/server/internal/useragent"
)

// passkeys answers what the dashboard asks about passkeys.
type passkeys struct {
	*admin
	keys   *account.Passkeys
	origin func(echo.Context) (string, error) // Of this server in browsers.
}

// ask begins a sign-in.
func (p *passkeys) ask(c echo.Context) error {
	origin, err := p.origin(c)
	if err != nil {
		return err
	}
	options, sealed, err := p.keys.Ask(c.Request().Context(), origin)
	if err != nil {
		return err
	}
	return c.JSON(http.StatusOK, schemas.PasskeyAsked{Options: options, Sealed: sealed})
}

// enter signs in whoever has shown a passkey.
func (p *passkeys) enter(c echo.Context) error {
	var body schemas.PasskeyShown
	if err := readJSON(c, &body); err != nil {
		return err
	}
	origin, err := p.origin(c)
	if err != nil {
		return err
	}
	user, err := p.keys.Enter(c.Request().Context(), origin, body.Sealed, body.Credential, c.RealIP())
	if err != nil {
		return err
	}
	p.log.InfoContext(c.Request().Context(), "signed in", "role", user.Role, "passkey", true)
	return p.startSession(c, http.StatusOK, user)
}

// offer begins to add one.
func (p *passkeys) offer(c echo.Context) error {
	var body schemas.Proof
	if err := readJSON(c, &body); err != nil {
		return err
	}
	origin, err := p.origin(c)
	if err != nil {
		return err
	}
	options, sealed, err := p.keys.Offer(c.Request().Context(), origin, userOf(c), body.Password, body.Code, c.RealIP())
	if err != nil {
		return busy(err)
	}
	return c.JSON(http.StatusOK, schemas.PasskeyAsked{Options: options, Sealed: sealed})
}

// add ends every session and starts a new one for the browser that asked.
func (p *passkeys) add(c echo.Context) error {
	var body schemas.PasskeyShown
	if err := readJSON(c, &body); err != nil {
		return err
	}
	origin, err := p.origin(c)
	if err != nil {
		return err
	}
	name := useragent.Name(c.Request().UserAgent())
	user, err := p.keys.Add(c.Request().Context(), origin, userOf(c), body.Sealed, body.Credential, name)
	if err != nil {
		return err
	}
	return p.startSession(c, http.StatusCreated, user)
}

// remove forgets one of one's own. Somebody else's is not found, whatever else is sent.
func (p *passkeys) remove(c echo.Context) error {
	ctx, id := c.Request().Context(), c.Param("passkey")
	factors, err := p.accounts.Factors(ctx, userOf(c))
	if err != nil {
		return err
	}
	if !slices.ContainsFunc(factors.Passkeys, func(one account.Passkey) bool { return one.ID() == id }) {
		return consent.ErrNotFound
	}
	var body schemas.Proof
	if err := readJSON(c, &body); err != nil {
		return err
	}
	user, err := p.keys.Remove(ctx, userOf(c), id, body.Password, body.Code, c.RealIP())
	if err != nil {
		return busy(err)
	}
	return p.startSession(c, http.StatusOK, user)
}
