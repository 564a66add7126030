package site

import (
	"context"
	"crypto/rand"
	"fmt"
	"slices"
	"strings"

	"assent/schemas"
	"assent/server/internal/consent"
)

const (
	mostVariants    = 3
	mostExperiments = 50 // Of a site; earlier ones are forgotten. Their notices stay.
)

// Running returns the experiment that a site's visitors take part in, if there is one.
func Running(s schemas.Site) (e schemas.Experiment, runs bool) {
	if len(s.Experiments) == 0 {
		return e, false
	}
	last := s.Experiments[len(s.Experiments)-1]
	return last, last.EndedAt.IsZero()
}

// StartExperiment shows notices to shares of a site's visitors: the draft of that revision, or ones that the site showed
// before. Each has to pass what a publication has to; the error is a *consent.InvalidError where one does not, and
// consent.ErrConflict where the draft is another one by now.
func (p Publisher) StartExperiment(ctx context.Context, id string, order schemas.ExperimentOrder, revision int, by string) (schemas.Site, error) {
	known, control, err := p.published(ctx, id)
	if err != nil {
		return schemas.Site{}, err
	}
	if err := checkOrder(known, order); err != nil {
		return schemas.Site{}, err
	}
	e := schemas.Experiment{ID: strings.ToLower(rand.Text()[:12]), Control: known.Notice, StartedAt: p.Now().UTC(), StartedBy: by}
	for i, wanted := range order.Variants {
		n, err := p.wanted(ctx, known, wanted.Notice, revision)
		if err != nil {
			return schemas.Site{}, err
		}
		notice, err := p.archive(ctx, known, control, n)
		if err != nil {
			return schemas.Site{}, err
		}
		if slices.ContainsFunc(e.Variants, func(v schemas.Variant) bool { return v.Notice == notice }) || notice == e.Control {
			return schemas.Site{}, invalid(fmt.Sprintf("/variants/%d/notice", i), "is the same as another notice of the experiment: change its texts or its look")
		}
		e.Variants = append(e.Variants, schemas.Variant{Notice: notice, Share: wanted.Share})
	}
	next := known
	next.Experiments = append(slices.Clone(known.Experiments), e)
	next.Experiments = next.Experiments[max(len(next.Experiments)-mostExperiments, 0):]
	return next, p.Desk.Publish(ctx, known, next, schemas.Publication{})
}

func checkOrder(known schemas.Site, order schemas.ExperimentOrder) error {
	if _, runs := Running(known); runs {
		return invalid("", "an experiment runs already: end it first")
	}
	if n := len(order.Variants); n < 1 || n > mostVariants {
		return invalid("/variants", fmt.Sprintf("has %d notices: try 1 to %d at once", n, mostVariants))
	}
	sum := 0
	for i, v := range order.Variants {
		if v.Share < 1 {
			return invalid(fmt.Sprintf("/variants/%d/share", i), "is less than 1 per cent")
		}
		sum += min(v.Share, 100)
	}
	if sum > 99 {
		return invalid("/variants", "takes all visitors: leave some to the published notice, or there is nothing to compare with")
	}
	return nil
}

// wanted is a notice that the site showed before, complete, or else its draft of that revision.
func (p Publisher) wanted(ctx context.Context, known schemas.Site, notice string, revision int) (schemas.Notice, error) {
	if notice != "" {
		if err := p.checkShown(ctx, known, notice); err != nil {
			return schemas.Notice{}, err
		}
		known.Notice = notice
		return p.notice(ctx, known)
	}
	r, err := p.Review(ctx, known.ID)
	if err != nil {
		return schemas.Notice{}, err
	}
	if r.Draft.Revision != revision {
		return schemas.Notice{}, consent.ErrConflict
	}
	return r.Draft.Notice, nil
}

// archive takes a notice through all that a publication goes through, except that visitors are shown it, and returns its id.
func (p Publisher) archive(ctx context.Context, known schemas.Site, control, n schemas.Notice) (string, error) {
	faults, complete, err := p.examine(known, n)
	if err != nil {
		return "", err
	}
	if err := Refusal(p.findingsOf(faults, complete)); err != nil {
		return "", err
	}
	if err := asksTheSame(control, complete); err != nil {
		return "", err
	}
	id, document, err := Canonical(complete)
	if err != nil {
		return "", err
	}
	if err := p.Try(known.ID, id, complete); err != nil {
		return "", fmt.Errorf("try the notice: %w", err)
	}
	return id, p.Archive.PutNotice(ctx, known.ID, id, document)
}

// asksTheSame refuses a variant that asks for something else than the control. Its visitors would have answered another
// question, so that answers could not be compared; whoever met the other notice on the next page would be asked anew; and
// one policy header and one stub could not fit both.
func asksTheSame(control, variant schemas.Notice) error {
	differences, err := Differences(control, variant)
	if err != nil {
		return err
	}
	var faults []schemas.Fault
	for _, d := range differences {
		if !strings.HasPrefix(d.Pointer, "/texts/") && !strings.HasPrefix(d.Pointer, "/look/") {
			faults = append(faults, schemas.Fault{Pointer: d.Pointer,
				Detail: "an experiment changes how visitors are asked, not what: texts and look. Publish this change to everybody first, or take it back"})
		}
	}
	if faults == nil {
		return nil
	}
	return &consent.InvalidError{Faults: few(faults)}
}

// EndExperiment shows the published notice to everybody again. The error is consent.ErrConflict where the experiment does not run.
func (p Publisher) EndExperiment(ctx context.Context, id, experiment, by string) (schemas.Site, error) {
	known, err := p.running(ctx, id, experiment)
	if err != nil {
		return schemas.Site{}, err
	}
	next := p.ended(known, known, by)
	return next, p.Desk.Publish(ctx, known, next, schemas.Publication{})
}

// Adopt publishes a variant of the experiment that runs, which ends it.
func (p Publisher) Adopt(ctx context.Context, id, experiment, notice, by string) (schemas.Site, error) {
	known, err := p.running(ctx, id, experiment)
	if err != nil {
		return schemas.Site{}, err
	}
	e, _ := Running(known)
	if !slices.ContainsFunc(e.Variants, func(v schemas.Variant) bool { return v.Notice == notice }) {
		return schemas.Site{}, invalid("/notice", "is no variant of the experiment")
	}
	return p.PublishAgain(ctx, id, notice, Plan{}, by)
}

// running returns a site whose experiment runs.
func (p Publisher) running(ctx context.Context, id, experiment string) (schemas.Site, error) {
	known, err := p.Registry.Site(ctx, id)
	if err != nil {
		return known, err
	}
	if !slices.ContainsFunc(known.Experiments, func(e schemas.Experiment) bool { return e.ID == experiment }) {
		return known, consent.ErrNotFound
	}
	if e, runs := Running(known); !runs || e.ID != experiment {
		return known, consent.ErrConflict
	}
	return known, nil
}

// ended returns next with what is known of experiments, none of which runs any more.
func (p Publisher) ended(known, next schemas.Site, by string) schemas.Site {
	next.Experiments = slices.Clone(known.Experiments)
	if _, runs := Running(known); !runs {
		return next
	}
	last := &next.Experiments[len(next.Experiments)-1]
	last.EndedAt, last.EndedBy = p.Now().UTC(), by
	if slices.ContainsFunc(last.Variants, func(v schemas.Variant) bool { return v.Notice == next.Notice }) {
		last.Adopted = next.Notice
	}
	return next
}

// checkShown refuses a notice that the site neither published nor tried.
func (p Publisher) checkShown(ctx context.Context, known schemas.Site, notice string) error {
	list, err := p.Publications(ctx, known)
	if err != nil {
		return err
	}
	if slices.ContainsFunc(list, func(past schemas.Publication) bool { return past.Notice == notice }) {
		return nil
	}
	for _, e := range known.Experiments {
		if slices.ContainsFunc(e.Variants, func(v schemas.Variant) bool { return v.Notice == notice }) {
			return nil
		}
	}
	return consent.ErrNotFound
}
