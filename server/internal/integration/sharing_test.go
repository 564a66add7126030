package integration_test

import (
	"context"
	"log/slog"
	"maps"
	"slices"
	"testing"

	"assent/server/internal/integration"
)

func same(a, b integration.Shared) bool { return maps.EqualFunc(a, b, slices.Equal) }

func TestWhatIsSharedIsKnownFromBeforeItIsSwitchedOn(t *testing.T) {
	onBoth(t, func(t *testing.T, s *stage) {
		sharing, err := integration.OpenSharing(t.Context(), s.front)
		if err != nil {
			t.Fatal(err)
		}
		if got := sharing.Of(site); len(got) != 0 {
			t.Errorf("nothing is connected, and %v is shared", got)
		}
		connect := func(name, service string, fields ...string) integration.Entry {
			entry, _, err := s.desk.Connect(t.Context(), site, integration.Wish{Name: name, URL: "https://127.0.0.1:9/" + name, Service: service, Fields: fields}, published)
			if err != nil {
				t.Fatal(err)
			}
			return entry
		}
		connect("sales", "crm", "page", "expiresAt")
		second := connect("support", "crm", "country", "page")
		connect("letters", "mail")
		s.run(func(ctx context.Context) { sharing.Watch(ctx, slog.New(slog.DiscardHandler)) })
		want := integration.Shared{"crm": {"expiresAt", "page", "country"}, "mail": {}}
		eventually(t, func() bool { return same(sharing.Of(site), want) })
		if got, err := s.desk.Shared(t.Context(), site); err != nil || !same(got, want) {
			t.Errorf("at the desk %v, %v", got, err)
		}
		if got := sharing.Of("another"); len(got) != 0 {
			t.Errorf("another site shares %v", got)
		}
		if err := s.desk.Remove(t.Context(), site, second.ID); err != nil {
			t.Fatal(err)
		}
		eventually(t, func() bool {
			return same(sharing.Of(site), integration.Shared{"crm": {"expiresAt", "page"}, "mail": {}})
		})
	})
}
