package site_test

import (
	"errors"
	"strings"
	"testing"

	"assent/schemas"
	"assent/server/internal/consent"
	"assent/server/internal/site"
	"assent/snippet"
)

func TestAHostMustBeSomebodys(t *testing.T) {
	for host, want := range map[string]string{
		"vendor.example": "", "*.vendor.example": "", "*.github.io": "", "localhost": "", "127.0.0.1:8080": "", "www.gov.uk": "",
		"*.com": "strangers", "com": "strangers", "*.co.uk": "strangers", "co.uk/tracker/": "strangers",
		"a..example": "two dots", "a.example:0": "1 to 65535", "a.example:65536": "1 to 65535",
	} {
		for pointer, n := range map[string]schemas.Notice{
			"/services/1/hosts/1": {Services: []schemas.Service{{ID: "youtube"}, {ID: "s", Purpose: "marketing", Hosts: []string{"ok.example", host}}}},
			"/exempt/0":           {Exempt: []string{host}},
		} {
			_, err := site.Complete(n, snippet.Texts())
			var invalid *consent.InvalidError
			switch {
			case want == "" && err != nil:
				t.Errorf("%s: %v", host, err)
			case want != "" && (!errors.As(err, &invalid) || invalid.Faults[0].Pointer != pointer || !strings.Contains(invalid.Faults[0].Detail, want)):
				t.Errorf("%s: %v, want %s at %s", host, err, want, pointer)
			}
		}
	}
}

func TestPagesOfTheSiteAreNoService(t *testing.T) {
	publisher := newPublisher(t)
	for _, c := range []struct {
		origins, host string
		refused       bool
	}{
		{"https://shop.example https://www.shop.example", "*.shop.example", true},
		{"https://shop.example https://www.shop.example", "shop.example", true},
		{"https://*.shop.example", "*.shop.example", true},
		{"https://shop.example https://shop.example:8443", "shop.example", true},
		{"https://shop.example https://www.shop.example", "stats.shop.example", false},
		{"https://shop.example https://www.shop.example", "shop.example/stats/", false},
		{"https://shop.example http://localhost:*", "localhost", false},
		{"https://shop.example", "shop.example", false}, // The page's own origin is spared anyway.
	} {
		n := schemas.Notice{Services: []schemas.Service{{ID: "s", Purpose: "marketing", Hosts: []string{c.host}}}}
		added, err := publisher.Add(t.Context(), site.New{Name: "Shop", Origins: strings.Fields(c.origins), Notice: n})
		if c.refused != (err != nil) || err != nil && !strings.Contains(err.Error(), "/services/0/hosts/0") {
			t.Errorf("%s on %s: %v", c.host, c.origins, err)
		}
		if c.host == "shop.example" && !c.refused {
			if _, err := publisher.Change(t.Context(), added.ID, site.Change{Origins: []string{"https://shop.example", "https://www.shop.example"}}); err == nil {
				t.Error("a second origin was taken")
			}
		}
	}
}

// TestAFaultSaysHowToMendIt: nobody reads regular expressions.
func TestAFaultSaysHowToMendIt(t *testing.T) {
	for body, want := range map[string]string{
		`{"services": [{"id": "s", "country": "USA"}]}`:             `/services/0/country: "USA" does not belong here: ISO 3166-1 alpha-2 code`,
		`{"services": [{"id": "s", "retention": "13 months"}]}`:     "such as P13M",
		`{"services": [{"id": "s", "hosts": ["https://a.test/"]}]}`: `/services/0/hosts/0: "https://a.test/" does not belong here: Hosts that it loads from`,
		`{"services": [{"id": "YouTube"}]}`:                         "Lower-case letters",
		`{"purposes": [{"id": "__proto__"}]}`:                       "a letter first",
		`{"privacyPolicy": "javascript:alert(1)"}`:                  "an http or https address",
		`{"languages": ["English"]}`:                                "such as de or pt-BR",
		`{"cookieDomain": ".shop.example"}`:                         "without a dot in front",
		`{"exempt": ["Cdn.example"]}`:                               "in lower case",
		`{"look": {"accent": "red"}}`:                               "#rrggbb",
		`{"google": {"regions": ["de"]}}`:                           "such as DE or US-CA",
	} {
		if _, err := site.DecodeNotice([]byte(body)); err == nil || !strings.Contains(err.Error(), want) || strings.Contains(err.Error(), "[a-z") {
			t.Errorf("%s: %v, want %s", body, err, want)
		}
	}
}
