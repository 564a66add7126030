package httpapi

import (
	"net/http"

	"github.com/labstack/echo/v4"

	"assent/schemas"
)

// setUp creates the owner with the one-time token of the set-up link and signs the owner in.
func (a *admin) setUp(c echo.Context) error {
	var body schemas.Setup
	if err := readJSON(c, &body); err != nil {
		return err
	}
	owner, err := a.accounts.SetUp(c.Request().Context(), body, c.RealIP())
	if err != nil {
		return busy(err)
	}
	a.log.InfoContext(c.Request().Context(), "owner created")
	return a.startSession(c, http.StatusCreated, owner)
}
