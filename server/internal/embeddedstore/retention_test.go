package embeddedstore_test

import (
	"context"
	"errors"
	"maps"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"

	"assent/server/internal/consent"
	"assent/server/internal/exposure"
	"assent/server/internal/retention"
	"assent/server/internal/rights"
	"assent/server/internal/transparency"
)

// later is when everything that is recorded now has been kept long enough.
func later() time.Time { return time.Now().AddDate(5, 0, 0) }

func (l *logged) keeper() retention.Keeper {
	return retention.Keeper{
		Store: l.store, Log: l.log, Register: l.store, Trail: l.store, Now: later,
		Holds:   retention.Holds{Store: l.store, Times: l.store, Trail: l.store, Now: later},
		Sites:   func(context.Context) ([]string, error) { return []string{"site0", "site1"}, nil },
		Periods: recorded(nil),
	}
}

// recorded are periods in which nothing goes but what is recorded of visitors.
func recorded(periods retention.Periods) retention.Periods {
	all := retention.Periods{retention.Requests: retention.Forever, retention.Ended: retention.Forever, retention.Deletions: retention.Forever, retention.Acts: retention.Forever}
	maps.Copy(all, periods)
	return all
}

func planned(t *testing.T, k retention.Keeper, class retention.Class, site string) retention.Item {
	t.Helper()
	plan, err := k.Plan(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	for _, item := range plan {
		if item.Class == class && item.Site == site {
			return item
		}
	}
	t.Fatalf("no plan for %s of %s", class, site)
	return retention.Item{}
}

func (l *logged) kept(t *testing.T, site string) int {
	t.Helper()
	n, err := l.store.Kept(t.Context(), retention.Decisions, site, later())
	if err != nil {
		t.Fatal(err)
	}
	return n
}

func deletions(t *testing.T, k retention.Keeper) map[string]retention.Deletion {
	t.Helper()
	entries, err := k.Deletions(t.Context(), "")
	if err != nil {
		t.Fatal(err)
	}
	records := map[string]retention.Deletion{}
	for _, entry := range entries {
		records[entry.Site] = entry.Value
	}
	return records
}

func TestRetentionRemovesWhatItPlanned(t *testing.T) {
	t.Parallel()
	l := openLogged(t, 900) // 300 of each site: more than a batch.
	k := l.keeper()
	item := planned(t, k, retention.Decisions, "site0")
	if item.Count() != 300 || len(item.Months) == 0 || l.kept(t, "site0") != 300 {
		t.Fatalf("the plan: %+v, kept %d", item, l.kept(t, "site0"))
	}
	for range 2 { // A second time there is nothing left to do.
		if err := k.Run(t.Context(), "test"); err != nil {
			t.Fatal(err)
		}
	}
	records := deletions(t, k)
	if d := records["site0"]; len(records) != 2 || d.Removed != 300 || !d.Verified || d.By != "test" || d.Finished.IsZero() {
		t.Errorf("the records: %+v", records)
	}
	if l.kept(t, "site0") != 0 || l.kept(t, "site1") != 0 || l.kept(t, "site2") != 300 {
		t.Errorf("kept: %d, %d, %d; site2 is not among the sites", l.kept(t, "site0"), l.kept(t, "site1"), l.kept(t, "site2"))
	}
	verified, err := l.verify(t)
	if want := (transparency.Verified{Entries: 1500, Erased: 600}); err != nil || verified != want {
		t.Errorf("the log: %+v, %v, want %+v", verified, err, want)
	}
}

func TestRetentionKeepsWhatIsNotOldEnough(t *testing.T) {
	t.Parallel()
	l := openLogged(t, 9)
	k := l.keeper()
	k.Now = func() time.Time { return time.Now().AddDate(0, 0, 1460) }
	if err := k.Run(t.Context(), "test"); err != nil || l.kept(t, "site0") != 3 || len(deletions(t, k)) != 0 {
		t.Errorf("%v, kept %d", err, l.kept(t, "site0"))
	}
}

func TestRetentionKeepsChoicesInForce(t *testing.T) {
	t.Parallel()
	l := openLogged(t, 0)
	var ids []uuid.UUID
	for range 2 {
		record := consent.Record{ID: uuid.Must(uuid.NewV7()), Site: "site0", Subject: "one", Notice: "notice", Action: consent.Save,
			Source: "banner", Locale: "de", DecidedAt: time.Now(), LifetimeDays: 3650, Regime: consent.OptIn}
		ids = append(ids, record.ID)
		for _, outcome := range l.store.Commit(t.Context(), []consent.Record{record}) {
			if outcome.Err != nil {
				t.Fatal(outcome.Err)
			}
		}
	}
	if err := l.log.CatchUp(t.Context()); err != nil {
		t.Fatal(err)
	}
	if err := l.keeper().Run(t.Context(), "test"); err != nil {
		t.Fatal(err)
	}
	left, err := l.store.Find(t.Context(), ids[1].String())
	if err != nil || len(left) != 1 || l.kept(t, "site0") != 1 {
		t.Errorf("the current choice: %+v, %v, kept %d", left, err, l.kept(t, "site0"))
	}
}

// TestHoldsStopWhatTheySay has three decisions at site0, of the subjects 0, 3 and 6, and as many at site1.
func TestHoldsStopWhatTheySay(t *testing.T) {
	t.Parallel()
	_, subject := decisionOf(3)
	ago, ahead := time.Now().Add(-time.Hour), time.Now().Add(time.Hour)
	for name, test := range map[string]struct {
		hold retention.Hold
		kept int
		held []bool // Erasures of the subjects 3 and 6.
	}{
		"site":         {retention.Hold{}, 3, []bool{true, true}},
		"subject":      {retention.Hold{Subject: subject}, 1, []bool{true, false}},
		"period":       {retention.Hold{From: ago, To: ahead}, 3, []bool{true, true}},
		"other period": {retention.Hold{From: ago.Add(-time.Hour), To: ago}, 0, []bool{false, false}},
		"with an end":  {retention.Hold{End: later().AddDate(0, 0, 1)}, 3, []bool{true, true}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			l := openLogged(t, 9)
			k := l.keeper()
			test.hold.Reason, test.hold.Author = "a claim", "officer"
			id, err := k.Holds.Set(t.Context(), "site0", test.hold)
			if err != nil {
				t.Fatal(err)
			}
			for i, n := range []int{3, 6} {
				site, subject := decisionOf(n)
				if held, err := k.Holds.Held(t.Context(), site, subject); err != nil || held != test.held[i] {
					t.Errorf("subject %d is held: %v, %v", n, held, err)
				}
			}
			eraser := l.eraser()
			eraser.Holds = k.Holds
			if _, err := eraser.Erase(t.Context(), "site0", subject, rights.ByVisitor); errors.Is(err, rights.ErrHeld) != test.held[0] {
				t.Errorf("the erasure: %v", err)
			}
			if err := k.Run(t.Context(), "test"); err != nil || l.kept(t, "site0") != test.kept || l.kept(t, "site1") != 0 {
				t.Errorf("%v, kept %d and %d", err, l.kept(t, "site0"), l.kept(t, "site1"))
			}
			if err := k.Holds.Release(t.Context(), "site0", id, "officer", "settled"); err != nil {
				t.Fatal(err)
			}
			if err := k.Holds.Release(t.Context(), "site0", id, "officer", "settled"); !errors.Is(err, retention.ErrReleased) {
				t.Errorf("released again: %v", err)
			}
			if err := k.Run(t.Context(), "test"); err != nil || l.kept(t, "site0") != 0 {
				t.Errorf("after its release: %v, kept %d", err, l.kept(t, "site0"))
			}
		})
	}
}

func TestHoldsEndByThemselves(t *testing.T) {
	t.Parallel()
	l := openLogged(t, 3)
	k := l.keeper()
	early := k.Holds
	early.Now = time.Now
	if _, err := early.Set(t.Context(), "site0", retention.Hold{Reason: "a claim", Author: "officer", End: time.Now().AddDate(1, 0, 0)}); err != nil {
		t.Fatal(err)
	}
	if err := k.Run(t.Context(), "test"); err != nil || l.kept(t, "site0") != 0 {
		t.Errorf("%v, kept %d", err, l.kept(t, "site0"))
	}
}

func TestHoldsThatAreNone(t *testing.T) {
	t.Parallel()
	l := openLogged(t, 0)
	now := time.Now()
	for want, hold := range map[string]retention.Hold{
		"needs a reason":          {Author: "a"},
		"needs an author":         {Reason: "r"},
		"set two holds":           {Reason: "r", Author: "a", Subject: "s", From: now, To: now.Add(1)},
		"a start and a later end": {Reason: "r", Author: "a", To: time.Time{}.Add(1), From: now},
		"would be over already":   {Reason: "r", Author: "a", End: now},
	} {
		if _, err := l.keeper().Holds.Set(t.Context(), "site0", hold); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%v, want %s", err, want)
		}
	}
}

// dying fails after some batches, as a process that is killed between a batch and its note.
type dying struct {
	retention.Store
	batches int
}

var errKilled = errors.New("killed")

func (d *dying) RemoveExpired(ctx context.Context, scope retention.Scope, most int) (int, error) {
	if d.batches--; d.batches < 0 {
		return 0, errKilled
	}
	return d.Store.RemoveExpired(ctx, scope, 70)
}

func TestRetentionGoesOnWhereItWasCutOff(t *testing.T) {
	t.Parallel()
	l := openLogged(t, 900)
	k := l.keeper()
	cut := k
	cut.Store = &dying{Store: l.store, batches: 2}
	if err := cut.Run(t.Context(), "first"); !errors.Is(err, errKilled) || l.kept(t, "site0") != 160 {
		t.Fatalf("%v, kept %d", err, l.kept(t, "site0"))
	}
	// A day later, so that it would be another cut-off.
	k.Now = func() time.Time { return later().AddDate(0, 0, 1) }
	if err := k.Run(t.Context(), "second"); err != nil {
		t.Fatal(err)
	}
	records := deletions(t, k)
	if d := records["site0"]; len(records) != 2 || d.Removed != 300 || !d.Verified || d.By != "first" || l.kept(t, "site0") != 0 {
		t.Errorf("the records: %+v", records)
	}
}

func TestRunsAtTheSameTimeRemoveNothingTwice(t *testing.T) {
	t.Parallel()
	l := openLogged(t, 900)
	k := l.keeper()
	var runs sync.WaitGroup
	for range 3 {
		runs.Go(func() {
			// Emptying the database's log may find another run reading: then the next run closes the record.
			if err := k.Run(t.Context(), "test"); err != nil && !errors.Is(err, consent.ErrUnavailable) {
				t.Error(err)
			}
		})
	}
	runs.Wait()
	if err := k.Run(t.Context(), "test"); err != nil {
		t.Fatal(err)
	}
	entries, err := k.Deletions(t.Context(), "site0")
	if err != nil {
		t.Fatal(err)
	}
	removed := 0
	for _, entry := range entries {
		removed += entry.Value.Removed
	}
	if removed != 300 || l.kept(t, "site0") != 0 {
		t.Errorf("removed %d, kept %d: %+v", removed, l.kept(t, "site0"), entries)
	}
}

func TestRetentionOfExposures(t *testing.T) {
	t.Parallel()
	l := openLogged(t, 0)
	hours := time.Now().Add(-3*time.Hour).Unix() / 3600
	for i := range int64(2) {
		if err := l.store.AddExposures(t.Context(), []exposure.Count{{Views: 2, Visitors: 1, Key: exposure.Key{Site: "site0", Slot: (hours + i) * 4, Event: exposure.Shown, Notice: "n"}}}); err != nil {
			t.Fatal(err)
		}
	}
	if err := l.store.RollUp(t.Context(), 1); err != nil {
		t.Fatal(err)
	}
	k := l.keeper()
	if item := planned(t, k, retention.Exposures, "site0"); item.Count() != 2 {
		t.Fatalf("the plan: %+v", item)
	}
	hold := retention.Hold{From: time.Unix(hours*3600, 0), To: time.Unix((hours+1)*3600, 0), Reason: "a claim", Author: "officer"}
	if _, err := k.Holds.Set(t.Context(), "site0", hold); err != nil {
		t.Fatal(err)
	}
	if err := k.Run(t.Context(), "test"); err != nil {
		t.Fatal(err)
	}
	if n, err := l.store.Kept(t.Context(), retention.Exposures, "site0", later()); err != nil || n != 1 {
		t.Errorf("the held hour: %d, %v", n, err)
	}
}

func TestPeriodsHaveBounds(t *testing.T) {
	t.Parallel()
	for days, fails := range map[int]bool{-1: true, 0: false, 365: true, 366: false, 3653: false, 3654: true} {
		if err := (retention.Periods{retention.Decisions: days}).Check(); (err != nil) != fails {
			t.Errorf("%d days: %v", days, err)
		}
	}
}
