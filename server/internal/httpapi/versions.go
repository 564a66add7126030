package httpapi

import (
	"bytes"
	"context"
	"crypto/rand"
	"errors"
	"net/http"
	"net/url"
	"slices"

	"github.com/labstack/echo/v4"
	"golang.org/x/text/language"

	"assent/schemas"
	"assent/server/internal/consent"
	"assent/server/internal/integration"
	"assent/server/internal/noticepage"
	"assent/server/internal/site"
)

// versions shows everybody what sites asked when. Their addresses do not change.
type versions struct {
	publisher site.Publisher
	catalog   *site.Catalog
	desk      integration.Desk
}

// away leads to the address from which the versions' own are told.
func (v *versions) away(c echo.Context) error {
	return c.Redirect(http.StatusFound, url.PathEscape(c.Param("site"))+"/")
}

// list shows all versions of a site's notice, and the announced one.
func (v *versions) list(c echo.Context) error {
	return v.show(c, func(ctx context.Context, page noticepage.Page, s schemas.Site, text *bytes.Buffer) error {
		all, upcoming, err := v.of(ctx, s)
		if err != nil {
			return err
		}
		return page.WriteList(text, all, upcoming)
	})
}

// one shows one version.
func (v *versions) one(c echo.Context) error {
	return v.show(c, func(ctx context.Context, page noticepage.Page, s schemas.Site, text *bytes.Buffer) error {
		all, upcoming, err := v.of(ctx, s)
		if err != nil {
			return err
		}
		if upcoming != nil {
			all = append(all, *upcoming)
		}
		i := slices.IndexFunc(all, func(one noticepage.Version) bool { return one.ID == c.Param("notice") })
		if i < 0 {
			return consent.ErrNotFound
		}
		return page.WriteVersion(text, all[i])
	})
}

// show answers a page, or that there is none.
func (v *versions) show(c echo.Context, write func(context.Context, noticepage.Page, schemas.Site, *bytes.Buffer) error) error {
	wanted, _, err := language.ParseAcceptLanguage(c.Request().Header.Get("Accept-Language"))
	if err != nil {
		wanted = nil // Nothing that can be understood is wanted.
	}
	page := noticepage.Page{Nonce: rand.Text(), Wanted: wanted}
	header := c.Response().Header()
	header.Set(echo.HeaderContentSecurityPolicy, "default-src 'none'; style-src 'nonce-"+page.Nonce+"'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'")
	header.Set(echo.HeaderCacheControl, "public, max-age=60")
	header.Add(echo.HeaderVary, "Accept-Language")
	var text bytes.Buffer
	status := http.StatusOK
	found, err := v.catalog.Site(c.Param("site"))
	if err == nil {
		page.Site = found.Name
		err = write(c.Request().Context(), page, found, &text)
	}
	if errors.Is(err, consent.ErrNotFound) {
		header.Set(echo.HeaderCacheControl, "no-store")
		text.Reset()
		status, err = http.StatusNotFound, page.WriteMissing(&text)
	}
	if err != nil {
		return err
	}
	return c.HTMLBlob(status, text.Bytes())
}

// of returns the versions of a site's notice, oldest first, and the announced one or nil.
func (v *versions) of(ctx context.Context, s schemas.Site) (all []noticepage.Version, upcoming *noticepage.Version, err error) {
	published, err := v.publisher.Publications(ctx, s)
	if err != nil {
		return nil, nil, err
	}
	for _, one := range published {
		next, err := v.version(ctx, s.ID, all, noticepage.Version{ID: one.Notice, At: one.At, Summary: one.Summary})
		if err != nil {
			return nil, nil, err
		}
		all = append(all, next)
	}
	if announced := s.Announcement; announced.Notice != "" {
		next, err := v.version(ctx, s.ID, all, noticepage.Version{ID: announced.Notice, At: announced.At, Summary: announced.Summary})
		if err != nil {
			return nil, nil, err
		}
		upcoming = &next
	}
	return all, upcoming, v.share(ctx, s.ID, &all[len(all)-1], upcoming)
}

// share adds what integrations tell services of visitors now. What they told while an earlier version held is not known.
func (v *versions) share(ctx context.Context, siteID string, current, upcoming *noticepage.Version) error {
	shared, err := v.desk.Shared(ctx, siteID)
	current.Shared = shared
	if upcoming != nil {
		upcoming.Shared = shared
	}
	return err
}

// version completes a version that follows others.
func (v *versions) version(ctx context.Context, siteID string, before []noticepage.Version, next noticepage.Version) (noticepage.Version, error) {
	notice, err := v.catalog.Notice(ctx, siteID, next.ID)
	if err != nil {
		return next, err
	}
	next.Notice = *notice
	if len(before) > 0 {
		next.Touched, err = site.Touched(before[len(before)-1].Notice, next.Notice)
	}
	return next, err
}
