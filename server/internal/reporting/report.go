package reporting

import (
	"context"
	"fmt"
	"time"

	"assent/schemas"
	"assent/server/internal/consent"
)

const (
	usualDays  = 30
	maxDays    = 400 // A year and a month: enough to compare with last year, small enough to draw.
	recentRows = 50
)

// Period is a span of whole UTC days.
type Period struct {
	From time.Time // Midnight of the first day.
	To   time.Time // Midnight of the last day, inclusive.
}

// ParsePeriod reads two days as YYYY-MM-DD. An empty to is today, an empty from makes it 30 days. It returns
// *consent.InvalidError when a day is not one, or the period is backwards or longer than 400 days.
func ParsePeriod(from, to string, now time.Time) (Period, error) {
	var faults []schemas.Fault
	today := now.UTC().Truncate(24 * time.Hour)
	last, err := parseDay(to, today)
	if err != nil {
		faults = append(faults, notADay("to", to))
	}
	first, err := parseDay(from, last.AddDate(0, 0, 1-usualDays))
	if err != nil {
		faults = append(faults, notADay("from", from))
	}
	p := Period{From: first, To: last}
	switch {
	case len(faults) > 0:
	case p.To.Before(p.From):
		faults = append(faults, schemas.Fault{Detail: "from is later than to: swap them"})
	case p.Days() > maxDays:
		faults = append(faults, schemas.Fault{Detail: fmt.Sprintf("the period has %d days: ask for at most %d at once", p.Days(), maxDays)})
	}
	if len(faults) > 0 {
		return Period{}, &consent.InvalidError{Faults: faults}
	}
	return p, nil
}

// Days is the number of days, both ends included.
func (p Period) Days() int {
	return int(p.To.Sub(p.From)/(24*time.Hour)) + 1
}

func parseDay(text string, otherwise time.Time) (time.Time, error) {
	if text == "" {
		return otherwise, nil
	}
	return time.Parse(time.DateOnly, text)
}

func notADay(parameter, value string) schemas.Fault {
	return schemas.Fault{Detail: fmt.Sprintf("%s=%q is not a day such as 2026-11-23", parameter, value)}
}

// Build makes the report of one site: every day of the period, those without decisions too, the totals over them, and
// the last 50 decisions of all times, all without those of whoever is left out.
func Build(ctx context.Context, query Query, leaveOut LeftOut, site string, period Period) (schemas.Report, error) {
	leftOut, err := leaveOut(ctx, site)
	if err != nil {
		return schemas.Report{}, fmt.Errorf("report who is left out: %w", err)
	}
	end := period.To.AddDate(0, 0, 1)
	days, err := query.Days(ctx, site, period.From, end, leftOut...)
	if err != nil {
		return schemas.Report{}, fmt.Errorf("report days: %w", err)
	}
	purposes, err := query.Purposes(ctx, site, period.From, end, leftOut...)
	if err != nil {
		return schemas.Report{}, fmt.Errorf("report purposes: %w", err)
	}
	recent, err := query.Recent(ctx, site, recentRows, leftOut...)
	if err != nil {
		return schemas.Report{}, fmt.Errorf("report last decisions: %w", err)
	}
	if purposes == nil {
		purposes = []schemas.PurposeShare{}
	}
	days = everyDay(period, days)
	return schemas.Report{
		Site: site, From: period.From.Format(time.DateOnly), To: period.To.Format(time.DateOnly),
		Totals: total(days), Days: days, Purposes: purposes, Recent: receipts(recent),
	}, nil
}

// everyDay fills the gaps, so that a chart's time axis is true.
func everyDay(period Period, known []schemas.Day) []schemas.Day {
	tallies := make(map[string]schemas.Tally, len(known))
	for _, day := range known {
		tallies[day.Day] = day.Tally
	}
	days := make([]schemas.Day, period.Days())
	for i := range days {
		day := period.From.AddDate(0, 0, i).Format(time.DateOnly)
		days[i] = schemas.Day{Day: day, Tally: tallies[day]}
	}
	return days
}

func total(days []schemas.Day) schemas.Tally {
	var sum schemas.Tally
	for _, day := range days {
		sum.Decisions += day.Tally.Decisions
		sum.Accepted += day.Tally.Accepted
		sum.Refused += day.Tally.Refused
		sum.Partial += day.Tally.Partial
		sum.Signals += day.Tally.Signals
		sum.Bots += day.Tally.Bots
	}
	return sum
}

func receipts(records []consent.Record) []schemas.Receipt {
	list := make([]schemas.Receipt, len(records))
	for i, record := range records {
		list[i] = record.Receipt()
	}
	return list
}
