package httpapi

import (
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"assent/schemas"
	"assent/server/internal/auditing"
	"assent/server/internal/consent"
)

func TestAnOfficerFindsDecisions(t *testing.T) {
	s := startServer(t)
	owner := s.setUp()
	first := s.decision(consent.AcceptAll)
	_, body := s.post(first)
	subject := decode[schemas.Recorded](t, body).Subject
	change := s.decision(consent.Withdraw)
	change.Secret = first.Secret
	s.post(change)
	for range auditing.PageSize {
		s.post(s.decision(consent.RejectAll))
	}
	search := func(query url.Values) schemas.Found {
		t.Helper()
		answer, body := s.admin(http.MethodGet, "sites/"+s.site.ID+"/decisions?"+query.Encode(), nil, "Cookie", owner)
		if answer.StatusCode != http.StatusOK {
			t.Fatalf("%v: %d %s", query, answer.StatusCode, body)
		}
		return decode[schemas.Found](t, body)
	}
	today := time.Now().UTC()
	for name, c := range map[string]struct {
		query url.Values
		want  int
	}{
		"receipt":             {url.Values{"receipt": {first.ID}}, 1},
		"receipt's address":   {url.Values{"receipt": {" https://assent.example/v1/receipts/" + first.ID}}, 1},
		"subject":             {url.Values{"subject": {subject}}, 2},
		"subject and action":  {url.Values{"subject": {subject}, "action": {consent.Withdraw}}, 1},
		"granted":             {url.Values{"granted": {"analytics"}}, 1},
		"refused":             {url.Values{"refused": {"analytics"}, "subject": {subject}}, 1},
		"notice":              {url.Values{"notice": {s.site.Notice}, "receipt": {change.ID}}, 1},
		"another notice":      {url.Values{"notice": {"none"}}, 0},
		"yesterday and today": {url.Values{"from": {today.AddDate(0, 0, -1).Format(time.DateOnly)}, "to": {today.AddDate(0, 0, 1).Format(time.DateOnly)}, "subject": {subject}}, 2},
		"the past":            {url.Values{"to": {"2020-01-01"}}, 0},
	} {
		if found := search(c.query); len(found.Decisions) != c.want || found.Next != "" {
			t.Errorf("%s: %d decisions, want %d", name, len(found.Decisions), c.want)
		}
	}
	page := search(nil)
	rest := search(url.Values{"before": {page.Next}})
	if len(page.Decisions) != auditing.PageSize || len(rest.Decisions) != 2 || rest.Decisions[1].ID != first.ID || rest.Next != "" {
		t.Errorf("pages of %d and %d decisions, %+v", len(page.Decisions), len(rest.Decisions), rest)
	}
	for _, query := range []string{"receipt=4711", "before=x", "from=yesterday", "to=2026-13-01", "from=2026-02-02&to=2026-02-01"} {
		if answer, body := s.admin(http.MethodGet, "sites/"+s.site.ID+"/decisions?"+query, nil, "Cookie", owner); answer.StatusCode != http.StatusUnprocessableEntity {
			t.Errorf("%s: %d %s", query, answer.StatusCode, body)
		}
	}
}

// The trail stays when a visitor's data is erased.
func TestTheTrailTellsASearchWithoutWhomItWasFor(t *testing.T) {
	s := startServer(t)
	owner := s.setUp()
	for range 2 {
		s.admin(http.MethodGet, "sites/"+s.site.ID+"/decisions?subject=canary-subject&from=2026-01-01", nil, "Cookie", owner)
	}
	_, body := s.admin(http.MethodGet, "trail?what=search-decisions", nil, "Cookie", owner)
	acts := decode[schemas.Trail](t, body).Acts
	if len(acts) != 2 || acts[0].About != "subject, from" || strings.Contains(fmt.Sprint(acts), "canary") {
		t.Errorf("%+v", acts)
	}
}
