package requests

import (
	"context"
	"errors"
	"strings"

	"assent/server/internal/rights"
)

// Erase erases at once, and registers that: so no erasure is outside the register. What was erased before is erased again,
// which completes what failed, and then nothing is registered anew.
func (d *Desk) Erase(ctx context.Context, a Asked) (rights.Erased, error) {
	a.Kind = Erasure
	opened, err := d.Open(ctx, a)
	switch {
	case errors.Is(err, ErrNothing) || err == nil && opened.Value.IsClosed():
		return d.eraseUnfound(ctx, a)
	case err != nil:
		return rights.Erased{}, err
	}
	done, err := d.Act(ctx, a.Site, opened.ID, a.Who, "")
	if err != nil {
		return rights.Erased{}, err
	}
	return rights.Erased{Reference: opened.ID, At: done.ended(), Decisions: len(done.Receipts), Receipts: done.Receipts}, nil
}

// eraseUnfound erases what cannot be found yet: what was decided a moment ago and is on its way to the ledger. Mostly that is
// nothing, or else anybody could fill the register with made-up secrets.
func (d *Desk) eraseUnfound(ctx context.Context, a Asked) (rights.Erased, error) {
	done, err := d.eraser.Erase(ctx, a.Site, a.Subject, reasonOf(a.How))
	if err != nil || done.Decisions == 0 {
		return done, err
	}
	done.Reference = strings.ToLower(done.Reference)
	r, err := d.begin(ctx, a)
	if err != nil {
		return done, err
	}
	if r.Effects, err = d.erased(ctx, a.Site, done.Reference, a.Subject, done.Decisions); err != nil {
		return done, err
	}
	r.State, r.Receipts, r.History = Done, done.Receipts, append(r.History, d.step(Step{Who: a.Who, What: Acted}))
	r.forget()
	return done, d.addClosed(ctx, a.Site, done.Reference, r)
}
