package httpapi

import (
	"fmt"
	"net/http"

	"github.com/labstack/echo/v4"

	"assent/schemas"
	"assent/server/internal/reporting"
	"assent/server/internal/site"
	"assent/server/internal/snippetbuild"
)

// sites makes sites, changes them, and tells what goes into their pages.
type sites struct {
	publisher site.Publisher
	catalog   *site.Catalog
	library   *snippetbuild.Library
	query     reporting.Query
	presence  *presence
	policies  *policies // Knows this server's own address.
}

// create makes a site with the default notice.
func (s *sites) create(c echo.Context) error {
	var body schemas.SiteChange
	if err := readJSON(c, &body); err != nil {
		return err
	}
	added, err := s.publisher.Add(c.Request().Context(), site.New{Name: body.Name, Origins: body.Origins, TimeZone: body.TimeZone, By: userOf(c).Email})
	if err != nil {
		return err
	}
	return s.answer(c, http.StatusCreated, added)
}

// change gives a site another name, other origins or another time zone, or more time to announce changes.
func (s *sites) change(c echo.Context) error {
	var body schemas.SiteChange
	if err := readJSON(c, &body); err != nil {
		return err
	}
	changed, err := s.publisher.Change(c.Request().Context(), c.Param("site"),
		site.Change{Name: body.Name, Origins: body.Origins, TimeZone: body.TimeZone, Announce: body.AnnounceDays, By: userOf(c).Email})
	if err != nil {
		return stale(err)
	}
	return s.answer(c, http.StatusOK, changed)
}

// answer makes this server know what was stored before it says so: the next request may need it. Others follow.
func (s *sites) answer(c echo.Context, status int, stored schemas.Site) error {
	if err := s.catalog.Refresh(c.Request().Context()); err != nil {
		return err
	}
	return c.JSON(status, stored)
}

// embedding answers what goes into a site's pages.
func (s *sites) embedding(c echo.Context) error {
	ctx, id := c.Request().Context(), c.Param("site")
	noticeID, notice, err := s.catalog.Current(ctx, id)
	if err != nil {
		return err
	}
	base, err := ownOrigin(c, s.policies.publicURL)
	if err != nil {
		return err
	}
	script, err := s.library.Current(ctx, id, snippetbuild.StrictestRules)
	if err != nil {
		return err
	}
	stub, err := snippetbuild.MakeStub(snippetbuild.Input{Site: id, Notice: notice, NoticeID: noticeID})
	if err != nil {
		return err
	}
	return c.JSON(http.StatusOK, schemas.Embedding{
		Moving:        fmt.Sprintf(`<script async src="%s/s/%s.js"></script>`, base, id),
		Pinned:        fmt.Sprintf(`<script async src="%s/s/%s/%s.js" integrity="%s" crossorigin="anonymous"></script>`, base, id, script.Hash, script.SRI),
		FollowsRegion: snippetbuild.FollowsRegion(notice),
		Stub:          "<script>" + stub.Text + "</script>",
		Policy:        []string{"script-src " + base, "connect-src " + base},
		StubPolicy:    fmt.Sprintf("script-src '%s'", stub.CSP),
	})
}

// alive answers what tells that the script runs on a site's pages. Nothing of the owner's is fetched: an address that
// somebody typed must not make this server send requests into its own network.
func (s *sites) alive(c echo.Context) error {
	found, err := s.catalog.Site(c.Param("site"))
	if err != nil {
		return err
	}
	answer := s.presence.of(found.ID)
	last, err := s.query.Recent(c.Request().Context(), found.ID, 1)
	if err != nil {
		return err
	}
	if len(last) > 0 {
		answer.DecidedAt = last[0].RecordedAt
	}
	return c.JSON(http.StatusOK, answer)
}
