package httpapi

import (
	"context"
	"log/slog"
	"net/http"
	"strings"
	"testing"
	"time"

	"assent/schemas"
	"assent/server/internal/consent"
	"assent/server/internal/site"
	"assent/server/internal/snippetbuild"
	"assent/server/internal/transfer"
)

// suspending is current for a server whose transfers are judged by a list.
type suspending struct {
	current
	adequate transfer.List
	now      func() time.Time
}

func (s suspending) Shown(ctx context.Context, id string, arm int) (snippetbuild.Input, error) {
	in, err := s.current.Shown(ctx, id, arm)
	in.Suspended = s.adequate.Suspended(in.Notice, s.now())
	return in, err
}

// startEnding is a server with a clock, and a site whose service rests on a decision of adequacy that ends at the next
// midnight, which it also returns.
func startEnding(t *testing.T) (s *testServer, publisher site.Publisher, clock *time.Time, end time.Time) {
	t.Helper()
	today := time.Now().UTC()
	at := time.Date(today.Year(), today.Month(), today.Day(), 12, 0, 0, 0, time.UTC)
	list, err := transfer.Parse([]byte(`{"decisions":[{"country":"US","act":"(EU) 2023/1795","from":"2023-07-10","until":"` + at.Format(time.DateOnly) + `"}]}`))
	if err != nil {
		t.Fatal(err)
	}
	s = startServer(t, func(p *Parts) {
		p.Now = func() time.Time { return at }
		p.Publisher.Adequate, p.Publisher.Now = list, p.Now
		p.Library = snippetbuild.NewLibrary(p.Publisher.Registry.(snippetbuild.Shelf), suspending{current{p.Catalog}, list, p.Now}, p.Editions, slog.New(slog.DiscardHandler))
		publisher = p.Publisher
	})
	return s, publisher, &at, at.Add(12 * time.Hour)
}

func (s *testServer) allowedBy(grant string) string {
	s.t.Helper()
	_, body := s.do(http.MethodGet, "/v1/sites/"+s.site.ID+"/policy?grant="+grant, nil)
	return decode[computed](s.t, body).Value
}

func TestAServiceIsHeldBackFromTheMomentThatItsSafeguardHasEnded(t *testing.T) {
	s, publisher, clock, end := startEnding(t)
	owner := s.setUp()
	told := func() []schemas.Suspension {
		_, body := s.admin(http.MethodGet, "sites/"+s.site.ID+"/suspensions", nil, "Cookie", owner)
		return decode[[]schemas.Suspension](t, body)
	}
	if list := told(); len(list) != 1 || list[0].Suspended || list[0].Days != 1 || list[0].Service != "youtube" || !list[0].At.Equal(end) {
		t.Errorf("before: %+v", list)
	}
	old := s.decision("accept-all")
	if answer, body := s.post(old); answer.StatusCode != http.StatusCreated {
		t.Fatalf("%d %s", answer.StatusCode, body)
	}
	script, _ := s.script(s.site.ID)
	if !strings.Contains(script, "YouTube") || !strings.Contains(s.allowedBy("marketing"), "youtube") {
		t.Fatal("before the end it is held back already")
	}

	*clock = end
	held, header := s.script(s.site.ID)
	if strings.Contains(held, "YouTube") || header.Get("Cache-Control") != "public, max-age=300, stale-while-revalidate=86400" {
		t.Errorf("the script still offers it, or is cached as %q", header.Get("Cache-Control"))
	}
	if value := s.allowedBy("marketing,youtube"); strings.Contains(value, "youtube") {
		t.Errorf("the policy still allows it: %s", value)
	}
	_, body := s.post(s.decision("accept-all"))
	if choice := decode[schemas.Recorded](t, body).Choice; !choice.Purposes["marketing"] || choice.Services["youtube"] || len(choice.Services) != 1 {
		t.Errorf("a new decision: %+v", choice)
	}
	if list := told(); len(list) != 1 || !list[0].Suspended || list[0].Days != 0 || list[0].Act != "(EU) 2023/1795" || list[0].Name != "YouTube" {
		t.Errorf("at the end: %+v", list)
	}
	records, err := s.store.Recent(t.Context(), s.site.ID, 1)
	if err != nil || len(records) != 1 || !strings.Contains(strings.Join(records[0].Flags, " "), consent.FlagSuspended) || records[0].Outcome() != consent.Accepted {
		t.Errorf("the record of it: %+v, %v", records, err)
	}
	if answer, body := s.post(old); answer.StatusCode != http.StatusOK {
		t.Errorf("a late retry of the old decision: %d %s", answer.StatusCode, body)
	}
	subject := "/v1/sites/" + s.site.ID + "/subjects/" + consent.Subject(s.site.ID, old.Secret)
	choiceOf := func() schemas.Choice {
		_, body := s.do(http.MethodGet, subject, nil)
		return decode[schemas.Current](t, body).Choice
	}
	if services := choiceOf().Services; services["youtube"] || len(services) != 1 {
		t.Errorf("an older grant still holds: %v", services)
	}

	if _, err := publisher.Change(t.Context(), s.site.ID, site.Change{Notice: &schemas.Notice{
		Services: []schemas.Service{{ID: "youtube", Purpose: "marketing", Safeguard: "scc", Policy: "https://127.0.0.1/privacy"}},
	}}); err != nil {
		t.Fatal(err)
	}
	if err := s.catalog.Refresh(t.Context()); err != nil {
		t.Fatal(err)
	}
	if list := told(); len(list) != 0 {
		t.Errorf("afterwards: %+v", list)
	}
	if again, _ := s.script(s.site.ID); !strings.Contains(again, "YouTube") || !strings.Contains(s.allowedBy("marketing"), "youtube") {
		t.Error("another safeguard does not bring it back")
	}
	if services := choiceOf().Services; len(services) != 0 {
		t.Errorf("the older grant does not hold again: %v", services)
	}
}

func TestNoCopyOfTheScriptIsUsedAfterASafeguardHasEnded(t *testing.T) {
	s, _, clock, end := startEnding(t)
	for before, want := range map[time.Duration]string{
		12 * time.Hour:          "public, max-age=300, stale-while-revalidate=42900",
		6 * time.Minute:         "public, max-age=300, stale-while-revalidate=60",
		5 * time.Minute:         "public, max-age=300, stale-while-revalidate=0",
		90 * time.Second:        "public, max-age=90, stale-while-revalidate=0",
		time.Second / 2:         "public, max-age=0, stale-while-revalidate=0",
		-time.Second:            "public, max-age=300, stale-while-revalidate=86400",
		90 * 24 * time.Hour:     "public, max-age=300, stale-while-revalidate=86400",
		24*time.Hour + 5*60e9:   "public, max-age=300, stale-while-revalidate=86400",
		24*time.Hour + 5*60e9/2: "public, max-age=300, stale-while-revalidate=86250",
	} {
		*clock = end.Add(-before)
		if _, header := s.script(s.site.ID); header.Get("Cache-Control") != want {
			t.Errorf("%s before: %q, want %q", before, header.Get("Cache-Control"), want)
		}
	}
}
