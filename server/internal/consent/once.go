package consent

import (
	"bytes"
	"encoding/json"
	"fmt"

	"assent/schemas"
)

// OnceEach refuses a valid document in which an object has a member twice, as an *InvalidError: encoding/json takes that
// in silence and may mix both, so that what was checked is not what is kept.
func OnceEach(body []byte) error {
	if name, twice := repeatedMember(body); twice {
		return &InvalidError{Faults: []schemas.Fault{{Detail: fmt.Sprintf("has the member %q twice; keep one, for what holds must not depend on which one is read", name)}}}
	}
	return nil
}

func repeatedMember(body []byte) (name string, twice bool) {
	decoder := json.NewDecoder(bytes.NewReader(body))
	var open []map[string]bool // One set of names per open object; nil for an array.
	isName := false
	for {
		token, err := decoder.Token()
		if err != nil {
			return "", false
		}
		inObject := len(open) > 0 && open[len(open)-1] != nil
		switch token := token.(type) {
		case json.Delim:
			switch token {
			case '{':
				open = append(open, map[string]bool{})
			case '[':
				open = append(open, nil)
			default:
				open = open[:len(open)-1]
			}
			isName = len(open) > 0 && open[len(open)-1] != nil
			continue
		case string:
			if inObject && isName {
				if open[len(open)-1][token] {
					return token, true
				}
				open[len(open)-1][token] = true
			}
		}
		isName = inObject && !isName
	}
}
