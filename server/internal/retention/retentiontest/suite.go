// Package retentiontest holds every set of stores to what retention promises.
package retentiontest

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"testing"
	"time"

	"assent/server/internal/admintrail"
	"assent/server/internal/consent"
	"assent/server/internal/exposure"
	"assent/server/internal/recording"
	"assent/server/internal/recording/recordingtest"
	"assent/server/internal/register"
	"assent/server/internal/retention"
	"assent/server/internal/rights/rightstest"
	"assent/server/internal/transparency"
)

// Journal is where decisions are recorded, and documents kept.
type Journal interface {
	recording.Journal
	register.Store
	admintrail.Store
	admintrail.Aging
}

// Stores are a set under test, which nobody else has data in.
type Stores struct {
	Journal   Journal
	Trail     rightstest.Trail
	Exposures exposure.Store
	Store     retention.Store
	Times     retention.Times
	Log       retention.Log
	Months    bool // As the keeper's.
	// Settle returns when everything recorded so far is in the trail, and in the log.
	Settle func(t *testing.T)
	Verify func(ctx context.Context) (transparency.Verified, error)
}

// Test runs every case. Each opens the stores anew.
func Test(t *testing.T, open func(t *testing.T) Stores) {
	for name, test := range map[string]func(*testing.T, Stores){
		"what was planned goes":              plannedGoes,
		"all that there is goes":             allGoes,
		"what is not old enough stays":       youngStays,
		"a site has periods of its own":      ownPeriodsCount,
		"a choice in force stays":            inForceStays,
		"holds stop what they say":           holdsStop,
		"exposures go by the hour":           exposuresGo,
		"requests go once they were closed":  requestsGo,
		"holds go once they ended, and acts": actsGo,
		"runs at once remove nothing twice":  atOnce,
	} {
		t.Run(name, func(t *testing.T) { test(t, open(t)) })
	}
}

// Later is when everything that is recorded now was kept long enough.
func Later() time.Time { return time.Now().AddDate(5, 0, 0) }

// Keeper is one of these sites, at that time, of little at once.
func (s Stores) Keeper(sites ...string) retention.Keeper {
	return retention.Keeper{
		Store: retention.ByClass{retention.Decisions: s.Store, retention.Exposures: s.Store, retention.Ended: retention.DoneHolds(s.Journal),
			retention.Deletions: retention.DoneDeletions(s.Journal), retention.Acts: retention.Trailed{Trail: s.Journal},
			retention.Requests: retention.Done[request]{Book: requests(s.Journal), Since: closed, Subject: request.whose}},
		Log: s.Log, Register: s.Journal, Trail: s.Journal, Now: Later, Months: s.Months, AtOnce: 8,
		Holds: retention.Holds{Store: s.Journal, Times: s.Times, Trail: s.Journal, Now: Later},
		Sites: func(context.Context) ([]string, error) { return sites, nil },
	}
}

// Record has visitors decide once each.
func (s Stores) Record(t *testing.T, site string, decisions int) []consent.Record {
	t.Helper()
	var batch []consent.Record
	for n := range decisions {
		batch = append(batch, recordingtest.Decision(site, fmt.Sprintf("s%d", n)))
	}
	batch = rightstest.Record(t, s.Journal, batch...)
	s.Settle(t)
	return batch
}

// WantKept compares how many decisions a site has.
func (s Stores) WantKept(t *testing.T, site string, want int) {
	t.Helper()
	if kept, err := s.Store.Kept(t.Context(), retention.Decisions, site, Later()); err != nil || kept != want {
		t.Errorf("%d decisions are kept, %v, want %d", kept, err, want)
	}
}

// WantVerified has the log hold, with that many decisions that were removed.
func (s Stores) WantVerified(t *testing.T, erased int64) {
	t.Helper()
	if err := s.Log.CatchUp(t.Context()); err != nil {
		t.Fatal(err)
	}
	if verified, err := s.Verify(t.Context()); err != nil || verified.Erased != erased {
		t.Errorf("the log: %+v, %v, want %d removed", verified, err, erased)
	}
}

// WantRecords compares what the records of a site say was removed.
func WantRecords(t *testing.T, k retention.Keeper, site string, removed ...int) {
	t.Helper()
	records, err := k.Deletions(t.Context(), site)
	if err != nil || len(records) != len(removed) {
		t.Fatalf("the records of %s: %+v, %v, want %d", site, records, err, len(removed))
	}
	for i, record := range records {
		if d := record.Value; d.Removed != removed[i] || !d.Verified || d.Finished.IsZero() {
			t.Errorf("the record: %+v, want %d removed", d, removed[i])
		}
	}
}

// Run runs the keeper.
func Run(t *testing.T, k retention.Keeper) {
	t.Helper()
	if err := k.Run(t.Context(), "test"); err != nil {
		t.Fatal(err)
	}
}

func plannedGoes(t *testing.T, s Stores) {
	one, two, other := recordingtest.Site(), recordingtest.Site(), recordingtest.Site()
	mine := s.Record(t, one, 30)
	s.Record(t, two, 10)
	rest := s.Record(t, other, 5)
	k := s.Keeper(one, two)
	plan, err := k.Plan(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	planned := map[string]int{}
	for _, item := range plan {
		planned[item.Site] += item.Count()
	}
	if planned[one] != 30 || planned[two] != 10 {
		t.Errorf("the plan: %+v", plan)
	}
	s.WantKept(t, one, 30)
	for range 2 { // A second time there is nothing left to do.
		Run(t, k)
	}
	WantRecords(t, k, one, 30)
	WantRecords(t, k, two, 10)
	rightstest.WantTrail(t, s.Trail, one)
	rightstest.WantTrail(t, s.Trail, other, rest...)
	rightstest.WantChoice(t, s.Journal, one, mine[0].Subject, nil)
	s.WantVerified(t, 40)
}

func allGoes(t *testing.T, s Stores) {
	site := recordingtest.Site()
	s.Record(t, site, 20)
	k := s.Keeper(site)
	Run(t, k)
	s.WantKept(t, site, 0)
	WantRecords(t, k, site, 20)
	after := s.Record(t, site, 3)
	rightstest.WantTrail(t, s.Trail, site, after...)
	s.WantVerified(t, 20)
}

func youngStays(t *testing.T, s Stores) {
	site := recordingtest.Site()
	all := s.Record(t, site, 9)
	k := s.Keeper(site)
	k.Now = func() time.Time { return time.Now().AddDate(0, 0, 1460) }
	Run(t, k)
	rightstest.WantTrail(t, s.Trail, site, all...)
	WantRecords(t, k, site)
	s.WantVerified(t, 0)
}

// Five years on, one site keeps its decisions for ten, one as the server says.
func ownPeriodsCount(t *testing.T, s Stores) {
	one, other := recordingtest.Site(), recordingtest.Site()
	s.Record(t, one, 6)
	s.Record(t, other, 6)
	k := s.Keeper(one, other)
	for _, wrong := range []retention.Periods{{retention.Decisions: 1}, {retention.Acts: 400}, {"unheard-of": 400}} {
		if err := k.SetOwn(t.Context(), one, wrong); err == nil {
			t.Errorf("taken: %v", wrong)
		}
	}
	if err := k.SetOwn(t.Context(), one, retention.Periods{retention.Decisions: 3653}); err != nil {
		t.Fatal(err)
	}
	Run(t, k)
	s.WantKept(t, one, 6)
	s.WantKept(t, other, 0)
	if err := k.SetOwn(t.Context(), one, retention.Periods{retention.Decisions: 400}); err != nil {
		t.Fatal(err)
	}
	Run(t, k)
	s.WantKept(t, one, 0)
	s.WantVerified(t, 12)
}

func inForceStays(t *testing.T, s Stores) {
	site := recordingtest.Site()
	var all []consent.Record
	for range 2 { // Of which only the last is in force.
		for n := range 12 {
			one := recordingtest.Decision(site, fmt.Sprintf("s%d", n))
			if one.LifetimeDays = 3650; n%3 == 0 {
				one.LifetimeDays = 180
			}
			all = append(all, rightstest.Record(t, s.Journal, one)...)
		}
	}
	s.Settle(t)
	k := s.Keeper(site)
	Run(t, k)
	var stay []consent.Record
	for n, one := range all[12:] {
		if n%3 != 0 {
			stay = append(stay, one)
			rightstest.WantChoice(t, s.Journal, site, one.Subject, &one)
		}
	}
	rightstest.WantTrail(t, s.Trail, site, stay...)
	WantRecords(t, k, site, 16)
	s.WantVerified(t, 16)
}

func holdsStop(t *testing.T, s Stores) {
	ago, ahead := time.Now().Add(-time.Hour), time.Now().Add(time.Hour)
	var erased int64
	for name, test := range map[string]struct {
		hold retention.Hold
		kept int
		held []bool // The subjects s3 and s6.
	}{
		"site":         {retention.Hold{}, 9, []bool{true, true}},
		"subject":      {retention.Hold{Subject: "s3"}, 1, []bool{true, false}},
		"period":       {retention.Hold{From: ago, To: ahead}, 9, []bool{true, true}},
		"other period": {retention.Hold{From: ago.Add(-time.Hour), To: ago}, 0, []bool{false, false}},
		"with an end":  {retention.Hold{End: Later().AddDate(0, 0, 1)}, 9, []bool{true, true}},
	} {
		site := recordingtest.Site()
		s.Record(t, site, 9)
		k := s.Keeper(site)
		test.hold.Reason, test.hold.Author = "a claim", "officer"
		id, err := k.Holds.Set(t.Context(), site, test.hold)
		if err != nil {
			t.Fatal(err)
		}
		for i, subject := range []string{"s3", "s6"} {
			if held, err := k.Holds.Held(t.Context(), site, subject); err != nil || held != test.held[i] {
				t.Errorf("%s: %s is held: %v, %v", name, subject, held, err)
			}
		}
		Run(t, k)
		s.WantKept(t, site, test.kept)
		if err := k.Holds.Release(t.Context(), site, id, "officer", "settled"); err != nil {
			t.Fatal(err)
		}
		Run(t, k)
		s.WantKept(t, site, 0)
		erased += 9
		s.WantVerified(t, erased)
	}
}

func exposuresGo(t *testing.T, s Stores) {
	site, other := recordingtest.Site(), recordingtest.Site()
	hours := time.Now().Add(-3*time.Hour).Unix() / 3600
	for i := range int64(2) {
		for _, of := range []string{site, other} {
			count := exposure.Count{Views: 2, Visitors: 1, Key: exposure.Key{Site: of, Slot: (hours+i)*4 + i, Event: exposure.Shown, Notice: "n"}}
			if err := s.Exposures.AddExposures(t.Context(), []exposure.Count{count}); err != nil {
				t.Fatal(err)
			}
		}
	}
	if err := s.Store.Settle(t.Context(), retention.Exposures); err != nil {
		t.Fatal(err)
	}
	k := s.Keeper(site)
	hold := retention.Hold{From: time.Unix(hours*3600, 0), To: time.Unix((hours+1)*3600, 0), Reason: "a claim", Author: "officer"}
	id, err := k.Holds.Set(t.Context(), site, hold)
	if err != nil {
		t.Fatal(err)
	}
	for _, left := range []int{1, 0} {
		Run(t, k)
		if kept, err := s.Store.Kept(t.Context(), retention.Exposures, site, Later()); err != nil || kept != left {
			t.Errorf("%d hours are kept, %v, want %d", kept, err, left)
		}
		if left == 1 {
			if err := k.Holds.Release(t.Context(), site, id, "officer", "settled"); err != nil {
				t.Fatal(err)
			}
		}
	}
	if kept, err := s.Store.Kept(t.Context(), retention.Exposures, other, Later()); err != nil || kept != 2 {
		t.Errorf("%d hours of another site are kept, %v", kept, err)
	}
}

// request is any document of somebody's that is done with one day.
type request struct {
	Subject string
	Closed  time.Time
}

func (r request) whose() string { return r.Subject }

func closed(r request) time.Time { return r.Closed }

func requests(store register.Store) register.Book[request] {
	return register.Book[request]{Store: store, Kind: "request"}
}

func requestsGo(t *testing.T, s Stores) {
	site, now := recordingtest.Site(), time.Now()
	for id, one := range map[string]request{"open": {Subject: "s1"}, "closed": {Subject: "s2", Closed: now}, "held": {Subject: "s3", Closed: now}, "young": {Subject: "s4", Closed: Later()}} {
		if err := requests(s.Journal).Add(t.Context(), site, id, one); err != nil {
			t.Fatal(err)
		}
	}
	k := s.Keeper(site)
	if _, err := k.Holds.Set(t.Context(), site, retention.Hold{Subject: "s3", Reason: "a claim", Author: "officer"}); err != nil {
		t.Fatal(err)
	}
	Run(t, k)
	var left []string
	entries, err := requests(s.Journal).List(t.Context(), site)
	for _, entry := range entries {
		left = append(left, entry.ID)
	}
	if err != nil || !slices.Equal(left, []string{"held", "open", "young"}) {
		t.Errorf("left: %v, %v", left, err)
	}
	WantRecords(t, k, site, 1)
}

func actsGo(t *testing.T, s Stores) {
	site, other := recordingtest.Site(), recordingtest.Site()
	k := s.Keeper(site, other)
	early := k.Holds
	early.Now = time.Now
	set := func(site string) string {
		id, err := early.Set(t.Context(), site, retention.Hold{Reason: "a claim", Author: "officer"})
		if err != nil {
			t.Fatal(err)
		}
		return id
	}
	ended, inForce := set(site), set(other)
	if err := early.Release(t.Context(), site, ended, "officer", "settled"); err != nil {
		t.Fatal(err)
	}
	count := func(before time.Time) (n int) {
		counts, err := s.Journal.CountActs(t.Context(), before)
		if err != nil {
			t.Fatal(err)
		}
		for _, one := range counts {
			n += one
		}
		return n
	}
	Run(t, k) // The hold at the other site keeps what anybody did.
	if acts := count(time.Now().Add(time.Hour)); acts != 3 {
		t.Errorf("%d acts are left, want 3", acts)
	}
	if holds, err := k.Holds.List(t.Context(), ""); err != nil || len(holds) != 1 || holds[0].ID != inForce {
		t.Errorf("the holds: %+v, %v", holds, err)
	}
	if err := k.Holds.Release(t.Context(), other, inForce, "officer", "settled"); err != nil {
		t.Fatal(err)
	}
	Run(t, k)
	if acts := count(time.Now().Add(time.Hour)); acts != 0 {
		t.Errorf("%d acts are left, want none", acts)
	}
	if acts, err := s.Journal.Acts(t.Context(), admintrail.Filter{}); err != nil || len(acts) != 3 || acts[0].What != "remove-expired" || acts[0].Site != "" {
		t.Errorf("the trail tells %+v, %v", acts, err)
	}
	WantRecords(t, k, retention.Everywhere, 3)
}

func atOnce(t *testing.T, s Stores) {
	site := recordingtest.Site()
	s.Record(t, site, 60)
	var runs sync.WaitGroup
	for range 3 {
		runs.Go(func() {
			// Of several that finish at once one may find a store at work: then the next run closes the record.
			if err := s.Keeper(site).Run(t.Context(), "test"); err != nil && !errors.Is(err, consent.ErrUnavailable) {
				t.Error(err)
			}
		})
	}
	runs.Wait()
	k := s.Keeper(site)
	Run(t, k)
	s.WantKept(t, site, 0)
	WantRecords(t, k, site, 60)
	s.WantVerified(t, 60)
}
