package sitetest

import (
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"assent/schemas"
	"assent/server/internal/consent"
	"assent/server/internal/site"
)

// Office is a Desk with the Registry that it writes to.
type Office interface {
	site.Desk
	site.Registry
}

// OpenOffice opens an instance of the store under test. Each call opens one more on the same data; closing ends that
// instance only.
type OpenOffice func(t *testing.T) (office Office, closing func())

// TestDesk runs every case against the store. fresh prepares empty data of its own for one case and returns how to open
// it.
func TestDesk(t *testing.T, fresh func(t *testing.T) OpenOffice) {
	cases := map[string]func(t *testing.T, open OpenOffice){
		"draft: read your write":         draftReadYourWrite,
		"draft: no editor overwrites":    draftConcurrent,
		"publish: all of it":             publishAll,
		"publish: only over what is":     publishStale,
		"publish: one of many wins":      publishConcurrent,
		"published and drafted, reopens": deskReopen,
	}
	for name, run := range cases {
		t.Run(name, func(t *testing.T) { run(t, fresh(t)) })
	}
}

func startOffice(t *testing.T, open OpenOffice) Office {
	t.Helper()
	office, closing := open(t)
	t.Cleanup(closing)
	return office
}

func draft(revision int, accent string) schemas.Draft {
	return schemas.Draft{Revision: revision, Base: "n1", By: "ada@shop.example", At: time.Date(2026, 11, 25, 12, 0, 0, 123000, time.UTC),
		Notice: schemas.Notice{Look: schemas.Look{Accent: accent}, Texts: map[string]map[string]string{"ja": {"banner.title": "買い物 '\""}}}}
}

func wantDraft(t *testing.T, office Office, want schemas.Draft) {
	t.Helper()
	got, err := office.Draft(t.Context(), "shop1")
	if err != nil {
		t.Fatalf("Draft: %v", err)
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Fatalf("draft (-want +got):\n%s", diff)
	}
}

func draftReadYourWrite(t *testing.T, open OpenOffice) {
	office := startOffice(t, open)
	for revision := 1; revision <= 3; revision++ {
		if err := office.PutDraft(t.Context(), "shop1", draft(revision, "#111111")); err != nil {
			t.Fatalf("PutDraft: %v", err)
		}
		wantDraft(t, office, draft(revision, "#111111"))
	}
	if _, err := office.Draft(t.Context(), "shop2"); !errors.Is(err, consent.ErrNotFound) {
		t.Errorf("another site's draft: %v, want ErrNotFound", err)
	}
	for _, revision := range []int{1, 3, 5} {
		if err := office.PutDraft(t.Context(), "shop1", draft(revision, "#222222")); !errors.Is(err, consent.ErrConflict) {
			t.Errorf("PutDraft of revision %d over 3: %v, want ErrConflict", revision, err)
		}
	}
	wantDraft(t, office, draft(3, "#111111"))
}

func draftConcurrent(t *testing.T, open OpenOffice) {
	instances := []Office{startOffice(t, open), startOffice(t, open)}
	var won atomic.Int32
	var group sync.WaitGroup
	for i := range 10 {
		group.Go(func() {
			err := instances[i%2].PutDraft(t.Context(), "shop1", draft(1, fmt.Sprintf("#00000%d", i)))
			if err == nil {
				won.Add(1)
			} else if !errors.Is(err, consent.ErrConflict) {
				t.Errorf("PutDraft: %v", err)
			}
		})
	}
	group.Wait()
	if won.Load() != 1 {
		t.Errorf("%d editors believe that theirs is the draft, want 1", won.Load())
	}
}

func publishAll(t *testing.T, open OpenOffice) {
	office := startOffice(t, open)
	first, second := shop("shop1", "Shop"), shop("shop1", "Größer")
	published := []schemas.Publication{
		{Notice: "n1", At: time.Date(2026, 11, 25, 12, 0, 0, 0, time.UTC)},
		{Notice: "n2", By: "ada@shop.example", At: time.Date(2026, 11, 25, 12, 0, 0, 0, time.UTC)},
	}
	before := revision(t, office)
	for i, step := range [][2]schemas.Site{{{}, first}, {first, second}} {
		if err := office.Publish(t.Context(), step[0], step[1], published[i]); err != nil {
			t.Fatalf("Publish: %v", err)
		}
	}
	// A change that publishes nothing.
	if err := office.Publish(t.Context(), second, first, schemas.Publication{}); err != nil {
		t.Fatalf("Publish: %v", err)
	}
	wantSite(t, office, first)
	if grown := revision(t, office) - before; grown < 3 {
		t.Errorf("3 changes grew the revision by %d", grown)
	}
	wantPublications(t, office, "shop1", published...)
	wantPublications(t, office, "shop2")
}

func wantPublications(t *testing.T, office Office, site string, want ...schemas.Publication) {
	t.Helper()
	got, err := office.Publications(t.Context(), site)
	if err != nil {
		t.Fatalf("Publications: %v", err)
	}
	if len(got) == 0 && len(want) == 0 {
		return
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Fatalf("publications (-want +got):\n%s", diff)
	}
}

func publishStale(t *testing.T, open OpenOffice) {
	office := startOffice(t, open)
	put(t, office, shop("shop1", "Shop"))
	for name, known := range map[string]schemas.Site{"another name": shop("shop1", "Old"), "not there": {}} {
		err := office.Publish(t.Context(), known, shop("shop1", "New"), schemas.Publication{Notice: "n2"})
		if !errors.Is(err, consent.ErrConflict) {
			t.Errorf("%s: %v, want ErrConflict", name, err)
		}
	}
	wantSite(t, office, shop("shop1", "Shop"))
	wantPublications(t, office, "shop1")
}

func publishConcurrent(t *testing.T, open OpenOffice) {
	instances := []Office{startOffice(t, open), startOffice(t, open)}
	known := shop("shop1", "Shop")
	put(t, instances[0], known)
	var won atomic.Int32
	var group sync.WaitGroup
	for i := range 10 {
		group.Go(func() {
			name := fmt.Sprintf("n%d", i)
			err := instances[i%2].Publish(t.Context(), known, shop("shop1", name), schemas.Publication{Notice: name})
			if err == nil {
				won.Add(1)
			} else if !errors.Is(err, consent.ErrConflict) {
				t.Errorf("Publish: %v", err)
			}
		})
	}
	group.Wait()
	published, err := instances[1].Publications(t.Context(), "shop1")
	if err != nil || won.Load() != 1 || len(published) != 1 {
		t.Fatalf("%d publishers won, %+v, %v; want 1", won.Load(), published, err)
	}
	wantSite(t, instances[1], shop("shop1", published[0].Notice))
}

func deskReopen(t *testing.T, open OpenOffice) {
	office, closing := open(t)
	if err := office.PutDraft(t.Context(), "shop1", draft(1, "#111111")); err != nil {
		t.Fatalf("PutDraft: %v", err)
	}
	if err := office.Publish(t.Context(), schemas.Site{}, shop("shop1", "Shop"), schemas.Publication{Notice: "n1"}); err != nil {
		t.Fatalf("Publish: %v", err)
	}
	closing()
	office = startOffice(t, open)
	wantDraft(t, office, draft(1, "#111111"))
	wantSite(t, office, shop("shop1", "Shop"))
	wantPublications(t, office, "shop1", schemas.Publication{Notice: "n1"})
}
