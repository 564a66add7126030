package site_test

import (
	"errors"
	"slices"
	"testing"

	"assent/schemas"
	"assent/server/internal/consent"
	"assent/server/internal/site"
	"assent/snippet"
)

func TestALanguageFindsItsTexts(t *testing.T) {
	builtIn := site.Texts(snippet.Texts())
	for tag, want := range map[string]string{
		"en": "en", "en-GB": "en", "de-AT": "de", "pt": "pt", "pt-PT": "pt", "pt-BR": "pt-BR", "pt-br": "pt-BR", "no": "no", "nb": "no", "nb-NO": "no",
		"zh": "zh", "zh-CN": "zh", "zh-Hans-HK": "zh", "zh-TW": "zh-Hant", "zh-HK": "zh-Hant", "zh-Hant-MO": "zh-Hant", "he-IL": "he",
	} {
		if got := builtIn.For(tag)["banner.text"]; got == "" || got != builtIn[want]["banner.text"] {
			t.Errorf("%s: got %q, want those of %s", tag, got, want)
		}
	}
	if got := builtIn.For("tlh"); got != nil {
		t.Errorf("Klingon has texts: %v", got)
	}
}

func TestALanguageIsListedOnce(t *testing.T) {
	_, err := site.Complete(schemas.Notice{Languages: []string{"pt-BR", "pt-br"}}, snippet.Texts())
	var invalid *consent.InvalidError
	if !errors.As(err, &invalid) || invalid.Faults[0].Pointer != "/languages/1" {
		t.Errorf("got %v", err)
	}
}

func TestPluralCategories(t *testing.T) {
	for tag, want := range map[string][]string{"en": {"one", "other"}, "de-AT": {"one", "other"}, "ja": {"other"},
		"pl": {"one", "few", "many", "other"}, "ar": {"zero", "one", "two", "few", "many", "other"}, "tlh": {"other"}} {
		if got := site.PluralCategories(tag); !slices.Equal(got, want) {
			t.Errorf("%s: %v, want %v", tag, got, want)
		}
	}
}

// A language of the owner's own needs its plurals, and none of another language's.
func TestALanguageNeedsItsOwnPlurals(t *testing.T) {
	own := map[string]string{}
	for key, text := range snippet.Texts()["en"] {
		own[key] = text
	}
	for _, unused := range []string{"purpose.functional.title", "purpose.functional.text", "status.removed.one"} {
		delete(own, unused)
	}
	complete := func() error {
		_, err := site.Complete(schemas.Notice{Languages: []string{"cy"}, Texts: map[string]map[string]string{"cy": own}}, snippet.Texts())
		return err
	}
	var invalid *consent.InvalidError
	if err := complete(); !errors.As(err, &invalid) || len(invalid.Faults) != 5 || invalid.Faults[0].Pointer != "/texts/cy/status.removed.few" {
		t.Errorf("Welsh has six categories: %v", err)
	}
	for _, category := range site.PluralCategories("cy") {
		own["status.removed."+category] = "{count}"
	}
	if err := complete(); err != nil {
		t.Error(err)
	}
}
