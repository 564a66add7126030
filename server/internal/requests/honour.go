package requests

import (
	"context"
	"errors"
	"slices"

	"assent/server/internal/consent"
	"assent/server/internal/register"
)

// IsHonoured reports whether the processing of its visitor's decisions is limited by it: from when it came, whatever is decided
// about it later, until it is refused or lifted.
func (r Request) IsHonoured() bool {
	return (r.Kind == Restriction || r.Kind == Objection) && r.Subject != "" && r.State != Refused && r.State != Lifted
}

// Honoured tells whose decisions requests limit.
type Honoured struct{ book register.Book[Request] }

// HonouredIn is of the requests that a store keeps.
func HonouredIn(store register.Store) Honoured { return Honoured{BookIn(store)} }

// LeftOut returns the subjects whose decisions no report about a site counts: they restricted the processing or objected to it.
func (h Honoured) LeftOut(ctx context.Context, site string) ([]string, error) {
	return h.subjects(ctx, site, Restriction, Objection)
}

// Restricted returns the subjects whose decisions are kept and no more (article 18(2)), of a site.
func (h Honoured) Restricted(ctx context.Context, site string) ([]string, error) {
	return h.subjects(ctx, site, Restriction)
}

func (h Honoured) subjects(ctx context.Context, site string, kinds ...string) ([]string, error) {
	all, err := h.book.List(ctx, site)
	if err != nil {
		return nil, err
	}
	var subjects []string
	for _, one := range all {
		if one.Value.IsHonoured() && slices.Contains(kinds, one.Value.Kind) {
			subjects = append(subjects, one.Value.Subject)
		}
	}
	slices.Sort(subjects)
	return slices.Compact(subjects), nil
}

// IsRestricted reports whether a subject is among those restricted, without a look at anybody else's requests.
func (h Honoured) IsRestricted(ctx context.Context, site, subject string) (bool, error) {
	for round := 0; ; round++ {
		found, err := h.book.Get(ctx, site, referenceOf(Asked{Site: site, Kind: Restriction, Subject: subject}, round))
		if errors.Is(err, consent.ErrNotFound) {
			return false, nil
		}
		if err != nil || found.IsHonoured() {
			return err == nil, err
		}
	}
}

// Lift ends a restriction or an objection that was granted. The reason says how the visitor was told before (article 18(3)).
func (d *Desk) Lift(ctx context.Context, site, id, who, reason string) (Request, error) {
	return d.change(ctx, site, id, func(r *Request) error {
		if r.State != Done || !r.IsHonoured() {
			return ErrNotHonoured
		}
		r.State = Lifted
		r.History = append(r.History, d.step(Step{Who: who, What: Ended, Reason: reason}))
		return nil
	})
}
