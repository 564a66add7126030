package reporting

import (
	"fmt"
	"net/url"
	"slices"
	"strings"
	"time"
	_ "time/tzdata" // Containers have no time zones of their own.

	"assent/schemas"
	"assent/server/internal/consent"
)

// Lengths of intervals.
const (
	EachHour = "hour"
	EachDay  = "day"
	EachWeek = "week"
)

// mostHours bounds how many single hours are told.
const mostHours = 31

// Segment is whom and when a report is about.
type Segment struct {
	Site     string
	From, To time.Time // Midnights in Zone; the second ends the last day.
	Each     string
	Where    map[Dimension][]string
	leftOut  []string // As Question.LeftOut; a Rater fills it in.
}

// Zone is the time zone of the segment's days.
func (s Segment) Zone() *time.Location { return s.From.Location() }

// ParseSegment reads from, to (days as YYYY-MM-DD, the last 30 unless told), tz (an IANA name, UTC unless told), each, and
// values of the filter's dimensions, each of which may be given several times. The error is a *consent.InvalidError.
func ParseSegment(site string, query url.Values, now time.Time) (Segment, error) {
	zone, faults := parseZone(query.Get("tz"))
	now = now.In(zone)
	today := time.Date(now.Year(), now.Month(), now.Day(), 0, 0, 0, 0, zone)
	last, err := parseDayIn(query.Get("to"), zone, today)
	if err != nil {
		faults = append(faults, notADay("to", query.Get("to")))
	}
	first, err := parseDayIn(query.Get("from"), zone, last.AddDate(0, 0, 1-usualDays))
	if err != nil {
		faults = append(faults, notADay("from", query.Get("from")))
	}
	s := Segment{Site: site, From: first, To: last.AddDate(0, 0, 1), Each: query.Get("each"), Where: map[Dimension][]string{}}
	if s.Each == "" {
		s.Each = EachDay
	}
	if !slices.Contains([]string{EachHour, EachDay, EachWeek}, s.Each) {
		faults = append(faults, schemas.Fault{Detail: fmt.Sprintf("each=%q is none of hour, day, week", s.Each)})
	}
	for _, d := range FilterDimensions {
		if values := query[string(d)]; len(values) > 0 {
			s.Where[d] = values
		}
	}
	if len(faults) == 0 {
		faults = s.faults()
	}
	if len(faults) > 0 {
		return Segment{}, &consent.InvalidError{Faults: faults}
	}
	return s, nil
}

func (s Segment) faults() []schemas.Fault {
	days := int(s.To.Sub(s.From).Round(24*time.Hour) / (24 * time.Hour))
	switch {
	case days < 1:
		return []schemas.Fault{{Detail: "from is later than to: swap them"}}
	case days > maxDays:
		return []schemas.Fault{{Detail: fmt.Sprintf("the period has %d days: ask for at most %d at once", days, maxDays)}}
	case s.Each == EachHour && days > mostHours:
		return []schemas.Fault{{Detail: fmt.Sprintf("the period has %d days: ask for at most %d by the hour", days, mostHours)}}
	}
	return nil
}

func parseZone(name string) (*time.Location, []schemas.Fault) {
	zone, err := time.LoadLocation(name)
	// "Local" would be the server's own.
	if err != nil || strings.EqualFold(name, "local") {
		return time.UTC, []schemas.Fault{{Detail: fmt.Sprintf("tz=%q is no time zone such as Europe/Berlin", name)}}
	}
	return zone, nil
}

func parseDayIn(text string, zone *time.Location, otherwise time.Time) (time.Time, error) {
	if text == "" {
		return otherwise, nil
	}
	return time.ParseInLocation(time.DateOnly, text, zone)
}

// next returns the end of the interval that begins at an instant.
func (s Segment) next(from time.Time) time.Time {
	var to time.Time
	switch s.Each {
	case EachHour:
		// Not the next hour of the clock, which comes twice or never when clocks change.
		to = from.Add(time.Hour)
	case EachWeek:
		sinceMonday := (int(from.Weekday()) + 6) % 7
		to = from.AddDate(0, 0, 7-sinceMonday)
	default:
		to = from.AddDate(0, 0, 1)
	}
	if to.After(s.To) {
		return s.To
	}
	return to
}

// intervals are those of the period, without numbers yet.
func (s Segment) intervals() []schemas.Interval {
	var list []schemas.Interval
	for from := s.From; from.Before(s.To); {
		to := s.next(from)
		list = append(list, schemas.Interval{From: from, To: to})
		from = to
	}
	return list
}

// step is the length of time that has to be told apart: hours, unless the zone is not whole hours away from UTC.
func (s Segment) step() time.Duration {
	for _, at := range []time.Time{s.From, s.To} {
		if _, offset := at.Zone(); offset%3600 != 0 {
			return Slot
		}
	}
	return time.Hour
}
