package httpapi

import (
	"cmp"
	"errors"
	"net/http"
	"time"

	"github.com/labstack/echo/v4"

	"assent/schemas"
	"assent/server/internal/consent"
	"assent/server/internal/sighting"
	"assent/server/internal/site"
)

// sightings takes and tells which third parties a site's pages met.
type sightings struct {
	counter *sighting.Counter
	store   sighting.Store
	catalog *site.Catalog
	now     func() time.Time
}

// count takes what one page view met. Who posted it is not kept.
func (s *sightings) count(c echo.Context) error {
	body, err := readBody(c)
	if err != nil {
		return err
	}
	seen, err := sighting.Decode(body)
	var invalid *consent.InvalidError
	if errors.As(err, &invalid) {
		return newProblem(http.StatusBadRequest, "malformed", "The sightings cannot be read", invalid.Error(), invalid.Faults...)
	}
	if err != nil {
		return err
	}
	s.counter.Add(c.Param("site"), sighting.Day(s.now()), seen)
	return c.NoContent(http.StatusNoContent)
}

// list answers a site's third parties, most often seen first.
func (s *sightings) list(c echo.Context) error {
	ctx := c.Request().Context()
	_, notice, err := s.catalog.Current(ctx, c.Param("site"))
	if err != nil {
		return err
	}
	counts, err := s.store.Sightings(ctx, c.Param("site"))
	if err != nil {
		return err
	}
	return c.JSON(http.StatusOK, schemas.ThirdParties{AutoBlock: cmp.Or(notice.AutoBlock, "off"), Sighted: sighting.List(counts, notice)})
}
