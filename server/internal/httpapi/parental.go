package httpapi

import (
	"bytes"
	"cmp"
	"crypto/rand"
	"errors"
	"net/http"
	"slices"
	"strings"

	"github.com/labstack/echo/v4"
	"golang.org/x/text/language"

	"assent/schemas"
	"assent/server/internal/catalogue"
	"assent/server/internal/consent"
	"assent/server/internal/parental"
	"assent/server/internal/parentpage"
	"assent/server/internal/site"
)

var (
	errNoMail = newProblem(http.StatusServiceUnavailable, "no-mail", "The server writes to nobody",
		"No server for mail is set; see --smtp. A child can ask no parent here.")
	errAsksNoAge = newProblem(http.StatusNotFound, "no-age", "The site asks nobody for their age", "Load the page again: its notice has changed.")
	errEarly     = newProblem(http.StatusTooManyRequests, "early", "A parent was written to a moment ago", "Wait for ten minutes, or until tomorrow after three messages.")
	errNoLink    = newProblem(http.StatusNotFound, "no-link", "The link is none, or no longer", "The child can ask again.")
)

// parents let parents decide for children who asked for it.
type parents struct {
	keeper  *parental.Keeper
	catalog *site.Catalog
}

// ask has a parent written to. The answer says nothing of whether that was necessary.
func (p *parents) ask(c echo.Context) error {
	var asked schemas.Parental
	if err := readJSON(c, &asked); err != nil {
		return err
	}
	if !consent.IsSecret(asked.Secret) {
		return badSecret()
	}
	if faults := append(consent.SettingFaults(asked.Locale, asked.Page, ""), emailFaults(asked.Email)...); len(faults) > 0 {
		return &consent.InvalidError{Faults: faults}
	}
	id := c.Param("site")
	asked.Page = consent.PageOf(asked.Page, c.Request().Header.Get(echo.HeaderOrigin))
	notice, err := p.catalog.Notice(c.Request().Context(), id, asked.Notice)
	if errors.Is(err, consent.ErrNotFound) || err == nil && !notice.AgeQuestion {
		return errAsksNoAge
	}
	if err != nil {
		return err
	}
	switch err := p.keeper.Ask(c.Request().Context(), id, consent.Subject(id, asked.Secret), asked); {
	case errors.Is(err, parental.ErrNoMail):
		return errNoMail
	case errors.Is(err, parental.ErrEarly):
		c.Response().Header().Set(echo.HeaderRetryAfter, "600")
		return errEarly
	case err != nil:
		return err
	}
	return c.NoContent(http.StatusAccepted)
}

// emailFaults finds an address that is none, before a message to it is tried.
func emailFaults(email string) []schemas.Fault {
	name, host, ok := strings.Cut(email, "@")
	if ok && name != "" && strings.Contains(host, ".") && len(email) <= 254 && !strings.ContainsAny(email, " \t\r\n<>\",;:") && !strings.Contains(host, "@") {
		return nil
	}
	return []schemas.Fault{{Pointer: "/email", Detail: "is no e-mail address"}}
}

// answer tells a child's browser what was decided.
func (p *parents) answer(c echo.Context) error {
	var asked schemas.ParentalCheck
	if err := readJSON(c, &asked); err != nil {
		return err
	}
	if !consent.IsSecret(asked.Secret) {
		return badSecret()
	}
	answer, err := p.keeper.Answer(c.Request().Context(), c.Param("site"), consent.Subject(c.Param("site"), asked.Secret))
	if err != nil {
		return err
	}
	c.Response().Header().Set(echo.HeaderCacheControl, "no-store")
	return c.JSON(http.StatusOK, answer)
}

// page is the same for everybody: whose it is stands in the fragment, which browsers send to nobody.
func (p *parents) page(c echo.Context) error {
	wanted, _, err := language.ParseAcceptLanguage(c.Request().Header.Get("Accept-Language"))
	if err != nil {
		wanted = nil // Nothing that can be understood is wanted.
	}
	nonce := rand.Text()
	header := c.Response().Header()
	header.Set(echo.HeaderContentSecurityPolicy, "default-src 'none'; style-src 'nonce-"+nonce+"'; script-src 'nonce-"+nonce+"'; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'")
	header.Set(echo.HeaderCacheControl, "no-store")
	header.Set("X-Robots-Tag", "noindex, nofollow")
	header.Add(echo.HeaderVary, "Accept-Language")
	var text bytes.Buffer
	if err := parentpage.Write(&text, nonce, wanted); err != nil {
		return err
	}
	return c.HTMLBlob(http.StatusOK, text.Bytes())
}

func (p *parents) visit(c echo.Context) error {
	var link schemas.ParentalLink
	if err := readJSON(c, &link); err != nil {
		return err
	}
	return p.show(c, link)
}

func (p *parents) show(c echo.Context, link schemas.ParentalLink) error {
	visit, err := p.keeper.Open(c.Request().Context(), link.Site, link.Subject, link.Token)
	if err != nil {
		return linkProblem(err)
	}
	c.Response().Header().Set(echo.HeaderCacheControl, "no-store")
	return c.JSON(http.StatusOK, shownTo(visit))
}

func (p *parents) decide(c echo.Context) error {
	var order schemas.ParentalDecision
	if err := readJSON(c, &order); err != nil {
		return err
	}
	if err := p.keeper.Decide(c.Request().Context(), order.Site, order.Subject, order.Token, order.Granted); err != nil {
		return linkProblem(err)
	}
	return p.show(c, schemas.ParentalLink{Site: order.Site, Subject: order.Subject, Token: order.Token})
}

func (p *parents) erase(c echo.Context) error {
	var link schemas.ParentalLink
	if err := readJSON(c, &link); err != nil {
		return err
	}
	done, err := p.keeper.Erase(c.Request().Context(), link.Site, link.Subject, link.Token)
	if err != nil {
		return linkProblem(err)
	}
	c.Response().Header().Set(echo.HeaderCacheControl, "no-store")
	return c.JSON(http.StatusOK, schemas.Erasure{Reference: done.Reference, At: done.At, Decisions: done.Decisions, Receipts: append([]string{}, done.Receipts...)})
}

func linkProblem(err error) error {
	if errors.Is(err, parental.ErrLink) {
		return errNoLink
	}
	return err
}

// shownTo is the notice in the language in which the child read it.
func shownTo(visit parental.Visit) schemas.ParentalVisit {
	n := visit.Notice
	tag := n.Languages[0]
	if slices.Contains(n.Languages, visit.Locale) {
		tag = visit.Locale
	}
	say := func(key string) string { return n.Texts[tag][key] }
	shown := schemas.ParentalVisit{Name: visit.Site.Name, Page: visit.Page, Purposes: []schemas.ParentalPurpose{}}
	if visit.Current != nil {
		shown.Current = *visit.Current
	}
	for _, p := range n.Purposes {
		if p.ID == consent.Essential {
			continue
		}
		purpose := schemas.ParentalPurpose{ID: p.ID, Title: cmp.Or(say("purpose."+p.ID+".title"), p.ID), Text: say("purpose." + p.ID + ".text"), Services: []schemas.ParentalService{}}
		for _, s := range n.Services {
			if s.Purpose != p.ID {
				continue
			}
			s = catalogue.Fill(s, n.Purposes)
			purpose.Services = append(purpose.Services, schemas.ParentalService{ID: s.ID, Name: cmp.Or(s.Name, s.ID), Provider: s.Provider, Country: s.Country,
				Aim: cmp.Or(say("service."+s.ID+".text"), say("kind."+s.Kind))})
		}
		shown.Purposes = append(shown.Purposes, purpose)
	}
	return shown
}
