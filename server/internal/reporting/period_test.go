package reporting_test

import (
	"errors"
	"net/url"
	"strings"
	"testing"
	"time"

	"assent/server/internal/consent"
	"assent/server/internal/embeddedstore"
	"assent/server/internal/recording/recordingtest"
	"assent/server/internal/reporting"
	"assent/server/internal/shipping"
)

func parse(t *testing.T, query string) (reporting.Segment, error) {
	t.Helper()
	values, err := url.ParseQuery(query)
	if err != nil {
		t.Fatal(err)
	}
	return reporting.ParseSegment("shop", values, time.Date(2026, 11, 25, 23, 30, 0, 0, time.UTC))
}

func TestParseSegment(t *testing.T) {
	for query, want := range map[string]string{
		"":                    "2026-10-27T00:00:00Z 2026-11-26T00:00:00Z",
		"tz=Europe/Berlin":    "2026-10-28T00:00:00+01:00 2026-11-27T00:00:00+01:00", // Tomorrow has begun there.
		"tz=America/New_York": "2026-10-27T00:00:00-04:00 2026-11-26T00:00:00-05:00",
		"from=2026-03-29&to=2026-03-29&tz=Europe/Berlin": "2026-03-29T00:00:00+01:00 2026-03-30T00:00:00+02:00",
	} {
		s, err := parse(t, query)
		if got := s.From.Format(time.RFC3339) + " " + s.To.Format(time.RFC3339); err != nil || got != want {
			t.Errorf("%s: %s, %v; want %s", query, got, err, want)
		}
	}
	for query, want := range map[string]string{
		"from=x": "from", "to=x": "to", "tz=Mars/Olympus": "time zone", "tz=Local": "time zone", "each=year": "each",
		"from=2026-11-25&to=2026-11-24": "swap", "from=2020-01-01": "at most 400", "from=2026-09-01&each=hour": "by the hour",
	} {
		_, err := parse(t, query)
		var invalid *consent.InvalidError
		if !errors.As(err, &invalid) || len(invalid.Faults) != 1 || !strings.Contains(invalid.Faults[0].Detail, want) {
			t.Errorf("%s: %v, want a fault about %s", query, err, want)
		}
	}
	s, err := parse(t, "device=phone&device=&browser=firefox&unknown=x")
	if err != nil || len(s.Where) != 2 || len(s.Where[reporting.Device]) != 2 {
		t.Errorf("%+v, %v", s.Where, err)
	}
}

// TestIntervalsFollowTheClocksOfTheZone counts on days that have 23 and 25 hours, and where hours are no whole ones of UTC.
func TestIntervalsFollowTheClocksOfTheZone(t *testing.T) {
	store, err := embeddedstore.Open(t.Context(), t.TempDir(), time.Now)
	if err != nil {
		t.Fatal(err)
	}
	defer store.Close()
	var records []consent.Record
	for hour := range 24 * 14 {
		record := recordingtest.Decision("shop", time.Duration(hour).String())
		record.Flags, record.RecordedAt = nil, time.Date(2026, 10, 19, 0, 20, 0, 0, time.UTC).Add(time.Duration(hour)*time.Hour)
		records = append(records, record)
	}
	if err := store.Append(t.Context(), shipping.Batch{Records: records}); err != nil {
		t.Fatal(err)
	}
	rater := reporting.Rater{Counts: store, Query: store, Notices: nowhere, LeftOut: nobody}
	for query, want := range map[string][]int{
		"from=2026-10-24&to=2026-10-26&tz=Europe/Berlin":            {24, 25, 24},
		"from=2026-10-31&to=2026-11-01&tz=Asia/Kathmandu":           {24, 24},
		"from=2026-10-22&to=2026-10-31&tz=Europe/Berlin&each=week":  {4*24 + 1, 6 * 24},
		"from=2026-10-25&to=2026-10-25&tz=Europe/Berlin&each=hour":  {1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1},
		"from=2026-10-20&to=2026-10-20&tz=Asia/Kathmandu&each=hour": {1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1},
	} {
		s, err := parse(t, query)
		if err != nil {
			t.Fatal(err)
		}
		rates, err := rater.Rates(t.Context(), s)
		if err != nil {
			t.Fatal(err)
		}
		total := 0
		for i, interval := range rates.Intervals {
			total += interval.Answered.Decisions
			if i >= len(want) || interval.Answered.Decisions != want[i] {
				t.Errorf("%s: interval %d has %d decisions", query, i, interval.Answered.Decisions)
			}
		}
		if len(rates.Intervals) != len(want) || rates.Totals.Decisions != total {
			t.Errorf("%s: %d intervals with %d decisions, totals %+v", query, len(rates.Intervals), total, rates.Totals)
		}
	}
}
