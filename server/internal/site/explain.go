package site

import (
	"fmt"
	"math/big"
	"strconv"
	"strings"

	"github.com/santhosh-tekuri/jsonschema/v6"
	says "github.com/santhosh-tekuri/jsonschema/v6/kind"
	"golang.org/x/text/language"
	"golang.org/x/text/message"

	"assent/schemas"
)

// explain says what is wrong with one member. Where its text has not the form that the schema wants, that is what the
// schema says of it in words, rather than a regular expression.
func explain(failure *jsonschema.ValidationError, schema any) schemas.Fault {
	at := pointer(failure.InstanceLocation...)
	switch wrong := failure.ErrorKind.(type) {
	case *says.Pattern:
		member, form := described(failure.SchemaURL, schema)
		return formOf(member).at(at, values{"got": wrong.Got, "form": form})
	case *says.Type:
		return wrongType.at(at, values{"got": wrong.Got, "want": strings.Join(wrong.Want, ", ")})
	case *says.Enum:
		return noneOf.at(at, values{"want": listed(wrong.Want)})
	case *says.Required:
		return memberMissing.at(at, values{"members": strings.Join(wrong.Missing, ", ")})
	case *says.AdditionalProperties:
		return memberUnknown.at(at, values{"members": strings.Join(wrong.Properties, ", ")})
	}
	if fault := beyond(at, failure.ErrorKind); fault.Kind != "" {
		return fault
	}
	return schemas.Fault{Pointer: at, Detail: failure.ErrorKind.LocalizedString(message.NewPrinter(language.English))}
}

// beyond says which limit was passed; the zero fault is none that is known here.
func beyond(at string, what jsonschema.ErrorKind) schemas.Fault {
	switch wrong := what.(type) {
	case *says.MaxLength:
		return tooLong.at(at, values{"got": strconv.Itoa(wrong.Got), "most": strconv.Itoa(wrong.Want)})
	case *says.MaxItems:
		return tooMany.at(at, values{"got": strconv.Itoa(wrong.Got), "most": strconv.Itoa(wrong.Want)})
	case *says.MinItems:
		return tooFew.at(at, values{"got": strconv.Itoa(wrong.Got), "least": strconv.Itoa(wrong.Want)})
	case *says.Minimum:
		return tooSmall.at(at, values{"least": plain(wrong.Want)})
	case *says.Maximum:
		return tooLarge.at(at, values{"most": plain(wrong.Want)})
	}
	return schemas.Fault{}
}

func plain(number *big.Rat) string { return strings.TrimSuffix(number.RatString(), "/1") }

// listed leaves out what only stands for an absent member.
func listed(all []any) string {
	var names []string
	for _, one := range all {
		if one != "" {
			names = append(names, fmt.Sprint(one))
		}
	}
	return strings.Join(names, ", ")
}

// described returns the member that an address in a schema is of, and the description of that part or of what it is part of.
func described(address string, schema any) (member, said string) {
	_, pointer, _ := strings.Cut(address, "#/")
	before := ""
	for name := range strings.SplitSeq(pointer, "/") {
		members, ok := schema.(map[string]any)
		if !ok {
			return member, said
		}
		if before == "properties" {
			member = name
		}
		schema, before = members[name], name
		if part, ok := schema.(map[string]any); ok {
			if text, ok := part["description"].(string); ok {
				said = text
			}
		}
	}
	return member, said
}
