// Package sitetest holds every implementation of site.Registry and site.Archive to the same promises.
package sitetest

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"assent/schemas"
	"assent/server/internal/consent"
	"assent/server/internal/site"
)

// OpenRegistry opens an instance of the store under test. Each call opens one more on the same data; closing ends
// that instance only.
type OpenRegistry func(t *testing.T) (registry site.Registry, closing func())

// TestRegistry runs every case against the store. fresh prepares empty data of its own for one case and returns how to
// open it.
func TestRegistry(t *testing.T, fresh func(t *testing.T) OpenRegistry) {
	cases := map[string]func(t *testing.T, open OpenRegistry){
		"read your write":     registryReadYourWrite,
		"not found":           registryNotFound,
		"replace":             registryReplace,
		"sorted by name":      registrySorted,
		"revision grows":      registryRevision,
		"concurrent writers":  registryConcurrent,
		"cancelled context":   registryCancelled,
		"reopen after close":  registryReopen,
		"seen by another one": registryAnother,
	}
	for name, run := range cases {
		t.Run(name, func(t *testing.T) { run(t, fresh(t)) })
	}
}

func shop(id, name string) schemas.Site {
	return schemas.Site{
		ID: id, Name: name, Origins: []string{"https://shop.example", "https://*.shop.example"},
		Notice: strings.Repeat("A", 43),
		Experiments: []schemas.Experiment{{ID: "aaaaaaaaaaaa", Control: strings.Repeat("B", 43), Variants: []schemas.Variant{{Notice: strings.Repeat("A", 43), Share: 50}},
			StartedAt: time.Date(2026, 11, 25, 12, 0, 0, 123456789, time.UTC), StartedBy: "ada@shop.example", EndedAt: time.Date(2026, 11, 26, 12, 0, 0, 0, time.UTC), Adopted: strings.Repeat("A", 43)}},
	}
}

func startRegistry(t *testing.T, open OpenRegistry) site.Registry {
	t.Helper()
	registry, closing := open(t)
	t.Cleanup(closing)
	return registry
}

func put(t *testing.T, registry site.Registry, sites ...schemas.Site) {
	t.Helper()
	for _, s := range sites {
		if err := registry.PutSite(t.Context(), s); err != nil {
			t.Fatalf("PutSite: %v", err)
		}
	}
}

func wantSite(t *testing.T, registry site.Registry, want schemas.Site) {
	t.Helper()
	got, err := registry.Site(t.Context(), want.ID)
	if err != nil {
		t.Fatalf("Site: %v", err)
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Fatalf("site (-want +got):\n%s", diff)
	}
}

func wantSites(t *testing.T, registry site.Registry, want ...schemas.Site) {
	t.Helper()
	got, err := registry.Sites(t.Context())
	if err != nil {
		t.Fatalf("Sites: %v", err)
	}
	if len(got) == 0 && len(want) == 0 {
		return
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Fatalf("sites (-want +got):\n%s", diff)
	}
}

func revision(t *testing.T, registry site.Registry) int64 {
	t.Helper()
	number, err := registry.Revision(t.Context())
	if err != nil {
		t.Fatalf("Revision: %v", err)
	}
	return number
}

func registryReadYourWrite(t *testing.T, open OpenRegistry) {
	registry := startRegistry(t, open)
	wantSites(t, registry)
	want := shop("shop1", "Größe & 買い物 'quoted' \"twice\"")
	put(t, registry, want)
	wantSite(t, registry, want)
	wantSites(t, registry, want)
}

func registryNotFound(t *testing.T, open OpenRegistry) {
	registry := startRegistry(t, open)
	put(t, registry, shop("shop1", "Shop"))
	for _, id := range []string{"shop2", "", "shop1 "} {
		if _, err := registry.Site(t.Context(), id); !errors.Is(err, consent.ErrNotFound) {
			t.Errorf("Site(%q): %v, want ErrNotFound", id, err)
		}
	}
}

func registryReplace(t *testing.T, open OpenRegistry) {
	registry := startRegistry(t, open)
	put(t, registry, shop("shop1", "Old"), shop("shop2", "Other"))
	want := shop("shop1", "New")
	want.Origins = []string{"https://new.example"}
	put(t, registry, want)
	wantSites(t, registry, want, shop("shop2", "Other"))
}

func registrySorted(t *testing.T, open OpenRegistry) {
	registry := startRegistry(t, open)
	put(t, registry, shop("c333", "Beta"), shop("a111", "Gamma"), shop("b222", "Alpha"))
	wantSites(t, registry, shop("b222", "Alpha"), shop("c333", "Beta"), shop("a111", "Gamma"))
}

func registryRevision(t *testing.T, open OpenRegistry) {
	registry := startRegistry(t, open)
	last := revision(t, registry)
	for i := range 3 {
		put(t, registry, shop("shop1", fmt.Sprint("Shop ", i)))
		now := revision(t, registry)
		if now <= last {
			t.Errorf("revision %d after a change at revision %d", now, last)
		}
		if again := revision(t, registry); again != now {
			t.Errorf("revision %d became %d without a change", now, again)
		}
		last = now
	}
}

func registryConcurrent(t *testing.T, open OpenRegistry) {
	instances := []site.Registry{startRegistry(t, open), startRegistry(t, open)}
	before := revision(t, instances[0])
	const writers = 20
	var group sync.WaitGroup
	want := make([]schemas.Site, writers)
	for i := range writers {
		want[i] = shop(fmt.Sprintf("shop%02d", i), fmt.Sprintf("Shop %02d", i))
		group.Go(func() {
			if err := instances[i%2].PutSite(t.Context(), want[i]); err != nil {
				t.Errorf("PutSite: %v", err)
			}
		})
	}
	group.Wait()
	wantSites(t, instances[0], want...)
	if grown := revision(t, instances[1]) - before; grown < writers {
		t.Errorf("%d changes grew the revision by %d", writers, grown)
	}
}

func registryCancelled(t *testing.T, open OpenRegistry) {
	registry := startRegistry(t, open)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if err := registry.PutSite(ctx, shop("shop1", "Shop")); err == nil {
		t.Error("PutSite answered under a cancelled context")
	}
	if _, err := registry.Site(ctx, "shop1"); err == nil || errors.Is(err, consent.ErrNotFound) {
		t.Errorf("Site under a cancelled context: %v, want another error", err)
	}
	if _, err := registry.Sites(ctx); err == nil {
		t.Error("Sites answered under a cancelled context")
	}
	if _, err := registry.Revision(ctx); err == nil {
		t.Error("Revision answered under a cancelled context")
	}
}

func registryReopen(t *testing.T, open OpenRegistry) {
	registry, closing := open(t)
	want := shop("shop1", "Shop")
	put(t, registry, want)
	before := revision(t, registry)
	closing()
	registry = startRegistry(t, open)
	wantSites(t, registry, want)
	if now := revision(t, registry); now < before {
		t.Errorf("revision %d after a restart, was %d", now, before)
	}
}

func registryAnother(t *testing.T, open OpenRegistry) {
	one, two := startRegistry(t, open), startRegistry(t, open)
	before := revision(t, two)
	put(t, one, shop("shop1", "Shop"))
	wantSite(t, two, shop("shop1", "Shop"))
	if now := revision(t, two); now <= before {
		t.Errorf("another instance sees revision %d after a change at %d", now, before)
	}
}
