package pagemigration

import (
	"bytes"
	"html"
	"strings"
)

// attribute is where one attribute of a start tag stands, as offsets into the page.
type attribute struct {
	name                 string // Lower case.
	nameStart, nameEnd   int
	valueStart, valueEnd int // Without quotes; equal where there is no value.
}

// tag is a start tag as it is written.
type tag struct {
	name       string // Lower case.
	start, end int    // From < to after >.
	afterName  int
	attributes []attribute
	page       []byte // The original: attributes stand where they do in the masked one.
}

const space = " \t\r\n\f"

// scanTag reads a start tag (HTML, 13.2.5.8 and following) of masked[start:end].
func scanTag(page, masked []byte, start, end int) tag {
	t := tag{start: start, end: end, page: page}
	i := start + 1
	for i < end && !bytes.ContainsRune([]byte(space+"/>"), rune(masked[i])) {
		i++
	}
	t.name, t.afterName = strings.ToLower(string(masked[start+1:i])), i
	for {
		for i < end && bytes.IndexByte([]byte(space+"/"), masked[i]) >= 0 {
			i++
		}
		if i >= end-1 || masked[i] == '>' {
			return t
		}
		var a attribute
		a, i = scanAttribute(masked, i, end)
		t.attributes = append(t.attributes, a)
	}
}

func scanAttribute(masked []byte, i, end int) (attribute, int) {
	a := attribute{nameStart: i}
	i++ // An equals sign at the beginning belongs to the name.
	for i < end && bytes.IndexByte([]byte(space+"/>="), masked[i]) < 0 {
		i++
	}
	a.nameEnd, a.name = i, strings.ToLower(string(masked[a.nameStart:i]))
	a.valueStart, a.valueEnd = i, i
	j := skipSpace(masked, i, end)
	if j >= end || masked[j] != '=' {
		return a, i
	}
	j = skipSpace(masked, j+1, end)
	if j < end && (masked[j] == '"' || masked[j] == '\'') {
		a.valueStart = j + 1
		a.valueEnd = a.valueStart + max(0, bytes.IndexByte(masked[a.valueStart:end], masked[j]))
		return a, a.valueEnd + 1
	}
	a.valueStart = j
	for j < end && bytes.IndexByte([]byte(space+">"), masked[j]) < 0 {
		j++
	}
	a.valueEnd = j
	return a, j
}

func skipSpace(text []byte, i, end int) int {
	for i < end && bytes.IndexByte([]byte(space), text[i]) >= 0 {
		i++
	}
	return i
}

// find returns the first attribute of that name, which is the one that counts.
func (t tag) find(name string) (attribute, bool) {
	for _, a := range t.attributes {
		if a.name == name {
			return a, true
		}
	}
	return attribute{}, false
}

// value returns an attribute's value with character references resolved; empty where there is none.
func (t tag) value(name string) string {
	a, ok := t.find(name)
	if !ok {
		return ""
	}
	return html.UnescapeString(string(t.page[a.valueStart:a.valueEnd]))
}

func (t tag) has(name string) bool {
	_, ok := t.find(name)
	return ok
}
