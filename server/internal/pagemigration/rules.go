package pagemigration

import (
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"

	"assent/schemas"
	"assent/server/internal/catalogue"
	"assent/server/internal/consent"
)

// elements are those that request something and can wait.
var elements = []string{"script", "iframe", "img", "link", "embed", "video", "audio", "source", "track"}

// javaScript are the types of scripts that browsers run; others hold data.
var javaScript = []string{"", "text/javascript", "application/javascript", "application/x-javascript", "text/ecmascript", "module"}

type rules struct {
	Options
	tools  []tool
	hosts  []known
	exempt []*regexp.Regexp
	markup bool
}

type tool struct {
	schemas.Tool
	id    string
	value *regexp.Regexp
}

type known struct {
	*regexp.Regexp
	catalogue.Host
}

func newRules(o Options) rules {
	r := rules{Options: o}
	all := schemas.Tools()
	for _, id := range slices.Sorted(maps.Keys(all)) {
		r.tools = append(r.tools, tool{all[id], id, regexp.MustCompile("(?i)" + all[id].Value)})
	}
	for _, host := range catalogue.Hosts(o.Notice) {
		r.hosts = append(r.hosts, known{regexp.MustCompile(catalogue.Expression(host.Pattern)), host})
	}
	for _, host := range o.Notice.Exempt {
		r.exempt = append(r.exempt, regexp.MustCompile(catalogue.Expression(host)))
	}
	return r
}

// rewrite says what becomes of an element: first by another tool's markup, else by where it loads from.
func (r rules) rewrite(t tag, inline string) (Change, string) {
	for _, tool := range r.tools {
		if !tool.marks(t) {
			continue
		}
		names, warning := r.names(tool, t)
		if names == nil {
			if warning != "" {
				return Change{}, warning
			}
			continue
		}
		return Change{What: fmt.Sprintf("%s, marked for %s, waits for %s", t.name, tool.Name, strings.Join(names, " ")),
			edits: tool.edits(t, names)}, r.unknown(names)
	}
	return r.rewriteBare(t, inline)
}

// marks reports whether an element carries a tool's markup. Two tools share an attribute: the one whose addresses the
// element has, or whose words it holds, is meant.
func (t tool) marks(e tag) bool {
	classed := t.Class != "" && strings.Contains(" "+e.value("class"), " "+t.Class)
	if !classed && (!e.has(t.Attribute) || !t.value.MatchString(e.value(t.Attribute))) {
		return false
	}
	if e.name == "script" {
		return t.Unmarked || strings.EqualFold(strings.TrimSpace(e.value("type")), "text/plain")
	}
	_, hasAddress := t.address(e)
	return hasAddress
}

func (t tool) address(e tag) (attribute, bool) {
	for _, name := range t.Addresses {
		if a, ok := e.find(name); ok {
			return a, true
		}
	}
	if e.name == "script" && !e.has("src") {
		return e.find("data-src")
	}
	return attribute{}, false
}

// words returns what the markup names.
func (t tool) words(e tag) []string {
	text := e.value(t.Attribute)
	if t.Value != "" {
		if match := t.value.FindStringSubmatch(text); len(match) > 1 {
			text = match[1]
		}
	}
	if strings.TrimSpace(text) == "" {
		text = t.Otherwise
	}
	if t.Separator == "" {
		return []string{strings.TrimSpace(text)}
	}
	var words []string
	for word := range strings.SplitSeq(text, t.Separator) {
		if word = strings.TrimSpace(word); word != "" {
			words = append(words, word)
		}
	}
	return words
}

// names returns what data-assent is to hold, or nil: without a warning where another tool may be meant.
func (r rules) names(t tool, e tag) (names []string, warning string) {
	if id, ok := r.own(e.value(t.Service)); t.Service != "" && ok {
		return []string{id}, ""
	}
	for _, word := range t.words(e) {
		switch name, ok := r.word(t, word); {
		case t.Ignore != "" && strings.EqualFold(word, t.Ignore):
			return nil, ""
		case t.Not != "" && strings.HasPrefix(word, t.Not):
			return nil, fmt.Sprintf("a %s for %s that runs on a refusal only has no counterpart: it stays off", e.name, t.Name)
		case !ok && t.sharesAttribute():
			return nil, ""
		case !ok:
			return nil, fmt.Sprintf("%s names %q, which is no purpose or service of the notice", t.Name, word)
		case !slices.Contains(names, name):
			names = append(names, name)
		}
	}
	return names, ""
}

func (t tool) sharesAttribute() bool { return t.Attribute == "data-category" }

func (r rules) word(t tool, word string) (string, bool) {
	for known, purpose := range t.Words {
		if strings.EqualFold(known, word) {
			return purpose, true
		}
	}
	return r.own(word)
}

// own finds a purpose or service of the notice by its id, or a service by its name.
func (r rules) own(name string) (string, bool) {
	for _, p := range r.Notice.Purposes {
		if strings.EqualFold(p.ID, name) {
			return p.ID, true
		}
	}
	for _, s := range r.Notice.Services {
		if strings.EqualFold(s.ID, name) || strings.EqualFold(s.Name, name) && name != "" {
			return s.ID, true
		}
	}
	return "", false
}

// unknown warns of purposes that the notice lacks: nobody could grant them.
func (r rules) unknown(names []string) string {
	for _, name := range names {
		if _, ok := r.own(name); !ok && name != consent.Essential {
			return fmt.Sprintf("the notice has no purpose %q, so this never starts: add it to the notice", name)
		}
	}
	return ""
}

// edits rewrites another tool's markup: its attribute becomes ours, and the address goes where ours is.
func (t tool) edits(e tag, names []string) edits {
	var list edits
	ours := `data-assent="` + strings.Join(names, " ") + `"`
	if a, ok := e.find(t.Attribute); ok && t.Attribute != "class" {
		list = append(list, edit{a.nameStart, attributeEnd(e, a), ours})
	} else {
		list = append(list, edit{e.afterName, e.afterName, " " + ours})
	}
	if t.Unmarked && e.name == "script" {
		return append(list, waiting(e)...)
	}
	if a, ok := t.address(e); ok {
		list = append(list, rename(e, a, addressName(e))...)
		list = append(list, emptied(e, a)...)
	}
	return list
}

// emptied takes a stand-in address such as about:blank away: what has an address counts as loaded.
func emptied(e tag, from attribute) edits {
	a, ok := e.find("src")
	if !ok || e.name == "script" || from.name == "src" {
		return nil
	}
	return edits{{a.nameStart, a.nameEnd, "data-was-src"}}
}

// addressName is where ours keeps an element's address.
func addressName(e tag) string {
	switch e.name {
	case "script":
		return "src"
	case "link":
		return "data-href"
	default:
		return "data-src"
	}
}

// rename gives an attribute another name. What stood under that name goes, and so does what stands a second time under
// the old one, which would count from now on.
func rename(e tag, a attribute, name string) edits {
	if a.name == name {
		return nil
	}
	list := edits{{a.nameStart, a.nameEnd, name}}
	for _, other := range e.attributes {
		if other.name == name || other.name == a.name && other.nameStart != a.nameStart {
			list = append(list, edit{other.nameStart, other.nameEnd, "data-was-" + other.name})
		}
	}
	return list
}

// attributeEnd returns where an attribute ends, its quote included.
func attributeEnd(e tag, a attribute) int {
	if a.valueEnd < e.end && a.valueStart > a.nameEnd && strings.ContainsRune(`"'`, rune(e.page[a.valueStart-1])) {
		return a.valueEnd + 1
	}
	return a.valueEnd
}

// waiting makes a script wait: its type becomes text/plain, and a module's is kept beside it.
func waiting(e tag) edits {
	a, ok := e.find("type")
	if !ok {
		return edits{{e.afterName, e.afterName, ` type="text/plain"`}}
	}
	list := edits{{a.nameStart, attributeEnd(e, a), `type="text/plain"`}}
	if strings.EqualFold(strings.TrimSpace(e.value("type")), "module") {
		list[0].text += ` data-type="module"`
	}
	return list
}
