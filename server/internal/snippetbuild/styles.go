package snippetbuild

import (
	"cmp"
	"fmt"
	"io/fs"
	"strings"

	"github.com/evanw/esbuild/pkg/api"

	"assent/schemas"
	"assent/server/internal/colour"
	"assent/server/internal/consent"
	"assent/server/internal/site"
	"assent/snippet"
)

// styles returns the minified style sheet of a notice: what all share, with the look's colours, the layout, and what its
// services and its regime add.
func styles(n schemas.Notice) (string, error) {
	names := []string{"base", n.Look.Layout}
	if len(n.Services) > 0 {
		names = append(names, "services")
	}
	if Regime(n) == consent.OptOut {
		names = append(names, "opt-out")
	}
	if asksAge(n) {
		names = append(names, "age")
	}
	return sheet(n.Look, "#assent-root", names...)
}

// sheet joins files of style/ for what the selector `root` finds, which is written & to be short until it is applied.
func sheet(look schemas.Look, root string, names ...string) (string, error) {
	text := ""
	for _, name := range names {
		part, err := fs.ReadFile(snippet.Sources(), "style/"+name+".css")
		if err != nil {
			return "", fmt.Errorf("read style %q: %w", name, err)
		}
		text += string(part)
	}
	light, dark, err := palettes(look)
	if err != nil {
		return "", err
	}
	switch {
	case look.Scheme == "dark":
		light = dark
	case look.Scheme != "light" && strings.Contains(text, "--palette"):
		text += fmt.Sprintf("@media (prefers-color-scheme:dark){%s{%s}}", root, dark)
	}
	text = strings.NewReplacer("--palette: light;", light, "var(--font)", cmp.Or(look.Font, "system-ui"),
		"var(--radius)", cmp.Or(look.Radius, "1em")).Replace(text)
	if !strings.Contains(light, "--assent-l") {
		text = strings.ReplaceAll(text, "--assent-l", "--assent-a")
	}
	minified, err := minify(text)
	return strings.ReplaceAll(minified, root, "&"), err
}

func minify(css string) (string, error) {
	result := api.Transform(css, api.TransformOptions{
		Loader:           api.LoaderCSS,
		MinifyWhitespace: true,
		MinifySyntax:     true,
		LogLevel:         api.LogLevelSilent,
	})
	if wrong := append(result.Errors, result.Warnings...); len(wrong) > 0 {
		return "", fmt.Errorf("minify styles: %s", wrong[0].Text)
	}
	return strings.TrimSpace(string(result.Code)), nil
}

// palettes declares a look's colours for the light and the dark scheme.
func palettes(look schemas.Look) (light, dark string, err error) {
	accent, err := colour.Parse(look.Accent)
	if err != nil {
		return "", "", err
	}
	day, night, err := site.Surfaces(look)
	if err != nil {
		return "", "", err
	}
	// A button in the dark is as bright as a link, for it must be seen on the surface; in the light it is the accent.
	// Links need a colour of their own only where the accent cannot be read.
	lit := accent.Against(night.Background, night.Text)
	light = palette("light", accent, day)
	if link := accent.Against(day.Background, day.Text); link != accent {
		light += fmt.Sprintf("--assent-l:%s;", link)
		dark = fmt.Sprintf("--assent-l:%s;", lit)
	}
	return light, palette("dark", lit, night) + dark, nil
}

// palette declares what the sheets need: button and its text; the surface; quiet text, which is on its way from the
// surface's colour to the text's.
func palette(scheme string, button colour.Colour, on site.Surface) string {
	return fmt.Sprintf("--assent-a:%s;--assent-t:%s;--assent-b:%s;--assent-m:%s;color:%s;color-scheme:%s;",
		button, colour.On(button), on.Background,
		on.Background.Mix(on.Text, 0.72).Against(on.Background, on.Text), on.Text, scheme)
}
