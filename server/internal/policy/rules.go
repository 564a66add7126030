package policy

import (
	"embed"
	"encoding/json"
	"fmt"
	"regexp"
	"strings"
	"text/template"
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
	Fixed       []string // Always, in lists that fit a parameter.
	Groups      []group
}

// Value writes the header with a server's own variables in it.
func (configuration) Value(nonce, allowed string) string { return value(nonce, allowed) }

// Write returns ready rules that choose the header by the visitor's cookie, in one of Formats other than text. The
// placeholder is what pages carry where the nonce belongs; it must satisfy IsNonce.
func (r Rules) Write(format, site, placeholder string) (string, error) {
	c := configuration{Rules: r, Site: site, Placeholder: placeholder, Seconds: int(r.Lifetime.Seconds()), Fixed: lists(r.Always)}
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

// group writes what the cookie looks like: `<version>.<marks>.<seconds>.<subject>.<id>:<0|1>...`, where a grant needs the
// service's mark. No braces, which Caddy takes for its own.
func (r Rules) group(s Service, allow string) group {
	answer := func(marks, id, text string) string {
		return `^[` + r.Versions + `]\.` + marks + `\.[0-9a-z]+\.[^.]+(\.[^.]+)*\.` + regexp.QuoteMeta(id) + ":" + text + `(\.|$)`
	}
	const others = `([^.][^.][^.][^.])*`
	marked := others + regexp.QuoteMeta(s.Mark) + others
	return group{ID: s.ID, Allow: allow, Granted: answer(marked, s.Purpose, "1"), Refused: answer(`[^.]*`, s.Purpose, "0"),
		ByItsOwn: answer(marked, s.ID, "1"), RefusedByItsOwn: answer(`[^.]*`, s.ID, "0")}
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
