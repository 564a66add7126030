// Package wording gives what the product says about a notice a stable name beside the English words, so that the dashboard
// says it in the reader's language.
package wording

import (
	"strconv"
	"strings"
)

// Kind is one thing that can be said. The name is stable, because the dashboard's texts go by it; the words are for everybody
// else, with the values in braces.
type Kind struct{ Name, Words string }

// Values are what the words of a kind name.
type Values = map[string]string

// Say fills the values in, escaped: a terminal obeys what others have put into a notice or a file.
func (k Kind) Say(v Values) string {
	pairs := make([]string, 0, 2*len(v))
	for name, value := range v {
		quoted := strconv.Quote(value)
		pairs = append(pairs, "{"+name+"}", quoted[1:len(quoted)-1])
	}
	return strings.NewReplacer(pairs...).Replace(k.Words)
}
