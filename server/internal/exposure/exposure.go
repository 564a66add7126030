// Package exposure knows what pages tell of a notice beside decisions: that it came on screen, and what became of it when
// nobody answered. It vouches for the first with a token that a decision brings back, and counts all of it.
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

	// What is counted under a name of its own: preferences that were shown, and what programs were shown.
	Opened  = "opened"
	Program = "bot"
)

// Preferences is the second layer. The first asks visitors without a choice, and is the usual one.
const Preferences = "preferences"

// MaxBody is the most bytes that an exposure may have.
const MaxBody = 3 << 10

// The rules of exposure.schema.json; the example corpus holds both together.
var (
	noticePattern = regexp.MustCompile(`^[A-Za-z0-9_-]{1,64}$`)
	events        = []string{Shown, Hidden, Ignored, Dismissed}
	layers        = []string{"", "banner", Preferences}
	members       = []string{"notice", "event", "layer", "locale", "page", "regime"}
)

// Decode reads one exposure. The error is a *consent.InvalidError.
func Decode(body []byte) (schemas.Exposure, error) {
	var told map[string]string
	err := json.Unmarshal(body, &told)
	e := schemas.Exposure{Notice: told["notice"], Event: told["event"], Layer: told["layer"], Locale: told["locale"], Page: told["page"], Regime: told["regime"]}
	ok := err == nil && noticePattern.MatchString(e.Notice) && slices.Contains(events, e.Event) && slices.Contains(layers, e.Layer)
	for name, value := range told {
		ok = ok && slices.Contains(members, name) && value != ""
	}
	if !ok {
		return schemas.Exposure{}, &consent.InvalidError{Faults: []schemas.Fault{{
			Detail: "is not what exposure.schema.json describes: the id of a notice, one of the events shown, hidden, ignored, dismissed, and at most layer, locale, page and regime"}}}
	}
	if faults := consent.SettingFaults(e.Locale, e.Page, e.Regime); len(faults) > 0 {
		return schemas.Exposure{}, &consent.InvalidError{Faults: faults}
	}
	return e, consent.OnceEach(body)
}
