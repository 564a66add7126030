package consent

import (
	"errors"
	"strings"

	"assent/schemas"
)

// Kinds of failure that every layer shares; httpapi turns each into one HTTP status.
var (
	ErrNotFound    = errors.New("not found")
	ErrConflict    = errors.New("id already used for another decision")
	ErrUnavailable = errors.New("store unavailable")
	ErrOverloaded  = errors.New("too many decisions waiting")
)

// InvalidError says which members of a document are wrong and how to mend them.
type InvalidError struct {
	Faults []schemas.Fault
}

// Error joins the faults in one line.
func (e *InvalidError) Error() string {
	texts := make([]string, len(e.Faults))
	for i, fault := range e.Faults {
		texts[i] = fault.Detail
		if fault.Pointer != "" {
			texts[i] = fault.Pointer + ": " + fault.Detail
		}
	}
	return strings.Join(texts, "; ")
}
