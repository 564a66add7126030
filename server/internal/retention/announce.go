package retention

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"time"

	"assent/server/internal/consent"
	"assent/server/internal/register"
)

// mostNotice bounds the days, so that what is due goes at all.
const mostNotice = 90

// CheckNotice says what is wrong with a number of days.
func CheckNotice(days int) error {
	if days < 1 || days > mostNotice {
		return fmt.Errorf("deletions are to be announced %d days ahead; give 1 to %d, or keep a class for 0 days so that none of it goes", days, mostNotice)
	}
	return nil
}

// Announcement is a deletion that is to come. Once it is due, what was announced goes, with what has expired since by the
// same rules. There is one at most of each class and site.
type Announcement struct {
	Class     Class
	Announced time.Time
	Due       time.Time
	Days      int     // For how long the class was to be kept.
	Months    []Month // As planned on the day of the announcement.
	Holds     []string
}

// covers reports whether an item is no more than what was announced: nothing is kept for less time, and no hold has ended.
func (a Announcement) covers(item Item) bool {
	return item.Days >= a.Days && stillIn(a.Holds, item.Holds)
}

// stillIn reports whether all holds of then are among those of now.
func stillIn(then, now []string) bool {
	for _, id := range then {
		if !slices.Contains(now, id) {
			return false
		}
	}
	return true
}

func (k Keeper) announcements() register.Book[Announcement] {
	return register.Book[Announcement]{Store: k.Register, Kind: "announced-deletion", Due: func(a Announcement) time.Time { return a.Due }}
}

// Announcements returns the deletions that are to come at a site, or at all.
func (k Keeper) Announcements(ctx context.Context, site string) ([]register.Entry[Announcement], error) {
	return k.announcements().List(ctx, site)
}

// RunAnnounced removes what was announced and is due, announces what is not, and takes back what nothing is left of.
func (k Keeper) RunAnnounced(ctx context.Context, days int, by string, log *slog.Logger) error {
	if err := k.resume(ctx); err != nil {
		return err
	}
	plan, err := k.Plan(ctx)
	if err != nil {
		return err
	}
	entries, err := k.Announcements(ctx, "")
	if err != nil {
		return err
	}
	for _, entry := range entries {
		at := slices.IndexFunc(plan, func(i Item) bool { return i.Site == entry.Site && i.Class == entry.Value.Class })
		if at < 0 || plan[at].Count() == 0 || !entry.Value.covers(plan[at]) {
			if err := k.takeBack(ctx, entry); err != nil {
				return err
			}
			continue
		}
		item := plan[at]
		plan = slices.Delete(plan, at, at+1)
		if k.Now().Before(entry.Value.Due) {
			continue
		}
		if err := k.remove(ctx, item, by); err != nil {
			return err
		}
		if err := k.takeBack(ctx, entry); err != nil {
			return err
		}
	}
	for _, item := range plan {
		if err := k.announce(ctx, item, days, by, log); err != nil {
			return err
		}
	}
	return nil
}

// takeBack leaves one that another run has put in its place.
func (k Keeper) takeBack(ctx context.Context, entry register.Entry[Announcement]) error {
	if err := k.announcements().Remove(ctx, entry); !errors.Is(err, consent.ErrConflict) {
		return err
	}
	return nil
}

func (k Keeper) announce(ctx context.Context, item Item, days int, by string, log *slog.Logger) error {
	if item.Count() == 0 {
		return nil
	}
	now := k.Now().UTC()
	announcement := Announcement{
		Class: item.Class, Announced: now, Due: now.AddDate(0, 0, days), Days: item.Days, Months: item.Months, Holds: item.Holds,
	}
	err := k.announcements().Add(ctx, item.Site, string(item.Class), announcement)
	if errors.Is(err, consent.ErrConflict) {
		return nil // Another run was faster.
	}
	if err != nil {
		return err
	}
	log.WarnContext(ctx, "what was kept long enough will be removed; see: assent retention plan", "class", item.Class, "site", item.Site,
		"count", item.Count(), "kept_days", item.Days, "due", announcement.Due.Format(time.DateOnly))
	return tell(ctx, k.Trail, now, item.Site, by, actAnnounce, aboutDeletion(item.Class, item.Count(), item.Before))
}
