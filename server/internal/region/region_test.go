package region_test

import (
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/maxmind/mmdbwriter"
	"github.com/maxmind/mmdbwriter/mmdbtype"

	"assent/server/internal/consent"
	"assent/server/internal/region"
)

func TestBuiltInRules(t *testing.T) {
	rules, err := region.Default()
	if err != nil {
		t.Fatal(err)
	}
	for place, want := range map[region.Place]string{
		"DE": consent.OptIn, "NO": consent.OptIn, "CH": consent.OptIn, "GB": consent.OptIn, "BR": consent.OptIn, "CA-QC": consent.OptIn,
		"US": consent.OptOut, "US-CA": consent.OptOut, "US-FL": consent.OptOut,
		"": consent.OptIn, "JP": consent.OptIn, "ZZ": consent.OptIn, "nonsense": consent.OptIn,
	} {
		if got := rules.Regime(place); got != want {
			t.Errorf("%q: %s, want %s", place, got, want)
		}
	}
	if !rules.IsSignalLaw("US-CA") || rules.IsSignalLaw("US-FL") || rules.IsSignalLaw("US") {
		t.Error("where the signal is law")
	}
	for place, want := range map[region.Place]int{"AT": 14, "FR": 15, "DE": 16, "US-CA": 0} {
		if got := rules.Age(place); got != want {
			t.Errorf("age in %s: %d, want %d", place, got, want)
		}
	}
}

func TestAnUnknownStateHasTheStrictestRulesOfItsCountry(t *testing.T) {
	rules, err := region.Parse([]byte(`{"optIn": ["DE", "CA-QC"], "optOut": ["CA", "US"], "noticeOnly": ["JP", "US-WY"], "otherwise": "notice-only"}`))
	if err != nil {
		t.Fatal(err)
	}
	for place, want := range map[region.Place]string{
		"CA": consent.OptIn, "CA-QC": consent.OptIn, "CA-ON": consent.OptOut,
		"US": consent.OptOut, "US-WY": consent.NoticeOnly, "US-CA": consent.OptOut,
		"JP": consent.NoticeOnly, "AU": consent.NoticeOnly, "": consent.OptIn,
	} {
		if got := rules.Regime(place); got != want {
			t.Errorf("%q: %s, want %s", place, got, want)
		}
	}
	if !rules.IsSignalLaw("US-CA") {
		t.Error("a member that the file leaves out is not the built-in one")
	}
}

func TestFaultsOfAFileAreNamed(t *testing.T) {
	for file, want := range map[string]string{
		`{"optIn": ["Germany"]}`:                  `"Germany" is no ISO 3166 code`,
		`{"optIn": ["de"]}`:                       `"de" is no ISO 3166 code`,
		`{"optIn": ["US"]}`:                       "already under opt-in",
		`{"otherwise": "auto"}`:                   "must be one of opt-in",
		`{"noticeOnly": ["US"], "optOut": []}`:    "US-CA is under notice-only",
		`{"ages": {"DE": 99}}`:                    "no age",
		`{"gpc": ["California"]}`:                 "no ISO 3166 code",
		`{"optin": [], "opt_out": []}`:            "schemas/regimes.json",
		`[]`:                                      "schemas/regimes.json",
		`{"optIn": ["DE"], "optIn": []}`:          `"optIn" twice`,
		`{"optIn": ["DE"]} {"optOut": ["DE"]}`:    "keep all members in one",
		`{"optIn": ["D1"], "otherwise": "child"}`: "child",
	} {
		if _, err := region.Parse([]byte(file)); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v, want %q", file, err, want)
		}
	}
}

// database writes a file as MaxMind's City and GeoLite2 have it.
func database(t *testing.T) string {
	t.Helper()
	tree, err := mmdbwriter.New(mmdbwriter.Options{DatabaseType: "GeoLite2-City", RecordSize: 24, IncludeReservedNetworks: true})
	if err != nil {
		t.Fatal(err)
	}
	for network, place := range map[string][2]string{"192.0.2.0/24": {"DE", "BY"}, "198.51.100.0/24": {"US", "CA"}, "2001:db8::/32": {"FR", ""}, "10.0.0.0/8": {"US", "CA"}} {
		_, parsed, err := net.ParseCIDR(network)
		if err != nil {
			t.Fatal(err)
		}
		row := mmdbtype.Map{"country": mmdbtype.Map{"iso_code": mmdbtype.String(place[0])}}
		if place[1] != "" {
			row["subdivisions"] = mmdbtype.Slice{mmdbtype.Map{"iso_code": mmdbtype.String(place[1])}}
		}
		if err := tree.Insert(parsed, row); err != nil {
			t.Fatal(err)
		}
	}
	file := filepath.Join(t.TempDir(), "city.mmdb")
	out, err := os.Create(file)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := tree.WriteTo(out); err != nil {
		t.Fatal(err)
	}
	if err := out.Close(); err != nil {
		t.Fatal(err)
	}
	return file
}

func locator(t *testing.T, s region.Sources) *region.Locator {
	t.Helper()
	l, err := region.NewLocator(s)
	if err != nil {
		t.Fatal(err)
	}
	return l
}

func TestWhereAVisitorIs(t *testing.T) {
	_, proxies, err := net.ParseCIDR("10.0.0.0/8")
	if err != nil {
		t.Fatal(err)
	}
	headers := region.Sources{CountryHeader: "CF-IPCountry", SubdivisionHeader: "cf-region-code", Proxies: []*net.IPNet{proxies}}
	both := headers
	both.File = database(t)
	for _, c := range []struct {
		name                                 string
		sources                              region.Sources
		remote, client, country, subdivision string
		want                                 region.Place
	}{
		{"a header", headers, "10.1.2.3:99", "192.0.2.1", "de", "", "DE"},
		{"a state", headers, "10.1.2.3:99", "192.0.2.1", "US", "CA", "US-CA"},
		{"a state with its country", headers, "10.1.2.3:99", "192.0.2.1", "US", "US-CA", "US-CA"},
		{"a state that is none", headers, "10.1.2.3:99", "192.0.2.1", "US", "California", "US"},
		{"a stranger's header", headers, "203.0.113.9:99", "203.0.113.9", "US", "CA", ""},
		{"a stranger's header beside a file", both, "192.0.2.9:99", "192.0.2.9", "US", "CA", "DE-BY"},
		{"no country", headers, "10.1.2.3:99", "192.0.2.1", "XX", "", ""},
		{"the Tor network", headers, "10.1.2.3:99", "192.0.2.1", "T1", "", ""},
		{"somewhere in Europe", headers, "10.1.2.3:99", "192.0.2.1", "EU", "", ""},
		{"nonsense", headers, "10.1.2.3:99", "192.0.2.1", "Germany", "", ""},
		{"the file where the header tells nothing", both, "10.1.2.3:99", "198.51.100.7", "XX", "", "US-CA"},
		{"the file without headers", region.Sources{File: both.File}, "198.51.100.7:1", "198.51.100.7", "DE", "", "US-CA"},
		{"IPv6", both, "[2001:db8::1]:99", "2001:db8::1", "", "", "FR"},
		{"IPv4 in IPv6", both, "[::ffff:192.0.2.1]:99", "::ffff:192.0.2.1", "", "", "DE-BY"},
		{"an address that the file does not know", both, "203.0.113.1:99", "203.0.113.1", "", "", ""},
		{"a proxy that does not tell whose request it is", both, "10.1.2.3:99", "10.1.2.3", "", "", ""},
		{"no address", both, "@", "", "", "", ""},
	} {
		request := httptest.NewRequest(http.MethodGet, "/s/shop1.js", nil)
		request.RemoteAddr = c.remote
		request.Header.Set("CF-IPCountry", c.country)
		request.Header.Set("CF-Region-Code", c.subdivision)
		if got := locator(t, c.sources).Place(request, c.client); got != c.want {
			t.Errorf("%s: %q, want %q", c.name, got, c.want)
		}
	}
}

// TestAFileMayBeWrittenOver: whoever updates it with cp must not end the server.
func TestAFileMayBeWrittenOver(t *testing.T) {
	file := database(t)
	l := locator(t, region.Sources{File: file})
	if err := os.Truncate(file, 0); err != nil {
		t.Fatal(err)
	}
	if got := l.Place(httptest.NewRequest(http.MethodGet, "/", nil), "192.0.2.1"); got != "DE-BY" {
		t.Errorf("got %q", got)
	}
}

func TestALocatorSaysWhatItLacks(t *testing.T) {
	broken := filepath.Join(t.TempDir(), "broken.mmdb")
	if err := os.WriteFile(broken, []byte("not a database"), 0o600); err != nil {
		t.Fatal(err)
	}
	for want, s := range map[string]region.Sources{
		"--trusted-proxy":  {CountryHeader: "CF-IPCountry"},
		"--country-header": {SubdivisionHeader: "CF-Region-Code", Proxies: []*net.IPNet{{}}},
		"MaxMind's format": {File: broken},
		"--geo-file":       {File: broken + ".gone"},
	} {
		if l, err := region.NewLocator(s); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%+v: %v %v, want %q", s, l, err, want)
		}
	}
}

func TestParsePlace(t *testing.T) {
	for code, want := range map[string]region.Place{"de": "DE", " us-ca ": "US-CA", "zz": "", "XX": "", "T1": ""} {
		if got, err := region.ParsePlace(code); err != nil || got != want {
			t.Errorf("%q: %q, %v", code, got, err)
		}
	}
	for _, code := range []string{"", "USA", "United States", "DE-", "1"} {
		if place, err := region.ParsePlace(code); err == nil {
			t.Errorf("%q became %q", code, place)
		}
	}
}

// FuzzPlace feeds what stands in the headers of a proxy: a place is a code, and everywhere has a regime.
func FuzzPlace(f *testing.F) {
	for _, seed := range [][2]string{{"US", "CA"}, {"US", "US-CA"}, {"de", ""}, {"XX", "1"}, {" fr ", " idf "}, {"T1", "T1"}, {"ß", "ß"}, {"US-CA", "CA"}, {"\xff", "\x00"}} {
		f.Add(seed[0], seed[1])
	}
	rules, err := region.Default()
	if err != nil {
		f.Fatal(err)
	}
	_, proxies, err := net.ParseCIDR("10.0.0.0/8")
	if err != nil {
		f.Fatal(err)
	}
	locator, err := region.NewLocator(region.Sources{CountryHeader: "X-Country", SubdivisionHeader: "X-Part", Proxies: []*net.IPNet{proxies}})
	if err != nil {
		f.Fatal(err)
	}
	f.Fuzz(func(t *testing.T, country, part string) {
		request := &http.Request{RemoteAddr: "10.1.2.3:999", Header: http.Header{"X-Country": {country}, "X-Part": {part}}}
		place := locator.Place(request, "203.0.113.7")
		if again, err := region.ParsePlace(string(place)); place != "" && (err != nil || again != place) {
			t.Fatalf("%q, %q is the place %q, which is read as %q, %v", country, part, place, again, err)
		}
		if rules.Regime(place) == "" {
			t.Fatalf("%q has no regime", place)
		}
		request.RemoteAddr = "203.0.113.7:999"
		if place := locator.Place(request, "203.0.113.7"); place != "" {
			t.Fatalf("a stranger claims to be in %q", place)
		}
	})
}
