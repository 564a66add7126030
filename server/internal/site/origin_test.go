package site_test

import (
	"net"
	"net/url"
	"slices"
	"strings"
	"testing"

	"assent/server/internal/site"
)

func TestParseOriginReadsAsBrowsersDo(t *testing.T) {
	for text, want := range map[string]string{
		" https://shop.example\n":             "https://shop.example",
		"https://SHOP.EXAMPLE.":               "https://shop.example",
		"https://xn--bcher-kva.example":       "https://xn--bcher-kva.example",
		"https://BÜCHER.example":              "https://xn--bcher-kva.example",
		"https://bücher.example:8443":         "https://xn--bcher-kva.example:8443",
		"https://*.bücher.example":            "https://*.xn--bcher-kva.example",
		"https://faß.example":                 "https://xn--fa-hia.example", // Not fass.example: UTS 46, non-transitional.
		"https://ｓｈｏｐ.example":                "https://shop.example",
		"https://[2001:DB8:0:0:0:0:0:1]:8443": "https://[2001:db8::1]:8443",
		"https://[2001:db8::1]:443":           "https://[2001:db8::1]",
		"https://*.shop.github.io":            "https://*.shop.github.io",
		"http://[::1]:*":                      "http://[::1]:*",
		"https://shop.example:0443":           "",
		"https://shop.example:-1":             "",
		"https://shop.example:0":              "",
		"https://shop.example:65536":          "",
		"https://shop.example:80:81":          "",
		"https://user:pass@shop.example":      "",
		"https://shop.example@evil.example":   "",
		"https://shop.example\\@evil.example": "",
		"https://shop.example%2eevil.example": "",
		"https://shop example":                "",
		"https://shop.example\x00":            "",
		"https://xn--a.example":               "", // No label that Punycode stands for.
		"https://-shop.example":               "",
		"https://a..example":                  "",
		"https://127.1":                       "",
		"https://0x7f.0.0.1":                  "",
		"https://2130706433":                  "",
		"https://1.2.3.256":                   "",
		"https://[::1":                        "",
		"https://[fe80::1%25eth0]":            "",
		"https://*.github.io":                 "",
		"https://*.127.0.0.1":                 "",
		"https://*shop.example":               "",
		"https://localhost:*":                 "",
		"http://evil.localhost:*":             "",
		"http://*:*":                          "",
		"null":                                "",
		"data://shop.example":                 "",
		"file:///home":                        "",
		"https:shop.example":                  "",
		"https:///shop.example":               "",
		"":                                    "",
	} {
		got, err := site.ParseOrigin(text)
		if got != want || (err == nil) != (want != "") {
			t.Errorf("%q: got %q, %v; want %q", text, got, err, want)
		}
	}
}

// owned has one of each form.
var owned = site.Origins{"https://shop.example", "https://*.shop.example", "http://localhost:*", "https://a.test:8443",
	"https://xn--bcher-kva.example", "https://[2001:db8::1]", "http://[::1]:*", "http://203.0.113.7"}

// ASVS 3.4.2
// Threat B5.9
func TestOriginsAllowNothingThatOnlyLooksLikeOne(t *testing.T) {
	for header, want := range map[string]bool{
		"https://xn--bcher-kva.example":          true,
		"https://[2001:db8::1]":                  true,
		"http://[::1]:5173":                      true,
		"http://203.0.113.7":                     true,
		"https://xn--bcher-kva.shop.example":     true,
		"https://a_b.shop.example":               true,
		"https://bücher.example":                 false,
		"https://shop.example.":                  false,
		"https://www.shop.example.":              false,
		"https://www.shop.example..":             false,
		"https://shop.example/":                  false,
		"https://shop.example#":                  false,
		"https://shop.example?":                  false,
		"https://shop.example:443":               false,
		"https://shop.example ":                  false,
		" https://shop.example":                  false,
		"https://shop.example, null":             false,
		"https://shop.example https://evil.test": false,
		"https://user@shop.example":              false,
		"https://user@www.shop.example":          false,
		"https://evil.test#.shop.example":        false,
		"https://evil.test?.shop.example":        false,
		"https://evil.test\\.shop.example":       false,
		"https://evil.test%2f.shop.example":      false,
		"https://[::1].shop.example":             false,
		"https://WWW.shop.example":               false,
		"HTTPS://shop.example":                   false,
		"https://shop.example.evil.test":         false,
		"https://wwwshop.example":                false,
		"https://shop.example\x00":               false,
		"https://ｗｗｗ.shop.example":               false,
		"wss://shop.example":                     false,
		"//shop.example":                         false,
		"shop.example":                           false,
		"https://":                               false,
		"https://*":                              false,
		"NULL":                                   false,
		"null null":                              false,
		"http://localhost:65536":                 false,
		"http://localhost:+80":                   false,
		"http://localhost:80 ":                   false,
		"http://localhost:80@evil.test":          false,
		"http://localhost:５":                     false,
		"http://localhost.":                      false,
		"http://LOCALHOST:80":                    false,
		"https://localhost:80":                   false,
		"http://127.0.0.1:80":                    false,
		"https://[2001:db8:0:0:0:0:0:1]":         false,
		"https://[2001:db8::1]:8443":             false,
		"http://203.0.113.7:8080":                false,
		"http://203.0.113.07":                    false,
		"https://203.0.113.7":                    false,
		"https://a.test:08443":                   false,
		"https://a.test:8443:8443":               false,
	} {
		if owned.Allow(header) != want {
			t.Errorf("%q: allowed=%v", header, !want)
		}
	}
}

// FuzzAllow holds what is allowed to what a browser could have sent from an owned origin, as the URL parser reads it.
// Threat B5.9
func FuzzAllow(f *testing.F) {
	for _, seed := range []string{"https://shop.example", "https://x.shop.example", "null", "https://shop.example.evil", "http://localhost:80",
		"https://a.test:8443", "https://[2001:db8::1]", "http://[::1]:1", "https://evil.test#.shop.example"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, header string) {
		if !owned.Allow(header) {
			return
		}
		read, err := url.Parse(header)
		if err != nil || read.Scheme+"://"+read.Host != header || strings.ToLower(header) != header {
			t.Fatalf("%q is allowed, and is no origin: %v", header, err)
		}
		host, isOwned := read.Hostname(), slices.Contains(owned, header)
		isSubdomain := read.Scheme == "https" && strings.HasSuffix(host, ".shop.example") && read.Port() == ""
		isLoopback := read.Scheme == "http" && (host == "localhost" || net.ParseIP(host).IsLoopback())
		if !isOwned && !isSubdomain && !isLoopback {
			t.Fatalf("%q is allowed", header)
		}
	})
}

// FuzzParseOrigin holds what owners may write to what is allowed then: the origin itself, and nobody's else.
func FuzzParseOrigin(f *testing.F) {
	for _, seed := range []string{"https://shop.example", "HTTPS://Bücher.example:443/", "https://*.shop.example", "http://localhost:*",
		"http://[::1]:*", "https://[2001:db8::1]:8443", "https://127.0.0.1", "https://xn--bcher-kva.example", "https://0x7f.1"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		origin, err := site.ParseOrigin(text)
		if err != nil {
			return
		}
		if again, err := site.ParseOrigin(origin); err != nil || again != origin {
			t.Fatalf("%q is read as %q, and that as %q, %v", text, origin, again, err)
		}
		sent := strings.TrimSuffix(strings.Replace(origin, "://*.", "://www.", 1), ":*")
		read, err := url.Parse(sent)
		if err != nil || read.Scheme+"://"+read.Host != sent || read.User != nil {
			t.Fatalf("%q is read as %q, which no browser sends: %v", text, origin, err)
		}
		if !(site.Origins{origin}).Allow(sent) {
			t.Fatalf("%q is read as %q, which does not allow %q", text, origin, sent)
		}
		domain := strings.TrimSuffix(strings.TrimPrefix(strings.TrimPrefix(origin, read.Scheme+"://"), "*."), ":*")
		if (site.Origins{origin}).Allow(read.Scheme + "://evil-" + domain) {
			t.Fatalf("%q allows another name that ends alike", text)
		}
	})
}
