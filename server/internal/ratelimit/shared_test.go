package ratelimit

import (
	"context"
	"crypto/rand"
	"errors"
	"strings"
	"testing"
	"time"

	"assent/server/internal/daykey"
)

// ledger adds up by the clock of the test; redisstore's is held to the same by ratelimittest.
type ledger struct {
	clock *clock
	until map[string]time.Duration
	told  int
	away  error
}

func (s *ledger) Owe(_ context.Context, debts []Debt) ([]time.Duration, error) {
	s.told += len(debts)
	if s.away != nil {
		return nil, s.away
	}
	owed := make([]time.Duration, len(debts))
	for i, d := range debts {
		owed[i] = min(max(s.until[d.Name]-s.clock.now, 0)+d.Took, d.Most)
		s.until[d.Name] = s.clock.now + owed[i]
	}
	return owed, nil
}

func (s *ledger) DayKey(_ context.Context, day string, _ []byte) ([]byte, error) {
	return []byte("key of " + day), nil
}

// instances are as many limiters, of 2 a second and 30 at once, with what they share.
func instances(count int) ([]*Limiter, *ledger, func() error) {
	c := &clock{now: time.Hour}
	shared := &ledger{clock: c, until: map[string]time.Duration{}}
	ring := daykey.NewRing(shared, rand.Reader)
	limiters := make([]*Limiter, count)
	for i := range limiters {
		limiters[i] = newLimiter(120, c.read)
	}
	return limiters, shared, func() error {
		var failed error
		// Twice, because the first to tell does not know yet what the last one will.
		for range 2 {
			for _, l := range limiters {
				failed = errors.Join(failed, l.tell(context.Background(), shared, ring))
			}
		}
		return failed
	}
}

func TestInTheLongRunInstancesGiveWhatOneWould(t *testing.T) {
	limiters, shared, tell := instances(3)
	n := network(t, "203.0.113.1")
	taken := 0
	const seconds = 300
	for range seconds {
		for _, l := range limiters {
			taken += drain(l, n, Grant)
		}
		if err := tell(); err != nil {
			t.Fatal(err)
		}
		shared.clock.now += interval
	}
	// Two a second, and one burst of each instance in the first one.
	if want := 2*seconds + 3*30; taken > want || taken < 2*seconds {
		t.Errorf("%d taken of three instances in %d seconds, want between %d and %d", taken, seconds, 2*seconds, want)
	}
}

func TestWhatIsOwedToAllIsBounded(t *testing.T) {
	limiters, shared, tell := instances(20)
	n := network(t, "203.0.113.1")
	for _, l := range limiters {
		drain(l, n, Grant)
	}
	if err := tell(); err != nil {
		t.Fatal(err)
	}
	if wait := limiters[0].Take(n, Grant); wait < debt*burst/2 || wait > debt*burst {
		t.Errorf("after a burst of each of twenty instances the wait is %v", wait)
	}
	shared.clock.now += debt * burst
	if wait := limiters[0].Take(n, Grant); wait != 0 {
		t.Errorf("still %v to wait when everything is paid back", wait)
	}
}

func TestAnOrdinaryVisitorIsToldNobody(t *testing.T) {
	limiters, shared, tell := instances(2)
	limiters[0].Take(network(t, "203.0.113.1"), Grant)
	if err := tell(); err != nil || shared.told != 0 {
		t.Errorf("told %d, %v", shared.told, err)
	}
	drain(limiters[0], network(t, "203.0.113.1"), Grant)
	if err := tell(); err != nil || shared.told == 0 {
		t.Errorf("told %d of a flood, %v", shared.told, err)
	}
	for name := range shared.until {
		if strings.Contains(name, "203") || len(name) != 16 {
			t.Errorf("the name %q tells of the network", name)
		}
	}
}

func TestAStoreThatIsAwayStopsNothing(t *testing.T) {
	limiters, shared, tell := instances(2)
	n := network(t, "203.0.113.1")
	shared.away = errors.New("away")
	taken := drain(limiters[0], n, Grant)
	if err := tell(); !errors.Is(err, shared.away) {
		t.Errorf("tell: %v", err)
	}
	shared.clock.now += 10 * time.Second
	if taken += drain(limiters[0], n, Grant); taken != 50 {
		t.Errorf("%d without the store, want what one instance gives", taken)
	}
	shared.away = nil
	if err := tell(); err != nil {
		t.Fatal(err)
	}
	if got := drain(limiters[1], n, Grant); got != 30 {
		t.Errorf("%d from the other instance, which knows nothing", got)
	}
	if err := tell(); err != nil {
		t.Fatal(err)
	}
	for _, l := range limiters {
		if wait := l.Take(n, Grant); wait != 15500*time.Millisecond {
			t.Errorf("the wait is %v, want what both still owe when the store is back", wait)
		}
	}
}

func TestWhoOwesNothingIsForgotten(t *testing.T) {
	limiters, shared, tell := instances(1)
	n := network(t, "203.0.113.1")
	limiters[0].Take(n, Grant)
	shared.clock.now += 2 * time.Minute
	if err := tell(); err != nil {
		t.Fatal(err)
	}
	for i := range limiters[0].shards {
		if len(limiters[0].shards[i].buckets) > 0 {
			t.Error("remembered")
		}
	}
}
