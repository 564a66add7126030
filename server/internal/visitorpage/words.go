// Package visitorpage is what the pages that this server shows to visitors have in common: their look, and how their texts
// are found in a language that the visitor reads.
package visitorpage

import (
	"encoding/json"
	"fmt"
	"io/fs"
	"maps"
	"path"
	"strings"
	"time"

	"golang.org/x/text/language"

	"assent/server/internal/site"
	"assent/snippet"
)

// Words are the texts of one language.
type Words struct {
	Language string
	texts    map[string]string
}

// Say is the text of a key.
func (w Words) Say(key string) string { return w.texts[key] }

// Fill is the text of a key, with values in the place of their names in braces.
func (w Words) Fill(key string, namesAndValues ...string) string {
	pairs := make([]string, len(namesAndValues))
	for i, one := range namesAndValues {
		if i%2 == 0 {
			one = "{" + one + "}"
		}
		pairs[i] = one
	}
	return strings.NewReplacer(pairs...).Replace(w.Say(key))
}

// Written is an instant as people of every language can read it.
func Written(at time.Time) string { return at.UTC().Format("2006-01-02, 15:04 UTC") }

// Direction is how the language is written.
func (w Words) Direction() string {
	script, _ := language.Make(w.Language).Script()
	if strings.Contains("Arab Hebr", script.String()) {
		return "rtl"
	}
	return "ltr"
}

// Book has the texts of a page by language and key, beside those of notices.
type Book site.Texts

// Read reads texts/LANGUAGE.json of each language. Only a faulty build can fail here, hence the panic.
func Read(files fs.FS) Book {
	names, err := fs.Glob(files, "texts/*.json")
	if err != nil || len(names) == 0 {
		panic(fmt.Sprintf("embedded texts of a page: %d files, %v", len(names), err))
	}
	notices, all := site.Texts(snippet.Texts()), Book{}
	for _, name := range names {
		tag := strings.TrimSuffix(path.Base(name), ".json")
		all[tag] = notices.For(tag)
		maps.Copy(all[tag], Own(files, tag))
	}
	return all
}

// Own reads what a page itself has in one language, as Read does.
func Own(files fs.FS, tag string) map[string]string {
	name, own := "texts/"+tag+".json", map[string]string{}
	body, err := fs.ReadFile(files, name)
	if err == nil {
		err = json.Unmarshal(body, &own)
	}
	if err != nil {
		panic(fmt.Sprintf("embedded texts %s: %v", name, err))
	}
	return own
}

// For finds the texts for a locale, else for the first wanted language that there is, else English.
func (b Book) For(locale string, wanted []language.Tag) Words {
	candidates := []string{locale}
	for _, tag := range wanted {
		candidates = append(candidates, tag.String())
	}
	texts := site.Texts(b)
	for _, tag := range candidates {
		if found := texts.For(tag); tag != "" && found != nil {
			return Words{Language: tag, texts: found}
		}
	}
	return Words{Language: "en", texts: texts["en"]}
}
