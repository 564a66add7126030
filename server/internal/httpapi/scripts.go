package httpapi

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"time"

	"github.com/labstack/echo/v4"

	"assent/server/internal/consent"
	"assent/server/internal/experiment"
	"assent/server/internal/region"
	"assent/server/internal/site"
	"assent/server/internal/snippetbuild"
	"assent/server/internal/transfer"
	"assent/snippet"
)

const (
	// fresh lets browsers use the script for five minutes, and stale a day longer while they fetch the next one.
	fresh, staleFor = 5 * time.Minute, 24 * time.Hour
	// Whose caches may keep it. Personal is the visitor's browser alone: no shared cache can tell visitors apart, the header
	// with their country is added behind it, and the address of who asks is no part of the request.
	shared, personal = "public", "private"
	// pinned never changes: its address is its hash.
	pinned = "public, max-age=31536000, immutable"

	scriptType = "text/javascript; charset=utf-8"
	cdnCaching = "CDN-Cache-Control"
)

// scripts serves the sites' scripts.
type scripts struct {
	library *snippetbuild.Library
	catalog *site.Catalog
	limits  *limits
	regions Regions

	adequate transfer.List // What services are suspended by.
	now      func() time.Time
}

// Regions tell by whose rules visitors are asked.
type Regions struct {
	Rules   region.Rules
	Locator *region.Locator // nil where nothing tells where visitors are: the strictest rules hold for all.
}

// of returns the rules at the place that a request comes from.
func (r Regions) of(c echo.Context) snippetbuild.Rules {
	place := r.Locator.Place(c.Request(), c.RealIP())
	return snippetbuild.Rules{Regime: r.Rules.Regime(place), Age: r.Rules.Age(place)}
}

// country returns the code of the country that a request comes from, or nothing where nobody tells.
func (r Regions) country(c echo.Context) string {
	if r.Locator == nil {
		return ""
	}
	country, _, _ := strings.Cut(string(r.Locator.Place(c.Request(), c.RealIP())), "-")
	return country
}

// keepApart says in the answer what it depends on, and to CDNs that look at neither that nor `private` that they are not
// to keep it (RFC 9213): one visitor's rules must not become another's.
func (r Regions) keepApart(header http.Header) {
	for _, name := range r.Locator.Headers() {
		header.Add(echo.HeaderVary, name)
	}
	header.Set(cdnCaching, "no-store")
}

// moving is the caching of what changes. Nothing is used after its end, which is when a service will be suspended.
func moving(whose string, end time.Duration) string {
	used := min(fresh, end)
	return fmt.Sprintf("%s, max-age=%d, stale-while-revalidate=%d", whose, int(used.Seconds()), int(min(staleFor, end-used).Seconds()))
}

// moving answers /s/{site}.js.
func (s *scripts) moving(c echo.Context) error {
	id, ok := strings.CutSuffix(c.Param("file"), ".js")
	if !ok {
		return echo.ErrNotFound
	}
	whose := shared
	arm, isDrawn := s.arm(c, id)
	if isDrawn {
		whose = personal
	}
	// What is asked before the script is built is never later than what that says.
	end, endErr := s.untilNextEnd(c.Request().Context(), id, arm)
	script, err := s.library.Shown(c.Request().Context(), id, arm, func() snippetbuild.Rules {
		if s.regions.Locator == nil {
			return snippetbuild.StrictestRules()
		}
		whose = personal
		s.regions.keepApart(c.Response().Header())
		return s.regions.of(c)
	})
	if errors.Is(err, consent.ErrNotFound) {
		return errUnknownSite
	}
	if err := cmp.Or(err, endErr); err != nil {
		return err
	}
	return serveScript(c, script, moving(whose, end))
}

// untilNextEnd is for how long no further service of a site will be suspended, as far as that is known.
func (s *scripts) untilNextEnd(ctx context.Context, id string, arm int) (time.Duration, error) {
	_, notice, err := s.catalog.Arm(ctx, id, arm)
	if err != nil {
		return 0, err
	}
	now := s.now()
	if end, ends := s.adequate.NextEnd(notice, now); ends {
		return end.Sub(now), nil
	}
	return fresh + staleFor, nil
}

// arm draws which notice of a running experiment the visitor is shown. While one runs no shared cache may keep the answer,
// or everybody behind it would be in one arm. Without one nothing is asked of the visitor and nothing changes.
func (s *scripts) arm(c echo.Context, id string) (arm int, isDrawn bool) {
	found, err := s.catalog.Site(id)
	if err != nil {
		return site.Control, false
	}
	e, runs := site.Running(found)
	if !runs {
		return site.Control, false
	}
	header := c.Response().Header()
	header.Add(echo.HeaderVary, "User-Agent")
	header.Set(cdnCaching, "no-store")
	s.limits.tellUnnamed(c, "no experiment shows its variants: requests come through a proxy; name its network with --trusted-proxy")
	return experiment.Draw(e, c.RealIP(), c.Request().UserAgent()), true
}

// pinned answers /s/{site}/{hash}.js: the same to everybody, whatever experiment runs.
func (s *scripts) pinned(c echo.Context) error {
	hash, ok := strings.CutSuffix(c.Param("file"), ".js")
	if !ok {
		return echo.ErrNotFound
	}
	script, err := s.library.Pinned(c.Request().Context(), c.Param("site"), hash)
	if err != nil {
		return err
	}
	return serveScript(c, script, pinned)
}

// further answers /s/{site}/{hash}/{file}: LANGUAGE.json, the texts of a language that is not inside the script, and
// PART.js, code that is fetched when it is needed.
func (s *scripts) further(c echo.Context) error {
	script, err := s.library.Pinned(c.Request().Context(), c.Param("site"), c.Param("hash"))
	if err != nil {
		return err
	}
	name, extension, _ := strings.Cut(c.Param("file"), ".")
	if texts, ok := script.Languages[name]; ok && extension == "json" {
		return newAsset("application/json", texts, nil, nil).serve(crossOrigin(c, pinned))
	}
	if part, ok := script.Parts[name]; ok && extension == "js" {
		return newAsset(scriptType, part.Identity, part.Brotli, part.Gzip).serve(crossOrigin(c, pinned))
	}
	return echo.ErrNotFound
}

// declarations answers /assent.d.ts: the types of the script's API.
func declarations(c echo.Context) error {
	return newAsset("application/typescript; charset=utf-8", snippet.Declarations(), nil, nil).serve(crossOrigin(c, moving(shared, fresh+staleFor)))
}

func serveScript(c echo.Context, script snippetbuild.Script, caching string) error {
	a := asset{contentType: scriptType, tag: script.Hash, plain: script.Identity, brotli: script.Brotli, gzip: script.Gzip}
	return a.serve(crossOrigin(c, caching))
}

// crossOrigin lets every page load the answer, with SRI (which needs CORS) and under COEP too.
func crossOrigin(c echo.Context, caching string) echo.Context {
	header := c.Response().Header()
	header.Set(echo.HeaderAccessControlAllowOrigin, "*")
	header.Set("Cross-Origin-Resource-Policy", "cross-origin")
	header.Set("Timing-Allow-Origin", "*")
	header.Set(echo.HeaderCacheControl, caching)
	return c
}
