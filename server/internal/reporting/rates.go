package reporting

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"sort"
	"strconv"
	"strings"
	"time"

	"assent/schemas"
	"assent/server/internal/consent"
)

const (
	mostGroups = 100
	mostValues = 50
	// mostVisitors is exposure.MostVisitors.
	mostVisitors = 200_000
)

// Notices finds a published notice of a site, or returns consent.ErrNotFound.
type Notices func(ctx context.Context, site, id string) (*schemas.Notice, error)

// Rater makes the reports about segments.
type Rater struct {
	Counts  Counts
	Query   Query
	Notices Notices
	LeftOut LeftOut
}

// honouring is the segment without the decisions of those who are left out now.
func (r Rater) honouring(ctx context.Context, s Segment) (Segment, error) {
	var err error
	if s.leftOut, err = r.LeftOut(ctx, s.Site); err != nil {
		return s, fmt.Errorf("who is left out: %w", err)
	}
	return s, nil
}

// Rates makes the report about a segment.
func (r Rater) Rates(ctx context.Context, s Segment) (schemas.Rates, error) {
	s, err := r.honouring(ctx, s)
	if err != nil {
		return schemas.Rates{}, err
	}
	report := schemas.Rates{Site: s.Site, From: s.From.Format(time.DateOnly), To: s.To.AddDate(0, 0, -1).Format(time.DateOnly), TimeZone: s.Zone().String(),
		Each: s.Each, Intervals: s.intervals(), Purposes: []schemas.GrantShare{}, Services: []schemas.GrantShare{}, Waits: []schemas.Wait{},
		Notices: []schemas.NoticeSince{}, Values: map[string][]string{}}
	if err := answers(ctx, r.Counts, s, s.step(), nil, intervalsOf(report.Intervals)); err != nil {
		return schemas.Rates{}, fmt.Errorf("rates over time: %w", err)
	}
	for i := range report.Intervals {
		add(&report.Totals, report.Intervals[i].Answered)
		settle(&report.Intervals[i].Answered)
	}
	settle(&report.Totals)
	var granted []Cell
	asked := asking{
		{r.Counts.CountDecisions, s.question(0, Outcome, Notice, Purposes, Services), func(cells []Cell) { granted = cells }},
		{r.Counts.CountDecisions, s.firsts(0, Waited, Outcome), func(cells []Cell) { report.Waits = waits(cells) }},
		{r.Counts.CountDecisions, s.question(0, Source, Outcome), func(cells []Cell) { report.Saved = saved(cells) }},
		{r.Counts.CountDecisions, s.everybody().question(time.Hour, Notice), func(cells []Cell) { report.Notices = noticesSince(cells) }},
		{r.Counts.CountExposures, s.everybody().question(time.Hour, Event), func(cells []Cell) { report.Bounded = isBounded(cells) }},
	}
	for _, d := range FilterDimensions {
		asked = append(asked, inquiry{r.Counts.CountDecisions, s.everybody().latest().question(0, d), func(cells []Cell) { report.Values[string(d)] = valuesOf(cells) }})
	}
	if err := asked.ask(ctx); err != nil {
		return schemas.Rates{}, fmt.Errorf("rates: %w", err)
	}
	if report.Purposes, report.Services, err = r.shares(ctx, s.Site, granted); err != nil {
		return schemas.Rates{}, fmt.Errorf("rates per purpose: %w", err)
	}
	recent, err := r.Query.Recent(ctx, s.Site, recentRows, s.leftOut...)
	if err != nil {
		return schemas.Rates{}, fmt.Errorf("last decisions: %w", err)
	}
	report.Recent = receipts(recent)
	return report, nil
}

// Shares tells how many of a segment granted each purpose and each service.
func (r Rater) Shares(ctx context.Context, s Segment) (purposes, services []schemas.GrantShare, err error) {
	cells, err := r.Counts.CountDecisions(ctx, s.question(0, Outcome, Notice, Purposes, Services))
	if err != nil {
		return nil, nil, fmt.Errorf("shares: %w", err)
	}
	return r.shares(ctx, s.Site, cells)
}

// everybody is the segment without its filter.
func (s Segment) everybody() Segment {
	s.Where = nil
	return s
}

// latest is the last week of the segment: enough to know what there is to filter by.
func (s Segment) latest() Segment {
	if week := s.To.AddDate(0, 0, -7); week.After(s.From) {
		s.From = week
	}
	return s
}

// intervalsOf counts cells in the interval that they lie in.
func intervalsOf(intervals []schemas.Interval) tally {
	return tally{of: func(cell Cell) *schemas.Answered {
		i := sort.Search(len(intervals), func(i int) bool { return intervals[i].To.After(cell.At) })
		if i == len(intervals) || cell.At.Before(intervals[i].From) {
			return nil
		}
		return &intervals[i].Answered
	}}
}

// waits turns cells by Waited and Outcome into steps.
func waits(cells []Cell) []schemas.Wait {
	sums := map[string]int{}
	for _, cell := range cells {
		if cell.Values[1] != string(consent.Bot) && cell.Values[1] != string(consent.Signaled) {
			sums[cell.Values[0]] += cell.N
		}
	}
	list := []schemas.Wait{}
	for _, seconds := range consent.Waits {
		list = append(list, schemas.Wait{Seconds: seconds, Decisions: sums[strconv.Itoa(seconds)]})
	}
	return list
}

// saved counts cells by Source and Outcome that were made in the preferences.
func saved(cells []Cell) int {
	n := 0
	for _, cell := range cells {
		if cell.Values[0] == "preferences" && cell.Values[1] != string(consent.Bot) {
			n += cell.N
		}
	}
	return n
}

// away is how long a version of the notice is not seen, while another one is, before it counts as published again. Browsers
// and pages keep an earlier one for less.
const away = 24 * time.Hour

// noticesSince finds where versions came up, in cells by hour and Notice.
func noticesSince(cells []Cell) []schemas.NoticeSince {
	slices.SortFunc(cells, func(a, b Cell) int { return cmp.Or(a.At.Compare(b.At), strings.Compare(a.Values[0], b.Values[0])) })
	list, seen := []schemas.NoticeSince{}, map[string]time.Time{}
	before := ""
	for _, cell := range cells {
		notice := cell.Values[0]
		last, known := seen[notice]
		if !known || before != notice && cell.At.Sub(last) > away {
			list = append(list, schemas.NoticeSince{Notice: notice, From: cell.At})
		}
		seen[notice], before = cell.At, notice
	}
	return list
}

// isBounded reports whether there were as many visitors on a day as are told apart.
func isBounded(cells []Cell) bool {
	perDay := map[time.Time]int{}
	for _, cell := range cells {
		perDay[cell.At.Truncate(24*time.Hour)] += cell.Visitors
	}
	for _, visitors := range perDay {
		if visitors >= mostVisitors {
			return true
		}
	}
	return false
}

func valuesOf(cells []Cell) []string {
	slices.SortFunc(cells, func(a, b Cell) int { return cmp.Or(b.N-a.N, strings.Compare(a.Values[0], b.Values[0])) })
	values := []string{}
	for _, cell := range cells[:min(len(cells), mostValues)] {
		values = append(values, cell.Values[0])
	}
	return values
}

// shares adds up cells by Outcome, Notice, Purposes and Services. A service that was not answered by itself goes with its
// purpose, as the notice says; what a notice that nobody finds any more said of services is not known.
func (r Rater) shares(ctx context.Context, site string, cells []Cell) (purposes, services []schemas.GrantShare, err error) {
	byPurpose, byService := map[string]*schemas.GrantShare{}, map[string]*schemas.GrantShare{}
	count := func(of map[string]*schemas.GrantShare, id string, yes bool, n int) {
		if of[id] == nil {
			of[id] = &schemas.GrantShare{ID: id}
		}
		of[id].Decided += n
		if yes {
			of[id].Granted += n
		}
	}
	for _, cell := range cells {
		if cell.Values[0] == string(consent.Bot) {
			continue
		}
		given, err := consent.ReadAnswers(cell.Values[2])
		if err != nil {
			return nil, nil, err
		}
		apart, err := consent.ReadAnswers(cell.Values[3])
		if err != nil {
			return nil, nil, err
		}
		for purpose, yes := range given {
			count(byPurpose, purpose, yes, cell.N)
		}
		notice, err := r.Notices(ctx, site, cell.Values[1])
		if errors.Is(err, consent.ErrNotFound) {
			continue
		}
		if err != nil {
			return nil, nil, err
		}
		for _, service := range notice.Services {
			yes, answered := apart[service.ID]
			if !answered {
				yes, answered = given[service.Purpose]
			}
			if answered {
				count(byService, service.ID, yes, cell.N)
			}
		}
	}
	return sortedShares(byPurpose), sortedShares(byService), nil
}

func sortedShares(of map[string]*schemas.GrantShare) []schemas.GrantShare {
	list := []schemas.GrantShare{}
	for _, id := range slices.Sorted(maps.Keys(of)) {
		list = append(list, *of[id])
	}
	return list
}

// Breakdown makes the report about a segment by one dimension.
func (r Rater) Breakdown(ctx context.Context, s Segment, by string) (schemas.Breakdown, error) {
	d := Dimension(by)
	if !slices.Contains(FilterDimensions, d) {
		return schemas.Breakdown{}, &consent.InvalidError{Faults: []schemas.Fault{{Detail: fmt.Sprintf("by=%q is none of notice, locale, regime, source, page, country, device, browser", by)}}}
	}
	s, err := r.honouring(ctx, s)
	if err != nil {
		return schemas.Breakdown{}, err
	}
	groups := map[string]*schemas.Group{}
	t := tally{of: func(cell Cell) *schemas.Answered {
		value := cell.Values[0]
		if groups[value] == nil {
			groups[value] = &schemas.Group{Value: value}
		}
		return &groups[value].Answered
	}}
	if err := answers(ctx, r.Counts, s, 0, []Dimension{d}, t); err != nil {
		return schemas.Breakdown{}, fmt.Errorf("rates by %s: %w", by, err)
	}
	b := schemas.Breakdown{By: by, Groups: []schemas.Group{}}
	for _, group := range groups {
		settle(&group.Answered)
		b.Groups = append(b.Groups, *group)
	}
	slices.SortFunc(b.Groups, func(a, b schemas.Group) int {
		return cmp.Or(b.Answered.Decisions-a.Answered.Decisions, b.Answered.Asked-a.Answered.Asked, strings.Compare(a.Value, b.Value))
	})
	if len(b.Groups) > mostGroups {
		b.Groups, b.Left = b.Groups[:mostGroups], len(b.Groups)-mostGroups
	}
	return b, nil
}

// Overview makes the report about today so far, and the same part of the same day a week ago.
func (r Rater) Overview(ctx context.Context, s Segment, now time.Time) (schemas.Overview, error) {
	s, err := r.honouring(ctx, s)
	if err != nil {
		return schemas.Overview{}, err
	}
	now = now.In(s.Zone())
	midnight := time.Date(now.Year(), now.Month(), now.Day(), 0, 0, 0, 0, s.Zone())
	o := schemas.Overview{Site: s.Site, TimeZone: s.Zone().String(), Until: now.UTC().Truncate(Slot).Add(Slot)}
	// Today lasts until now, whatever the clock did a week ago; the slot that has begun counts as far as it went.
	for _, day := range []struct {
		from, to time.Time
		into     *schemas.Answered
	}{{midnight, o.Until, &o.Today}, {midnight.AddDate(0, 0, -7), midnight.AddDate(0, 0, -7).Add(o.Until.Sub(midnight)), &o.LastWeek}} {
		part := Segment{Site: s.Site, From: day.from, To: day.to, Where: s.Where, leftOut: s.leftOut}
		if err := answers(ctx, r.Counts, part, 0, nil, tally{of: func(Cell) *schemas.Answered { return day.into }}); err != nil {
			return schemas.Overview{}, fmt.Errorf("overview: %w", err)
		}
		settle(day.into)
	}
	return o, nil
}

// Comparison holds two segments against each other.
func (r Rater) Comparison(ctx context.Context, one, other Segment) (schemas.Comparison, error) {
	var c schemas.Comparison
	for _, side := range []struct {
		s    Segment
		into *schemas.Answered
	}{{one, &c.One}, {other, &c.Other}} {
		s, err := r.honouring(ctx, side.s)
		if err != nil {
			return schemas.Comparison{}, err
		}
		if err := answers(ctx, r.Counts, s, 0, nil, tally{of: func(Cell) *schemas.Answered { return side.into }}); err != nil {
			return schemas.Comparison{}, fmt.Errorf("comparison: %w", err)
		}
		settle(side.into)
	}
	rate := func(name string, of func(schemas.Answered) (part, whole int)) {
		c.Rates = append(c.Rates, compare(name, estimate(of(c.One)), estimate(of(c.Other))))
	}
	rate("accepted", func(a schemas.Answered) (int, int) { return a.Accepted, a.Decisions })
	rate("partial", func(a schemas.Answered) (int, int) { return a.Partial, a.Decisions })
	rate("refused", func(a schemas.Answered) (int, int) { return a.Refused, a.Decisions })
	rate("ignored", func(a schemas.Answered) (int, int) { return a.Ignored, a.Asked })
	return c, nil
}
