// Package auditingtest holds every implementation of auditing.Ledger to what a naive filter finds.
package auditingtest

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/google/uuid"

	"assent/server/internal/auditing"
	"assent/server/internal/consent"
	"assent/server/internal/recording/recordingtest"
)

// TestLedger runs every case against a ledger that add delivers to, each record of a call in one batch.
func TestLedger(t *testing.T, ledger auditing.Ledger, add func(ctx context.Context, records []consent.Record) error) {
	h := fill(t, add)
	h.ledger = ledger
	t.Run("every filter alone and with every other", h.filters)
	t.Run("pages meet", h.pages)
	t.Run("a period is counted and read whole", h.periods)
	t.Run("reading ends with the reader", h.ends)
	t.Run("a place survives its text", places)
}

var begin = time.Date(2026, 5, 30, 22, 0, 0, 0, time.UTC) // A month begins two hours later.

// history is what was delivered.
type history struct {
	ledger auditing.Ledger
	site   string
	all    []consent.Record // Each once, at its first recording, the last first.
}

func fill(t *testing.T, add func(context.Context, []consent.Record) error) history {
	t.Helper()
	h := history{site: recordingtest.Site()}
	other := recordingtest.Decision(recordingtest.Site(), "s1")
	other.RecordedAt = begin
	batch := []consent.Record{other}
	for i := range 400 {
		r := recordingtest.Decision(h.site, fmt.Sprintf("s%d", i%37))
		r.RecordedAt = begin.Add(time.Duration(i/2) * time.Minute) // Two at the same time.
		r.Notice = []string{"n1", "n2", "n3"}[i%3]
		r.Action = []string{consent.AcceptAll, consent.RejectAll, consent.Save, consent.Withdraw}[i%4]
		r.Purposes = map[string]bool{"analytics": i%2 == 0, "marketing": i%5 == 0}
		r.Services = map[string]bool{`you"tube`: i%7 == 0}
		h.all = append(h.all, r)
	}
	twin := h.all[200] // The id of another visitor's decision.
	twin.Subject = "twin"
	h.all = append(h.all, twin)
	batch = append(batch, h.all...)
	late := slices.Clone(h.all[:60]) // Delivered again, recorded hours later: what counts is the first time.
	for i := range late {
		late[i].RecordedAt = late[i].RecordedAt.Add(100 * time.Minute)
	}
	for _, some := range [][]consent.Record{batch, late} {
		if err := add(t.Context(), some); err != nil {
			t.Fatal(err)
		}
	}
	slices.SortFunc(h.all, func(a, b consent.Record) int {
		return cmp.Or(b.RecordedAt.Compare(a.RecordedAt), slices.Compare(b.ID[:], a.ID[:]), cmp.Compare(b.Subject, a.Subject))
	})
	return h
}

// matches is the naive filter.
func matches(f auditing.Filter, r consent.Record) bool {
	said := func(name string, answer bool) bool {
		purpose, isPurpose := r.Purposes[name]
		service, isService := r.Services[name]
		return name == "" || isPurpose && purpose == answer || isService && service == answer
	}
	return (f.ID == uuid.Nil || f.ID == r.ID) && (f.Subject == "" || f.Subject == r.Subject) && (f.Notice == "" || f.Notice == r.Notice) &&
		(f.Action == "" || f.Action == r.Action) && (f.From.IsZero() || !r.RecordedAt.Before(f.From)) && (f.To.IsZero() || r.RecordedAt.Before(f.To)) &&
		said(f.Granted, true) && said(f.Refused, false)
}

func (h history) want(f auditing.Filter) []consent.Record {
	return slices.DeleteFunc(slices.Clone(h.all), func(r consent.Record) bool { return !matches(f, r) })
}

func (h history) filters(t *testing.T) {
	single := []func(*auditing.Filter){
		func(f *auditing.Filter) { f.ID = h.all[200].ID },
		func(f *auditing.Filter) { f.Subject = "s7" },
		func(f *auditing.Filter) { f.Notice = "n2" },
		func(f *auditing.Filter) { f.Action = consent.Withdraw },
		func(f *auditing.Filter) { f.From = begin.Add(70 * time.Minute) },
		func(f *auditing.Filter) { f.To = begin.Add(120 * time.Minute) },
		func(f *auditing.Filter) { f.Granted = "marketing" },
		func(f *auditing.Filter) { f.Granted = `you"tube` },
		func(f *auditing.Filter) { f.Refused = "analytics" },
		func(f *auditing.Filter) { f.Subject = "nobody" },
		func(f *auditing.Filter) {},
	}
	for _, one := range single {
		for _, other := range single {
			f := auditing.Filter{Site: h.site}
			one(&f)
			other(&f)
			found, err := h.ledger.Search(t.Context(), f, 1000)
			if err != nil {
				t.Fatalf("%+v: %v", f, err)
			}
			recordingtest.SameRecords(t, found, h.want(f))
			few, err := h.ledger.Search(t.Context(), f, 3)
			if err != nil {
				t.Fatalf("%+v: %v", f, err)
			}
			want := h.want(f)
			recordingtest.SameRecords(t, few, want[:min(3, len(want))])
		}
	}
}

func (h history) pages(t *testing.T) {
	f := auditing.Filter{Site: h.site, From: begin.Add(time.Minute)}
	var found []consent.Record
	for {
		page, err := h.ledger.Search(t.Context(), f, 7)
		if err != nil {
			t.Fatal(err)
		}
		if len(page) == 0 {
			break
		}
		found = append(found, page...)
		f.Before = auditing.PlaceOf(page[len(page)-1])
	}
	f.Before = auditing.Place{}
	recordingtest.SameRecords(t, found, h.want(f))
}

func (h history) periods(t *testing.T) {
	for _, f := range []auditing.Filter{
		{From: begin, To: begin.AddDate(1, 0, 0)},
		{From: begin.Add(90 * time.Minute), To: begin.Add(130 * time.Minute)},
		{From: begin.AddDate(-1, 0, 0), To: begin},
	} {
		n, err := h.ledger.Count(t.Context(), h.site, f.From, f.To)
		if err != nil {
			t.Fatal(err)
		}
		var read []consent.Record
		err = h.ledger.Each(t.Context(), h.site, f.From, f.To, func(r consent.Record) error {
			read = append(read, r)
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
		want := h.want(f)
		if n != len(want) {
			t.Errorf("counted %d from %v to %v, there are %d", n, f.From, f.To, len(want))
		}
		slices.SortFunc(read, func(a, b consent.Record) int {
			return cmp.Or(b.RecordedAt.Compare(a.RecordedAt), slices.Compare(b.ID[:], a.ID[:]), cmp.Compare(b.Subject, a.Subject))
		})
		recordingtest.SameRecords(t, read, want)
	}
}

func (h history) ends(t *testing.T) {
	enough := errors.New("enough")
	read := 0
	err := h.ledger.Each(t.Context(), h.site, begin, begin.AddDate(1, 0, 0), func(consent.Record) error {
		read++
		return enough
	})
	if !errors.Is(err, enough) || read != 1 {
		t.Errorf("read %d, %v", read, err)
	}
}

func places(t *testing.T) {
	record := recordingtest.Decision(recordingtest.Site(), "subject")
	record.RecordedAt = begin.Add(123 * time.Microsecond)
	place := auditing.PlaceOf(record)
	if read, err := auditing.ParsePlace(place.String()); err != nil || read != place {
		t.Errorf("%+v became %+v, %v", place, read, err)
	}
	for _, text := range []string{"x", "", "!!!!", place.String() + place.String() + place.String()} {
		if read, err := auditing.ParsePlace(text); err == nil {
			t.Errorf("%q is taken for %+v", text, read)
		}
	}
}
