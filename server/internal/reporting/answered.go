package reporting

import (
	"context"
	"slices"
	"strconv"
	"sync"
	"time"

	"assent/schemas"
	"assent/server/internal/consent"
)

// Events of exposures, as package exposure names them.
const (
	eventShown  = "shown"
	eventOpened = "opened"
	eventHidden = "hidden"
)

// firstWaits are the values of Waited that decisions of visitors have who were asked.
var firstWaits = func() []string {
	var texts []string
	for _, seconds := range consent.Waits {
		texts = append(texts, strconv.Itoa(seconds))
	}
	return texts
}()

// tally sums up cells by a key that each leads to.
type tally struct {
	of func(Cell) *schemas.Answered // nil for one that does not count.
}

// decisions adds cells by Outcome and Synthetic, which are the last two values.
func (t tally) decisions(cells []Cell) {
	for _, cell := range cells {
		a, values := t.of(cell), cell.Values[len(cell.Values)-2:]
		if a == nil {
			continue
		}
		if values[0] == string(consent.Bot) {
			a.Bots += cell.N
			continue
		}
		a.Decisions += cell.N
		if values[1] == "1" {
			a.Synthetic += cell.N
		}
		*member(values[0], &a.Accepted, &a.Refused, &a.Partial, &a.Signals) += cell.N
	}
}

// member returns where an outcome is counted.
func member(outcome string, accepted, refused, partial, signals *int) *int {
	switch consent.Outcome(outcome) {
	case consent.Accepted:
		return accepted
	case consent.Refused:
		return refused
	case consent.Partial:
		return partial
	default:
		return signals
	}
}

// firsts adds cells by Outcome, the last value, of decisions by visitors who were asked.
func (t tally) firsts(cells []Cell) {
	for _, cell := range cells {
		a, outcome := t.of(cell), cell.Values[len(cell.Values)-1]
		if a == nil || outcome == string(consent.Bot) || outcome == string(consent.Signaled) {
			continue
		}
		*member(outcome, &a.FirstAccepted, &a.FirstRefused, &a.FirstPartial, nil) += cell.N
	}
}

// exposures adds cells by Event, the last value.
func (t tally) exposures(cells []Cell) {
	for _, cell := range cells {
		a := t.of(cell)
		if a == nil {
			continue
		}
		switch cell.Values[len(cell.Values)-1] {
		case eventShown:
			a.Views += cell.N
			a.Asked += cell.Visitors
		case eventHidden:
			a.Hidden += cell.Visitors
		case eventOpened:
			a.Opened += cell.Visitors
		}
	}
}

// settle fills in who did not answer. Who was asked shortly before an interval may answer in it, so that there may be more
// answers than questions.
func settle(a *schemas.Answered) {
	a.Ignored = max(a.Asked-a.Hidden-a.FirstAccepted-a.FirstRefused-a.FirstPartial, 0)
}

func add(sum *schemas.Answered, a schemas.Answered) {
	for _, pair := range [][2]*int{
		{&sum.Decisions, &a.Decisions}, {&sum.Accepted, &a.Accepted}, {&sum.Refused, &a.Refused}, {&sum.Partial, &a.Partial},
		{&sum.Signals, &a.Signals}, {&sum.Synthetic, &a.Synthetic}, {&sum.Bots, &a.Bots}, {&sum.Views, &a.Views}, {&sum.Opened, &a.Opened},
		{&sum.Asked, &a.Asked}, {&sum.Hidden, &a.Hidden}, {&sum.FirstAccepted, &a.FirstAccepted}, {&sum.FirstRefused, &a.FirstRefused},
		{&sum.FirstPartial, &a.FirstPartial},
	} {
		*pair[0] += *pair[1]
	}
}

// question asks about the segment.
func (s Segment) question(each time.Duration, by ...Dimension) Question {
	return Question{Site: s.Site, From: s.From.UTC(), To: s.To.UTC(), Where: s.Where, By: by, Each: each, LeftOut: s.leftOut}
}

// firsts is the question about decisions of visitors who were asked.
func (s Segment) firsts(each time.Duration, by ...Dimension) Question {
	q := s.question(each, by...)
	q.Where = map[Dimension][]string{Waited: firstWaits}
	for d, values := range s.Where {
		q.Where[d] = values
	}
	return q
}

// answers asks the three questions that Answered is made of, for each value of some dimensions, and adds the cells up.
func answers(ctx context.Context, counts Counts, s Segment, each time.Duration, by []Dimension, t tally) error {
	grouped := func(last ...Dimension) []Dimension { return append(append([]Dimension{}, by...), last...) }
	asked := asking{
		{counts.CountDecisions, s.question(each, grouped(Outcome, Synthetic)...), t.decisions},
		{counts.CountDecisions, s.firsts(each, grouped(Outcome)...), t.firsts},
	}
	if len(s.Where[Source]) == 0 && !slices.Contains(by, Source) {
		asked = append(asked, inquiry{counts.CountExposures, s.question(each, grouped(Event)...), t.exposures})
	}
	return asked.ask(ctx)
}

// inquiry is a question and who takes the answer.
type inquiry struct {
	of    func(context.Context, Question) ([]Cell, error)
	about Question
	take  func([]Cell)
}

// asking are questions that are asked at the same time. Their answers are taken one after the other.
type asking []inquiry

func (a asking) ask(ctx context.Context) error {
	answers, errs := make([][]Cell, len(a)), make([]error, len(a))
	var group sync.WaitGroup
	for i, one := range a {
		group.Go(func() { answers[i], errs[i] = one.of(ctx, one.about) })
	}
	group.Wait()
	for i, one := range a {
		if errs[i] != nil {
			return errs[i]
		}
		one.take(answers[i])
	}
	return nil
}
