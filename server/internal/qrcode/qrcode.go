// Package qrcode draws texts as QR codes.
package qrcode

import (
	"fmt"
	"strings"

	"rsc.io/qr"
)

// Code is a QR code as the path of an SVG whose unit is a module.
type Code struct {
	Size int // Modules of a side, the quiet zone around them too.
	Path string
}

// Draw draws a text with so many white modules around it; readers want four, unless the page leaves them room.
func Draw(text string, quiet int) (Code, error) {
	drawn, err := qr.Encode(text, qr.M)
	if err != nil {
		return Code{}, fmt.Errorf("draw QR code: %w", err)
	}
	var path strings.Builder
	for y := range drawn.Size {
		for x := 0; x < drawn.Size; x++ {
			from := x
			for x < drawn.Size && drawn.Black(x, y) {
				x++
			}
			if x > from {
				fmt.Fprintf(&path, "M%d %dh%dv1h-%dz", from+quiet, y+quiet, x-from, x-from)
			}
		}
	}
	return Code{Size: drawn.Size + 2*quiet, Path: path.String()}, nil
}
