package httpapi

import (
	"net/http"

	"github.com/labstack/echo/v4"

	"assent/schemas"
)

// ownSessions lists where whoever asks is signed in.
func (a *admin) ownSessions(c echo.Context) error {
	sessions, err := a.sessions.List(c.Request().Context(), userOf(c))
	if err != nil {
		return err
	}
	answer := []schemas.OpenSession{}
	for _, s := range sessions {
		answer = append(answer, schemas.OpenSession{ID: s.ID, Device: s.Device, Started: s.Started, Seen: s.Seen, Current: s.Current})
	}
	return c.JSON(http.StatusOK, answer)
}

// endSession ends one of them.
func (a *admin) endSession(c echo.Context) error {
	if err := a.sessions.EndOne(c.Request().Context(), userOf(c), c.Param("session")); err != nil {
		return err
	}
	return c.NoContent(http.StatusNoContent)
}

// endOtherSessions ends all but the one that asks.
func (a *admin) endOtherSessions(c echo.Context) error {
	if err := a.sessions.EndOthers(c.Request().Context(), userOf(c)); err != nil {
		return err
	}
	return c.NoContent(http.StatusNoContent)
}

// changePassword ends every session and starts a new one for the browser that asked.
func (a *admin) changePassword(c echo.Context) error {
	var body schemas.PasswordChange
	if err := readJSON(c, &body); err != nil {
		return err
	}
	user, err := a.accounts.ChangePassword(c.Request().Context(), userOf(c), body, c.RealIP())
	if err != nil {
		return busy(err)
	}
	return a.startSession(c, http.StatusOK, user)
}
