package retention

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"time"

	"assent/server/internal/consent"
	"assent/server/internal/register"
)

// Usual is how many decisions are removed in one transaction: those that come meanwhile wait for it.
const Usual = 200

// Scope says what may go.
type Scope struct {
	Class    Class
	Site     string
	Before   time.Time // When it was recorded, excluded.
	Now      time.Time // Tells which current choices are still in force: those stay.
	Subjects []string  // These are held.
	Periods  []Period  // And these.
}

// Period is of microseconds since 1970, To excluded.
type Period struct{ From, To int64 }

// Month is how much of a scope is of a month.
type Month struct {
	Month string // YYYY-MM, UTC.
	Count int
}

// Store is where classes are kept.
type Store interface {
	// Expired counts what may go, the earliest month first.
	Expired(ctx context.Context, scope Scope) ([]Month, error)
	// Kept counts all of a class and site that is from before that time, held or not.
	Kept(ctx context.Context, class Class, site string, before time.Time) (int, error)
	// RemoveExpired removes, durably, at most that many of what may go, and returns how many it did.
	RemoveExpired(ctx context.Context, scope Scope, most int) (int, error)
	// Recover completes what an earlier RemoveExpired was cut off from where it cannot be left as it is, whatever is held by now.
	Recover(ctx context.Context, class Class, site string) error
	// Settle does once what follows from removals of a class.
	Settle(ctx context.Context, class Class) error
}

// Item is one line of a plan.
type Item struct {
	Class  Class
	Site   string
	Days   int // For how long it is kept.
	Before time.Time
	Months []Month
	Holds  []string // Ids of those in force at the site.
	Held   bool     // One of them stops all.
	scope  Scope
}

// Count is how many would go.
func (i Item) Count() (n int) {
	for _, month := range i.Months {
		n += month.Count
	}
	return n
}

// Deletion is the record of what was removed. It has no end while it is going on, or was cut off: the next run takes it up.
type Deletion struct {
	Class    Class
	Before   time.Time
	By       string
	Started  time.Time
	Months   []Month // As planned.
	Stock    int     // All that was from before that time as it began.
	Removed  int
	Holds    []string // In force at the site, and respected.
	Finished time.Time
	Verified bool // Counted again: nothing was left that should have gone.
}

// Log is the log of decisions.
type Log interface {
	// CatchUp takes what waits into the log.
	CatchUp(ctx context.Context) error
}

// Keeper carries the rules out.
type Keeper struct {
	Store    Store
	Log      Log // Only Run needs it.
	Trail    Trail
	Register register.Store
	Holds    Holds
	Sites    func(ctx context.Context) ([]string, error)
	Periods  Periods
	Now      func() time.Time

	AtOnce int  // How many are removed at once; 0 for the usual.
	Months bool // Nothing goes before its month is past.
}

func (k Keeper) deletions() register.Book[Deletion] {
	return register.Book[Deletion]{Store: k.Register, Kind: "deletion"}
}

// Deletions returns the records of a site, or of all.
func (k Keeper) Deletions(ctx context.Context, site string) ([]register.Entry[Deletion], error) {
	return k.deletions().List(ctx, site)
}

// Plan tells what a run would remove, and removes nothing.
func (k Keeper) Plan(ctx context.Context) ([]Item, error) {
	if err := k.Periods.Check(); err != nil {
		return nil, err
	}
	sites, err := k.Sites(ctx)
	if err != nil {
		return nil, err
	}
	var plan []Item
	for _, site := range append(sites, Everywhere) {
		items, err := k.PlanOf(ctx, site)
		if err != nil {
			return nil, err
		}
		plan = append(plan, slices.DeleteFunc(items, func(i Item) bool { return i.Days == Forever })...)
	}
	return plan, nil
}

// PlanOf tells of each class of one site, or Everywhere, what a run would remove; of those that are kept for ever too.
func (k Keeper) PlanOf(ctx context.Context, site string) ([]Item, error) {
	periods, err := k.periodsAt(ctx, site)
	if err != nil {
		return nil, err
	}
	var plan []Item
	for _, rule := range Rules {
		if rule.IsEverywhere != (site == Everywhere) {
			continue
		}
		days := periods.days(rule)
		if days == Forever {
			plan = append(plan, Item{Class: rule.Class, Site: site, Days: Forever})
			continue
		}
		item, err := k.item(ctx, site, rule.Class, k.before(days))
		if err != nil {
			return nil, err
		}
		item.Days = days
		plan = append(plan, item)
	}
	return plan, nil
}

// before is the day, in UTC, up to which something has been kept for that many days.
func (k Keeper) before(days int) time.Time {
	day := k.Now().UTC().Truncate(24*time.Hour).AddDate(0, 0, -days)
	if k.Months {
		return time.Date(day.Year(), day.Month(), 1, 0, 0, 0, 0, time.UTC)
	}
	return day
}

func (k Keeper) item(ctx context.Context, site string, class Class, before time.Time) (Item, error) {
	item, err := k.held(ctx, site, class, before)
	if err == nil && !item.Held {
		item.Months, err = k.Store.Expired(ctx, item.scope)
	}
	return item, err
}

// held is an item that nobody has counted yet.
func (k Keeper) held(ctx context.Context, site string, class Class, before time.Time) (Item, error) {
	if site == Everywhere {
		return k.heldAnywhere(ctx, class, before)
	}
	holds, err := k.Holds.inForce(ctx, site)
	if err != nil {
		return Item{}, err
	}
	item := Item{Class: class, Site: site, Before: before, scope: Scope{Class: class, Site: site, Before: before, Now: k.Now()}}
	item.Held, item.scope.Subjects, item.scope.Periods, item.Holds = reach(holds)
	return item, nil
}

// heldAnywhere is held for what is of no site: what somebody did may be about any that is held.
func (k Keeper) heldAnywhere(ctx context.Context, class Class, before time.Time) (Item, error) {
	holds, err := k.Holds.inForce(ctx, "")
	item := Item{Class: class, Site: Everywhere, Before: before, Held: len(holds) > 0, scope: Scope{Class: class, Site: Everywhere, Before: before, Now: k.Now()}}
	_, _, _, item.Holds = reach(holds)
	return item, err
}

// Run removes what is due, after it has brought to its end what an earlier run was cut off from. Runs at the same time share
// their records, and remove nothing twice.
func (k Keeper) Run(ctx context.Context, by string) error {
	if err := k.resume(ctx); err != nil {
		return err
	}
	plan, err := k.Plan(ctx)
	if err != nil {
		return err
	}
	for _, item := range plan {
		if err := k.remove(ctx, item, by); err != nil {
			return err
		}
	}
	return nil
}

// resume brings to its end what an earlier run was cut off from, unless the class is kept forever by now.
func (k Keeper) resume(ctx context.Context) error {
	records, err := k.Deletions(ctx, "")
	if err != nil {
		return err
	}
	for _, entry := range records {
		if !entry.Value.Finished.IsZero() {
			continue
		}
		periods, err := k.periodsAt(ctx, entry.Site)
		if err != nil {
			return err
		}
		if !periods.forever(entry.Value.Class) {
			if err := k.carryOut(ctx, entry.Site, entry.ID); err != nil {
				return err
			}
		}
	}
	return nil
}

// Keep runs now and once a day until ctx ends, and announces days ahead what it removes. After a run that failed it does not
// wait as long: a store may have been away.
func (k Keeper) Keep(ctx context.Context, days int, log *slog.Logger) {
	for {
		pause := 24 * time.Hour
		if err := k.RunAnnounced(ctx, days, "daily run", log); err != nil && ctx.Err() == nil {
			log.ErrorContext(ctx, "retention was cut off; the next run goes on from there", "error", err)
			pause = time.Hour
		}
		select {
		case <-ctx.Done():
			return
		case <-time.After(pause):
		}
	}
}

// remove writes the record, and only then begins. Where another run was faster, that one's record is the one: whether it is
// finished or not, all is counted anew. What a hold that ends meanwhile kept is left to the next run.
func (k Keeper) remove(ctx context.Context, item Item, by string) error {
	planned := item.Holds
	for n := 1; item.Count() > 0 && stillIn(planned, item.Holds); n++ {
		id := fmt.Sprintf("%s-%s-%d", item.Class, item.Before.Format(time.DateOnly), n)
		stock, err := k.Store.Kept(ctx, item.Class, item.Site, item.Before)
		if err != nil {
			return err
		}
		err = k.deletions().Add(ctx, item.Site, id, Deletion{
			Class: item.Class, Before: item.Before, By: by, Started: k.Now().UTC(), Months: item.Months, Stock: stock, Holds: item.Holds,
		})
		if err == nil || errors.Is(err, consent.ErrConflict) {
			err = k.carryOut(ctx, item.Site, id)
		}
		if err != nil {
			return err
		}
		if item, err = k.item(ctx, item.Site, item.Class, item.Before); err != nil {
			return err
		}
	}
	return nil
}

// carryOut removes batch by batch and looks for holds before each: one that is set or ends meanwhile stops the rest.
func (k Keeper) carryOut(ctx context.Context, site, id string) error {
	deletion, err := k.deletions().Get(ctx, site, id)
	if err != nil || !deletion.Finished.IsZero() {
		return err
	}
	if err := k.Store.Recover(ctx, deletion.Class, site); err != nil {
		return err
	}
	for {
		item, err := k.held(ctx, site, deletion.Class, deletion.Before)
		if err != nil {
			return err
		}
		removed := 0
		if !item.Held && stillIn(deletion.Holds, item.Holds) {
			removed, err = k.Store.RemoveExpired(ctx, item.scope, cmp.Or(k.AtOnce, Usual))
		}
		if err != nil {
			return err
		}
		if removed == 0 {
			return k.finish(ctx, site, id, deletion.Class)
		}
	}
}

var errFinished = errors.New("finished by another run")

// finish counts again and closes the record.
func (k Keeper) finish(ctx context.Context, site, id string, class Class) error {
	if err := k.Store.Settle(ctx, class); err != nil {
		return err
	}
	if err := k.Log.CatchUp(ctx); err != nil { // Tombstones.
		return err
	}
	done, err := k.deletions().Change(ctx, site, id, func(d *Deletion) error {
		if !d.Finished.IsZero() {
			return errFinished
		}
		kept, err := k.Store.Kept(ctx, d.Class, site, d.Before)
		if err != nil {
			return err
		}
		left, err := k.item(ctx, site, d.Class, d.Before)
		if err != nil {
			return err
		}
		d.Removed, d.Holds, d.Finished, d.Verified = d.Stock-kept, left.Holds, k.Now().UTC(), left.Count() == 0
		return nil
	})
	if errors.Is(err, errFinished) {
		return nil
	}
	if err != nil {
		return err
	}
	return tell(ctx, k.Trail, done.Finished, site, done.By, actRemove, aboutDeletion(done.Class, done.Removed, done.Before))
}
