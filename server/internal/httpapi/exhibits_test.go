package httpapi

import (
	"html"
	"net/http"
	"regexp"
	"strings"
	"testing"

	"assent/schemas"
	"assent/server/internal/consent"
	"assent/server/internal/register"
)

// visit fetches the site's script as a page does, and returns its text.
func (s *testServer) visit() string {
	s.t.Helper()
	answer, text := s.do(http.MethodGet, "/s/"+s.site.ID+".js", nil)
	if answer.StatusCode != http.StatusOK {
		s.t.Fatalf("script: %d", answer.StatusCode)
	}
	return string(text)
}

func (s *testServer) exhibit(cookie, decision string, status int) schemas.Exhibit {
	s.t.Helper()
	answer, text := s.admin(http.MethodGet, "sites/"+s.site.ID+"/decisions/"+decision+"/shown", nil, "Cookie", cookie)
	if answer.StatusCode != status {
		s.t.Fatalf("shown: %d %s, want %d", answer.StatusCode, text, status)
	}
	if status != http.StatusOK {
		return schemas.Exhibit{}
	}
	return decode[schemas.Exhibit](s.t, text)
}

var scriptOfPreview = regexp.MustCompile(`src="(s/[^"]+)"`)

// running returns the page at an exhibit's address, and the script that it runs.
func (s *testServer) running(e schemas.Exhibit) (page, script string) {
	s.t.Helper()
	_, text := s.do(http.MethodGet, e.Address, nil)
	found := scriptOfPreview.FindStringSubmatch(string(text))
	if found == nil {
		s.t.Fatalf("page: %s", text)
	}
	_, run := s.do(http.MethodGet, e.Address+found[1], nil)
	return string(text), string(run)
}

func TestWhatWasShownIsShownAgain(t *testing.T) {
	s := startServer(t)
	cookie := s.setUp()
	const was, now = "Was wir damals sagten", "Was wir heute sagen"
	first := schemas.Notice{Languages: []string{"en", "de"}, Look: schemas.Look{Layout: "box"}, Texts: map[string]map[string]string{"de": {"banner.title": was}}}
	s.publish(first)
	given := s.visit()
	old := s.decision(consent.AcceptAll)
	old.Locale = "de-AT"
	s.post(old)
	for _, title := range []string{"Was wir dazwischen sagten", now} {
		s.publish(schemas.Notice{Languages: []string{"en", "de"}, Texts: map[string]map[string]string{"de": {"banner.title": title}}})
		s.visit()
	}
	e := s.exhibit(cookie, old.ID, http.StatusOK)
	script := e.Notice.Script
	if !e.IsExact || e.Notice.Layout != "box" || e.Notice.Language != "de" || !strings.HasPrefix(script.Integrity, "sha384-") || script.Since.After(e.RecordedAt) {
		t.Errorf("%+v", e)
	}
	_, pinned := s.do(http.MethodGet, "/s/"+s.site.ID+"/"+script.Hash+".js", nil)
	page, run := s.running(e)
	if run != given || string(pinned) != given {
		t.Error("it is not the script that the visitor was given")
	}
	if !strings.Contains(page, was) || strings.Contains(page, now) || !strings.Contains(page, `<html lang="de"`) {
		t.Errorf("page: %s", page)
	}
	_, body := s.do(http.MethodGet, "/v1/receipts/"+old.ID, nil)
	found, err := s.keys().Verify(decode[schemas.Receipt](t, body).Jws)
	if err != nil || found.Statement.Notice != e.Notice {
		t.Errorf("the receipt names %+v, %v, want %+v", found.Statement.Notice, err, e.Notice)
	}
	for _, address := range []string{"/v1/receipts/" + old.ID + "?format=json-ld", "/receipts/" + old.ID} {
		if _, body := s.do(http.MethodGet, address, nil); !strings.Contains(html.UnescapeString(string(body)), script.Integrity) {
			t.Errorf("%s does not name the script: %s", address, body)
		}
	}
}

// TestWithoutItsScriptTheNoticeIsShown has a decision of before scripts were on record, and one whose script is gone.
func TestWithoutItsScriptTheNoticeIsShown(t *testing.T) {
	s := startServer(t)
	cookie := s.setUp()
	d := s.decision(consent.AcceptAll)
	s.post(d)
	for _, name := range []string{"never noted", "not kept"} {
		e := s.exhibit(cookie, d.ID, http.StatusOK)
		if e.IsExact || (e.Notice.Script.Hash != "") != (name == "not kept") || e.Notice.Layout != "bar" {
			t.Errorf("%s: %+v", name, e)
		}
		if page, run := s.running(e); !strings.Contains(run, "Alle ablehnen") || !strings.Contains(page, `<html lang="de"`) {
			t.Errorf("%s: %s", name, page)
		}
		document := register.Document{Key: register.Key{Kind: "edition", Site: s.site.ID, ID: s.site.Notice + ".opt-in"}, Revision: 1,
			Body: []byte(`[{"hash":"gone","integrity":"sha384-gone","since":"2020-01-01T00:00:00Z"}]`)}
		if err := s.store.PutDocument(t.Context(), document); err != nil && name == "never noted" {
			t.Fatal(err)
		}
	}
}

func TestNothingIsShownOfOthers(t *testing.T) {
	s := startServer(t)
	cookie := s.setUp()
	s.exhibit(cookie, s.decision(consent.AcceptAll).ID, http.StatusNotFound)
	s.exhibit(cookie, "4711", http.StatusNotFound)
	refusal := s.decision(consent.RejectAll)
	refusal.Notice = strings.Repeat("x", 43)
	s.post(refusal)
	s.exhibit(cookie, refusal.ID, http.StatusNotFound)
	d := s.decision(consent.AcceptAll)
	s.post(d)
	s.exhibit(cookie, d.ID, http.StatusOK)
	answer, text := s.admin(http.MethodPost, "sites", schemas.SiteChange{Name: "Another", Origins: []string{"https://other.example"}}, "Cookie", cookie)
	if answer.StatusCode != http.StatusCreated {
		t.Fatalf("%d %s", answer.StatusCode, text)
	}
	s.site = decode[schemas.Site](t, text)
	s.exhibit(cookie, d.ID, http.StatusNotFound)
}
