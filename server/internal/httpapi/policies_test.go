package httpapi

import (
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"assent/schemas"
	"assent/server/internal/consent"
	"assent/server/internal/site"
	"assent/server/internal/transfer"
	"assent/snippet"
)

// startWithHosts is a server whose site has a service with a host.
func startWithHosts(t *testing.T) (s *testServer, cookie string) {
	t.Helper()
	s = startServer(t)
	notice := schemas.Notice{Services: []schemas.Service{{ID: "tube", Purpose: "marketing", Hosts: []string{"tube.example"}}}}
	publisher := site.Publisher{Registry: s.store, Archive: s.store, Desk: s.store, Now: time.Now, Texts: snippet.Texts(), Adequate: transfer.BuiltIn(), Try: func(string, string, schemas.Notice) error { return nil }}
	if _, err := publisher.Change(t.Context(), s.site.ID, site.Change{Notice: &notice}); err != nil {
		t.Fatal(err)
	}
	if err := s.catalog.Refresh(t.Context()); err != nil {
		t.Fatal(err)
	}
	_, current, err := s.catalog.Current(t.Context(), s.site.ID)
	if err != nil {
		t.Fatal(err)
	}
	marks, err := consent.Marks(current)
	if err != nil {
		t.Fatal(err)
	}
	return s, "1." + marks["tube"] + "." + strconv.FormatInt(time.Now().Unix(), 36) + ".-.analytics:0.marketing:1"
}

func TestPolicyFollowsTheChoice(t *testing.T) {
	s, choice := startWithHosts(t)
	path := "/v1/sites/" + s.site.ID + "/policy"
	cases := []struct {
		name, query string
		headers     []string
		granted     bool
	}{
		{"nothing", "", nil, false},
		{"grant", "?grant=marketing", nil, true},
		{"grant of several", "?grant=analytics,tube", nil, true},
		{"choice", "?choice=" + url.QueryEscape(choice), nil, true},
		{"the request's own cookie", "", []string{"Cookie", "a=b; assent=" + choice}, true},
		{"the query outweighs the cookie", "?grant=", []string{"Cookie", "assent=" + choice}, false},
		{"two cookies that disagree", "", []string{"Cookie", "assent=" + choice + "; assent=" + strings.ReplaceAll(choice, ":1", ":0")}, false},
	}
	for _, c := range cases {
		answer, body := s.do(http.MethodGet, path+c.query, nil, c.headers...)
		got := decode[computed](t, body)
		if answer.StatusCode != http.StatusOK || strings.Contains(got.Value, "tube.example") != c.granted || slices.Contains(got.Granted, "tube") != c.granted {
			t.Errorf("%s: %d %s", c.name, answer.StatusCode, body)
		}
		if !strings.Contains(got.Value, "connect-src 'self' "+s.url) {
			t.Errorf("%s: this server's origin is missing: %s", c.name, got.Value)
		}
	}
}

func TestPolicyFormats(t *testing.T) {
	s, _ := startWithHosts(t)
	path := "/v1/sites/" + s.site.ID + "/policy"
	for format, want := range map[string]string{"nginx": "map $http_cookie", "caddy": "(assent)", "worker": "export default", "text": "Content-Security-Policy: default-src"} {
		if answer, body := s.do(http.MethodGet, path+"?format="+format, nil); answer.StatusCode != http.StatusOK || !strings.Contains(string(body), want) {
			t.Errorf("%s: %d %s", format, answer.StatusCode, body)
		}
	}
	for _, query := range []string{"?format=iis", "?nonce=short", "?nonce=" + url.QueryEscape("abcdefgh'; script-src *")} {
		if answer, body := s.do(http.MethodGet, path+query, nil); answer.StatusCode != http.StatusUnprocessableEntity {
			t.Errorf("%s: %d %s", query, answer.StatusCode, body)
		}
	}
	if answer, _ := s.do(http.MethodGet, "/v1/sites/nobody/policy", nil); answer.StatusCode != http.StatusNotFound {
		t.Errorf("an unknown site: %d", answer.StatusCode)
	}
	if _, body := s.do(http.MethodGet, path+"?nonce=AAAAAAAAAAAAAAAA", nil); !strings.Contains(decode[computed](t, body).Value, "'nonce-AAAAAAAAAAAAAAAA'") {
		t.Errorf("the nonce is not in %s", body)
	}
}

func TestPolicyNamesOnlyAnHonestHost(t *testing.T) {
	s, _ := startWithHosts(t)
	request, err := http.NewRequestWithContext(t.Context(), http.MethodGet, s.url+"/v1/sites/"+s.site.ID+"/policy?format=nginx", nil)
	if err != nil {
		t.Fatal(err)
	}
	request.Host = "evil';x"
	answer, err := s.client.Do(request)
	if err != nil {
		t.Fatal(err)
	}
	defer answer.Body.Close()
	if answer.StatusCode != http.StatusBadRequest {
		t.Errorf("answer %d", answer.StatusCode)
	}
}
