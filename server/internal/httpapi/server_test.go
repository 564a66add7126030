package httpapi

import (
	"bytes"
	"crypto/rand"
	"encoding/base64"
	"encoding/json"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"strings"
	"sync/atomic"
	"testing"
	"testing/fstest"
	"time"

	"github.com/google/uuid"
	"github.com/prometheus/client_golang/prometheus"

	"assent/schemas"
	"assent/server/internal/account"
	"assent/server/internal/daykey"
	"assent/server/internal/embeddedstore"
	"assent/server/internal/evidence"
	"assent/server/internal/exposure"
	"assent/server/internal/handover"
	"assent/server/internal/integration"
	"assent/server/internal/linking"
	"assent/server/internal/outbound"
	"assent/server/internal/parental"
	"assent/server/internal/recording"
	"assent/server/internal/reporting"
	"assent/server/internal/requests"
	"assent/server/internal/retention"
	"assent/server/internal/reviewing"
	"assent/server/internal/rights"
	"assent/server/internal/sealing"
	"assent/server/internal/sighting"
	"assent/server/internal/site"
	"assent/server/internal/snippetbuild"
	"assent/server/internal/transfer"
	"assent/snippet"
)

const (
	shopOrigin = "https://shop.example"
	browser    = "Mozilla/5.0 (X11; Linux x86_64; rv:145.0) Gecko/20100101 Firefox/145.0"
)

// testServer is the whole surface over a real embedded store.
type testServer struct {
	t        *testing.T
	handler  http.Handler
	url      string
	folder   string // Of the store.
	store    *embeddedstore.Store
	accounts *account.Accounts
	catalog  *site.Catalog
	counter  *sighting.Counter
	shown    *exposure.Counter
	site     schemas.Site // Allows shopOrigin.
	stopping *atomic.Bool
	informer *integration.Keeper
	logged   *syncBuffer
	client   *http.Client
}

func startServer(t *testing.T, changes ...func(*Parts)) *testServer {
	t.Helper()
	folder := t.TempDir()
	store, err := embeddedstore.Open(t.Context(), folder, time.Now)
	if err != nil {
		t.Fatal(err)
	}
	publisher := site.Publisher{Registry: store, Archive: store, Desk: store, Texts: snippet.Texts(), Adequate: transfer.BuiltIn(), Now: time.Now, Try: func(string, string, schemas.Notice) error { return nil }}
	shop, err := publisher.Add(t.Context(), site.New{Name: "The shop", Origins: []string{shopOrigin}, Notice: schemas.Notice{
		// Its policy is one that the check of links does not ask: no test is to reach the Internet.
		Services: []schemas.Service{{ID: "youtube", Purpose: "marketing", Policy: "https://127.0.0.1/privacy"}},
	}})
	if err != nil {
		t.Fatal(err)
	}
	catalog, err := site.OpenCatalog(t.Context(), store, store)
	if err != nil {
		t.Fatal(err)
	}
	s := &testServer{t: t, folder: folder, store: store, catalog: catalog, site: shop, stopping: &atomic.Bool{}, logged: &syncBuffer{},
		accounts: account.New(store, time.Now, rand.Reader)}
	s.counter = sighting.NewCounter(store, slog.New(slog.DiscardHandler))
	s.shown = exposure.NewCounter(store, store, slog.New(slog.DiscardHandler))
	keys := daykey.NewRing(store, rand.Reader)
	ensured := evidence.NewStored(store, rand.Reader, time.Now)
	if err := ensured.Ensure(t.Context()); err != nil {
		t.Fatal(err)
	}
	signing, err := evidence.OpenKeyring(t.Context(), ensured)
	if err != nil {
		t.Fatal(err)
	}
	dataKeys := sealing.Stored{Store: store}
	if err := sealing.Ensure(t.Context(), dataKeys, rand.Reader, time.Now()); err != nil {
		t.Fatal(err)
	}
	ring, err := sealing.OpenRing(t.Context(), dataKeys, rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	editions := snippetbuild.Editions{Store: store, Now: time.Now}
	recorder := recording.NewRecorder(store, recording.Limits{Lanes: 1, Batch: 512, Queue: 1024})
	parts := Parts{
		Catalog: catalog, Publisher: publisher, Recorder: recorder, Journal: store, Query: store, Counts: store, Ledger: store,
		Library: snippetbuild.NewLibrary(store, current{catalog}, editions, slog.New(slog.DiscardHandler)), Editions: editions,
		Accounts: s.accounts, Sessions: account.NewSessions(store, time.Now), Trail: store,
		Sightings: s.counter, Sighted: store, Keys: keys, Signing: signing, Signer: exposure.NewSigner(keys, time.Now), Exposures: Exposures{Counter: s.shown, Marker: exposure.NewMarker(keys)},
		Dashboard:    fstest.MapFS{"index.html": {Data: []byte("<!doctype html>")}, "app.1.js": {Data: []byte("1")}, ".gitkeep": {}},
		Dependencies: []Dependency{{Name: "embedded", Required: true, Check: check(store)}},
		Integrations: integration.Desk{Permit: func(netip.AddrPort) bool { return false }, Keeper: &integration.Keeper{Store: store, Log: store, Journal: store, Notices: catalog.Notice,
			Client: integration.NewClient(outbound.Guard{}), Now: time.Now, Logger: slog.New(slog.DiscardHandler)}},
		Links:    &linking.Keeper{Store: store, Ring: ring, Journal: store, Ledger: store, Recorder: recorder, Notices: catalog.Notice, Now: time.Now},
		Parents:  &parental.Keeper{Store: store, Ring: ring, Sites: catalog.Site, Notices: catalog.Notice, Recorder: recorder, Journal: store, Now: time.Now, Log: slog.New(slog.DiscardHandler)},
		Eraser:   rights.Eraser{Trail: store, Now: time.Now},
		Stopping: s.stopping, Metrics: prometheus.NewRegistry(), Now: time.Now,
		Log: slog.New(slog.NewJSONHandler(s.logged, nil)),
	}
	for _, change := range changes {
		change(&parts)
	}
	s.informer = parts.Integrations.Keeper
	parts.Eraser.Links = rights.AllLinks{parts.Links, parts.Parents}
	parts.Requests = requests.NewDesk(store, store, recorder, parts.Eraser, time.Now)
	parts.Handovers = handover.Desk{Store: store, Keys: keys, Now: parts.Now}
	parts.Reviews = reviewing.Desk{Register: store, Notices: catalog, Sightings: store, Rates: reporting.Rater{Counts: store, Query: store, Notices: catalog.Notice},
		Ledger: store, Trail: store, Adequate: transfer.BuiltIn(), Now: time.Now}
	holds := retention.Holds{Store: store, Times: store, Trail: retention.Untold{}, Now: parts.Now}
	parts.Retained = Retained{Holds: holds, Keeper: retention.Keeper{Store: retention.ByClass{retention.Decisions: store, retention.Exposures: store,
		retention.Requests: retention.DoneHolds(store), retention.Ended: retention.DoneHolds(store), retention.Deletions: retention.DoneDeletions(store),
		retention.Acts: retention.Trailed{Trail: store}}, Trail: store, Register: store, Holds: holds, Now: parts.Now}}
	s.handler, err = New(parts)
	if err != nil {
		t.Fatal(err)
	}
	server := httptest.NewServer(s.handler)
	s.url = server.URL
	s.client = &http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	t.Cleanup(func() {
		server.Close()
		if err := recorder.Close(t.Context()); err != nil && t.Context().Err() == nil {
			t.Error(err)
		}
		// A test may have closed it to see what happens without; closing again is harmless.
		if err := store.Close(); err != nil {
			t.Error(err)
		}
	})
	return s
}

// do sends a request and holds the answer against openapi.yaml.
func (s *testServer) do(method, path string, body any, headers ...string) (*http.Response, []byte) {
	s.t.Helper()
	contract, err := loadContract()
	if err != nil {
		s.t.Fatal(err)
	}
	request, err := http.NewRequestWithContext(s.t.Context(), method, s.url+path, encode(s.t, body))
	if err != nil {
		s.t.Fatal(err)
	}
	request.Header.Set("Accept-Encoding", "identity")
	request.Header.Set("User-Agent", browser)
	for i := 0; i < len(headers); i += 2 {
		request.Header.Set(headers[i], headers[i+1])
	}
	answer, err := s.client.Do(request)
	if err != nil {
		s.t.Fatal(err)
	}
	defer answer.Body.Close()
	content, err := io.ReadAll(answer.Body)
	if err != nil {
		s.t.Fatal(err)
	}
	bare, _, _ := strings.Cut(path, "?")
	contract.check(s.t, method, bare, answer, content)
	return answer, content
}

// post sends a decision as the site's page would.
func (s *testServer) post(decision any, headers ...string) (*http.Response, []byte) {
	s.t.Helper()
	headers = append([]string{"Origin", shopOrigin, "Content-Type", "application/json"}, headers...)
	return s.do(http.MethodPost, "/v1/sites/"+s.site.ID+"/decisions", decision, headers...)
}

func encode(t *testing.T, body any) io.Reader {
	switch body := body.(type) {
	case nil:
		return http.NoBody
	case string:
		return strings.NewReader(body)
	}
	encoded, err := json.Marshal(body)
	if err != nil {
		t.Fatal(err)
	}
	return bytes.NewReader(encoded)
}

// decision is a valid one of a new visitor.
func (s *testServer) decision(action string) schemas.Decision {
	s.t.Helper()
	id, err := uuid.NewV7()
	if err != nil {
		s.t.Fatal(err)
	}
	secret := make([]byte, 16)
	if _, err := rand.Read(secret); err != nil {
		s.t.Fatal(err)
	}
	return schemas.Decision{ID: id.String(), Secret: base64.RawURLEncoding.EncodeToString(secret), Notice: s.site.Notice, Action: action,
		Page: shopOrigin + "/cart?customer=4711", Locale: "de", Source: "banner", DecidedAt: time.Now()}
}

func decode[T any](t *testing.T, body []byte) T {
	t.Helper()
	var into T
	if err := json.Unmarshal(body, &into); err != nil {
		t.Fatalf("%v: %s", err, body)
	}
	return into
}

// rows counts everything that the store holds of the site's decisions.
func (s *testServer) rows() int {
	s.t.Helper()
	records, err := s.store.Recent(s.t.Context(), s.site.ID, 1000)
	if err != nil {
		s.t.Fatal(err)
	}
	return len(records)
}
