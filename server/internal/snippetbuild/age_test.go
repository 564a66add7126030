package snippetbuild

import (
	"bytes"
	"io/fs"
	"path"
	"strings"
	"testing"

	"assent/server/internal/consent"
	"assent/snippet"
)

func TestEveryLanguageAsksForTheAge(t *testing.T) {
	files, err := fs.Glob(snippet.Sources(), "texts/*.json")
	if err != nil || len(files) < 37 {
		t.Fatalf("%d languages, %v", len(files), err)
	}
	for _, file := range files {
		tag := strings.TrimSuffix(path.Base(file), ".json")
		for _, f := range ageFields() {
			if ageTexts()[tag][f[1]] == "" {
				t.Errorf("%s has no %s", tag, f[1])
			}
		}
		if !strings.Contains(ageTexts()[tag]["question"], "{age}") {
			t.Errorf("%s does not say which age", tag)
		}
	}
}

func TestTheAgeIsInTheScriptOfThoseWhoAskForItAlone(t *testing.T) {
	in := usual()
	plain, err := Build(in)
	if err != nil {
		t.Fatal(err)
	}
	in.Notice.AgeQuestion, in.Age = true, 13
	asking, err := Build(in)
	if err != nil {
		t.Fatal(err)
	}
	in.Parents = true
	writing, err := Build(in)
	if err != nil {
		t.Fatal(err)
	}
	for text, in := range map[string][]bool{"Are you 13 or older?": {false, true, true}, "parental/answer": {false, false, true}} {
		for i, s := range []Script{plain, asking, writing} {
			if bytes.Contains(s.Identity, []byte(text)) != in[i] {
				t.Errorf("%q in script %d: %v", text, i, !in[i])
			}
		}
	}
	if !bytes.Contains(asking.Languages["de"], []byte("Sind Sie 13 Jahre")) {
		t.Error("a further language does not ask")
	}
	t.Logf("the question takes %d bytes, parents %d more", len(asking.Brotli)-len(plain.Brotli), len(writing.Brotli)-len(asking.Brotli))
	if more := len(writing.Brotli) - len(plain.Brotli); more > 1500 {
		t.Errorf("they take %d bytes", more)
	}
}

// Each visitor is asked for the age of their own country, by the rules of opt-in.
func TestTheAgeIsThatOfTheCountry(t *testing.T) {
	m := newMemory()
	in := usual()
	in.Notice.AgeQuestion, in.Notice.Regime = true, "auto"
	m.in["shop1"] = in
	library := newLibrary(m)
	for age, want := range map[int]string{13: "Are you 13", 0: "Are you 16", 15: "Are you 15"} {
		script, err := library.Current(t.Context(), "shop1", func() Rules { return Rules{Regime: consent.OptOut, Age: age} })
		if err != nil || !bytes.Contains(script.Identity, []byte(want)) || bytes.Contains(script.Identity, []byte("opt-out")) {
			t.Errorf("%d: %v", age, err)
		}
	}
}
