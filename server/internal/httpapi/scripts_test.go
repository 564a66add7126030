package httpapi

import (
	"bytes"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/maxmind/mmdbwriter"
	"github.com/maxmind/mmdbwriter/mmdbtype"

	"assent/schemas"
	"assent/server/internal/region"
	"assent/server/internal/site"
	"assent/server/internal/transfer"
	"assent/snippet"
)

// locating makes a server that believes this machine's headers.
func locating(t *testing.T, s region.Sources) func(*Parts) {
	t.Helper()
	rules, err := region.Default()
	if err != nil {
		t.Fatal(err)
	}
	s.Proxies = []*net.IPNet{{IP: net.IPv4(127, 0, 0, 0), Mask: net.CIDRMask(8, 32)}}
	locator, err := region.NewLocator(s)
	if err != nil {
		t.Fatal(err)
	}
	return func(p *Parts) { p.Regions, p.TrustedProxies = Regions{Rules: rules, Locator: locator}, s.Proxies }
}

// script fetches a site's script and returns it with its headers.
func (s *testServer) script(id string, headers ...string) (string, http.Header) {
	s.t.Helper()
	answer, body := s.do(http.MethodGet, "/s/"+id+".js", nil, headers...)
	if answer.StatusCode != http.StatusOK {
		s.t.Fatalf("%d %s", answer.StatusCode, body)
	}
	return string(body), answer.Header
}

func TestTheScriptFollowsTheVisitorsRegion(t *testing.T) {
	s := startServer(t, locating(t, region.Sources{CountryHeader: "CF-IPCountry", SubdivisionHeader: "CF-Region-Code"}))
	strict, header := s.script(s.site.ID)
	for _, name := range []string{"Cf-Ipcountry", "Cf-Region-Code"} {
		if !slices.Contains(header.Values("Vary"), name) {
			t.Errorf("Vary is %q", header.Values("Vary"))
		}
	}
	if caching := header.Get("Cache-Control"); !strings.HasPrefix(caching, "private, ") || header.Get("CDN-Cache-Control") != "no-store" {
		t.Errorf("cached as %q, by CDNs as %q", caching, header.Get("CDN-Cache-Control"))
	}
	german, _ := s.script(s.site.ID, "CF-IPCountry", "DE")
	american, us := s.script(s.site.ID, "CF-IPCountry", "US", "CF-Region-Code", "CA")
	if german != strict || american == strict {
		t.Error("the script does not follow the country")
	}
	if !strings.Contains(american, "Do not sell or share") || strings.Contains(german, "Do not sell or share") {
		t.Error("the texts are not those of the regime")
	}
	if answer, _ := s.do(http.MethodGet, "/s/"+s.site.ID+".js", nil, "CF-IPCountry", "DE", "If-None-Match", us.Get("ETag")); answer.StatusCode != http.StatusOK {
		t.Errorf("an American's copy passes for the German one: %d", answer.StatusCode)
	}
}

func TestOnlyWhatDependsOnThePlaceSaysSo(t *testing.T) {
	s := startServer(t, locating(t, region.Sources{CountryHeader: "CF-IPCountry"}))
	publisher := site.Publisher{Registry: s.store, Archive: s.store, Desk: s.store, Now: time.Now, Texts: snippet.Texts(), Adequate: transfer.BuiltIn(), Try: func(string, string, schemas.Notice) error { return nil }}
	fixed, err := publisher.Add(t.Context(), site.New{Name: "Fixed", Origins: []string{shopOrigin}, Notice: schemas.Notice{Regime: "child-directed"}})
	if err != nil {
		t.Fatal(err)
	}
	if err := s.catalog.Refresh(t.Context()); err != nil {
		t.Fatal(err)
	}
	_, header := s.script(fixed.ID, "CF-IPCountry", "US")
	unaware := startServer(t)
	_, plain := unaware.script(unaware.site.ID, "CF-IPCountry", "US")
	for name, h := range map[string]http.Header{"a notice with a regime": header, "a server that knows no places": plain} {
		if slices.Contains(h.Values("Vary"), "Cf-Ipcountry") || h.Get("Cache-Control") != moving(shared, fresh+staleFor) || h.Get("CDN-Cache-Control") != "" {
			t.Errorf("%s: %v", name, h)
		}
	}
}

func TestWhatDependsOnTheAddressIsPrivate(t *testing.T) {
	tree, err := mmdbwriter.New(mmdbwriter.Options{DatabaseType: "GeoLite2-Country", IncludeReservedNetworks: true})
	if err != nil {
		t.Fatal(err)
	}
	_, here, err := net.ParseCIDR("192.0.2.0/24")
	if err != nil {
		t.Fatal(err)
	}
	if err := tree.Insert(here, mmdbtype.Map{"country": mmdbtype.Map{"iso_code": mmdbtype.String("US")}}); err != nil {
		t.Fatal(err)
	}
	var file bytes.Buffer
	if _, err := tree.WriteTo(&file); err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(t.TempDir(), "country.mmdb")
	if err := os.WriteFile(path, file.Bytes(), 0o600); err != nil {
		t.Fatal(err)
	}
	s := startServer(t, locating(t, region.Sources{File: path}))
	body, header := s.script(s.site.ID, "X-Forwarded-For", "192.0.2.7")
	if caching := header.Get("Cache-Control"); !strings.HasPrefix(caching, "private, ") || !strings.Contains(body, "Do not sell or share") {
		t.Errorf("cached as %q", caching)
	}
	if strings.Contains(s.logged.String(), "192.0.2.7") {
		t.Errorf("an address was logged: %s", s.logged.String())
	}
}

// A browser names a script that is missing only when the answer is one; it does not run it.
func TestAScriptThatIsMissingSaysSoAsAScript(t *testing.T) {
	s := startServer(t)
	for path, want := range map[string]string{
		"/s/TYPO.js": "assent site add",
		"/s/TYPO%0Aalert(1)%2F%2F%E2%80%A8alert(2)*%2F.js": `TYPO\nalert(1)`,
		"/s/" + s.site.ID:                      "Check the path",
		"/s/" + s.site.ID + "/nothing.js":      "Check the id",
		"/s/" + s.site.ID + "/nothing/de.json": "Check the id",
	} {
		answer, body := s.do(http.MethodGet, path, nil)
		if answer.StatusCode != http.StatusNotFound || answer.Header.Get("Content-Type") != "text/javascript; charset=utf-8" ||
			answer.Header.Get("Access-Control-Allow-Origin") != "*" || answer.Header.Get("Cache-Control") != "no-store" {
			t.Errorf("%s: %d %v", path, answer.StatusCode, answer.Header)
		}
		lines := strings.Split(strings.TrimSuffix(string(body), "\n"), "\n")
		isComment := func(line string) bool {
			return strings.HasPrefix(line, "// ") && !strings.ContainsAny(line, "\r\u2028\u2029")
		}
		if len(lines) != 2 || !isComment(lines[0]) || !isComment(lines[1]) || !strings.Contains(string(body), want) {
			t.Errorf("%s: %q", path, body)
		}
	}
}
