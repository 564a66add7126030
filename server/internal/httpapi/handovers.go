package httpapi

import (
	"bytes"
	"crypto/rand"
	"errors"
	"net/http"
	"net/url"

	"github.com/labstack/echo/v4"
	"golang.org/x/text/language"

	"assent/schemas"
	"assent/server/internal/consent"
	"assent/server/internal/handover"
	"assent/server/internal/rightspage"
	"assent/server/internal/site"
)

var errNoHandover = newProblem(http.StatusForbidden, "no-handover", "The visit has ended",
	"Open the page again from the privacy settings of the site: its address is good once, and the page for a quarter of an hour.")

// handovers let visitors use their rights on a page of this server, although the secret stays with the site's own pages.
type handovers struct {
	desk     handover.Desk
	requests *requestDesk
	catalog  *site.Catalog
}

// begin gives the browser whose secret it is what it goes to the page with.
func (h *handovers) begin(c echo.Context) error {
	var order schemas.Handover
	if err := readJSON(c, &order); err != nil {
		return err
	}
	if !consent.IsSecret(order.Secret) {
		return badSecret()
	}
	token, err := h.desk.Begin(c.Request().Context(), c.Param("site"), consent.Subject(c.Param("site"), order.Secret))
	if err != nil {
		return err
	}
	c.Response().Header().Set(echo.HeaderCacheControl, "no-store")
	return c.JSON(http.StatusOK, schemas.HandoverToken{Token: token})
}

// take gives the page what it acts with.
func (h *handovers) take(c echo.Context) error {
	var order schemas.HandoverToken
	if err := readJSON(c, &order); err != nil {
		return err
	}
	pass, err := h.desk.Take(c.Request().Context(), c.Param("site"), order.Token)
	if err != nil {
		return handoverProblem(err)
	}
	c.Response().Header().Set(echo.HeaderCacheControl, "no-store")
	return c.JSON(http.StatusOK, schemas.HandoverPass{Pass: pass})
}

// request takes what the visitor asks for on the page.
func (h *handovers) request(c echo.Context) error {
	var order schemas.HandedRequest
	if err := readJSON(c, &order); err != nil {
		return err
	}
	if faults := kindFaults(order.Kind, order.About); len(faults) > 0 {
		return &consent.InvalidError{Faults: faults}
	}
	subject, err := h.desk.Subject(c.Request().Context(), c.Param("site"), order.Pass)
	if err != nil {
		return handoverProblem(err)
	}
	return h.requests.take(c, subject, order.Kind, order.About)
}

func handoverProblem(err error) error {
	if errors.Is(err, handover.ErrInvalid) {
		return errNoHandover
	}
	return err
}

// away leads to the address from which the page tells others.
func (h *handovers) away(c echo.Context) error {
	return c.Redirect(http.StatusFound, url.PathEscape(c.Param("site"))+"/")
}

// page is the same for everybody: what it is opened with stays behind the # of its address.
func (h *handovers) page(c echo.Context) error {
	found, err := h.catalog.Site(c.Param("site"))
	if errors.Is(err, consent.ErrNotFound) {
		return errUnknownSite
	}
	if err != nil {
		return err
	}
	wanted, _, err := language.ParseAcceptLanguage(c.Request().Header.Get("Accept-Language"))
	if err != nil {
		wanted = nil // Nothing that can be understood is wanted.
	}
	nonce := rand.Text()
	header := c.Response().Header()
	header.Set(echo.HeaderContentSecurityPolicy, "default-src 'none'; script-src 'nonce-"+nonce+"'; style-src 'nonce-"+nonce+"'; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'")
	header.Set(echo.HeaderCacheControl, "no-store")
	header.Set("X-Robots-Tag", "noindex, nofollow")
	header.Add(echo.HeaderVary, "Accept-Language")
	var text bytes.Buffer
	if err := (rightspage.Page{Site: found.ID, Name: found.Name, Nonce: nonce, Wanted: wanted}).Write(&text); err != nil {
		return err
	}
	return c.HTMLBlob(http.StatusOK, text.Bytes())
}
