package httpapi

import (
	"errors"
	"net/http"
	"net/url"

	"github.com/labstack/echo/v4"
	"golang.org/x/net/publicsuffix"

	"assent/schemas"
	"assent/server/internal/consent"
	"assent/server/internal/site"
)

// giveCookie sets the visitor's choice as the script writes it, where browsers take a cookie from this server as the
// page's own. Safari keeps such a one for as long as it says, and what a script wrote for seven days. Only the journal's
// current choice is set: a late retry must not bring an older one back.
func (v *visitors) giveCookie(c echo.Context, r consent.Record) error {
	if !isFromSameSite(c.Request().Header, true) {
		return nil // Whatever the notice shares: most pages are of another site, and nothing has to be looked up for them.
	}
	page, err := url.Parse(c.Request().Header.Get(echo.HeaderOrigin))
	if err != nil {
		return err
	}
	ctx := c.Request().Context()
	notice, err := v.catalog.Notice(ctx, r.Site, r.Notice)
	if errors.Is(err, consent.ErrNotFound) {
		return nil
	}
	if err != nil {
		return err
	}
	isShared := site.SharesCookie(*notice, page.Hostname())
	if !isFromSameSite(c.Request().Header, isShared) {
		return nil
	}
	current, err := v.journal.Current(ctx, r.Site, r.Subject)
	if err != nil || !current.RecordedAt.Equal(r.RecordedAt) {
		return err
	}
	value, ok, err := consent.Cookie(r, *notice)
	if !ok || err != nil {
		return err
	}
	c.SetCookie(&http.Cookie{
		Name: consent.CookieName, Value: value, Path: "/", Domain: domainOf(*notice, isShared), SameSite: http.SameSiteLaxMode,
		Secure: page.Scheme == "https", MaxAge: max(int(r.ExpiresAt().Sub(v.now()).Seconds()), 1),
	})
	return nil
}

// isFromSameSite reports whether the browser vouches that page and server share their host, or the domain that the
// notice shares the choice among.
func isFromSameSite(header http.Header, isShared bool) bool {
	from := header.Get("Sec-Fetch-Site")
	return from == "same-origin" || from == "same-site" && isShared
}

// isSameSite reports whether the page and this server are of one site: the browser says so, or, where it says nothing,
// their names do.
func isSameSite(r *http.Request, origin string) bool {
	if from := r.Header.Get("Sec-Fetch-Site"); from != "" {
		return from == "same-origin" || from == "same-site"
	}
	page, err := url.Parse(origin)
	if err != nil {
		return false
	}
	own, err := publicsuffix.EffectiveTLDPlusOne((&url.URL{Host: r.Host}).Hostname())
	if err != nil {
		return false
	}
	other, err := publicsuffix.EffectiveTLDPlusOne(page.Hostname())
	return err == nil && own == other
}

func domainOf(n schemas.Notice, isShared bool) string {
	if isShared {
		return n.CookieDomain
	}
	return ""
}
