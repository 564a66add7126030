package httpapi

import (
	"encoding/json"
	"net"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"net/url"
	"reflect"
	"testing"

	"github.com/labstack/echo/v4"

	"assent/schemas"
)

// FuzzReadJSON feeds the bodies of sign-in and set-up: what is understood is what was written, whoever reads it again.
func FuzzReadJSON(f *testing.F) {
	for _, seed := range []string{`{"email":"a@shop.example","password":"p"}`, `{"token":"t","email":"a@b","password":"p"}`,
		`{"email":1}`, `{"email":"a","more":1}`, `{} {}`, `null`, `[]`, "", `{"email":"\ud800"}`, `{"EMAIL":"a"}`} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, body []byte) {
		for _, into := range []any{&schemas.Credentials{}, &schemas.Setup{}} {
			if decodeStrict(body, into) != nil {
				continue
			}
			written, err := json.Marshal(into)
			if err != nil {
				t.Fatal(err)
			}
			again := reflect.New(reflect.TypeOf(into).Elem()).Interface()
			if err := decodeStrict(written, again); err != nil || !reflect.DeepEqual(into, again) {
				t.Fatalf("%s is read as %s, and that not: %v", body, written, err)
			}
		}
	})
}

// FuzzAddress holds that a client's address is one, and its peer's unless a trusted proxy tells another.
func FuzzAddress(f *testing.F) {
	for _, seed := range []string{"198.51.100.1", "6.6.6.6, 198.51.100.1, 10.9.9.9", "[2001:db8::7]", "unknown", ",,", "10.0.0.1", "::ffff:1.2.3.4"} {
		f.Add(seed, seed)
	}
	_, proxies, err := net.ParseCIDR("10.0.0.0/8")
	if err != nil {
		f.Fatal(err)
	}
	extract := addressOf([]*net.IPNet{proxies})
	f.Fuzz(func(t *testing.T, first, second string) {
		request := &http.Request{Header: http.Header{"X-Forwarded-For": {first, second}, "X-Real-Ip": {first}}}
		request.RemoteAddr = "203.0.113.7:999"
		if got := extract(request); got != "203.0.113.7" {
			t.Fatalf("a stranger claims the address %q", got)
		}
		request.RemoteAddr = "10.1.2.3:999"
		if got := extract(request); got != "10.1.2.3" {
			if _, err := netip.ParseAddr(got); err != nil {
				t.Fatalf("%q, %q is the address %q: %v", first, second, got, err)
			}
		}
	})
}

// FuzzDemoLanguage: whatever is asked for, the page is in a language that there is.
func FuzzDemoLanguage(f *testing.F) {
	for _, seed := range []string{"de", "de-AT,en;q=0.5", "en", "*", "", "DE", "de;q=0", ",", "\"><script>"} {
		f.Add(seed, "")
		f.Add("", seed)
	}
	f.Fuzz(func(t *testing.T, header, asked string) {
		request := httptest.NewRequest(http.MethodGet, "/demo/?lang="+url.QueryEscape(asked), nil)
		request.Header.Set("Accept-Language", header)
		if got := demoLanguage(echo.New().NewContext(request, httptest.NewRecorder())); got != "de" && got != "en" {
			t.Fatalf("%q, %q: %q", header, asked, got)
		}
	})
}
