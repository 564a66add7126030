package httpapi

import (
	"context"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"github.com/labstack/echo/v4"

	"assent/schemas"
	"assent/server/internal/catalogue"
	"assent/server/internal/reporting"
)

// rates answers how visitors chose, over time and as a whole.
func (a *admin) rates(c echo.Context) error {
	segment, err := a.segment(c, c.QueryParams())
	if err != nil {
		return err
	}
	report, err := a.rater.Rates(c.Request().Context(), segment)
	if err != nil {
		return err
	}
	if err := a.nameServices(c.Request().Context(), segment.Site, report.Services); err != nil {
		return err
	}
	return c.JSON(http.StatusOK, report)
}

// nameServices adds what the notice in force calls the services, or the catalogue for those that it has no more.
func (a *admin) nameServices(ctx context.Context, site string, shares []schemas.GrantShare) error {
	_, notice, err := a.catalog.Current(ctx, site)
	if err != nil {
		return err
	}
	for i, share := range shares {
		service, _ := catalogue.Find(share.ID)
		if at := slices.IndexFunc(notice.Services, func(s schemas.Service) bool { return s.ID == share.ID }); at >= 0 {
			service = catalogue.Fill(notice.Services[at], notice.Purposes)
		}
		shares[i].Name = service.Name
	}
	return nil
}

// breakdown answers the same by the values of one dimension.
func (a *admin) breakdown(c echo.Context) error {
	segment, err := a.segment(c, c.QueryParams())
	if err != nil {
		return err
	}
	report, err := a.rater.Breakdown(c.Request().Context(), segment, c.QueryParam("by"))
	if err != nil {
		return err
	}
	return c.JSON(http.StatusOK, report)
}

// overview answers today against the same day a week ago.
func (a *admin) overview(c echo.Context) error {
	segment, err := a.segment(c, c.QueryParams())
	if err != nil {
		return err
	}
	report, err := a.rater.Overview(c.Request().Context(), segment, a.now())
	if err != nil {
		return err
	}
	return c.JSON(http.StatusOK, report)
}

// otherPrefix stands before the parameters of the segment that another one is compared with.
const otherPrefix = "other."

// otherOf returns the parameters of the other segment. It has a filter of its own; time zone and period are those of the one
// unless told.
func otherOf(query url.Values) url.Values {
	other := url.Values{}
	for _, name := range []string{"tz", "each", "from", "to"} {
		other[name] = query[name]
	}
	for name, values := range query {
		if own, isOther := strings.CutPrefix(name, otherPrefix); isOther {
			other[own] = values
		}
	}
	return other
}

// comparison holds two segments against each other.
func (a *admin) comparison(c echo.Context) error {
	first, err := a.segment(c, c.QueryParams())
	if err != nil {
		return err
	}
	second, err := a.segment(c, otherOf(c.QueryParams()))
	if err != nil {
		return err
	}
	report, err := a.rater.Comparison(c.Request().Context(), first, second)
	if err != nil {
		return err
	}
	return c.JSON(http.StatusOK, report)
}

// segment reads what a report is to be about. Days are the site's own unless another time zone is asked for.
func (a *admin) segment(c echo.Context, query url.Values) (reporting.Segment, error) {
	found, err := a.catalog.Site(c.Param("site"))
	if err != nil {
		return reporting.Segment{}, err
	}
	if query.Get("tz") == "" {
		query.Set("tz", found.TimeZone)
	}
	return reporting.ParseSegment(found.ID, query, a.now())
}
