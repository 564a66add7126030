package noticepage

import (
	"slices"
	"strings"
	"testing"

	"golang.org/x/text/language"

	"assent/schemas"
	"assent/server/internal/visitorpage"
	"assent/snippet"
)

func TestEveryLanguageHasEveryText(t *testing.T) {
	all := builtIn()
	for tag := range snippet.Texts() {
		texts := all[tag]
		for key, english := range visitorpage.Own(textFiles, "en") {
			if texts[key] == "" {
				t.Errorf("%s has no %s", tag, key)
			}
			for _, name := range []string{"{name}", "{names}", "{label}", "{before}", "{after}", "{date}", "{days}", "{n}"} {
				if strings.Contains(english, name) != strings.Contains(texts[key], name) {
					t.Errorf("%s: %s: %q does not name what English names", tag, key, texts[key])
				}
			}
		}
	}
}

func TestChangesAreToldInPlainWords(t *testing.T) {
	w := builtIn().For("", []language.Tag{language.English})
	before := schemas.Notice{LifetimeDays: 180, PrivacyPolicy: "/privacy", Purposes: []schemas.Purpose{{ID: "essential"}, {ID: "functional"}},
		Services: []schemas.Service{{ID: "a", Name: "A", Purpose: "marketing", Provider: "A Ltd", Retention: "P1Y"}, {ID: "gone", Purpose: "marketing"}}}
	after := before
	after.LifetimeDays, after.Controller = 90, schemas.Controller{Name: "Shop GmbH"}
	after.Purposes = []schemas.Purpose{{ID: "essential"}, {ID: "own"}}
	after.Texts = map[string]map[string]string{"de": {"purpose.own.title": "Eigenes"}}
	after.Languages = []string{"de"}
	after.Services = []schemas.Service{{ID: "a", Name: "B", Purpose: "analytics", Provider: "A Inc", Country: "US", Cookies: []string{"a"}, Retention: "P2D"}, {ID: "new", Purpose: "own", Provider: "New Ltd"}}
	want := []string{"New: Eigenes", "No longer used: Functional",
		"A is now called B", "B: Aim is now Analytics, before Marketing", "B: Provider is now A Inc, before A Ltd", "B: Processed in is US",
		"B: Cookies and storage is a", "B: Kept for up to is now 2 days, before 12 months", "New: new (New Ltd, Eigenes)", "No longer used: gone",
		"Visitors who allowed B, new are asked again; nobody else is.", "Responsible: Shop GmbH",
		"Everybody is asked again after 90 days, before 180", "The wording of the notice"}
	if got := changes(w, before, after, []string{"B", "new"}); !slices.Equal(got, want) {
		t.Errorf("got\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
	if got := changes(w, before, before, nil); !slices.Equal(got, []string{"Its look or its technical settings"}) {
		t.Errorf("%q", got)
	}
}

func TestDurationsAreWords(t *testing.T) {
	w := builtIn().For("de", nil)
	for iso, want := range map[string]string{"P1D": "24 h", "P2W": "14 Tage", "P13M": "13 Monate", "P2Y": "24 Monate", "P1M": "30 Tage", "P1Y1D": "361 Tage", "": "", "session": "session", "P": "P"} {
		if got := durationOf(w, iso); got != want {
			t.Errorf("%s: %s, want %s", iso, got, want)
		}
	}
}
