package httpapi

import (
	"context"
	"net/http"
	"strings"
	"testing"

	"assent/schemas"
	"assent/server/internal/mailing"
)

// nobody takes messages and sends none.
type nobody struct{}

func (nobody) Send(context.Context, mailing.Message) error { return nil }

// ASVS 2.2.1
func TestWhatParentsAndTheirChildrenSendIsHeldAgainstEverything(t *testing.T) {
	s := startServer(t, func(p *Parts) { p.Parents.Mailer = nobody{} })
	before := s.site.Notice
	s.publish(schemas.Notice{AgeQuestion: true}, shopOrigin)
	notice := s.site.Notice
	asked := func(change func(*schemas.Parental)) schemas.Parental {
		a := schemas.Parental{Secret: "AAAAAAAAAAAAAAAAAAAAAA", Email: "parent@home.example", Notice: notice, Locale: "en", Page: shopOrigin + "/toys?child=7"}
		change(&a)
		return a
	}
	path := "/v1/sites/" + s.site.ID + "/parental"
	for name, c := range map[string]struct {
		body   schemas.Parental
		status int
	}{
		"of another notice": {asked(func(a *schemas.Parental) { a.Notice = before }), http.StatusNotFound},
		"no secret":         {asked(func(a *schemas.Parental) { a.Secret = "x" }), http.StatusUnprocessableEntity},
		"no address":        {asked(func(a *schemas.Parental) { a.Email = "parent" }), http.StatusUnprocessableEntity},
		"two addresses":     {asked(func(a *schemas.Parental) { a.Email = "a@b.example,c@d.example" }), http.StatusUnprocessableEntity},
		"a header":          {asked(func(a *schemas.Parental) { a.Email = "a@b.example\r\nBcc: c@d.example" }), http.StatusUnprocessableEntity},
		"right":             {asked(func(*schemas.Parental) {}), http.StatusAccepted},
	} {
		if answer, body := s.do(http.MethodPost, path, c.body, "Origin", shopOrigin, "Content-Type", "application/json"); answer.StatusCode != c.status {
			t.Errorf("%s: %d %s", name, answer.StatusCode, body)
		}
	}
	if answer, body := s.do(http.MethodPost, path, asked(func(*schemas.Parental) {}), "Origin", shopOrigin, "Content-Type", "application/json"); answer.StatusCode != http.StatusTooManyRequests {
		t.Errorf("at once again: %d %s", answer.StatusCode, body)
	}
	if answer, _ := s.do(http.MethodPost, path, asked(func(*schemas.Parental) {}), "Origin", "https://elsewhere.example", "Content-Type", "application/json"); answer.StatusCode != http.StatusForbidden {
		t.Errorf("from a foreign page: %d", answer.StatusCode)
	}
	if _, body := s.do(http.MethodPost, path+"/answer", schemas.ParentalCheck{Secret: "AAAAAAAAAAAAAAAAAAAAAA"}, "Origin", shopOrigin, "Content-Type", "application/json"); !strings.Contains(string(body), "waiting") {
		t.Errorf("the child hears %s", body)
	}
	if _, body := s.do(http.MethodPost, path+"/answer", schemas.ParentalCheck{Secret: "BBBBBBBBBBBBBBBBBBBBBB"}, "Origin", shopOrigin, "Content-Type", "application/json"); !strings.Contains(string(body), "none") {
		t.Errorf("another child hears %s", body)
	}
	for _, to := range []string{"case", "decision", "erasure"} {
		body := map[string]any{"site": s.site.ID, "subject": "x", "token": "y"}
		if to == "decision" {
			body["granted"] = []string{}
		}
		if answer, text := s.do(http.MethodPost, "/parental/"+to, body, "Content-Type", "application/json"); answer.StatusCode != http.StatusNotFound {
			t.Errorf("%s by no link: %d %s", to, answer.StatusCode, text)
		}
	}
	answer, page := s.do(http.MethodGet, "/parental/", nil, "Accept-Language", "de-AT, en;q=0.5")
	if !strings.Contains(string(page), "Sie entscheiden für Ihr Kind") || strings.Contains(answer.Header.Get("Content-Security-Policy"), "unsafe") || answer.Header.Get("Referrer-Policy") != "no-referrer" {
		t.Errorf("%v", answer.Header)
	}
	if text := s.logged.String(); strings.Contains(text, "home.example") {
		t.Errorf("the log names the parent: %s", text)
	}
}

func TestNoMailIsSaid(t *testing.T) {
	s := startServer(t)
	s.publish(schemas.Notice{AgeQuestion: true}, shopOrigin)
	answer, body := s.do(http.MethodPost, "/v1/sites/"+s.site.ID+"/parental", schemas.Parental{Secret: "AAAAAAAAAAAAAAAAAAAAAA", Email: "a@b.example", Notice: s.site.Notice}, "Origin", shopOrigin, "Content-Type", "application/json")
	if answer.StatusCode != http.StatusServiceUnavailable || !strings.Contains(string(body), "--smtp") {
		t.Errorf("%d %s", answer.StatusCode, body)
	}
}
