package suspension_test

import (
	"context"
	"errors"
	"log/slog"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"assent/schemas"
	"assent/server/internal/admintrail"
	"assent/server/internal/embeddedstore"
	"assent/server/internal/realparts"
	"assent/server/internal/redisstore"
	"assent/server/internal/register"
	"assent/server/internal/suspension"
	"assent/server/internal/transfer"
)

var servers *realparts.Servers

func TestMain(m *testing.M) { realparts.Main(m, &servers) }

type store interface {
	register.Store
	admintrail.Store
}

// eachStore runs a test on both.
func eachStore(t *testing.T, test func(t *testing.T, s store)) {
	t.Run("embedded", func(t *testing.T) {
		s, err := embeddedstore.Open(t.Context(), t.TempDir(), time.Now)
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { closed(t, s) })
		test(t, s)
	})
	t.Run("redis", func(t *testing.T) {
		server, err := servers.Redis()
		if err != nil {
			t.Fatal(err)
		}
		s, err := redisstore.Open(t.Context(), server.URL, redisstore.Options{})
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { closed(t, s) })
		test(t, s)
	})
}

func closed(t *testing.T, s interface{ Close() error }) {
	if err := s.Close(); err != nil {
		t.Error(err)
	}
}

var end = time.Date(2026, 12, 1, 0, 0, 0, 0, time.UTC)

// office is a site with one service, whose decision of adequacy holds until end.
type office struct {
	now    time.Time
	notice schemas.Notice
	keeper suspension.Keeper
}

func newOffice(t *testing.T, s store) *office {
	t.Helper()
	list, err := transfer.Parse([]byte(`{"decisions":[{"country":"US","act":"(EU) 2023/1795","from":"2023-07-10","until":"2026-11-30"}]}`))
	if err != nil {
		t.Fatal(err)
	}
	o := &office{now: end.Add(-time.Minute), notice: schemas.Notice{Services: []schemas.Service{{ID: "tube", Country: "US", Safeguard: "adequacy"}}}}
	o.keeper = suspension.Keeper{Sites: func() []schemas.Site { return []schemas.Site{{ID: "shop", Notice: "n"}} },
		Notices:  func(context.Context, string, string) (*schemas.Notice, error) { return &o.notice, nil },
		Adequate: list, Store: s, Trail: s, Now: func() time.Time { return o.now }, Log: slog.New(slog.DiscardHandler)}
	return o
}

func (o *office) tell(t *testing.T) {
	t.Helper()
	if err := o.keeper.Tell(t.Context()); err != nil {
		t.Error(err)
	}
}

// told is the trail, the first act first.
func told(t *testing.T, s admintrail.Store) []string {
	t.Helper()
	acts, err := s.Acts(t.Context(), admintrail.Filter{})
	if err != nil {
		t.Fatal(err)
	}
	var list []string
	for _, act := range acts {
		list = append(list, act.Site+" "+act.What+" "+act.About)
	}
	slices.Reverse(list)
	return list
}

const (
	began = "shop suspend-service tube: (EU) 2023/1795 for US ended on 2026-11-30"
	over  = "shop resume-service tube"
)

func TestEachSuspensionIsToldOnceWhenItBeginsAndWhenItIsOver(t *testing.T) {
	eachStore(t, func(t *testing.T, s store) {
		o := newOffice(t, s)
		check := func(want ...string) {
			t.Helper()
			var servers sync.WaitGroup
			for range 4 {
				servers.Go(func() { o.tell(t) })
			}
			servers.Wait()
			o.tell(t)
			if got := told(t, s); !slices.Equal(got, want) {
				t.Errorf("%s:\n%s\nwant:\n%s", o.now, strings.Join(got, "\n"), strings.Join(want, "\n"))
			}
		}
		check()
		o.now = end
		check(began)
		o.now = end.AddDate(0, 1, 0)
		check(began)
		o.notice.Services[0].Safeguard = "scc"
		check(began, over)
		o.notice.Services[0].Safeguard = "adequacy"
		check(began, over, began)
		o.notice.Services = nil
		check(began, over, began, over)
	})
}

// failing is a trail that is away.
type failing struct{}

var errAway = errors.New("away")

func (failing) AppendAct(context.Context, admintrail.Act) error { return errAway }

func TestWhatAServerCouldNotTellAnotherOneTells(t *testing.T) {
	eachStore(t, func(t *testing.T, s store) {
		o := newOffice(t, s)
		trail := o.keeper.Trail
		fails := func() {
			t.Helper()
			o.keeper.Trail = failing{}
			if err := o.keeper.Tell(t.Context()); !errors.Is(err, errAway) {
				t.Errorf("%v", err)
			}
			o.keeper.Trail = trail
		}
		o.now = end
		fails()
		o.tell(t)
		if got := told(t, s); len(got) > 0 {
			t.Errorf("told while the first one may still be at it: %v", got)
		}
		o.now = o.now.Add(5 * time.Minute)
		o.tell(t)
		o.notice.Services[0].Safeguard = "scc"
		fails()
		o.now = o.now.Add(5 * time.Minute)
		o.tell(t)
		if got := told(t, s); !slices.Equal(got, []string{began, over}) {
			t.Errorf("%v", got)
		}
	})
}
