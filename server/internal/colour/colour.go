// Package colour is the arithmetic of what can be read on what (WCAG 2.2, 1.4.3).
package colour

import (
	"fmt"
	"math"
	"strconv"
)

// Colour is red, green and blue from 0 to 1, sRGB.
type Colour [3]float64

// Readable is the least contrast of text with what it stands on (WCAG 1.4.3).
const Readable = 4.5

var (
	white = Colour{1, 1, 1}
	black = Colour{}
)

// Parse reads #rrggbb.
func Parse(text string) (Colour, error) {
	n, err := strconv.ParseUint(text[min(1, len(text)):], 16, 32)
	if err != nil || len(text) != 7 || text[0] != '#' {
		return Colour{}, fmt.Errorf("read colour %q: want #rrggbb", text)
	}
	return Colour{float64(n>>16&255) / 255, float64(n>>8&255) / 255, float64(n&255) / 255}, nil
}

// String writes #rrggbb.
func (c Colour) String() string {
	return fmt.Sprintf("#%02x%02x%02x", int(math.Round(c[0]*255)), int(math.Round(c[1]*255)), int(math.Round(c[2]*255)))
}

// luminance is WCAG's relative luminance.
func (c Colour) luminance() float64 {
	linear := func(v float64) float64 {
		if v <= 0.04045 {
			return v / 12.92
		}
		return math.Pow((v+0.055)/1.055, 2.4)
	}
	return 0.2126*linear(c[0]) + 0.7152*linear(c[1]) + 0.0722*linear(c[2])
}

// Contrast is WCAG's ratio, from 1 to 21.
func Contrast(a, b Colour) float64 {
	high, low := max(a.luminance(), b.luminance()), min(a.luminance(), b.luminance())
	return (high + 0.05) / (low + 0.05)
}

// On is the better one of white and black on a surface; one of the two is always readable.
func On(surface Colour) Colour {
	if Contrast(white, surface) >= Contrast(black, surface) {
		return white
	}
	return black
}

// Mix is c with a share of `with` from 0 to 1, as it can be written.
func (c Colour) Mix(with Colour, share float64) Colour {
	for i := range c {
		c[i] = math.Round(255*(c[i]+(with[i]-c[i])*share)) / 255
	}
	return c
}

// Against moves c towards `to` until it can be read on a surface on which `to` can.
func (c Colour) Against(surface, to Colour) Colour {
	for step := 0.0; step < 1; step += 0.05 {
		if mixed := c.Mix(to, step); Contrast(mixed, surface) >= Readable {
			return mixed
		}
	}
	return to
}
