package snippetbuild

import (
	"fmt"
	"math"
	"strconv"
)

type colour [3]float64 // Red, green, blue from 0 to 1, sRGB.

var (
	// The texts on a button, and the text and dark surface of style/base.css, whose light surface is white.
	white = colour{1, 1, 1}
	black = colour{0, 0, 0}
	ink   = colour{0x1a / 255.0, 0x1c / 255.0, 0x20 / 255.0}
	night = colour{0x1d / 255.0, 0x20 / 255.0, 0x26 / 255.0}
)

func parseColour(text string) (colour, error) {
	n, err := strconv.ParseUint(text[min(1, len(text)):], 16, 32)
	if err != nil || len(text) != 7 || text[0] != '#' {
		return colour{}, fmt.Errorf("read colour %q: want #rrggbb", text)
	}
	return colour{float64(n>>16&255) / 255, float64(n>>8&255) / 255, float64(n&255) / 255}, nil
}

func (c colour) String() string {
	return fmt.Sprintf("#%02x%02x%02x", int(math.Round(c[0]*255)), int(math.Round(c[1]*255)), int(math.Round(c[2]*255)))
}

// luminance is WCAG's relative luminance.
func (c colour) luminance() float64 {
	linear := func(v float64) float64 {
		if v <= 0.04045 {
			return v / 12.92
		}
		return math.Pow((v+0.055)/1.055, 2.4)
	}
	return 0.2126*linear(c[0]) + 0.7152*linear(c[1]) + 0.0722*linear(c[2])
}

// contrast is WCAG's ratio, from 1 to 21.
func contrast(a, b colour) float64 {
	high, low := max(a.luminance(), b.luminance()), min(a.luminance(), b.luminance())
	return (high + 0.05) / (low + 0.05)
}

// readableOn is the better one of white and black; one of the two always reaches 4.5:1 (WCAG 1.4.3).
func readableOn(c colour) colour {
	if contrast(white, c) >= contrast(black, c) {
		return white
	}
	return black
}

// against moves c towards `to` until it can be read on surface (4.5:1).
func (c colour) against(surface, to colour) colour {
	for step := 0.0; step <= 1; step += 0.05 {
		mixed := c
		for i := range mixed {
			mixed[i] += (to[i] - mixed[i]) * step
		}
		if contrast(mixed, surface) >= 4.5 {
			return mixed
		}
	}
	return to
}
