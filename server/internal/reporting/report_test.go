package reporting_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"assent/schemas"
	"assent/server/internal/consent"
	"assent/server/internal/reporting"
)

func day(text string) time.Time {
	d, err := time.Parse(time.DateOnly, text)
	if err != nil {
		panic(err)
	}
	return d
}

func TestParsePeriod(t *testing.T) {
	now := time.Date(2026, 11, 23, 23, 30, 0, 0, time.FixedZone("UTC-5", -5*3600)) // 24 November in UTC.
	cases := []struct{ name, from, to, wantFrom, wantTo string }{
		{"default", "", "", "2026-10-26", "2026-11-24"},
		{"both", "2026-02-27", "2026-03-01", "2026-02-27", "2026-03-01"},
		{"one day", "2026-03-01", "2026-03-01", "2026-03-01", "2026-03-01"},
		{"from only", "2026-11-20", "", "2026-11-20", "2026-11-24"},
		{"to only", "", "2026-01-30", "2026-01-01", "2026-01-30"},
		{"longest", "2025-01-01", "2026-02-04", "2025-01-01", "2026-02-04"},
		{"too long", "2025-01-01", "2026-02-05", "", ""},
		{"backwards", "2026-03-02", "2026-03-01", "", ""},
		{"future default", "2026-11-25", "", "", ""},
		{"not a day", "yesterday", "", "", ""},
		{"no such day", "", "2026-02-30", "", ""},
		{"another format", "23.11.2026", "", "", ""},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			got, err := reporting.ParsePeriod(c.from, c.to, now)
			if c.wantFrom == "" {
				var invalid *consent.InvalidError
				if !errors.As(err, &invalid) || len(invalid.Faults) != 1 {
					t.Errorf("ParsePeriod = %v, %v, want one fault", got, err)
				}
				return
			}
			want := reporting.Period{From: day(c.wantFrom), To: day(c.wantTo)}
			if err != nil || got != want {
				t.Errorf("ParsePeriod = %v, %v, want %v", got, err, want)
			}
		})
	}
}

// ledger answers what it was given, and fails on the call named by broken.
type ledger struct {
	days   []schemas.Day
	recent []consent.Record
	broken string
	from   time.Time
	to     time.Time
}

var errBroken = errors.New("broken")

func (l *ledger) fail(call string) error {
	if l.broken == call {
		return errBroken
	}
	return nil
}

func (l *ledger) Days(_ context.Context, _ string, from, to time.Time, _ ...string) ([]schemas.Day, error) {
	l.from, l.to = from, to
	return l.days, l.fail("days")
}

func (l *ledger) Purposes(context.Context, string, time.Time, time.Time, ...string) ([]schemas.PurposeShare, error) {
	return nil, l.fail("purposes")
}

func (l *ledger) Recent(context.Context, string, int, ...string) ([]consent.Record, error) {
	return l.recent, l.fail("recent")
}

func (l *ledger) leftOut(context.Context, string) ([]string, error) {
	return nil, l.fail("left out")
}

func (l *ledger) Find(context.Context, string) ([]consent.Record, error) {
	return nil, l.fail("find")
}

func TestBuild(t *testing.T) {
	l := &ledger{
		days: []schemas.Day{
			{Day: "2026-02-27", Tally: schemas.Tally{Decisions: 10, Accepted: 4, Refused: 3, Partial: 2, Signals: 1, Bots: 7}},
			{Day: "2026-03-01", Tally: schemas.Tally{Decisions: 1, Refused: 1, Bots: 1}},
		},
		recent: []consent.Record{{Site: "shop", Action: consent.RejectAll, RecordedAt: day("2026-03-01")}},
	}
	got, err := reporting.Build(t.Context(), l, l.leftOut, "shop", reporting.Period{From: day("2026-02-27"), To: day("2026-03-02")})
	if err != nil {
		t.Fatal(err)
	}
	want := schemas.Report{
		Site: "shop", From: "2026-02-27", To: "2026-03-02",
		Totals: schemas.Tally{Decisions: 11, Accepted: 4, Refused: 4, Partial: 2, Signals: 1, Bots: 8},
		Days:   []schemas.Day{l.days[0], {Day: "2026-02-28"}, l.days[1], {Day: "2026-03-02"}},
		Recent: []schemas.Receipt{l.recent[0].Receipt()}, Purposes: []schemas.PurposeShare{},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("report (-want +got):\n%s", diff)
	}
	if !l.from.Equal(day("2026-02-27")) || !l.to.Equal(day("2026-03-03")) {
		t.Errorf("asked for [%v, %v), want the last day included", l.from, l.to)
	}
}

func TestBuildFails(t *testing.T) {
	for _, call := range []string{"left out", "days", "purposes", "recent"} {
		l := &ledger{broken: call}
		_, err := reporting.Build(t.Context(), l, l.leftOut, "shop", reporting.Period{From: day("2026-03-01"), To: day("2026-03-01")})
		if !errors.Is(err, errBroken) {
			t.Errorf("%s: Build = %v, want its error", call, err)
		}
	}
}
