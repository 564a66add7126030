package snippetbuild

import (
	_ "embed"
	"encoding/json"
	"fmt"
	"sync"

	"assent/server/internal/site"
)

//go:embed rights.json
var rightsFile []byte

// rights is how the preferences lead to the page of receipts and rights. It is apart from the texts of notices, which hold for
// as long as a notice does. Only a faulty build can fail here.
var rights = sync.OnceValue(func() site.Texts {
	var all site.Texts
	if err := json.Unmarshal(rightsFile, &all); err != nil {
		panic(fmt.Sprintf("embedded texts of rights: %v", err))
	}
	return all
})

// rightsTexts are the label of the way there, and what is said where it is closed.
func rightsTexts(language string) []any {
	texts := rights().For(language)
	if texts == nil {
		texts = rights()["en"]
	}
	return []any{texts["label"], texts["failed"]}
}
