package snippetbuild

import (
	"encoding/json"
	"fmt"
	"strings"
)

// object is a JavaScript object whose members keep their order, so that the same notice makes the same bytes.
type object []member

type member struct {
	name  string
	value any // object, or whatever encoding/json knows except maps and structs.
}

// script writes v as a JavaScript expression. Names that begin with an underscore stay bare, for esbuild to shorten;
// the rest goes through encoding/json, which escapes <, >, &, U+2028 and U+2029.
func script(v any) (string, error) {
	return write(v, func(name string) (string, error) {
		if strings.HasPrefix(name, "_") {
			return name, nil
		}
		return quote(name)
	})
}

// document writes v as JSON, with the short names that esbuild chose.
func document(v any, short map[string]any) (string, error) {
	return write(v, func(name string) (string, error) {
		if renamed, ok := short[name].(string); ok {
			name = renamed
		}
		return quote(name)
	})
}

func quote(v any) (string, error) {
	text, err := json.Marshal(v)
	if err != nil {
		return "", fmt.Errorf("write literal: %w", err)
	}
	return string(text), nil
}

func write(v any, name func(string) (string, error)) (string, error) {
	switch v := v.(type) {
	case object:
		parts := make([]string, 0, len(v))
		for _, m := range v {
			key, err := name(m.name)
			if err != nil {
				return "", err
			}
			value, err := write(m.value, name)
			if err != nil {
				return "", err
			}
			parts = append(parts, key+":"+value)
		}
		return "{" + strings.Join(parts, ",") + "}", nil
	case []any:
		parts := make([]string, 0, len(v))
		for _, item := range v {
			value, err := write(item, name)
			if err != nil {
				return "", err
			}
			parts = append(parts, value)
		}
		return "[" + strings.Join(parts, ",") + "]", nil
	default:
		return quote(v)
	}
}
