package reporting

import (
	"context"
	"fmt"
	"time"

	"assent/schemas"
	"assent/server/internal/consent"
	"assent/server/internal/experiment"
)

// Experiment makes the report about an experiment, as of now. Visitors are counted in whole slots, so that those who were
// all shown the control just before it began are not in it, nor those just after its end.
func (r Rater) Experiment(ctx context.Context, site string, e schemas.Experiment, now time.Time) (schemas.ExperimentReport, error) {
	report := schemas.ExperimentReport{Experiment: e, From: e.StartedAt.Add(Slot - 1).Truncate(Slot), To: now.UTC().Truncate(Slot).Add(Slot)}
	if !e.EndedAt.IsZero() {
		report.To = e.EndedAt.Truncate(Slot)
	}
	if report.To.Before(report.From) {
		report.To = report.From
	}
	a := armsOf(e)
	if report.From.Before(report.To) {
		if err := r.countArms(ctx, site, &report, a); err != nil {
			return schemas.ExperimentReport{}, fmt.Errorf("experiment: %w", err)
		}
	}
	for _, notice := range a.order {
		report.Arms = append(report.Arms, a.of[notice].settled())
	}
	experiment.Judge(&report)
	return report, nil
}

// arms are those of an experiment by their notices, the control first.
type arms struct {
	order []string
	of    map[string]*arm
}

type arm struct {
	schemas.Arm
	asked int
}

func armsOf(e schemas.Experiment) arms {
	rest := 100
	for _, v := range e.Variants {
		rest -= v.Share
	}
	a := arms{of: map[string]*arm{}}
	for _, v := range append([]schemas.Variant{{Notice: e.Control, Share: rest}}, e.Variants...) {
		a.order = append(a.order, v.Notice)
		a.of[v.Notice] = &arm{Arm: schemas.Arm{Notice: v.Notice, Share: v.Share}}
	}
	return a
}

// settled fills in who did not answer. Who was asked before the first slot may answer in it, so that there may be more
// answers than questions.
func (a *arm) settled() schemas.Arm {
	answered := a.Accepted + a.Refused + a.Partial
	a.Visitors = max(a.asked-a.Hidden-a.Synthetic, answered)
	a.Ignored = a.Visitors - answered
	return a.Arm
}

func (r Rater) countArms(ctx context.Context, site string, report *schemas.ExperimentReport, a arms) error {
	s, err := r.honouring(ctx, Segment{Site: site, From: report.From, To: report.To, Where: map[Dimension][]string{Notice: a.order}})
	if err != nil {
		return err
	}
	return asking{
		{r.Counts.CountDecisions, s.firsts(0, Notice, Outcome, Synthetic), a.decisions},
		{r.Counts.CountExposures, s.question(0, Notice, Event), a.exposures},
		{r.Counts.CountExposures, s.everybody().question(time.Hour, Event), func(cells []Cell) { report.Bounded = isBounded(cells) }},
	}.ask(ctx)
}

// decisions adds cells by Notice, Outcome and Synthetic.
func (a arms) decisions(cells []Cell) {
	for _, cell := range cells {
		of, outcome := a.of[cell.Values[0]], cell.Values[1]
		switch {
		case outcome == string(consent.Bot):
			of.Bots += cell.N
		case outcome == string(consent.Signaled):
			// The browser's answer, before anybody was asked.
		case cell.Values[2] == "1":
			of.Synthetic += cell.N
		default:
			*member(outcome, &of.Accepted, &of.Refused, &of.Partial, nil) += cell.N
		}
	}
}

// exposures adds cells by Notice and Event.
func (a arms) exposures(cells []Cell) {
	for _, cell := range cells {
		switch of := a.of[cell.Values[0]]; cell.Values[1] {
		case eventShown:
			of.asked += cell.Visitors
		case eventHidden:
			of.Hidden += cell.Visitors
		}
	}
}
