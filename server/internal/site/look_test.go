package site_test

import (
	"errors"
	"strings"
	"testing"

	"assent/schemas"
	"assent/server/internal/consent"
	"assent/server/internal/site"
	"assent/snippet"
)

// Threat B5.25
func TestALookMustBeReadable(t *testing.T) {
	for name, c := range map[string]struct {
		look         schemas.Look
		pointer, say string // Empty: it may be published.
	}{
		"nothing chosen":         {schemas.Look{}, "", ""},
		"a theme":                {schemas.Look{Background: "#FFF8F0", Text: "#3b1f1a", DarkBackground: "#2a1512", DarkText: "#ffe9e0", Font: `"Source Sans", -apple-system, sans-serif`, Radius: "0px"}, "", ""},
		"just readable":          {schemas.Look{Text: "#767676"}, "", ""},
		"just not readable":      {schemas.Look{Text: "#777777"}, "/look/text", "4.47:1 and needs 4.5:1"},
		"a dark surface":         {schemas.Look{Background: "#333333"}, "/look/background", "1.35:1"},
		"grey on the dark":       {schemas.Look{DarkText: "#777777"}, "/look/darkText", "#777777 on a surface of #1d2026"},
		"a light dark surface":   {schemas.Look{DarkBackground: "#eeeeee"}, "/look/darkBackground", "needs 4.5:1"},
		"a font with open quote": {schemas.Look{Font: `"Source Sans, serif`}, "/look/font", "list of fonts"},
		"a font of nothing":      {schemas.Look{Font: `serif,,sans-serif`}, "/look/font", "list of fonts"},
	} {
		_, err := site.Complete(schemas.Notice{Look: c.look}, snippet.Texts())
		var invalid *consent.InvalidError
		switch {
		case c.pointer == "" && err != nil:
			t.Errorf("%s: refused: %v", name, err)
		case c.pointer != "" && !errors.As(err, &invalid):
			t.Errorf("%s: not refused: %v", name, err)
		case c.pointer != "" && (invalid.Faults[0].Pointer != c.pointer || !strings.Contains(invalid.Faults[0].Detail, c.say)):
			t.Errorf("%s: said %+v, want %s: %s", name, invalid.Faults[0], c.pointer, c.say)
		}
	}
}
