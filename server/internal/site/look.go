package site

import (
	"cmp"
	"fmt"
	"regexp"

	"assent/schemas"
	"assent/server/internal/colour"
)

// Surface is what a notice is drawn on in one scheme, and its text.
type Surface struct{ Background, Text colour.Colour }

// Surfaces returns the look's light and dark surface, which are the built-in ones where it names none.
func Surfaces(look schemas.Look) (light, dark Surface, err error) {
	light, err = surface(cmp.Or(look.Background, "#ffffff"), cmp.Or(look.Text, "#1a1c20"))
	if err != nil {
		return light, dark, err
	}
	dark, err = surface(cmp.Or(look.DarkBackground, "#1d2026"), cmp.Or(look.DarkText, "#f1f2f4"))
	return light, dark, err
}

func surface(background, text string) (Surface, error) {
	b, err := colour.Parse(background)
	if err != nil {
		return Surface{}, err
	}
	t, err := colour.Parse(text)
	return Surface{Background: b, Text: t}, err
}

// fontFamily is CSS's font-family: names in quotes, or of words without.
var fontFamily = regexp.MustCompile(`^$|^(\s*("[^"']+"|'[^"']+'|-?[A-Za-z_][\w-]*( +[A-Za-z_][\w-]*)*)\s*(,|$))+$`)

// lookFaults finds text that cannot be read on its surface, and a font that is none.
func lookFaults(n schemas.Notice) []schemas.Fault {
	if !fontFamily.MatchString(n.Look.Font) {
		return []schemas.Fault{fontList.at("/look/font", nil)}
	}
	light, dark, err := Surfaces(n.Look)
	if err != nil {
		return []schemas.Fault{{Pointer: "/look", Detail: err.Error()}}
	}
	return append(unreadable(light, n.Look.Text, "/look/text", "/look/background"),
		unreadable(dark, n.Look.DarkText, "/look/darkText", "/look/darkBackground")...)
}

// unreadable points at the text where the owner chose it, else at the surface.
func unreadable(s Surface, chosen, text, background string) []schemas.Fault {
	ratio := colour.Contrast(s.Text, s.Background)
	if ratio >= colour.Readable {
		return nil
	}
	pointer := background
	if chosen != "" {
		pointer = text
	}
	// Rounded down: 4.499 must not be shown as the 4.5 that it is not.
	shown := fmt.Sprintf("%.2f", float64(int(ratio*100))/100)
	return []schemas.Fault{contrast.at(pointer, values{"text": fmt.Sprint(s.Text), "surface": fmt.Sprint(s.Background), "ratio": shown,
		"needed": fmt.Sprintf("%.1f", colour.Readable), "textMember": text, "surfaceMember": background})}
}
