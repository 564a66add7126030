package receiptpage

import (
	"bytes"
	"strings"
	"testing"

	"golang.org/x/text/language"

	"assent/schemas"
	"assent/server/internal/visitorpage"
	"assent/snippet"
)

func TestEveryLanguageHasEveryText(t *testing.T) {
	all := builtIn()
	english := visitorpage.Own(textFiles, "en")
	for tag := range snippet.Texts() {
		texts := all[tag]
		for key := range english {
			if texts[key] == "" {
				t.Errorf("%s has no %s", tag, key)
			}
		}
		if !strings.Contains(texts["change.text"], "{action}") {
			t.Errorf("%s does not name the button", tag)
		}
	}
}

func TestTheLanguageIsThatOfTheDecisionOrElseOfTheReader(t *testing.T) {
	for _, c := range []struct{ locale, wanted, want string }{
		{"de-AT", "fr", "de-AT"}, {"sv", "pt-BR, fr", "sv"}, {"tlh", "pt-BR, fr", "pt-BR"}, {"", "tlh, fr;q=0.5", "fr"}, {"tlh", "eo", "en"}, {"", "", "en"},
	} {
		wanted, _, err := language.ParseAcceptLanguage(c.wanted)
		if err != nil {
			t.Fatal(err)
		}
		if got := wordsFor(c.locale, wanted); got.Language != c.want || got.Say("title") == "" {
			t.Errorf("%q, %q: %s, want %s", c.locale, c.wanted, got.Language, c.want)
		}
	}
}

// What an owner wrote into a notice is text, wherever it is shown.
// ASVS 1.2.1
func TestWhatOthersWroteIsText(t *testing.T) {
	const hostile = `"><script>alert(1)</script>`
	s := schemas.Statement{Jti: "id", Withdrawal: hostile, Decision: schemas.Receipt{Action: "save", Page: "javascript:alert(1)", Site: hostile},
		Notice:     schemas.StatedNotice{ID: hostile, Published: true, Language: "en", PrivacyPolicy: "javascript:alert(1)"},
		Processing: []schemas.StatedPurpose{{ID: "a", Title: hostile, Text: hostile, Services: []schemas.StatedService{{Name: hostile, Provider: hostile}}}},
		Parties:    []schemas.Party{{Type: "controller", Name: hostile, Address: hostile, Contact: "javascript:alert(1)//@"}}}
	var text bytes.Buffer
	if err := (Receipt{Statement: s, Address: "https://assent.example/receipts/id", Nonce: "nonce"}).Write(&text, nil); err != nil {
		t.Fatal(err)
	}
	for _, never := range []string{"<script", `href="javascript:`} {
		if strings.Contains(text.String(), never) {
			t.Errorf("%s in %s", never, text.String())
		}
	}
}

func TestContacts(t *testing.T) {
	for contact, want := range map[string]string{
		"privacy@shop.example": "mailto:privacy@shop.example", "https://shop.example/contact?a=b": "https://shop.example/contact?a=b", "a@b?cc=c@d": "mailto:a@b%3Fcc=c@d", "by post": "",
	} {
		if got := linkTo(contact); string(got) != want {
			t.Errorf("%s: %s, want %s", contact, got, want)
		}
	}
}
