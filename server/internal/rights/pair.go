package rights

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"time"

	"github.com/google/uuid"

	"assent/server/internal/consent"
)

// Order is an erasure that a journal knows of.
type Order struct {
	Name     string // The journal's own, which leads nobody back to the subject.
	Site     string // Site and subject are empty when nothing is left to do but to make the journal's files forget.
	Subject  string
	Reason   string
	Until    time.Time // What was recorded later stays: the visitor decided anew.
	Position string    // Where the outbox ended when the order was given, in the journal's own terms.
}

// Journal is where decisions are recorded, apart from the ledger that they are shipped to.
type Journal interface {
	// BeginErasure notes an order durably and fills in until when and where it reaches. What was recorded up to then is
	// never recorded again, from a spool say, and what is recorded from now on is later. It takes the place of an earlier
	// order for the same subject.
	BeginErasure(ctx context.Context, order Order) (Order, error)
	// Drained reports whether everything that the order reaches was shipped.
	Drained(ctx context.Context, order Order) (bool, error)
	// ForgetErased removes what the journal itself has of it, copies of what was shipped included. From then on the order
	// says no more whose it was.
	ForgetErased(ctx context.Context, order Order) error
	// EndErasure makes the journal's files forget it too, and ends the order.
	EndErasure(ctx context.Context, order Order) error
	// OpenErasures returns the orders that were begun and not ended.
	OpenErasures(ctx context.Context) ([]Order, error)
	// Erased returns the orders, past ForgetErased, that reach some of these records, as far as they are remembered, with
	// the records' site and subject.
	Erased(ctx context.Context, records []consent.Record) ([]Order, error)
}

// Ledger is the audit trail that a journal is shipped to.
type Ledger interface {
	// DecisionsOf returns the ids of a subject's decisions that were recorded until then.
	DecisionsOf(ctx context.Context, site, subject string, until time.Time) ([]uuid.UUID, error)
	// RemoveDecisions removes them durably, and what is counted from them. Repeated, it completes what failed.
	RemoveDecisions(ctx context.Context, site, subject string, until time.Time) error
}

// Graves are those of a log of what is in the ledger.
type Graves interface {
	// Bury zeroes the salts of decisions that the log has and leaves a tombstone for each. The rows are still there.
	Bury(ctx context.Context, site, subject string, decisions []uuid.UUID, reason string, at time.Time) error
}

// UpToDate are the graves of a log that has caught up: what it does not have could not be buried, and would enter it later.
type UpToDate struct {
	Log    Log
	Graves Graves
}

// Bury implements Graves.
func (u UpToDate) Bury(ctx context.Context, site, subject string, decisions []uuid.UUID, reason string, at time.Time) error {
	if err := u.Log.CatchUp(ctx); err != nil {
		return err
	}
	return u.Graves.Bury(ctx, site, subject, decisions, reason, at)
}

// Pair is a journal and the ledger that it is shipped to, by whichever instance.
//
// Decisions are on their way between the two: in spools, in the outbox, in a batch that a shipper has in hand. So an
// erasure is an order that the journal notes first. Everything that it reaches is shipped, then it is removed from the
// ledger, then from the journal. The journal remembers, without a name, what was erased until when: a spool that hands over
// its part later does so in vain, and a shipper that hung meanwhile finds out behind its insert (Guard).
//
// An order that fails halfway stays noted. It is completed by Keep, in whichever instance, or when somebody asks again.
type Pair struct {
	Journal Journal
	Ledger  Ledger
	Graves  Graves                      // nil where no log is kept.
	Spool   func(context.Context) error // Hands over what waits on this machine; nil where nothing does.
	Log     *slog.Logger                // Gets counts, never whose.
	Now     func() time.Time
}

var _ Trail = Pair{}

const (
	// patience bounds an erasure, so that who asked is told why it is not complete before the connection ends.
	patience = 25 * time.Second
	// filesPatience bounds how long an erasure waits for the journal's files.
	filesPatience = 10 * time.Second
	// glance is the pause between looks at whether everything was shipped.
	glance = 50 * time.Millisecond
	// round is the pause between looks for orders that were left, and how old they are then at least: before, whoever was
	// asked is at work.
	round = time.Minute
)

// Erase implements Trail.
func (p Pair) Erase(ctx context.Context, site, subject, reason string, at time.Time) ([]uuid.UUID, error) {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	if p.Spool != nil {
		if err := p.Spool(ctx); err != nil {
			return nil, fmt.Errorf("hand over the spool before an erasure: %w", err)
		}
	}
	order, err := p.Journal.BeginErasure(ctx, Order{Site: site, Subject: subject, Reason: reason})
	if err != nil {
		return nil, err
	}
	gone, err := p.carryOut(ctx, order, at)
	if err != nil {
		return gone, fmt.Errorf("the erasure is noted and will be completed, by itself or asked again: %w", err)
	}
	return gone, nil
}

// carryOut does what is left of an order.
func (p Pair) carryOut(ctx context.Context, order Order, at time.Time) ([]uuid.UUID, error) {
	if order.Subject == "" {
		return nil, p.end(ctx, order)
	}
	if err := p.awaitDrained(ctx, order); err != nil {
		return nil, err
	}
	gone, err := p.remove(ctx, order, at)
	if err != nil {
		return gone, err
	}
	if err := p.Journal.ForgetErased(ctx, order); err != nil {
		return gone, err
	}
	late, err := p.removeLate(ctx, order, at)
	if err != nil {
		return gone, err
	}
	return append(gone, late...), p.end(ctx, order)
}

// end ends an order. Nobody is kept waiting for files that are large: the journal goes on with them, and Keep looks for it.
func (p Pair) end(ctx context.Context, order Order) error {
	short, cancel := context.WithTimeout(ctx, filesPatience)
	defer cancel()
	err := p.Journal.EndErasure(short, order)
	if err != nil && ctx.Err() == nil && errors.Is(err, context.DeadlineExceeded) {
		p.Log.Info("an erasure is complete but for the journal's files, which are still being written anew")
		return nil
	}
	return err
}

func (p Pair) awaitDrained(ctx context.Context, order Order) error {
	for {
		drained, err := p.Journal.Drained(ctx, order)
		if err != nil || drained {
			return err
		}
		select {
		case <-ctx.Done():
			return fmt.Errorf("decisions wait for the audit trail: %w: %w", consent.ErrUnavailable, ctx.Err())
		case <-time.After(glance):
		}
	}
}

// remove takes what the order reaches from the ledger, and from the log before.
func (p Pair) remove(ctx context.Context, order Order, at time.Time) ([]uuid.UUID, error) {
	found, err := p.Ledger.DecisionsOf(ctx, order.Site, order.Subject, order.Until)
	if err != nil {
		return nil, err
	}
	if p.Graves != nil && len(found) > 0 {
		if err := p.Graves.Bury(ctx, order.Site, order.Subject, found, order.Reason, at); err != nil {
			return nil, err
		}
	}
	// Where nothing is found, an earlier attempt may have left files as they were.
	return found, p.Ledger.RemoveDecisions(ctx, order.Site, order.Subject, order.Until)
}

// removeLate removes what a shipper that hung has inserted after everybody else thought it shipped.
func (p Pair) removeLate(ctx context.Context, order Order, at time.Time) ([]uuid.UUID, error) {
	found, err := p.Ledger.DecisionsOf(ctx, order.Site, order.Subject, order.Until)
	if err != nil || len(found) == 0 {
		return nil, err
	}
	return p.remove(ctx, order, at)
}

// Keep completes orders that were left halfway, until ctx ends.
func (p Pair) Keep(ctx context.Context) {
	for {
		select {
		case <-ctx.Done():
			return
		case <-time.After(round):
		}
		if err := p.Finish(ctx, p.Now().Add(-round)); err != nil && ctx.Err() == nil {
			p.Log.Warn("erasures wait to be completed", "error", err)
		}
	}
}

// Finish completes the orders that were given before then and were left halfway.
func (p Pair) Finish(ctx context.Context, before time.Time) error {
	open, err := p.Journal.OpenErasures(ctx)
	if err != nil {
		return err
	}
	open = slices.DeleteFunc(open, func(o Order) bool { return !o.Until.Before(before) })
	failures := []error{}
	for _, order := range open {
		if err := p.finishOne(ctx, order); err != nil {
			failures = append(failures, err)
		}
	}
	if done := len(open) - len(failures); done > 0 {
		p.Log.Info("erasures that were left halfway are complete", "count", done)
	}
	return errors.Join(failures...)
}

func (p Pair) finishOne(ctx context.Context, order Order) error {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	_, err := p.carryOut(ctx, order, p.Now().UTC().Truncate(time.Microsecond))
	return err
}
