package httpapi

import (
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"regexp"
	"strings"
	"testing"

	"github.com/labstack/echo/v4"

	"assent/server/internal/site"
	"assent/snippet"
	shop "assent/snippet/demo"
)

func serveDemo(t *testing.T) http.Handler {
	t.Helper()
	d, err := newDemo(shop.Page(), shop.StandIn())
	if err != nil {
		t.Fatal(err)
	}
	e := echo.New()
	e.HTTPErrorHandler = respond(slog.New(slog.NewTextHandler(io.Discard, nil)))
	e.GET("/demo/*", d.serve)
	return e
}

func get(handler http.Handler, address string) *httptest.ResponseRecorder {
	answer := httptest.NewRecorder()
	handler.ServeHTTP(answer, httptest.NewRequest(http.MethodGet, address, nil))
	return answer
}

func TestTheDemosThirdPartiesAreAnotherOrigin(t *testing.T) {
	handler := serveDemo(t)
	for own, third := range map[string]string{
		"http://127.0.0.1:8080": "http://localhost:8080",
		"http://localhost:8080": "http://127.0.0.1:8080",
		"http://127.0.0.1":      "http://localhost",
	} {
		answer := get(handler, own+"/demo/")
		if page := answer.Body.String(); answer.Code != http.StatusOK || !strings.Contains(page, third+"/demo/stand-in/gtag/js?id=") || strings.Contains(page, "{{") {
			t.Errorf("%s: %d\n%s", own, answer.Code, page)
		}
		if policy := answer.Header().Get("Content-Security-Policy"); !strings.Contains(policy, "frame-src "+third+";") {
			t.Errorf("%s: policy %s", own, policy)
		}
	}
	if answer := get(handler, "http://[::1]:8080/demo/"); answer.Header().Get("Location") != "http://localhost:8080/demo/" {
		t.Errorf("IPv6: %d %v", answer.Code, answer.Header())
	}
}

func TestTheDemoIsOnlyForTheMachineItself(t *testing.T) {
	handler := serveDemo(t)
	for _, host := range []string{"shop.example", "192.168.1.2:8080", "localhost.shop.example:8080", "127.0.0.1.shop.example", "localhost:8080;", "localhost:99999", `localhost:"><script>`} {
		request := httptest.NewRequest(http.MethodGet, "/demo/", nil)
		request.Host = host
		answer := httptest.NewRecorder()
		handler.ServeHTTP(answer, request)
		if answer.Code != http.StatusNotFound || !strings.Contains(answer.Body.String(), "demo-elsewhere") {
			t.Errorf("%s: %d %s", host, answer.Code, answer.Body)
		}
	}
}

func TestTheDemosNonceIsForOneAnswer(t *testing.T) {
	handler := serveDemo(t)
	nonces := map[string]bool{}
	for range 3 {
		answer := get(handler, "http://localhost:8080/demo/")
		nonce := regexp.MustCompile(`'nonce-([A-Z0-9]{26})' 'strict-dynamic'`).FindStringSubmatch(answer.Header().Get("Content-Security-Policy"))
		if nonce == nil || nonces[nonce[1]] || answer.Header().Get("Cache-Control") != "no-store" {
			t.Fatalf("%v after %v", answer.Header(), nonces)
		}
		nonces[nonce[1]] = true
		scripts, withNonce := strings.Count(answer.Body.String(), "<script"), strings.Count(answer.Body.String(), `nonce="`+nonce[1]+`"`)
		if scripts == 0 || scripts != withNonce {
			t.Errorf("%d scripts, %d of them with the nonce", scripts, withNonce)
		}
	}
}

func TestTheDemosLanguage(t *testing.T) {
	handler := serveDemo(t)
	for _, c := range []struct{ query, accepted, language string }{
		{"", "", "en"}, {"", "de-AT,de;q=0.9,en;q=0.8", "de"}, {"", "fr", "en"},
		{"?lang=de", "en", "de"}, {"?lang=en", "de", "en"}, {`?lang="><script>`, "", "en"},
	} {
		request := httptest.NewRequest(http.MethodGet, "/demo/", nil)
		request.Host, request.URL.RawQuery = "localhost", strings.TrimPrefix(c.query, "?")
		request.Header.Set("Accept-Language", c.accepted)
		answer := httptest.NewRecorder()
		handler.ServeHTTP(answer, request)
		if !strings.Contains(answer.Body.String(), `<html lang="`+c.language+`"`) {
			t.Errorf("%+v: %.80s", c, answer.Body)
		}
	}
}

func TestEveryFileThatTheDemoRefersToIsThere(t *testing.T) {
	handler := serveDemo(t)
	page := get(handler, "http://localhost/demo/").Body.String()
	references := regexp.MustCompile(`(?:src|href)="((?:pictures/)?[\w-]+\.(?:js|css|svg))"`).FindAllStringSubmatch(page, -1)
	if len(references) < 10 {
		t.Fatalf("%d references", len(references))
	}
	for _, reference := range references {
		if answer := get(handler, "http://localhost/demo/"+reference[1]); answer.Code != http.StatusOK || answer.Header().Get("Content-Type") == "" {
			t.Errorf("%s: %d %v", reference[1], answer.Code, answer.Header())
		}
	}
	if answer := get(handler, "http://localhost/demo/page.html"); answer.Code != http.StatusNotFound {
		t.Errorf("the page without its values: %d", answer.Code)
	}
}

func TestTheStandInPlaysToOtherOrigins(t *testing.T) {
	handler := serveDemo(t)
	for path, kind := range map[string]string{
		"gtag/js?id=G-X": "text/javascript", "en_US/fbevents.js": "text/javascript", "embed/first-firing": "text/html",
		"embed/embed.css": "text/css", "embed/wheel.svg": "image/svg+xml", "g/collect?v=2": "", "tr?ev=PageView": "",
	} {
		answer := get(handler, "http://localhost:8080/demo/stand-in/"+path)
		header := answer.Header()
		if answer.Code >= http.StatusBadRequest || !strings.HasPrefix(header.Get("Content-Type"), kind) ||
			header.Get("Cross-Origin-Resource-Policy") != "cross-origin" || header.Get("Cache-Control") != "no-store" {
			t.Errorf("%s: %d %v", path, answer.Code, header)
		}
	}
	if answer := get(handler, "http://localhost:8080/demo/stand-in/gtag.js"); answer.Code != http.StatusNotFound {
		t.Errorf("unknown path: %d", answer.Code)
	}
}

func TestTheDemosNoticeCanBePublished(t *testing.T) {
	notice, err := site.DecodeNotice(shop.Notice())
	if err != nil {
		t.Fatal(err)
	}
	if notice, err = site.Complete(notice, snippet.Texts()); err != nil {
		t.Fatal(err)
	}
	for _, service := range notice.Services {
		for _, language := range notice.Languages {
			if notice.Texts[language]["service."+service.ID+".text"] == "" {
				t.Errorf("%s has no text in %s", service.ID, language)
			}
		}
		if service.Provider == "" || service.Country == "" || service.Retention == "" || service.Policy == "" || len(service.Cookies) == 0 {
			t.Errorf("not fully described: %+v", service)
		}
	}
}
