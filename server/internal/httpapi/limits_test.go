package httpapi

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"testing"

	"assent/schemas"
	"assent/server/internal/consent"
	"assent/server/internal/ratelimit"
)

// limited lets 15 grants through at once.
func limited(p *Parts) { p.Limiter = ratelimit.New(60) }

// from posts as a client with that address would, without a network in between.
func (s *testServer) from(peer, path string, body any, headers ...string) *httptest.ResponseRecorder {
	s.t.Helper()
	request := httptest.NewRequest(http.MethodPost, "/v1/sites/"+s.site.ID+path, encode(s.t, body))
	request.RemoteAddr = peer
	request.Header.Set("Origin", shopOrigin)
	request.Header.Set("Content-Type", "application/json")
	for i := 0; i < len(headers); i += 2 {
		request.Header.Set(headers[i], headers[i+1])
	}
	answer := httptest.NewRecorder()
	s.handler.ServeHTTP(answer, request)
	return answer
}

// flood posts n decisions and returns how many were recorded.
func (s *testServer) flood(n int, action string, peer func(i int) string, headers func(i int) []string) (recorded int) {
	s.t.Helper()
	for i := range n {
		switch answer := s.from(peer(i), "/decisions", s.decision(action), headers(i)...); answer.Code {
		case http.StatusCreated:
			recorded++
		case http.StatusTooManyRequests:
		default:
			s.t.Fatalf("%d %s", answer.Code, answer.Body)
		}
	}
	return recorded
}

func always(peer string) func(int) string { return func(int) string { return peer } }

func without(int) []string { return nil }

// ASVS 2.4.1
func TestANetworkThatSendsTooManyIsToldToWait(t *testing.T) {
	s := startServer(t, limited, func(p *Parts) { p.TrustedProxies = loopbackProxies(t) })
	post := func(action string) (*http.Response, []byte) {
		return s.post(s.decision(action), "X-Forwarded-For", "203.0.113.7")
	}
	for range 15 {
		if answer, body := post(consent.AcceptAll); answer.StatusCode != http.StatusCreated {
			t.Fatalf("%d %s", answer.StatusCode, body)
		}
	}
	answer, body := post(consent.AcceptAll)
	wait, err := strconv.Atoi(answer.Header.Get("Retry-After"))
	if answer.StatusCode != http.StatusTooManyRequests || err != nil || wait < 1 || wait > 4 || answer.Header.Get("Access-Control-Allow-Origin") != shopOrigin {
		t.Errorf("%d %v %s", answer.StatusCode, answer.Header, body)
	}
	if told := decode[schemas.Problem](t, body); told.Type != "urn:assent:problem:rate-limited" {
		t.Errorf("%s", body)
	}
	for _, action := range []string{consent.RejectAll, consent.Withdraw} {
		if answer, body := post(action); answer.StatusCode != http.StatusCreated {
			t.Errorf("a refusal beside a flood of grants: %d %s", answer.StatusCode, body)
		}
	}
	if answer, body := s.post(s.decision(consent.AcceptAll), "X-Forwarded-For", "203.0.114.7"); answer.StatusCode != http.StatusCreated {
		t.Errorf("the network beside it: %d %s", answer.StatusCode, body)
	}
	if _, metrics := s.do(http.MethodGet, "/metrics", nil); !bytes.Contains(metrics, []byte(`assent_rate_limited_total{kind="grant"} 1`)) {
		t.Error("not counted")
	}
	if n := s.rows(); n != 18 {
		t.Errorf("%d rows", n)
	}
}

func loopbackProxies(t *testing.T) []*net.IPNet {
	t.Helper()
	_, proxies, err := net.ParseCIDR("127.0.0.0/8")
	if err != nil {
		t.Fatal(err)
	}
	return []*net.IPNet{proxies}
}

// Threat B5.7
func TestAFloodIsOneNetworkWhateverItSaysOfItself(t *testing.T) {
	rotating := func(i int) string { return fmt.Sprintf("[2001:db8:0:ff%02x:%x::1]:999", i%256, i) }
	forged := func(i int) []string {
		return []string{"X-Forwarded-For", fmt.Sprintf("198.51.%d.1, 10.0.0.%d", i, i), "X-Real-IP", fmt.Sprintf("198.51.%d.1", i),
			"Forwarded", fmt.Sprintf("for=198.51.%d.1", i), "CF-Connecting-IP", fmt.Sprintf("198.51.%d.1", i)}
	}
	for name, c := range map[string]struct {
		peer    func(int) string
		headers func(int) []string
	}{
		"one address":                {always("203.0.113.7:999"), without},
		"addresses of one /24":       {func(i int) string { return fmt.Sprintf("203.0.113.%d:999", i%256) }, without},
		"a rotating /64 in one /56":  {rotating, without},
		"forged headers":             {always("203.0.113.7:999"), forged},
		"forged headers, IPv6":       {rotating, forged},
		"forged headers, IPv6, IPv4": {always("[::ffff:203.0.113.7]:999"), forged},
	} {
		t.Run(name, func(t *testing.T) {
			s := startServer(t, limited, func(p *Parts) { p.TrustedProxies = loopbackProxies(t) })
			// A second passes while the flood does: one or two more than a burst.
			if recorded := s.flood(200, consent.AcceptAll, c.peer, c.headers); recorded < 15 || recorded > 20 {
				t.Errorf("%d recorded, want 15 and few more", recorded)
			}
			if n := s.rows(); n > 20 {
				t.Errorf("%d rows", n)
			}
		})
	}
}

// A proxy with a public address looks like one client.
func TestTheOwnerIsToldWhenAProxyIsRefused(t *testing.T) {
	s := startServer(t, limited)
	behind := func(i int) []string { return []string{"X-Forwarded-For", fmt.Sprintf("203.0.%d.1", i)} }
	s.flood(10, consent.AcceptAll, always("198.51.100.7:999"), behind)
	if strings.Contains(s.logged.String(), "--trusted-proxy") {
		t.Error("told before anybody is refused")
	}
	s.flood(20, consent.AcceptAll, always("198.51.100.7:999"), behind)
	if n := strings.Count(s.logged.String(), "--trusted-proxy"); n != 1 || strings.Contains(s.logged.String(), "198.51") {
		t.Errorf("told %d times: %s", n, s.logged)
	}
}

// Where visitors cannot be told apart none is refused for another's sake, and the owner is told.
func TestAProxyThatNobodyNamedIsNobodysBucket(t *testing.T) {
	s := startServer(t, limited)
	behind := func(i int) []string { return []string{"X-Forwarded-For", fmt.Sprintf("203.0.113.%d", i)} }
	for _, proxy := range []string{"127.0.0.1:999", "[::1]:999", "10.1.2.3:999", "172.17.0.1:999", "@"} {
		if recorded := s.flood(20, consent.AcceptAll, always(proxy), behind); recorded != 20 {
			t.Errorf("%s: %d of 20 recorded", proxy, recorded)
		}
	}
	if n := strings.Count(s.logged.String(), "--trusted-proxy"); n != 1 {
		t.Errorf("told %d times of the proxy: %s", n, s.logged)
	}
}

func TestWhatPagesTellIsLimited(t *testing.T) {
	s := startServer(t, limited)
	sightings := json.RawMessage(`{"sightings":[{"host":"a.example","kind":"script"}]}`)
	refused := map[int]int{}
	for range 80 {
		refused[s.from("203.0.113.7:999", "/sightings", sightings).Code]++
	}
	if refused[http.StatusNoContent] < 60 || refused[http.StatusTooManyRequests] == 0 {
		t.Errorf("sightings: %v", refused)
	}
	if answer := s.from("203.0.113.7:999", "/decisions/trial", nil); answer.Code != http.StatusTooManyRequests {
		t.Errorf("trial: %d", answer.Code)
	}
	if answer := s.from("203.0.113.7:999", "/decisions", s.decision(consent.AcceptAll)); answer.Code != http.StatusCreated {
		t.Errorf("a decision is refused for what pages told: %d", answer.Code)
	}
}

func TestABodyIsNotReadWhenNothingCouldBeRecorded(t *testing.T) {
	s := startServer(t, limited)
	s.flood(20, consent.AcceptAll, always("203.0.113.7:999"), without)
	s.flood(80, consent.RejectAll, always("203.0.113.7:999"), without)
	if answer := s.from("203.0.113.7:999", "/decisions", "no JSON"); answer.Code != http.StatusTooManyRequests {
		t.Errorf("%d %s", answer.Code, answer.Body)
	}
}
