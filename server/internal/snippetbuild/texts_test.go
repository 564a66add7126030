package snippetbuild

import (
	"encoding/json"
	"maps"
	"slices"
	"strings"
	"testing"

	"assent/schemas"
	"assent/server/internal/site"
	"assent/snippet"
)

func TestEveryTextThatTheScriptUsesIsWritten(t *testing.T) {
	english := snippet.Texts()["en"]
	for _, f := range fields() {
		if english[f[1]] == "" {
			t.Errorf("the script uses %s, which nobody wrote", f[1])
		}
	}
}

func TestEveryLanguageIsBuilt(t *testing.T) {
	languages := slices.Sorted(maps.Keys(snippet.Texts()))
	written := schemas.Notice{
		Purposes:  []schemas.Purpose{{ID: "analytics"}, {ID: "marketing"}, {ID: "functional"}},
		Services:  []schemas.Service{{ID: "google-analytics"}, {ID: "youtube"}},
		Languages: append(languages, "nb", "zh-TW", "de-AT", "pt-PT"),
	}
	complete, err := site.Complete(written, snippet.Texts())
	if err != nil {
		t.Fatal(err)
	}
	script, err := Build(Input{Site: "shop", Notice: complete, NoticeID: "notice"})
	if err != nil {
		t.Fatal(err)
	}
	for _, tag := range complete.Languages[1:] {
		var texts map[string]any
		if err := json.Unmarshal(script.Languages[tag], &texts); err != nil {
			t.Errorf("%s: %v", tag, err)
		}
		if !strings.Contains(string(script.Languages[tag]), complete.Texts[tag]["banner.title"]) {
			t.Errorf("%s is not shown in its own words", tag)
		}
	}
}

func TestDirection(t *testing.T) {
	for tag, want := range map[string]string{"en": "ltr", "ar": "rtl", "ar-EG": "rtl", "he": "rtl", "fa": "rtl", "ur": "rtl",
		"yi": "rtl", "dv": "rtl", "ckb": "rtl", "ug": "rtl", "az": "ltr", "az-Arab": "rtl", "uz-Latn": "ltr", "zh-Hant": "ltr", "ja": "ltr"} {
		if got := direction(tag); got != want {
			t.Errorf("%s: %s, want %s", tag, got, want)
		}
	}
}
