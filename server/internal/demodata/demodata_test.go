package demodata_test

import (
	"errors"
	"testing"
	"time"

	"assent/schemas"
	"assent/server/internal/demodata"
	"assent/server/internal/embeddedstore"
	"assent/server/internal/site"
	"assent/server/internal/transfer"
	"assent/snippet"
)

// TestARealSiteIsLeftAlone has a site of that id that does not say that it is made up.
func TestARealSiteIsLeftAlone(t *testing.T) {
	store, err := embeddedstore.Open(t.Context(), t.TempDir(), time.Now)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := store.Close(); err != nil {
			t.Error(err)
		}
	})
	p := site.Publisher{Registry: store, Archive: store, Desk: store, Texts: snippet.Texts(), Adequate: transfer.BuiltIn(), Now: time.Now, Try: func(string, string, schemas.Notice) error { return nil }}
	if _, err := p.Add(t.Context(), site.New{ID: demodata.Site, Name: "Real", Origins: []string{"https://shop.example"}}); err != nil {
		t.Fatal(err)
	}
	stores := demodata.Stores{Publisher: p, Ledger: store, Exposures: store, Roller: store}
	if _, err := demodata.Fill(t.Context(), stores, demodata.Plan{Days: 1, VisitorsPerDay: 10, Until: time.Now()}); !errors.Is(err, demodata.ErrReal) {
		t.Errorf("filled: %v", err)
	}
	if err := demodata.Remove(t.Context(), store, store, store); !errors.Is(err, demodata.ErrReal) {
		t.Errorf("removed: %v", err)
	}
	if recent, err := store.Recent(t.Context(), demodata.Site, 1); err != nil || len(recent) > 0 {
		t.Errorf("%v, %v", recent, err)
	}
	if kept, err := store.Site(t.Context(), demodata.Site); err != nil || kept.Name != "Real" {
		t.Errorf("%+v, %v", kept, err)
	}
}

// TestNoticesPassTheLint holds the shop's notices to what every publication is held to.
func TestNoticesPassTheLint(t *testing.T) {
	store, err := embeddedstore.Open(t.Context(), t.TempDir(), time.Now)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := store.Close(); err != nil {
			t.Error(err)
		}
	})
	tried := 0
	p := site.Publisher{Registry: store, Archive: store, Desk: store, Texts: snippet.Texts(), Adequate: transfer.BuiltIn(), Now: time.Now, Try: func(_, _ string, n schemas.Notice) error {
		tried++
		return site.Refusal(site.Lint(n, transfer.BuiltIn(), time.Now()))
	}}
	stores := demodata.Stores{Publisher: p, Ledger: store, Exposures: store, Roller: store}
	if _, err := demodata.Fill(t.Context(), stores, demodata.Plan{Days: 4, VisitorsPerDay: 1, Until: time.Now()}); err != nil || tried != 3 {
		t.Errorf("%d notices, %v", tried, err)
	}
}
