package httpapi

import (
	"context"
	"errors"
	"log/slog"
	"net/http"
	"time"

	"github.com/labstack/echo/v4"

	"assent/schemas"
	"assent/server/internal/consent"
	"assent/server/internal/exposure"
	"assent/server/internal/ratelimit"
	"assent/server/internal/recording"
	"assent/server/internal/site"
	"assent/server/internal/transfer"
	"assent/server/internal/useragent"
)

var (
	errUnknownSite = newProblem(http.StatusNotFound, "unknown-site", "Unknown site",
		"No site has this id. Check the address of the script, or add the site with: assent site add")
	errForeignOrigin = newProblem(http.StatusForbidden, "foreign-origin", "Origin not allowed",
		"The page's origin is not on the site's list. If the page is yours, add it with its scheme and port: assent site set SITE --origin https://shop.example")
	errDemoSite = newProblem(http.StatusForbidden, "demo-site", "The site is demo data",
		"Nothing that visitors decide gets among what is made up. Add a site of your own: assent site add")
	errPending = newProblem(http.StatusNotFound, "pending", "No choice yet",
		"This subject has no choice that is still valid: treat it as pending, which is not a refusal.")
)

// visitors answers what the script and the sites' own servers ask.
type visitors struct {
	catalog  *site.Catalog
	recorder *recording.Recorder
	journal  recording.Journal
	limits   *limits
	signer   *exposure.Signer
	regions  Regions
	adequate transfer.List // What services are suspended by.
	metrics  *Metrics
	now      func() time.Time
	log      *slog.Logger
	foreign  sampler
}

// fromSite lets only pages of the site pass. It goes first, so that a stranger's body is never read.
func (v *visitors) fromSite(next echo.HandlerFunc) echo.HandlerFunc {
	return func(c echo.Context) error {
		origin, err := v.admit(c)
		if err != nil {
			return err
		}
		header := c.Response().Header()
		header.Set(echo.HeaderAccessControlAllowOrigin, origin)
		if isSameSite(c.Request(), origin) {
			// Such pages may have to send credentials to be given the cookie; nothing here reads any.
			header.Set(echo.HeaderAccessControlAllowCredentials, "true")
		}
		header.Set(echo.HeaderAccessControlExposeHeaders, echo.HeaderRetryAfter)
		return next(c)
	}
}

// admit returns the origin of a page of the site. The origin is enforced here, because CORS headers alone only keep a
// page from reading the answer, not from recording.
func (v *visitors) admit(c echo.Context) (string, error) {
	c.Response().Header().Add(echo.HeaderVary, echo.HeaderOrigin)
	found, err := v.catalog.Site(c.Param("site"))
	if errors.Is(err, consent.ErrNotFound) {
		return "", errUnknownSite
	}
	if err != nil {
		return "", err
	}
	if found.Demo {
		return "", errDemoSite
	}
	origin := c.Request().Header.Get(echo.HeaderOrigin)
	if !site.Origins(found.Origins).Allow(origin) {
		// An owner who forgot an origin sees nothing else: browsers keep the answer from the page.
		if others, ok := v.foreign.take(time.Now()); ok {
			v.log.WarnContext(c.Request().Context(), "origin refused; add it with: assent site set", "site", found.ID, "origin", origin[:min(len(origin), 200)], "others", others)
		}
		return "", errForeignOrigin
	}
	return origin, nil
}

// preflight answers what browsers ask before they post JSON to another origin.
func (v *visitors) preflight(c echo.Context) error {
	header := c.Response().Header()
	header.Set(echo.HeaderAccessControlAllowMethods, http.MethodPost)
	header.Set(echo.HeaderAccessControlAllowHeaders, echo.HeaderContentType)
	header.Set(echo.HeaderAccessControlMaxAge, "7200") // The most that Chromium honours.
	return c.NoContent(http.StatusNoContent)
}

// record answers 201 when the decision is durable, and 200 with the same body when its id was recorded before.
func (v *visitors) record(c echo.Context) error {
	network := v.limits.networkOf(c)
	if err := v.limits.anyDecision(c, network); err != nil {
		return err
	}
	body, err := readBody(c)
	if err != nil {
		return err
	}
	decision, err := consent.Decode(body)
	if err != nil {
		return malformed(err)
	}
	kind := ratelimit.Refusal
	if consent.Grants(decision) {
		kind = ratelimit.Grant
	}
	if err := v.limits.take(c, network, kind); err != nil {
		return err
	}
	ctx := c.Request().Context()
	record, err := v.decide(ctx, c, decision)
	if err != nil {
		return err
	}
	outcome, err := v.recorder.Record(ctx, record)
	v.metrics.recorded(record, outcome, err)
	if err != nil {
		return err
	}
	record.RecordedAt = outcome.RecordedAt
	if err := v.giveCookie(c, record); err != nil {
		// The decision is recorded, and the script has written the cookie itself.
		v.log.WarnContext(ctx, "cookie not set", "site", record.Site, "error", err)
	}
	status := http.StatusCreated
	if outcome.Duplicate {
		status = http.StatusOK
	}
	c.Response().Header().Set(echo.HeaderCacheControl, "no-store")
	return c.JSONBlob(status, appendRecorded(make([]byte, 0, 512), schemas.Recorded{
		ID: record.ID.String(), Subject: record.Subject, RecordedAt: record.RecordedAt.UTC(),
		Receipt: "/v1/receipts/" + record.ID.String(), Choice: record.Choice(),
	}))
}

// malformed is 400 rather than 422: the body alone is enough to see what is wrong with it.
func malformed(err error) error {
	var invalid *consent.InvalidError
	if !errors.As(err, &invalid) {
		return err
	}
	return newProblem(http.StatusBadRequest, "malformed", "The decision cannot be read", invalid.Error(), invalid.Faults...)
}

func (v *visitors) decide(ctx context.Context, c echo.Context, decision schemas.Decision) (consent.Record, error) {
	siteID := c.Param("site")
	notice, err := v.catalog.Notice(ctx, siteID, decision.Notice)
	if err != nil && !errors.Is(err, consent.ErrNotFound) {
		return consent.Record{}, err
	}
	agent := c.Request().UserAgent()
	known := consent.Circumstances{Site: siteID, Origin: c.Request().Header.Get(echo.HeaderOrigin), Notice: notice,
		Now: v.now(), GPCHeader: hasGPC(c.Request().Header), Bot: useragent.IsBot(agent), Country: v.regions.country(c)}
	known.Seen, known.Waited = v.signer.Seen(ctx, decision.Shown, siteID, decision.Notice)
	known.Device, known.Browser = useragent.Describe(agent)
	if notice != nil {
		known.Suspended = v.adequate.Suspended(*notice, known.Now)
	} else if _, known.Current, err = v.catalog.Current(ctx, siteID); err != nil {
		return consent.Record{}, err
	}
	return consent.Decide(decision, known)
}

// hasGPC reads Sec-GPC: exactly "1" counts, in any of several headers (W3C GPC, 3.4).
func hasGPC(header http.Header) bool {
	for _, value := range header.Values("Sec-GPC") {
		if value == "1" {
			return true
		}
	}
	return false
}

// current answers a subject's choice to the site's own server, with a no to what is suspended. Who knows the subject may read its choice and nothing
// else; changing it takes the secret.
func (v *visitors) current(c echo.Context) error {
	if _, err := v.catalog.Site(c.Param("site")); err != nil {
		return errUnknownSite
	}
	current, err := v.journal.Current(c.Request().Context(), c.Param("site"), c.Param("subject"))
	if errors.Is(err, consent.ErrNotFound) || err == nil && !v.now().Before(current.Choice.ExpiresAt) {
		return errPending
	}
	if err != nil {
		return err
	}
	_, notice, err := v.catalog.Current(c.Request().Context(), c.Param("site"))
	if err != nil {
		return err
	}
	current.Choice = consent.Withhold(current.Choice, notice, v.adequate.Suspended(notice, v.now()))
	return answerRevisable(c, appendCurrent(make([]byte, 0, 512), current))
}
