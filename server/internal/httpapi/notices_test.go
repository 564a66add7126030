package httpapi

import (
	"net/http"
	"strings"
	"testing"

	"assent/schemas"
)

func TestADraftIsWrittenReviewedAndPublished(t *testing.T) {
	s := startServer(t)
	cookie := s.setUp()
	path := "sites/" + s.site.ID + "/draft"
	answer, text := s.admin(http.MethodGet, path, nil, "Cookie", cookie)
	first := decode[schemas.Review](t, text)
	if answer.Header.Get("ETag") != `"0"` || first.Published != s.site.Notice || len(first.Differences) != 0 {
		t.Fatalf("before any: %v %s", answer.Header, text)
	}
	next := first.Draft.Notice
	next.Look.Accent, next.PrivacyPolicy = "#123456", "https://shop.example/privacy"
	_, text = s.admin(http.MethodPut, path, next, "Cookie", cookie, "If-Match", `"0"`)
	written := decode[schemas.Review](t, text)
	if written.Draft.By != ownerEmail || written.Draft.Revision != 1 || len(written.Differences) != 2 || written.Differences[0] != (schemas.Difference{Pointer: "/look/accent", Before: `"#0b57d0"`, After: `"#123456"`}) {
		t.Errorf("written: %s", text)
	}
	if answer, text := s.admin(http.MethodPost, "sites/"+s.site.ID+"/publications", "{}", "Cookie", cookie, "If-Match", `"1"`); answer.StatusCode != http.StatusCreated {
		t.Fatalf("publish: %d %s", answer.StatusCode, text)
	}
	_, text = s.admin(http.MethodGet, path, nil, "Cookie", cookie)
	if after := decode[schemas.Review](t, text); len(after.Differences) != 0 || after.Draft.Base != after.Published || after.Published == s.site.Notice {
		t.Errorf("after: %s", text)
	}
}

func TestTwoEditorsDoNotOverwriteEachOther(t *testing.T) {
	s := startServer(t)
	cookie := s.setUp()
	path := "sites/" + s.site.ID + "/draft"
	for ifMatch, want := range map[string]int{"": http.StatusPreconditionRequired, `"7"`: http.StatusPreconditionFailed} {
		if answer, text := s.admin(http.MethodPut, path, schemas.Notice{}, "Cookie", cookie, "If-Match", ifMatch); answer.StatusCode != want {
			t.Errorf("If-Match %s: %d %s, want %d", ifMatch, answer.StatusCode, text, want)
		}
	}
	for i, want := range []int{http.StatusOK, http.StatusPreconditionFailed} {
		if answer, text := s.admin(http.MethodPut, path, schemas.Notice{}, "Cookie", cookie, "If-Match", `"0"`); answer.StatusCode != want {
			t.Errorf("editor %d: %d %s, want %d", i, answer.StatusCode, text, want)
		}
	}
	if answer, _ := s.admin(http.MethodPost, "sites/"+s.site.ID+"/publications", "{}", "Cookie", cookie, "If-Match", `"0"`); answer.StatusCode != http.StatusPreconditionFailed {
		t.Errorf("publishing what somebody changed meanwhile: %d", answer.StatusCode)
	}
}

func TestADraftIsBegunAnew(t *testing.T) {
	s := startServer(t)
	cookie := s.setUp()
	path := "sites/" + s.site.ID + "/draft"
	s.admin(http.MethodPut, path, schemas.Notice{LifetimeDays: 30}, "Cookie", cookie, "If-Match", `"0"`)
	if answer, text := s.admin(http.MethodDelete, path, nil, "Cookie", cookie, "If-Match", `"0"`); answer.StatusCode != http.StatusPreconditionFailed {
		t.Errorf("of a revision that is over: %d %s", answer.StatusCode, text)
	}
	answer, text := s.admin(http.MethodDelete, path, nil, "Cookie", cookie, "If-Match", `"1"`)
	if got := decode[schemas.Review](t, text); answer.StatusCode != http.StatusOK || len(got.Differences) != 0 || got.Draft.Revision != 2 {
		t.Errorf("begun anew: %d %s", answer.StatusCode, text)
	}
}

// Threat B5.25
func TestTheLintStopsAPublication(t *testing.T) {
	s := startServer(t)
	cookie := s.setUp()
	broken := schemas.Notice{Services: []schemas.Service{{ID: "own", Name: "Own", Purpose: "marketing"}}}
	_, text := s.admin(http.MethodPut, "sites/"+s.site.ID+"/draft", broken, "Cookie", cookie, "If-Match", `"0"`)
	findings := decode[schemas.Review](t, text).Findings
	if len(findings) == 0 || findings[0].Severity != "error" || findings[0].Pointer != "/services/0/provider" || !strings.Contains(findings[0].Rule, "GDPR") {
		t.Errorf("findings: %s", text)
	}
	answer, text := s.admin(http.MethodPost, "sites/"+s.site.ID+"/publications", "{}", "Cookie", cookie, "If-Match", `"1"`)
	if answer.StatusCode != http.StatusUnprocessableEntity || decode[schemas.Problem](t, text).Errors[0].Pointer != "/services/0/provider" {
		t.Errorf("published: %d %s", answer.StatusCode, text)
	}
	if answer, text := s.admin(http.MethodPut, "sites/"+s.site.ID+"/draft", `{"look":{"accent":"red"}}`, "Cookie", cookie, "If-Match", `"1"`); answer.StatusCode != http.StatusUnprocessableEntity {
		t.Errorf("no notice at all: %d %s", answer.StatusCode, text)
	}
}

func TestEveryVersionStaysAndCanBePublishedAgain(t *testing.T) {
	s := startServer(t)
	cookie := s.setUp()
	if answer, text := s.admin(http.MethodPut, "sites/"+s.site.ID+"/draft", schemas.Notice{}, "Cookie", cookie, "If-Match", `"0"`); answer.StatusCode != http.StatusOK {
		t.Fatalf("write: %d %s", answer.StatusCode, text)
	}
	publications := "sites/" + s.site.ID + "/publications"
	s.admin(http.MethodPost, publications, "{}", "Cookie", cookie, "If-Match", `"1"`)
	if answer, text := s.admin(http.MethodPost, publications, schemas.PublicationOrder{Notice: s.site.Notice}, "Cookie", cookie); answer.StatusCode != http.StatusCreated {
		t.Fatalf("back: %d %s", answer.StatusCode, text)
	}
	_, text := s.admin(http.MethodGet, publications, nil, "Cookie", cookie)
	list := decode[[]schemas.Publication](t, text)
	if len(list) != 3 || list[0].By != "" || list[1].By != ownerEmail || list[1].At.IsZero() || list[2].Notice != s.site.Notice {
		t.Errorf("publications: %s", text)
	}
	if answer, _ := s.admin(http.MethodGet, "sites/"+s.site.ID+"/notices/"+list[1].Notice, nil, "Cookie", cookie); answer.StatusCode != http.StatusOK {
		t.Errorf("the version in between: %d", answer.StatusCode)
	}
	if answer, _ := s.admin(http.MethodPost, publications, schemas.PublicationOrder{Notice: "nobody's"}, "Cookie", cookie); answer.StatusCode != http.StatusNotFound {
		t.Errorf("a notice that was never published: %d", answer.StatusCode)
	}
}

func TestWhatNoticesAreMadeOfIsListed(t *testing.T) {
	s := startServer(t)
	cookie := s.setUp()
	if _, text := s.admin(http.MethodGet, "services", nil, "Cookie", cookie); len(decode[[]schemas.Service](t, text)) < 100 {
		t.Errorf("services: %s", text)
	}
	_, text := s.admin(http.MethodGet, "texts", nil, "Cookie", cookie)
	if texts := decode[map[string]map[string]string](t, text); texts["de"]["action.reject-all"] == "" {
		t.Errorf("texts: %s", text)
	}
}
