package httpapi

import (
	"sync"
	"time"

	"github.com/labstack/echo/v4"

	"assent/schemas"
)

// presence remembers which of each site's origins spoke last, while this process lives.
type presence struct {
	now  func() time.Time
	last sync.Map // Site id -> schemas.Presence. Only sites that exist get in.
}

// note follows fromSite, which has let the origin pass.
func (p *presence) note(next echo.HandlerFunc) echo.HandlerFunc {
	return func(c echo.Context) error {
		p.last.Store(c.Param("site"), schemas.Presence{Origin: c.Request().Header.Get(echo.HeaderOrigin), At: p.now().UTC()})
		return next(c)
	}
}

func (p *presence) of(site string) schemas.Presence {
	last, _ := p.last.Load(site)
	seen, _ := last.(schemas.Presence)
	return seen
}
