// Package exposure knows what pages tell of a notice beside decisions: that it came on screen, and what became of it when
// nobody answered. It vouches for the first with a token that a decision brings back.
package exposure

import (
	"encoding/json"
	"regexp"
	"slices"

	"assent/schemas"
	"assent/server/internal/consent"
)

// Events of a notice.
const (
	Shown     = "shown"
	Hidden    = "hidden"
	Ignored   = "ignored"
	Dismissed = "dismissed"
)

// MaxBody is the most bytes that an exposure may have.
const MaxBody = 1 << 10

// The rules of exposure.schema.json; the example corpus holds both together.
var (
	noticePattern = regexp.MustCompile(`^[A-Za-z0-9_-]{1,64}$`)
	events        = []string{Shown, Hidden, Ignored, Dismissed}
)

// Decode reads one exposure. The error is a *consent.InvalidError.
func Decode(body []byte) (schemas.Exposure, error) {
	var members map[string]string
	err := json.Unmarshal(body, &members)
	e := schemas.Exposure{Notice: members["notice"], Event: members["event"]}
	if err != nil || len(members) != 2 || !noticePattern.MatchString(e.Notice) || !slices.Contains(events, e.Event) {
		return schemas.Exposure{}, &consent.InvalidError{Faults: []schemas.Fault{{
			Detail: "is not what exposure.schema.json describes: the id of a notice, and one of the events shown, hidden, ignored, dismissed"}}}
	}
	return e, consent.OnceEach(body)
}
