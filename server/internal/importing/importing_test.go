package importing_test

import (
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"assent/schemas"
	"assent/server/internal/consent"
	"assent/server/internal/importing"
	"assent/server/internal/site"
	"assent/server/internal/transfer"
	"assent/snippet"
)

func file(t testing.TB, name string) []byte {
	t.Helper()
	body, err := os.ReadFile(filepath.Join("testdata", name))
	if err != nil {
		t.Fatal(err)
	}
	return body
}

func read(t *testing.T, in importing.Input) schemas.Import {
	t.Helper()
	in.BuiltIn = snippet.Texts()
	result, err := importing.Read(in)
	if err != nil {
		t.Fatal(err)
	}
	checkForm(t, result)
	return result
}

// checkForm holds what is true of every import: the notice has the contract's form, and whatever keeps it from being
// published is among the remarks.
func checkForm(t *testing.T, result schemas.Import) {
	t.Helper()
	body, err := json.Marshal(result.Notice)
	if err != nil {
		t.Fatal(err)
	}
	notice, err := site.DecodeNotice(body)
	if err != nil {
		t.Fatalf("the notice has not the contract's form: %v\n%s", err, body)
	}
	complete, err := site.Complete(notice, snippet.Texts())
	if err == nil {
		err = site.Refusal(site.Lint(complete, transfer.BuiltIn(), time.Now()))
	}
	if isTold := slices.ContainsFunc(result.Remarks, func(r schemas.Remark) bool { return r.Kind == "mend" }); (err != nil) != isTold {
		t.Errorf("refusal %v, told: %v", err, isTold)
	}
	for _, r := range result.Remarks {
		if r.About == "" || r.Detail == "" || r.Line < 0 {
			t.Errorf("a remark says nothing: %+v", r)
		}
	}
}

// services tells an import's services in short: id, purpose where it is not the catalogue's, and the cookies listed.
func services(n schemas.Notice) string {
	var b strings.Builder
	for _, s := range n.Services {
		b.WriteString(s.ID + " " + s.Purpose + " " + strings.Join(s.Cookies, ",") + "\n")
	}
	return b.String()
}

func remarked(result schemas.Import, kind, about, detail string) (line int, found bool) {
	for _, r := range result.Remarks {
		if r.Kind == kind && strings.Contains(r.About, about) && strings.Contains(r.Detail, detail) {
			return r.Line, true
		}
	}
	return 0, false
}

type expectation struct{ kind, about, detail string }

func expect(t *testing.T, result schemas.Import, expected []expectation) {
	t.Helper()
	for _, e := range expected {
		if _, found := remarked(result, e.kind, e.about, e.detail); !found {
			t.Errorf("no remark %q about %q: %q", e.kind, e.about, e.detail)
		}
	}
	if t.Failed() {
		for _, r := range result.Remarks {
			t.Logf("%s: %s (%d): %s", r.Kind, r.About, r.Line, r.Detail)
		}
	}
}

func equal(t *testing.T, what, got, want string) {
	t.Helper()
	if got != want {
		t.Errorf("%s:\n%s\nwant:\n%s", what, got, want)
	}
}

func TestKlaro(t *testing.T) {
	result := read(t, importing.Input{File: file(t, "klaro.js"), Cookies: file(t, "cookies.csv")})
	n := result.Notice
	equal(t, "kind", result.Kind, importing.Klaro)
	equal(t, "services", services(n), `google-analytics  _gid,_dc_gtm_*,AMP_TOKEN,FPID,FPLC,_ga*,_shop_visits,_shop_pages
session essential PHPSESSID
table-finder marketing tf_id
youtube  
meta-pixel essential 
`)
	equal(t, "languages", strings.Join(n.Languages, " "), "de en")
	equal(t, "policy", n.PrivacyPolicy, "/datenschutz.html")
	equal(t, "an escape", n.Texts["de"]["service.google-analytics.text"], "Zählt Besuche.")
	equal(t, "markup", n.Texts["de"]["preferences.title"], "Dienste")
	equal(t, "a template", n.Texts["de"]["preferences.text"], "Mehr in der Erklärung.")
	equal(t, "a name with markup", n.Services[2].Name+", "+n.Services[2].Provider+", "+n.Services[2].Retention, "Table Finder, Finder GmbH, P1Y")
	if n.Texts["de"]["banner.text"] != "" || n.LifetimeDays != 365 {
		t.Errorf("banner %q, %d days", n.Texts["de"]["banner.text"], n.LifetimeDays)
	}
	expect(t, result, []expectation{
		{"left-out", "default: true", "nothing is switched on"},
		{"left-out", "googleAnalytics default: true", "nothing is switched on"},
		{"left-out", "hideDeclineAll", "refusal"},
		{"left-out", "googleAnalytics callback", "code"},
		{"left-out", "table-finder /.*/", "nearly every cookie"},
		{"left-out", "table-finder /(?=lookahead)x/", "form"},
		{"left-out", "services", "whose name only running"},
		{"left-out", "tlh", "without built-in texts"},
		{"left-out", "de banner.text", "placeholder"},
		{"check", "table-finder optOut", "waits for a yes"},
		{"check", "Table Finder", "asked for as marketing"},
		{"check", "Facebook Pixel", "though it is for marketing"},
		{"taken", "googleAnalytics", `data-assent="google-analytics"`},
		{"mend", "/texts/en/purpose.booking.text", "write it"},
	})
	if line, _ := remarked(result, "left-out", "googleAnalytics callback", ""); line != 40 {
		t.Errorf("the callback is on line %d, want 40", line)
	}
}

func TestVanilla3(t *testing.T) {
	result := read(t, importing.Input{File: file(t, "vanilla3.ts")})
	n := result.Notice
	equal(t, "kind", result.Kind, importing.Vanilla)
	equal(t, "services", services(n), `google-analytics  _dc_gtm_*,AMP_TOKEN,FPID,FPLC,_ga*,_gid*
another analytics 
cookies-analytics analytics shop_stats
microsoft-advertising analytics 
`)
	equal(t, "a badge", n.Texts["en"]["purpose.essential.title"], "Strictly Necessary cookies")
	equal(t, "an ampersand", n.Texts["en"]["purpose.marketing.text"], "Ads & more")
	equal(t, "policy", n.PrivacyPolicy, "https://shop.example/privacy")
	equal(t, "layout", n.Look.Layout, "box")
	equal(t, "languages", strings.Join(n.Languages, " "), "en de fr")
	expect(t, result, []expectation{
		{"left-out", "lifetimeDays", "180"},
		{"left-out", "analytics enabled: true", "nothing is switched on"},
		{"left-out", "equalWeightButtons", "alike"},
		{"left-out", "onFirstConsent", "code"},
		{"left-out", "another onAccept", "code"},
		{"left-out", "translations.de", "./de.json"},
		{"left-out", "translations.fr", "running the file"},
		{"check", "Microsoft Advertising", "by its nature"},
		{"mend", "/services/1/provider", "legal name"},
	})
}

func TestVanilla2(t *testing.T) {
	result := read(t, importing.Input{File: file(t, "vanilla2.js"), Cookies: file(t, "cookies.csv")})
	n := result.Notice
	equal(t, "services", services(n), `google-analytics  _gid,_dc_gtm_*,AMP_TOKEN,FPID,FPLC,_ga*
kite-analytics analytics kite
`)
	equal(t, "what the list of cookies knows", n.Services[1].Provider+", "+n.Services[1].Retention, "Kite Ltd, P13M")
	equal(t, "layout", n.Look.Layout, "centre")
	equal(t, "policy", n.PrivacyPolicy, "/privacy-policy")
	expect(t, result, []expectation{{"left-out", "force_consent", "before a choice"}, {"left-out", "analytics enabled: true", "nothing is switched on"}})
	if _, stopped := remarked(result, "mend", "", ""); stopped || n.LifetimeDays != 182 {
		t.Errorf("%d days, %+v", n.LifetimeDays, result.Remarks)
	}
}

func TestCookiebot(t *testing.T) {
	result := read(t, importing.Input{File: file(t, "cookiebot.js"), Cookies: file(t, "cookies.csv")})
	equal(t, "kind", result.Kind, importing.Cookiebot)
	equal(t, "services", services(result.Notice), `shop-example essential PHPSESSID
google-analytics  
kite-analytics analytics kite,kite_*
meta-pixel  
shop-example-marketing marketing mystery
`)
	equal(t, "storage", strings.Join(result.Notice.Services[2].Storage, " "), "kite_state")
	equal(t, "retention", result.Notice.Services[4].Retention, "P30D")
	expect(t, result, []expectation{
		{"check", "Unclassified", "asked for as marketing"},
		{"left-out", "collect", "a request, not a cookie"},
		{"left-out", "CookieConsent", "other tool's own"},
		{"mend", "/services/4/provider", "legal name"},
	})
	table := read(t, importing.Input{File: file(t, "cookiebot.csv")})
	equal(t, "services of the table", services(table.Notice), "google-analytics  \nmeta-pixel  \nshop-example functional lang\n")
}

func TestOneTrust(t *testing.T) {
	result := read(t, importing.Input{File: file(t, "onetrust.json")})
	n := result.Notice
	equal(t, "kind", result.Kind, importing.OneTrust)
	equal(t, "services", services(n), "google-analytics  \ncookies-analytics analytics kite\nyoutube  \nkite-ads marketing kid\n")
	equal(t, "hosts", strings.Join(n.Services[3].Hosts, " "), "ads.kite.example")
	equal(t, "banner", n.Texts["en"]["banner.text"], "By clicking “Accept” you agree.")
	equal(t, "group", n.Texts["en"]["purpose.analytics.title"], "Performance Cookies")
	equal(t, "retention", n.Services[3].Retention, "P395D")
	expect(t, result, []expectation{
		{"left-out", "Store information", "IAB"},
		{"left-out", "Performance Cookies active", "nothing is switched on"},
		{"left-out", "ForceConsent", "before a choice"},
	})
}

func TestAssentIsFilledIn(t *testing.T) {
	notice := `{"purposes": [{"id": "analytics"}], "services": [{"id": "kite", "name": "Kite Analytics", "purpose": "analytics"}], "look": {"accent": "#112233"}}`
	result := read(t, importing.Input{File: []byte(notice), Cookies: file(t, "cookies.csv")})
	equal(t, "services", services(result.Notice), "kite analytics kite,kite_*\n")
	equal(t, "the rest", result.Notice.Look.Accent+" "+result.Notice.Services[0].Retention, "#112233 P2Y")
}

func TestWhatOwnersWrite(t *testing.T) {
	for name, c := range map[string]struct{ source, services string }{
		"an exported object":       {`export default { services: [{ name: "hotjar", purposes: ["analytics"] }] }`, "hotjar  \n"},
		"a module":                 {`module.exports = { apps: [{ name: "gtm", purposes: ["marketing"] }] }`, "google-tag-manager  \n"},
		"a member of window":       {`window.klaroConfig = { services: [{ name: "matomo", cookies: [/^_pk_.*$/, "piwik_ignore"] }] }`, "matomo  mtm_consent,mtm_consent_removed,mtm_cookie_consent,_pk_*,piwik_ignore\n"},
		"JSON":                     {"\xef\xbb\xbf" + `{"services": [{"name": "clarity", "purposes": ["analytics"]}]}`, "microsoft-clarity  \n"},
		"parts in constants":       {`const a = { name: "vimeo", purposes: ["marketing"] }; const list = [a, ...more]; export const klaroConfig = { services: list }`, "vimeo  \n"},
		"minified":                 {`var klaroConfig={default:!0,services:[{name:"hotjar",default:!0,required:!1}]};`, "hotjar  \n"},
		"in a callback":            {`document.addEventListener("DOMContentLoaded", () => { CookieConsent.run({ categories: { analytics: { services: { plausible: {} } } }, language: {} }) })`, "plausible  \n"},
		"a name that is a purpose": {`klaroConfig = { services: [{ name: "marketing", purposes: ["marketing"] }] }`, "marketing-service marketing \n"},
		"a name that is no id":     {`klaroConfig = { services: [{ name: "Привет", purposes: ["analytics"] }, { name: "x y", title: "Z", purposes: ["analytics"] }] }`, "x-y analytics \n"},
		"no purpose":               {`klaroConfig = { services: [{ name: "kite", title: "Kite" }] }`, "kite marketing \n"},
		"two of one service":       {`klaroConfig = { services: [{ name: "ga4", purposes: ["analytics"] }, { name: "gtag", purposes: ["marketing"] }] }`, "google-analytics marketing \n"},
		"cookies of one service":   {`klaroConfig = { services: [{ name: "stats", purposes: ["analytics"], cookies: ["_hjSession_*"] }] }`, "hotjar  \n"},
		"cookies of several":       {`klaroConfig = { services: [{ name: "all", purposes: ["marketing"], cookies: ["_ga", "_fbp"] }] }`, "all marketing _ga,_fbp\n"},
		"a variable of itself":     {`var a = { services: [a, { name: "kite", purposes: [a] }] }`, ""},
		"a member of another":      {`const t = { kite: "Kite" }; var klaroConfig = { services: [{ name: t.kite, purposes: ["analytics"] }] }`, "kite analytics \n"},
		"a cookie that is no name": {`klaroConfig = { services: [{ name: "kite", purposes: ["analytics"], cookies: ["a;b", "", makeCookie()] }] }`, "kite analytics \n"},
		"expressions with choices": {`klaroConfig = { services: [{ name: "kite", purposes: ["analytics"], cookies: [/^kite(_one|_two)?$/i, /kite_\d+$/] }] }`, "kite analytics kite,*kite_*\n"},
		"a computed and a spread":  {`const more = { title: "Kite" }; klaroConfig = { services: [{ ["name"]: "kite", ...more, purposes: ["analytics"] }] }`, "kite analytics \n"},
		"a text put together":      {"klaroConfig = { services: [{ name: 'ki' + 'te', title: `K${'i'}te`, purposes: ['analytics'] }] }", "kite analytics \n"},
		"another purpose":          {`klaroConfig = { services: [{ name: "hotjar", purposes: ["marketing"] }] }`, "hotjar marketing \n"},
	} {
		t.Run(name, func(t *testing.T) {
			in := importing.Input{File: []byte(c.source), BuiltIn: snippet.Texts()}
			result, err := importing.Read(in)
			if err != nil && c.services != "" {
				t.Fatal(err)
			}
			if err == nil {
				checkForm(t, result)
			}
			equal(t, "services", services(result.Notice), c.services)
		})
	}
}

func TestWhatHoldsNothing(t *testing.T) {
	for want, in := range map[string]importing.Input{
		"no set-up that is known":   {File: []byte(`var x = { a: 1 }`)},
		"no JavaScript or JSON":     {File: []byte(`<html>`)},
		"list of known cookies":     {File: file(t, "cookies.csv")},
		"looks like a set-up of on": {File: file(t, "klaro.js"), Kind: importing.OneTrust},
		"more than 5 MB":            {File: make([]byte, importing.Largest+1)},
		"nests brackets":            {File: []byte(strings.Repeat("[", 100_000))},
		"no Open Cookie Database":   {File: file(t, "klaro.js"), Cookies: []byte("a,b\n1,2\n")},
	} {
		in.BuiltIn = snippet.Texts()
		_, err := importing.Read(in)
		var invalid *consent.InvalidError
		if !errors.As(err, &invalid) || !strings.Contains(err.Error(), want) {
			t.Errorf("%v, want %q", err, want)
		}
	}
}

// A file may hold anything: it is read in bounds, and what is too much is told.
// ASVS 5.2.1
func TestTooMuch(t *testing.T) {
	var many strings.Builder
	many.WriteString(`klaroConfig = { services: [`)
	for i := range 400 {
		name := strings.Repeat("k", i%50+1) + "-" + strings.Repeat("z", i/50+1)
		many.WriteString(`{ name: "` + name + `", purposes: ["own-` + name + `"], cookies: ["` + name + `"] },`)
	}
	many.WriteString(`] }`)
	result := read(t, importing.Input{File: []byte(many.String())})
	if len(result.Notice.Services) != 128 || len(result.Notice.Purposes) > 16 {
		t.Errorf("%d services, %d purposes", len(result.Notice.Services), len(result.Notice.Purposes))
	}
	expect(t, result, []expectation{{"left-out", "", "more than the 128"}, {"check", "own-", "asked for as marketing"}})

	doubling := `a0 = "` + strings.Repeat("x", 1000) + `"; `
	for _, c := range []string{"1", "2", "3", "4", "5", "6", "7", "8", "9", "10", "11", "12", "13", "14", "15", "16", "17", "18", "19", "20"} {
		doubling += "a" + c + " = [a, a].concat; b" + c + " = { ...b, ...b }; "
	}
	if _, err := importing.Read(importing.Input{File: []byte(doubling), BuiltIn: snippet.Texts()}); err == nil {
		t.Error("nothing was taken, and that was not told")
	}
	for _, opening := range []string{"!", "a=>", "a?b:", "new ", "`${", "if(a)", "a=", "[[", "{a:", "var [", "- -", "async a=>", "x=function(){", "a+", "a.b", "a**", "label:", "...", "/*"} {
		source := strings.Repeat(opening, 500_000/len(opening))
		if _, err := importing.Read(importing.Input{File: []byte(source), BuiltIn: snippet.Texts()}); err == nil {
			t.Errorf("%q repeated became a notice", opening)
		}
	}
}

func FuzzRead(f *testing.F) {
	for _, name := range []string{"klaro.js", "vanilla3.ts", "vanilla2.js", "cookiebot.js", "cookiebot.csv", "onetrust.json"} {
		f.Add(file(f, name), file(f, "cookies.csv"))
	}
	f.Add([]byte(`klaroConfig = { services: [{ name: "\ud83d\ude00\u{1f600}\xe9", cookies: [/^(a|b){2,}[^c]\w+$/] }] }`), []byte("Platform;Name;Wildcard match\nKite;k;1\n"))
	f.Add([]byte(`{"services": [{"id": "kite", "purpose": "marketing"}]}`), []byte{})
	f.Fuzz(func(t *testing.T, setUp, cookies []byte) {
		result, err := importing.Read(importing.Input{File: setUp, Cookies: cookies, BuiltIn: snippet.Texts()})
		if err != nil {
			var invalid *consent.InvalidError
			if !errors.As(err, &invalid) {
				t.Fatal(err)
			}
			return
		}
		for _, r := range result.Remarks {
			if !utf8.ValidString(r.About) || !utf8.ValidString(r.Detail) {
				t.Fatalf("a remark that is no text: %+v", r)
			}
		}
		checkForm(t, result)
	})
}
