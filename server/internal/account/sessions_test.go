package account_test

import (
	"context"
	"errors"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"assent/server/internal/account"
	"assent/server/internal/consent"
	"assent/server/internal/embeddedstore"
)

func newSessions(t *testing.T) (*account.Sessions, *clock) {
	t.Helper()
	c := newClock()
	return account.NewSessions(openStore(t), c.Now), c
}

func request(cookies ...*http.Cookie) *http.Request {
	r := httptest.NewRequest(http.MethodGet, "/", nil)
	for _, cookie := range cookies {
		r.AddCookie(cookie)
	}
	return r
}

func signedInAs(t *testing.T, sessions *account.Sessions, secure bool, cookies ...*http.Cookie) string {
	t.Helper()
	ctx, err := sessions.Load(request(cookies...), secure)
	if err != nil {
		t.Fatal(err)
	}
	return sessions.Email(ctx)
}

func start(t *testing.T, sessions *account.Sessions, secure bool, cookies ...*http.Cookie) *http.Cookie {
	t.Helper()
	ctx, err := sessions.Load(request(cookies...), secure)
	if err != nil {
		t.Fatal(err)
	}
	cookie, err := sessions.Start(ctx, account.User{Email: ownerEmail}, "Firefox, Linux", secure)
	if err != nil {
		t.Fatal(err)
	}
	return cookie
}

// ASVS 3.3.1, 3.3.2, 3.3.3, 3.3.4
func TestSessionCookie(t *testing.T) {
	sessions, _ := newSessions(t)
	for _, secure := range []bool{false, true} {
		cookie := start(t, sessions, secure)
		want := map[bool]string{false: "assent-session", true: "__Host-assent-session"}[secure]
		if cookie.Name != want || cookie.Secure != secure || !cookie.HttpOnly || cookie.SameSite != http.SameSiteStrictMode ||
			cookie.Path != "/" || cookie.Domain != "" || len(cookie.Value) < 43 {
			t.Errorf("cookie = %+v", cookie)
		}
		if got := signedInAs(t, sessions, secure, cookie); got != ownerEmail {
			t.Errorf("signed in as %q", got)
		}
		if got := signedInAs(t, sessions, !secure, cookie); got != "" {
			t.Errorf("the cookie of secure=%v was taken for secure=%v", secure, !secure)
		}
	}
}

// ASVS 7.2.4
// Threat B5.13
func TestPlantedTokenIsReplaced(t *testing.T) {
	sessions, _ := newSessions(t)
	planted := start(t, sessions, false)
	fresh := start(t, sessions, false, planted)
	if fresh.Value == planted.Value {
		t.Error("the token was kept at sign-in")
	}
	if got := signedInAs(t, sessions, false, planted); got != "" {
		t.Error("the planted token is signed in")
	}
	invented := &http.Cookie{Name: planted.Name, Value: "invented"}
	if cookie := start(t, sessions, false, invented); cookie.Value == "invented" {
		t.Error("an invented token was accepted")
	}
}

// ASVS 7.3.1, 7.3.2
func TestSessionEnds(t *testing.T) {
	t.Run("by signing out", func(t *testing.T) {
		sessions, _ := newSessions(t)
		cookie := start(t, sessions, true)
		ctx, err := sessions.Load(request(cookie), true)
		if err != nil {
			t.Fatal(err)
		}
		cleared, err := sessions.End(ctx, true)
		if err != nil || cleared.MaxAge >= 0 || cleared.Name != cookie.Name {
			t.Errorf("End = %+v, %v", cleared, err)
		}
		if got := signedInAs(t, sessions, true, cookie); got != "" {
			t.Error("still signed in")
		}
	})
	t.Run("by idleness", func(t *testing.T) {
		sessions, c := newSessions(t)
		cookie := start(t, sessions, false)
		c.Advance(account.SessionIdle)
		if got := signedInAs(t, sessions, false, cookie); got != "" {
			t.Error("still signed in")
		}
	})
	t.Run("by age although used", func(t *testing.T) {
		sessions, c := newSessions(t)
		cookie := start(t, sessions, false)
		const step = account.SessionIdle - time.Hour
		for used := step; used < account.SessionLifetime; used += step {
			c.Advance(step)
			if got := signedInAs(t, sessions, false, cookie); got != ownerEmail {
				t.Fatalf("signed out after %s of use", used)
			}
		}
		c.Advance(step)
		if got := signedInAs(t, sessions, false, cookie); got != "" {
			t.Error("still signed in after a week")
		}
	})
}

// A request that was loaded before a sign-out must not bring the session back when it writes down its use.
// ASVS 7.4.1
func TestSignOutIsFinal(t *testing.T) {
	store := openStore(t)
	c := newClock()
	sessions := account.NewSessions(&signOutMeanwhile{Store: store}, c.Now)
	cookie := start(t, sessions, false)
	c.Advance(time.Hour)
	signedInAs(t, sessions, false, cookie)
	if got := signedInAs(t, sessions, false, cookie); got != "" {
		t.Error("the session came back")
	}
}

// signOutMeanwhile deletes each session right after it was read, as a sign-out on another connection would.
type signOutMeanwhile struct{ *embeddedstore.Store }

func (s *signOutMeanwhile) FindSession(ctx context.Context, token string, now time.Time) ([]byte, bool, error) {
	document, found, err := s.Store.FindSession(ctx, token, now)
	if err != nil {
		return nil, false, err
	}
	return document, found, s.DeleteSession(ctx, token)
}

// Threat B5.13
func TestStoreHoldsNoToken(t *testing.T) {
	store := openStore(t)
	c := newClock()
	cookie := start(t, account.NewSessions(store, c.Now), false)
	if _, found, err := store.FindSession(t.Context(), cookie.Value, c.Now()); err != nil || found {
		t.Errorf("the token itself is in the store: %v, %v", found, err)
	}
}

func TestSessionsAreListedAndEnded(t *testing.T) {
	c, store := newClock(), openStore(t)
	sessions := account.NewSessions(store, c.Now)
	user := account.User{Email: ownerEmail}
	laptop := start(t, sessions, false)
	c.Advance(time.Minute)
	phone := start(t, sessions, false)
	list := func(cookie *http.Cookie) (context.Context, []account.OpenSession) {
		t.Helper()
		ctx, err := sessions.Load(request(cookie), false)
		if err != nil {
			t.Fatal(err)
		}
		open, err := sessions.List(ctx, user)
		if err != nil {
			t.Fatal(err)
		}
		return ctx, open
	}
	ctx, open := list(laptop)
	if len(open) != 2 || open[0].Current || !open[1].Current || open[0].Device != "Firefox, Linux" || !open[0].Seen.Equal(c.Now()) {
		t.Fatalf("List = %+v", open)
	}
	if err := sessions.EndOne(ctx, account.User{Email: "eve@shop.example"}, open[0].ID); !errors.Is(err, consent.ErrNotFound) {
		t.Errorf("somebody else ended it: %v, want ErrNotFound", err)
	}
	if err := sessions.EndOne(ctx, user, open[0].ID); err != nil || signedInAs(t, sessions, false, phone) != "" {
		t.Errorf("EndOne = %v, and the phone is signed in as %q", err, signedInAs(t, sessions, false, phone))
	}
	phone, tablet := start(t, sessions, false), start(t, sessions, false)
	if err := sessions.EndOthers(ctx, user); err != nil {
		t.Fatal(err)
	}
	if signedInAs(t, sessions, false, phone)+signedInAs(t, sessions, false, tablet) != "" || signedInAs(t, sessions, false, laptop) != ownerEmail {
		t.Error("EndOthers left another one, or not this one")
	}
	if ctx, err := sessions.Load(request(laptop), false); err != nil || sessions.Belongs(ctx, account.User{Email: ownerEmail, Generation: 1}) {
		t.Errorf("a session of before the password was changed counts: %v", err)
	}
}
