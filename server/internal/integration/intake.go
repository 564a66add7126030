package integration

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"assent/server/internal/consent"
	"assent/server/internal/register"
	"assent/server/internal/shipping"
)

// perIntake is how many decisions are looked at together.
const perIntake = 200

// intake is decisions that were recorded and may have to be told.
type intake struct {
	At      time.Time
	Records []consent.Record
}

func (b books) intakes() register.Book[intake] {
	return register.Book[intake]{Store: b.store, Kind: kindIntake, Due: func(i intake) time.Time { return i.At }}
}

// Tap is a ledger on the way to which decisions are noted, before they leave the outbox: none gets past it. What is shipped
// again is noted again, which tells nothing twice.
type Tap struct {
	Ledger shipping.Ledger
	Keeper *Keeper
}

// Append implements shipping.Ledger.
func (t Tap) Append(ctx context.Context, batch shipping.Batch) error {
	if err := t.Keeper.note(ctx, batch); err != nil {
		return err
	}
	return t.Ledger.Append(ctx, batch)
}

// note keeps those of a batch's decisions that are of sites with integrations.
func (k *Keeper) note(ctx context.Context, batch shipping.Batch) error {
	if len(batch.Records) == 0 {
		return nil
	}
	connected, err := k.connected(ctx)
	if err != nil {
		return err
	}
	for site := range connected {
		ofSite := slices.DeleteFunc(slices.Clone(batch.Records), func(r consent.Record) bool { return r.Site != site })
		part := 0
		for records := range slices.Chunk(ofSite, perIntake) {
			id := fmt.Sprintf("%s-%04d", batch.Token, part)
			err := k.books().intakes().Add(ctx, site, id, intake{At: k.Now(), Records: records})
			if err != nil && !errors.Is(err, consent.ErrConflict) { // Conflict: it waits already.
				return err
			}
			part++
		}
	}
	return nil
}

// connected returns the integrations by site. Those that are being removed are told nothing more.
func (k *Keeper) connected(ctx context.Context) (map[string][]Entry, error) {
	all, err := k.books().integrations().List(ctx, "")
	if err != nil {
		return nil, err
	}
	bySite := map[string][]Entry{}
	for _, one := range all {
		if one.Value.State != removing {
			bySite[one.Site] = append(bySite[one.Site], one)
		}
	}
	return bySite, nil
}

// takeNoted takes what a Tap has noted, the oldest first.
func (k *Keeper) takeNoted(ctx context.Context) error {
	for {
		noted, err := k.books().intakes().DueBy(ctx, k.Now(), 1)
		if err != nil || len(noted) == 0 {
			return err
		}
		if err := k.take(ctx, noted[0].Value.Records); err != nil {
			return err
		}
		if err := k.books().intakes().Remove(ctx, noted[0]); err != nil {
			return err
		}
	}
}

// follow takes what was recorded since the last time.
func (k *Keeper) follow(ctx context.Context) error {
	if k.position == 0 {
		if err := k.findPosition(ctx); err != nil {
			return err
		}
	}
	for {
		records, position, err := k.Log.DecisionsAfter(ctx, k.position, perIntake)
		if err != nil || len(records) == 0 {
			return err
		}
		if err := k.take(ctx, records); err != nil {
			return err
		}
		if err := k.setPosition(ctx, position); err != nil {
			return err
		}
	}
}

// take works out what a few decisions mean to each integration, and keeps that before it returns. Decisions that were taken
// before mean nothing new.
func (k *Keeper) take(ctx context.Context, records []consent.Record) error {
	connected, err := k.connected(ctx)
	if err != nil {
		return err
	}
	most := 1
	for _, ofSite := range connected {
		most = max(most, len(ofSite))
	}
	// Not many changes at once: recording waits for them.
	for some := range slices.Chunk(records, max(perIntake/most, 1)) {
		err := k.changing(ctx, func(c *changes) error {
			for _, r := range some {
				if err := k.decidedFor(ctx, c, connected[r.Site], r); err != nil {
					return err
				}
			}
			return nil
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// decidedFor tells each of a site's integrations of one decision. One that is made up is told nobody.
func (k *Keeper) decidedFor(ctx context.Context, c *changes, all []Entry, r consent.Record) error {
	if slices.Contains(r.Flags, consent.FlagDemo) {
		return nil
	}
	for _, to := range all {
		if err := k.decided(ctx, c, to, r); err != nil {
			return err
		}
	}
	return nil
}

// decided tells one integration of one decision, if it is news there.
func (k *Keeper) decided(ctx context.Context, c *changes, to Entry, r consent.Record) error {
	known, err := c.visitor(ctx, to, r.Subject)
	if err != nil {
		return err
	}
	last := known.Value
	isNews := known.Revision == 0 || last.At.Before(r.RecordedAt) || last.At.Equal(r.RecordedAt) && last.Decision < r.ID.String()
	if !isNews {
		return nil
	}
	granted, err := k.grants(ctx, r, to.Value.Service)
	if err != nil {
		return err
	}
	mayGrant := to.Value.State == On && !r.RecordedAt.Before(to.Value.Since)
	next := visitor{Granted: granted, At: r.RecordedAt.UTC(), Decision: r.ID.String(), Until: r.ExpiresAt()}
	kind := Granted
	switch {
	case !granted && !last.Granted, granted && !last.Granted && !mayGrant:
		return nil // Nothing is shared.
	case !granted:
		kind, next.Until = Withdrawn, k.Now().UTC().Add(forgetting)
	case last.Granted && !mayGrant:
		known.Value = next // Nothing more is told, but it lasts longer.
		return nil
	case last.Granted:
		kind = Changed
	}
	event, err := eventOf(to, kind, r, k.Now())
	if err != nil {
		return err
	}
	known.Value = next
	return c.tell(ctx, to, r.Subject, event)
}

// expire withdraws, for each integration, from visitors whose grant is over.
func (k *Keeper) expire(ctx context.Context, to Entry) error {
	for {
		due, err := k.books().visitors(to.ID).DueBy(ctx, k.Now(), perIntake)
		if err != nil || len(due) == 0 {
			return err
		}
		err = k.changing(ctx, func(c *changes) error {
			for _, one := range due {
				if err := k.end(ctx, c, to, one.ID, byExpiry); err != nil {
					return err
				}
			}
			return nil
		})
		if err != nil {
			return err
		}
	}
}

// end withdraws from a visitor who granted, and forgets one who did not.
func (k *Keeper) end(ctx context.Context, c *changes, to Entry, subject, cause string) error {
	known, err := c.visitor(ctx, to, subject)
	if err != nil || known.Revision == 0 {
		return err
	}
	if !known.Value.Granted {
		c.forget(to, subject)
		return nil
	}
	at := k.Now().UTC()
	if cause == byExpiry {
		if known.Value.Until.After(at) {
			return nil // Renewed meanwhile.
		}
		current, err := k.Journal.Current(ctx, to.Site, subject)
		if err != nil && !errors.Is(err, consent.ErrNotFound) {
			return err
		}
		if err == nil && current.RecordedAt.After(known.Value.At) {
			known.Value.Until = at.Add(time.Minute) // A newer decision is about to be taken.
			return nil
		}
		at = known.Value.Until
	}
	event, err := endOf(to, subject, known.Value, cause, at, k.Now())
	if err != nil {
		return err
	}
	known.Value.Granted, known.Value.Until = false, k.Now().UTC().Add(forgetting)
	if cause == byErasure {
		c.forget(to, subject)
	}
	return c.tell(ctx, to, subject, event)
}

// Forget withdraws from all integrations what a visitor granted whose decisions are about to be erased.
func (k *Keeper) Forget(ctx context.Context, site, subject string) error {
	connected, err := k.connected(ctx)
	if err != nil {
		return err
	}
	return k.changing(ctx, func(c *changes) error {
		for _, to := range connected[site] {
			if err := k.end(ctx, c, to, subject, byErasure); err != nil {
				return err
			}
		}
		return nil
	})
}
