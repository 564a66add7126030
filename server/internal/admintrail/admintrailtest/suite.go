// Package admintrailtest holds every implementation of admintrail.Store to its promises.
package admintrailtest

import (
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"assent/server/internal/admintrail"
)

// TestStore runs every case on an empty store.
func TestStore(t *testing.T, store admintrail.Store) {
	noon := time.Date(2026, 11, 25, 12, 0, 0, 123000, time.UTC)
	acts := []admintrail.Act{
		{At: noon, Who: "ada@shop.example", What: "sign-in", Outcome: admintrail.Done, Network: "192.0.2.0/24"},
		{At: noon.Add(time.Minute), What: "sign-in", Outcome: admintrail.Refused, Network: "2001:db8::/56"},
		{At: noon.Add(2 * time.Minute), Who: "ada@shop.example", What: "invite", About: "bob@shop.example: analyst", Outcome: admintrail.Done},
		{At: noon.Add(3 * time.Minute), Who: "bob@shop.example", What: "view-report", Site: "shop", Outcome: admintrail.Done},
		{At: noon.Add(4 * time.Minute), Who: "bob@shop.example", What: "view-report", Site: "blog", Outcome: admintrail.Refused},
	}
	expect(t, store, admintrail.Filter{})
	for _, act := range acts {
		if err := store.AppendAct(t.Context(), act); err != nil {
			t.Fatal(err)
		}
	}
	expect(t, store, admintrail.Filter{}, acts[4], acts[3], acts[2], acts[1], acts[0])
	expect(t, store, admintrail.Filter{Who: "ada@shop.example"}, acts[2], acts[0])
	expect(t, store, admintrail.Filter{What: "sign-in", Outcome: admintrail.Refused}, acts[1])
	expect(t, store, admintrail.Filter{Sites: []string{"shop", "blog"}}, acts[4], acts[3])
	expect(t, store, admintrail.Filter{Sites: []string{}})
	expect(t, store, admintrail.Filter{From: noon.Add(time.Minute), To: noon.Add(3 * time.Minute)}, acts[2], acts[1])
	last := expect(t, store, admintrail.Filter{Who: "ada@shop.example"}, acts[2], acts[0])[0]
	expect(t, store, admintrail.Filter{Before: last.ID}, acts[1], acts[0])
	testPages(t, store, noon.Add(time.Hour))
}

// testPages appends from many sides at once and reads page by page.
func testPages(t *testing.T, store admintrail.Store, at time.Time) {
	const writers, each = 5, 45
	var group sync.WaitGroup
	for writer := range writers {
		group.Go(func() {
			for i := range each {
				act := admintrail.Act{At: at, Who: fmt.Sprintf("%d-%d", writer, i), What: "page", Outcome: admintrail.Done}
				if err := store.AppendAct(t.Context(), act); err != nil {
					t.Error(err)
				}
			}
		})
	}
	group.Wait()
	seen, before := map[string]bool{}, ""
	for _, want := range []int{admintrail.PageSize, admintrail.PageSize, writers*each - 2*admintrail.PageSize} {
		page, err := store.Acts(t.Context(), admintrail.Filter{What: "page", Before: before})
		if err != nil || len(page) != want {
			t.Fatalf("a page of %d, %v, want %d", len(page), err, want)
		}
		for _, act := range page {
			seen[act.Who] = true
		}
		before = page[len(page)-1].ID
	}
	if len(seen) != writers*each {
		t.Errorf("%d of %d acts were on the pages", len(seen), writers*each)
	}
}

func expect(t *testing.T, store admintrail.Store, filter admintrail.Filter, want ...admintrail.Act) []admintrail.Act {
	t.Helper()
	got, err := store.Acts(t.Context(), filter)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(want, got, cmpopts.IgnoreFields(admintrail.Act{}, "ID"), cmpopts.EquateEmpty()); diff != "" {
		t.Errorf("Acts(%+v), want - got +:\n%s", filter, diff)
	}
	return got
}
