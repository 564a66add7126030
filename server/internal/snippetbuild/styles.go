package snippetbuild

import (
	"fmt"
	"io/fs"
	"strings"

	"github.com/evanw/esbuild/pkg/api"

	"assent/schemas"
	"assent/snippet"
)

// styles returns the minified style sheet of a look: what all share, with the accent's colours, and the layout.
func styles(look schemas.Look) (string, error) {
	palette, err := accents(look.Accent)
	if err != nil {
		return "", err
	}
	sheet := ""
	for _, name := range []string{"base", look.Layout} {
		part, err := fs.ReadFile(snippet.Sources(), "style/"+name+".css")
		if err != nil {
			return "", fmt.Errorf("read layout %q: %w", look.Layout, err)
		}
		sheet += palette.Replace(string(part))
	}
	result := api.Transform(sheet, api.TransformOptions{
		Loader:           api.LoaderCSS,
		MinifyWhitespace: true,
		MinifySyntax:     true,
		LogLevel:         api.LogLevelSilent,
	})
	if len(result.Errors) > 0 {
		return "", fmt.Errorf("minify styles: %s", result.Errors[0].Text)
	}
	return string(result.Code), nil
}

// accents fills in what the style sheet needs of an accent in light and dark: the button's colour, its text's, and one
// that can be read on the surface itself.
func accents(accent string) (*strings.Replacer, error) {
	light, err := parseColour(accent)
	if err != nil {
		return nil, err
	}
	dark := light.against(night, white)
	return strings.NewReplacer(
		"--accents: light;", fmt.Sprintf("--a:%s;--t:%s;--l:%s;", light, readableOn(light), light.against(white, ink)),
		"--accents: dark;", fmt.Sprintf("--a:%s;--t:%s;--l:%s;", dark, readableOn(dark), dark)), nil
}
