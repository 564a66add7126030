package site_test

import (
	"context"
	"errors"
	"log/slog"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"assent/schemas"
	"assent/server/internal/consent"
	"assent/server/internal/site"
)

var announcedAt = time.Date(2026, 11, 25, 12, 0, 0, 0, time.UTC)

// atNoon returns a publisher whose clock the test sets, and a site that it has published.
func atNoon(t *testing.T) (p site.Publisher, clock *time.Time, shop schemas.Site) {
	t.Helper()
	now := announcedAt
	p = newPublisher(t)
	p.Now = func() time.Time { return now }
	shop, err := p.Add(t.Context(), site.New{ID: "shop1", Name: "Shop", Origins: []string{"https://shop.example"}, Notice: lawful("IE")})
	if err != nil {
		t.Fatal(err)
	}
	return p, &now, shop
}

// lawful is a notice with one service, whose provider is in a country.
func lawful(country string) schemas.Notice {
	return schemas.Notice{PrivacyPolicy: "/privacy", Controller: schemas.Controller{Name: "Shop GmbH", Contact: "privacy@shop.example"},
		Services: []schemas.Service{
			{ID: "own", Name: "Own", Purpose: "marketing", Provider: "Own Ltd", Country: country, Safeguard: "scc", Retention: "P1D", Cookies: []string{"own"}},
			{ID: "other", Name: "Other", Purpose: "marketing", Provider: "Other Ltd", Country: "DE", Retention: "P1D", Cookies: []string{"other"}},
		}}
}

func announce(t *testing.T, p site.Publisher, n schemas.Notice, plan site.Plan) (schemas.Site, error) {
	t.Helper()
	return p.Change(t.Context(), "shop1", site.Change{Notice: &n, Plan: plan, By: "ada@shop.example"})
}

func TestAnAnnouncedNoticeTakesEffectByItselfOnItsTime(t *testing.T) {
	p, now, before := atNoon(t)
	due := announcedAt.AddDate(0, 0, 30)
	summary := map[string]string{"en": "Own moves to the United States."}
	announced, err := announce(t, p, lawful("US"), site.Plan{At: due, Summary: summary})
	if err != nil {
		t.Fatal(err)
	}
	if announced.Notice != before.Notice || announced.Announcement.Notice == before.Notice || !announced.Announcement.At.Equal(due) {
		t.Fatalf("announced: %+v", announced)
	}
	for range 2 {
		if err := p.TakeEffect(t.Context(), "shop1"); err != nil {
			t.Fatal(err)
		}
		if kept, err := p.Registry.Site(t.Context(), "shop1"); err != nil || kept.Notice != before.Notice {
			t.Fatalf("before its time: %+v, %v", kept, err)
		}
		*now = due.Add(-time.Second)
	}
	*now = due
	for range 2 {
		if err := p.TakeEffect(t.Context(), "shop1"); err != nil {
			t.Fatal(err)
		}
	}
	after, err := p.Registry.Site(t.Context(), "shop1")
	if err != nil || after.Notice != announced.Announcement.Notice || after.Announcement.Notice != "" {
		t.Fatalf("at its time: %+v, %v", after, err)
	}
	list, err := p.Publications(t.Context(), after)
	want := []schemas.Publication{{Notice: before.Notice, At: announcedAt},
		{Notice: after.Notice, At: due, By: "ada@shop.example", AnnouncedAt: announcedAt, Summary: summary}}
	if diff := cmp.Diff(want, list); err != nil || diff != "" {
		t.Errorf("publications (-want +got):\n%s%v", diff, err)
	}
}

func TestEachServerTriesAndOneMakesItTakeEffect(t *testing.T) {
	p, now, _ := atNoon(t)
	if _, err := announce(t, p, lawful("US"), site.Plan{At: announcedAt.Add(time.Hour)}); err != nil {
		t.Fatal(err)
	}
	catalog, err := site.OpenCatalog(t.Context(), p.Registry, p.Archive)
	if err != nil {
		t.Fatal(err)
	}
	*now = announcedAt.Add(time.Hour)
	for range 2 { // The catalogs of both still have the announcement.
		done := make(chan struct{})
		ctx, cancel := context.WithCancel(t.Context())
		go func() { defer close(done); p.KeepAnnounced(ctx, catalog, slog.New(slog.DiscardHandler)) }()
		for kept := (schemas.Site{Announcement: schemas.Announcement{Notice: "?"}}); kept.Announcement.Notice != ""; {
			if kept, err = p.Registry.Site(t.Context(), "shop1"); err != nil {
				t.Fatal(err)
			}
		}
		cancel()
		<-done
	}
	after, err := p.Registry.Site(t.Context(), "shop1")
	if err != nil {
		t.Fatal(err)
	}
	if list, err := p.Publications(t.Context(), after); err != nil || len(list) != 2 {
		t.Errorf("publications: %+v, %v", list, err)
	}
}

func TestNothingGoesPastAnAnnouncement(t *testing.T) {
	p, _, before := atNoon(t)
	if _, err := announce(t, p, lawful("US"), site.Plan{At: announcedAt.Add(time.Hour)}); err != nil {
		t.Fatal(err)
	}
	for name, plan := range map[string]site.Plan{"at once": {}, "later": {At: announcedAt.Add(2 * time.Hour)}} {
		if _, err := announce(t, p, lawful("CA"), plan); !strings.Contains(faultsOf(err), "withdraw the announcement first") {
			t.Errorf("%s: %v", name, err)
		}
	}
	renamed, err := p.Change(t.Context(), "shop1", site.Change{Name: "Another name"})
	if err != nil || renamed.Announcement.Notice == "" {
		t.Errorf("another name: %+v, %v", renamed, err)
	}
	withdrawn, err := p.WithdrawAnnouncement(t.Context(), "shop1")
	if err != nil || withdrawn.Announcement.Notice != "" || withdrawn.Notice != before.Notice {
		t.Fatalf("withdrawn: %+v, %v", withdrawn, err)
	}
	if _, err := p.WithdrawAnnouncement(t.Context(), "shop1"); !errors.Is(err, consent.ErrNotFound) {
		t.Errorf("withdrawn again: %v", err)
	}
	if _, err := announce(t, p, lawful("CA"), site.Plan{}); err != nil {
		t.Errorf("after it was withdrawn: %v", err)
	}
}

func TestPlansThatMakeNoSense(t *testing.T) {
	p, _, _ := atNoon(t)
	cases := map[string]struct {
		notice schemas.Notice
		plan   site.Plan
		want   string
	}{
		"over":             {lawful("US"), site.Plan{At: announcedAt}, "/at is over"},
		"far ahead":        {lawful("US"), site.Plan{At: announcedAt.AddDate(2, 0, 0)}, "/at is more than 366 days ahead"},
		"another language": {lawful("US"), site.Plan{Summary: map[string]string{"xx": "?"}}, "/summary/xx is in no language"},
		"empty words":      {lawful("US"), site.Plan{Summary: map[string]string{"en": " "}}, "/summary/en is empty"},
		"many words":       {lawful("US"), site.Plan{Summary: map[string]string{"en": strings.Repeat("ä", 2001)}}, "more than 2000"},
		"control":          {lawful("US"), site.Plan{Summary: map[string]string{"en": "a\x00"}}, "control characters"},
		"no change":        {lawful("IE"), site.Plan{At: announcedAt.Add(time.Hour)}, "changes nothing"},
	}
	for name, c := range cases {
		if _, err := announce(t, p, c.notice, c.plan); !strings.Contains(faultsOf(err), c.want) {
			t.Errorf("%s: %q, want %q", name, faultsOf(err), c.want)
		}
	}
}

func TestOnlyThoseWhoseGrantAChangeTouchesAreAskedAgain(t *testing.T) {
	before, after := lawful("IE"), lawful("US")
	after.Services[1].Retention = "P2D" // Described otherwise.
	after.Services = append(after.Services, schemas.Service{ID: "new", Purpose: "analytics"})
	if touched, err := site.Touched(before, after); err != nil || !slices.Equal(touched, []string{"Own", "new"}) {
		t.Errorf("%q, %v", touched, err)
	}
}

// faultsOf is what an error says of bad input.
func faultsOf(err error) string {
	var invalid *consent.InvalidError
	if !errors.As(err, &invalid) {
		return ""
	}
	var all []string
	for _, fault := range invalid.Faults {
		all = append(all, fault.Pointer+" "+fault.Detail)
	}
	return strings.Join(all, "; ")
}
