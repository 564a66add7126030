package httpapi

import (
	"net/http"
	"net/http/httptest"
	"testing"

	"assent/schemas"
	"assent/server/internal/account"
)

func TestLinksOfADraftAreChecked(t *testing.T) {
	own := httptest.NewServer(http.NotFoundHandler())
	defer own.Close()
	s := startServer(t)
	cookie := s.setUp()
	if answer, body := s.admin(http.MethodPatch, "sites/"+s.site.ID, schemas.SiteChange{Origins: []string{own.URL}}, "Cookie", cookie); answer.StatusCode != http.StatusOK {
		t.Fatalf("origin: %d %s", answer.StatusCode, body)
	}
	draft := schemas.Notice{PrivacyPolicy: own.URL + "/privacy"}
	if answer, body := s.admin(http.MethodPut, "sites/"+s.site.ID+"/draft", draft, "Cookie", cookie, "If-Match", `"0"`); answer.StatusCode != http.StatusOK {
		t.Fatalf("draft: %d %s", answer.StatusCode, body)
	}
	answer, body := s.admin(http.MethodPost, "sites/"+s.site.ID+"/draft/links", nil, "Cookie", cookie)
	if answer.StatusCode != http.StatusOK {
		t.Fatalf("%d %s", answer.StatusCode, body)
	}
	if check := decode[schemas.LinkCheck](t, body); check.Links != 1 || len(check.Findings) != 1 || check.Findings[0].Kind != "link-gone" {
		t.Errorf("%s", body)
	}
	// Somebody far away asks for what only this machine reaches.
	for name, header := range map[string][]string{"through a proxy": {"X-Forwarded-For", "203.0.113.9"}, "through one that tells it anew": {"Forwarded", "for=203.0.113.9"}} {
		_, body := s.admin(http.MethodPost, "sites/"+s.site.ID+"/draft/links", nil, append([]string{"Cookie", cookie}, header...)...)
		if check := decode[schemas.LinkCheck](t, body); len(check.Findings) != 1 || check.Findings[0].Kind != "link-private" {
			t.Errorf("%s: %s", name, body)
		}
	}
}

func TestRequestsFromThisMachine(t *testing.T) {
	for _, c := range []struct {
		from, host string
		want       bool
	}{
		{"127.0.0.1:4000", "localhost:8080", true}, {"[::1]:4000", "[::1]:8080", true}, {"[::ffff:127.0.0.1]:4000", "127.0.0.1", true},
		{"127.0.0.1:4000", "assent.example", false}, {"203.0.113.9:4000", "localhost", false}, {"", "localhost", false},
	} {
		if got := isFromHere(&http.Request{RemoteAddr: c.from, Host: c.host}); got != c.want {
			t.Errorf("from %s for %s: %t", c.from, c.host, got)
		}
	}
}

func TestNobodyChecksLinksWithoutPause(t *testing.T) {
	s := startServer(t)
	if answer, body := s.admin(http.MethodPut, "sites/"+s.site.ID+"/draft", schemas.Notice{}, "Cookie", s.setUp(), "If-Match", `"0"`); answer.StatusCode != http.StatusOK {
		t.Fatalf("a draft without links: %d %s", answer.StatusCode, body)
	}
	ada := s.user("ada@editors.example", account.Roles{Role: account.EditorRole})
	bob := s.user("bob@editors.example", account.Roles{Role: account.EditorRole})
	last := 0
	for range askedAtOnce + 1 {
		if last != 0 && last != http.StatusOK {
			t.Fatalf("refused too early: %d", last)
		}
		answer, _ := s.admin(http.MethodPost, "sites/"+s.site.ID+"/draft/links", nil, "Cookie", ada)
		if last = answer.StatusCode; last == http.StatusTooManyRequests && answer.Header.Get("Retry-After") == "" {
			t.Error("no word on when to come back")
		}
	}
	if last != http.StatusTooManyRequests {
		t.Errorf("the last one: %d", last)
	}
	if answer, _ := s.admin(http.MethodPost, "sites/"+s.site.ID+"/draft/links", nil, "Cookie", bob); answer.StatusCode != http.StatusOK {
		t.Errorf("somebody else: %d", answer.StatusCode)
	}
}
