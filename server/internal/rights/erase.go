// Package rights does what people may ask for about what is recorded of them (GDPR, chapter III): so far, that it is erased.
package rights

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"time"

	"github.com/google/uuid"
)

// Reasons of an erasure, as the log tells them.
const (
	ByVisitor = "visitor" // The visitor's own browser asked.
	ByOfficer = "officer" // Somebody of the site did, for the visitor or for another reason.

	ByParent    = "parent"    // A parent, for a child.
	InError     = "in-error"  // It was recorded of a child who may not decide.
	ByRetention = "retention" // They were kept long enough; see package retention.
)

// Trail is where decisions are kept. rightstest holds implementations to these promises.
type Trail interface {
	// Erase removes, durably, what was recorded of a subject so far, and what is counted from it; where a log is kept, as far
	// as the log has it, and the log is left a tombstone for each decision. It returns their ids. Erased again, it removes
	// nothing more, and completes what failed.
	Erase(ctx context.Context, site, subject, reason string, at time.Time) ([]uuid.UUID, error)
}

// Log is the log of decisions.
type Log interface {
	// CatchUp takes what waits into the log.
	CatchUp(ctx context.Context) error
}

// Holds are legal holds.
type Holds interface {
	// Held reports whether one is in force over a subject's decisions.
	Held(ctx context.Context, site, subject string) (bool, error)
}

// ErrHeld says that a legal hold is in force, under which nothing may be erased (GDPR, Art. 17(3)(e)).
var ErrHeld = errors.New("a legal hold is in force over these decisions: nothing was erased (GDPR, Art. 17(3)(e))")

// Receivers are those that were told what visitors decided.
type Receivers interface {
	// Forget lets them be told, before anything is erased, that a subject's grants are no more.
	Forget(ctx context.Context, site, subject string) error
}

// Links are those of subjects to accounts of the site.
type Links interface {
	// Forget ends a subject's link, durably.
	Forget(ctx context.Context, site, subject string) error
}

// AllLinks are links of several kinds.
type AllLinks []Links

// Forget implements Links.
func (a AllLinks) Forget(ctx context.Context, site, subject string) error {
	for _, one := range a {
		if err := one.Forget(ctx, site, subject); err != nil {
			return err
		}
	}
	return nil
}

// Eraser erases.
type Eraser struct {
	Trail     Trail
	Holds     Holds     // nil where nothing is held.
	Log       Log       // nil where no log is kept.
	Receivers Receivers // nil where nobody is told.
	Links     Links     // nil where nothing is linked.
	Now       func() time.Time
}

// Erased says what an erasure removed, in words that lead nobody back to the subject.
type Erased struct {
	Reference string // To quote; it means nothing by itself.
	At        time.Time
	Decisions int
	Receipts  []string // SHA-256 of each receipt's id, in hex: who has a receipt finds it here.
}

// Erase removes all decisions of a subject. Where there are none, it says so: the count is 0.
func (e Eraser) Erase(ctx context.Context, site, subject, reason string) (Erased, error) {
	done := Erased{Reference: rand.Text(), At: e.Now().UTC().Truncate(time.Microsecond), Receipts: []string{}}
	if err := e.free(ctx, site, subject); err != nil {
		return Erased{}, err
	}
	// Decisions enter the log before they can be erased from it.
	if err := e.catchUp(ctx); err != nil {
		return Erased{}, err
	}
	if e.Receivers != nil {
		if err := e.Receivers.Forget(ctx, site, subject); err != nil {
			return Erased{}, err
		}
	}
	if e.Links != nil {
		if err := e.Links.Forget(ctx, site, subject); err != nil {
			return Erased{}, err
		}
	}
	ids, err := e.Trail.Erase(ctx, site, subject, reason, done.At)
	if err != nil {
		return Erased{}, err
	}
	for _, id := range ids {
		hash := sha256.Sum256([]byte(id.String()))
		done.Receipts = append(done.Receipts, hex.EncodeToString(hash[:]))
	}
	done.Decisions = len(ids)
	return done, e.catchUp(ctx)
}

// EraseAll is Erase for all subjects of one person: of none of them where one is held.
func (e Eraser) EraseAll(ctx context.Context, site string, subjects []string, reason string) (Erased, error) {
	for _, subject := range subjects {
		if err := e.free(ctx, site, subject); err != nil {
			return Erased{}, err
		}
	}
	all := Erased{Reference: rand.Text(), At: e.Now().UTC().Truncate(time.Microsecond), Receipts: []string{}}
	for _, subject := range subjects {
		one, err := e.Erase(ctx, site, subject, reason)
		if err != nil {
			return Erased{}, err
		}
		all.At, all.Decisions, all.Receipts = one.At, all.Decisions+one.Decisions, append(all.Receipts, one.Receipts...)
	}
	return all, nil
}

// free returns ErrHeld where a hold stops erasures.
func (e Eraser) free(ctx context.Context, site, subject string) error {
	if e.Holds == nil {
		return nil
	}
	held, err := e.Holds.Held(ctx, site, subject)
	if err == nil && held {
		err = ErrHeld
	}
	return err
}

func (e Eraser) catchUp(ctx context.Context) error {
	if e.Log == nil {
		return nil
	}
	return e.Log.CatchUp(ctx)
}
