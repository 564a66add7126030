// Package reviewing has each service of a site's notice looked at again now and then: is it still used, and does the notice
// still say what is so (GDPR, articles 5(2) and 24(1))?
package reviewing

import (
	"fmt"
	"time"

	"assent/schemas"
	"assent/server/internal/consent"
	"assent/server/internal/register"
)

// Kind is that of the documents in the register.
const Kind register.Kind = "review"

// States of a review.
const (
	Open     = "open"
	Answered = "answered"
	Removed  = "removed" // The notice no longer has the service.
	Off      = "off"     // The site has no reviews any more.
)

// Answers to a question.
const (
	Yes    = "yes"
	No     = "no"
	Unsure = "unsure"
)

const (
	// Days is how often, unless the site says otherwise: as long as a choice stands by default, so that nobody is asked anew
	// with a notice that nobody has looked at.
	Days = consent.DefaultLifetimeDays
	// LeastDays and MostDays bound what a site may say; 0 is for no reviews.
	LeastDays, MostDays = 30, 730
	// followUpDays is when the next one is due where not everything was answered with yes.
	followUpDays = 30
	// Ahead is how long before it is due a review is reminded of.
	Ahead = 7 * 24 * time.Hour
)

// Review is one of a service.
type Review struct {
	Service  string                `json:"service"`
	Name     string                `json:"name"`
	Number   int                   `json:"number"` // Among those of the service, from 1.
	State    string                `json:"state"`
	Since    time.Time             `json:"since"` // When the service was reviewed last, or came.
	Due      time.Time             `json:"due"`
	FollowUp bool                  `json:"followUp,omitempty"` // The one before left something to do.
	Closed   time.Time             `json:"closed,omitzero"`
	By       string                `json:"by,omitempty"`
	Notice   string                `json:"notice,omitempty"` // Id of the version that was looked at.
	Answers  schemas.ReviewAnswers `json:"answers,omitzero"`
	Facts    schemas.ServiceFacts  `json:"facts,omitzero"` // As they were when it was answered.
}

// Reviewed is a review and what it is kept under.
type Reviewed = register.Entry[Review]

// IsOpen reports whether nobody has answered yet.
func (r Review) IsOpen() bool { return r.State == Open }

// IsOverdue reports whether it should have been answered.
func (r Review) IsOverdue(now time.Time) bool { return r.IsOpen() && now.After(r.Due) }

// IsSoon reports whether it is to be reminded of.
func (r Review) IsSoon(now time.Time) bool { return r.IsOpen() && !now.Before(reminded(r)) }

// BookIn is the reviews that a store keeps.
func BookIn(store register.Store) register.Book[Review] {
	return register.Book[Review]{Store: store, Kind: Kind, Due: reminded}
}

// reminded is when it is to be taken up.
func reminded(r Review) time.Time {
	if !r.IsOpen() {
		return time.Time{}
	}
	return r.Due.Add(-Ahead)
}

// idOf follows from the review, so that two servers at once come to the same one.
func idOf(r Review) string { return fmt.Sprintf("%s.%d", r.Service, r.Number) }

// after is the review that follows another one: at once where that was answered, else from when the service is back.
func after(last Review, s schemas.Service, days int, now time.Time) Review {
	next := Review{Service: s.ID, Name: nameOf(s), Number: last.Number + 1, State: Open, Since: now}
	if last.State == Answered {
		next.Since, next.FollowUp = last.Closed, !isFine(last.Answers)
	}
	next.Due = due(next, days)
	return next
}

func due(r Review, days int) time.Time {
	if r.FollowUp {
		days = followUpDays
	}
	return r.Since.AddDate(0, 0, days)
}

func isFine(a schemas.ReviewAnswers) bool {
	return a.InUse == Yes && a.Storage == Yes && a.Purpose == Yes && a.Provider == Yes
}
