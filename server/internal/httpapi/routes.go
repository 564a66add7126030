// Package httpapi is the HTTP surface: every route, what each may be asked and by whom, and how an error is told.
package httpapi

import (
	"crypto/rand"
	"fmt"
	"io/fs"
	"log/slog"
	"net"
	"net/http"
	"sync/atomic"
	"time"

	"github.com/labstack/echo/v4"
	"github.com/labstack/echo/v4/middleware"
	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/promhttp"

	"assent/server/internal/account"
	"assent/server/internal/admintrail"
	"assent/server/internal/archive"
	"assent/server/internal/auditing"
	"assent/server/internal/daykey"
	"assent/server/internal/evidence"
	"assent/server/internal/exposure"
	"assent/server/internal/handover"
	"assent/server/internal/integration"
	"assent/server/internal/linking"
	"assent/server/internal/parental"
	"assent/server/internal/ratelimit"
	"assent/server/internal/recording"
	"assent/server/internal/reporting"
	"assent/server/internal/requests"
	"assent/server/internal/reviewing"
	"assent/server/internal/rights"
	"assent/server/internal/sighting"
	"assent/server/internal/singlesignon"
	"assent/server/internal/site"
	"assent/server/internal/snippetbuild"
	"assent/server/internal/transparency"
	"assent/server/internal/witnessing"
	demosite "assent/snippet/demo"
)

// Parts are what the server is wired from. All are needed but those that say otherwise.
type Parts struct {
	Catalog      *site.Catalog
	Publisher    site.Publisher
	Recorder     *recording.Recorder
	Journal      recording.Journal // Read only; decisions go through the Recorder.
	Query        reporting.Query
	Counts       reporting.Counts
	Ledger       auditing.Ledger
	Library      *snippetbuild.Library
	Editions     snippetbuild.Editions // Those that the library notes.
	Accounts     *account.Accounts
	SingleSignOn *singlesignon.Provider // nil for none.
	Sessions     *account.Sessions
	Trail        admintrail.Store
	Dashboard    fs.FS // Output of dashboard/build.
	Sightings    *sighting.Counter
	Sighted      sighting.Store // Read only; sightings go through the Counter.
	Dependencies []Dependency
	PublicURL    string // Origin of this server in visitors' browsers; empty for the one that a request came to.
	// TrustedProxies are the networks whose X-Forwarded-For is believed; from everybody else it is noise.
	TrustedProxies []*net.IPNet
	Regions        Regions
	Limiter        *ratelimit.Limiter // nil for none.
	Signer         *exposure.Signer
	Exposures      Exposures
	Keys           *daykey.Ring
	Signing        *evidence.Keyring
	// Transparency and Places are nil where no log of decisions is kept.
	Transparency *transparency.Log
	Places       transparency.Index
	Rows         transparency.Archive  // nil like Transparency.
	Recipients   witnessing.Recipients // Of the log's checkpoints.
	Witness      *witnessing.Witness   // Of other logs; nil for none.
	Integrations integration.Desk
	Links        *linking.Keeper
	Parents      *parental.Keeper
	Eraser       rights.Eraser
	Requests     *requests.Desk
	Retained     Retained
	Handovers    handover.Desk
	Reviews      reviewing.Desk
	Stopping     *atomic.Bool // Set when the server shuts down, so that /readyz takes it out of rotation.
	Metrics      *prometheus.Registry
	Log          *slog.Logger
	Now          func() time.Time
}

// requestTimeout bounds the work on one request; the store's own timeouts are shorter.
const requestTimeout = 10 * time.Second

// New returns the server's handler.
func New(p Parts) (http.Handler, error) {
	dashboard, err := newDashboard(p.Dashboard)
	if err != nil {
		return nil, fmt.Errorf("build routes: %w", err)
	}
	demo, err := newDemo(demosite.Page(), demosite.StandIn())
	if err != nil {
		return nil, fmt.Errorf("build routes: %w", err)
	}
	metrics := NewMetrics(p.Metrics)
	limits := newLimits(p.Limiter, p.Metrics, p.Log)
	visitors := &visitors{catalog: p.Catalog, recorder: p.Recorder, journal: p.Journal, limits: limits, signer: p.Signer, regions: p.Regions, adequate: p.Publisher.Adequate, metrics: metrics, now: p.Now, log: p.Log}
	admin := &admin{accounts: p.Accounts, sessions: p.Sessions, seals: account.NewSeals(p.Keys, p.Now, rand.Reader), catalog: p.Catalog, query: p.Query, rater: reporting.Rater{Counts: p.Counts, Query: p.Query, Notices: p.Catalog.Notice, LeftOut: p.Requests.LeftOut}, now: p.Now, log: p.Log}
	entrance := &singleSignOn{provider: p.SingleSignOn, admin: admin}
	admin.provider = entrance.label()
	trail := &trail{store: p.Trail, now: p.Now, log: p.Log}
	audits := &audits{ledger: p.Ledger, catalog: p.Catalog}
	exports := &exports{ledger: p.Ledger, desk: p.Requests, admin: admin, running: make(chan struct{}, exportsAtOnce), now: p.Now, log: p.Log}
	processings := &processings{publisher: p.Publisher, catalog: p.Catalog, reviews: p.Reviews, now: p.Now}
	suspensions := &suspensions{catalog: p.Catalog, adequate: p.Publisher.Adequate, now: p.Now}
	archives := &archives{exports: exports, processings: processings, source: archive.Source{Log: p.Transparency, Rows: p.Rows, Notices: p.Publisher.Archive, Scripts: p.Editions,
		Keys: p.Signing, Issuer: p.PublicURL, Known: p.Recipients.Latest, Restricted: p.Requests.Restricted}}
	policies := &policies{catalog: p.Catalog, publicURL: p.PublicURL, adequate: p.Publisher.Adequate, now: p.Now}
	passkeys := &passkeys{admin: admin, keys: account.NewPasskeys(p.Accounts, admin.seals), origin: func(c echo.Context) (string, error) { return ownOrigin(c, p.PublicURL) }}
	sightings := &sightings{counter: p.Sightings, store: p.Sighted, catalog: p.Catalog, now: p.Now}
	exposures := &exposures{Exposures: p.Exposures, catalog: p.Catalog, signer: p.Signer, regions: p.Regions, told: countExposures(p.Metrics), now: p.Now, log: p.Log}
	transcript := &transcript{log: p.Transparency, places: p.Places, query: p.Query, recipients: p.Recipients}
	witness := &witness{witness: p.Witness}
	receipts := &receipts{query: p.Query, catalog: p.Catalog, editions: p.Editions, keys: p.Signing, issuer: p.PublicURL}
	presence := &presence{now: p.Now}
	names := accountNames{keeper: p.Links}
	erasures := &erasures{eraser: p.Eraser, desk: p.Requests, ledger: p.Ledger, limits: limits, names: names}
	accountLinks := &accountLinks{keeper: p.Links, names: names, desk: p.Requests, visitors: visitors, publisher: p.Publisher, catalog: p.Catalog}
	parents := &parents{keeper: p.Parents, catalog: p.Catalog}
	requestDesk := &requestDesk{desk: p.Requests, erasures: erasures, processings: processings, limits: limits, now: p.Now}
	handovers := &handovers{desk: p.Handovers, requests: requestDesk, catalog: p.Catalog}
	reviews := &reviews{desk: p.Reviews, now: p.Now}
	retained := &retained{Retained: p.Retained, erasures: erasures, now: p.Now}
	due := &due{requests: p.Requests, reviews: p.Reviews}
	sites := &sites{publisher: p.Publisher, catalog: p.Catalog, library: p.Library, query: p.Query, presence: presence, policies: policies}
	notices := &notices{publisher: p.Publisher, catalog: p.Catalog}
	versions := &versions{publisher: p.Publisher, catalog: p.Catalog, desk: p.Integrations}
	integrations := &integrations{desk: p.Integrations, catalog: p.Catalog, tests: newPatience(p.Now)}
	links := newLinks(p)
	imports := &imports{catalog: p.Catalog, texts: p.Publisher.Texts, running: make(chan struct{}, importsAtOnce)}
	previews := &previews{publisher: p.Publisher, catalog: p.Catalog, library: p.Library, keys: p.Keys, now: p.Now, built: map[string]snippetbuild.Script{}}
	exhibits := &exhibits{receipts: receipts, previews: previews}
	scripts := &scripts{library: p.Library, catalog: p.Catalog, limits: limits, regions: p.Regions, adequate: p.Publisher.Adequate, now: p.Now}
	health := &health{dependencies: p.Dependencies, stopping: p.Stopping, log: p.Log}

	e := echo.New()
	e.HideBanner, e.HidePort = true, true
	e.HTTPErrorHandler = respond(p.Log)
	e.IPExtractor = addressOf(p.TrustedProxies)
	e.Use(metrics.count, recovered(p.Log), secured, bounded())

	read := []string{http.MethodGet, http.MethodHead}
	e.Match(read, "/s/:file", scripts.moving)
	e.Match(read, "/s/:site/:file", scripts.pinned)
	e.Match(read, "/s/:site/:hash/:file", scripts.further)
	e.GET("/assent.d.ts", declarations)

	e.POST("/v1/sites/:site/decisions", visitors.record, visitors.fromSite)
	e.OPTIONS("/v1/sites/:site/decisions", visitors.preflight, visitors.fromSite)
	e.POST("/v1/sites/:site/decisions/trial", visitors.try, fromAnywhere, limits.of(ratelimit.Notice))
	e.OPTIONS("/v1/sites/:site/decisions/trial", visitors.preflight, fromAnywhere)
	e.GET("/v1/sites/:site/subjects/:subject", visitors.current)
	e.POST("/v1/sites/:site/exposures", exposures.count, visitors.fromSite, presence.note, limits.of(ratelimit.Notice))
	e.OPTIONS("/v1/sites/:site/exposures", visitors.preflight, visitors.fromSite)
	e.POST("/v1/sites/:site/sightings", sightings.count, visitors.fromSite, presence.note, limits.of(ratelimit.Notice))
	e.OPTIONS("/v1/sites/:site/sightings", visitors.preflight, visitors.fromSite)
	e.POST("/v1/sites/:site/erasures", erasures.own, visitors.fromSite)
	e.OPTIONS("/v1/sites/:site/erasures", visitors.preflight, visitors.fromSite)
	e.POST("/v1/sites/:site/requests", requestDesk.own, visitors.fromSite)
	e.OPTIONS("/v1/sites/:site/requests", visitors.preflight, visitors.fromSite)
	e.POST("/v1/sites/:site/handovers", handovers.begin, visitors.fromSite, limits.of(ratelimit.Refusal))
	e.OPTIONS("/v1/sites/:site/handovers", visitors.preflight, visitors.fromSite)
	e.POST("/v1/sites/:site/handovers/pass", handovers.take, limits.of(ratelimit.Refusal))
	e.POST("/v1/sites/:site/handovers/requests", handovers.request, limits.of(ratelimit.Refusal))
	e.POST("/v1/sites/:site/links", accountLinks.link, visitors.fromSite, limits.of(ratelimit.Notice))
	e.OPTIONS("/v1/sites/:site/links", visitors.preflight, visitors.fromSite)
	e.POST("/v1/sites/:site/links/removal", accountLinks.unlink, visitors.fromSite, limits.of(ratelimit.Refusal))
	e.OPTIONS("/v1/sites/:site/links/removal", visitors.preflight, visitors.fromSite)
	e.POST("/v1/sites/:site/accounts/removal", accountLinks.unlinkAccount, limits.of(ratelimit.Refusal))
	e.POST("/v1/sites/:site/parental", parents.ask, visitors.fromSite, limits.of(ratelimit.Notice))
	e.OPTIONS("/v1/sites/:site/parental", visitors.preflight, visitors.fromSite)
	e.POST("/v1/sites/:site/parental/answer", parents.answer, visitors.fromSite, limits.of(ratelimit.Notice))
	e.OPTIONS("/v1/sites/:site/parental/answer", visitors.preflight, visitors.fromSite)
	e.GET("/parental/", parents.page)
	e.POST("/parental/case", parents.visit, limits.of(ratelimit.Notice))
	e.POST("/parental/decision", parents.decide, limits.of(ratelimit.Notice))
	e.POST("/parental/erasure", parents.erase, limits.of(ratelimit.Refusal))
	e.GET("/v1/sites/:site/policy", policies.header)
	e.GET("/v1/receipts/:id", receipts.receipt)
	e.GET("/receipts/:id", receipts.page)
	e.GET("/rights/:site", handovers.away)
	e.GET("/rights/:site/", handovers.page)
	e.GET("/notices/:site", versions.away)
	e.GET("/notices/:site/", versions.list)
	e.GET("/notices/:site/:notice/", versions.one)
	e.GET("/v1/receipts/:id/proof", transcript.proof, transcript.kept)

	e.GET("/log/key", transcript.key, transcript.kept)
	e.GET("/log/checkpoint", transcript.checkpoint, transcript.kept)
	e.GET("/log/growth", transcript.growth, transcript.kept)
	e.GET("/log/witness/key", witness.key, witness.kept)
	e.POST("/log/witness/add-checkpoint", witness.add, witness.kept)
	e.GET("/log/tile/entries/*", transcript.bundle, transcript.kept)
	e.GET("/log/tile/:level/*", transcript.tile, transcript.kept)

	a := e.Group("/v1/admin", admin.guard, trail.told, admin.authorize)
	a.GET("/session", admin.session)
	a.POST("/session", admin.signIn)
	a.DELETE("/session", admin.signOut)
	a.GET("/single-sign-on", entrance.begin)
	a.GET("/single-sign-on/callback", entrance.finish)
	a.POST("/session/code", admin.signInWithCode)
	a.POST("/session/passkey", passkeys.enter)
	a.POST("/session/passkey/challenge", passkeys.ask)
	a.POST("/setup", admin.setUp)
	a.GET("/account/sessions", admin.ownSessions)
	a.DELETE("/account/sessions", admin.endOtherSessions)
	a.DELETE("/account/sessions/:session", admin.endSession)
	a.GET("/account/tokens", admin.tokens)
	a.POST("/account/tokens", admin.makeToken)
	a.DELETE("/account/tokens/:token", admin.revokeToken)
	a.PUT("/account/password", admin.changePassword)
	a.GET("/account/factors", admin.factors)
	a.POST("/account/factors", admin.addApp)
	a.POST("/account/factors/offer", admin.offerApp)
	a.POST("/account/factors/recovery", admin.renewRecovery)
	a.POST("/account/factors/removal", admin.removeApp)
	a.POST("/account/passkeys", passkeys.add)
	a.POST("/account/passkeys/challenge", passkeys.offer)
	a.POST("/account/passkeys/:passkey/removal", passkeys.remove)
	a.GET("/people", admin.people)
	a.PUT("/people/:person/roles", admin.setRoles)
	a.DELETE("/people/:person", admin.remove)
	a.DELETE("/people/:person/factors", admin.resetFactors)
	a.POST("/invitations", admin.invite)
	a.POST("/invitations/accept", admin.accept)
	a.DELETE("/invitations/:invitation", admin.withdraw)
	a.GET("/trail", trail.list)
	a.GET("/services", notices.services)
	a.GET("/texts", notices.texts)
	a.GET("/sites", admin.sites)
	a.POST("/sites", sites.create)
	a.PATCH("/sites/:site", sites.change)
	a.GET("/sites/:site/embedding", sites.embedding)
	a.GET("/sites/:site/presence", sites.alive)
	a.GET("/sites/:site/draft", notices.draft)
	a.PUT("/sites/:site/draft", notices.write)
	a.DELETE("/sites/:site/draft", notices.discard)
	a.POST("/sites/:site/draft/links", links.check)
	a.POST("/sites/:site/import", imports.read)
	a.GET("/sites/:site/publications", notices.publications)
	a.POST("/sites/:site/publications", notices.publish)
	a.DELETE("/sites/:site/announcement", notices.withdraw)
	a.GET("/sites/:site/notices/:notice", notices.notice)
	a.POST("/sites/:site/experiments", notices.start)
	a.GET("/sites/:site/experiments/:experiment", admin.experiment)
	a.POST("/sites/:site/experiments/:experiment/end", notices.end)
	a.POST("/sites/:site/experiments/:experiment/adoption", notices.adopt)
	a.GET("/sites/:site/preview", previews.open)
	a.GET("/sites/:site/integrations", integrations.list)
	a.POST("/sites/:site/integrations", integrations.connect)
	a.POST("/sites/:site/integrations/preview", integrations.preview)
	a.PUT("/sites/:site/integrations/:integration", integrations.change)
	a.DELETE("/sites/:site/integrations/:integration", integrations.remove)
	a.PUT("/sites/:site/integrations/:integration/state", integrations.turn)
	a.POST("/sites/:site/integrations/:integration/secret", integrations.renew)
	a.POST("/sites/:site/integrations/:integration/test", integrations.test)
	a.GET("/sites/:site/integrations/:integration/deliveries", integrations.deliveries)
	a.POST("/sites/:site/integrations/:integration/replays", integrations.replay)
	a.GET("/sites/:site/linking", accountLinks.settings)
	a.PUT("/sites/:site/linking", accountLinks.turn)
	a.POST("/sites/:site/linking/secret", accountLinks.makeSecret)
	a.POST("/sites/:site/accounts/copy", accountLinks.copy)
	a.GET("/sites/:site/decisions", audits.search)
	a.GET("/sites/:site/decisions/:decision/shown", exhibits.open)
	a.POST("/sites/:site/erasures", erasures.ordered)
	a.GET("/sites/:site/requests", requestDesk.list)
	a.POST("/sites/:site/requests", requestDesk.register)
	a.GET("/sites/:site/requests/:request", requestDesk.one)
	a.GET("/sites/:site/requests/:request/copy", requestDesk.copy)
	a.POST("/sites/:site/requests/:request/steps", requestDesk.step)
	a.GET("/sites/:site/request-deadline", requestDesk.deadline)
	a.PUT("/sites/:site/request-deadline", requestDesk.setDeadline)
	a.GET("/due", due.count)
	a.GET("/sites/:site/reviews", reviews.list)
	a.GET("/sites/:site/reviews/:review", reviews.one)
	a.POST("/sites/:site/reviews/:review/answers", reviews.answer)
	a.PUT("/sites/:site/review-period", reviews.setPeriod)
	a.GET("/sites/:site/retention", retained.show)
	a.PUT("/sites/:site/retention", retained.setPeriods)
	a.POST("/sites/:site/holds", retained.hold)
	a.POST("/sites/:site/holds/:hold/end", retained.release)
	a.GET("/sites/:site/exports/decisions", exports.decisions)
	a.GET("/sites/:site/exports/rates", exports.intervals)
	a.GET("/sites/:site/exports/groups", exports.groups)
	a.GET("/sites/:site/exports/processing", processings.file)
	a.GET("/sites/:site/exports/archive", archives.write)
	a.GET("/sites/:site/processing", processings.record)
	a.GET("/sites/:site/suspensions", suspensions.list)
	a.GET("/sites/:site/report", admin.report)
	a.GET("/sites/:site/rates", admin.rates)
	a.GET("/sites/:site/breakdown", admin.breakdown)
	a.GET("/sites/:site/overview", admin.overview)
	a.GET("/sites/:site/comparison", admin.comparison)
	a.GET("/sites/:site/sightings", sightings.list)

	e.GET("/", redirect("/dashboard/"))
	e.GET("/dashboard", redirect("/dashboard/"))
	e.Match(read, "/dashboard/*", dashboard.serve)

	e.GET("/preview/:token/", previews.page)
	e.GET("/preview/:token/s/:site/:file", previews.file)
	e.GET("/preview/:token/s/:site/:hash/:file", previews.file)

	e.GET("/demo", redirect("/demo/"))
	e.Match(read, "/demo/*", demo.serve)

	e.GET("/healthz", health.alive)
	e.GET("/readyz", health.ready)
	e.GET("/metrics", echo.WrapHandler(promhttp.HandlerFor(p.Metrics, promhttp.HandlerOpts{})))
	e.GET("/.well-known/gpc.json", gpcSupport)
	e.GET(keysAddress, receipts.published)
	return e, nil
}

// addressOf finds the client's address. Nobody may claim one by a header, unless it is a proxy that was configured
// (GHSA-246p-cpwv-v3jq).
func addressOf(proxies []*net.IPNet) echo.IPExtractor {
	if len(proxies) == 0 {
		return echo.ExtractIPDirect()
	}
	trust := []echo.TrustOption{echo.TrustLoopback(false), echo.TrustLinkLocal(false), echo.TrustPrivateNet(false)}
	for _, proxy := range proxies {
		trust = append(trust, echo.TrustIPRange(proxy))
	}
	return echo.ExtractIPFromXFFHeader(trust...)
}

func redirect(to string) echo.HandlerFunc {
	return func(c echo.Context) error { return c.Redirect(http.StatusFound, to) }
}

// gpcSupport tells that this server's own pages honour Global Privacy Control (W3C GPC, 4).
func gpcSupport(c echo.Context) error {
	return c.JSON(http.StatusOK, map[string]any{"gpc": true, "lastUpdate": "2026-11-23"})
}

// secured sets what every answer needs; pages add their own policy.
func secured(next echo.HandlerFunc) echo.HandlerFunc {
	return func(c echo.Context) error {
		header := c.Response().Header()
		header.Set(echo.HeaderXContentTypeOptions, "nosniff")
		header.Set(echo.HeaderReferrerPolicy, "no-referrer")
		header.Set(echo.HeaderContentSecurityPolicy, "default-src 'none'; frame-ancestors 'none'")
		return next(c)
	}
}

// recovered turns a panic into an internal error, so that one request's fault stays one request's.
func recovered(log *slog.Logger) echo.MiddlewareFunc {
	return middleware.RecoverWithConfig(middleware.RecoverConfig{
		LogErrorFunc: func(c echo.Context, err error, stack []byte) error {
			log.ErrorContext(c.Request().Context(), "panic", "route", c.Path(), "error", err, "stack", string(stack))
			return fmt.Errorf("panic: %w", err)
		},
	})
}
