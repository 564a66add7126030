package retention

import (
	"context"
	"crypto/rand"
	"errors"
	"strings"
	"time"

	"assent/server/internal/consent"
	"assent/server/internal/register"
)

// Hold is an order to keep what would be removed otherwise: everything of a site, one subject's decisions, or what was
// recorded in a period.
type Hold struct {
	Subject  string    `json:",omitempty"` // The hash that decisions have, never told in lists.
	From, To time.Time // The period, To excluded; both zero where it is not one.
	Reason   string
	Author   string
	Created  time.Time
	End      time.Time // When it ends by itself; zero for never.
	Released time.Time // When somebody ended it; zero for not yet.
	Because  string    `json:",omitempty"` // Why it was ended, and by whom.
	EndedBy  string    `json:",omitempty"`
}

// InForce reports whether a hold stops removals at that time.
func (h Hold) InForce(now time.Time) bool {
	return h.Released.IsZero() && (h.End.IsZero() || now.Before(h.End))
}

// ended is when it ceased to be in force, or will; zero for never.
func (h Hold) ended() time.Time {
	if !h.Released.IsZero() {
		return h.Released
	}
	return h.End
}

// IsPeriod reports whether the hold is of a period.
func (h Hold) IsPeriod() bool { return !h.From.IsZero() || !h.To.IsZero() }

// check says what keeps a hold from being one.
func (h Hold) check(now time.Time) error {
	switch {
	case strings.TrimSpace(h.Reason) == "":
		return errors.New("a hold needs a reason: say why the data must be kept")
	case strings.TrimSpace(h.Author) == "":
		return errors.New("a hold needs an author: say who ordered it")
	case h.Subject != "" && h.IsPeriod():
		return errors.New("a hold is of a subject or of a period: set two holds for both")
	case h.IsPeriod() && !h.From.Before(h.To):
		return errors.New("a hold's period needs a start and a later end")
	case !h.End.IsZero() && !now.Before(h.End):
		return errors.New("the hold would be over already: give an end that is to come, or none")
	}
	return nil
}

// ErrReleased says that a hold is not in force any more.
var ErrReleased = errors.New("the hold has ended already")

// Times tells when a subject's decisions were recorded.
type Times interface {
	RecordedAt(ctx context.Context, site, subject string) ([]time.Time, error)
}

// Holds are the legal holds.
type Holds struct {
	Store register.Store
	Times Times
	Trail Trail
	Now   func() time.Time
}

func (h Holds) book() register.Book[Hold] { return register.Book[Hold]{Store: h.Store, Kind: "hold"} }

// Set puts a hold into force and returns its id.
func (h Holds) Set(ctx context.Context, site string, hold Hold) (string, error) {
	hold.Created = h.Now().UTC()
	if err := hold.check(hold.Created); err != nil {
		return "", err
	}
	id := strings.ToLower(rand.Text())
	if err := h.book().Add(ctx, site, id, hold); err != nil {
		return "", err
	}
	return id, tell(ctx, h.Trail, hold.Created, site, hold.Author, actHold, id)
}

// Release ends a hold.
func (h Holds) Release(ctx context.Context, site, id, who, because string) error {
	if strings.TrimSpace(because) == "" || strings.TrimSpace(who) == "" {
		return errors.New("say who ends the hold, and why")
	}
	now := h.Now().UTC()
	_, err := h.book().Change(ctx, site, id, func(hold *Hold) error {
		if !hold.InForce(now) {
			return ErrReleased
		}
		hold.Released, hold.EndedBy, hold.Because = now, who, because
		return nil
	})
	if err != nil {
		return err
	}
	return tell(ctx, h.Trail, now, site, who, actRelease, id)
}

// List returns all holds of a site, or of all, those that ended too.
func (h Holds) List(ctx context.Context, site string) ([]register.Entry[Hold], error) {
	return h.book().List(ctx, site)
}

// inForce returns those that stop removals.
func (h Holds) inForce(ctx context.Context, site string) ([]register.Entry[Hold], error) {
	all, err := h.List(ctx, site)
	if err != nil {
		return nil, err
	}
	var some []register.Entry[Hold]
	for _, entry := range all {
		if entry.Value.InForce(h.Now()) {
			some = append(some, entry)
		}
	}
	return some, nil
}

// Held implements rights.Holds: a subject's decisions are held with the site, by themselves, or if one is of a held period.
func (h Holds) Held(ctx context.Context, site, subject string) (bool, error) {
	holds, err := h.inForce(ctx, site)
	if err != nil || len(holds) == 0 {
		return false, err
	}
	times, err := h.Times.RecordedAt(ctx, site, subject)
	if err != nil {
		return false, err
	}
	for _, entry := range holds {
		hold := entry.Value
		if !hold.IsPeriod() && (hold.Subject == "" || hold.Subject == subject) {
			return true, nil
		}
		for _, at := range times {
			if hold.IsPeriod() && !at.Before(hold.From) && at.Before(hold.To) {
				return true, nil
			}
		}
	}
	return false, nil
}

// reach is what holds stop at a site.
func reach(holds []register.Entry[Hold]) (all bool, subjects []string, periods []Period, ids []string) {
	for _, entry := range holds {
		hold := entry.Value
		ids = append(ids, entry.ID)
		switch {
		case hold.IsPeriod():
			periods = append(periods, Period{From: consent.Micros(hold.From), To: consent.Micros(hold.To)})
		case hold.Subject != "":
			subjects = append(subjects, hold.Subject)
		default:
			all = true
		}
	}
	return all, subjects, periods, ids
}
