package integration

import (
	"context"
	"errors"
	"log/slog"
	"net/http"
	"strconv"
	"sync"
	"sync/atomic"
	"time"

	"assent/schemas"
	"assent/server/internal/consent"
	"assent/server/internal/register"
	"assent/server/internal/sealing"
)

const (
	glance    = 500 * time.Millisecond // Pause between looks.
	perRound  = 128                    // Events of one receiver that are told in a round,
	atOnce    = 16                     // and so many at a time.
	mostWorry = 5                      // Failures in a row after which a receiver is asked one at a time.
	leaseTime = 30 * time.Second       // Longer than an attempt takes.
	lastTime  = 3 * time.Second        // For what is done at the end.
	mark      = "integrations"
)

// Store is where what is to be told waits.
type Store interface {
	register.Store
	// Mark and SetMark remember how far the log was followed, beside the log itself.
	Mark(ctx context.Context, name string) ([]byte, error)
	SetMark(ctx context.Context, name string, value []byte) error
}

// Log is a journal that can be followed while it records.
type Log interface {
	// DecisionsAfter returns at most limit of the decisions that were recorded after a position, oldest first, and the
	// position of the last one.
	DecisionsAfter(ctx context.Context, position int64, limit int) ([]consent.Record, int64, error)
	// PositionBefore returns a position before all decisions that were recorded at that time or later.
	PositionBefore(ctx context.Context, at time.Time) (int64, error)
}

// Journal knows what each visitor says now.
type Journal interface {
	Current(ctx context.Context, site, subject string) (schemas.Current, error)
}

// Keeper keeps receivers told. All but Log and Shared are needed.
type Keeper struct {
	Store   Store
	Log     Log // nil where a Tap notes decisions.
	Journal Journal
	Notices func(ctx context.Context, site, id string) (*schemas.Notice, error)
	// Restricted tells whether a visitor has restricted the processing: nothing but withdrawals is told of one who has.
	Restricted func(ctx context.Context, site, subject string) (bool, error)
	Client     *http.Client
	Ring       *sealing.Ring // Seals secrets; nil where nothing is sealed.
	PublicURL  string        // Address of the server, which documents are named with.
	Holder     string        // Tells this process from all others, where the store is Shared with some: one of them tells.
	Shared     bool
	Now        func() time.Time
	Logger     *slog.Logger // Gets counts and the stores' errors, never content.

	position int64

	delivered, failed, givenUp atomic.Uint64

	mu    sync.Mutex
	lanes map[string]bool // Integrations whose events are being told.
}

// Attempts returns how many events this process has delivered, how many attempts failed, and how many visitors' events it gave
// up for dead letters.
func (k *Keeper) Attempts() (delivered, failed, givenUp uint64) {
	return k.delivered.Load(), k.failed.Load(), k.givenUp.Load()
}

func (k *Keeper) books() books { return books{k.Store} }

// Run tells until ctx ends. What is then under way is told again by the next one.
func (k *Keeper) Run(ctx context.Context) {
	var telling sync.WaitGroup
	defer telling.Wait()
	until := time.Time{}
	lanes, stop := context.WithCancel(ctx)
	for ; ctx.Err() == nil; sleep(ctx, glance) {
		held, err := k.hold(ctx, &until)
		if !held {
			stop()
			telling.Wait()
			lanes, stop = context.WithCancel(ctx)
		} else if err == nil {
			err = k.look(ctx, func(to Entry) { k.begin(lanes, &telling, to) })
		}
		if err != nil && ctx.Err() == nil {
			k.Logger.Warn("integrations are not told, it is tried again", "error", err)
			sleep(ctx, glance)
		}
	}
	stop()
	telling.Wait()
	k.finish(context.WithoutCancel(ctx), until)
}

// finish takes what was recorded last, so that all that is to be told is in the register, whoever reads it next, and lets
// another process tell.
func (k *Keeper) finish(ctx context.Context, until time.Time) {
	ctx, cancel := context.WithTimeout(ctx, lastTime)
	defer cancel()
	if k.Shared && until.IsZero() {
		return // Another one tells.
	}
	if err := k.look(ctx, func(Entry) {}); err != nil {
		k.Logger.Warn("not all that was decided was taken for integrations, the next server does", "error", err)
	}
	k.letGo(ctx)
}

func sleep(ctx context.Context, pause time.Duration) {
	select {
	case <-ctx.Done():
	case <-time.After(pause):
	}
}

// look takes what was decided, and begins to tell each receiver for whom something is due.
func (k *Keeper) look(ctx context.Context, begin func(Entry)) error {
	all, err := k.books().integrations().List(ctx, "")
	if err != nil {
		return err
	}
	failures := []error{k.takeClosed(ctx, all)} // Of sites without integrations too, or they would heap up.
	if len(all) == 0 {
		return failures[0]
	}
	if k.Log != nil {
		failures = append(failures, k.follow(ctx))
	} else {
		failures = append(failures, k.takeNoted(ctx))
	}
	for _, one := range all {
		if one.Value.State == removing {
			failures = append(failures, k.clear(ctx, one))
			continue
		}
		failures = append(failures, k.expire(ctx, one), k.dropDead(ctx, one))
		begin(one)
	}
	return errors.Join(failures...)
}

// begin tells one receiver in a lane of its own, unless that is going on already.
func (k *Keeper) begin(ctx context.Context, telling *sync.WaitGroup, to Entry) {
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.lanes[to.ID] {
		return
	}
	if k.lanes == nil {
		k.lanes = map[string]bool{}
	}
	k.lanes[to.ID] = true
	telling.Go(func() {
		defer func() {
			k.mu.Lock()
			defer k.mu.Unlock()
			delete(k.lanes, to.ID)
		}()
		if err := k.tellAll(ctx, to); err != nil && ctx.Err() == nil {
			k.Logger.Warn("an integration is not told, it is tried again", "site", to.Site, "integration", to.ID, "error", err)
			sleep(ctx, glance)
		}
	})
}

// tellAll tells a receiver all that is due.
func (k *Keeper) tellAll(ctx context.Context, to Entry) error {
	worries := 0
	for {
		// As it is now: somebody may have changed the address, or switched it off.
		now, err := k.books().integrations().Entry(ctx, to.Site, to.ID)
		if err != nil || now.Revision == 0 || now.Value.State == removing {
			return err
		}
		due, err := k.books().waiting(to.ID).DueBy(ctx, k.Now(), perRound)
		if err != nil || len(due) == 0 {
			return err
		}
		several := atOnce
		if worries >= mostWorry {
			due, several = due[:1], 1
		}
		outcomes, err := k.tellSome(ctx, now, due, several)
		for _, o := range outcomes {
			switch {
			case o.OK():
				worries = 0
			case o.Reason != superseded:
				worries++
			}
		}
		if err := errors.Join(err, k.settle(context.WithoutCancel(ctx), now, outcomes)); err != nil {
			return err
		}
	}
}

// tellSome tells the first event of each of some visitors. No visitor has two events under way.
func (k *Keeper) tellSome(ctx context.Context, to Entry, due []register.Entry[waiting], several int) (outcomes []outcome, err error) {
	var mu sync.Mutex
	var telling sync.WaitGroup
	slots := make(chan struct{}, several)
	for _, one := range due {
		slots <- struct{}{}
		if ctx.Err() != nil {
			break
		}
		telling.Go(func() {
			defer func() { <-slots }()
			o, failure := k.attempt(ctx, to, one.ID, one.Value.Events[0])
			mu.Lock()
			defer mu.Unlock()
			switch {
			case failure != nil:
				err = failure
			case ctx.Err() == nil || o.OK(): // Otherwise it was cut off, which is not the receiver's fault.
				outcomes = append(outcomes, o)
			}
		})
	}
	telling.Wait()
	return outcomes, errors.Join(err, ctx.Err())
}

// dropDead removes dead letters that nobody replayed in time.
func (k *Keeper) dropDead(ctx context.Context, to Entry) error {
	old, err := k.books().dead(to.ID).DueBy(ctx, k.Now(), perIntake)
	if err != nil || len(old) == 0 {
		return err
	}
	var removals []register.Document
	for _, one := range old {
		removals = append(removals, k.books().dead(to.ID).Gone(one))
	}
	k.Logger.Error("dead letters of an integration are dropped after ninety days", "site", to.Site, "integration", to.ID, "count", len(old))
	return k.Store.ChangeDocuments(ctx, nil, removals)
}

// findPosition goes on where the log was left, or where the first integration begins.
func (k *Keeper) findPosition(ctx context.Context) error {
	kept, err := k.Store.Mark(ctx, mark)
	if err == nil {
		k.position, err = strconv.ParseInt(string(kept), 10, 64)
		return err
	}
	if !errors.Is(err, consent.ErrNotFound) {
		return err
	}
	all, err := k.books().integrations().List(ctx, "")
	if err != nil {
		return err
	}
	earliest := k.Now()
	for _, one := range all {
		if one.Value.Created.Before(earliest) {
			earliest = one.Value.Created
		}
	}
	k.position, err = k.Log.PositionBefore(ctx, earliest.Add(-time.Minute))
	return err
}

func (k *Keeper) setPosition(ctx context.Context, position int64) error {
	if err := k.Store.SetMark(ctx, mark, strconv.AppendInt(nil, position, 10)); err != nil {
		return err
	}
	k.position = position
	return nil
}

// lease is the right to tell, of one process among several.
type lease struct {
	Holder string
	Until  time.Time
}

const nowhere = "-" // No site.

func (k *Keeper) leases() register.Book[lease] {
	return register.Book[lease]{Store: k.Store, Kind: kindLease}
}

// errHeld says that another process tells.
var errHeld = errors.New("another process tells")

// hold takes or renews the lease when a third of it has passed.
func (k *Keeper) hold(ctx context.Context, until *time.Time) (bool, error) {
	now := k.Now()
	if !k.Shared || until.After(now.Add(leaseTime*2/3)) {
		return true, nil
	}
	next := now.Add(leaseTime)
	_, err := k.leases().Change(ctx, nowhere, nowhere, func(l *lease) error {
		if l.Holder != k.Holder && l.Until.After(now) && l.Until.Before(now.Add(2*leaseTime)) {
			return errHeld
		}
		*l = lease{k.Holder, next}
		return nil
	})
	if errors.Is(err, consent.ErrNotFound) {
		err = k.leases().Add(ctx, nowhere, nowhere, lease{k.Holder, next})
	}
	switch {
	case errors.Is(err, errHeld), errors.Is(err, consent.ErrConflict):
		*until = time.Time{}
		return false, nil
	case err != nil:
		return until.After(now.Add(leaseTime / 3)), err
	}
	*until = next
	return true, nil
}

// letGo lets another process tell at once.
func (k *Keeper) letGo(ctx context.Context) {
	if !k.Shared {
		return
	}
	_, err := k.leases().Change(ctx, nowhere, nowhere, func(l *lease) error {
		if l.Holder != k.Holder {
			return errHeld
		}
		l.Until = time.Time{}
		return nil
	})
	if err != nil && !errors.Is(err, errHeld) {
		k.Logger.Warn("the right to tell integrations is not given up, it ends by itself", "error", err)
	}
}
