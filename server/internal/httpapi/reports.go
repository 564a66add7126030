package httpapi

import (
	"net/http"
	"slices"

	"github.com/labstack/echo/v4"

	"assent/schemas"
	"assent/server/internal/reporting"
)

// sites lists the sites where the user has a role, by name.
func (a *admin) sites(c echo.Context) error {
	user := userOf(c)
	unseen := func(s schemas.Site) bool { return !user.Sees(s.ID) }
	return c.JSON(http.StatusOK, slices.DeleteFunc(a.catalog.Sites(), unseen))
}

// report answers how visitors of one site chose between two days, both included and in UTC.
func (a *admin) report(c echo.Context) error {
	ctx := c.Request().Context()
	found, err := a.catalog.Site(c.Param("site"))
	if err != nil {
		return err
	}
	period, err := reporting.ParsePeriod(c.QueryParam("from"), c.QueryParam("to"), a.now())
	if err != nil {
		return err
	}
	report, err := reporting.Build(ctx, a.query, a.rater.LeftOut, found.ID, period)
	if err != nil {
		return err
	}
	return c.JSON(http.StatusOK, report)
}
