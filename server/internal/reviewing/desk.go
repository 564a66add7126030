package reviewing

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"assent/schemas"
	"assent/server/internal/admintrail"
	"assent/server/internal/consent"
	"assent/server/internal/register"
	"assent/server/internal/transfer"
)

// ErrClosed says that a review is closed already.
var ErrClosed = errors.New("the review is closed already")

// errGone says that the notice no longer has the service.
var errGone = errors.New("the notice has no such service")

// ActClose is what closing a review is called in the administration's trail.
const ActClose = "close-review"

// mostRemark is how many characters a remark may have.
const mostRemark = 1000

// Notices are what sites publish.
type Notices interface {
	Site(id string) (schemas.Site, error)
	Sites() []schemas.Site
	// Current returns a site's published notice and its id.
	Current(ctx context.Context, site string) (id string, n schemas.Notice, err error)
}

// Trail is the administration's audit trail.
type Trail interface {
	AppendAct(ctx context.Context, act admintrail.Act) error
}

// Desk is where reviews come up and are answered.
type Desk struct {
	Register  register.Store
	Notices   Notices
	Sightings Sightings
	Rates     Rates
	Ledger    Ledger
	Trail     Trail
	Adequate  transfer.List
	Nobodys   string // Id of a site that nobody owns: the server's own demo page.
	Now       func() time.Time
}

func (d Desk) book() register.Book[Review] { return BookIn(d.Register) }

// now is as documents keep it.
func (d Desk) now() time.Time { return d.Now().UTC().Truncate(time.Microsecond) }

// List brings a site's reviews up to its notice and returns them: the open ones first, by when they are due, then those
// closed last.
func (d Desk) List(ctx context.Context, site string) ([]Reviewed, error) {
	if err := d.Sync(ctx, site); err != nil {
		return nil, err
	}
	all, err := d.book().List(ctx, site)
	if err != nil {
		return nil, err
	}
	Sort(all)
	return all, nil
}

// Sort puts the open ones first, by when they are due, then those closed last.
func Sort(all []Reviewed) {
	slices.SortStableFunc(all, func(a, b Reviewed) int {
		switch open := a.Value.IsOpen(); {
		case open != b.Value.IsOpen() && open:
			return -1
		case open != b.Value.IsOpen():
			return 1
		case open:
			return a.Value.Due.Compare(b.Value.Due)
		}
		return b.Value.Closed.Compare(a.Value.Closed)
	})
}

// Get returns one review, or consent.ErrNotFound; an open one with the facts of now.
func (d Desk) Get(ctx context.Context, site, id string) (Review, error) {
	r, err := d.book().Get(ctx, site, id)
	if err != nil || !r.IsOpen() {
		return r, err
	}
	_, facts, err := d.facts(ctx, site, r.Service)
	if errors.Is(err, errGone) { // It will be closed when somebody lists.
		return r, nil
	}
	r.Facts = facts
	return r, err
}

// Close keeps what somebody found, with the facts of now, and opens the next review. The trail is left to who calls. Errors:
// *consent.InvalidError, ErrClosed, consent.ErrNotFound, or the stores'.
func (d Desk) Close(ctx context.Context, site, id, who string, answers schemas.ReviewAnswers) (Review, error) {
	answers.Remark = strings.TrimSpace(answers.Remark)
	if err := check(answers); err != nil {
		return Review{}, err
	}
	r, err := d.book().Get(ctx, site, id)
	if err != nil {
		return r, err
	}
	notice, facts, err := d.facts(ctx, site, r.Service)
	if errors.Is(err, errGone) {
		return r, cmp.Or(d.Sync(ctx, site), ErrClosed)
	}
	if err != nil {
		return r, err
	}
	closed, err := d.book().Change(ctx, site, id, func(r *Review) error {
		if !r.IsOpen() {
			return ErrClosed
		}
		r.State, r.Closed, r.By, r.Notice, r.Answers, r.Facts = Answered, d.now(), who, notice, answers, facts
		return nil
	})
	if err != nil {
		return closed, err
	}
	return closed, d.Sync(ctx, site)
}

func check(a schemas.ReviewAnswers) error {
	var faults []schemas.Fault
	for _, one := range []struct{ pointer, answer string }{{"/inUse", a.InUse}, {"/storage", a.Storage}, {"/purpose", a.Purpose}, {"/provider", a.Provider}} {
		if !slices.Contains([]string{Yes, No, Unsure}, one.answer) {
			faults = append(faults, schemas.Fault{Pointer: one.pointer, Detail: "is none of yes, no, unsure"})
		}
	}
	switch length := len([]rune(a.Remark)); {
	case length > mostRemark:
		faults = append(faults, schemas.Fault{Pointer: "/remark", Detail: fmt.Sprintf("must have at most %d characters", mostRemark)})
	case len(faults) == 0 && length == 0 && !isFine(a):
		faults = append(faults, schemas.Fault{Pointer: "/remark", Detail: "is missing: say what is not as declared, and what you will do"})
	}
	if len(faults) > 0 {
		return &consent.InvalidError{Faults: faults}
	}
	return nil
}

// DueBy returns at most limit reviews of all sites that are to be taken up now, the most urgent first.
func (d Desk) DueBy(ctx context.Context, limit int) ([]Reviewed, error) {
	return d.book().DueBy(ctx, d.now(), limit)
}

// LastAnswered is when each service of a site was reviewed last, as a store keeps it.
func LastAnswered(ctx context.Context, store register.Store, site string) (map[string]time.Time, error) {
	all, err := BookIn(store).List(ctx, site)
	if err != nil {
		return nil, err
	}
	last := map[string]time.Time{}
	for _, one := range all {
		if r := one.Value; r.State == Answered && r.Closed.After(last[r.Service]) {
			last[r.Service] = r.Closed
		}
	}
	return last, nil
}

// Tell appends to the trail that a review was closed, for who has no other way to.
func (d Desk) Tell(ctx context.Context, site, id, who string, r Review) error {
	err := d.Trail.AppendAct(ctx, admintrail.Act{At: d.now(), Who: who, What: ActClose, About: About(id, r), Site: site, Outcome: admintrail.Done})
	if err != nil {
		return fmt.Errorf("the review %s of %s is closed, but the audit trail did not take it: %w", id, site, err)
	}
	return nil
}

// About is what the trail tells of a closed review. Remarks are not told there: they may name people, and stay for ever.
func About(id string, r Review) string {
	if r.State != Answered {
		return id + " " + r.State
	}
	return fmt.Sprintf("%s in use: %s, storage: %s, purpose: %s, provider: %s", id, r.Answers.InUse, r.Answers.Storage, r.Answers.Purpose, r.Answers.Provider)
}
