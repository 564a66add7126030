package schemas

import (
	_ "embed"
	"encoding/json"
	"fmt"
)

//go:embed compat.json
var compat []byte

// Tool is how another consent tool marks up what waits for the visitor. An element is one of its own when it carries
// Attribute (or Class) and is a script of type text/plain, or not a script and carries one of Addresses. The original
// type of a script stands in data-type, as it does with ours.
type Tool struct {
	Name      string            `json:"name"`
	Attribute string            `json:"attribute"` // Holds the words, compared without regard to case.
	Value     string            `json:"value"`     // Regular expression (RE2 and ECMAScript) whose first group is the part of Attribute that holds the words; empty: all of it.
	Separator string            `json:"separator"` // Between words, all of which must be granted; empty: one word, which may hold spaces.
	Class     string            `json:"class"`     // Class, or its beginning, of elements that may lack Attribute; Otherwise are their words.
	Otherwise string            `json:"otherwise"`
	Service   string            `json:"service"`   // Attribute that names a service, which then counts instead of the words if the notice has it.
	Ignore    string            `json:"ignore"`    // Word of an element that the tool never touches: not gated at all.
	Not       string            `json:"not"`       // Sign before a word whose script runs on a refusal only. We have nothing like it: such a script stays off.
	Unmarked  bool              `json:"unmarked"`  // Its scripts keep their type and its frames their src: stopped at run time as auto-block does, hence better rewritten.
	Words     map[string]string `json:"words"`     // To purposes of ours. Beside them ids of the notice's purposes and services, and names of services, stand for themselves.
	Addresses []string          `json:"addresses"` // Attributes that hold the address in place of src (of href: those that end in it), first come first served.
	Loaders   []string          `json:"loaders"`   // Parts of the addresses of its own scripts, which a migrated page no longer needs.
}

// Tools returns the facts about other tools' markup by the ids of the notice's `compat`, for the script at run time and
// for rewriting pages. Each call makes a copy that the caller may change.
func Tools() map[string]Tool {
	var tools map[string]Tool
	if err := json.Unmarshal(compat, &tools); err != nil {
		panic(fmt.Sprintf("embedded compat.json: %v", err)) // Only a faulty build can do this.
	}
	return tools
}
