package httpapi

import (
	"net/http"
	"regexp"
	"strings"
	"testing"
	"time"

	"assent/schemas"
)

func (s *testServer) preview(cookie, query string) string {
	s.t.Helper()
	answer, text := s.admin(http.MethodGet, "sites/"+s.site.ID+"/preview"+query, nil, "Cookie", cookie)
	if answer.StatusCode != http.StatusOK {
		s.t.Fatalf("preview%s: %d %s", query, answer.StatusCode, text)
	}
	return decode[schemas.Preview](s.t, text).Address
}

// ASVS 3.2.1
func TestAPreviewShowsTheScriptAndCanConnectToNothing(t *testing.T) {
	s := startServer(t)
	cookie := s.setUp()
	for _, query := range []string{"?language=de", "?language=de&notice=" + s.site.Notice} {
		address := s.preview(cookie, query)
		answer, page := s.do(http.MethodGet, address, nil)
		policy := answer.Header.Get("Content-Security-Policy")
		for _, want := range []string{"sandbox allow-scripts;", "default-src 'none'", "frame-ancestors 'self'"} {
			if !strings.Contains(policy, want) {
				t.Errorf("policy %q lacks %q", policy, want)
			}
		}
		if strings.Contains(policy, "connect-src") || strings.Contains(policy, "allow-same-origin") {
			t.Errorf("policy %q lets the page record", policy)
		}
		script := regexp.MustCompile(`src="(s/[^"]+)"`).FindStringSubmatch(string(page))
		if answer.StatusCode != http.StatusOK || script == nil || !strings.Contains(string(page), `<html lang="de"`) {
			t.Fatalf("page: %d %s", answer.StatusCode, page)
		}
		answer, text := s.do(http.MethodGet, address+script[1], nil)
		if answer.StatusCode != http.StatusOK || !strings.Contains(string(text), "Alle ablehnen") {
			t.Errorf("script: %d", answer.StatusCode)
		}
		if answer, _ := s.do(http.MethodGet, address+strings.TrimSuffix(script[1], ".js")+"/visitor.js", nil); answer.StatusCode != http.StatusOK {
			t.Errorf("its part: %d", answer.StatusCode)
		}
	}
}

func TestAPreviewsAddressCannotBeMadeUpAndEnds(t *testing.T) {
	now := time.Now()
	s := startServer(t, func(p *Parts) { p.Now = func() time.Time { return now } })
	cookie := s.setUp()
	address := s.preview(cookie, "")
	get := func(address string) int {
		answer, _ := s.do(http.MethodGet, address, nil)
		return answer.StatusCode
	}
	forged := []byte(address)
	forged[len(forged)-8] ^= 1
	for name, other := range map[string]string{"forged": string(forged), "short": "/preview/AAAA/", "no base64": "/preview/!!/"} {
		if got := get(other); got != http.StatusNotFound {
			t.Errorf("%s: %d", name, got)
		}
	}
	if get(address) != http.StatusOK {
		t.Error("the address does not work")
	}
	s.admin(http.MethodPut, "sites/"+s.site.ID+"/draft", schemas.Notice{}, "Cookie", cookie, "If-Match", `"0"`)
	second := s.preview(cookie, "")
	now = now.Add(2 * time.Hour)
	if got := get(second); got != http.StatusNotFound {
		t.Errorf("two hours later: %d", got)
	}
}
