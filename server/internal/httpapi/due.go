package httpapi

import (
	"net/http"
	"slices"
	"strings"

	"github.com/labstack/echo/v4"

	"assent/schemas"
	"assent/server/internal/account"
	"assent/server/internal/requests"
	"assent/server/internal/reviewing"
)

// mostDue bounds how many of each are counted, of all sites together: the most urgent.
const mostDue = 1000

// due tells what waits for people.
type due struct {
	requests *requests.Desk
	reviews  reviewing.Desk
}

// count answers how much is due at each site, as far as the user may see it.
func (d *due) count(c echo.Context) error {
	ctx, user := c.Request().Context(), userOf(c)
	asked, err := d.requests.DueBy(ctx, mostDue)
	if err != nil {
		return err
	}
	unanswered, err := d.reviews.DueBy(ctx, mostDue)
	if err != nil {
		return err
	}
	counts := map[string]*schemas.Due{}
	at := func(site string) *schemas.Due {
		if counts[site] == nil {
			counts[site] = &schemas.Due{Site: site}
		}
		return counts[site]
	}
	for _, one := range asked {
		if user.May(account.ReadDecisions, one.Site) {
			at(one.Site).Requests++
		}
	}
	for _, one := range unanswered {
		if user.May(account.ViewRates, one.Site) {
			at(one.Site).Reviews++
		}
	}
	answer := []schemas.Due{}
	for _, site := range counts {
		answer = append(answer, *site)
	}
	slices.SortFunc(answer, func(a, b schemas.Due) int { return strings.Compare(a.Site, b.Site) })
	return c.JSON(http.StatusOK, answer)
}
