package visitorpage

import (
	_ "embed"
	"html/template"
)

//go:embed page.css
var style string

// Style is the style sheet of all pages, for a style element with the page's nonce.
func Style() template.CSS { return template.CSS(style) }
