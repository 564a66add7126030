package reporting_test

import (
	"context"
	"math"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"assent/schemas"
	"assent/server/internal/consent"
	"assent/server/internal/embeddedstore"
	"assent/server/internal/exposure"
	"assent/server/internal/recording/recordingtest"
	"assent/server/internal/reporting"
	"assent/server/internal/shipping"
)

func nobody(context.Context, string) ([]string, error) { return nil, nil }

func nowhere(context.Context, string, string) (*schemas.Notice, error) {
	return nil, consent.ErrNotFound
}

var noon = time.Date(2026, 11, 25, 12, 0, 0, 0, time.UTC)

// shop has some visitors today and a week ago.
type shop struct {
	*embeddedstore.Store
	t     *testing.T
	rater reporting.Rater
	out   []string // Subjects whose decisions are left out.
}

func openShop(t *testing.T) *shop {
	store, err := embeddedstore.Open(t.Context(), t.TempDir(), func() time.Time { return noon })
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := store.Close(); err != nil {
			t.Error(err)
		}
	})
	notice := schemas.Notice{Services: []schemas.Service{{ID: "youtube", Purpose: "marketing"}, {ID: "maps", Purpose: "analytics"}}}
	find := func(_ context.Context, site, id string) (*schemas.Notice, error) {
		if site != "shop" || id != "n1" {
			return nil, consent.ErrNotFound
		}
		return &notice, nil
	}
	s := &shop{Store: store, t: t}
	s.rater = reporting.Rater{Counts: store, Query: store, Notices: find, LeftOut: func(_ context.Context, site string) ([]string, error) {
		if site != "shop" {
			return nil, consent.ErrNotFound
		}
		return s.out, nil
	}}
	return s
}

// decide records n decisions that differ in nothing but their visitors.
func (s *shop) decide(n int, at time.Time, change func(*consent.Record)) {
	s.t.Helper()
	var records []consent.Record
	for range n {
		r := recordingtest.Decision("shop", recordingtest.Site())
		r.Notice, r.Flags, r.Synthetic, r.Services, r.RecordedAt, r.Waited = "n1", nil, false, nil, at, 8
		change(&r)
		records = append(records, r)
	}
	if err := s.Append(s.t.Context(), shipping.Batch{Records: records}); err != nil {
		s.t.Fatal(err)
	}
}

func (s *shop) expose(at time.Time, event string, views, visitors int) {
	s.t.Helper()
	key := exposure.Key{Site: "shop", Slot: exposure.SlotOf(at), Event: event, Notice: "n1", Device: "phone"}
	if err := s.AddExposures(s.t.Context(), []exposure.Count{{Key: key, Views: views, Visitors: visitors}}); err != nil {
		s.t.Fatal(err)
	}
}

func answer(analytics, marketing bool) func(*consent.Record) {
	return func(r *consent.Record) {
		r.Purposes = map[string]bool{"analytics": analytics, "marketing": marketing}
	}
}

func (s *shop) segment(query string) reporting.Segment {
	s.t.Helper()
	segment, err := parse(s.t, query)
	if err != nil {
		s.t.Fatal(err)
	}
	return segment
}

func (s *shop) fill() {
	s.expose(noon, exposure.Shown, 200, 100)
	s.expose(noon, exposure.Hidden, 9, 4)
	s.expose(noon, exposure.Opened, 30, 20)
	s.expose(noon, exposure.Program, 50, 0)
	s.decide(40, noon, answer(true, true))
	s.decide(20, noon, answer(false, false))
	s.decide(6, noon, answer(true, false))
	s.decide(2, noon, func(r *consent.Record) { answer(true, true)(r); r.Flags = []string{consent.FlagBot} })
	s.decide(5, noon, func(r *consent.Record) { answer(false, false)(r); r.Action, r.Waited = consent.Withdraw, 0 })
	s.decide(3, noon, func(r *consent.Record) {
		r.Purposes, r.Action, r.Waited = map[string]bool{"marketing": false}, consent.Signal, 0
	})
	s.decide(1, noon, func(r *consent.Record) {
		answer(true, false)(r)
		r.Services, r.Synthetic, r.Device, r.Waited = map[string]bool{"youtube": true}, true, "desktop", 0
	})
	s.decide(10, noon.AddDate(0, 0, -7), answer(true, true))
	s.decide(10, noon.AddDate(0, 0, -7).Add(time.Hour), answer(true, true)) // Later in the day than it is now.
}

var today = schemas.Answered{Decisions: 75, Accepted: 40, Refused: 25, Partial: 7, Signals: 3, Synthetic: 1, Bots: 2, Views: 200, Opened: 20,
	Asked: 100, Hidden: 4, FirstAccepted: 40, FirstRefused: 20, FirstPartial: 6, Ignored: 30}

func TestRates(t *testing.T) {
	s := openShop(t)
	s.fill()
	got, err := s.rater.Rates(t.Context(), s.segment("from=2026-11-25"))
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(today, got.Totals); diff != "" {
		t.Errorf("totals (-want +got):\n%s", diff)
	}
	for what, diff := range map[string]string{
		"purposes": cmp.Diff([]schemas.GrantShare{{ID: "analytics", Granted: 47, Decided: 72}, {ID: "marketing", Granted: 40, Decided: 75}}, got.Purposes),
		"services": cmp.Diff([]schemas.GrantShare{{ID: "maps", Granted: 47, Decided: 72}, {ID: "youtube", Granted: 41, Decided: 75}}, got.Services),
		"notices":  cmp.Diff([]schemas.NoticeSince{{Notice: "n1", From: noon}}, got.Notices),
		"devices":  cmp.Diff([]string{"phone", "desktop"}, got.Values["device"]),
	} {
		if diff != "" {
			t.Errorf("%s (-want +got):\n%s", what, diff)
		}
	}
	for _, wait := range got.Waits {
		if (wait.Decisions == 66) != (wait.Seconds == 8) {
			t.Errorf("after %d seconds: %d", wait.Seconds, wait.Decisions)
		}
	}
	if got.Saved != 75 { // All of them.
		t.Errorf("%d were saved in the preferences", got.Saved)
	}
	if len(got.Recent) != 50 || got.Bounded {
		t.Errorf("%d last decisions, bounded %v", len(got.Recent), got.Bounded)
	}
}

// TestEveryReportLeavesOut whoever does not want to be counted.
func TestEveryReportLeavesOut(t *testing.T) {
	s := openShop(t)
	s.decide(3, noon, answer(true, true))
	s.decide(1, noon, func(r *consent.Record) { answer(true, false)(r); r.Subject = "restricted" })
	s.out = []string{"restricted"}
	segment := s.segment("from=2026-11-25")
	experiment := schemas.Experiment{Control: "n1", StartedAt: noon.Add(-time.Hour)}
	for name, ask := range map[string]func() (int, error){
		"rates": func() (int, error) {
			got, err := s.rater.Rates(t.Context(), segment)
			return got.Totals.Decisions, err
		},
		"breakdown": func() (int, error) {
			got, err := s.rater.Breakdown(t.Context(), segment, "notice")
			return got.Groups[0].Answered.Decisions, err
		},
		"overview": func() (int, error) {
			got, err := s.rater.Overview(t.Context(), segment, noon)
			return got.Today.Decisions, err
		},
		"comparison": func() (int, error) {
			got, err := s.rater.Comparison(t.Context(), segment, segment)
			return got.One.Decisions, err
		},
		"experiment": func() (int, error) {
			got, err := s.rater.Experiment(t.Context(), "shop", experiment, noon.Add(time.Hour))
			return got.Arms[0].Accepted + got.Arms[0].Partial, err
		},
	} {
		if got, err := ask(); err != nil || got != 3 {
			t.Errorf("%s: %d decisions, want 3, %v", name, got, err)
		}
	}
}

func TestAVersionOfTheNoticeThatComesBackIsTold(t *testing.T) {
	s := openShop(t)
	at := func(hour int, notice string) {
		s.decide(1, noon.Add(time.Duration(hour-120)*time.Hour), func(r *consent.Record) { r.Notice = notice })
	}
	at(0, "n1")
	at(40, "n1") // Nobody came meanwhile.
	at(48, "n2")
	at(49, "n1") // A page that was open.
	at(50, "n2")
	at(100, "n1")
	at(101, "n1")
	got, err := s.rater.Rates(t.Context(), s.segment("from=2026-11-20"))
	if err != nil {
		t.Fatal(err)
	}
	since := func(hour int, notice string) schemas.NoticeSince {
		return schemas.NoticeSince{Notice: notice, From: noon.Add(time.Duration(hour-120) * time.Hour)}
	}
	if diff := cmp.Diff([]schemas.NoticeSince{since(0, "n1"), since(48, "n2"), since(100, "n1")}, got.Notices); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func TestBreakdown(t *testing.T) {
	s := openShop(t)
	s.fill()
	got, err := s.rater.Breakdown(t.Context(), s.segment("from=2026-11-25"), "device")
	if err != nil {
		t.Fatal(err)
	}
	phone, desktop := today, schemas.Answered{Decisions: 1, Partial: 1, Synthetic: 1}
	phone.Decisions, phone.Partial, phone.Synthetic = 74, 6, 0
	want := schemas.Breakdown{By: "device", Groups: []schemas.Group{{Value: "phone", Answered: phone}, {Value: "desktop", Answered: desktop}}}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("by device (-want +got):\n%s", diff)
	}
	got, err = s.rater.Breakdown(t.Context(), s.segment("from=2026-11-25&device=desktop"), "source")
	if err != nil || len(got.Groups) != 1 || got.Groups[0].Answered != desktop {
		t.Errorf("%+v, %v", got, err)
	}
	if _, err := s.rater.Breakdown(t.Context(), s.segment(""), "subject"); err == nil {
		t.Error("by subject")
	}
}

func TestOverviewComparesTheSamePartOfTheDay(t *testing.T) {
	s := openShop(t)
	s.fill()
	got, err := s.rater.Overview(t.Context(), s.segment(""), noon.Add(7*time.Minute))
	if err != nil {
		t.Fatal(err)
	}
	if got.Today != today || got.LastWeek != (schemas.Answered{Decisions: 10, Accepted: 10, FirstAccepted: 10}) || !got.Until.Equal(noon.Add(15*time.Minute)) {
		t.Errorf("%+v", got)
	}
}

func TestComparison(t *testing.T) {
	s := openShop(t)
	s.decide(900, noon, answer(true, true))
	s.decide(100, noon, answer(false, false))
	s.decide(800, noon.AddDate(0, 0, -1), answer(true, true))
	s.decide(200, noon.AddDate(0, 0, -1), answer(false, false))
	one, other := s.segment("from=2026-11-24&to=2026-11-24"), s.segment("from=2026-11-25&to=2026-11-25")
	verdicts := func(one, other reporting.Segment) map[string]string {
		got, err := s.rater.Comparison(t.Context(), one, other)
		if err != nil {
			t.Fatal(err)
		}
		verdicts := map[string]string{}
		for _, rate := range got.Rates {
			verdicts[rate.Rate] = rate.Verdict
		}
		return verdicts
	}
	want := map[string]string{"accepted": "higher", "refused": "lower", "partial": "same", "ignored": "few"}
	if diff := cmp.Diff(want, verdicts(one, other)); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	other.Where = map[reporting.Dimension][]string{reporting.Device: {"desktop"}}
	if got := verdicts(one, other)["accepted"]; got != "few" {
		t.Errorf("against nothing: %s", got)
	}
}

// TestIntervalsAsPublished holds the intervals to worked examples: Wilson's as in Brown, Cai and DasGupta (2001), Newcombe's
// as in his paper (table II, 56/70 - 48/80).
func TestIntervalsAsPublished(t *testing.T) {
	s := openShop(t)
	s.decide(48, noon.AddDate(0, 0, -1), answer(true, true))
	s.decide(32, noon.AddDate(0, 0, -1), answer(false, false))
	s.decide(56, noon, answer(true, true))
	s.decide(14, noon, answer(false, false))
	got, err := s.rater.Comparison(t.Context(), s.segment("from=2026-11-24&to=2026-11-24"), s.segment("from=2026-11-25&to=2026-11-25"))
	if err != nil {
		t.Fatal(err)
	}
	accepted := got.Rates[0]
	for what, pair := range map[string][2]float64{
		"lowest": {accepted.Lowest, 0.0524}, "highest": {accepted.Highest, 0.3339},
		"of 48 in 80": {accepted.One.Lowest, 0.4904}, "to": {accepted.One.Highest, 0.7004},
	} {
		if math.Abs(pair[0]-pair[1]) > 0.0001 {
			t.Errorf("%s: %.4f, want %.4f", what, pair[0], pair[1])
		}
	}
	if accepted.Verdict != "few" {
		t.Errorf("70 decisions are enough for %q", accepted.Verdict)
	}
}
