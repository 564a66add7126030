package pagemigration

import "bytes"

// codes are what template languages put into pages: PHP and XML, ERB and ASP, Twig, Liquid, Nunjucks and Vue.
var codes = [][2]string{{"<?", "?>"}, {"<%", "%>"}, {"{{", "}}"}, {"{%", "%}"}, {"{#", "#}"}}

// mask returns the page with template code replaced by letters of the same length, so that what looks like markup in it
// is not taken for markup and every offset stays. Code that is never closed goes on to the end (PHP).
func mask(page []byte) []byte {
	masked := bytes.Clone(page)
	for i := 0; i < len(masked); {
		end := codeEnd(masked, i)
		for j := i; j < end; j++ {
			if masked[j] != '\n' {
				masked[j] = 'x'
			}
		}
		i = max(i+1, end)
	}
	return masked
}

// codeEnd returns where template code that begins at i ends, or 0 where none begins.
func codeEnd(page []byte, i int) int {
	for _, code := range codes {
		if !bytes.HasPrefix(page[i:], []byte(code[0])) {
			continue
		}
		n := bytes.Index(page[i:], []byte(code[1]))
		// Scripts and styles hold such signs as well, and their end must not be hidden.
		isText := code[0][0] == '{' && n >= 0 && bytes.Contains(page[i:i+n], []byte("</"))
		if n >= 0 && !isText {
			return i + n + len(code[1])
		}
		if bytes.HasPrefix(page[i:], []byte("<?php")) {
			return len(page)
		}
	}
	return 0
}
