// Package sharing says to visitors, in every language, what an integration tells a service of them.
package sharing

import (
	_ "embed"
	"encoding/json"
	"fmt"
	"strings"
	"sync"

	"assent/server/internal/site"
)

//go:embed texts.json
var file []byte

// texts are apart from those of notices, which hold for as long as a notice does. Only a faulty build can fail here.
var texts = sync.OnceValue(func() site.Texts {
	var all site.Texts
	if err := json.Unmarshal(file, &all); err != nil {
		panic(fmt.Sprintf("embedded texts of what is shared: %v", err))
	}
	return all
})

// Label is what the list is called.
func Label(language string) string { return said(language)["label"] }

// List names what is always shared, and then the fields.
func List(language string, fields []string) string {
	words := said(language)
	named := []string{words["always"]}
	for _, field := range fields {
		named = append(named, words[field])
	}
	return strings.Join(named, ", ")
}

func said(language string) map[string]string {
	if found := texts().For(language); found != nil {
		return found
	}
	return texts()["en"]
}
