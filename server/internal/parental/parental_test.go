package parental_test

import (
	"context"
	"crypto/rand"
	"errors"
	"io"
	"log/slog"
	"net"
	"regexp"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/emersion/go-smtp"

	"assent/schemas"
	"assent/server/internal/consent"
	"assent/server/internal/embeddedstore"
	"assent/server/internal/mailing"
	"assent/server/internal/parental"
	"assent/server/internal/realparts"
	"assent/server/internal/recording"
	"assent/server/internal/redisstore"
	"assent/server/internal/rights"
	"assent/server/internal/sealing"
	"assent/server/internal/site"
	"assent/server/internal/transparency"
	"assent/snippet"
)

var servers *realparts.Servers

func TestMain(m *testing.M) { realparts.Main(m, &servers) }

// inbox is an SMTP server that keeps what it is given.
type inbox struct {
	mu       sync.Mutex
	messages []string
	refuses  atomic.Bool
	address  string
}

func (b *inbox) NewSession(*smtp.Conn) (smtp.Session, error) { return &session{inbox: b}, nil }

type session struct {
	inbox *inbox
	to    string
}

func (s *session) Mail(string, *smtp.MailOptions) error { return nil }
func (s *session) Rcpt(to string, _ *smtp.RcptOptions) error {
	if s.inbox.refuses.Load() {
		return &smtp.SMTPError{Code: 451, Message: "later, " + to}
	}
	s.to = to
	return nil
}
func (s *session) Reset()        {}
func (s *session) Logout() error { return nil }
func (s *session) Data(r io.Reader) error {
	text, err := io.ReadAll(r)
	s.inbox.mu.Lock()
	defer s.inbox.mu.Unlock()
	s.inbox.messages = append(s.inbox.messages, s.to+"\n"+string(text))
	return err
}

func (b *inbox) all() []string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return append([]string(nil), b.messages...)
}

func openInbox(t *testing.T) *inbox {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	b := &inbox{address: listener.Addr().String()}
	server := smtp.NewServer(b)
	server.Domain = "localhost"
	go func() { _ = server.Serve(listener) }()
	t.Cleanup(func() { _ = server.Close() })
	return b
}

// store is what both kinds have that are asked here.
type store interface {
	parental.Store
	recording.Journal
	site.Registry
	site.Archive
	site.Desk
}

// lines is a log that can be read while it is written.
type lines struct {
	mu   sync.Mutex
	text strings.Builder
}

func (l *lines) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.Write(p)
}

func (l *lines) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.String()
}

// home is a site that asks for ages, and a keeper beside it.
type home struct {
	t      *testing.T
	keeper *parental.Keeper
	inbox  *inbox
	ahead  atomic.Int64
	notice string
	logged lines
}

const (
	subject = "ChildsSubjectOf22Chars"
	parent  = "Mum@Home.Example"
	shop    = "shop"
)

func onBoth(t *testing.T, test func(t *testing.T, h *home)) {
	t.Run("embedded", func(t *testing.T) {
		t.Parallel()
		s, err := embeddedstore.Open(t.Context(), t.TempDir(), time.Now)
		if err != nil {
			t.Fatal(err)
		}
		log, err := transparency.Open(t.Context(), s, rand.Reader)
		open(t, s, &rights.Eraser{Trail: s, Log: log, Now: time.Now}, err, s.Close, test)
	})
	t.Run("redis", func(t *testing.T) {
		t.Parallel()
		redis, err := servers.Redis()
		if err != nil {
			t.Fatal(err)
		}
		s, err := redisstore.Open(t.Context(), redis.URL, redisstore.Options{})
		open(t, s, nil, err, s.Close, test)
	})
}

func open(t *testing.T, s store, eraser *rights.Eraser, err error, end func() error, test func(t *testing.T, h *home)) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := end(); err != nil {
			t.Error(err)
		}
	})
	h := &home{t: t, inbox: openInbox(t)}
	keys := sealing.Stored{Store: s}
	if err := sealing.Ensure(t.Context(), keys, rand.Reader, time.Now()); err != nil {
		t.Fatal(err)
	}
	ring, err := sealing.OpenRing(t.Context(), keys, rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	n, err := site.Complete(schemas.Notice{AgeQuestion: true, Services: []schemas.Service{{ID: "youtube"}}}, site.Texts(snippet.Texts()))
	if err != nil {
		t.Fatal(err)
	}
	h.notice = "a-notice"
	mailer, err := mailing.Parse("smtp://"+h.inbox.address, "", "privacy@shop.example", nil)
	if err != nil {
		t.Fatal(err)
	}
	now := func() time.Time { return time.Now().Add(time.Duration(h.ahead.Load())) }
	recorder := recording.NewRecorder(s, recording.Limits{Lanes: 1, Batch: 512, Queue: 1024})
	t.Cleanup(func() {
		if err := recorder.Close(context.Background()); err != nil {
			t.Error(err)
		}
	})
	h.keeper = &parental.Keeper{Store: s, Ring: ring, Mailer: mailer, Address: "https://assent.example", Recorder: recorder, Journal: s, Now: now,
		Sites: func(id string) (schemas.Site, error) {
			if id != shop {
				return schemas.Site{}, consent.ErrNotFound
			}
			return schemas.Site{ID: shop, Name: "Shop\r\nBcc: x@y.example"}, nil
		},
		Notices: func(context.Context, string, string) (*schemas.Notice, error) { return &n, nil },
		Log:     slog.New(slog.NewTextHandler(&h.logged, nil))}
	if eraser != nil {
		eraser.Links = rights.AllLinks{h.keeper}
		h.keeper.Eraser = byParent{*eraser}
	}
	ctx, stop := context.WithCancel(t.Context())
	var running sync.WaitGroup
	running.Go(func() { h.keeper.Keep(ctx) })
	t.Cleanup(func() { stop(); running.Wait() })
	test(t, h)
}

type byParent struct{ rights.Eraser }

func (b byParent) Erase(ctx context.Context, site, subject string) (rights.Erased, error) {
	return b.Eraser.Erase(ctx, site, subject, rights.ByParent)
}

func (h *home) ask(email string) error {
	return h.keeper.Ask(h.t.Context(), shop, subject, schemas.Parental{Email: email, Notice: h.notice, Locale: "de", Page: "https://shop.example/toys"})
}

// message waits for the n-th message and returns it, and the token of its link.
func (h *home) message(n int) (text, token string) {
	h.t.Helper()
	for deadline := time.Now().Add(30 * time.Second); len(h.inbox.all()) < n; time.Sleep(20 * time.Millisecond) {
		if time.Now().After(deadline) {
			h.t.Fatalf("%d messages, want %d; %s", len(h.inbox.all()), n, h.logged.String())
		}
	}
	text = h.inbox.all()[n-1]
	found := regexp.MustCompile(`/parental/#` + shop + `\.` + subject + `\.([A-Za-z0-9_-]{43})`).FindStringSubmatch(strings.ReplaceAll(text, "=\r\n", ""))
	if found == nil {
		h.t.Fatalf("no link in %s", text)
	}
	return text, found[1]
}

func (h *home) state() schemas.ParentalAnswer {
	h.t.Helper()
	answer, err := h.keeper.Answer(h.t.Context(), shop, subject)
	if err != nil {
		h.t.Fatal(err)
	}
	return answer
}

func TestAParentDecidesChangesAndErases(t *testing.T) {
	onBoth(t, func(t *testing.T, h *home) {
		if err := h.ask(parent); err != nil {
			t.Fatal(err)
		}
		text, token := h.message(1)
		if !strings.HasPrefix(text, "mum@home.example\n") || !strings.Contains(text, "Ihr Kind") || strings.Contains(text, "\nBcc:") {
			t.Errorf("message: %s", text)
		}
		if got := h.state(); got.State != "waiting" {
			t.Errorf("before the parent decided: %+v", got)
		}
		for _, wrong := range []string{"", "x", token[:42] + "!"} {
			if _, err := h.keeper.Open(t.Context(), shop, subject, wrong); !errors.Is(err, parental.ErrLink) {
				t.Errorf("token %q: %v", wrong, err)
			}
		}
		decide := func(granted ...string) schemas.ParentalAnswer {
			t.Helper()
			if err := h.keeper.Decide(t.Context(), shop, subject, token, granted); err != nil {
				t.Fatal(err)
			}
			return h.state()
		}
		if got := decide("marketing", "youtube"); got.State != "decided" || !got.Followed.Recorded.Choice.Purposes["marketing"] || got.Followed.Recorded.Choice.Purposes["analytics"] {
			t.Errorf("granted: %+v", got)
		}
		if got := decide("youtube"); got.Followed.Recorded.Choice.Purposes["marketing"] || !got.Followed.Recorded.Choice.Services["youtube"] {
			t.Errorf("a service alone: %+v", got)
		}
		if got := decide(); got.Followed.Recorded.Choice.Action != consent.Withdraw {
			t.Errorf("taken back: %+v", got)
		}
		var invalid *consent.InvalidError
		if err := h.keeper.Decide(t.Context(), shop, subject, token, []string{"unheard-of"}); !errors.As(err, &invalid) {
			t.Errorf("what nobody asks for: %v", err)
		}
		// Nobody takes the parent's place.
		h.ahead.Add(int64(time.Hour))
		if err := h.ask("child@home.example"); err != nil {
			t.Errorf("another address: %v", err)
		}
		if _, err := h.keeper.Open(t.Context(), shop, subject, token); err != nil {
			t.Errorf("the parent's link after that: %v", err)
		}
		if err := h.ask(parent); err != nil {
			t.Fatal(err)
		}
		_, token = h.message(2)
		if got := h.inbox.all(); len(got) != 2 {
			t.Errorf("%d messages, want none to the other address", len(got))
		}
		if h.keeper.Eraser == nil { // Erasure from pairs is tried by the whole program.
			return
		}
		done, err := h.keeper.Erase(t.Context(), shop, subject, token)
		if err != nil || done.Decisions != 3 {
			t.Errorf("erased %+v, %v", done, err)
		}
		if got := h.state(); got.State != "none" {
			t.Errorf("after the erasure: %+v", got)
		}
		if strings.Contains(strings.ToLower(h.logged.String()), "home.example") {
			t.Errorf("the log names the parent: %s", h.logged.String())
		}
	})
}

func TestNobodyIsWrittenToTooOften(t *testing.T) {
	onBoth(t, func(t *testing.T, h *home) {
		for i := range 3 {
			if err := h.ask(parent); err != nil {
				t.Fatal(err)
			}
			h.message(i + 1)
			if err := h.ask(parent); !errors.Is(err, parental.ErrEarly) {
				t.Errorf("at once again: %v", err)
			}
			h.ahead.Add(int64(11 * time.Minute))
		}
		if err := h.ask(parent); !errors.Is(err, parental.ErrEarly) {
			t.Errorf("a fourth time: %v", err)
		}
		if err := h.keeper.Ask(t.Context(), shop, "AnotherSubject22Chars0", schemas.Parental{Email: strings.ToLower(parent), Notice: h.notice}); err != nil {
			t.Errorf("another child, of whom the address must not tell: %v", err)
		}
		h.ahead.Add(int64(time.Hour))
		time.Sleep(3 * time.Second)
		if got := len(h.inbox.all()); got != 3 {
			t.Errorf("%d messages to one address", got)
		}
	})
}

func TestAMessageIsTriedAgainAndTheAddressGoes(t *testing.T) {
	onBoth(t, func(t *testing.T, h *home) {
		h.inbox.refuses.Store(true)
		if err := h.ask(parent); err != nil {
			t.Fatal(err)
		}
		eventually(t, func() bool { return strings.Contains(h.logged.String(), "not sent") })
		h.inbox.refuses.Store(false)
		h.ahead.Add(int64(3 * time.Minute))
		h.message(1)
		h.ahead.Add(int64(49 * time.Hour))
		eventually(t, func() bool { return h.state().State == "none" })
		if strings.Contains(strings.ToLower(h.logged.String()), "home.example") {
			t.Errorf("the log names the parent: %s", h.logged.String())
		}
	})
}

func eventually(t *testing.T, is func() bool) {
	t.Helper()
	for deadline := time.Now().Add(30 * time.Second); !is(); time.Sleep(20 * time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatal("it does not come")
		}
	}
}
