// Package requests keeps what visitors ask for as data subjects (GDPR, articles 12 to 21): until when, who did what about
// it, and what came of it.
package requests

import (
	"slices"
	"time"

	"assent/server/internal/register"
)

// Kind is that of the documents in the register.
const Kind register.Kind = "request"

// What is asked for.
const (
	Access        = "access"        // A copy of what is recorded.
	Information   = "information"   // How the data is processed.
	Rectification = "rectification" // Of a remark beside the decisions, such as the country.
	Restriction   = "restriction"
	Objection     = "objection"
	Withdrawal    = "withdrawal" // Of everything that was consented to.
	Erasure       = "erasure"
)

// Kinds are all that can be asked for.
var Kinds = []string{Access, Information, Rectification, Restriction, Objection, Withdrawal, Erasure}

// States of a request.
const (
	Open     = "open"
	Running  = "running" // Begun; whoever goes on ends it.
	Extended = "extended"
	Done     = "done"
	Refused  = "refused"
	Lifted   = "lifted" // A restriction or an objection that was done, and is over.
)

// How a request came.
const (
	SelfService = "self-service" // From the visitor's own browser, whose secret says whose the decisions are.
	Officer     = "officer"
	Direct      = "direct"   // Somebody of the site erased beside a decision, without a request of the visitor's.
	InError     = "in-error" // The same, because a child made it who may not.
	Parent      = "parent"   // By the link that a parent has.
)

// Ahead is how long before it is due a request is reminded of.
const Ahead = 7 * 24 * time.Hour

// Step is what somebody did about a request.
type Step struct {
	At     time.Time `json:"at"`
	Who    string    `json:"who"` // E-mail address; empty for the visitor.
	What   string    `json:"what"`
	Reason string    `json:"reason,omitempty"`
}

// Steps.
const (
	Came        = "came"
	Began       = "began"
	Acted       = "acted"
	PutOff      = "extended"
	TurnedDown  = "refused"
	Ended       = "lifted"
	ClosedAlong = "erased" // By an erasure of everything that the request was about.
)

// Effect is what was done at one place.
type Effect struct {
	Place string `json:"place"`
	What  string `json:"what"`
	Count int    `json:"count"`
}

// Places and what is done there.
const (
	PlaceTrail    = "decisions"
	PlaceLog      = "log"
	PlaceNotice   = "notice"
	PlaceByHand   = "by-hand"
	PlaceRequests = "requests"
	PlaceReports  = "reports"
	PlaceExports  = "exports"
	PlaceServices = "services" // Receivers of integrations.
	PlaceCopies   = "copies"   // Backups and files that were saved: nothing here reaches them.

	Copied     = "copied"
	Told       = "told"
	Withdrawn  = "withdrawn"
	Removed    = "removed"
	Tombstoned = "tombstoned"
	Unnamed    = "unnamed" // The record no longer says whose it is.
	ByHand     = "by-hand"
	LeftOut    = "left-out"
	Withheld   = "withheld" // Told nothing but withdrawals.
	LeftAlone  = "left"
)

// Request is one of a visitor's. Once everything of the visitor is erased, nothing in it says whose it was.
type Request struct {
	Kind     string    `json:"kind"`
	State    string    `json:"state"`
	How      string    `json:"how"`
	Identity string    `json:"identity"`          // How it was checked who asks; never the paper that was shown.
	Subject  string    `json:"subject,omitempty"` // Empty after an erasure.
	About    string    `json:"about,omitempty"`   // What the visitor wants, in words; empty after an erasure.
	Due      time.Time `json:"due"`
	History  []Step    `json:"history"`
	Effects  []Effect  `json:"effects"`
	Receipts []string  `json:"receipts"`           // SHA-256 of each receipt's id that an erasure is about, in hex.
	Decision string    `json:"decision,omitempty"` // Id of the decision that withdraws, chosen before it is recorded, so that it is recorded once.
	Document string    `json:"document,omitempty"` // Id of the closing document; empty while it is not closed.
}

// IsClosed reports whether nothing is left to do.
func (r Request) IsClosed() bool { return r.State == Done || r.State == Refused || r.State == Lifted }

// IsOverdue reports whether it should have been closed.
func (r Request) IsOverdue(now time.Time) bool { return !r.IsClosed() && now.After(r.Due) }

// IsSoon reports whether it is to be reminded of.
func (r Request) IsSoon(now time.Time) bool { return !r.IsClosed() && !now.Before(reminded(r)) }

// IsAutomatic reports whether the server does by itself what such a request asks for; a person does the others.
func IsAutomatic(kind string) bool {
	return kind == Access || kind == Information || kind == Withdrawal || kind == Erasure
}

// ClosedAt is when it was closed; zero while it is not.
func (r Request) ClosedAt() time.Time {
	if !r.IsClosed() {
		return time.Time{}
	}
	return r.ended()
}

// ended is when something was last done.
func (r Request) ended() time.Time { return r.History[len(r.History)-1].At }

// isExtended reports whether it was put off, which is done once.
func (r Request) isExtended() bool {
	return slices.ContainsFunc(r.History, func(s Step) bool { return s.What == PutOff })
}

// reminded is when it is to be taken up.
func reminded(r Request) time.Time {
	if r.IsClosed() {
		return time.Time{}
	}
	return r.Due.Add(-Ahead)
}
