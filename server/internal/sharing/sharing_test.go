package sharing_test

import (
	"slices"
	"strings"
	"testing"

	"assent/server/internal/integration"
	"assent/server/internal/sharing"
	"assent/snippet"
)

func TestEveryLanguageNamesEveryField(t *testing.T) {
	english := sharing.List("en", integration.Fields)
	for tag := range snippet.Texts() {
		named := strings.Split(sharing.List(tag, integration.Fields), ", ")
		if len(named) != 3+len(integration.Fields) || slices.Contains(named, "") || sharing.Label(tag) == "" {
			t.Errorf("%s: %q: %q", tag, sharing.Label(tag), named)
		}
		if tag != "en" && sharing.List(tag, integration.Fields) == english {
			t.Errorf("%s speaks English", tag)
		}
	}
}

func TestWhatIsSharedIsNamed(t *testing.T) {
	for tag, want := range map[string]string{
		"en": "your pseudonym on this site, receipt number, time of your choice, page", "tlh": "your pseudonym on this site, receipt number, time of your choice, page",
		"de-AT": "Ihr Pseudonym auf dieser Website, Belegnummer, Zeit Ihrer Wahl, Seite",
	} {
		if got := sharing.List(tag, []string{"page"}); got != want {
			t.Errorf("%s: %s", tag, got)
		}
	}
}
