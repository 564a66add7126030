// Package dashboard holds the built dashboard, a single-page app that httpapi serves at /dashboard/.
package dashboard

import (
	"embed"
	"io/fs"
)

// The all: prefix embeds dist/.gitkeep too, so that a clone that was never built compiles.
//
//go:embed all:dist
var dist embed.FS

// Dist returns the files that `go run ./dashboard/build` wrote, or none but .gitkeep when it did not run.
func Dist() (fs.FS, error) {
	return fs.Sub(dist, "dist")
}
