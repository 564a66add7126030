package receiptpage

import (
	"embed"
	"html/template"
	"sync"

	"golang.org/x/text/language"

	"assent/server/internal/visitorpage"
)

//go:embed texts
var textFiles embed.FS

var builtIn = sync.OnceValue(func() visitorpage.Book { return visitorpage.Read(textFiles) })

// words are what the template reads of a page's language and look.
type words struct{ visitorpage.Words }

// Style is the page's style sheet.
func (words) Style() template.CSS { return visitorpage.Style() }

func wordsFor(locale string, wanted []language.Tag) words {
	return words{builtIn().For(locale, wanted)}
}
