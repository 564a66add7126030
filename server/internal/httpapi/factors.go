package httpapi

import (
	"net/http"

	"github.com/labstack/echo/v4"

	"assent/schemas"
	"assent/server/internal/qrcode"
)

// factors tells what whoever asks signs in with beside the password.
func (a *admin) factors(c echo.Context) error {
	factors, err := a.accounts.Factors(c.Request().Context(), userOf(c))
	if err != nil {
		return err
	}
	answer := schemas.Factors{TwoStep: factors.App != nil, Recovery: len(factors.Recovery), Passkeys: []schemas.Passkey{}}
	for _, p := range factors.Passkeys {
		answer.Passkeys = append(answer.Passkeys, schemas.Passkey{ID: p.ID(), Name: p.Name, Added: p.AddedAt, Used: p.UsedAt})
	}
	if factors.App != nil {
		answer.Since = factors.App.Since
	}
	return c.JSON(http.StatusOK, answer)
}

// offerApp begins the two-step sign-in: a secret for an app, which counts for nothing until a code of it comes.
func (a *admin) offerApp(c echo.Context) error {
	var body schemas.Proof
	if err := readJSON(c, &body); err != nil {
		return err
	}
	offer, sealed, err := a.seals.Offer(c.Request().Context(), a.accounts, userOf(c), body.Password, c.RealIP())
	if err != nil {
		return busy(err)
	}
	address, err := offer.Address()
	if err != nil {
		return err
	}
	drawn, err := qrcode.Draw(address, 0) // The page leaves room around it.
	if err != nil {
		return err
	}
	return c.JSON(http.StatusOK, schemas.AppOffer{Offer: sealed, Secret: offer.Secret, Address: address, Size: drawn.Size, Path: drawn.Path})
}

// addApp ends every session, starts a new one for the browser that asked, and tells the codes of recovery.
func (a *admin) addApp(c echo.Context) error {
	var body schemas.AppAdded
	if err := readJSON(c, &body); err != nil {
		return err
	}
	ctx := c.Request().Context()
	offer, err := a.seals.OpenOffer(ctx, userOf(c), body.Offer)
	if err != nil {
		return err
	}
	user, codes, err := a.accounts.AddApp(ctx, offer, body.Code)
	if err != nil {
		return err
	}
	return a.restart(c, http.StatusCreated, user, schemas.RecoveryCodes{Codes: codes})
}

// removeApp makes the password enough again.
func (a *admin) removeApp(c echo.Context) error {
	var body schemas.Proof
	if err := readJSON(c, &body); err != nil {
		return err
	}
	user, err := a.accounts.RemoveApp(c.Request().Context(), userOf(c), body.Password, body.Code, c.RealIP())
	if err != nil {
		return busy(err)
	}
	return a.startSession(c, http.StatusOK, user)
}

// renewRecovery replaces the codes of recovery.
func (a *admin) renewRecovery(c echo.Context) error {
	var body schemas.Proof
	if err := readJSON(c, &body); err != nil {
		return err
	}
	user, codes, err := a.accounts.RenewRecovery(c.Request().Context(), userOf(c), body.Password, body.Code, c.RealIP())
	if err != nil {
		return busy(err)
	}
	return a.restart(c, http.StatusOK, user, schemas.RecoveryCodes{Codes: codes})
}

// resetFactors leaves another user with the password alone.
func (a *admin) resetFactors(c echo.Context) error {
	user, err := a.accounts.ResetFactors(c.Request().Context(), userOf(c), c.Param("person"))
	if err != nil {
		return err
	}
	concerns(c, user.Email, user.Roles)
	return c.NoContent(http.StatusNoContent)
}
