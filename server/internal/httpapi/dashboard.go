package httpapi

import (
	"errors"
	"fmt"
	"io/fs"
	"mime"
	"net/http"
	"path"
	"strings"

	"github.com/labstack/echo/v4"
)

const dashboardPage = "index.html"

// dashboardPolicy allows the bundle and our own API, nothing inline, no frames but previews, and no framing (ASVS 3.4.3, 3.4.6).
const dashboardPolicy = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; frame-src 'self'; " +
	"base-uri 'none'; form-action 'self'; frame-ancestors 'none'; require-trusted-types-for 'script'; trusted-types 'none'"

// dashboard serves the built single-page app from memory.
type dashboard struct {
	files map[string]asset // By path below /dashboard/.
}

// newDashboard reads the output of dashboard/build. An empty folder makes a dashboard that explains how to build it,
// because a clone without Node must compile and record decisions all the same.
func newDashboard(dist fs.FS) (*dashboard, error) {
	d := &dashboard{files: map[string]asset{}}
	err := fs.WalkDir(dist, ".", func(name string, entry fs.DirEntry, err error) error {
		hidden := strings.HasPrefix(path.Base(name), ".") // Such as .gitkeep.
		if err != nil || entry.IsDir() || hidden || path.Ext(name) == ".br" || path.Ext(name) == ".gz" {
			return err
		}
		d.files[name], err = readDashboardFile(dist, name)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("read dashboard: %w", err)
	}
	return d, nil
}

func readDashboardFile(dist fs.FS, name string) (asset, error) {
	var plain, brotli, gzip []byte
	for suffix, content := range map[string]*[]byte{"": &plain, ".br": &brotli, ".gz": &gzip} {
		var err error
		*content, err = fs.ReadFile(dist, name+suffix)
		if err != nil && !(suffix != "" && errors.Is(err, fs.ErrNotExist)) {
			return asset{}, err
		}
	}
	return newAsset(mime.TypeByExtension(path.Ext(name)), plain, brotli, gzip), nil
}

// serve answers /dashboard/ and everything below it.
func (d *dashboard) serve(c echo.Context) error {
	name := c.Param("*")
	if path.Ext(name) == "" {
		name = dashboardPage // Its script knows which page the address means.
	}
	d.setHeaders(c.Response().Header(), name)
	file, ok := d.files[name]
	if !ok && name == dashboardPage {
		return c.String(http.StatusServiceUnavailable, "The dashboard was not built: run make build, then start the server again.\n")
	}
	if !ok {
		return echo.ErrNotFound
	}
	return file.serve(c)
}

func (d *dashboard) setHeaders(header http.Header, name string) {
	header.Set("Content-Security-Policy", dashboardPolicy)
	header.Set("Referrer-Policy", "no-referrer")
	header.Set("Cross-Origin-Opener-Policy", "same-origin")
	header.Set(echo.HeaderCacheControl, "no-cache")
	if _, ok := d.files[name]; ok && name != dashboardPage {
		header.Set(echo.HeaderCacheControl, "public, max-age=31536000, immutable") // The name holds the content's hash.
	}
}
