// Package demodatatest holds every pair of stores to the same promises: what is made up is counted as if it had been
// recorded, and its removal leaves nothing of it and everything else.
package demodatatest

import (
	"context"
	"encoding/json"
	"errors"
	"slices"
	"testing"
	"time"

	"assent/schemas"
	"assent/server/internal/consent"
	"assent/server/internal/demodata"
	"assent/server/internal/exposure"
	"assent/server/internal/moving"
	"assent/server/internal/recording/recordingtest"
	"assent/server/internal/reporting"
	"assent/server/internal/reporting/reportingtest"
	"assent/server/internal/shipping"
	"assent/server/internal/site"
	"assent/server/internal/transfer"
	"assent/snippet"
)

// Front is the store that visitors are answered from.
type Front interface {
	site.Registry
	site.Archive
	site.Desk
	demodata.Holdings
}

// Back is the store that keeps what is recorded.
type Back interface {
	shipping.Ledger
	exposure.Store
	reporting.Counts
	reporting.Query
	moving.Trail
	demodata.Trail
}

// spy remembers what goes into a Back.
type spy struct {
	Back
	records []consent.Record
	exposed []exposure.Count
}

func (s *spy) Append(ctx context.Context, batch shipping.Batch) error {
	s.records = append(s.records, batch.Records...)
	return s.Back.Append(ctx, batch)
}

func (s *spy) AddExposures(ctx context.Context, counts []exposure.Count) error {
	s.exposed = append(s.exposed, counts...)
	return s.Back.AddExposures(ctx, counts)
}

func publisher(front Front) site.Publisher {
	return site.Publisher{Registry: front, Archive: front, Desk: front, Texts: snippet.Texts(), Adequate: transfer.BuiltIn(), Now: time.Now,
		Try: func(string, string, schemas.Notice) error { return nil }}
}

// until is when the days end that the tests fill: in summer time, so that the site's days are not those of UTC.
var until = time.Date(2026, 7, 23, 18, 40, 0, 0, time.UTC)

const days, perDay = 9, 150

func fill(t *testing.T, front Front, into *spy) error {
	t.Helper()
	roller, _ := into.Back.(reporting.Roller)
	_, err := demodata.Fill(t.Context(), demodata.Stores{Publisher: publisher(front), Ledger: into, Exposures: into, Roller: roller},
		demodata.Plan{Days: days, VisitorsPerDay: perDay, Seed: 3, Until: until})
	return err
}

// TestFillAndRemove fills the site beside a real one, compares the numbers, removes it, and looks for what is left.
func TestFillAndRemove(t *testing.T, front Front, back Back) {
	must := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	real, err := publisher(front).Add(t.Context(), site.New{Name: "Real", Origins: []string{"https://shop.example"}})
	must(err)
	kept := recordingtest.Decision(real.ID, "somebody")
	kept.RecordedAt = until.Add(-50 * time.Hour)
	must(back.Append(t.Context(), shipping.Batch{Records: []consent.Record{kept}}))

	told := &spy{Back: back}
	must(fill(t, front, told))
	if err := fill(t, front, told); !errors.Is(err, demodata.ErrThere) {
		t.Errorf("a second time: %v", err)
	}
	wantMarked(t, front, back)
	reportingtest.Recount(t, back, demodata.Site, until.Add(-30*time.Hour), told.records, told.exposed)
	wantRates(t, front, back, told)

	before, err := front.Revision(t.Context())
	must(err)
	must(demodata.Remove(t.Context(), front, front, back))
	if after, err := front.Revision(t.Context()); err != nil || after <= before {
		t.Errorf("revision %d after %d, %v: a running server would not follow", after, before, err)
	}
	wantGone(t, front, back, told.records)
	if err := demodata.Remove(t.Context(), front, front, back); !errors.Is(err, demodata.ErrNone) {
		t.Errorf("removed twice: %v", err)
	}
	if found, err := back.Find(t.Context(), kept.ID.String()); err != nil || len(found) != 1 {
		t.Errorf("the decision of the real site: %d, %v", len(found), err)
	}
	if _, err := front.Site(t.Context(), real.ID); err != nil {
		t.Errorf("the real site: %v", err)
	}

	again := &spy{Back: back}
	must(fill(t, front, again))
	if !slices.EqualFunc(told.records, again.records, func(a, b consent.Record) bool { return a.ID == b.ID && a.Subject == b.Subject }) {
		t.Error("the same plan made other data")
	}
	reportingtest.Recount(t, back, demodata.Site, until.Add(-30*time.Hour), again.records, again.exposed)
}

// wantMarked looks whether the site and each of its decisions say what they are.
func wantMarked(t *testing.T, front Front, back Back) {
	t.Helper()
	if made, err := front.Site(t.Context(), demodata.Site); err != nil || !made.Demo {
		t.Errorf("the site is not marked: %+v, %v", made, err)
	}
	published, err := front.Publications(t.Context(), demodata.Site)
	if err != nil || len(published) != 3 || !slices.IsSortedFunc(published, func(a, b schemas.Publication) int { return a.At.Compare(b.At) }) || published[2].At.After(until) {
		t.Errorf("published: %+v, %v", published, err)
	}
	if err := back.Decisions(t.Context(), func(r consent.Record) error {
		if r.Site == demodata.Site && !slices.Contains(r.Flags, consent.FlagDemo) {
			t.Errorf("decision %s is not marked", r.ID)
		}
		return nil
	}); err != nil {
		t.Error(err)
	}
}

// wantRates looks whether the dashboard's report tells the story of the versions, and adds up.
func wantRates(t *testing.T, front Front, back Back, told *spy) {
	t.Helper()
	zone, err := time.LoadLocation("Europe/Berlin")
	if err != nil {
		t.Fatal(err)
	}
	day := time.Date(2026, 7, 24, 0, 0, 0, 0, zone)
	rater := reporting.Rater{Counts: back, Query: back, Notices: func(ctx context.Context, site, id string) (*schemas.Notice, error) {
		document, err := front.Notice(ctx, site, id)
		if err != nil {
			return nil, err
		}
		n := &schemas.Notice{}
		return n, json.Unmarshal(document, n)
	}, LeftOut: func(context.Context, string) ([]string, error) { return nil, nil }}
	segment := reporting.Segment{Site: demodata.Site, From: day.AddDate(0, 0, -days), To: day, Each: "day"}
	rates, err := rater.Rates(t.Context(), segment)
	if err != nil {
		t.Fatal(err)
	}
	of, bots := rates.Totals, 0
	for _, r := range told.records {
		if r.Outcome() == consent.Bot {
			bots++
		}
	}
	if of.Decisions != len(told.records)-bots || of.Bots != bots || of.Accepted+of.Refused+of.Partial+of.Signals != of.Decisions {
		t.Errorf("%d decisions, %d by programs: %+v", len(told.records), bots, of)
	}
	if of.Asked == 0 || of.Hidden == 0 || of.Opened == 0 || of.Signals == 0 || of.Ignored == 0 || len(rates.Notices) != 3 {
		t.Errorf("nothing of a kind: %+v, notices %v", of, rates.Notices)
	}
	by, err := rater.Breakdown(t.Context(), segment, "notice")
	if err != nil {
		t.Fatal(err)
	}
	shares := map[string]float64{}
	for _, group := range by.Groups {
		shares[group.Value] = float64(group.Answered.Accepted) / float64(group.Answered.Asked)
	}
	if first, wordy, short := shares[rates.Notices[0].Notice], shares[rates.Notices[1].Notice], shares[rates.Notices[2].Notice]; wordy > 0.7*first || wordy > 0.7*short {
		t.Errorf("of those asked accepted %.2f, then %.2f, then %.2f: want the second version to be the bad one", first, wordy, short)
	}
}

// wantGone looks for anything of the site.
func wantGone(t *testing.T, front Front, back Back, records []consent.Record) {
	t.Helper()
	ctx := t.Context()
	if err := back.Decisions(ctx, func(r consent.Record) error {
		if r.Site == demodata.Site {
			t.Errorf("decision %s is left", r.ID)
		}
		return nil
	}); err != nil {
		t.Error(err)
	}
	q := reporting.Question{Site: demodata.Site, From: until.AddDate(0, -1, 0).Truncate(time.Hour), To: until.AddDate(0, 1, 0).Truncate(time.Hour)}
	decided, err := back.CountDecisions(ctx, q)
	if err != nil || len(decided) > 0 {
		t.Errorf("decisions are counted: %v, %v", decided, err)
	}
	if exposed, err := back.CountExposures(ctx, q); err != nil || len(exposed) > 0 {
		t.Errorf("exposures are counted: %v, %v", exposed, err)
	}
	if found, err := back.Find(ctx, records[0].ID.String()); err != nil || len(found) > 0 {
		t.Errorf("a receipt: %v, %v", found, err)
	}
	if _, err := front.Site(ctx, demodata.Site); !errors.Is(err, consent.ErrNotFound) {
		t.Errorf("the site: %v", err)
	}
	if published, err := front.Publications(ctx, demodata.Site); err != nil || len(published) > 0 {
		t.Errorf("publications: %v, %v", published, err)
	}
	if _, err := front.Notice(ctx, demodata.Site, records[0].Notice); !errors.Is(err, consent.ErrNotFound) {
		t.Errorf("a notice: %v", err)
	}
}
