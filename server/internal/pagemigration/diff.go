package pagemigration

import (
	"bytes"
	"fmt"
	"strings"
)

// edit replaces page[start:end].
type edit struct {
	start, end int
	text       string
}

// edits are in order and do not overlap.
type edits []edit

// apply returns page[from:to] with the edits inside it.
func (list edits) apply(page []byte, from, to int) []byte {
	var b bytes.Buffer
	at := from
	for _, e := range list {
		if e.start < from || e.end > to {
			continue
		}
		b.Write(page[at:e.start])
		b.WriteString(e.text)
		at = e.end
	}
	b.Write(page[at:to])
	return b.Bytes()
}

// context is how many unchanged lines a diff shows around a change.
const context = 3

// span is a range of lines: [first, last], counted from 0.
type span struct{ first, last int }

// Diff returns the change as a unified diff that git apply and patch -p1 read; empty where there is none. The name is
// relative, with slashes.
func (r Result) Diff(name string) string {
	if len(r.edits) == 0 {
		return ""
	}
	starts := lineStarts(r.original)
	var b strings.Builder
	fmt.Fprintf(&b, "--- %s\n+++ %s\n", header("a/"+name), header("b/"+name))
	grown := 0
	for _, hunk := range hunks(r.changed(starts)) {
		grown += r.writeHunk(&b, starts, hunk, grown)
	}
	return b.String()
}

// header writes a file's name as git does: quoted where it holds signs that would end it, and with a tab behind spaces.
func header(name string) string {
	switch {
	case strings.ContainsFunc(name, func(c rune) bool { return c < ' ' || c == '"' || c == '\\' || c == 0x7f }):
		return quote(name)
	case strings.Contains(name, " "):
		return name + "\t"
	default:
		return name
	}
}

// quote writes what C and git do not take for itself as octal numbers.
func quote(name string) string {
	var b strings.Builder
	b.WriteByte('"')
	for i := range len(name) {
		if c := name[i]; c < ' ' || c > '~' || c == '"' || c == '\\' {
			fmt.Fprintf(&b, `\%03o`, c)
		} else {
			b.WriteByte(c)
		}
	}
	b.WriteByte('"')
	return b.String()
}

// lineStarts returns where each line begins, and the page's end.
func lineStarts(page []byte) []int {
	starts := []int{0}
	for i, c := range page {
		if c == '\n' && i+1 < len(page) {
			starts = append(starts, i+1)
		}
	}
	return append(starts, len(page))
}

// changed returns the lines that edits touch, joined where they touch.
func (r Result) changed(starts []int) []span {
	var spans []span
	line := 0
	for _, e := range r.edits {
		for line+2 < len(starts) && starts[line+1] <= e.start {
			line++
		}
		last := line
		for last+2 < len(starts) && starts[last+1] < e.end {
			last++
		}
		if n := len(spans); n > 0 && spans[n-1].last >= line {
			spans[n-1].last = max(spans[n-1].last, last)
			continue
		}
		spans = append(spans, span{line, last})
	}
	return spans
}

// hunks groups spans whose contexts meet.
func hunks(spans []span) [][]span {
	var groups [][]span
	for _, s := range spans {
		if n := len(groups); n > 0 && s.first-groups[n-1][len(groups[n-1])-1].last <= 2*context {
			groups[n-1] = append(groups[n-1], s)
			continue
		}
		groups = append(groups, []span{s})
	}
	return groups
}

// writeHunk returns by how many lines the hunk makes the page longer.
func (r Result) writeHunk(b *strings.Builder, starts []int, spans []span, grown int) int {
	first := max(0, spans[0].first-context)
	last := min(len(starts)-2, spans[len(spans)-1].last+context)
	var body strings.Builder
	added, at := 0, first
	for _, s := range spans {
		writeLines(&body, ' ', r.original[starts[at]:starts[s.first]])
		from, to := starts[s.first], starts[s.last+1]
		old, new := r.original[from:to], r.edits.apply(r.original, from, to)
		writeLines(&body, '-', old)
		writeLines(&body, '+', new)
		added += countLines(new) - countLines(old)
		at = s.last + 1
	}
	writeLines(&body, ' ', r.original[starts[at]:starts[last+1]])
	lines := last - first + 1
	fmt.Fprintf(b, "@@ -%d,%d +%d,%d @@\n%s", first+1, lines, first+1+grown, lines+added, body.String())
	return added
}

func countLines(text []byte) int {
	n := bytes.Count(text, []byte("\n"))
	if len(text) > 0 && !bytes.HasSuffix(text, []byte("\n")) {
		n++
	}
	return n
}

func writeLines(b *strings.Builder, sign byte, text []byte) {
	for line := range bytes.Lines(text) {
		b.WriteByte(sign)
		b.Write(line)
		if !bytes.HasSuffix(line, []byte("\n")) {
			b.WriteString("\n\\ No newline at end of file\n")
		}
	}
}
