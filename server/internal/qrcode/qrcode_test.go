package qrcode_test

import (
	"strings"
	"testing"

	"rsc.io/qr"

	"assent/server/internal/qrcode"
)

// The path draws the modules of the code and no others.
func TestTheCodeIsDrawnAsItIs(t *testing.T) {
	const address = "https://assent.example/receipts/019abf1e-7c3a-7d52-8f41-5d1f3c2b9a10"
	drawn, err := qrcode.Draw(address, 4)
	if err != nil {
		t.Fatal(err)
	}
	want, err := qr.Encode(address, qr.M)
	if err != nil {
		t.Fatal(err)
	}
	black := 0
	for y := range want.Size {
		for x := range want.Size {
			if want.Black(x, y) {
				black++
			}
		}
	}
	if area := areaOf(t, drawn.Path); area != black || drawn.Size != want.Size+8 {
		t.Errorf("%d modules are drawn, want %d", area, black)
	}
}

// areaOf adds up the widths of the path's bars.
func areaOf(t *testing.T, path string) int {
	t.Helper()
	area := 0
	for bar := range strings.SplitSeq(path, "h-") {
		_, wide, ok := strings.Cut(bar, "h")
		if !ok {
			continue
		}
		width := 0
		for _, digit := range wide[:strings.Index(wide, "v")] {
			width = 10*width + int(digit-'0')
		}
		area += width
	}
	return area
}
