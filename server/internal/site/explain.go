package site

import (
	"fmt"
	"strings"

	"github.com/santhosh-tekuri/jsonschema/v6"
	"github.com/santhosh-tekuri/jsonschema/v6/kind"
	"golang.org/x/text/language"
	"golang.org/x/text/message"
)

// explain says what is wrong with one member. Where its text has not the form that the schema wants, that is what the
// schema says of it in words, rather than a regular expression.
func explain(failure *jsonschema.ValidationError, schema any) string {
	if wrong, ok := failure.ErrorKind.(*kind.Pattern); ok {
		return fmt.Sprintf("%q does not belong here: %s", wrong.Got, description(failure.SchemaURL, schema))
	}
	return failure.ErrorKind.LocalizedString(message.NewPrinter(language.English))
}

// description is that of the part of a schema which an address names, or of what it is part of.
func description(address string, schema any) string {
	_, pointer, _ := strings.Cut(address, "#/")
	said := ""
	for name := range strings.SplitSeq(pointer, "/") {
		members, ok := schema.(map[string]any)
		if !ok {
			return said
		}
		schema = members[name]
		if part, ok := schema.(map[string]any); ok {
			if text, ok := part["description"].(string); ok {
				said = text
			}
		}
	}
	return said
}
