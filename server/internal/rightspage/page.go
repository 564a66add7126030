// Package rightspage is where visitors find their receipts and ask for what data subjects may ask for. It is the same page for
// everybody; whose it is comes with a handover.
package rightspage

import (
	"embed"
	"html/template"
	"io"
	"sync"

	"golang.org/x/text/language"

	"assent/server/internal/visitorpage"
)

//go:embed texts
var textFiles embed.FS

//go:embed page.html
var source string

//go:embed page.js
var script string

var (
	builtIn = sync.OnceValue(func() visitorpage.Book { return visitorpage.Read(textFiles) })
	page    = template.Must(template.New("rights").Parse(source))
)

// Kinds are what the page lets visitors ask for, in this order. To withdraw they go back to the site, whose services only its
// own pages can stop.
var Kinds = []string{"access", "information", "rectification", "restriction", "objection", "erasure"}

// Page is one site's.
type Page struct {
	Site, Name string
	Nonce      string // Of the page's policy.
	Wanted     []language.Tag
}

// view is what the template reads.
type view struct {
	visitorpage.Words
	Page
	Kinds []string
}

// Write writes the page in the first wanted language that there is.
func (p Page) Write(to io.Writer) error {
	return page.Execute(to, view{Words: builtIn().For("", p.Wanted), Page: p, Kinds: Kinds})
}

// Style is the page's style sheet.
func (view) Style() template.CSS { return visitorpage.Style() }

// Script is the page's script.
func (view) Script() template.JS { return template.JS(script) }

// Closed says how to come here.
func (v view) Closed() string { return v.Fill("closed.text", "panel", v.Say("panel.title")) }

// Withdraw says where to withdraw.
func (v view) Withdraw() string { return v.Fill("withdraw.text", "withdraw", v.Say("action.withdraw")) }

// Said is what the script says.
func (v view) Said() map[string]string {
	said := map[string]string{}
	for _, key := range []string{"done", "registered", "holds", "nothing", "failed", "ended", "save", "really",
		"panel.accept-all", "panel.reject-all", "panel.save", "panel.withdraw", "panel.signal"} {
		said[key] = v.Say(key)
	}
	return said
}
