package httpapi

import (
	"fmt"
	"net/http"
	"strings"
	"testing"

	"assent/schemas"
)

func TestSightingsAreCountedAndListed(t *testing.T) {
	s := startServer(t)
	path := "/v1/sites/" + s.site.ID + "/sightings"
	admin := "/v1/admin/sites/" + s.site.ID + "/sightings"
	cookie := s.setUp()
	if _, body := s.do(http.MethodGet, admin, nil, "Cookie", cookie); len(decode[schemas.ThirdParties](t, body).Sighted) != 0 {
		t.Errorf("sightings before any: %s", body)
	}
	body := `{"sightings":[{"host":"www.youtube.com","kind":"frame","service":"youtube"},{"host":"nobody.example","kind":"image"}]}`
	for _, mediaType := range []string{"application/json", "text/plain;charset=UTF-8"} {
		if answer, text := s.do(http.MethodPost, path, body, "Origin", shopOrigin, "Content-Type", mediaType); answer.StatusCode != http.StatusNoContent {
			t.Errorf("%s: %d %s", mediaType, answer.StatusCode, text)
		}
	}
	if err := s.counter.Flush(t.Context()); err != nil {
		t.Fatal(err)
	}
	_, text := s.do(http.MethodGet, admin, nil, "Cookie", cookie)
	got := decode[schemas.ThirdParties](t, text)
	if got.AutoBlock != "off" || len(got.Sighted) != 2 || got.Sighted[0].Pages != 2 || got.Sighted[1].Service != "youtube" || !got.Sighted[1].Held {
		t.Errorf("listed %s", text)
	}
}

func TestSightingsAreTakenFromTheSiteOnly(t *testing.T) {
	s := startServer(t)
	path := "/v1/sites/" + s.site.ID + "/sightings"
	one := `{"sightings":[{"host":"a.example","kind":"image"}]}`
	cases := []struct {
		name, path, origin, mediaType, body string
		want                                int
	}{
		{"another origin", path, "https://evil.example", "application/json", one, http.StatusForbidden},
		{"no such site", "/v1/sites/nobody/sightings", shopOrigin, "application/json", one, http.StatusNotFound},
		{"a form", path, shopOrigin, "application/x-www-form-urlencoded", one, http.StatusUnsupportedMediaType},
		{"no JSON", path, shopOrigin, "text/plain", "x", http.StatusBadRequest},
		{"a host that is none", path, shopOrigin, "text/plain", `{"sightings":[{"host":"<b>","kind":"image"}]}`, http.StatusBadRequest},
		{"too much", path, shopOrigin, "text/plain", fmt.Sprintf(`{"sightings":[%s]}`, strings.Repeat(" ", 9000)), http.StatusRequestEntityTooLarge},
	}
	for _, c := range cases {
		if answer, text := s.do(http.MethodPost, c.path, c.body, "Origin", c.origin, "Content-Type", c.mediaType); answer.StatusCode != c.want {
			t.Errorf("%s: %d %s, want %d", c.name, answer.StatusCode, text, c.want)
		}
	}
	if answer, _ := s.do(http.MethodOptions, path, nil, "Origin", shopOrigin); answer.StatusCode != http.StatusNoContent {
		t.Errorf("preflight: %d", answer.StatusCode)
	}
	if answer, _ := s.do(http.MethodGet, "/v1/admin/sites/"+s.site.ID+"/sightings", nil); answer.StatusCode != http.StatusUnauthorized {
		t.Errorf("without a session: %d", answer.StatusCode)
	}
}
