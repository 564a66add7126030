package httpapi

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"assent/schemas"
	"assent/server/internal/site"
	"assent/server/internal/transfer"
	"assent/snippet"
)

// choiceCookie returns the cookie that an answer sets, or nil.
func choiceCookie(answer *http.Response) *http.Cookie {
	for _, cookie := range answer.Cookies() {
		if cookie.Name == "assent" {
			return cookie
		}
	}
	return nil
}

// publish gives the server's site another notice and other origins.
func (s *testServer) publish(n schemas.Notice, origins ...string) {
	s.t.Helper()
	publisher := site.Publisher{Registry: s.store, Archive: s.store, Desk: s.store, Now: time.Now, Texts: snippet.Texts(), Adequate: transfer.BuiltIn(), Try: func(string, string, schemas.Notice) error { return nil }}
	changed, err := publisher.Change(s.t.Context(), s.site.ID, site.Change{Notice: &n, Origins: origins})
	if err != nil {
		s.t.Fatal(err)
	}
	if err := s.catalog.Refresh(s.t.Context()); err != nil {
		s.t.Fatal(err)
	}
	s.site = changed
}

func TestASameOriginPageIsGivenItsCookie(t *testing.T) {
	s := startServer(t)
	answer, body := s.post(s.decision("reject-all"), "Sec-Fetch-Site", "same-origin")
	cookie := choiceCookie(answer)
	if cookie == nil {
		t.Fatalf("%d %s", answer.StatusCode, body)
	}
	subject := decode[schemas.Recorded](t, body).Subject
	if !strings.HasPrefix(cookie.Value, "1..") || !strings.HasSuffix(cookie.Value, "."+subject+".analytics:0.marketing:0") {
		t.Errorf("value %q", cookie.Value)
	}
	left := time.Duration(cookie.MaxAge) * time.Second
	if cookie.Path != "/" || cookie.Domain != "" || !cookie.Secure || cookie.HttpOnly || cookie.SameSite != http.SameSiteLaxMode ||
		left > 180*24*time.Hour || left < 180*24*time.Hour-time.Minute {
		t.Errorf("cookie %+v", cookie)
	}
}

func TestOnlyPagesOfTheSameSiteAreGivenACookie(t *testing.T) {
	s := startServer(t)
	for _, from := range []string{"", "cross-site", "none", "same-site"} {
		if answer, _ := s.post(s.decision("accept-all"), "Sec-Fetch-Site", from); answer.StatusCode != http.StatusCreated || choiceCookie(answer) != nil {
			t.Errorf("%q: %d %v", from, answer.StatusCode, answer.Cookies())
		}
	}
	s.publish(schemas.Notice{CookieDomain: "shop.example"}, shopOrigin, "https://www.shop.example", "http://localhost:*")
	for from, want := range map[string]string{"same-site": "shop.example", "same-origin": "shop.example"} {
		answer, _ := s.post(s.decision("accept-all"), "Sec-Fetch-Site", from)
		if cookie := choiceCookie(answer); cookie == nil || cookie.Domain != want || answer.Header.Get("Access-Control-Allow-Credentials") != "true" {
			t.Errorf("%q: %v", from, cookie)
		}
	}
	if answer, _ := s.post(s.decision("accept-all"), "Sec-Fetch-Site", "same-site", "Origin", "http://localhost:3000"); choiceCookie(answer) != nil {
		t.Errorf("a page elsewhere: %v", answer.Cookies())
	}
	if answer, _ := s.post(s.decision("accept-all"), "Sec-Fetch-Site", "same-origin", "Origin", "https://evil.example"); answer.StatusCode != http.StatusForbidden ||
		choiceCookie(answer) != nil || answer.Header.Get("Access-Control-Allow-Credentials") != "" {
		t.Errorf("a stranger: %d %v", answer.StatusCode, answer.Header)
	}
}

// Threat B5.16
func TestALateRetryBringsNoOlderChoiceBack(t *testing.T) {
	s := startServer(t)
	first := s.decision("accept-all")
	if answer, _ := s.post(first, "Sec-Fetch-Site", "same-origin"); choiceCookie(answer) == nil {
		t.Fatal("no cookie")
	}
	second := s.decision("withdraw")
	second.Secret = first.Secret
	if answer, _ := s.post(second, "Sec-Fetch-Site", "same-origin"); choiceCookie(answer) == nil || strings.Contains(choiceCookie(answer).Value, ":1") {
		t.Fatalf("%v", answer.Cookies())
	}
	if answer, _ := s.post(first, "Sec-Fetch-Site", "same-origin"); answer.StatusCode != http.StatusOK || choiceCookie(answer) != nil {
		t.Errorf("%d %v", answer.StatusCode, answer.Cookies())
	}
	if answer, _ := s.post(second, "Sec-Fetch-Site", "same-origin"); answer.StatusCode != http.StatusOK || choiceCookie(answer) == nil {
		t.Errorf("a retry of the current one: %d %v", answer.StatusCode, answer.Cookies())
	}
}

func TestASignalLeavesTheCookieAlone(t *testing.T) {
	s := startServer(t)
	signal := s.decision("signal")
	signal.Purposes = map[string]bool{"marketing": false}
	if answer, body := s.post(signal, "Sec-Fetch-Site", "same-origin"); answer.StatusCode != http.StatusCreated || choiceCookie(answer) != nil {
		t.Errorf("%d %s %v", answer.StatusCode, body, answer.Cookies())
	}
}
