// Package integration tells systems that receive personal data from a site, such as a CRM, what visitors decided about them:
// by signed webhooks, to whom each visitor has granted, and a withdrawal always.
//
// What is to be told waits in the register, beside the decisions: one document per receiver and visitor, so that a visitor's
// events keep their order and a receiver that is down holds up nobody else. Everything is told at least once, under an id that
// stays the same.
package integration

import (
	"math/rand/v2"
	"slices"
	"time"

	"assent/server/internal/register"
)

// States of an integration.
const (
	On       = "on"
	Off      = "off"      // No grant is told. Withdrawals of what was told before are.
	Gone     = "gone"     // The receiver said that it is no more (410): nothing is sent, withdrawals are dead letters.
	removing = "removing" // What was kept for it is being removed.
)

// Integration is one receiver of a site.
type Integration struct {
	Name        string
	URL         string
	Service     string // Of the notice: whoever grants it is told of.
	Description string
	Fields      []string // Of Fields: what is shared beside whose decision it is.
	Requests    bool     // It hears of visitors' requests that were closed.
	State       string
	Since       time.Time // Grants that were recorded earlier are not told.
	Created     time.Time
	Secrets     []Secret // The newest first.
}

// Entry is an integration with its id and site.
type Entry = register.Entry[Integration]

// Fields are what may be shared beside site, service, visitor, receipt and time.
var Fields = []string{"expiresAt", "notice", "action", "purposes", "services", "language", "page", "country"}

// The kinds of documents. Those of one integration have kinds of their own, so that what waits for one receiver is found
// without passing over what waits for another.
const (
	kindIntegration register.Kind = "integration"
	kindLog         register.Kind = "integration-log"
	kindIntake      register.Kind = "integration-intake"
	kindLease       register.Kind = "integration-lease"
	kindWaiting                   = "integration-waiting-"
	kindDead                      = "integration-dead-"
	kindVisitor                   = "integration-visitor-"
)

// How long things are kept.
const (
	deadFor    = 90 * 24 * time.Hour // Dead letters.
	forgetting = 7 * 24 * time.Hour  // That a visitor's withdrawal was told, against older decisions that arrive late.
)

// visitor is what a receiver was told of one visitor.
type visitor struct {
	Granted  bool
	At       time.Time // When the last decision that counted was recorded,
	Decision string    // its id,
	Until    time.Time // and when it expires; when it is to be forgotten, if it granted nothing.
}

// waiting is what is still to be told of one visitor, in this order.
type waiting struct {
	Events   []Event
	Attempts int // At the first of them.
	Next     time.Time
	Last     Attempt // The last one.
}

// dead is what could not be told.
type dead struct {
	Events []Event
	At     time.Time
	Last   Attempt
}

// Attempt is how one delivery came out.
type Attempt struct {
	At      time.Time
	Event   string // Its webhook-id.
	Type    string
	Status  int           `json:",omitempty"` // 0 when there was no answer.
	Reason  string        `json:",omitempty"` // One of Reasons, when it failed.
	Took    time.Duration `json:",omitempty"`
	Subject string        `json:",omitempty"`
}

// OK reports whether the receiver took it.
func (a Attempt) OK() bool { return a.Reason == "" }

// log is the last attempts, the newest first.
type log struct{ Attempts []Attempt }

const logged = 25

func (l *log) add(attempts ...Attempt) {
	for _, one := range attempts {
		l.Attempts = slices.Insert(l.Attempts, 0, one)
	}
	l.Attempts = l.Attempts[:min(len(l.Attempts), logged)]
}

// books are the documents of the kinds.
type books struct{ store register.Store }

func (b books) integrations() register.Book[Integration] {
	return register.Book[Integration]{Store: b.store, Kind: kindIntegration}
}

func (b books) logs() register.Book[log] { return register.Book[log]{Store: b.store, Kind: kindLog} }

func (b books) waiting(id string) register.Book[waiting] {
	return register.Book[waiting]{Store: b.store, Kind: register.Kind(kindWaiting + id), Due: func(w waiting) time.Time { return w.Next }}
}

func (b books) dead(id string) register.Book[dead] {
	return register.Book[dead]{Store: b.store, Kind: register.Kind(kindDead + id), Due: func(d dead) time.Time { return d.At.Add(deadFor) }}
}

func (b books) visitors(id string) register.Book[visitor] {
	return register.Book[visitor]{Store: b.store, Kind: register.Kind(kindVisitor + id), Due: func(v visitor) time.Time { return v.Until }}
}

// newID makes an id of lower-case letters, since kinds are named after it.
func newID() string {
	letters := make([]byte, 16)
	for i := range letters {
		letters[i] = 'a' + byte(rand.IntN(26))
	}
	return string(letters)
}
