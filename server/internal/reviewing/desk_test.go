package reviewing_test

import (
	"bytes"
	"errors"
	"log/slog"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/uuid"

	"assent/schemas"
	"assent/server/internal/admintrail"
	"assent/server/internal/consent"
	"assent/server/internal/embeddedstore"
	"assent/server/internal/recording"
	"assent/server/internal/reporting"
	"assent/server/internal/reviewing"
	"assent/server/internal/sighting"
	"assent/server/internal/site"
	"assent/server/internal/transfer"
	"assent/snippet"
)

const officer = "ada@shop.example"

var (
	maps  = schemas.Service{ID: "maps", Name: "Maps", Purpose: "marketing", Provider: "Maps Ltd", Hosts: []string{"*.maps.example", "tiles.example/v1/"}, Cookies: []string{"_map_*"}, Storage: []string{"mapped"}, Country: "IN", Policy: "https://maps.example/privacy"}
	chat  = schemas.Service{ID: "chat", Name: "Chat", Purpose: "marketing", Provider: "Chat Ltd", Hosts: []string{"chat.example"}, Country: "DE", Policy: "https://chat.example/privacy"}
	allOK = schemas.ReviewAnswers{InUse: reviewing.Yes, Storage: reviewing.Yes, Purpose: reviewing.Yes, Provider: reviewing.Yes}
)

// office is a real store with a shop, at a time that the test moves.
type office struct {
	*testing.T
	reviewing.Desk
	store     *embeddedstore.Store
	publisher site.Publisher
	catalog   *site.Catalog
	shop      schemas.Site
	at        time.Time
}

func openOffice(t *testing.T) *office {
	t.Helper()
	o := &office{T: t, at: time.Date(2026, 12, 1, 9, 0, 0, 0, time.UTC)}
	now := func() time.Time { return o.at }
	var err error
	if o.store, err = embeddedstore.Open(t.Context(), t.TempDir(), now); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := o.store.Close(); err != nil {
			t.Error(err)
		}
	})
	o.publisher = site.Publisher{Registry: o.store, Archive: o.store, Desk: o.store, Texts: snippet.Texts(), Adequate: transfer.BuiltIn(), Now: now,
		Try: func(string, string, schemas.Notice) error { return nil }}
	o.shop, err = o.publisher.Add(t.Context(), site.New{Name: "Shop", Origins: []string{"https://shop.example"}, Notice: schemas.Notice{AutoBlock: "report", Services: []schemas.Service{maps, chat}}})
	if err != nil {
		t.Fatal(err)
	}
	if o.catalog, err = site.OpenCatalog(t.Context(), o.store, o.store); err != nil {
		t.Fatal(err)
	}
	o.Desk = reviewing.Desk{Register: o.store, Notices: o.catalog, Sightings: o.store, Rates: reporting.Rater{Counts: o.store, Query: o.store, Notices: o.catalog.Notice},
		Ledger: o.store, Trail: o.store, Adequate: transfer.BuiltIn(), Now: now}
	return o
}

func (o *office) publish(services ...schemas.Service) {
	o.Helper()
	if _, err := o.publisher.Change(o.Context(), o.shop.ID, site.Change{Notice: &schemas.Notice{AutoBlock: "report", Services: services}}); err != nil {
		o.Fatal(err)
	}
	if err := o.catalog.Refresh(o.Context()); err != nil {
		o.Fatal(err)
	}
}

// told is a review in a line.
func (o *office) told() (lines []string) {
	o.Helper()
	all, err := o.List(o.Context(), o.shop.ID)
	if err != nil {
		o.Fatal(err)
	}
	for _, one := range all {
		lines = append(lines, strings.Join([]string{one.ID, one.Value.State, one.Value.Due.Format(time.DateOnly)}, " "))
	}
	return lines
}

func (o *office) expect(want ...string) {
	o.Helper()
	if diff := cmp.Diff(want, o.told()); diff != "" {
		o.Errorf("reviews (-want +got):\n%s", diff)
	}
}

func (o *office) close(id string, answers schemas.ReviewAnswers) reviewing.Review {
	o.Helper()
	closed, err := o.Close(o.Context(), o.shop.ID, id, officer, answers)
	if err != nil {
		o.Fatal(err)
	}
	return closed
}

// acts are those of the trail about reviews, the last first.
func (o *office) acts() (about []string) {
	o.Helper()
	acts, err := o.store.Acts(o.Context(), admintrail.Filter{What: reviewing.ActClose})
	if err != nil {
		o.Fatal(err)
	}
	for _, act := range acts {
		about = append(about, act.About)
	}
	return about
}

func TestEachServiceIsReviewedAgainAndAgain(t *testing.T) {
	o := openOffice(t)
	o.expect("chat.1 open 2027-05-30", "maps.1 open 2027-05-30")
	o.at = o.at.AddDate(0, 0, 100)
	o.close("chat.1", allOK)
	o.expect("maps.1 open 2027-05-30", "chat.2 open 2027-09-07", "chat.1 answered 2027-05-30")
	doubtful := allOK
	doubtful.InUse, doubtful.Remark = reviewing.Unsure, "asked the agency"
	o.close("maps.1", doubtful)
	o.expect("maps.2 open 2027-04-10", "chat.2 open 2027-09-07", "chat.1 answered 2027-05-30", "maps.1 answered 2027-05-30")
	if _, err := o.Close(t.Context(), o.shop.ID, "maps.1", officer, allOK); !errors.Is(err, reviewing.ErrClosed) {
		t.Errorf("closed twice: %v", err)
	}
	last, err := reviewing.LastAnswered(t.Context(), o.store, o.shop.ID)
	if err != nil || len(last) != 2 || !last["maps"].Equal(o.at) {
		t.Errorf("last %v, %v", last, err)
	}
}

func TestAServiceThatIsGoneNeedsNoReview(t *testing.T) {
	o := openOffice(t)
	o.told()
	o.at = o.at.AddDate(0, 0, 10)
	o.publish(chat)
	if _, err := o.Close(t.Context(), o.shop.ID, "maps.1", officer, allOK); !errors.Is(err, reviewing.ErrClosed) {
		t.Errorf("what is gone was reviewed: %v", err)
	}
	o.expect("chat.1 open 2027-05-30", "maps.1 removed 2027-05-30")
	o.at = o.at.AddDate(0, 0, 10)
	o.publish(maps, chat)
	o.expect("chat.1 open 2027-05-30", "maps.2 open 2027-06-19", "maps.1 removed 2027-05-30")
	if diff := cmp.Diff([]string{"maps.1 removed"}, o.acts()); diff != "" {
		t.Errorf("trail (-want +got):\n%s", diff)
	}
}

func TestASiteSaysHowOften(t *testing.T) {
	o := openOffice(t)
	o.told()
	for _, days := range []int{1, 29, 731, -1} {
		var invalid *consent.InvalidError
		if err := o.SetPeriod(t.Context(), o.shop.ID, days); !errors.As(err, &invalid) {
			t.Errorf("%d days: %v", days, err)
		}
	}
	set := func(days int) {
		t.Helper()
		if err := o.SetPeriod(t.Context(), o.shop.ID, days); err != nil {
			t.Fatal(err)
		}
	}
	set(30)
	o.expect("chat.1 open 2026-12-31", "maps.1 open 2026-12-31")
	set(0)
	o.expect("chat.1 off 2026-12-31", "maps.1 off 2026-12-31")
	if diff := cmp.Diff([]string{"chat.1 off", "maps.1 off"}, slices.Sorted(slices.Values(o.acts()))); diff != "" {
		t.Errorf("trail (-want +got):\n%s", diff)
	}
	o.at = o.at.AddDate(0, 0, 1)
	set(90)
	o.expect("chat.2 open 2027-03-02", "maps.2 open 2027-03-02", "chat.1 off 2026-12-31", "maps.1 off 2026-12-31")
}

func TestAnswersSayEnough(t *testing.T) {
	o := openOffice(t)
	o.told()
	silent, strange, long := allOK, allOK, allOK
	silent.Purpose, strange.Provider, long.Remark = reviewing.No, "perhaps", strings.Repeat("ä", 1001)
	for pointer, answers := range map[string]schemas.ReviewAnswers{"/remark: is missing": silent, "/provider: is none": strange, "/remark: must have": long} {
		_, err := o.Close(t.Context(), o.shop.ID, "maps.1", officer, answers)
		var invalid *consent.InvalidError
		if !errors.As(err, &invalid) || !strings.Contains(err.Error(), pointer) {
			t.Errorf("%s: %v", pointer, err)
		}
	}
	if _, err := o.Close(t.Context(), o.shop.ID, "maps.9", officer, allOK); !errors.Is(err, consent.ErrNotFound) {
		t.Errorf("a review that is none: %v", err)
	}
}

func TestFactsAreWhatTheServerKnows(t *testing.T) {
	o := openOffice(t)
	o.told()
	day := func(ago int) string { return sighting.Day(o.at.AddDate(0, 0, -ago)) }
	seen := func(day, host, kind, service string, pages int) sighting.Count {
		return sighting.Count{Key: sighting.Key{Site: o.shop.ID, Day: day, Host: host, Kind: kind, Service: service}, Pages: pages}
	}
	err := o.store.AddSightings(t.Context(), []sighting.Count{
		seen(day(1), "a.maps.example", "script", "maps", 3), seen(day(2), "a.maps.example", "image", "maps", 2),
		seen(day(1), "beacon.example", "image", "maps", 1), seen(day(1), "chat.example", "script", "chat", 7),
	})
	if err != nil {
		t.Fatal(err)
	}
	recorder := recording.NewRecorder(o.store, recording.Limits{Lanes: 1, Batch: 512, Queue: 1024})
	for i, action := range []string{consent.AcceptAll, consent.AcceptAll, consent.RejectAll, consent.Withdraw} {
		id, err := uuid.NewV7()
		if err != nil {
			t.Fatal(err)
		}
		record := consent.Record{ID: id, Site: o.shop.ID, Subject: string(rune('a' + i)), Notice: o.shop.Notice, Action: action,
			Purposes: map[string]bool{"marketing": action == consent.AcceptAll}, Source: "api", LifetimeDays: 180, Regime: consent.OptIn}
		if action == consent.Withdraw {
			record.Removed = []string{"_map_1", "_map_2", "other"}
		}
		if _, err := recorder.Record(t.Context(), record); err != nil {
			t.Fatal(err)
		}
	}
	if err := recorder.Close(t.Context()); err != nil {
		t.Fatal(err)
	}
	open, err := o.Get(t.Context(), o.shop.ID, "maps.1")
	if err != nil {
		t.Fatal(err)
	}
	want := schemas.ServiceFacts{MadeAt: o.at, From: day(90), Declared: open.Facts.Declared, Told: true, Pages: 3,
		Hosts:  []schemas.HostSeen{{Host: "a.maps.example", Pages: 3, LastDay: day(1), Declared: true}, {Host: "beacon.example", Pages: 1, LastDay: day(1)}},
		Unseen: []string{"tiles.example/v1/"}, Withdrawals: 1, Stored: []schemas.StoredSeen{{Name: "_map_*", Deleted: 1}, {Name: "mapped"}},
		Decided: 4, Granted: 2, Area: transfer.Third, Wrong: transfer.SafeguardMissing}
	if diff := cmp.Diff(want, open.Facts); diff != "" || open.Facts.Declared.Provider != maps.Provider {
		t.Errorf("facts (-want +got):\n%s", diff)
	}
	closed := o.close("maps.1", allOK)
	if diff := cmp.Diff(want, closed.Facts); diff != "" || closed.Notice != o.shop.Notice || closed.By != officer {
		t.Errorf("closed by %s with (-want +got):\n%s", closed.By, diff)
	}
}

// TestManyServersAtOnce come to the same reviews, and to one answer.
func TestManyServersAtOnce(t *testing.T) {
	o := openOffice(t)
	var working sync.WaitGroup
	for range 8 {
		working.Go(func() {
			if err := o.Sync(t.Context(), o.shop.ID); err != nil {
				t.Error(err)
			}
		})
	}
	working.Wait()
	o.expect("chat.1 open 2027-05-30", "maps.1 open 2027-05-30")
	answered := make(chan reviewing.Review, 8)
	for range 8 {
		working.Go(func() {
			closed, err := o.Close(t.Context(), o.shop.ID, "maps.1", officer, allOK)
			if err == nil {
				answered <- closed
			} else if !errors.Is(err, reviewing.ErrClosed) {
				t.Error(err)
			}
		})
	}
	working.Wait()
	if len(answered) != 1 {
		t.Errorf("%d answers were taken, want one", len(answered))
	}
	o.expect("chat.1 open 2027-05-30", "maps.2 open 2027-05-30", "maps.1 answered 2027-05-30")
}

func TestOneServerRemindsOnceADay(t *testing.T) {
	o := openOffice(t)
	o.told()
	for _, days := range []struct{ after, want int }{{0, 0}, {172, 0}, {173, 2}, {200, 2}} {
		o.at = time.Date(2026, 12, 1, 9, 0, 0, 0, time.UTC).AddDate(0, 0, days.after)
		for _, want := range []int{days.want, 0} { // The second server has nothing left to say.
			var log bytes.Buffer
			if err := o.Remind(t.Context(), slog.New(slog.NewTextHandler(&log, nil))); err != nil {
				t.Fatal(err)
			}
			if told := strings.Count(log.String(), "is to be reviewed soon"); told != want {
				t.Errorf("after %d days %d reminders, want %d: %s", days.after, told, want, log.String())
			}
		}
	}
}

func TestNobodyReviewsWhatIsMadeUp(t *testing.T) {
	o := openOffice(t)
	o.Nobodys = o.shop.ID
	o.expect()
}
