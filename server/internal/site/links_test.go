package site_test

import (
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync/atomic"
	"testing"

	"assent/schemas"
	"assent/server/internal/site"
)

// pages is a real server of a site's own pages, with a privacy policy and nothing else.
func pages(t *testing.T) (origin string, asked *atomic.Int32) {
	t.Helper()
	asked = &atomic.Int32{}
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		asked.Add(1)
		if r.URL.Path != "/privacy" {
			w.WriteHeader(http.StatusNotFound)
		}
	}))
	t.Cleanup(server.Close)
	return server.URL, asked
}

// checked publishes a notice on origins and returns what the check of its links says, as `pointer kind`.
func checked(t *testing.T, loopback bool, origins []string, n schemas.Notice) (schemas.LinkCheck, []string) {
	t.Helper()
	publisher := newPublisher(t)
	added, err := publisher.Add(t.Context(), site.New{Name: "Shop", Origins: origins, Notice: n})
	if err != nil {
		t.Fatal(err)
	}
	check, err := site.NewLinkChecker(publisher).Check(t.Context(), added.ID, loopback)
	if err != nil {
		t.Fatal(err)
	}
	told := []string{}
	for _, f := range check.Findings {
		told = append(told, f.Pointer+" "+f.Kind)
		if f.Severity != "warning" || f.Values["link"] == "" || !strings.Contains(f.Detail, f.Values["link"]) || strings.Contains(f.Detail, "{") {
			t.Errorf("%+v", f)
		}
	}
	return check, told
}

func own(id, policy string) schemas.Service {
	return schemas.Service{ID: id, Purpose: "marketing", Provider: "Own Ltd", Kind: "chat", Policy: policy}
}

func TestLinksOfANoticeAreAsked(t *testing.T) {
	origin, asked := pages(t)
	check, told := checked(t, true, []string{origin}, schemas.Notice{PrivacyPolicy: "/privacy", Services: []schemas.Service{
		own("a", origin+"/gone"), own("b", origin+"/privacy"), own("c", origin+"/gone"), own("d", "http://10.0.0.1/"), own("e", ""),
	}})
	want := []string{"/services/0/policy link-gone", "/services/2/policy link-gone", "/services/3/policy link-private"}
	if !slices.Equal(told, want) || check.Links != 3 {
		t.Errorf("%d links: %q", check.Links, told)
	}
	if got := asked.Load(); got != 3 { // The policy by HEAD, what is gone by HEAD and GET: each once, however often it is named.
		t.Errorf("asked %d times", got)
	}
	if status := check.Findings[0].Values["status"]; status != "404 Not Found" {
		t.Errorf("status %q", status)
	}
}

func TestThisMachineIsAskedForItsOwnSitesOnly(t *testing.T) {
	origin, _ := pages(t)
	other, asked := pages(t)
	_, told := checked(t, true, []string{origin}, schemas.Notice{PrivacyPolicy: other + "/privacy"})
	if !slices.Equal(told, []string{"/privacyPolicy link-private"}) {
		t.Errorf("another port: %q", told)
	}
	_, told = checked(t, true, []string{"https://shop.example"}, schemas.Notice{PrivacyPolicy: other + "/privacy"})
	if !slices.Equal(told, []string{"/privacyPolicy link-private"}) {
		t.Errorf("a site that is elsewhere: %q", told)
	}
	_, told = checked(t, false, []string{other}, schemas.Notice{PrivacyPolicy: "/privacy"})
	if !slices.Equal(told, []string{"/privacyPolicy link-private"}) {
		t.Errorf("a server for others: %q", told)
	}
	if asked.Load() != 0 {
		t.Errorf("asked %d times", asked.Load())
	}
	if _, told = checked(t, true, []string{"http://127.0.0.1:*"}, schemas.Notice{PrivacyPolicy: other + "/privacy"}); len(told) != 0 {
		t.Errorf("every port: %q", told)
	}
}

func TestAPathIsALinkOfEachPublicHost(t *testing.T) {
	origin, asked := pages(t)
	check, told := checked(t, true, []string{"http://192.0.2.1", "http://192.0.2.2", "https://*.shop.example", origin}, schemas.Notice{PrivacyPolicy: "/privacy"})
	if check.Links != 2 || len(told) != 2 || asked.Load() != 0 {
		t.Errorf("%d links: %q", check.Links, told)
	}
	if check, _ := checked(t, true, []string{"https://*.shop.example"}, schemas.Notice{PrivacyPolicy: "/privacy"}); check.Links != 0 {
		t.Errorf("no host is known by name: %d", check.Links)
	}
}
