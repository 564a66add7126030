package integration_test

import (
	"context"
	"crypto/rand"
	"crypto/x509"
	"encoding/json"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/uuid"

	"assent/schemas"
	"assent/server/internal/consent"
	"assent/server/internal/embeddedstore"
	"assent/server/internal/integration"
	"assent/server/internal/outbound"
	"assent/server/internal/realparts"
	"assent/server/internal/recording"
	"assent/server/internal/redisstore"
	"assent/server/internal/requests"
	"assent/server/internal/sealing"
	"assent/server/internal/shipping"
)

var servers *realparts.Servers

func TestMain(m *testing.M) { realparts.Main(m, &servers) }

const (
	site   = "shop"
	notice = "sha256-of-a-notice"
)

// published is a notice that names a CRM under marketing.
var published = schemas.Notice{Services: []schemas.Service{
	{ID: "crm", Purpose: "marketing", Name: "CRM", Provider: "CRM Inc.", Country: "US"},
	{ID: "mail", Purpose: "marketing", Name: "Mail", Provider: "Mail GmbH", Country: "DE"},
	{ID: "till", Purpose: consent.Essential, Name: "Till", Provider: "Till AG", Country: "DE"},
	{ID: "vague", Purpose: "marketing", Name: "Vague"},
}}

type front interface {
	integration.Store
	recording.Journal
	shipping.Outbox
}

// stage is a pair of real stores, a keeper over them, and a clock that can be set forward.
type stage struct {
	t      *testing.T
	front  front
	ledger *embeddedstore.Store
	keeper *integration.Keeper
	desk   integration.Desk
	ahead  *atomic.Int64
	roots  *x509.CertPool
	keys   sealing.File
	ring   *sealing.Ring
	open   func() *integration.Keeper // Another instance.
}

// onBoth runs a test on the embedded store alone, and on Redis whose outbox is shipped.
func onBoth(t *testing.T, test func(t *testing.T, s *stage)) {
	t.Run("embedded", func(t *testing.T) { test(t, embedded(t)) })
	t.Run("redis", func(t *testing.T) { test(t, shipped(t)) })
}

func openEmbedded(t *testing.T) *embeddedstore.Store {
	store, err := embeddedstore.Open(t.Context(), t.TempDir(), time.Now)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := store.Close(); err != nil {
			t.Error(err)
		}
	})
	return store
}

func embedded(t *testing.T) *stage {
	store := openEmbedded(t)
	s := prepare(t, store, store)
	s.open = func() *integration.Keeper {
		k := s.newKeeper()
		k.Log = store
		return k
	}
	s.keeper = s.open()
	s.desk = integration.Desk{Keeper: s.keeper, Permit: permit}
	return s
}

func shipped(t *testing.T) *stage {
	redis, err := servers.Redis()
	if err != nil {
		t.Fatal(err)
	}
	store, err := redisstore.Open(t.Context(), redis.URL, redisstore.Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := store.Close(); err != nil {
			t.Error(err)
		}
	})
	s := prepare(t, store, openEmbedded(t))
	s.open = func() *integration.Keeper {
		k := s.newKeeper()
		k.Shared = true
		return k
	}
	s.keeper = s.open()
	s.desk = integration.Desk{Keeper: s.keeper, Permit: permit}
	shipper := shipping.New(store, integration.Tap{Ledger: s.ledger, Keeper: s.keeper},
		shipping.Options{Holder: "shipper", Log: slog.New(slog.DiscardHandler), Poll: 20 * time.Millisecond})
	s.run(shipper.Run)
	return s
}

func permit(a netip.AddrPort) bool { return a.Addr().IsLoopback() }

func prepare(t *testing.T, front front, ledger *embeddedstore.Store) *stage {
	s := &stage{t: t, front: front, ledger: ledger, ahead: &atomic.Int64{}, roots: x509.NewCertPool(), keys: sealing.File(filepath.Join(t.TempDir(), "keys"))}
	if err := sealing.Ensure(t.Context(), s.keys, rand.Reader, time.Now()); err != nil {
		t.Fatal(err)
	}
	var err error
	if s.ring, err = sealing.OpenRing(t.Context(), s.keys, rand.Reader); err != nil {
		t.Fatal(err)
	}
	return s
}

func (s *stage) now() time.Time { return time.Now().Add(time.Duration(s.ahead.Load())) }

func (s *stage) newKeeper() *integration.Keeper {
	client := integration.NewClient(outbound.Guard{Permit: permit})
	s.trust(client)
	return &integration.Keeper{Store: s.front, Journal: s.front, Restricted: requests.HonouredIn(s.front).IsRestricted, Client: client, Ring: s.ring, PublicURL: "https://assent.example.com", Holder: uuid.NewString(), Now: s.now,
		Logger: slog.New(slog.DiscardHandler), Notices: func(_ context.Context, of, id string) (*schemas.Notice, error) {
			if of != site || id != notice {
				return nil, consent.ErrNotFound
			}
			return &published, nil
		}}
}

// trust makes a client trust the receivers of the stage.
func (s *stage) trust(client *http.Client) {
	client.Transport.(*http.Transport).TLSClientConfig = tlsWith(s.roots)
}

// run runs something until the test ends.
func (s *stage) run(do func(context.Context)) (stop func()) {
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan struct{})
	go func() {
		defer close(done)
		do(ctx)
	}()
	stop = func() { cancel(); <-done }
	s.t.Cleanup(stop)
	return stop
}

// delivery is what a receiver got.
type delivery struct {
	id, signature, at string
	body              string
	Type              string
	Data              struct {
		Subject, Receipt, Cause, Service string
		Granted                          bool
		Purposes                         map[string]bool
	}
}

// receiver is a real server over TLS.
type receiver struct {
	*httptest.Server
	t      *testing.T
	mu     sync.Mutex
	got    []delivery
	answer http.HandlerFunc // What it does beside noting; nil for 204.
}

func (s *stage) receiver(answer http.HandlerFunc) *receiver {
	r := &receiver{t: s.t, answer: answer}
	r.Server = httptest.NewTLSServer(http.HandlerFunc(func(w http.ResponseWriter, request *http.Request) {
		body, err := io.ReadAll(request.Body)
		if err != nil {
			return // Cut off.
		}
		d := delivery{id: request.Header.Get("webhook-id"), signature: request.Header.Get("webhook-signature"), at: request.Header.Get("webhook-timestamp"), body: string(body)}
		if err := json.Unmarshal(body, &d); err != nil {
			s.t.Errorf("received %q: %v", body, err)
		}
		r.mu.Lock()
		r.got = append(r.got, d)
		answer := r.answer
		r.mu.Unlock()
		if answer != nil {
			answer(w, request)
			return
		}
		w.WriteHeader(http.StatusNoContent)
	}))
	s.t.Cleanup(r.Close)
	s.roots.AddCert(r.Certificate())
	return r
}

func (r *receiver) answers(answer http.HandlerFunc) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.answer = answer
}

func status(code int) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(code) }
}

func (r *receiver) received() []delivery {
	r.mu.Lock()
	defer r.mu.Unlock()
	return slices.Clone(r.got)
}

// await waits until the receiver got so many deliveries.
func (r *receiver) await(n int) []delivery {
	r.t.Helper()
	eventually(r.t, func() bool { return len(r.received()) >= n })
	return r.received()
}

func eventually(t *testing.T, is func() bool) {
	t.Helper()
	for deadline := time.Now().Add(30 * time.Second); !is(); time.Sleep(20 * time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatal("did not happen within half a minute")
		}
	}
}

// connect connects a receiver and switches it on.
func (s *stage) connect(r *receiver, service string, fields ...string) (integration.Entry, string) {
	s.t.Helper()
	entry, secret, err := s.desk.Connect(s.t.Context(), site, integration.Wish{Name: service, URL: r.URL + "/hook", Service: service, Fields: fields}, published)
	if err != nil {
		s.t.Fatal(err)
	}
	s.turn(entry, integration.On)
	return entry, secret
}

func (s *stage) turn(entry integration.Entry, state string) {
	s.t.Helper()
	if _, err := s.desk.Switch(s.t.Context(), site, entry.ID, state, published); err != nil {
		s.t.Fatal(err)
	}
}

func (s *stage) told(entry integration.Entry) integration.Told {
	s.t.Helper()
	told, err := s.desk.Told(s.t.Context(), site, entry.ID)
	if err != nil {
		s.t.Fatal(err)
	}
	return told
}

// decide records a decision of a visitor about marketing.
func (s *stage) decide(subject string, marketing bool, changes ...func(*consent.Record)) consent.Record {
	s.t.Helper()
	id, err := uuid.NewV7()
	if err != nil {
		s.t.Fatal(err)
	}
	record := consent.Record{ID: id, Site: site, Subject: consent.Subject(site, subject), Notice: notice, Action: consent.Save,
		Purposes: map[string]bool{"marketing": marketing}, Source: "banner", Locale: "de", Page: "https://shop.example/cart", DecidedAt: time.Now().UTC().Truncate(time.Millisecond), LifetimeDays: 180}
	for _, change := range changes {
		change(&record)
	}
	outcome := s.front.Commit(s.t.Context(), []consent.Record{record})[0]
	if outcome.Err != nil {
		s.t.Fatal(outcome.Err)
	}
	record.RecordedAt = outcome.RecordedAt
	return record
}

func types(got []delivery) (all []string) {
	for _, d := range got {
		all = append(all, strings.TrimPrefix(d.Type, "consent."))
	}
	return all
}
