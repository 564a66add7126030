package exposure_test

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"log/slog"
	"testing"
	"time"

	"assent/server/internal/daykey"
	"assent/server/internal/embeddedstore"
	"assent/server/internal/exposure"
	"assent/server/internal/reporting"
)

// store is a real one that can be away for counters, for marks, or for both.
type store struct {
	*embeddedstore.Store
	t                       *testing.T
	countersAway, marksAway error
}

func (s *store) AddExposures(ctx context.Context, counts []exposure.Count) error {
	if s.countersAway != nil {
		return s.countersAway
	}
	return s.Store.AddExposures(ctx, counts)
}

func (s *store) MarkVisitors(ctx context.Context, site, day string, marks []exposure.Mark, most int) ([]exposure.Mark, error) {
	if s.marksAway != nil {
		return nil, s.marksAway
	}
	return s.Store.MarkVisitors(ctx, site, day, marks, most)
}

func openStore(t *testing.T) *store {
	t.Helper()
	opened, err := embeddedstore.Open(t.Context(), t.TempDir(), func() time.Time { return noon })
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := opened.Close(); err != nil {
			t.Error(err)
		}
	})
	return &store{Store: opened, t: t}
}

// pages returns views and visitors of the site by page.
func (s *store) pages(site string) map[string][2]int {
	s.t.Helper()
	cells, err := s.CountExposures(s.t.Context(), reporting.Question{Site: site, From: noon.AddDate(0, 0, -1), To: noon.AddDate(0, 0, 2), By: []reporting.Dimension{reporting.Page}})
	if err != nil {
		s.t.Fatal(err)
	}
	found := map[string][2]int{}
	for _, cell := range cells {
		found[cell.Values[0]] = [2]int{cell.N, cell.Visitors}
	}
	return found
}

func key(site, page string, at time.Time) exposure.Key {
	return exposure.Key{Site: site, Slot: exposure.SlotOf(at), Event: exposure.Shown, Notice: "n1", Page: page}
}

func newCounter(s *store) *exposure.Counter {
	return exposure.NewCounter(s, s, slog.New(slog.DiscardHandler))
}

func TestAVisitorCountsOncePerDayWhateverPagesAndFlushes(t *testing.T) {
	s := openStore(t)
	counter, one, other := newCounter(s), exposure.Mark{1}, exposure.Mark{2}
	flush := func() {
		t.Helper()
		if err := counter.Flush(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	counter.Add(key("shop", "/a", noon), &one)
	counter.Add(key("shop", "/b", noon), &one)
	counter.Add(key("shop", "/a", noon), nil)
	flush()
	counter.Add(key("shop", "/a", noon.Add(time.Hour)), &one)
	counter.Add(key("shop", "/a", noon.Add(time.Hour)), &other)
	counter.Add(key("zoo", "/a", noon), &one)
	flush()
	flush()
	got := s.pages("shop")
	if got["/a"][0] != 4 || got["/b"][0] != 1 || got["/a"][1]+got["/b"][1] != 2 {
		t.Errorf("pages %v", got)
	}
	if zoo := s.pages("zoo"); zoo["/a"] != [2]int{1, 1} {
		t.Errorf("another site: %v", zoo)
	}
	counter.Add(key("shop", "/a", noon.AddDate(0, 0, 1)), &one)
	flush()
	if again := s.pages("shop"); again["/a"][1]+again["/b"][1] != 3 {
		t.Errorf("on another day: %v", again)
	}
}

func TestWhatCannotBeWrittenWaits(t *testing.T) {
	s := openStore(t)
	counter, away := newCounter(s), errors.New("away")
	for i, fault := range []struct{ counters, marks error }{{away, nil}, {nil, away}, {away, away}} {
		s.countersAway, s.marksAway = fault.counters, fault.marks
		counter.Add(key("shop", "/a", noon), &exposure.Mark{byte(i + 1)})
		if err := counter.Flush(t.Context()); !errors.Is(err, away) {
			t.Fatalf("%d: %v", i, err)
		}
	}
	s.countersAway, s.marksAway = nil, nil
	if err := counter.Flush(t.Context()); err != nil {
		t.Fatal(err)
	}
	if got := s.pages("shop"); got["/a"] != [2]int{3, 3} {
		t.Errorf("%v, want all three, once", got)
	}
}

func TestPagesThatAnybodyCanMakeUpAreBounded(t *testing.T) {
	s := openStore(t)
	counter := newCounter(s)
	for i := range 1500 {
		counter.Add(key("shop", fmt.Sprint("/", i), noon), nil)
	}
	counter.Add(key("shop", "/3", noon), nil)
	counter.Add(key("zoo", "/a", noon), nil)
	if err := counter.Flush(t.Context()); err != nil {
		t.Fatal(err)
	}
	got := s.pages("shop")
	if len(got) != 1001 || got[exposure.OtherPage][0] != 500 || got["/3"][0] != 2 || len(s.pages("zoo")) != 1 {
		t.Errorf("%d pages, %d others", len(got), got[exposure.OtherPage][0])
	}
	counter.Add(key("shop", "/new", noon.Add(time.Hour)), nil)
	if err := counter.Flush(t.Context()); err != nil || s.pages("shop")["/new"][0] != 1 {
		t.Errorf("the next hour: %v", err)
	}
}

func TestAMarkSaysNothingBeyondItsDaySiteAndEvent(t *testing.T) {
	ring := daykey.NewRing(&keys{kept: map[string][]byte{}}, rand.Reader)
	marker, seen := exposure.NewMarker(ring), map[exposure.Mark]string{}
	mark := func(at time.Time, site, event, address, agent string) exposure.Mark {
		t.Helper()
		m, err := marker.Mark(t.Context(), at, site, event, address, agent)
		if err != nil {
			t.Fatal(err)
		}
		return m
	}
	first := mark(noon, "shop", "shown", "192.0.2.1", "Firefox")
	if mark(noon.Add(time.Hour), "shop", "shown", "192.0.2.1", "Firefox") != first {
		t.Error("a visitor is two on one day")
	}
	seen[first] = "the first"
	for name, other := range map[string]exposure.Mark{
		"tomorrow":        mark(noon.AddDate(0, 0, 1), "shop", "shown", "192.0.2.1", "Firefox"),
		"another site":    mark(noon, "zoo", "shown", "192.0.2.1", "Firefox"),
		"another event":   mark(noon, "shop", "hidden", "192.0.2.1", "Firefox"),
		"another address": mark(noon, "shop", "shown", "192.0.2.2", "Firefox"),
		"another agent":   mark(noon, "shop", "shown", "192.0.2.1", "Chrome"),
		"names moved":     mark(noon, "shops", "hown", "192.0.2.1", "Firefox"),
	} {
		if known, twice := seen[other]; twice {
			t.Errorf("%s has the mark of %s", name, known)
		}
		seen[other] = name
	}
}
