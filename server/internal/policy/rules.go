package policy

import (
	"embed"
	"encoding/json"
	"fmt"
	"regexp"
	"strings"
	"text/template"

	"assent/server/internal/consent"
)

//go:embed templates
var files embed.FS

var templates = template.Must(template.New("").Funcs(template.FuncMap{
	"join": func(list []string) string { return strings.Join(list, " ") },
	"json": func(v any) (string, error) {
		text, err := json.Marshal(v)
		return string(text), err
	},
	"number": func(i int) int { return i + 1 },
}).ParseFS(files, "templates/*"))

// Formats are the kinds of ready rules and the media type of each.
var Formats = map[string]string{
	"nginx":  "text/plain; charset=utf-8",
	"caddy":  "text/plain; charset=utf-8",
	"worker": "text/javascript; charset=utf-8",
	"text":   "text/plain; charset=utf-8",
}

// chunk is the longest list of sources in one parameter of nginx, which takes 4096 bytes.
const chunk = 3000

// group is one variable of a server's configuration: sources that come and go together.
type group struct {
	ID      string
	Allow   string // Sources, separated by spaces.
	Granted string // Regular expressions over the cookie: the service or its purpose is granted, or refused.
	Refused string
	ByItsOwn,
	RefusedByItsOwn string
}

// configuration is what the templates are filled with.
type configuration struct {
	Rules
	Site        string
	Placeholder string
	Seconds     int
	Form        string   // Regular expression of the cookie's value.
	TooLong     int      // Characters: what is so long was written by others, to keep expressions busy.
	Fixed       []string // Always, in lists that fit a parameter.
	Groups      []group
}

// Value writes the header with a server's own variables in it.
func (configuration) Value(nonce, allowed string) string { return value(nonce, allowed) }

// Write returns ready rules that choose the header by the visitor's cookie, in one of Formats other than text. The
// placeholder is what pages carry where the nonce belongs; it must satisfy IsNonce.
func (r Rules) Write(format, site, placeholder string) (string, error) {
	c := configuration{Rules: r, Site: site, Placeholder: placeholder, Seconds: int(r.Lifetime.Seconds()),
		Form: `[` + r.Versions + `]` + form, TooLong: consent.CookieLimit + 1, Fixed: lists(r.Always)}
	for _, s := range r.Services {
		for _, allow := range lists(s.Sources) {
			c.Groups = append(c.Groups, r.group(s, allow))
		}
	}
	var b strings.Builder
	if err := templates.ExecuteTemplate(&b, format+".tmpl", c); err != nil {
		return "", fmt.Errorf("write %s rules: %w", format, err)
	}
	return b.String(), nil
}

// group writes what a cookie that has its form looks like when it answers for a service. A grant needs the service's
// mark, at a multiple of four characters. No braces, as in form.
func (r Rules) group(s Service, allow string) group {
	granted := func(id string) string {
		return `^..([^.][^.][^.][^.])*` + regexp.QuoteMeta(s.Mark) + `.*\.` + regexp.QuoteMeta(id) + `:1(\.|$)`
	}
	refused := func(id string) string { return `\.` + regexp.QuoteMeta(id) + `:0(\.|$)` }
	return group{ID: s.ID, Allow: allow, Granted: granted(s.Purpose), Refused: refused(s.Purpose),
		ByItsOwn: granted(s.ID), RefusedByItsOwn: refused(s.ID)}
}

// lists joins sources into as few lists as fit.
func lists(sources []string) []string {
	var all []string
	for _, source := range sources {
		last := len(all) - 1
		if last < 0 || len(all[last])+len(source) >= chunk {
			all = append(all, source)
			continue
		}
		all[last] += " " + source
	}
	return all
}
