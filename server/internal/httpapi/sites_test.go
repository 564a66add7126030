package httpapi

import (
	"net/http"
	"regexp"
	"strings"
	"testing"

	"assent/schemas"
)

func TestASiteIsMadeAndChanged(t *testing.T) {
	s := startServer(t)
	cookie := s.setUp()
	answer, text := s.admin(http.MethodPost, "sites", schemas.SiteChange{Name: "Zoo", Origins: []string{"https://*.Zoo.example"}, TimeZone: "Europe/Berlin"}, "Cookie", cookie)
	made := decode[schemas.Site](t, text)
	if answer.StatusCode != http.StatusCreated || made.Name != "Zoo" || made.Origins[0] != "https://*.zoo.example" || made.TimeZone != "Europe/Berlin" {
		t.Fatalf("made: %d %s", answer.StatusCode, text)
	}
	if answer, _ := s.do(http.MethodGet, "/s/"+made.ID+".js", nil); answer.StatusCode != http.StatusOK {
		t.Errorf("its script: %d", answer.StatusCode)
	}
	answer, text = s.admin(http.MethodPatch, "sites/"+made.ID, schemas.SiteChange{Name: "Aquarium"}, "Cookie", cookie)
	changed := decode[schemas.Site](t, text)
	if answer.StatusCode != http.StatusOK || changed.Name != "Aquarium" || changed.TimeZone != "Europe/Berlin" || changed.Notice != made.Notice {
		t.Errorf("changed: %d %s", answer.StatusCode, text)
	}
	if _, text := s.admin(http.MethodGet, "sites", nil, "Cookie", cookie); decode[[]schemas.Site](t, text)[0].Name != "Aquarium" {
		t.Errorf("listed: %s", text)
	}
}

func TestASiteIsRefusedAtTheFaultyMember(t *testing.T) {
	s := startServer(t)
	cookie := s.setUp()
	origins := []string{"https://zoo.example"}
	for pointer, body := range map[string]schemas.SiteChange{
		"/name":     {Origins: origins},
		"/origins":  {Name: "Zoo", Origins: []string{"https://*"}},
		"/timeZone": {Name: "Zoo", Origins: origins, TimeZone: "Mars/Crater"},
	} {
		answer, text := s.admin(http.MethodPost, "sites", body, "Cookie", cookie)
		problem := decode[schemas.Problem](t, text)
		if answer.StatusCode != http.StatusUnprocessableEntity || len(problem.Errors) == 0 || problem.Errors[0].Pointer != pointer {
			t.Errorf("%s: %d %s", pointer, answer.StatusCode, text)
		}
	}
	if answer, _ := s.admin(http.MethodPatch, "sites/nobody", schemas.SiteChange{Name: "x"}, "Cookie", cookie); answer.StatusCode != http.StatusNotFound {
		t.Errorf("no such site: %d", answer.StatusCode)
	}
	if answer, _ := s.admin(http.MethodPost, "sites", schemas.SiteChange{Name: "Zoo", Origins: origins}); answer.StatusCode != http.StatusUnauthorized {
		t.Errorf("without a session: %d", answer.StatusCode)
	}
}

func TestWhatGoesIntoPagesIsServed(t *testing.T) {
	s := startServer(t, func(p *Parts) { p.PublicURL = "https://assent.example.com" })
	cookie := s.setUp()
	_, text := s.admin(http.MethodGet, "sites/"+s.site.ID+"/embedding", nil, "Cookie", cookie)
	got := decode[schemas.Embedding](t, text)
	address := regexp.MustCompile(`src="https://assent\.example\.com(/s/[^"]+)" integrity="(sha384-[^"]+)"`).FindStringSubmatch(got.Pinned)
	if address == nil || !strings.Contains(got.Moving, "/s/"+s.site.ID+".js") || got.Policy[0] != "script-src https://assent.example.com" {
		t.Fatalf("embedding: %s", text)
	}
	if answer, _ := s.do(http.MethodGet, address[1], nil); answer.StatusCode != http.StatusOK {
		t.Errorf("the pinned script: %d", answer.StatusCode)
	}
	if !strings.HasPrefix(got.StubPolicy, "script-src 'sha256-") || !strings.HasPrefix(got.Stub, "<script>") {
		t.Errorf("stub: %s, %s", got.StubPolicy, got.Stub)
	}
}

func TestPagesThatSpokeArePresent(t *testing.T) {
	s := startServer(t)
	cookie := s.setUp()
	read := func() schemas.Presence {
		_, text := s.admin(http.MethodGet, "sites/"+s.site.ID+"/presence", nil, "Cookie", cookie)
		return decode[schemas.Presence](t, text)
	}
	if got := read(); !got.At.IsZero() || !got.DecidedAt.IsZero() {
		t.Errorf("before anything: %+v", got)
	}
	shown := `{"notice":"` + s.site.Notice + `","event":"shown"}`
	path := "/v1/sites/" + s.site.ID + "/exposures"
	s.do(http.MethodPost, path, shown, "Origin", "https://evil.example", "Content-Type", "application/json")
	if got := read(); got.Origin != "" {
		t.Errorf("after a foreign page: %+v", got)
	}
	s.do(http.MethodPost, path, shown, "Origin", shopOrigin, "Content-Type", "application/json")
	s.post(s.decision("accept-all"))
	if got := read(); got.Origin != shopOrigin || got.At.IsZero() || got.DecidedAt.IsZero() {
		t.Errorf("after a page and a decision: %+v", got)
	}
}
