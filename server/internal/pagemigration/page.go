// Package pagemigration rewrites pages that were written for another consent tool, or for none, to data-assent. It
// changes the few bytes that say what waits and leaves every other byte as it is.
package pagemigration

import (
	"bytes"
	"errors"
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"

	"golang.org/x/net/html"

	"assent/schemas"
)

// ErrEncoding means that a page is not in UTF-8 and was left alone.
var ErrEncoding = errors.New("is not in UTF-8: convert it, or rewrite it by hand")

// Options say what pages are rewritten to.
type Options struct {
	Notice schemas.Notice // Complete.
	Tag    string         // Script tag that takes the place of the other tool's; empty to leave that one.
}

// Change is one element that is rewritten.
type Change struct {
	Line int
	What string // Such as `script of youtube.com waits for marketing`.
	edits
}

// Warning is something that has to be done by hand.
type Warning struct {
	Line int
	Text string
}

// Result is what becomes of a page.
type Result struct {
	Page     []byte
	Changes  []Change
	Warnings []Warning // In the page's order.
	edits    edits
	original []byte
}

// Migration rewrites any number of pages to one notice.
type Migration struct{ rules }

// New prepares what all pages have in common.
func New(o Options) Migration { return Migration{newRules(o)} }

// Rewrite returns the page rewritten. With `markup` inline scripts are left alone: in a component file they are the component.
// Rewriting the result again changes nothing.
func (m Migration) Rewrite(page []byte, markup bool) (Result, error) {
	if !utf8.Valid(page) {
		return Result{}, ErrEncoding
	}
	r := &rewriter{rules: m.rules, page: page}
	r.masked, r.code = mask(page)
	r.markup = markup
	r.run()
	slices.SortStableFunc(r.warnings, func(a, b Warning) int { return a.Line - b.Line })
	result := Result{Changes: r.changes, Warnings: r.warnings, original: page}
	for _, change := range r.changes {
		result.edits = append(result.edits, change.edits...)
	}
	slices.SortStableFunc(result.edits, func(a, b edit) int { return a.start - b.start })
	result.Page = result.edits.apply(page, 0, len(page))
	return result, nil
}

type rewriter struct {
	rules
	page, masked []byte
	code         []piece // Template code that is still to come.
	tagged       bool    // Our script tag is in the page already.
	changes      []Change
	warnings     []Warning
}

// run goes through the tokens, whose raw bytes one after another are the page.
func (r *rewriter) run() {
	r.tagged = r.Tag != "" && bytes.Contains(r.page, []byte(strings.TrimSpace(r.Tag)))
	z := html.NewTokenizer(bytes.NewReader(r.masked))
	isScript := false
	for offset := 0; ; {
		kind := z.Next()
		end := offset + len(z.Raw())
		if kind == html.ErrorToken {
			return
		}
		code := r.codeUpTo(end)
		switch {
		case kind == html.StartTagToken || kind == html.SelfClosingTagToken:
			t := scanTag(r.page, r.masked, offset, end)
			isScript = t.name == "script"
			r.element(t)
			r.warnCalls(offset, end)
			if slices.Contains(elements, t.name) && !t.has("data-assent") {
				r.warnCode(code)
			}
		case kind == html.TextToken && isScript:
			r.warnCalls(offset, end)
		case kind == html.TextToken:
			r.warnCode(code)
			for _, c := range code {
				r.warnCalls(c.start, c.end)
			}
		default:
			isScript = false
		}
		offset = end
	}
}

// codeUpTo takes the template code that begins before an offset.
func (r *rewriter) codeUpTo(end int) []piece {
	n := 0
	for n < len(r.code) && r.code[n].start < end {
		n++
	}
	code := r.code[:n]
	r.code = r.code[n:]
	return code
}

// warnCode warns of template code that names third parties: what it writes is not seen here.
func (r *rewriter) warnCode(code []piece) {
	for _, c := range code {
		if found := r.inText(string(r.page[c.start:c.end])); len(found) > 0 {
			r.warn(c.start, fmt.Sprintf("template code names addresses of %s: if it writes a tag, annotate that by hand", strings.Join(found, ", ")))
		}
	}
}

// element rewrites one element, if it is to be.
func (r *rewriter) element(t tag) {
	if t.name == "noscript" {
		r.warnNoscript(t)
		return
	}
	if !slices.Contains(elements, t.name) || t.has("data-assent") {
		return
	}
	if t.name == "script" && r.isLoader(t) {
		r.replaceLoader(t)
		return
	}
	inline := ""
	if t.name == "script" && !t.has("src") {
		inline = string(r.page[t.end:r.textEnd(t)])
	}
	change, warning := r.rewrite(t, inline)
	if warning != "" {
		r.warn(t.start, warning)
	}
	if len(change.edits) > 0 {
		change.Line = r.line(t.start)
		r.changes = append(r.changes, change)
	}
}

// replaceLoader puts our script in the place of the other tool's first one, and takes the others out.
func (r *rewriter) replaceLoader(t tag) {
	if r.Tag == "" {
		r.warn(t.start, "loads another consent tool: give --site or --tag to have it replaced")
		return
	}
	end := r.elementEnd(t)
	with := r.Tag
	if r.tagged {
		with = ""
	}
	r.tagged = true
	r.changes = append(r.changes, Change{Line: r.line(t.start), What: "another tool's script is replaced",
		edits: edits{{t.start, end, with}}})
}

// textEnd returns where an element's raw text ends; the tokenizer finds its end tag.
func (r *rewriter) textEnd(t tag) int {
	z := html.NewTokenizer(bytes.NewReader(r.masked[t.start:]))
	z.Next()
	if z.Next() == html.TextToken {
		return t.end + len(z.Raw())
	}
	return t.end
}

// elementEnd returns where a script's end tag ends.
func (r *rewriter) elementEnd(t tag) int {
	end := r.textEnd(t)
	if n := bytes.IndexByte(r.masked[end:], '>'); n >= 0 && bytes.HasPrefix(r.masked[end:], []byte("</")) {
		return end + n + 1
	}
	return end
}

// warnNoscript: without scripts nobody can be asked, and what stands there is requested at once.
func (r *rewriter) warnNoscript(t tag) {
	if found := r.inText(string(r.page[t.end:r.textEnd(t)])); len(found) > 0 {
		r.warn(t.start, fmt.Sprintf("noscript requests %s of visitors who cannot be asked: take it out", strings.Join(found, ", ")))
	}
}

// warn keeps one warning of a kind for each line.
func (r *rewriter) warn(offset int, text string) {
	w := Warning{r.line(offset), text}
	if !slices.Contains(r.warnings, w) {
		r.warnings = append(r.warnings, w)
	}
}

func (r *rewriter) line(offset int) int { return 1 + bytes.Count(r.page[:offset], []byte("\n")) }
