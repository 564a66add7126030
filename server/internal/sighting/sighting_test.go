package sighting_test

import (
	"context"
	"encoding/json"
	"errors"
	"io/fs"
	"log/slog"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"assent/schemas"
	"assent/server/internal/consent"
	"assent/server/internal/sighting"
)

func TestExamples(t *testing.T) {
	for verdict, valid := range map[string]bool{"valid": true, "invalid": false} {
		files, err := fs.Glob(schemas.Examples, "examples/"+verdict+"/sighting.*.json")
		if err != nil || len(files) == 0 {
			t.Fatalf("no %s examples: %v", verdict, err)
		}
		for _, file := range files {
			body, err := schemas.Examples.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			_, err = sighting.Decode(body)
			var invalid *consent.InvalidError
			if (err == nil) != valid || err != nil && !errors.As(err, &invalid) {
				t.Errorf("%s: %v", file, err)
			}
		}
	}
}

// TestWhatIsCheckedIsWhatIsKept: of two lists the schema sees the second, and encoding/json fills it up from the first.
func TestWhatIsCheckedIsWhatIsKept(t *testing.T) {
	seen, err := sighting.Decode([]byte(`{"sightings": [{"host": "a.example", "kind": "image", "service": "<b>:"}], "sightings": [{"host": "a.example", "kind": "image"}]}`))
	var invalid *consent.InvalidError
	if !errors.As(err, &invalid) || !strings.Contains(err.Error(), `"sightings" twice`) {
		t.Errorf("kept %+v, %v", seen, err)
	}
}

func TestListTellsWhoseEachIs(t *testing.T) {
	count := func(day, host, kind, service string, pages int) sighting.Count {
		return sighting.Count{Key: sighting.Key{Site: "shop", Day: day, Host: host, Kind: kind, Service: service}, Pages: pages}
	}
	notice := schemas.Notice{
		Purposes: []schemas.Purpose{{ID: "essential"}, {ID: "analytics"}, {ID: "marketing"}},
		Services: []schemas.Service{
			{ID: "pay", Name: "Pay", Purpose: "essential", Hosts: []string{"pay.example"}},
			{ID: "own", Name: "Own", Purpose: "analytics", Hosts: []string{"*.own.example"}},
		},
		Exempt: []string{"free.own.example"},
	}
	got := sighting.List([]sighting.Count{
		count("2026-11-23", "www.youtube.com", "frame", "youtube", 2), count("2026-11-20", "www.youtube.com", "frame", "youtube", 3),
		count("2026-11-23", "a.own.example", "script", "", 4), count("2026-11-23", "free.own.example", "script", "own", 3),
		count("2026-11-23", "pay.example", "request", "", 2), count("2026-11-23", "nobody.example", "image", "gone", 1),
	}, notice)
	want := []schemas.Sighted{
		{Host: "www.youtube.com", Kind: "frame", Service: "youtube", Name: "YouTube", Purpose: "marketing", Held: true, Pages: 5, FirstDay: "2026-11-20", LastDay: "2026-11-23"},
		{Host: "a.own.example", Kind: "script", Service: "own", Name: "Own", Purpose: "analytics", Held: true, Pages: 4, FirstDay: "2026-11-23", LastDay: "2026-11-23"},
		{Host: "free.own.example", Kind: "script", Service: "own", Name: "Own", Purpose: "analytics", Pages: 3, FirstDay: "2026-11-23", LastDay: "2026-11-23"},
		{Host: "pay.example", Kind: "request", Service: "pay", Name: "Pay", Purpose: "essential", Pages: 2, FirstDay: "2026-11-23", LastDay: "2026-11-23"},
		{Host: "nobody.example", Kind: "image", Pages: 1, FirstDay: "2026-11-23", LastDay: "2026-11-23"},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("list (-want +got):\n%s", diff)
	}
}

// store remembers what it was given, and fails while broken.
type store struct {
	counts []sighting.Count
	broken bool
}

func (s *store) AddSightings(_ context.Context, counts []sighting.Count) error {
	if s.broken {
		return errors.New("broken")
	}
	s.counts = append(s.counts, counts...)
	return nil
}

func (s *store) Sightings(context.Context, string) ([]sighting.Count, error) { return s.counts, nil }

func TestCounterKeepsWhatCouldNotBeWritten(t *testing.T) {
	s := &store{broken: true}
	counter := sighting.NewCounter(s, slog.New(slog.DiscardHandler))
	seen := []schemas.Sighting{{Host: "a.example", Kind: "script"}}
	counter.Add("shop", "2026-11-24", seen)
	if err := counter.Flush(t.Context()); err == nil {
		t.Error("a broken store was not told")
	}
	counter.Add("shop", "2026-11-24", seen)
	s.broken = false
	if err := counter.Flush(t.Context()); err != nil || len(s.counts) != 1 || s.counts[0].Pages != 2 {
		t.Errorf("written %v, %v; want one counter of 2", s.counts, err)
	}
	if err := counter.Flush(t.Context()); err != nil || len(s.counts) != 1 {
		t.Errorf("written again: %v, %v", s.counts, err)
	}
}

func TestCounterWritesWhenItEnds(t *testing.T) {
	s := &store{}
	counter := sighting.NewCounter(s, slog.New(slog.DiscardHandler))
	counter.Add("shop", "2026-11-24", []schemas.Sighting{{Host: "a.example", Kind: "script"}})
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	counter.Run(ctx)
	if len(s.counts) != 1 {
		t.Errorf("written %v, want one counter", s.counts)
	}
}

// FuzzDecode holds that what is taken says the same when it is written again, and never more than may be kept.
func FuzzDecode(f *testing.F) {
	files, err := fs.Glob(schemas.Examples, "examples/*/sighting.*.json")
	if err != nil {
		f.Fatal(err)
	}
	for _, file := range files {
		body, err := schemas.Examples.ReadFile(file)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(body)
	}
	f.Fuzz(func(t *testing.T, body []byte) {
		seen, err := sighting.Decode(body)
		if err != nil {
			return
		}
		written, err := json.Marshal(schemas.Sightings{Sightings: seen})
		if err != nil {
			t.Fatal(err)
		}
		again, err := sighting.Decode(written)
		if diff := cmp.Diff(seen, again); err != nil || diff != "" || len(seen) == 0 || len(seen) > 64 {
			t.Fatalf("%s is read as %s, and that differently: %v\n%s", body, written, err, diff)
		}
	})
}
