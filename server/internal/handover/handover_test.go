package handover_test

import (
	"crypto/rand"
	"errors"
	"strings"
	"sync"
	"testing"
	"time"

	"assent/server/internal/daykey"
	"assent/server/internal/embeddedstore"
	"assent/server/internal/handover"
	"assent/server/internal/realparts"
	"assent/server/internal/redisstore"
	"assent/server/internal/register"
)

var servers *realparts.Servers

func TestMain(m *testing.M) { realparts.Main(m, &servers) }

const subject = "k3m9ZQpT0aVxWc7LrYb2Ng"

type store interface {
	register.Store
	daykey.Store
	Close() error
}

// onBoth runs a test with two servers over each kind of store, whose clock can be set.
func onBoth(t *testing.T, test func(t *testing.T, one, two handover.Desk, now *time.Time)) {
	for name, open := range map[string]func(*testing.T) (store, error){
		"embedded": func(t *testing.T) (store, error) { return embeddedstore.Open(t.Context(), t.TempDir(), time.Now) },
		"redis": func(t *testing.T) (store, error) {
			redis, err := servers.Redis()
			if err != nil {
				return nil, err
			}
			return redisstore.Open(t.Context(), redis.URL, redisstore.Options{})
		},
	} {
		t.Run(name, func(t *testing.T) {
			kept, err := open(t)
			if err != nil {
				t.Fatal(err)
			}
			t.Cleanup(func() {
				if err := kept.Close(); err != nil {
					t.Error(err)
				}
			})
			now := time.Now()
			desk := func() handover.Desk {
				return handover.Desk{Store: kept, Keys: daykey.NewRing(kept, rand.Reader), Now: func() time.Time { return now }}
			}
			test(t, desk(), desk(), &now)
		})
	}
}

func begin(t *testing.T, d handover.Desk) string {
	t.Helper()
	token, err := d.Begin(t.Context(), "shop", subject)
	if err != nil {
		t.Fatal(err)
	}
	return token
}

// Threat B5.6
func TestATokenIsGoodOnceAndAtItsSite(t *testing.T) {
	onBoth(t, func(t *testing.T, one, two handover.Desk, _ *time.Time) {
		token := begin(t, one)
		if _, err := two.Take(t.Context(), "other", token); !errors.Is(err, handover.ErrInvalid) {
			t.Errorf("at another site: %v", err)
		}
		if _, err := two.Subject(t.Context(), "shop", token); !errors.Is(err, handover.ErrInvalid) {
			t.Errorf("a token as a pass: %v", err)
		}
		pass, err := two.Take(t.Context(), "shop", token)
		if err != nil {
			t.Fatal(err)
		}
		if got, err := one.Subject(t.Context(), "shop", pass); got != subject || err != nil {
			t.Errorf("%q, %v", got, err)
		}
		for _, d := range []handover.Desk{one, two} {
			if _, err := d.Take(t.Context(), "shop", token); !errors.Is(err, handover.ErrInvalid) {
				t.Errorf("used again: %v", err)
			}
			if _, err := d.Take(t.Context(), "shop", pass); !errors.Is(err, handover.ErrInvalid) {
				t.Errorf("a pass as a token: %v", err)
			}
		}
		if _, err := one.Subject(t.Context(), "other", pass); !errors.Is(err, handover.ErrInvalid) {
			t.Errorf("a pass at another site: %v", err)
		}
	})
}

func TestOfManyWhoUseATokenAtOnceOneGetsAPass(t *testing.T) {
	onBoth(t, func(t *testing.T, one, two handover.Desk, _ *time.Time) {
		token := begin(t, one)
		var wait sync.WaitGroup
		passes := make(chan string, 16)
		for i := range 16 {
			wait.Go(func() {
				if pass, err := []handover.Desk{one, two}[i%2].Take(t.Context(), "shop", token); err == nil {
					passes <- pass
				} else if !errors.Is(err, handover.ErrInvalid) {
					t.Error(err)
				}
			})
		}
		wait.Wait()
		if len(passes) != 1 {
			t.Errorf("%d passes", len(passes))
		}
	})
}

func TestNothingIsGoodForLong(t *testing.T) {
	onBoth(t, func(t *testing.T, one, two handover.Desk, now *time.Time) {
		late, soon := begin(t, one), begin(t, one)
		*now = now.Add(119 * time.Second)
		pass, err := two.Take(t.Context(), "shop", soon)
		if err != nil {
			t.Fatal(err)
		}
		*now = now.Add(2 * time.Second)
		if _, err := two.Take(t.Context(), "shop", late); !errors.Is(err, handover.ErrInvalid) {
			t.Errorf("after two minutes: %v", err)
		}
		*now = now.Add(14 * time.Minute)
		if _, err := two.Subject(t.Context(), "shop", pass); err != nil {
			t.Errorf("before a quarter of an hour: %v", err)
		}
		*now = now.Add(time.Minute)
		if _, err := two.Subject(t.Context(), "shop", pass); !errors.Is(err, handover.ErrInvalid) {
			t.Errorf("after a quarter of an hour: %v", err)
		}
		// What was used is forgotten when it is too old, at the next use.
		if _, err := two.Take(t.Context(), "shop", begin(t, one)); err != nil {
			t.Fatal(err)
		}
		if kept, err := one.Store.Documents(t.Context(), "handover", "shop"); err != nil || len(kept) != 1 || strings.Contains(string(kept[0].Body), subject) {
			t.Errorf("kept: %v, %v", kept, err)
		}
	})
}

func TestWhatWasNotMadeHereIsNotTaken(t *testing.T) {
	onBoth(t, func(t *testing.T, one, _ handover.Desk, _ *time.Time) {
		token := begin(t, one)
		changed := []byte(token)
		changed[len(changed)/2] ^= 1
		for _, given := range []string{"", "t", strings.Repeat("A", 200), token[:len(token)-2], token + "AA", string(changed), "..", strings.Repeat("dAAA", 40)} {
			if _, err := one.Take(t.Context(), "shop", given); !errors.Is(err, handover.ErrInvalid) {
				t.Errorf("%q: %v", given, err)
			}
		}
	})
}
