package importing

import (
	"strconv"
	"strings"
)

// sort is what a value of a file is.
type sort int

const (
	absent sort = iota // Also null and undefined.
	text
	number
	truth
	list
	object
	expression // A regular expression.
	code       // Whatever only running the file would tell.
)

// value is one value of a file that was read without running it. The nil value is absent, so that a chain of members
// needs no check.
type value struct {
	sort    sort
	line    int    // From 1; 0 where it is not known.
	text    string // Of a text, a regular expression without slashes, or what code looks like.
	number  float64
	is      bool
	items   []*value
	members []member
	byName  map[string]*value // Members of a large object, once one was looked for.
}

type member struct {
	name  string
	line  int
	value *value
}

// at follows the names of members.
func (v *value) at(names ...string) *value {
	for _, name := range names {
		v = v.member(name)
	}
	return v
}

// large is how many members are worth finding by name: in a hostile file each of many services asks many others.
const large = 64

func (v *value) member(name string) (found *value) {
	if v != nil && v.byName != nil {
		return v.byName[name]
	}
	for _, m := range v.all() {
		if m.name == name {
			found = m.value // The last one counts, as in JavaScript.
		}
	}
	if len(v.all()) > large {
		v.byName = make(map[string]*value, len(v.members))
		for _, m := range v.members {
			v.byName[m.name] = m.value
		}
	}
	return found
}

// any returns the first of some members that is there: tools rename theirs over time.
func (v *value) any(names ...string) *value {
	for _, name := range names {
		if found := v.at(name); found.there() {
			return found
		}
	}
	return nil
}

func (v *value) there() bool { return v != nil && v.sort != absent }

func (v *value) all() []member {
	if v == nil {
		return nil
	}
	return v.members
}

func (v *value) list() []*value {
	if v == nil {
		return nil
	}
	return v.items
}

func (v *value) of(s sort) bool { return v != nil && v.sort == s }

func (v *value) lineOf() int {
	if v == nil {
		return 0
	}
	return v.line
}

// str returns a text, or a number as it is written.
func (v *value) str() string {
	switch {
	case v.of(text):
		return strings.TrimSpace(v.text)
	case v.of(number):
		return strconv.FormatFloat(v.number, 'f', -1, 64)
	}
	return ""
}

// yes reports whether a switch is on, also where a tool writes "true".
func (v *value) yes() bool {
	return v.of(truth) && v.is || v.of(text) && strings.EqualFold(v.text, "true")
}

// whole returns a whole number, also one that is written as text.
func (v *value) whole() (int, bool) {
	if v.of(text) {
		n, err := strconv.Atoi(strings.TrimSpace(v.text))
		return n, err == nil
	}
	if v.of(number) && v.number >= -1e9 && v.number <= 1e9 {
		return int(v.number), true
	}
	return 0, false
}
