// Package snippet holds the script that a site embeds: its TypeScript, styles and built-in texts, to be bundled per
// site by package snippetbuild at run time, so that no Node is needed where the server runs.
package snippet

import (
	"embed"
	"encoding/json"
	"fmt"
	"io/fs"
	"maps"
	"path"
	"strings"
	"sync"
)

//go:embed src
var files embed.FS

//go:embed assent.d.ts
var declarations []byte

// Declarations are the types of window.assent, one TypeScript file without imports.
func Declarations() []byte { return declarations }

// Sources holds the script's sources; the entry point is main.ts.
func Sources() fs.FS {
	sources, err := fs.Sub(files, "src")
	if err != nil {
		panic(fmt.Sprintf("embedded sources: %v", err)) // Only a faulty build can do this.
	}
	return sources
}

// Texts returns the built-in texts by language and key. Each call makes a copy that the caller may change.
func Texts() map[string]map[string]string {
	texts := maps.Clone(read())
	for language, own := range texts {
		texts[language] = maps.Clone(own)
	}
	return texts
}

// read decodes the texts once. Only a faulty build can fail here.
var read = sync.OnceValue(func() map[string]map[string]string {
	names, err := fs.Glob(files, "src/texts/*.json")
	if err != nil || len(names) == 0 {
		panic(fmt.Sprintf("embedded texts: %d files, %v", len(names), err))
	}
	texts := make(map[string]map[string]string, len(names))
	for _, name := range names {
		var language map[string]string
		body, err := files.ReadFile(name)
		if err == nil {
			err = json.Unmarshal(body, &language)
		}
		if err != nil {
			panic(fmt.Sprintf("embedded texts %s: %v", name, err))
		}
		texts[strings.TrimSuffix(path.Base(name), ".json")] = language
	}
	return texts
})
