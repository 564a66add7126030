// Package witness has visitors who decide while faults happen and remember every answer, and holds what is stored in the
// end against what they remember. It is imported by tests only.
package witness

import (
	"context"
	"crypto/rand"
	"encoding/base64"
	mathrand "math/rand/v2"
	"sync"
	"time"

	"github.com/google/uuid"

	"assent/schemas"
	"assent/server/internal/consent"
)

// Door takes decisions to a server. Implementations are safe for concurrent use: some visitors click twice.
type Door interface {
	Decide(ctx context.Context, decision schemas.Decision) Answer
}

// Answer is what became of one request as far as the visitor can know. The zero value is: unknown.
type Answer struct {
	Recorded *schemas.Recorded // Of a 2xx.
	Refused  bool              // This request has recorded nothing.
}

// Told is one decision and everything that its visitor was told.
type Told struct {
	Decision schemas.Decision
	Requests int
	Answers  []schemas.Recorded // The 2xx, first one first.
	Unknown  bool               // A request may have recorded it without telling.
}

// Visitor is one browser with its decisions, each of which was begun when the one before was over.
type Visitor struct {
	Secret string
	Told   []Told
}

func newVisitor() *Visitor {
	secret := make([]byte, 16)
	rand.Read(secret) // Never fails (Go 1.24).
	return &Visitor{Secret: base64.RawURLEncoding.EncodeToString(secret)}
}

// Decision returns a new decision of the visitor under the notice, with the answers that the notice's purposes allow.
func (v *Visitor) Decision(notice, page string) schemas.Decision {
	decision := schemas.Decision{
		ID: uuid.Must(uuid.NewV7()).String(), Secret: v.Secret, Notice: notice, Source: "banner", Page: page,
		Locale:    []string{"de", "en", "fr"}[mathrand.N(3)],
		DecidedAt: time.Now().UTC().Truncate(time.Millisecond),
		Action:    []string{consent.AcceptAll, consent.RejectAll, consent.Save, consent.Withdraw}[mathrand.N(4)],
	}
	if decision.Action == consent.Save {
		decision.Purposes = map[string]bool{"analytics": mathrand.N(2) == 0}
	}
	return decision
}

// decide sends the decision, over and over until it is acknowledged if the visitor insists, else once. One in ten
// clicks twice.
func (v *Visitor) decide(ctx context.Context, door Door, decision schemas.Decision) {
	told := Told{Decision: decision}
	insists, clicks := mathrand.N(4) > 0, 1
	if mathrand.N(10) == 0 {
		clicks = 2
	}
	for {
		for _, answer := range atOnce(clicks, func() Answer { return door.Decide(ctx, decision) }) {
			told.hear(answer)
		}
		if len(told.Answers) > 0 || !insists || ctx.Err() != nil {
			break
		}
		sleep(ctx, time.Duration(5+mathrand.N(30))*time.Millisecond)
	}
	v.Told = append(v.Told, told)
}

func (t *Told) hear(answer Answer) {
	t.Requests++
	switch {
	case answer.Recorded != nil:
		t.Answers = append(t.Answers, *answer.Recorded)
	case !answer.Refused:
		t.Unknown = true
	}
}

func atOnce(n int, ask func() Answer) []Answer {
	answers := make([]Answer, n)
	var asking sync.WaitGroup
	for i := range answers {
		asking.Go(func() { answers[i] = ask() })
	}
	asking.Wait()
	return answers
}

func sleep(ctx context.Context, pause time.Duration) {
	select {
	case <-ctx.Done():
	case <-time.After(pause):
	}
}
