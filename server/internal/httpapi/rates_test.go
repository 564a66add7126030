package httpapi

import (
	"maps"
	"net/http"
	"net/url"
	"testing"

	"assent/schemas"
	"assent/server/internal/consent"
)

const phone = "Mozilla/5.0 (iPhone; CPU iPhone OS 18_6 like Mac OS X) AppleWebKit/605.1.15 Version/18.6 Mobile/15E148 Safari/604.1"

func TestRatesCountWhoWasAskedAndWhoAnswered(t *testing.T) {
	s := startServer(t)
	cookie := s.setUp()
	for range 2 { // The second view is the same visitor's.
		s.expose("shown")
	}
	_, body := s.expose("shown", "User-Agent", phone)
	s.expose("shown", "User-Agent", "curl/8.5.0")
	s.expose("hidden", "User-Agent", phone)
	d := s.decision(consent.AcceptAll)
	d.Source, d.Shown = "banner", decode[schemas.Shown](t, body).Shown
	s.post(d)
	if err := s.shown.Flush(t.Context()); err != nil {
		t.Fatal(err)
	}
	get := func(path string) []byte {
		t.Helper()
		answer, body := s.admin(http.MethodGet, "sites/"+s.site.ID+"/"+path, nil, "Cookie", cookie)
		if answer.StatusCode != http.StatusOK {
			t.Fatalf("%s: %d %s", path, answer.StatusCode, body)
		}
		return body
	}
	want := schemas.Answered{Decisions: 1, Accepted: 1, Views: 3, Asked: 2, Hidden: 1, FirstAccepted: 1}
	rates := decode[schemas.Rates](t, get("rates?tz=Europe/Berlin&each=day"))
	if rates.Totals != want || len(rates.Intervals) != 30 || rates.TimeZone != "Europe/Berlin" || rates.Recent[0].Waited != 1 || rates.Recent[0].Browser != "firefox" {
		t.Errorf("%+v", rates)
	}
	named := map[string]string{}
	for _, share := range rates.Services {
		named[share.ID] = share.Name
	}
	if want := map[string]string{"youtube": "YouTube"}; !maps.Equal(named, want) {
		t.Errorf("services are called %v", named)
	}
	if zone := decode[schemas.Rates](t, get("rates")).TimeZone; zone != "UTC" {
		t.Errorf("days of %s, the site has no time zone", zone)
	}
	if answer, body := s.admin(http.MethodPatch, "sites/"+s.site.ID, schemas.SiteChange{TimeZone: "Asia/Tokyo"}, "Cookie", cookie); answer.StatusCode != http.StatusOK {
		t.Fatalf("change the site: %d %s", answer.StatusCode, body)
	}
	if zone := decode[schemas.Rates](t, get("rates")).TimeZone; zone != "Asia/Tokyo" {
		t.Errorf("days of %s, the site's are Tokyo's", zone)
	}
	if overview := decode[schemas.Overview](t, get("overview")); overview.Today != want || overview.LastWeek != (schemas.Answered{}) {
		t.Errorf("%+v", overview)
	}
	if groups := decode[schemas.Breakdown](t, get("breakdown?by=device")).Groups; len(groups) != 2 || groups[1].Value != "phone" || groups[1].Answered.Hidden != 1 {
		t.Errorf("%+v", groups)
	}
	if compared := decode[schemas.Comparison](t, get("comparison?device=desktop&other.device=phone")); compared.One.Decisions != 1 || compared.Other.Asked != 1 || compared.Other.Decisions != 0 {
		t.Errorf("%+v", compared)
	}
	for path, status := range map[string]int{"rates?tz=Mars": 422, "breakdown?by=subject": 422, "comparison?other.from=x": 422} {
		if answer, body := s.admin(http.MethodGet, "sites/"+s.site.ID+"/"+path, nil, "Cookie", cookie); answer.StatusCode != status {
			t.Errorf("%s: %d %s", path, answer.StatusCode, body)
		}
	}
	for _, path := range []string{"rates", "breakdown", "overview", "comparison"} {
		if answer, _ := s.admin(http.MethodGet, "sites/"+s.site.ID+"/"+path, nil); answer.StatusCode != http.StatusUnauthorized {
			t.Errorf("%s without session: %d", path, answer.StatusCode)
		}
	}
}

func TestOnlyWhatTheNoticeKnowsIsCountedOfAnExposure(t *testing.T) {
	s := startServer(t)
	cookie := s.setUp()
	tell := func(e schemas.Exposure) {
		t.Helper()
		answer, body := s.do(http.MethodPost, "/v1/sites/"+s.site.ID+"/exposures", e, "Origin", shopOrigin, "Content-Type", "text/plain")
		if answer.StatusCode != http.StatusOK {
			t.Errorf("%d %s", answer.StatusCode, body)
		}
	}
	tell(schemas.Exposure{Notice: "never-published", Event: "shown"})
	tell(schemas.Exposure{Notice: s.site.Notice, Event: "shown", Locale: "de", Page: shopOrigin + "/cart?email=a@b.example#x"})
	tell(schemas.Exposure{Notice: s.site.Notice, Event: "shown", Locale: "tlh", Page: "https://evil.example/"})
	if err := s.shown.Flush(t.Context()); err != nil {
		t.Fatal(err)
	}
	views := func(by string) map[string]int {
		t.Helper()
		_, body := s.admin(http.MethodGet, "sites/"+s.site.ID+"/breakdown?"+url.Values{"by": {by}}.Encode(), nil, "Cookie", cookie)
		found := map[string]int{}
		for _, group := range decode[schemas.Breakdown](t, body).Groups {
			found[group.Value] = group.Answered.Views
		}
		return found
	}
	for by, want := range map[string]map[string]int{
		"notice": {s.site.Notice: 2}, "locale": {"de": 1, "": 1}, "page": {shopOrigin + "/cart": 1, "": 1}, "browser": {"firefox": 2},
	} {
		got := views(by)
		if len(got) != len(want) {
			t.Errorf("by %s: %v", by, got)
		}
		for value, n := range want {
			if got[value] != n {
				t.Errorf("by %s: %v, want %v", by, got, want)
			}
		}
	}
}
