package moving

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"reflect"
	"slices"
	"time"

	"assent/schemas"
	"assent/server/internal/account"
	"assent/server/internal/consent"
	"assent/server/internal/evidence"
	"assent/server/internal/exposure"
	"assent/server/internal/sighting"
)

const (
	perCommit = 2_000  // Decisions that are replayed at once.
	perShip   = 10_000 // Decisions after which the outbox is emptied, so that it stays small.
)

// writer puts items into a place. What is there already stays: decisions by their id, documents by their hash, sites and
// users unless replace is set.
type writer struct {
	to      Place
	replace bool
	saved   func(ctx context.Context, decisions int) error // Told how many more decisions are safe.

	waiting   []consent.Record
	unshipped int
	counts    []sighting.Count
	exposures []exposure.Count // Of one day of one site.
	keys      map[string]bool  // Those that were brought, encoded.
	kept      []string         // Sites and users that were there with other content.
	conflicts int              // Decisions whose id was there with other content.
}

// put takes an item; flush makes the last of them durable.
func (w *writer) put(ctx context.Context, item Item) error {
	switch {
	case item.Decision != nil:
		w.waiting = append(w.waiting, consent.Record(*item.Decision))
		if len(w.waiting) < perCommit {
			return nil
		}
		return w.commit(ctx)
	case item.Site != nil:
		return w.putSite(ctx, *item.Site)
	case item.Notice != nil:
		return w.to.Front.PutNotice(ctx, item.Notice.Site, item.Notice.Name, item.Notice.Body)
	case item.Script != nil:
		return w.to.Front.PutScript(ctx, item.Script.Site, item.Script.Name, item.Script.Body)
	case item.Publication != nil:
		return w.putPublication(ctx, *item.Publication)
	case item.Draft != nil:
		return w.putDraft(ctx, *item.Draft)
	case item.Registered != nil:
		return w.putRegistered(ctx, *item.Registered)
	case item.User != nil:
		return w.putUser(ctx, item.User)
	case item.SigningKey != nil:
		return w.putKey(ctx, item.SigningKey)
	case item.Exposure != nil:
		return w.putExposure(ctx, item.Exposure.count())
	default:
		w.counts = append(w.counts, item.Sighting.count())
		return nil
	}
}

func (w *writer) flush(ctx context.Context) error {
	if err := w.commit(ctx); err != nil {
		return err
	}
	if err := w.addSightings(ctx); err != nil {
		return err
	}
	if err := w.addExposures(ctx); err != nil {
		return err
	}
	return w.to.settle(ctx)
}

// commit replays what waits.
func (w *writer) commit(ctx context.Context) error {
	if len(w.waiting) == 0 {
		return nil
	}
	for i, outcome := range w.to.Front.Commit(ctx, w.waiting) {
		switch {
		case errors.Is(outcome.Err, consent.ErrConflict):
			w.conflicts++
		case outcome.Err != nil:
			return fmt.Errorf("replay decision %s: %w", w.waiting[i].ID, outcome.Err)
		}
	}
	done := len(w.waiting)
	w.waiting = w.waiting[:0]
	if w.unshipped += done; w.unshipped >= perShip {
		if err := w.to.settle(ctx); err != nil {
			return err
		}
		w.unshipped = 0
	}
	return w.saved(ctx, done)
}

func (w *writer) putSite(ctx context.Context, s schemas.Site) error {
	there, err := w.to.Front.Site(ctx, s.ID)
	switch {
	case err != nil && !errors.Is(err, consent.ErrNotFound):
		return err
	case err == nil && reflect.DeepEqual(there, s):
		return nil // The revision stays.
	case err == nil && !w.replace:
		w.kept = append(w.kept, "site "+s.ID)
		return nil
	}
	return w.to.Front.PutSite(ctx, s)
}

// putPublication adds to what a site published, once.
func (w *writer) putPublication(ctx context.Context, p publication) error {
	there, err := w.to.Front.Publications(ctx, p.Site)
	isThere := func(one schemas.Publication) bool { return reflect.DeepEqual(publication{p.Site, utc(one)}, p) }
	if err != nil || slices.ContainsFunc(there, isThere) {
		return err
	}
	s, err := w.to.Front.Site(ctx, p.Site)
	if err != nil {
		return err
	}
	return w.to.Front.Publish(ctx, s, s, p.Publication)
}

func (w *writer) putDraft(ctx context.Context, d draft) error {
	there, err := w.to.Front.Draft(ctx, d.Site)
	switch {
	case err != nil && !errors.Is(err, consent.ErrNotFound):
		return err
	case err == nil && reflect.DeepEqual(draftItem(d.Site, there).Draft, &d):
		return nil
	case err == nil && !w.replace:
		w.kept = append(w.kept, "draft of site "+d.Site)
		return nil
	}
	next := d.Draft
	next.Revision = there.Revision + 1
	return w.to.Front.PutDraft(ctx, d.Site, next)
}

func (w *writer) putUser(ctx context.Context, u *user) error {
	roster, err := w.to.Front.Roster(ctx)
	if err != nil {
		return err
	}
	there, err := w.to.Front.User(ctx, u.Email)
	switch {
	case err != nil && !errors.Is(err, consent.ErrNotFound):
		return err
	case err == nil && reflect.DeepEqual(userItem(there, roster).User, u):
		return nil
	case err == nil && !w.replace:
		w.kept = append(w.kept, "user "+u.Email)
		return nil
	}
	// The factors first: whoever needs a code must not be let in without one meanwhile.
	err = w.to.Front.ChangeRoster(ctx, func(r *account.Roster) error {
		delete(r.Factors, u.Email)
		if u.Factors != nil {
			r.Factors[u.Email] = *u.Factors
		}
		return nil
	})
	if err != nil {
		return err
	}
	return w.to.Front.PutUser(ctx, u.account())
}

// putKey adds a key to those that the place has. The newest signs, wherever it was made.
func (w *writer) putKey(ctx context.Context, text []byte) error {
	key, err := evidence.DecodeKey(text)
	if err != nil {
		return err
	}
	w.brought(string(text))
	return evidence.NewStored(w.to.Front, rand.Reader, time.Now).Add(ctx, key)
}

// addSightings raises each counter to what it was, so that a second time adds nothing.
func (w *writer) addSightings(ctx context.Context) error {
	missing := []sighting.Count{}
	there := map[string]map[sighting.Key]int{}
	for _, c := range w.counts {
		if there[c.Site] == nil {
			known, err := w.to.Front.Sightings(ctx, c.Site)
			if err != nil {
				return err
			}
			there[c.Site] = pages(known)
		}
		if c.Pages -= there[c.Site][c.Key]; c.Pages > 0 {
			missing = append(missing, c)
		}
	}
	w.counts = nil
	if len(missing) == 0 {
		return nil
	}
	return w.to.Front.AddSightings(ctx, missing)
}

func pages(counts []sighting.Count) map[sighting.Key]int {
	pages := make(map[sighting.Key]int, len(counts))
	for _, c := range counts {
		pages[c.Key] = c.Pages
	}
	return pages
}

// brought remembers a key as one of those that came from the other side.
func (w *writer) brought(key string) {
	if w.keys == nil {
		w.keys = map[string]bool{}
	}
	w.keys[key] = true
}
