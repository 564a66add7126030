package embeddedstore_test

import (
	"bytes"
	"log/slog"
	"slices"
	"strings"
	"testing"
	"time"

	"assent/server/internal/admintrail"
	"assent/server/internal/retention"
)

// calendar runs the daily job on days after later().
type calendar struct {
	*logged
	keeper retention.Keeper
	told   bytes.Buffer
}

func openCalendar(t *testing.T) *calendar {
	l := openLogged(t, 9)
	return &calendar{logged: l, keeper: l.keeper()}
}

func (c *calendar) run(t *testing.T, day int) {
	t.Helper()
	c.keeper.Now = func() time.Time { return later().AddDate(0, 0, day) }
	if err := c.keeper.RunAnnounced(t.Context(), 7, "daily run", slog.New(slog.NewTextHandler(&c.told, nil))); err != nil {
		t.Fatal(err)
	}
}

func (c *calendar) announced(t *testing.T) []retention.Announcement {
	t.Helper()
	entries, err := c.keeper.Announcements(t.Context(), "site0")
	if err != nil {
		t.Fatal(err)
	}
	var values []retention.Announcement
	for _, entry := range entries {
		values = append(values, entry.Value)
	}
	return values
}

func TestNothingGoesThatWasNotAnnounced(t *testing.T) {
	t.Parallel()
	c := openCalendar(t)
	for day := range 7 {
		c.run(t, day)
		if got := c.announced(t); len(got) != 1 || got[0].Months[0].Count != 3 || c.kept(t, "site0") != 3 {
			t.Fatalf("day %d: %+v, kept %d", day, got, c.kept(t, "site0"))
		}
	}
	if told := strings.Count(c.told.String(), "site=site0 count=3 kept_days=1461"); told != 1 {
		t.Errorf("told %d times: %s", told, &c.told)
	}
	c.run(t, 8)
	if d := deletions(t, c.keeper)["site0"]; d.Removed != 3 || !d.Verified || d.By != "daily run" || c.kept(t, "site0") != 0 || len(c.announced(t)) != 0 {
		t.Errorf("once it is due: %+v, kept %d, announced %+v", d, c.kept(t, "site0"), c.announced(t))
	}
}

func TestShorterPeriodsAreAnnouncedAnew(t *testing.T) {
	t.Parallel()
	c := openCalendar(t)
	c.run(t, 0)
	c.keeper.Periods = recorded(retention.Periods{retention.Decisions: 1000})
	c.run(t, 8)
	if got := c.announced(t); len(got) != 1 || got[0].Days != 1000 || c.kept(t, "site0") != 3 {
		t.Fatalf("%+v, kept %d", got, c.kept(t, "site0"))
	}
	c.keeper.Periods = recorded(nil) // Less than announced goes without another announcement.
	c.run(t, 16)
	if c.kept(t, "site0") != 0 {
		t.Errorf("kept %d", c.kept(t, "site0"))
	}
}

func TestWhatAHoldKeptIsAnnouncedAnew(t *testing.T) {
	t.Parallel()
	c := openCalendar(t)
	_, subject := decisionOf(3)
	id, err := c.keeper.Holds.Set(t.Context(), "site0", retention.Hold{Subject: subject, Reason: "a claim", Author: "officer"})
	if err != nil {
		t.Fatal(err)
	}
	c.run(t, 0)
	if err := c.keeper.Holds.Release(t.Context(), "site0", id, "officer", "settled"); err != nil {
		t.Fatal(err)
	}
	c.run(t, 8)
	if got := c.announced(t); len(got) != 1 || got[0].Months[0].Count != 3 || c.kept(t, "site0") != 3 {
		t.Fatalf("%+v, kept %d", got, c.kept(t, "site0"))
	}
	c.run(t, 16)
	if c.kept(t, "site0") != 0 {
		t.Errorf("kept %d", c.kept(t, "site0"))
	}
}

func TestAnnouncementsAreTakenBackWhereNothingMayGo(t *testing.T) {
	t.Parallel()
	for name, stop := range map[string]func(*testing.T, *calendar){
		"a hold": func(t *testing.T, c *calendar) {
			if _, err := c.keeper.Holds.Set(t.Context(), "site0", retention.Hold{Reason: "a claim", Author: "officer"}); err != nil {
				t.Fatal(err)
			}
		},
		"kept forever": func(_ *testing.T, c *calendar) {
			c.keeper.Periods = recorded(retention.Periods{retention.Decisions: retention.Forever})
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c := openCalendar(t)
			c.run(t, 0)
			if len(c.announced(t)) != 1 {
				t.Fatalf("announced %+v", c.announced(t))
			}
			stop(t, c)
			c.run(t, 8)
			if len(c.announced(t)) != 0 || c.kept(t, "site0") != 3 {
				t.Errorf("announced %+v, kept %d", c.announced(t), c.kept(t, "site0"))
			}
		})
	}
}

func TestDeletionsThatWereCutOffWaitWhileAllIsKeptForever(t *testing.T) {
	t.Parallel()
	l := openLogged(t, 900)
	cut := l.keeper()
	cut.Store = &dying{Store: l.store, batches: 1}
	if err := cut.Run(t.Context(), "first"); err == nil {
		t.Fatal("the run was not cut off")
	}
	k := l.keeper()
	k.Periods = recorded(retention.Periods{retention.Decisions: retention.Forever})
	if err := k.Run(t.Context(), "second"); err != nil || l.kept(t, "site0") != 230 {
		t.Errorf("%v, kept %d", err, l.kept(t, "site0"))
	}
}

func TestNoticesHaveBounds(t *testing.T) {
	t.Parallel()
	for days, fails := range map[int]bool{0: true, 1: false, 90: false, 91: true} {
		if err := retention.CheckNotice(days); (err != nil) != fails {
			t.Errorf("%d days: %v", days, err)
		}
	}
}

func TestTheTrailTellsOfDeletionsAndHolds(t *testing.T) {
	t.Parallel()
	c := openCalendar(t)
	c.run(t, 0)
	id, err := c.keeper.Holds.Set(t.Context(), "site0", retention.Hold{From: time.Unix(0, 0), To: time.Unix(1, 0), Reason: "about Ann", Author: "officer"})
	if err != nil {
		t.Fatal(err)
	}
	c.run(t, 8)
	if err := c.keeper.Holds.Release(t.Context(), "site0", id, "owner", "Ann settled"); err != nil {
		t.Fatal(err)
	}
	acts, err := c.store.Acts(t.Context(), admintrail.Filter{Sites: []string{"site0"}})
	if err != nil {
		t.Fatal(err)
	}
	var told []string
	for _, act := range slices.Backward(acts) {
		told = append(told, act.Who+" "+act.What+" "+act.About)
	}
	want := []string{
		"daily run announce-deletion 3 decisions from before " + later().UTC().AddDate(0, 0, -1461).Format(time.DateOnly),
		"officer set-hold " + id,
		"daily run remove-expired 3 decisions from before " + later().UTC().AddDate(0, 0, 8-1461).Format(time.DateOnly),
		"owner release-hold " + id,
	}
	if !slices.Equal(told, want) {
		t.Errorf("told %q, want %q", told, want)
	}
}
