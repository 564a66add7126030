package pagemigration

import (
	"fmt"
	"regexp"
	"slices"
	"strings"

	"assent/server/internal/consent"
)

// rewriteBare makes an element wait that nobody annotated and that belongs to a known third party.
func (r rules) rewriteBare(t tag, inline string) (Change, string) {
	if t.name == "script" && !slices.Contains(javaScript, strings.ToLower(strings.TrimSpace(t.value("type")))) {
		return Change{}, ""
	}
	names := r.waitsFor(t, inline)
	if len(names) == 0 {
		return Change{}, r.lazy(t)
	}
	list := edits{{t.afterName, t.afterName, ` data-assent="` + strings.Join(names, " ") + `"`}}
	if t.name == "script" {
		list = append(list, waiting(t)...)
	} else {
		for _, name := range []string{"src", "srcset", "href"} {
			if a, ok := t.find(name); ok {
				list = append(list, rename(t, a, "data-"+name)...)
			}
		}
	}
	return Change{What: fmt.Sprintf("%s waits for %s", t.name, strings.Join(names, " ")), edits: list}, r.unknown(names)
}

// lazy warns of an address that some script of the page gives to the element when it comes into view.
func (r rules) lazy(t tag) string {
	names := r.owner(t.value("data-src"))
	if len(names) == 0 {
		return ""
	}
	return fmt.Sprintf(`%s is loaded lazily from its data-src, with or without a grant: write data-assent="%s", and take it from the lazy loader`,
		t.name, strings.Join(names, " "))
}

// waitsFor returns the purposes or services of the third parties that an element requests something of.
func (r rules) waitsFor(t tag, inline string) []string {
	switch {
	case inline != "" && r.markup:
		return nil
	case inline != "":
		return r.inText(inline)
	case t.name == "link" && !requests(t):
		return nil
	case t.name == "link":
		return r.owner(t.value("href"))
	default:
		return r.owner(t.value("src"))
	}
}

// requests reports whether a link makes the browser ask for what it names, or connect to its host.
func requests(link tag) bool {
	return slices.ContainsFunc(strings.Fields(strings.ToLower(link.value("rel"))), func(rel string) bool {
		return slices.Contains([]string{"stylesheet", "preload", "modulepreload", "prefetch", "preconnect", "dns-prefetch", "icon", "manifest"}, rel)
	})
}

// webAddress finds addresses with a host in a script's or a noscript's text.
var webAddress = regexp.MustCompile(`(?i)(?:https?:)?//[a-z0-9.-]+\.[a-z]+(?::\d+)?(?:/[^\s"'<>\\)]*)?`)

func (r rules) inText(text string) []string {
	var names []string
	for _, address := range webAddress.FindAllString(text, -1) {
		for _, name := range r.owner(address) {
			if !slices.Contains(names, name) {
				names = append(names, name)
			}
		}
	}
	return names
}

var scheme = regexp.MustCompile(`(?i)^\s*(?:https?:)?//(?:[^/@]*@)?`)

// owner returns what an address waits for: the service where the notice names it, else its purpose; nothing where it is
// nobody's, essential or exempt.
func (r rules) owner(address string) []string {
	begin := scheme.FindString(address)
	if begin == "" {
		return nil
	}
	host, path, _ := strings.Cut(strings.TrimSpace(address[len(begin):]), "/")
	plain := strings.ToLower(host) + "/" + path
	for _, exempt := range r.exempt {
		if exempt.MatchString(plain) {
			return nil
		}
	}
	for _, known := range r.hosts {
		if !known.MatchString(plain) {
			continue
		}
		if known.Purpose == consent.Essential {
			return nil
		}
		for _, s := range r.Notice.Services {
			if s.ID == known.Service {
				return []string{s.ID}
			}
		}
		return []string{known.Purpose}
	}
	return nil
}

// isLoader reports whether a script is another tool itself.
func (r rules) isLoader(t tag) bool {
	address := strings.ToLower(t.value("src") + " " + t.value("data-src"))
	for _, tool := range r.tools {
		for _, part := range tool.Loaders {
			if strings.Contains(address, strings.ToLower(part)) {
				return true
			}
		}
	}
	return false
}
