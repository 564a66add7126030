package receiptpage

import (
	"embed"
	"encoding/json"
	"fmt"
	"io/fs"
	"maps"
	"path"
	"strings"
	"sync"

	"golang.org/x/text/language"

	"assent/server/internal/site"
	"assent/snippet"
)

//go:embed texts
var textFiles embed.FS

// words are the texts of one language.
type words struct {
	Language string
	texts    map[string]string
}

// Say is the text of a key.
func (w words) Say(key string) string { return w.texts[key] }

// Direction is how the language is written.
func (w words) Direction() string {
	script, _ := language.Make(w.Language).Script()
	if strings.Contains("Arab Hebr", script.String()) {
		return "rtl"
	}
	return "ltr"
}

// builtIn has, by language, the texts of this page beside those of the notice. Only a faulty build can fail here.
var builtIn = sync.OnceValue(func() map[string]map[string]string {
	names, err := fs.Glob(textFiles, "texts/*.json")
	if err != nil || len(names) == 0 {
		panic(fmt.Sprintf("embedded texts of receipts: %d files, %v", len(names), err))
	}
	notices, all := site.Texts(snippet.Texts()), map[string]map[string]string{}
	for _, name := range names {
		body, err := textFiles.ReadFile(name)
		tag, own := strings.TrimSuffix(path.Base(name), ".json"), map[string]string{}
		if err == nil {
			err = json.Unmarshal(body, &own)
		}
		if err != nil {
			panic(fmt.Sprintf("embedded texts %s: %v", name, err))
		}
		all[tag] = notices.For(tag)
		maps.Copy(all[tag], own)
	}
	return all
})

// wordsFor finds the texts for a locale, else for the first wanted language that there is, else English.
func wordsFor(locale string, wanted []language.Tag) words {
	candidates := []string{locale}
	for _, tag := range wanted {
		candidates = append(candidates, tag.String())
	}
	texts := site.Texts(builtIn())
	for _, tag := range candidates {
		if found := texts.For(tag); tag != "" && found != nil {
			return words{Language: tag, texts: found}
		}
	}
	return words{Language: "en", texts: texts["en"]}
}
