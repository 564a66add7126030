// Package demo holds the demonstration: the page of a small shop with a panel that shows what the script does, what
// plays the shop's third parties, and the notice that its visitors see.
package demo

import (
	"embed"
	"fmt"
	"io/fs"
)

//go:embed files standin notice.json
var content embed.FS

// Page holds page.html and what it refers to. In page.html {{lang}}, {{nonce}} and {{other}} stand for the language of
// the notice, the nonce of the Content-Security-Policy and the origin of the third parties.
func Page() fs.FS { return folder("files") }

// StandIn holds what plays the third parties.
func StandIn() fs.FS { return folder("standin") }

// Notice returns the notice of the demonstration's site, as `assent site add --notice` takes it.
func Notice() []byte {
	body, err := content.ReadFile("notice.json")
	if err != nil {
		panic(fmt.Sprintf("embedded notice: %v", err)) // Only a faulty build can do this.
	}
	return body
}

func folder(name string) fs.FS {
	files, err := fs.Sub(content, name)
	if err != nil {
		panic(fmt.Sprintf("embedded %s: %v", name, err)) // Only a faulty build can do this.
	}
	return files
}
