package policy_test

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"assent/schemas"
	"assent/server/internal/consent"
	"assent/server/internal/policy"
)

var now = time.Date(2026, 11, 24, 12, 0, 0, 0, time.UTC)

func notice() schemas.Notice {
	return schemas.Notice{
		Purposes:     []schemas.Purpose{{ID: "essential"}, {ID: "analytics"}, {ID: "marketing"}},
		LifetimeDays: 180,
		Exempt:       []string{"*.cdn.example"},
		Services: []schemas.Service{
			{ID: "pay", Purpose: "essential", Hosts: []string{"pay.example"}},
			{ID: "count", Purpose: "analytics", Hosts: []string{"count.example", "*.count.example", "Count.example"}},
			{ID: "tube", Purpose: "marketing", Hosts: []string{"tube.example"}},
			{ID: "pixel", Purpose: "marketing", Hosts: []string{"pixel.example", "count.example"}},
			{ID: "nowhere", Purpose: "marketing"},
		},
	}
}

func rules() policy.Rules { return compile(notice()) }

func compile(n schemas.Notice) policy.Rules {
	r, err := policy.Compile(n, "https://assent.example")
	if err != nil {
		panic(err)
	}
	return r
}

// marks are what a choice that grants everything names.
func marks() string {
	all, err := consent.Marks(notice())
	if err != nil {
		panic(err)
	}
	return strings.Join(slices.Collect(maps.Values(all)), "")
}

func cookie(at time.Time, answers string) string {
	return "1." + marks() + "." + base36(at) + ".subject" + answers
}

func base36(at time.Time) string {
	digits, n := "", at.Unix()
	for ; n > 0; n /= 36 {
		digits = string("0123456789abcdefghijklmnopqrstuvwxyz"[n%36]) + digits
	}
	return digits
}

// directive returns the sources of one directive.
func directive(t *testing.T, value, name string) []string {
	t.Helper()
	for part := range strings.SplitSeq(value, "; ") {
		if rest, ok := strings.CutPrefix(part, name+" "); ok {
			return strings.Fields(rest)
		}
	}
	t.Fatalf("no %s in %s", name, value)
	return nil
}

func TestEachListHoldsWhatWasGrantedAndNothingElse(t *testing.T) {
	always := []string{"https://assent.example", "*.cdn.example", "pay.example"}
	cases := []struct {
		name   string
		choice policy.Choice
		want   []string
	}{
		{"pending", nil, nil},
		{"refused", policy.Choice{"analytics": false, "marketing": false}, nil},
		{"one purpose", policy.Granted("analytics"), []string{"count.example", "*.count.example"}},
		{"both", policy.Granted("analytics", "marketing"), []string{"count.example", "*.count.example", "tube.example", "pixel.example"}},
		{"a service of a refused purpose", policy.Choice{"marketing": false, "tube": true}, []string{"tube.example"}},
		{"all but one service", policy.Choice{"marketing": true, "pixel": false}, []string{"tube.example"}},
		{"a host of two services", policy.Granted("pixel"), []string{"pixel.example", "count.example"}},
		{"unknown names", policy.Granted("essential", "nobody", ""), nil},
	}
	for _, c := range cases {
		value := rules().Value(c.choice, policy.Placeholder)
		want := slices.Concat(always, c.want)
		for name, first := range map[string][]string{
			"default-src": {"'self'"}, "img-src": {"'self'", "data:", "blob:"}, "frame-src": {"'self'"}, "connect-src": {"'self'"},
			"style-src": {"'self'", "'unsafe-inline'"}, "media-src": {"'self'", "data:", "blob:"}, "font-src": {"'self'", "data:"},
		} {
			if diff := cmp.Diff(append(slices.Clone(first), want...), directive(t, value, name)); diff != "" {
				t.Errorf("%s: %s (-want +got):\n%s", c.name, name, diff)
			}
		}
		if got := directive(t, value, "script-src"); !slices.Equal(got, []string{"'nonce-{NONCE}'", "'strict-dynamic'"}) {
			t.Errorf("%s: script-src %v", c.name, got)
		}
	}
}

func TestChildrenAreNeverTracked(t *testing.T) {
	n := notice()
	n.Regime = "child-directed"
	if granted := compile(n).Granted(policy.Granted("analytics", "marketing")); len(granted) != 0 {
		t.Errorf("granted %v", granted)
	}
}

func TestWhatCannotBeWrittenIsLeftOut(t *testing.T) {
	bad := []string{"a.example; script-src *", "a.example 'unsafe-inline'", "*", "*.", "a.*.example", "https://a.example", "a.example/pa th", "a.example/x;y", "a.example/$x", "a.example/?q",
		"a.example\r\nX: y", "$cookie_x", "{env.SECRET}", "a\"b.example", "`a`", "", "a.example:port", "[::1]", "a.example,b.example", "-", "${x}"}
	good := map[string]string{"A.Example": "a.example", "bücher.example": "xn--bcher-kva.example", "*.Bücher.example": "*.xn--bcher-kva.example",
		"127.0.0.1": "127.0.0.1", "a.example:8443": "a.example:8443", "my_host.example": "my_host.example", "Docs.example/Forms/": "docs.example/Forms/", "a.example/": "a.example/"}
	for _, host := range bad {
		if source, ok := policy.Source(host); ok {
			t.Errorf("Source(%q) = %q, want it refused", host, source)
		}
	}
	for host, want := range good {
		if source, ok := policy.Source(host); !ok || source != want {
			t.Errorf("Source(%q) = %q, %v, want %q", host, source, ok, want)
		}
	}
	r := compile(schemas.Notice{Exempt: bad[:2], Services: []schemas.Service{{ID: "s", Purpose: "marketing", Hosts: bad[2:]}}})
	if len(r.LeftOut) != len(bad) || len(r.Always) != 1 || len(r.Services) != 0 {
		t.Errorf("left out %q, always %q, services %v", r.LeftOut, r.Always, r.Services)
	}
}

// TestAPathIsTheBeginningOfAddresses, as in the catalogue.
func TestAPathIsTheBeginningOfAddresses(t *testing.T) {
	r := compile(schemas.Notice{Services: []schemas.Service{{ID: "s", Purpose: "marketing", Hosts: []string{"a.example/tr", "a.example/ads/"}}}})
	if want := []string{"a.example/tr", "a.example/tr/", "a.example/ads/"}; !slices.Equal(r.Services[0].Sources, want) {
		t.Errorf("sources %v, want %v", r.Services[0].Sources, want)
	}
}

func FuzzSource(f *testing.F) {
	f.Add("*.shop.example")
	f.Add("a.example; script-src *")
	f.Fuzz(func(t *testing.T, host string) {
		if source, ok := policy.Source(host); ok && strings.ContainsAny(source, " ;,'\"`$\\\r\n\t{}()") {
			t.Errorf("Source(%q) = %q", host, source)
		}
	})
}

func TestReadHoldsToTheCookiesGrammar(t *testing.T) {
	cases := []struct {
		name    string
		cookies []string
		want    []string
	}{
		{"none", nil, nil},
		{"granted", []string{cookie(now, ".analytics:1.marketing:0")}, []string{"count"}},
		{"a service apart", []string{cookie(now, ".analytics:0.marketing:0.tube:1")}, []string{"tube"}},
		{"only the subject", []string{cookie(now, "")}, nil},
		{"no subject yet", []string{"1." + marks() + "." + base36(now) + ".-.analytics:1"}, []string{"count"}},
		{"another recipient", []string{"1.ZZZZZZZZ." + base36(now) + ".s.analytics:1"}, nil},
		{"marks out of step", []string{"1.Z" + marks() + "." + base36(now) + ".s.analytics:1"}, nil},
		{"made where silence grants", []string{"2" + cookie(now, ".analytics:1")[1:]}, nil},
		{"another version", []string{"3" + cookie(now, ".analytics:1")[1:]}, nil},
		{"too old", []string{cookie(now.AddDate(0, 0, -180), ".analytics:1")}, nil},
		{"old enough", []string{cookie(now.AddDate(0, 0, -179), ".analytics:1")}, []string{"count"}},
		{"from the future", []string{cookie(now.AddDate(0, 0, 2), ".analytics:1")}, nil},
		{"no time", []string{"1." + marks() + ".?.s.analytics:1"}, nil},
		{"answered twice", []string{cookie(now, ".analytics:0.analytics:1")}, nil},
		{"rubbish", []string{"", "1", "....", "1." + marks() + "." + base36(now) + "..analytics:1"}, nil},
		{"planted beside a refusal", []string{cookie(now, ".analytics:0.marketing:0"), cookie(now.Add(time.Hour), ".analytics:1.marketing:1")}, nil},
		{"beside one of another notice", []string{"1.ZZZZZZZZ.1.s.analytics:0", cookie(now, ".analytics:1")}, []string{"count"}},
		{"planted that grants a service", []string{cookie(now, ".analytics:1.marketing:0"), cookie(now, ".analytics:1.marketing:0.tube:1")}, []string{"count"}},
	}
	for _, c := range cases {
		got := rules().Granted(rules().Read(c.cookies, now))
		if !slices.Equal(got, append([]string{}, c.want...)) {
			t.Errorf("%s: granted %v, want %v", c.name, got, c.want)
		}
	}
}

func TestRulesAreWrittenForEveryServer(t *testing.T) {
	for format, needs := range map[string][]string{
		"nginx":  {"map $http_cookie $assent_choice", "map $assent_choice $assent_service_1", " count.example *.count.example", `tube:1(\.|$)`, "$request_id", "Vary Cookie"},
		"caddy":  {"(assent)", "{http.request.header.Cookie}", "count.example *.count.example", "{http.request.uuid}"},
		"worker": {"export default", `id: "tube", purpose: "marketing"`, `PLACEHOLDER = "secret-of-mine"`},
	} {
		text, err := rules().Write(format, "shop1", "secret-of-mine")
		if err != nil {
			t.Fatal(err)
		}
		for _, need := range needs {
			if !strings.Contains(text, need) {
				t.Errorf("%s: no %q in\n%s", format, need, text)
			}
		}
	}
}

// TestNginxTakesLongLists: one parameter of nginx has room for 4096 bytes.
func TestNginxTakesLongLists(t *testing.T) {
	n := notice()
	for i := range 128 {
		n.Exempt = append(n.Exempt, fmt.Sprintf("%s%d.example", strings.Repeat("long-", 40), i))
	}
	for i := range 64 {
		n.Services[1].Hosts = append(n.Services[1].Hosts, fmt.Sprintf("%s%d.example", strings.Repeat("many-", 40), i))
	}
	text, err := compile(n).Write("nginx", "shop1", policy.Placeholder)
	if err != nil {
		t.Fatal(err)
	}
	for line := range strings.SplitSeq(text, "\n") {
		if len(line) > 4000 {
			t.Errorf("a line of %d bytes: %s…", len(line), line[:80])
		}
	}
}

func TestIsNonce(t *testing.T) {
	for text, want := range map[string]bool{"{NONCE}": true, "abcdefgh": true, "a1B2c3D4+/-_==": true,
		"": false, "short": false, "abcdefgh' *": false, "abcdefgh\n": false, "a=bcdefghi": false} {
		if policy.IsNonce(text) != want {
			t.Errorf("IsNonce(%q) = %v", text, !want)
		}
	}
}

func TestAdvancedModeLetsGoogleLoad(t *testing.T) {
	n := notice()
	n.Services[1].Adapter = "google"
	for mode, want := range map[string]bool{"basic": false, "advanced": true} {
		n.ConsentMode = mode
		header := compile(n).Value(nil, policy.Placeholder)
		if strings.Contains(header, "*.count.example") != want || strings.Contains(header, "tube.example") {
			t.Errorf("%s: %s", mode, header)
		}
	}
}

// FuzzRead holds that nothing is granted which no cookie of the request says, and that of several each has to.
func FuzzRead(f *testing.F) {
	for _, value := range []string{cookie(now, ".analytics:1.marketing:0"), cookie(now, ".tube:1"), cookie(now, ""), cookie(now.AddDate(-1, 0, 0), ".analytics:1"),
		"1." + marks() + "." + base36(now) + ".-.analytics:1.analytics:0", "1", "", "1.zzzzzzzzzzzzzzzz.zzzzzzzzzzzzzzzzzzzzzz.-.analytics:1"} {
		f.Add("assent="+value, "a=b; assent="+value)
	}
	rules := compile(notice())
	f.Fuzz(func(t *testing.T, one, other string) {
		values := policy.Cookies([]string{one, other})
		choice := rules.Read(values, now)
		for id, granted := range choice {
			if granted && !slices.ContainsFunc(values, func(value string) bool { return strings.Contains(value, "."+id+":1") }) {
				t.Fatalf("%q grants %s", values, id)
			}
			for _, value := range values {
				if one := rules.Read([]string{value}, now); granted && one != nil && !one[id] {
					t.Fatalf("%q grants %s, which %q does not", values, id, value)
				}
			}
		}
		if slices.ContainsFunc(rules.Granted(choice), func(id string) bool { return id == "nowhere" && !choice["marketing"] && !choice["nowhere"] }) {
			t.Fatalf("%q grants a service that nobody granted", values)
		}
	})
}
