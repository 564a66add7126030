package retention

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/google/uuid"

	"assent/server/internal/consent"
	"assent/server/internal/register"
	"assent/server/internal/rights"
)

// Step is a part of a scope that is removed at once, and written down before: whoever goes on with it removes the same.
type Step struct {
	Class   Class
	Site    string
	From    time.Time // Zero for all that is from before.
	Before  time.Time
	Periods []Period    `json:",omitempty"` // These are held.
	Stay    []uuid.UUID `json:",omitempty"` // And these stay for another reason.
	Alive   time.Time   // Until then, whoever is at work on it.
}

// Ledger is an audit trail of which much is removed at once rather than little at a time.
type Ledger interface {
	// Expired and Kept are those of Store.
	Expired(ctx context.Context, scope Scope) ([]Month, error)
	Kept(ctx context.Context, class Class, site string, before time.Time) (int, error)
	// NextStep returns the earliest of what may go, about that much of it, and how much that is.
	NextStep(ctx context.Context, scope Scope, most int) (Step, int, error)
	// DecisionsOfStep returns the decisions of a step: id, site and subject.
	DecisionsOfStep(ctx context.Context, step Step) ([]consent.Record, error)
	// RemoveStep removes a step durably. Repeated, it completes what failed.
	RemoveStep(ctx context.Context, step Step) error
}

// Graves are those of a log of what is in the ledger.
type Graves interface {
	// BuryAll leaves a tombstone for each decision that the log has, and makes whose it was unreadable. The rows are still
	// there. It may be repeated.
	BuryAll(ctx context.Context, records []consent.Record, reason string, at time.Time) error
}

// Choices are the current choices of visitors, where they are kept apart from decisions.
type Choices interface {
	// ForgetPast removes those that are in force no more.
	ForgetPast(ctx context.Context, now time.Time) error
}

// Pair is a journal and the ledger that it is shipped to. Instances that remove at the same time take turns, step by step.
type Pair struct {
	Ledger   Ledger
	Graves   Graves  // nil where the journal has the log.
	Log      Log     // Of the graves.
	Choices  Choices // nil where the journal has none apart.
	Register register.Store
	Now      func() time.Time
	Turn     time.Duration // For which a step is somebody's unless that is renewed; 0 for the usual.
}

var _ Store = Pair{}

const (
	usualTurn = 15 * time.Second
	// glance is the pause between looks at whether somebody else's step has ended.
	glance = 100 * time.Millisecond
)

func (p Pair) turn() time.Duration { return cmp.Or(p.Turn, usualTurn) }

func (p Pair) steps() register.Book[Step] {
	return register.Book[Step]{Store: p.Register, Kind: "deletion-step"}
}

// Expired implements Store.
func (p Pair) Expired(ctx context.Context, scope Scope) ([]Month, error) {
	return p.Ledger.Expired(ctx, scope)
}

// Kept implements Store.
func (p Pair) Kept(ctx context.Context, class Class, site string, before time.Time) (int, error) {
	return p.Ledger.Kept(ctx, class, site, before)
}

// RemoveExpired implements Store.
func (p Pair) RemoveExpired(ctx context.Context, scope Scope, most int) (int, error) {
	if err := p.Recover(ctx, scope.Class, scope.Site); err != nil {
		return 0, err
	}
	step, count, err := p.Ledger.NextStep(ctx, scope, most)
	if err != nil || count == 0 {
		return 0, err
	}
	step.Alive = time.Now().Add(p.turn())
	err = p.steps().Add(ctx, step.Site, string(step.Class), step)
	if errors.Is(err, consent.ErrConflict) { // Another one was faster.
		return count, nil
	}
	if err != nil {
		return 0, err
	}
	return count, p.carryOut(ctx, step)
}

// Recover implements Store.
func (p Pair) Recover(ctx context.Context, class Class, site string) error {
	for {
		step, err := p.steps().Change(ctx, site, string(class), func(step *Step) error {
			if time.Now().Before(step.Alive) {
				return errTaken
			}
			step.Alive = time.Now().Add(p.turn())
			return nil
		})
		switch {
		case errors.Is(err, consent.ErrNotFound):
			return nil
		case err == nil:
			if err := p.carryOut(ctx, step); err != nil {
				return err
			}
		case !errors.Is(err, errTaken):
			return err
		}
		select {
		case <-ctx.Done():
			return fmt.Errorf("wait for another run, or for what is left of one: %w", ctx.Err())
		case <-time.After(glance):
		}
	}
}

var errTaken = errors.New("another run is at work")

// carryOut does what a step says, and shows meanwhile that somebody does.
func (p Pair) carryOut(ctx context.Context, step Step) error {
	work, stop := context.WithCancelCause(ctx)
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		p.keepAlive(work, step, stop)
	}()
	err := p.removeStep(work, step)
	if cause := context.Cause(work); err != nil && cause != nil {
		err = cause
	}
	stop(nil)
	<-ended
	if err != nil {
		return err
	}
	entry, err := p.steps().Entry(ctx, step.Site, string(step.Class))
	if err != nil || entry.Revision == 0 {
		return err
	}
	return p.steps().Remove(ctx, entry)
}

func (p Pair) removeStep(ctx context.Context, step Step) error {
	if step.Class == Decisions && p.Graves != nil {
		records, err := p.Ledger.DecisionsOfStep(ctx, step)
		if err != nil {
			return err
		}
		// Behind that look: what it has not found may enter the log as it likes.
		if err := p.Log.CatchUp(ctx); err != nil {
			return err
		}
		if err := p.Graves.BuryAll(ctx, records, rights.ByRetention, time.Now().UTC().Truncate(time.Microsecond)); err != nil {
			return err
		}
	}
	return p.Ledger.RemoveStep(ctx, step)
}

// keepAlive renews the turn, and stops the work where another one has taken it.
func (p Pair) keepAlive(ctx context.Context, step Step, stop context.CancelCauseFunc) {
	mine := step.Alive
	for {
		select {
		case <-ctx.Done():
			return
		case <-time.After(p.turn() / 3):
		}
		next := time.Now().Add(p.turn())
		_, err := p.steps().Change(ctx, step.Site, string(step.Class), func(s *Step) error {
			if !s.Alive.Equal(mine) {
				return errTaken
			}
			s.Alive = next
			return nil
		})
		switch {
		case err == nil:
			mine = next
		case !errors.Is(err, consent.ErrUnavailable) || time.Now().After(mine):
			stop(err)
			return
		}
	}
}

// Settle implements Store.
func (p Pair) Settle(ctx context.Context, class Class) error {
	if p.Choices == nil || class != Decisions {
		return nil
	}
	return p.Choices.ForgetPast(ctx, p.Now())
}
