package moving

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/google/uuid"

	"assent/schemas"
	"assent/server/internal/account"
	"assent/server/internal/consent"
	"assent/server/internal/shipping"
	"assent/server/internal/sighting"
)

const (
	lease    = 5 * time.Second // Of the outbox, while it is emptied.
	patience = time.Minute     // For what was recorded to reach the audit trail.

	perTelling = 100_000 // Decisions between two words of progress.
)

// Read calls do with everything that the place keeps. Decisions come first, then what they refer to, so that a place
// which is being used yields nothing that points into the void.
func (p Place) Read(ctx context.Context, do func(Item) error) error {
	if err := p.settle(ctx); err != nil {
		return err
	}
	var count int64
	err := p.Back.Decisions(ctx, func(r consent.Record) error {
		if count++; count%perTelling == 0 {
			p.tell("read", count)
		}
		return do(itemOf(r))
	})
	if err != nil {
		return fmt.Errorf("read decisions: %w", err)
	}
	return p.readRest(ctx, do)
}

// readRest is Read without the decisions.
func (p Place) readRest(ctx context.Context, do func(Item) error) error {
	sites, err := p.Front.Sites(ctx)
	if err != nil {
		return err
	}
	for _, s := range sites {
		if err := do(Item{Site: &s}); err != nil {
			return err
		}
	}
	err = p.Front.Notices(ctx, func(d Document) error {
		of := document(d)
		return do(Item{Notice: &of})
	})
	if err != nil {
		return err
	}
	err = p.Front.Scripts(ctx, func(d Document) error {
		of := document(d)
		return do(Item{Script: &of})
	})
	if err != nil {
		return err
	}
	if err := p.readDesks(ctx, sites, do); err != nil {
		return err
	}
	roster, err := p.Front.Roster(ctx)
	if err != nil {
		return err
	}
	if err := p.Front.Users(ctx, func(u account.User) error { return do(userItem(u, roster)) }); err != nil {
		return err
	}
	if err := p.readRegister(ctx, do); err != nil {
		return err
	}
	if err := p.readSightings(ctx, sites, do); err != nil {
		return err
	}
	keys, err := p.Front.SigningKeys(ctx)
	if err != nil {
		return err
	}
	for _, key := range keys {
		if err := do(Item{SigningKey: key}); err != nil {
			return err
		}
	}
	return p.readExposures(ctx, sites, do)
}

// readDesks reads what each site published when, and what is being written for the next time.
func (p Place) readDesks(ctx context.Context, sites []schemas.Site, do func(Item) error) error {
	for _, s := range sites {
		list, err := p.Front.Publications(ctx, s.ID)
		if err != nil {
			return err
		}
		for _, one := range list {
			if err := do(Item{Publication: &publication{Site: s.ID, Publication: utc(one)}}); err != nil {
				return err
			}
		}
		switch d, err := p.Front.Draft(ctx, s.ID); {
		case errors.Is(err, consent.ErrNotFound):
		case err != nil:
			return err
		default:
			if err := do(draftItem(s.ID, d)); err != nil {
				return err
			}
		}
	}
	return nil
}

// readSightings leaves out the days that the next sighting makes every store forget.
func (p Place) readSightings(ctx context.Context, sites []schemas.Site, do func(Item) error) error {
	first := sighting.FirstKept([]sighting.Count{{Key: sighting.Key{Day: sighting.Day(time.Now())}}})
	for _, s := range sites {
		counts, err := p.Front.Sightings(ctx, s.ID)
		if err != nil {
			return err
		}
		for _, c := range counts {
			if c.Day < first {
				continue
			}
			if err := do(sightingItem(c)); err != nil {
				return err
			}
		}
	}
	return nil
}

// sumOf is Sum without the keys that are not among known: the place's own, beside those that were brought there.
func (p Place) sumOf(ctx context.Context, known map[string]bool) (Sums, error) {
	sums := Sums{}
	err := p.Read(ctx, func(item Item) error {
		if key := item.key(); key != "" && !known[key] {
			return nil
		}
		return sums.take(item)
	})
	return sums, err
}

// Sum reads everything back and adds it up.
func (p Place) Sum(ctx context.Context) (Sums, error) {
	sums := Sums{}
	err := p.Read(ctx, sums.take)
	return sums, err
}

// take adds an item to the sums.
func (s Sums) take(item Item) error {
	kind, err := item.kind()
	if err != nil {
		return err
	}
	line, err := item.encode()
	if err != nil {
		return err
	}
	s.add(kind, line)
	return nil
}

var errFound = errors.New("found something")

// wantEmpty returns ErrNotEmpty when the place keeps anything but keys, of which a server makes one before it is used.
func (p Place) wantEmpty(ctx context.Context) error {
	err := p.Read(ctx, func(item Item) error {
		if item.key() != "" {
			return nil
		}
		return errFound
	})
	if errors.Is(err, errFound) {
		return ErrNotEmpty
	}
	return err
}

// settle brings everything that was recorded before the call into the audit trail, beside other servers that do so too.
func (p Place) settle(ctx context.Context) error {
	if !p.Shipped {
		return nil
	}
	begun := time.Now()
	shipper := shipping.New(p.Front, p.Back, shipping.Options{Holder: uuid.NewString(), Log: p.Log, Lease: lease, Limit: lease})
	for {
		if err := shipper.Drain(ctx); err != nil {
			return err
		}
		waiting, err := p.Front.Waiting(ctx)
		if err != nil {
			return err
		}
		rows := older(waiting, begun)
		if rows == 0 {
			return nil
		}
		if time.Since(begun) > patience {
			return fmt.Errorf("%d decisions have been on their way into the audit trail for %v: see what /readyz of the server says", rows, patience)
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(100 * time.Millisecond):
		}
	}
}

// older counts what waits in the shards that have waited since before an instant.
func older(waiting []shipping.Waiting, instant time.Time) int64 {
	var rows int64
	for _, shard := range waiting {
		if shard.Rows > 0 && shard.Since.Before(instant) {
			rows += shard.Rows
		}
	}
	return rows
}
