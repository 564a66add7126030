package integration_test

import (
	"strings"
	"testing"

	"assent/server/internal/integration"
	"assent/server/internal/requests"
	"assent/server/internal/rights"
)

// TestClosedRequestsAreTold to who wants to hear of them and is on, without a word about whose they were.
func TestClosedRequestsAreTold(t *testing.T) {
	onBoth(t, func(t *testing.T, s *stage) {
		hears, other, off := s.receiver(nil), s.receiver(nil), s.receiver(nil)
		s.hear(s.connect(hears, "crm"))
		s.connect(other, "mail")
		silent := s.hear(s.connect(off, "crm"))
		s.turn(silent, integration.Off)
		visitor := s.decide("one", true)
		desk := requests.NewDesk(s.front, s.ledger, nil, rights.Eraser{}, s.now)
		s.run(s.keeper.Run)
		hears.await(1)
		other.await(1)
		eventually(t, func() bool {
			_, err := desk.Open(t.Context(), requests.Asked{Site: site, Subject: visitor.Subject, Kind: requests.Objection, How: requests.Officer, About: "no letters"})
			return err == nil
		})
		opened, err := desk.List(t.Context(), site)
		if err != nil || len(opened) != 1 {
			t.Fatalf("%+v, %v", opened, err)
		}
		reference := opened[0].ID
		if _, err := desk.Act(t.Context(), site, reference, "ada@shop.example", "told by letter"); err != nil {
			t.Fatal(err)
		}
		if _, err := desk.Lift(t.Context(), site, reference, "ada@shop.example", "withdrawn"); err != nil {
			t.Fatal(err)
		}
		closed, err := desk.Get(t.Context(), site, reference)
		if err != nil {
			t.Fatal(err)
		}
		eventually(t, func() bool { got := hears.received(); return strings.Contains(got[len(got)-1].body, `"lifted"`) })
		last := hears.received()[1:]
		for _, one := range last {
			if one.Type != integration.RequestClosed || !strings.Contains(one.body, "https://assent.example.com/v1/admin/sites/shop/requests/"+closed.Document+"?format=html") {
				t.Errorf("told %s", one.body)
			}
			for _, secret := range []string{visitor.Subject, visitor.ID.String(), reference, "ada@", "letter"} {
				if strings.Contains(one.body, secret) {
					t.Errorf("%s says %q", one.body, secret)
				}
			}
		}
		if found, err := desk.ByDocument(t.Context(), site, closed.Document); err != nil || found.ID != reference {
			t.Errorf("the document leads to %+v, %v", found, err)
		}
		s.decide("two", true) // Told after them.
		if got := other.await(2); got[1].Type != integration.Granted {
			t.Errorf("who does not hear of them is told %s", got[1].body)
		}
		if got := off.received(); len(got) != 0 {
			t.Errorf("what is off is told %+v", got)
		}
		if left, err := requests.ClosingsIn(s.front).List(t.Context(), site); err != nil || len(left) != 0 {
			t.Errorf("left: %+v, %v", left, err)
		}
	})
}

// hear lets an integration hear of closed requests.
func (s *stage) hear(entry integration.Entry, _ string) integration.Entry {
	s.t.Helper()
	wish := integration.Wish{Name: entry.Value.Name, URL: entry.Value.URL, Service: entry.Value.Service, Requests: true}
	changed, err := s.desk.Change(s.t.Context(), site, entry.ID, wish, published)
	if err != nil {
		s.t.Fatal(err)
	}
	return changed
}
