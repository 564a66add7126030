// Package sightingtest holds every implementation of sighting.Store to the same numbers.
package sightingtest

import (
	"context"
	"fmt"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"assent/server/internal/sighting"
)

// Open opens one more instance on the same data; closing ends that instance only.
type Open func(t *testing.T) (store sighting.Store, closing func())

// TestStore runs every case. fresh prepares empty data of its own for one case and returns how to open it.
func TestStore(t *testing.T, fresh func(t *testing.T) Open) {
	cases := map[string]func(t *testing.T, open Open){
		"adds up": addsUp, "keeps sites apart": sitesApart, "forgets old days": forgets, "keeps few hosts": fewHosts,
		"survives closing": survives, "concurrent servers": concurrent, "cancelled context": cancelled,
	}
	for name, run := range cases {
		t.Run(name, func(t *testing.T) { run(t, fresh(t)) })
	}
}

func start(t *testing.T, open Open) sighting.Store {
	t.Helper()
	store, closing := open(t)
	t.Cleanup(closing)
	return store
}

func count(site, day, host string, pages int) sighting.Count {
	return sighting.Count{Key: sighting.Key{Site: site, Day: day, Host: host, Kind: "script", Service: "youtube"}, Pages: pages}
}

func add(t *testing.T, store sighting.Store, counts ...sighting.Count) {
	t.Helper()
	if err := store.AddSightings(t.Context(), counts); err != nil {
		t.Fatalf("AddSightings: %v", err)
	}
}

func want(t *testing.T, store sighting.Store, site string, counts ...sighting.Count) {
	t.Helper()
	got, err := store.Sightings(t.Context(), site)
	if err != nil {
		t.Fatalf("Sightings: %v", err)
	}
	byKey := cmpopts.SortSlices(func(a, b sighting.Count) bool {
		text := func(c sighting.Count) string { return strings.Join([]string{c.Day, c.Host, c.Kind, c.Service}, " ") }
		return text(a) < text(b)
	})
	if diff := cmp.Diff(counts, got, byKey, cmpopts.EquateEmpty()); diff != "" {
		t.Fatalf("counters (-want +got):\n%s", diff)
	}
}

func addsUp(t *testing.T, open Open) {
	store := start(t, open)
	want(t, store, "shop")
	bare := count("shop", "2026-11-24", "a.example", 7)
	bare.Kind, bare.Service = "image", ""
	add(t, store, count("shop", "2026-11-23", "a.example", 1), count("shop", "2026-11-24", "a.example", 2), bare)
	add(t, store, count("shop", "2026-11-24", "a.example", 3))
	want(t, store, "shop", count("shop", "2026-11-23", "a.example", 1), count("shop", "2026-11-24", "a.example", 5), bare)
}

func sitesApart(t *testing.T, open Open) {
	store := start(t, open)
	add(t, store, count("shop", "2026-11-24", "a.example", 1), count("shop2", "2026-11-24", "a.example", 2))
	want(t, store, "shop", count("shop", "2026-11-24", "a.example", 1))
	want(t, store, "shop2", count("shop2", "2026-11-24", "a.example", 2))
	want(t, store, "sho")
}

func forgets(t *testing.T, open Open) {
	store := start(t, open)
	add(t, store, count("shop", "2026-01-01", "old.example", 1), count("shop", "2026-01-02", "a.example", 1))
	add(t, store, count("shop", "2026-04-02", "a.example", 2)) // 90 days after 2 January.
	want(t, store, "shop", count("shop", "2026-01-02", "a.example", 1), count("shop", "2026-04-02", "a.example", 2))
}

func fewHosts(t *testing.T, open Open) {
	store := start(t, open)
	var counts, expected []sighting.Count
	for i := range sighting.MaxHosts {
		counts = append(counts, count("shop", "2026-11-24", fmt.Sprintf("h%d.example", i), 1))
	}
	add(t, store, counts...)
	add(t, store, count("shop", "2026-11-24", "more.example", 2), count("shop", "2026-11-24", "most.example", 3), counts[0])
	other := count("shop", "2026-11-24", sighting.Other, 5)
	other.Service = ""
	expected = append(expected, counts[1:]...)
	expected = append(expected, count("shop", "2026-11-24", "h0.example", 2), other)
	want(t, store, "shop", expected...)
	add(t, store, count("shop2", "2026-11-24", "more.example", 1))
	want(t, store, "shop2", count("shop2", "2026-11-24", "more.example", 1))
}

func survives(t *testing.T, open Open) {
	store, closing := open(t)
	add(t, store, count("shop", "2026-11-24", "a.example", 1))
	closing()
	want(t, start(t, open), "shop", count("shop", "2026-11-24", "a.example", 1))
}

func concurrent(t *testing.T, open Open) {
	instances := []sighting.Store{start(t, open), start(t, open)}
	var group sync.WaitGroup
	for i := range 20 {
		group.Go(func() {
			if err := instances[i%2].AddSightings(t.Context(), []sighting.Count{count("shop", "2026-11-24", "a.example", 1)}); err != nil {
				t.Errorf("AddSightings: %v", err)
			}
		})
	}
	group.Wait()
	want(t, instances[0], "shop", count("shop", "2026-11-24", "a.example", 20))
}

func cancelled(t *testing.T, open Open) {
	store := start(t, open)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if err := store.AddSightings(ctx, []sighting.Count{count("shop", "2026-11-24", "a.example", 1)}); err == nil {
		t.Error("AddSightings succeeded under a cancelled context")
	}
	if _, err := store.Sightings(ctx, "shop"); err == nil {
		t.Error("Sightings answered under a cancelled context")
	}
	want(t, store, "shop")
}
