package rightspage

import (
	"bytes"
	"strings"
	"testing"

	"golang.org/x/text/language"

	"assent/server/internal/visitorpage"
)

func TestEveryLanguageHasEveryText(t *testing.T) {
	english := visitorpage.Own(textFiles, "en")
	for tag, texts := range builtIn() {
		for key, text := range english {
			if texts[key] == "" {
				t.Errorf("%s has no %s", tag, key)
			}
			for _, name := range []string{"{panel}", "{withdraw}", "{reference}", "{date}"} {
				if strings.Contains(text, name) != strings.Contains(texts[key], name) {
					t.Errorf("%s: %s: %q does not name what English names", tag, key, texts[key])
				}
			}
		}
	}
}

// ASVS 1.2.1
func TestThePageIsWholeAndWhatOthersWroteIsText(t *testing.T) {
	for tag, want := range map[string][]string{"de": {"Ihre Belege und Rechte", "unter „Ihre Wahl“"}, "en": {"Your receipts and rights", "by “Withdraw everything”"}} {
		var text bytes.Buffer
		p := Page{Site: "shop1", Name: `"><script>alert(1)</script>`, Nonce: "nonce", Wanted: []language.Tag{language.Make(tag)}}
		if err := p.Write(&text); err != nil {
			t.Fatal(err)
		}
		for _, one := range append(want, `data-site="shop1"`, `<form data-kind="erasure">`) {
			if !strings.Contains(text.String(), one) {
				t.Errorf("%s: no %q in %s", tag, one, text.String())
			}
		}
		if strings.Contains(text.String(), "<script>alert") || strings.Contains(text.String(), "ZgotmplZ") {
			t.Errorf("%s: %s", tag, text.String())
		}
	}
}
