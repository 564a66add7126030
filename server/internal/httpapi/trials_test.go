package httpapi

import (
	"net/http"
	"strings"
	"testing"

	"assent/server/internal/consent"
)

func TestEveryPageMayAskWhetherItsDecisionsAreTaken(t *testing.T) {
	s := startServer(t)
	own := "/v1/sites/" + s.site.ID + "/decisions/trial"
	for _, c := range []struct{ name, path, origin, problem string }{
		{"a page of the site", own, shopOrigin, ""},
		{"another origin", own, "https://evil.example", "foreign-origin"},
		{"no origin", own, "", "foreign-origin"},
		{"a page without one", own, "null", "foreign-origin"},
		{"no such site", "/v1/sites/nobody/decisions/trial", shopOrigin, "unknown-site"},
	} {
		if answer, _ := s.do(http.MethodOptions, c.path, nil, "Origin", c.origin); answer.StatusCode != http.StatusNoContent || answer.Header.Get("Access-Control-Allow-Origin") != "*" {
			t.Errorf("%s, preflight: %d %v", c.name, answer.StatusCode, answer.Header)
		}
		answer, body := s.do(http.MethodPost, c.path, s.decision(consent.Save), "Origin", c.origin, "Content-Type", "application/json")
		if answer.StatusCode != http.StatusOK || answer.Header.Get("Access-Control-Allow-Origin") != "*" {
			t.Errorf("%s: %d %v", c.name, answer.StatusCode, answer.Header)
		}
		got := decode[trial](t, body)
		if got.Recordable != (c.problem == "") || (got.Problem != nil) != (c.problem != "") {
			t.Errorf("%s: %s", c.name, body)
		}
		if got.Problem != nil && !strings.HasSuffix(got.Problem.Type, ":"+c.problem) {
			t.Errorf("%s: %s", c.name, body)
		}
	}
	if records, err := s.store.Recent(t.Context(), s.site.ID, 1); err != nil || len(records) != 0 {
		t.Errorf("%d decisions were recorded, %v", len(records), err)
	}
}
