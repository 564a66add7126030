package pagemigration

import "bytes"

// codes are what template languages put into pages: PHP and XML, ERB and ASP, Blade, Twig, Liquid, Nunjucks and Vue.
var codes = [][2]string{{"<?", "?>"}, {"<%", "%>"}, {"{!!", "!!}"}, {"{{", "}}"}, {"{%", "%}"}, {"{#", "#}"}}

// piece is a part of a page, from one offset up to another.
type piece struct{ start, end int }

// mask returns the page with template code replaced by letters of the same length, so that what looks like markup in it
// is not taken for markup and every offset stays; and where that code is. Code that is never closed goes on to the end
// (PHP).
func mask(page []byte) ([]byte, []piece) {
	masked := bytes.Clone(page)
	find := finder{page: page, next: map[string]int{}}
	var pieces []piece
	for i := 0; i < len(page); {
		end := find.codeEnd(i)
		if end == 0 {
			i++
			continue
		}
		for j := i; j < end; j++ {
			if masked[j] != '\n' {
				masked[j] = 'x'
			}
		}
		pieces = append(pieces, piece{i, end})
		i = end
	}
	return masked, pieces
}

// finder goes through a page once, however often it is asked.
type finder struct {
	page []byte
	next map[string]int // Where a sign was found last.
}

// at returns where a sign stands from i on, or the page's end. Asked for one sign, i never decreases.
func (f finder) at(sign string, i int) int {
	known, ok := f.next[sign]
	if !ok || known < i {
		known = len(f.page)
		if n := bytes.Index(f.page[i:], []byte(sign)); n >= 0 {
			known = i + n
		}
		f.next[sign] = known
	}
	return known
}

// codeEnd returns where template code that begins at i ends, or 0 where none begins.
func (f finder) codeEnd(i int) int {
	for _, code := range codes {
		if !bytes.HasPrefix(f.page[i:], []byte(code[0])) {
			continue
		}
		end := f.at(code[1], i+len(code[0]))
		// Scripts and styles hold such signs as well, and their end must not be hidden.
		isText := code[0][0] == '{' && f.at("</", i) < end
		if end < len(f.page) && !isText {
			return end + len(code[1])
		}
		if bytes.HasPrefix(f.page[i:], []byte("<?php")) || bytes.HasPrefix(f.page[i:], []byte("<?=")) {
			return len(f.page)
		}
	}
	return 0
}
