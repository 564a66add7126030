package receiptpage

import (
	"fmt"
	"strings"

	"rsc.io/qr"
)

// code is a QR code as the path of an SVG.
type code struct {
	Size int // Modules of a side, the quiet zone around them too.
	Path string
}

// quiet is how many white modules a reader wants around a code.
const quiet = 4

func encode(text string) (code, error) {
	drawn, err := qr.Encode(text, qr.M)
	if err != nil {
		return code{}, err
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
	return code{Size: drawn.Size + 2*quiet, Path: path.String()}, nil
}
