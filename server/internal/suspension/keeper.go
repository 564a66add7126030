// Package suspension tells the administration's audit trail when a service is suspended, because what its transfers rest on
// has ended, and when it is back. Scripts, headers and records go by the rules of package transfer and wait for nobody.
package suspension

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"assent/schemas"
	"assent/server/internal/admintrail"
	"assent/server/internal/consent"
	"assent/server/internal/register"
	"assent/server/internal/transfer"
)

const (
	// interval is how often it is looked whether there is something to tell.
	interval = time.Minute
	// patience is for how long a server has what it began to tell, before another one tells it.
	patience = 5 * time.Minute

	kind register.Kind = "suspension"
)

// What the administration's trail says that was done.
const (
	actSuspend = "suspend-service"
	actResume  = "resume-service"
)

// Trail is the administration's audit trail.
type Trail interface {
	AppendAct(ctx context.Context, act admintrail.Act) error
}

// Keeper tells of each suspension once, whichever server is the first to see it. A server that dies meanwhile may have
// another one tell it again.
type Keeper struct {
	Sites    func() []schemas.Site
	Notices  func(ctx context.Context, site, id string) (*schemas.Notice, error)
	Adequate transfer.List
	Store    register.Store
	Trail    Trail
	Now      func() time.Time
	Log      *slog.Logger
}

// Keep tells what there is to tell, every minute until ctx ends.
func (k Keeper) Keep(ctx context.Context) {
	ticker := time.NewTicker(interval)
	defer ticker.Stop()
	for {
		if err := k.Tell(ctx); err != nil && ctx.Err() == nil {
			k.Log.ErrorContext(ctx, "suspensions cannot be told; it is tried again", "error", err)
		}
		select {
		case <-ctx.Done():
			return
		case <-ticker.C:
		}
	}
}

// Tell compares what is suspended now with what was told of every site.
func (k Keeper) Tell(ctx context.Context) error {
	var failed []error
	for _, s := range k.Sites() {
		if err := k.tellOf(ctx, s); err != nil {
			failed = append(failed, fmt.Errorf("site %s: %w", s.ID, err))
		}
	}
	return errors.Join(failed...)
}

func (k Keeper) tellOf(ctx context.Context, s schemas.Site) error {
	notice, err := k.Notices(ctx, s.ID, s.Notice)
	if err != nil {
		return fmt.Errorf("read notice: %w", err)
	}
	entries, err := k.book().List(ctx, s.ID)
	if err != nil {
		return fmt.Errorf("read what was told: %w", err)
	}
	now := k.Now().UTC()
	known := map[string]register.Entry[told]{}
	for _, entry := range entries {
		known[entry.ID] = entry
	}
	var failed []error
	for _, e := range k.Adequate.Endings(*notice, now) {
		if !e.Suspended(now) {
			continue
		}
		entry, has := known[e.Service.ID]
		delete(known, e.Service.ID)
		if !has {
			entry = register.Entry[told]{Site: s.ID, ID: e.Service.ID}
		}
		if entry.Value.State != suspended {
			about := fmt.Sprintf("%s: %s for %s ended on %s", e.Service.ID, e.Decision.Act, e.Service.Country, e.Last())
			failed = append(failed, k.begin(ctx, entry, about))
		}
	}
	for _, entry := range known {
		failed = append(failed, k.end(ctx, entry))
	}
	return errors.Join(failed...)
}

func (k Keeper) begin(ctx context.Context, entry register.Entry[told], about string) error {
	isOurs, err := k.claim(ctx, entry, beginning)
	if err != nil || !isOurs {
		return err
	}
	k.Log.WarnContext(ctx, "a service is suspended; publish another safeguard", "site", entry.Site, "service", entry.ID, "about", about)
	if err := k.append(ctx, entry.Site, actSuspend, about); err != nil {
		return err
	}
	_, err = k.book().Change(ctx, entry.Site, entry.ID, func(t *told) error {
		t.State = suspended
		return nil
	})
	return err
}

func (k Keeper) end(ctx context.Context, entry register.Entry[told]) error {
	isOurs, err := k.claim(ctx, entry, ending)
	if err != nil || !isOurs {
		return err
	}
	if err := k.append(ctx, entry.Site, actResume, entry.ID); err != nil {
		return err
	}
	last, err := k.book().Entry(ctx, entry.Site, entry.ID)
	if err != nil {
		return err
	}
	return k.book().Remove(ctx, last)
}

func (k Keeper) append(ctx context.Context, site, what, about string) error {
	return k.Trail.AppendAct(ctx, admintrail.Act{At: k.Now().UTC(), What: what, About: about, Site: site, Outcome: admintrail.Done})
}

func (k Keeper) book() register.Book[told] { return register.Book[told]{Store: k.Store, Kind: kind} }

// errTaken says that another server tells it.
var errTaken = errors.New("another server tells it")

// claim makes it this server's to tell, unless another one has begun to lately or was faster.
func (k Keeper) claim(ctx context.Context, entry register.Entry[told], as state) (isOurs bool, err error) {
	now := k.Now().UTC()
	if entry.Revision == 0 {
		err = k.book().Add(ctx, entry.Site, entry.ID, told{State: as, At: now})
	} else {
		_, err = k.book().Change(ctx, entry.Site, entry.ID, func(t *told) error {
			if t.State != entry.Value.State || !t.At.Equal(entry.Value.At) || t.State != suspended && now.Sub(t.At) < patience {
				return errTaken
			}
			*t = told{State: as, At: now}
			return nil
		})
	}
	if errors.Is(err, errTaken) || errors.Is(err, consent.ErrConflict) || errors.Is(err, consent.ErrNotFound) {
		return false, nil
	}
	return err == nil, err
}

// state is how far the telling of a suspension has come.
type state string

const (
	beginning state = "beginning"
	suspended state = "suspended" // Told, and not over.
	ending    state = "ending"
)

// told is what is kept of a service that is suspended.
type told struct {
	State state     `json:"state"`
	At    time.Time `json:"at"` // Since when.
}
