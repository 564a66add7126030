package main

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"net/netip"
	"sync"
	"sync/atomic"
	"syscall"
	"time"

	"github.com/google/uuid"

	"assent/dashboard"
	"assent/schemas"
	"assent/server/internal/account"
	"assent/server/internal/daykey"
	"assent/server/internal/evidence"
	"assent/server/internal/exposure"
	"assent/server/internal/handover"
	"assent/server/internal/httpapi"
	"assent/server/internal/integration"
	"assent/server/internal/parental"
	"assent/server/internal/ratelimit"
	"assent/server/internal/recording"
	"assent/server/internal/register"
	"assent/server/internal/reporting"
	"assent/server/internal/requests"
	"assent/server/internal/retention"
	"assent/server/internal/reviewing"
	"assent/server/internal/rights"
	"assent/server/internal/sealing"
	"assent/server/internal/shipping"
	"assent/server/internal/sighting"
	"assent/server/internal/singlesignon"
	"assent/server/internal/site"
	"assent/server/internal/snippetbuild"
	"assent/server/internal/spool"
	"assent/server/internal/suspension"
	"assent/server/internal/telemetry"
	"assent/server/internal/transfer"
	"assent/server/internal/transparency"
	"assent/server/internal/witnessing"
)

// stopTimeout bounds a graceful stop; orchestrators commonly kill after 30 seconds.
const stopTimeout = 20 * time.Second

type serveCommand struct {
	storeFlags
	limitFlags
	keepFlags
	noticeFlags
	Addr      string `help:"Address to listen on." env:"ASSENT_ADDR" default:"127.0.0.1:8080" placeholder:"HOST:PORT"`
	PublicURL string `help:"Address that visitors' browsers use, if a proxy stands in front: printed, and named in policies." name:"public-url" env:"ASSENT_PUBLIC_URL" placeholder:"https://assent.example.com"`

	TrustedProxy []string `help:"Network of a proxy in front, whose X-Forwarded-For tells the client's address; may be given several times." name:"trusted-proxy" env:"ASSENT_TRUSTED_PROXY" placeholder:"10.0.0.0/8"`

	RateLimit uint32 `help:"Grants that one network of visitors (IPv4 /24, IPv6 /56) may record per minute, four times as many refusals; 0 for no limit." name:"rate-limit" env:"ASSENT_RATE_LIMIT" default:"1200" placeholder:"N"`

	DrainDelay time.Duration `help:"How long to go on answering after SIGTERM while /readyz says no, so that a balancer in front looks away first." name:"drain-delay" env:"ASSENT_DRAIN_DELAY" default:"0s" placeholder:"DURATION"`

	SigningKeys string `help:"File of the keys that receipts are signed with (JWK Set, the first one signs), for who keeps them apart from the data; without it the store has them." name:"signing-keys" env:"ASSENT_SIGNING_KEYS" placeholder:"FILE"`

	dataKeyFlags

	witnessFlags

	regionFlags
	adequacyFlags
	integrationFlags
	CountryHeader string `help:"Request header in which a trusted proxy tells the visitor's country, such as CF-IPCountry." name:"country-header" env:"ASSENT_COUNTRY_HEADER" placeholder:"NAME"`
	RegionHeader  string `help:"Request header in which a trusted proxy tells the state or province, such as CF-Region-Code." name:"region-header" env:"ASSENT_REGION_HEADER" placeholder:"NAME"`
	GeoFile       string `help:"Database in MaxMind's format (.mmdb) that tells the country by address, where no header does." name:"geo-file" env:"ASSENT_GEO_FILE" placeholder:"FILE"`

	singleSignOnFlags
	mailFlags
}

// Run serves until the context ends, then stops gracefully.
func (c *serveCommand) Run(env *environment) (err error) {
	log := telemetry.NewLog(env.stderr)
	if c.PublicURL, err = publicAddress(c.PublicURL); err != nil {
		return err
	}
	provider, err := c.singleSignOnFlags.options(c.PublicURL)
	if err != nil {
		return err
	}
	mailer, err := c.mailer(c.PublicURL)
	if err != nil {
		return err
	}
	periods, err := c.periods()
	if err != nil {
		return err
	}
	if err := retention.CheckNotice(c.RetentionNotice); err != nil {
		return err
	}
	stores, err := openStores(env.ctx, c.storeFlags)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, stores.Close()) }()
	stores.bounds = c.limitFlags
	proxies, err := parseProxies(c.TrustedProxy)
	if err != nil {
		return err
	}
	regions, err := c.regions(proxies)
	if err != nil {
		return err
	}
	adequate, err := c.adequate()
	if err != nil {
		return err
	}
	listener, err := listen(env.ctx, c.Addr)
	if err != nil {
		return err
	}
	reachable, err := c.integrationFlags.networks()
	if err != nil {
		return errors.Join(err, listener.Close())
	}
	recipients, err := c.recipients()
	if err != nil {
		return errors.Join(err, listener.Close())
	}
	s, err := wire(env.ctx, stores, outside{periods: periods, notice: c.RetentionNotice, recipients: recipients, witnessOf: c.WitnessOf, url: c.PublicURL, proxies: proxies, regions: regions, adequate: adequate, keyFile: c.SigningKeys, dataKeys: c.DataKeys, rate: int(c.RateLimit), provider: provider, reachable: reachable, mailer: mailer}, log)
	if err != nil {
		return errors.Join(err, listener.Close())
	}
	if err := c.welcome(env, s, listener.Addr()); err != nil {
		return errors.Join(err, listener.Close(), s.stop())
	}
	s.drainDelay = c.DrainDelay
	return s.serve(env.ctx, listener)
}

// leaseTime is how long a killed server's share of the outbox waits for another one, and the longest pause between
// attempts at a ledger that is down. A lease that ends too early costs an insert done twice, not a decision counted
// twice.
const leaseTime = 10 * time.Second

func listen(ctx context.Context, address string) (net.Listener, error) {
	listener, err := (&net.ListenConfig{}).Listen(ctx, "tcp", address)
	switch {
	case errors.Is(err, syscall.EADDRINUSE):
		return nil, fmt.Errorf("%w; stop the program that uses the address, or choose another one with --addr", err)
	case err != nil:
		return nil, fmt.Errorf("%w; give an address of this machine that this user may use, as HOST:PORT with --addr", err)
	}
	return listener, nil
}

// parseProxies reads networks such as 10.0.0.0/8, or single addresses.
func parseProxies(texts []string) ([]*net.IPNet, error) {
	var networks []*net.IPNet
	for _, text := range texts {
		if ip := net.ParseIP(text); ip != nil {
			bits := 8 * len(ip.To16())
			networks = append(networks, &net.IPNet{IP: ip.To16(), Mask: net.CIDRMask(bits, bits)})
			continue
		}
		_, network, err := net.ParseCIDR(text)
		if err != nil {
			return nil, fmt.Errorf("--trusted-proxy %q is no network; write it as 10.0.0.0/8 or 10.0.0.1", text)
		}
		networks = append(networks, network)
	}
	return networks, nil
}

// server is everything that runs.
type server struct {
	http       *http.Server
	recorder   *recording.Recorder
	keeper     retention.Keeper
	notice     int                  // Days ahead that it announces.
	shipper    *shipping.Shipper    // nil when the journal is the ledger.
	spool      *spool.Spool         // nil when the journal is on this machine.
	backlog    *shipping.Backlog    // nil when nothing bounds the outbox.
	reconciler *shipping.Reconciler // nil when the ledger is no ClickHouse.
	catalog    *site.Catalog
	sightings  *sighting.Counter
	exposures  *exposure.Counter
	roller     reporting.Roller   // nil when the ledger needs none.
	limiter    *ratelimit.Limiter // nil when nothing is limited.
	shared     ratelimit.Shared   // nil when this is the only instance.
	transcript *transparency.Log
	pair       *rights.Pair // nil when the journal is the ledger.
	recipients witnessing.Recipients
	informer   *integration.Keeper
	told       *integration.Sharing
	keys       *daykey.Ring
	signing    *evidence.Keyring
	sealing    *sealing.Ring
	accounts   *account.Accounts
	publisher  site.Publisher
	desk       *requests.Desk
	reviews    reviewing.Desk
	suspended  suspension.Keeper
	parents    *parental.Keeper
	stopping   atomic.Bool
	drainDelay time.Duration // Between the signal to stop and the end of the listener.
	background sync.WaitGroup
	endWork    context.CancelFunc
	log        *slog.Logger
}

// outside is what stands between the server and its visitors.
type outside struct {
	url      string       // Address that browsers use; empty when it is the server's own.
	proxies  []*net.IPNet // Networks whose X-Forwarded-For is believed.
	regions  httpapi.Regions
	adequate transfer.List // What transfers are judged by.
	keyFile  string        // Keys that an operator keeps apart; empty for the store's.
	dataKeys string        // Keys that an operator gives to seal data with, or their file; empty for those that servers make.
	rate     int           // Grants per minute and network; 0 for no limit.

	recipients witnessing.Recipients // Of the log's checkpoints.
	periods    retention.Periods     // For how long things are kept.
	notice     int                   // Days ahead that a deletion is announced.
	witnessOf  []string              // Keys of the logs that are witnessed here.

	provider *singlesignon.Options // Of single sign-on; nil for none.

	mailer parental.Mailer // Writes to parents; nil for nobody.

	reachable []netip.Prefix // Networks beside the Internet where integrations may be.
}

// wire connects the parts. What runs in the background has begun when it returns; stop ends it.
func wire(ctx context.Context, stores *stores, front outside, log *slog.Logger) (*server, error) {
	catalog, err := site.OpenCatalog(ctx, stores.front, stores.front)
	if err != nil {
		return nil, err
	}
	built, err := dashboard.Dist()
	if err != nil {
		return nil, fmt.Errorf("open dashboard: %w", err)
	}
	signing, err := openSigning(ctx, stores.front, front.keyFile)
	if err != nil {
		return nil, err
	}
	ring, err := dataKeysOf(stores.front, stores.data, front.dataKeys).open(ctx)
	if err != nil {
		return nil, err
	}
	s := &server{
		catalog:   catalog,
		signing:   signing,
		sealing:   ring,
		accounts:  accountsOf(stores.front).Under(ring),
		publisher: publisherOf(stores.front),
		sightings: sighting.NewCounter(stores.front, log),
		exposures: exposure.NewCounter(stores.back, stores.front, log),
		shared:    stores.limits,
		keys:      daykey.NewRing(stores.front, rand.Reader),
		log:       log,
	}
	s.publisher.Adequate = front.adequate
	s.roller, _ = stores.back.(reporting.Roller)
	if front.rate > 0 {
		s.limiter = ratelimit.New(front.rate)
	}
	if s.transcript, err = transparency.Open(ctx, stores.logged, rand.Reader); err != nil {
		return nil, err
	}
	s.recipients = front.recipients
	var witness *witnessing.Witness
	if len(front.witnessOf) > 0 {
		if witness, err = witnessing.OpenWitness(ctx, stores.front, front.witnessOf, rand.Reader, time.Now, log); err != nil {
			return nil, err
		}
	}
	desk := s.integrations(stores, front)
	if s.told, err = integration.OpenSharing(ctx, stores.front); err != nil {
		return nil, err
	}
	journal, err := s.journal(ctx, stores, log)
	if err != nil {
		return nil, err
	}
	limits := recording.Limits{Lanes: stores.lanes, Batch: 512, Queue: 4096}
	eraser := rights.Eraser{Trail: stores.trail, Log: s.transcript, Receivers: s.informer, Now: time.Now}
	if stores.shipped {
		s.pair = s.pairOf(stores)
		eraser.Trail = s.pair
		s.ship(stores, &limits)
	}
	s.recorder = recording.NewRecorder(journal, limits)
	dependencies := append(stores.dependencies, httpapi.Dependency{Name: "sites", Required: true,
		Check: func(context.Context) (string, error) { return "", catalog.Stale() }})
	if s.spool != nil {
		dependencies = append(withoutRedis(dependencies), spoolDependency(s.spool))
	}
	if s.shipper != nil {
		dependencies = append(dependencies, s.outboxDependency())
	}
	var provider *singlesignon.Provider
	if front.provider != nil {
		provider = singlesignon.New(*front.provider, s.keys, time.Now)
	}
	links := linksOf(stores, ring, catalog)
	links.Journal, links.Recorder = journal, s.recorder
	parents := parentsOf(stores, ring, catalog, front, log)
	eraser.Links, eraser.Holds = rights.AllLinks{links, parents}, holdsOf(stores)
	parents.Recorder, parents.Journal = s.recorder, journal
	s.parents = parents
	s.keeper, s.notice = keeperOf(stores, front.periods, s.transcript), front.notice
	s.desk = requests.NewDesk(stores.front, stores.back, s.recorder, eraser, time.Now)
	parents.Eraser = byParents{s.desk}
	s.reviews = reviewsOf(stores, catalog, front.adequate)
	s.suspended = suspension.Keeper{Sites: catalog.Sites, Notices: catalog.Notice, Adequate: front.adequate, Store: stores.front, Trail: stores.front, Now: time.Now, Log: log}
	metrics := s.newMetrics()
	editions := editionsOf(stores.front)
	handler, err := httpapi.New(httpapi.Parts{
		Catalog: catalog, Publisher: s.publisher, Recorder: s.recorder, Journal: journal, Query: stores.back, Counts: stores.back, Ledger: stores.back,
		Library: snippetbuild.NewLibrary(stores.front, published{catalog, front.adequate, time.Now, s.told, front.mailer != nil}, editions, log), Editions: editions,
		Accounts: s.accounts, Sessions: account.NewSessions(stores.front, time.Now), SingleSignOn: provider, Trail: stores.front,
		Sightings: s.sightings, Sighted: stores.front,
		Dashboard: built, Dependencies: dependencies, Stopping: &s.stopping,
		TrustedProxies: front.proxies, Regions: front.regions, Limiter: s.limiter, Keys: s.keys, Signing: s.signing, Signer: exposure.NewSigner(s.keys, time.Now),
		Exposures:    httpapi.Exposures{Counter: s.exposures, Marker: exposure.NewMarker(s.keys)},
		Transparency: s.transcript, Places: stores.logged, Rows: stores.logged, Recipients: s.recipients, Witness: witness, Eraser: eraser, Integrations: desk, Links: links, Parents: parents, Requests: s.desk, Handovers: handover.Desk{Store: stores.front, Keys: s.keys, Now: time.Now}, Reviews: s.reviews, Retained: retainedBy(s.keeper),
		PublicURL: front.url, Metrics: metrics, Log: log, Now: time.Now,
	})
	if err != nil {
		return nil, errors.Join(err, s.recorder.Close(ctx), s.stopSpool(ctx))
	}
	s.http = newHTTPServer(s.parting(handler), log)
	s.begin(ctx)
	return s, nil
}

// pairOf is what erasures have to do with where journal and ledger are apart.
func (s *server) pairOf(stores *stores) *rights.Pair {
	pair := &rights.Pair{Journal: stores.front, Ledger: stores.back, Log: s.log, Now: time.Now,
		Graves: rights.UpToDate{Log: s.transcript, Graves: stores.logged}}
	if s.spool != nil {
		pair.Spool = s.spool.Drain
	}
	return pair
}

// ship sets up what carries decisions to another store, and what bounds how many wait for it.
func (s *server) ship(stores *stores, limits *recording.Limits) {
	holder := uuid.NewString()
	var ledger shipping.Ledger = stores.back
	if s.informer.Log == nil {
		ledger = integration.Tap{Ledger: ledger, Keeper: s.informer}
	}
	s.shipper = shipping.New(stores.front, s.pair.Guard(ledger), shipping.Options{Holder: holder, Log: s.log, Lease: leaseTime, Limit: leaseTime})
	if ledger, searchable := stores.back.(shipping.Searchable); searchable {
		s.reconciler = shipping.NewReconciler(stores.front, s.pair.GuardSearch(ledger), shipping.ReconcilerOptions{Holder: holder, Log: s.log, Lease: leaseTime})
	}
	if stores.fill != nil || stores.bounds.OutboxLimit > 0 {
		s.backlog = shipping.NewBacklog(s.shipper, shipping.BacklogOptions{Limit: stores.bounds.OutboxLimit, Fill: stores.fill, Log: s.log})
		limits.Full = s.backlog.Full
	}
}

// begin starts what runs beside the requests. It goes on when ctx ends, until stop.
func (s *server) begin(ctx context.Context) {
	work, end := context.WithCancel(context.WithoutCancel(ctx))
	s.endWork = end
	s.background.Go(func() { s.catalog.Watch(work, s.log) })
	s.background.Go(func() { s.publisher.KeepAnnounced(work, s.catalog, s.log) })
	s.background.Go(func() { s.signing.Watch(work, s.log) })
	s.background.Go(func() { s.sealing.Watch(work, s.log) })
	s.background.Go(func() { s.sightings.Run(work) })
	s.background.Go(func() { s.exposures.Run(work) })
	s.background.Go(func() { s.informer.Run(work) })
	s.background.Go(func() { s.told.Watch(work, s.log) })
	s.background.Go(func() { s.desk.KeepReminding(work, s.log) })
	s.background.Go(func() { s.reviews.Keep(work, s.log) })
	s.background.Go(func() { s.suspended.Keep(work) })
	s.background.Go(func() { s.parents.Keep(work) })
	if s.roller != nil {
		s.background.Go(func() { reporting.KeepRolledUp(work, s.roller, s.log) })
	}
	s.background.Go(func() { s.transcript.Keep(work, s.log) })
	s.background.Go(func() { s.recipients.Keep(work, s.transcript, witnessing.UsualTimes, s.log) })
	s.background.Go(func() { s.keeper.Keep(work, s.notice, s.log) })
	if s.limiter != nil && s.shared != nil {
		s.background.Go(func() { s.limiter.Share(work, s.shared, s.keys, s.log) })
	}
	if s.shipper != nil {
		s.background.Go(func() { s.shipper.Run(work) })
	}
	if s.backlog != nil {
		s.background.Go(func() { s.backlog.Run(work) })
	}
	if s.reconciler != nil {
		s.background.Go(func() { s.reconciler.Run(work) })
	}
	if s.spool != nil {
		s.background.Go(func() { s.spool.Run(work) })
	}
	if s.pair != nil {
		s.background.Go(func() { s.pair.Keep(work) })
	}
}

// newHTTPServer bounds what one client can hold: slow ones are cut.
func newHTTPServer(handler http.Handler, log *slog.Logger) *http.Server {
	return &http.Server{
		Handler:           handler,
		ReadHeaderTimeout: 5 * time.Second,
		ReadTimeout:       15 * time.Second,
		WriteTimeout:      30 * time.Second,
		IdleTimeout:       2 * time.Minute,
		MaxHeaderBytes:    16 << 10,
		ErrorLog:          slog.NewLogLogger(log.Handler(), slog.LevelDebug),
	}
}

// serve answers requests until ctx ends or the listener fails.
func (s *server) serve(ctx context.Context, listener net.Listener) error {
	failed := make(chan error, 1)
	go func() { failed <- s.http.Serve(listener) }()
	s.log.Info("serving", "address", listener.Addr().String())
	select {
	case err := <-failed:
		return errors.Join(fmt.Errorf("serve: %w", err), s.stop())
	case <-ctx.Done():
	}
	s.log.Info("stopping")
	s.drain(failed)
	err := s.stop()
	if err == nil {
		s.log.Info("stopped")
	}
	return err
}

// stop refuses new requests, answers those that are in, finishes the commits, and ends the background work. Nothing
// that was acknowledged depends on it: it only spares clients a retry.
func (s *server) stop() error {
	s.stopping.Store(true)
	ctx, cancel := context.WithTimeout(context.Background(), stopTimeout)
	defer cancel()
	err := errors.Join(s.http.Shutdown(ctx), s.recorder.Close(ctx))
	s.endWork()
	s.background.Wait()
	err = errors.Join(err, s.stopSpool(ctx))
	if s.shipper != nil {
		if drainErr := s.shipper.Drain(ctx); drainErr != nil {
			s.log.Warn("stopped before everything was shipped; it stays in the outbox", "error", drainErr)
		}
	}
	if err != nil {
		return fmt.Errorf("stop: %w", err)
	}
	return nil
}

// tryScript builds a site's script and throws it away.
func tryScript(id, noticeID string, n schemas.Notice) error {
	_, err := snippetbuild.Build(snippetbuild.Input{Site: id, Notice: n, NoticeID: noticeID})
	return err
}

// editionsOf remembers scripts beside the notices that they show.
func editionsOf(store register.Store) snippetbuild.Editions {
	return snippetbuild.Editions{Store: store, Now: time.Now}
}

// published makes the catalog the source of the sites' scripts.
type published struct {
	catalog  *site.Catalog
	adequate transfer.List
	now      func() time.Time
	told     *integration.Sharing
	parents  bool // Can be written to.
}

// Shown implements snippetbuild.Source.
func (p published) Shown(ctx context.Context, id string, arm int) (snippetbuild.Input, error) {
	known, err := p.catalog.Site(id)
	if err != nil {
		return snippetbuild.Input{}, err
	}
	noticeID, notice, err := p.catalog.Arm(ctx, id, arm)
	return snippetbuild.Input{Site: id, Notice: notice, NoticeID: noticeID, Announcement: known.Announcement, Linking: known.Linking,
		Suspended: p.adequate.Suspended(notice, p.now()), Shared: p.told.Of(id), Parents: p.parents}, err
}
