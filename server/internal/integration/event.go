package integration

import (
	"context"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/google/uuid"

	"assent/schemas"
	"assent/server/internal/consent"
)

// Types of events.
const (
	Granted   = "consent.granted"
	Changed   = "consent.changed" // Another decision of a visitor who still grants the service.
	Withdrawn = "consent.withdrawn"
	Test      = "webhook.test"

	RequestClosed = "request.closed" // A visitor's, as a data subject.
)

// Causes of a withdrawal.
const (
	byDecision = "decision" // The visitor's, or a privacy signal's.
	byExpiry   = "expired"
	byErasure  = "erased"
)

// Event is something to tell. What it says is fixed when it happens, so that all attempts say the same.
type Event struct {
	ID       string
	Type     string
	Decision string
	Recorded time.Time // When the decision was.
	Queued   time.Time // Since when it has been tried.
	Body     json.RawMessage
}

// isGrant reports whether the event tells that data may be used.
func (e Event) isGrant() bool { return e.Type != Withdrawn && e.Type != RequestClosed }

// payload is the body, in the shape that Standard Webhooks recommends.
type payload[T any] struct {
	Type      string    `json:"type"`
	Timestamp time.Time `json:"timestamp"`
	Data      T         `json:"data"`
}

type data struct {
	Site       string          `json:"site"`
	Service    string          `json:"service"`
	Subject    string          `json:"subject"`
	Receipt    string          `json:"receipt"`
	Granted    bool            `json:"granted"`
	Cause      string          `json:"cause,omitempty"`
	RecordedAt time.Time       `json:"recordedAt"`
	ExpiresAt  *time.Time      `json:"expiresAt,omitempty"`
	Notice     string          `json:"notice,omitempty"`
	Action     string          `json:"action,omitempty"`
	Purposes   map[string]bool `json:"purposes,omitempty"`
	Services   map[string]bool `json:"services,omitempty"`
	Language   string          `json:"language,omitempty"`
	Page       string          `json:"page,omitempty"`
	Country    string          `json:"country,omitempty"`
}

// eventOf is what a decision means to a receiver. A withdrawal shares nothing more than whose it is.
func eventOf(to Entry, kind string, r consent.Record, now time.Time) (Event, error) {
	told := data{Granted: kind != Withdrawn, RecordedAt: r.RecordedAt.UTC(), Receipt: r.ID.String()}
	if told.Granted {
		share(&told, r, to.Value.Fields)
	} else {
		told.Cause = byDecision
	}
	return build(to, kind, r.Subject, told, r.RecordedAt, now)
}

// endOf tells a withdrawal that is no decision: of what the receiver was told last.
func endOf(to Entry, subject string, last visitor, cause string, at, now time.Time) (Event, error) {
	return build(to, Withdrawn, subject, data{Cause: cause, RecordedAt: last.At.UTC(), Receipt: last.Decision}, at, now)
}

func build(to Entry, kind, subject string, told data, at, now time.Time) (Event, error) {
	told.Site, told.Service, told.Subject = to.Site, to.Value.Service, subject
	body, err := json.Marshal(payload[data]{Type: kind, Timestamp: at.UTC(), Data: told})
	if err != nil {
		return Event{}, fmt.Errorf("encode event: %w", err)
	}
	return Event{ID: eventID(to.ID, kind, subject, told.Receipt, told.Cause), Type: kind, Decision: told.Receipt,
		Recorded: told.RecordedAt, Queued: now.UTC(), Body: body}, nil
}

// eventID is made of what happened, so that it is the same however often it is seen.
func eventID(parts ...string) string {
	hash := sha256.New()
	for _, part := range parts {
		fmt.Fprintf(hash, "%d:%s", len(part), part) // A hash never fails to write.
	}
	return "msg_" + base64.RawURLEncoding.EncodeToString(hash.Sum(nil)[:18])
}

func share(told *data, r consent.Record, fields []string) {
	for _, field := range fields {
		switch field {
		case "expiresAt":
			at := r.ExpiresAt()
			told.ExpiresAt = &at
		case "notice":
			told.Notice = r.Notice
		case "action":
			told.Action = r.Action
		case "purposes":
			told.Purposes = r.Purposes
		case "services":
			told.Services = r.Services
		case "language":
			told.Language = r.Locale
		case "page":
			told.Page = r.Page
		case "country":
			told.Country = r.Country
		}
	}
}

// Sample returns what a grant of a made-up visitor would tell.
func Sample(to Entry, notice string, purpose string, now time.Time) (json.RawMessage, error) {
	event, err := eventOf(to, Granted, consent.Record{
		ID: uuid.UUID{0x01, 0x98, 0xc6, 0xb2, 0x5a, 0x3e, 0x7c, 0x1d, 0x9f, 15: 0x60}, Site: to.Site, Subject: "k3m9ZQpT0aVxWc7LrYb2Ng",
		Notice: notice, Action: consent.Save, Purposes: map[string]bool{purpose: true}, Services: map[string]bool{to.Value.Service: true},
		Locale: "en", Page: "https://shop.example/", Country: "DE", RecordedAt: now.UTC().Truncate(time.Second), LifetimeDays: 180,
	}, now)
	return event.Body, err
}

// grants reports whether a decision grants a service, as the notice that the visitor saw names it: of a service that it does
// not name, nobody was asked. One that is essential cannot be refused, so it is not granted either.
func (k *Keeper) grants(ctx context.Context, r consent.Record, service string) (bool, error) {
	if !r.Grants() || slices.Contains(r.Flags, consent.FlagBot) {
		return false, nil
	}
	notice, err := k.Notices(ctx, r.Site, r.Notice)
	if errors.Is(err, consent.ErrNotFound) {
		return false, nil
	}
	if err != nil {
		return false, err
	}
	named := find(*notice, service)
	if named == nil || named.Purpose == consent.Essential {
		return false, nil
	}
	if answer, isAnswered := r.Services[service]; isAnswered {
		return answer, nil
	}
	return r.Purposes[named.Purpose], nil
}

func find(notice schemas.Notice, service string) *schemas.Service {
	i := slices.IndexFunc(notice.Services, func(s schemas.Service) bool { return s.ID == service })
	if i < 0 {
		return nil
	}
	return &notice.Services[i]
}
