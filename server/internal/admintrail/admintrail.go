// Package admintrail is the administration's own audit trail: what everybody who can sign in did, or tried to. It is
// apart from the ledger of visitors' decisions, and append-only like it.
package admintrail

import (
	"context"
	"slices"
	"time"
)

// Outcomes of an act.
const (
	Done    = "done"
	Refused = "refused" // By a rule: a wrong password, a role that does not allow it.
	Failed  = "failed"  // By a fault of the server.
)

// PageSize is how many acts are shown at once.
const PageSize = 100

// Act is one thing that somebody did.
type Act struct {
	ID      string `json:"-"` // The store's, growing.
	At      time.Time
	Who     string // E-mail address; empty for somebody whom nobody knows.
	What    string // Such as invite; see httpapi.
	About   string `json:",omitempty"` // Whom or what it was done to, in words.
	Site    string `json:",omitempty"`
	Outcome string
	Network string // The client's, never its address.
}

// Filter chooses acts; what is empty does not restrict.
type Filter struct {
	Who, What, Outcome string
	Sites              []string // Acts at these sites only; nil for all acts.
	From, To           time.Time
	Before             string // ID of the act that the page before ended with.
}

// Matches reports whether the filter takes an act, Before aside.
func (f Filter) Matches(a Act) bool {
	return (f.Who == "" || f.Who == a.Who) && (f.What == "" || f.What == a.What) && (f.Outcome == "" || f.Outcome == a.Outcome) &&
		(f.Sites == nil || slices.Contains(f.Sites, a.Site)) &&
		(f.From.IsZero() || !a.At.Before(f.From)) && (f.To.IsZero() || a.At.Before(f.To))
}

// Store keeps the trail. There is no method that changes an act, and none but Aging's removes any.
type Store interface {
	// AppendAct keeps an act; the store gives it its ID. It is durable when this returns nil.
	AppendAct(ctx context.Context, act Act) error
	// Acts returns at most PageSize acts, the last appended first.
	Acts(ctx context.Context, filter Filter) ([]Act, error)
}

// Aging is a trail of which what was kept long enough can go.
type Aging interface {
	// CountActs counts the acts from before a time, by month: YYYY-MM, UTC.
	CountActs(ctx context.Context, before time.Time) (map[string]int, error)
	// RemoveActs removes, durably, at most that many of them, and returns how many it did.
	RemoveActs(ctx context.Context, before time.Time, most int) (int, error)
}
