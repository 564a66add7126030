package httpapi

import (
	"bytes"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"

	"assent/schemas"
	"assent/server/internal/consent"
)

// expose tells an event of the site's notice as its page would.
func (s *testServer) expose(event string, headers ...string) (*http.Response, []byte) {
	s.t.Helper()
	headers = append([]string{"Origin", shopOrigin, "Content-Type", "text/plain"}, headers...)
	return s.do(http.MethodPost, "/v1/sites/"+s.site.ID+"/exposures", schemas.Exposure{Notice: s.site.Notice, Event: event}, headers...)
}

// flagsOf returns the flags of the decision behind a receipt.
func (s *testServer) flagsOf(d schemas.Decision) []string {
	s.t.Helper()
	_, body := s.do(http.MethodGet, "/v1/receipts/"+d.ID, nil)
	return decode[schemas.Receipt](s.t, body).Flags
}

func TestADecisionOnANoticeThatWasShownIsSeen(t *testing.T) {
	s := startServer(t)
	answer, body := s.expose("shown")
	shown := decode[schemas.Shown](t, body).Shown
	if answer.StatusCode != http.StatusOK || answer.Header.Get("Access-Control-Allow-Origin") != shopOrigin || answer.Header.Get("Cache-Control") != "no-store" || len(shown) > 60 {
		t.Fatalf("%d %v %s", answer.StatusCode, answer.Header, body)
	}
	for name, c := range map[string]struct {
		source, token, notice string
		seen                  bool
	}{
		"banner":                  {"banner", shown, s.site.Notice, true},
		"preferences":             {"preferences", shown, s.site.Notice, true},
		"banner, none":            {"banner", "", s.site.Notice, false},
		"preferences, none":       {"preferences", "", s.site.Notice, false},
		"banner, forged":          {"banner", strings.Repeat("A", len(shown)), s.site.Notice, false},
		"banner, garbage":         {"banner", "no token", s.site.Notice, false},
		"banner, another notice":  {"banner", shown, "another", false},
		"gpc":                     {"gpc", "", s.site.Notice, true},
		"api":                     {"api", "", s.site.Notice, true},
		"not told":                {"", "", s.site.Notice, true},
		"import":                  {"import", "", s.site.Notice, true},
		"placeholder":             {"placeholder", "", s.site.Notice, true},
		"placeholder, with token": {"placeholder", shown, s.site.Notice, true},
	} {
		d := s.decision(consent.RejectAll)
		d.Source, d.Shown, d.Notice = c.source, c.token, c.notice
		if answer, body := s.post(d); answer.StatusCode != http.StatusCreated {
			t.Errorf("%s: %d %s", name, answer.StatusCode, body)
		} else if flags := s.flagsOf(d); slices.Contains(flags, consent.FlagNotSeen) == c.seen {
			t.Errorf("%s: flags %v", name, flags)
		}
	}
	if _, body := s.do(http.MethodGet, "/metrics", nil); !bytes.Contains(body, []byte(`assent_exposures_total{event="shown"} 1`)) {
		t.Error("not counted")
	}
	if strings.Contains(s.logged.String(), shown) {
		t.Error("the token is logged")
	}
}

func TestARetryWithAnotherTokenIsTheSameDecision(t *testing.T) {
	s := startServer(t)
	d := s.decision(consent.AcceptAll)
	_, first := s.post(d)
	_, body := s.expose("shown")
	d.Shown = decode[schemas.Shown](t, body).Shown
	if answer, again := s.post(d); answer.StatusCode != http.StatusOK || !bytes.Equal(first, again) {
		t.Errorf("%d\n%s\n%s", answer.StatusCode, first, again)
	}
	if flags := s.flagsOf(d); !slices.Contains(flags, consent.FlagNotSeen) {
		t.Errorf("a retry changed what was recorded: %v", flags)
	}
}

func TestOtherEventsAreCountedOnly(t *testing.T) {
	s := startServer(t)
	for _, event := range []string{"hidden", "ignored", "dismissed"} {
		if answer, body := s.expose(event); answer.StatusCode != http.StatusNoContent || len(body) > 0 {
			t.Errorf("%s: %d %s", event, answer.StatusCode, body)
		}
		if _, body := s.do(http.MethodGet, "/metrics", nil); !bytes.Contains(body, fmt.Appendf(nil, "assent_exposures_total{event=%q} 1", event)) {
			t.Errorf("%s is not counted", event)
		}
	}
	if n := s.rows(); n != 0 {
		t.Errorf("%d rows", n)
	}
}

func TestWhatIsNoExposureIsRefused(t *testing.T) {
	s := startServer(t)
	valid := `{"notice":"n1","event":"shown"}`
	for name, c := range map[string]struct {
		body    string
		headers []string
		status  int
	}{
		"not JSON":         {"shown", nil, http.StatusBadRequest},
		"unknown event":    {`{"notice":"n1","event":"clicked"}`, nil, http.StatusBadRequest},
		"two events":       {`{"notice":"n1","event":"shown","event":"shown"}`, nil, http.StatusBadRequest},
		"unknown member":   {`{"notice":"n1","event":"shown","subject":"s"}`, nil, http.StatusBadRequest},
		"too large":        {valid + strings.Repeat(" ", 3072), nil, http.StatusRequestEntityTooLarge},
		"much too large":   {valid + strings.Repeat(" ", 20<<10), nil, http.StatusRequestEntityTooLarge},
		"a form":           {valid, []string{"Content-Type", "application/x-www-form-urlencoded"}, http.StatusUnsupportedMediaType},
		"a foreign origin": {valid, []string{"Origin", "https://evil.example"}, http.StatusForbidden},
		"no origin":        {valid, []string{"Origin", ""}, http.StatusForbidden},
	} {
		headers := append([]string{"Origin", shopOrigin, "Content-Type", "application/json"}, c.headers...)
		if answer, body := s.do(http.MethodPost, "/v1/sites/"+s.site.ID+"/exposures", c.body, headers...); answer.StatusCode != c.status {
			t.Errorf("%s: %d %s", name, answer.StatusCode, body)
		}
	}
	if answer, _ := s.do(http.MethodPost, "/v1/sites/unknown/exposures", valid, "Origin", shopOrigin, "Content-Type", "application/json"); answer.StatusCode != http.StatusNotFound {
		t.Errorf("unknown site: %d", answer.StatusCode)
	}
}
