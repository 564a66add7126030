package httpapi

import (
	"cmp"
	"math"
	"net/http"
	"time"

	"github.com/labstack/echo/v4"

	"assent/schemas"
	"assent/server/internal/site"
	"assent/server/internal/transfer"
)

// suspensions tell which services of a site's notice are held back, and which will be.
type suspensions struct {
	catalog  *site.Catalog
	adequate transfer.List
	now      func() time.Time
}

// list answers them in the notice's order.
func (s *suspensions) list(c echo.Context) error {
	_, notice, err := s.catalog.Current(c.Request().Context(), c.Param("site"))
	if err != nil {
		return err
	}
	now := s.now()
	list := []schemas.Suspension{}
	for _, e := range s.adequate.Endings(notice, now) {
		if now.AddDate(0, 0, transfer.AheadDays).Before(e.At) {
			continue
		}
		list = append(list, schemas.Suspension{
			Service: e.Service.ID, Name: cmp.Or(e.Service.Name, e.Service.ID), Country: e.Service.Country, Act: e.Decision.Act, Last: e.Last(), At: e.At,
			Suspended: e.Suspended(now), Days: max(0, int(math.Ceil(e.At.Sub(now).Hours()/24))),
		})
	}
	return c.JSON(http.StatusOK, list)
}
