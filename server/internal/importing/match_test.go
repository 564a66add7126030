package importing

import (
	"slices"
	"strings"
	"testing"

	"assent/server/internal/catalogue"
	"assent/server/internal/consent"
)

func TestAliasesNameServicesOfTheCatalogue(t *testing.T) {
	for alias, id := range aliases {
		if _, found := catalogue.Find(id); !found || alias != bare(alias) {
			t.Errorf("%q: %q", alias, id)
		}
	}
	for word, purpose := range purposeWords {
		if !slices.Contains([]string{consent.Essential, functional, analytics, marketing}, purpose) || word != bare(word) {
			t.Errorf("%q: %q", word, purpose)
		}
	}
}

func TestPatternsOfExpressions(t *testing.T) {
	for source, want := range map[string]string{
		`^_ga`: "_ga*", `^_ga$`: "_ga", `^_ga.*$`: "_ga*", `_ga`: "*_ga*", `^(_ga|_gid)`: "_ga* _gid*", `^_hj.+Session\d*$`: "_hj*Session*",
		`^_ga(_[A-Z0-9]+)?$`: "_ga_* _ga", `^a\.b$`: "a.b", `.*`: "", `^`: "", `a`: "", `(`: "", `^(?!x)ab`: "", `(a|b|c)(a|b|c)(a|b|c)(a|b|c)`: "", `^\*ab$`: "ab",
	} {
		patterns, wrong := patternsOf(source)
		if got := strings.Join(patterns, " "); got != want || (wrong != (kind{})) != (want == "") {
			t.Errorf("%s: %q, %v, want %q", source, got, wrong, want)
		}
	}
}

func TestLengths(t *testing.T) {
	for words, want := range map[string]string{
		"2 years": "P2Y", "13 months": "P13M", "1 Jahr": "P1Y", "30 days": "P30D", "3 weeks": "P3W", "5 minutes": "P1D", "1 hour": "P1D",
		"1 year and 24 days": "P389D", "Session": "", "Persistent": "", "": "", "0 days": "", "99999 days": "", "End of session (browser)": "",
	} {
		if got := lengthOf(words).iso; got != want {
			t.Errorf("%q: %q, want %q", words, got, want)
		}
	}
}

func TestCovers(t *testing.T) {
	for _, c := range []struct {
		pattern, name string
		want          bool
	}{
		{"_ga", "_ga", true}, {"_ga", "_gat", false}, {"_ga*", "_ga", true}, {"_ga*", "_ga_*", true}, {"_ga_*", "_ga*", false}, {"*a*b", "xaxxb", true},
		{"*a*b", "xaxxbc", false}, {"*", "x", true}, {"", "", true}, {"", "x", false}, {"a[b]*", "a[b]c", true},
	} {
		if covers(c.pattern, c.name) != c.want {
			t.Errorf("%q covers %q: %v", c.pattern, c.name, !c.want)
		}
	}
}

func TestIdsAndTags(t *testing.T) {
	for name, want := range map[string]string{"googleAnalytics": "google-analytics", "Google  Analytics!": "google-analytics", "GTM": "gtm", "4chan": "chan", "Привет": "", "-": "", "a/b": "a-b"} {
		if got := idOf(name); got != want {
			t.Errorf("%q: %q, want %q", name, got, want)
		}
	}
	for name, want := range map[string]string{"en": "en", "pt_BR": "pt-BR", "DE": "de", "zz": "", "": "", "english": "", "zh-Hant": "zh-Hant", "x-klingon": ""} {
		if got := tagOf(name); got != want {
			t.Errorf("%q: %q, want %q", name, got, want)
		}
	}
}
