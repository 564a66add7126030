package httpapi

import (
	"net/http"

	"github.com/labstack/echo/v4"

	"assent/server/internal/reporting"
)

// sites lists all sites by name.
func (a *admin) sites(c echo.Context) error {
	return c.JSON(http.StatusOK, a.catalog.Sites())
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
	report, err := reporting.Build(ctx, a.query, found.ID, period)
	if err != nil {
		return err
	}
	return c.JSON(http.StatusOK, report)
}
