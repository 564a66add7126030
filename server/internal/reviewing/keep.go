package reviewing

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"maps"
	"slices"
	"time"

	"assent/schemas"
	"assent/server/internal/consent"
	"assent/server/internal/following"
	"assent/server/internal/register"
)

// What one of all servers does: in an hour, and in a day.
const (
	roundsKind    register.Kind = "review-round"
	remindersKind register.Kind = "review-reminder"
)

// remindedAtOnce bounds what one day's reminders write into the log.
const remindedAtOnce = 100

var errAsItIs = errors.New("the review is as it should be")

func nameOf(s schemas.Service) string { return cmp.Or(s.Name, s.ID) }

// Sync brings a site's reviews up to its notice and its period: each service has an open one, and no other has. Servers may
// do it at once.
func (d Desk) Sync(ctx context.Context, site string) error {
	days, err := d.Period(ctx, site)
	if err != nil {
		return err
	}
	_, notice, err := d.Notices.Current(ctx, site)
	if err != nil {
		return err
	}
	last, err := d.last(ctx, site)
	if err != nil {
		return err
	}
	for _, service := range notice.Services {
		r := last[service.ID]
		delete(last, service.ID)
		if err := d.keepUp(ctx, site, service, r, days); err != nil {
			return err
		}
	}
	for _, service := range slices.Sorted(maps.Keys(last)) {
		if err := d.end(ctx, site, last[service], Removed); err != nil {
			return err
		}
	}
	return nil
}

// last is the last review of each service.
func (d Desk) last(ctx context.Context, site string) (map[string]Review, error) {
	all, err := d.book().List(ctx, site)
	if err != nil {
		return nil, err
	}
	last := map[string]Review{}
	for _, one := range all {
		if r := one.Value; r.Number > last[r.Service].Number {
			last[r.Service] = r
		}
	}
	return last, nil
}

func (d Desk) keepUp(ctx context.Context, site string, s schemas.Service, last Review, days int) error {
	switch {
	case days == 0:
		return d.end(ctx, site, last, Off)
	case !last.IsOpen():
		next := after(last, s, days, d.now())
		err := d.book().Add(ctx, site, idOf(next), next)
		if errors.Is(err, consent.ErrConflict) { // Another server was faster.
			return nil
		}
		return err
	}
	_, err := d.book().Change(ctx, site, idOf(last), func(r *Review) error {
		if !r.IsOpen() || r.Name == nameOf(s) && r.Due.Equal(due(*r, days)) {
			return errAsItIs
		}
		r.Name, r.Due = nameOf(s), due(*r, days)
		return nil
	})
	return unless(errAsItIs, err)
}

// end closes a review that has nothing left to be about, and tells the trail.
func (d Desk) end(ctx context.Context, site string, last Review, state string) error {
	if !last.IsOpen() {
		return nil
	}
	closed, err := d.book().Change(ctx, site, idOf(last), func(r *Review) error {
		if !r.IsOpen() {
			return errAsItIs
		}
		r.State, r.Closed = state, d.now()
		return nil
	})
	if err != nil {
		return unless(errAsItIs, err)
	}
	return d.Tell(ctx, site, idOf(closed), "", closed)
}

// unless is the error where it is another one.
func unless(expected, err error) error {
	if errors.Is(err, expected) {
		return nil
	}
	return err
}

// syncAll brings the reviews of all sites up to their notices once an hour, on whichever server is the first to.
func (d Desk) syncAll(ctx context.Context) error {
	first, err := register.First(ctx, d.Register, roundsKind, d.now().Format("2006-01-02T15"))
	if err != nil || !first {
		return err
	}
	var faults []error
	for _, site := range d.Notices.Sites() {
		err := d.Sync(ctx, site.ID)
		if errors.Is(err, consent.ErrUnavailable) {
			return err // For the others, too.
		}
		if err != nil {
			faults = append(faults, fmt.Errorf("reviews of %s: %w", site.ID, err))
		}
	}
	return errors.Join(faults...)
}

// Remind writes a warning for each review that is due within Ahead, once a day, whichever server is the first to.
func (d Desk) Remind(ctx context.Context, log *slog.Logger) error {
	now := d.now()
	first, err := register.First(ctx, d.Register, remindersKind, now.Format(time.DateOnly))
	if err != nil || !first {
		return err
	}
	due, err := d.DueBy(ctx, remindedAtOnce)
	if err != nil {
		return err
	}
	for _, one := range due {
		log.WarnContext(ctx, "a service is to be reviewed soon; see Site, Reviews on the dashboard", "site", one.Site, "review", one.ID, "due", one.Value.Due, "overdue", one.Value.IsOverdue(now))
	}
	return nil
}

// Keep does both now and every hour, until ctx ends.
func (d Desk) Keep(ctx context.Context, log *slog.Logger) {
	round := func(ctx context.Context) error { return errors.Join(d.syncAll(ctx), d.Remind(ctx, log)) }
	lost := func(err error) { log.ErrorContext(ctx, "reviews of services cannot be kept up", "error", err) }
	if err := round(ctx); err != nil && ctx.Err() == nil {
		lost(err)
	}
	following.Follow(ctx, time.Hour, round, lost)
}
