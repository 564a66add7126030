package httpapi

import (
	"crypto/rand"
	"fmt"
	"io/fs"
	"mime"
	"net"
	"net/http"
	"path"
	"strconv"
	"strings"

	"github.com/labstack/echo/v4"
)

const (
	demoPage      = "page.html"
	standInPrefix = "stand-in/"

	// embedPolicy lets the demo's page, on either of its two origins, show the stand-in's film.
	embedPolicy = "default-src 'none'; style-src 'self'; img-src 'self'; frame-ancestors http://127.0.0.1:* http://localhost:*"
)

var errDemoElsewhere = newProblem(http.StatusNotFound, "demo-elsewhere", "The demo is not here",
	"The demo is only for the machine that the server runs on. Open it there, at http://127.0.0.1 or http://localhost with the server's port.")

// demo serves the page of a small shop and plays its third parties. The page and they must have two origins, as in
// life, so it takes the two names that every machine has: a page at 127.0.0.1 finds its third parties at localhost,
// and the other way round.
type demo struct {
	page    string
	files   map[string]asset // By path below /demo/.
	standIn map[string]asset // By path below /demo/stand-in/.
}

// newDemo reads page.html and the files that it refers to, and the files of the stand-in.
func newDemo(page, standIn fs.FS) (*demo, error) {
	d := &demo{}
	html, err := fs.ReadFile(page, demoPage)
	if err != nil {
		return nil, fmt.Errorf("read demo: %w", err)
	}
	d.page = string(html)
	if d.files, err = readAssets(page); err != nil {
		return nil, fmt.Errorf("read demo: %w", err)
	}
	delete(d.files, demoPage)
	files, err := readAssets(standIn)
	if err != nil {
		return nil, fmt.Errorf("read stand-in: %w", err)
	}
	// The vendors' own paths, so that the page's tags look as they do elsewhere.
	d.standIn = map[string]asset{
		"gtag/js":            files["gtag.js"],
		"en_US/fbevents.js":  files["fbevents.js"],
		"embed/first-firing": files["embed.html"],
		"embed/embed.css":    files["embed.css"],
		"embed/wheel.svg":    files["wheel.svg"],
	}
	return d, nil
}

func readAssets(files fs.FS) (map[string]asset, error) {
	assets := map[string]asset{}
	err := fs.WalkDir(files, ".", func(name string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		content, err := fs.ReadFile(files, name)
		assets[name] = newAsset(mime.TypeByExtension(path.Ext(name)), content, nil, nil)
		return err
	})
	return assets, err
}

// serve answers /demo/ and everything below it.
func (d *demo) serve(c echo.Context) error {
	host, port, err := demoHost(c.Request().Host)
	if err != nil {
		return err
	}
	name := c.Param("*")
	if rest, ok := strings.CutPrefix(name, standInPrefix); ok {
		return d.serveStandIn(c, rest)
	}
	if name == "" {
		return d.servePage(c, host, port)
	}
	file, ok := d.files[name]
	if !ok {
		return echo.ErrNotFound
	}
	c.Response().Header().Set(echo.HeaderCacheControl, "no-cache")
	return file.serve(c)
}

// demoHost returns the name by which the browser knows this machine, and the port with its colon. Any other name is
// refused, also because a stranger's name may have been pointed here (DNS rebinding).
func demoHost(header string) (host, port string, err error) {
	host, number, err := net.SplitHostPort(header)
	if err != nil {
		host, number = strings.Trim(header, "[]"), "" // Without port: HTTP's default one.
	}
	if !isLoopback(host) {
		return "", "", errDemoElsewhere
	}
	if number == "" {
		return host, "", nil
	}
	if _, err := strconv.ParseUint(number, 10, 16); err != nil {
		return "", "", errDemoElsewhere
	}
	return host, ":" + number, nil
}

func (d *demo) servePage(c echo.Context, host, port string) error {
	if host == "::1" {
		// A Content-Security-Policy cannot name an IPv6 address (CSP 3, 2.3.1: host-source).
		return c.Redirect(http.StatusFound, "http://localhost"+port+"/demo/")
	}
	third := "http://" + map[string]string{"127.0.0.1": "localhost", "localhost": "127.0.0.1"}[host] + port
	nonce := rand.Text()
	header := c.Response().Header()
	header.Set(echo.HeaderContentSecurityPolicy, demoPolicy(nonce, third))
	header.Set(echo.HeaderCacheControl, "no-store") // A nonce is for one answer.
	header.Add(echo.HeaderVary, "Accept-Language")
	// Not a template: html/template takes away the comments that explain the page to who reads its source. None of the
	// values can hold markup.
	page := strings.NewReplacer("{{lang}}", demoLanguage(c), "{{nonce}}", nonce, "{{other}}", third).Replace(d.page)
	return c.HTML(http.StatusOK, page)
}

// demoPolicy is as strict as a shop can be: scripts by nonce, addresses of scripts through Trusted Types, and of the
// outside world only the third parties.
func demoPolicy(nonce, third string) string {
	return "default-src 'none'; script-src 'nonce-" + nonce + "' 'strict-dynamic'; style-src 'self'; " +
		"img-src 'self' " + third + "; frame-src " + third + "; connect-src 'self' " + third + "; " +
		"base-uri 'none'; form-action 'none'; frame-ancestors 'none'; " +
		"require-trusted-types-for 'script'; trusted-types assent default"
}

// demoLanguage is the one asked for by ?lang, else German for who prefers it, else English.
func demoLanguage(c echo.Context) string {
	wanted := c.QueryParam("lang")
	if wanted == "" {
		wanted, _, _ = strings.Cut(c.Request().Header.Get("Accept-Language"), ",")
	}
	if strings.HasPrefix(strings.ToLower(wanted), "de") {
		return "de"
	}
	return "en"
}

// serveStandIn plays the third parties. Nothing of it is cached or counted here: the page's panel shows what the
// browser says that it has asked for.
func (d *demo) serveStandIn(c echo.Context, name string) error {
	crossOrigin(c, "no-store")
	if name == "g/collect" || name == "tr" {
		return c.NoContent(http.StatusNoContent)
	}
	file, ok := d.standIn[name]
	if !ok {
		return echo.ErrNotFound
	}
	if strings.HasPrefix(name, "embed/") {
		c.Response().Header().Set(echo.HeaderContentSecurityPolicy, embedPolicy)
	}
	return file.serve(c)
}
