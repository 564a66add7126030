package httpapi

import (
	"errors"
	"net/http"

	"github.com/labstack/echo/v4"

	"assent/schemas"
)

// trial is what would become of a decision from a page.
type trial struct {
	Recordable bool             `json:"recordable"`
	Problem    *schemas.Problem `json:"problem,omitempty"` // What the decision would be answered with instead.
}

// fromAnywhere lets pages of every origin read the answer. Where browsers keep a refusal from a page, it is an error in
// its console that does not say why.
func fromAnywhere(next echo.HandlerFunc) echo.HandlerFunc {
	return func(c echo.Context) error {
		c.Response().Header().Set(echo.HeaderAccessControlAllowOrigin, "*")
		return next(c)
	}
}

// try answers whether a decision from this page would be taken, and records nothing.
func (v *visitors) try(c echo.Context) error {
	c.Response().Header().Set(echo.HeaderCacheControl, "no-store")
	_, err := v.admit(c)
	var refusal *problem
	if errors.As(err, &refusal) {
		return c.JSON(http.StatusOK, trial{Problem: &refusal.body})
	}
	if err != nil {
		return err
	}
	return c.JSON(http.StatusOK, trial{Recordable: true})
}
