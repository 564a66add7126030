// Package parentpage is the page on which a parent decides for a child. What it shows comes by the link's fragment, which no
// server and no log sees; the page itself is the same for everybody.
package parentpage

import (
	"embed"
	"html/template"
	"io"

	"golang.org/x/text/language"

	"assent/server/internal/visitorpage"
)

//go:embed page.html page.js texts
var sources embed.FS

var page = template.Must(template.ParseFS(sources, "page.html"))

var known = []language.Tag{language.English, language.German}

type view struct {
	Language, Nonce string
	Style           template.CSS
	Script          template.JS
	Words           map[string]string
}

// Write writes the page in the first of the wanted languages that there is.
func Write(to io.Writer, nonce string, wanted []language.Tag) error {
	_, at, _ := language.NewMatcher(known).Match(wanted...)
	tag := known[at].String()
	script, err := sources.ReadFile("page.js")
	if err != nil {
		return err
	}
	return page.Execute(to, view{Language: tag, Nonce: nonce, Style: visitorpage.Style(), Script: template.JS(script), Words: visitorpage.Own(sources, tag)})
}
