package ratelimit

import (
	"fmt"
	"sync"
	"sync/atomic"
	"testing"
	"time"
)

// clock is set by the test.
type clock struct{ now time.Duration }

func (c *clock) read() time.Duration { return c.now }

func network(t testing.TB, address string) Network {
	t.Helper()
	n, ok := NetworkOf(address)
	if !ok {
		t.Fatalf("%s is no network", address)
	}
	return n
}

// drain takes until it is refused and returns how often it was not.
func drain(l *Limiter, n Network, kind Kind) (taken int) {
	for l.Take(n, kind) == 0 {
		taken++
	}
	return taken
}

func TestTheRateHoldsAndABurstIsFree(t *testing.T) {
	c := &clock{now: time.Hour}
	l := newLimiter(120, c.read) // 2 a second, 30 at once.
	n := network(t, "203.0.113.1")
	if got := drain(l, n, Grant); got != 30 {
		t.Errorf("a burst of %d, want 30", got)
	}
	if wait := l.Take(n, Grant); wait != 500*time.Millisecond {
		t.Errorf("wait %v, want half a second", wait)
	}
	c.now += 499 * time.Millisecond
	if l.Take(n, Grant) == 0 {
		t.Error("let through too early")
	}
	c.now += time.Millisecond
	if wait := l.Take(n, Grant); wait != 0 {
		t.Errorf("still %v to wait after the time that was told", wait)
	}
	c.now += 10 * time.Second
	if got := drain(l, n, Grant); got != 20 {
		t.Errorf("%d in ten seconds, want 20", got)
	}
	c.now += time.Hour
	if got := drain(l, n, Grant); got != 30 {
		t.Errorf("%d after an hour: a pause must not add up beyond a burst", got)
	}
}

func TestARefusalIsRefusedLast(t *testing.T) {
	l := newLimiter(120, new(clock).read)
	n := network(t, "203.0.113.1")
	drain(l, n, Grant)
	drain(l, n, Notice)
	if got := drain(l, n, Refusal); got != 120 {
		t.Errorf("%d refusals beside a flood of grants, want four times a burst", got)
	}
}

func TestNetworksDoNotDisturbEachOther(t *testing.T) {
	l := newLimiter(120, new(clock).read)
	drain(l, network(t, "203.0.113.1"), Grant)
	for _, other := range []string{"203.0.114.1", "2001:db8::1", "198.51.100.1"} {
		if got := drain(l, network(t, other), Grant); got != 30 {
			t.Errorf("%s: %d", other, got)
		}
	}
}

func TestALowRateLetsOneThrough(t *testing.T) {
	c := &clock{}
	l := newLimiter(1, c.read)
	n := network(t, "203.0.113.1")
	if got := drain(l, n, Grant); got != 1 {
		t.Errorf("%d at once", got)
	}
	c.now += time.Minute
	if got := drain(l, n, Grant); got != 1 {
		t.Errorf("%d after a minute", got)
	}
}

func TestWaitCountsNothing(t *testing.T) {
	c := &clock{now: time.Hour}
	l := newLimiter(120, c.read)
	n := network(t, "203.0.113.1")
	for range 100 {
		if wait := l.Wait(n, Grant); wait != 0 {
			t.Fatalf("wait %v of who took nothing", wait)
		}
	}
	if got := drain(l, n, Grant); got != 30 {
		t.Errorf("%d", got)
	}
	if wait := l.Wait(n, Grant); wait != l.Take(n, Grant) || wait == 0 {
		t.Errorf("wait %v", wait)
	}
}

// A flood from more networks than are remembered costs no more memory, and frees rather than locks.
func TestWhatIsRememberedIsBounded(t *testing.T) {
	c := &clock{now: time.Hour}
	l := newLimiter(120, c.read)
	hot := network(t, "203.0.113.1")
	drain(l, hot, Grant)
	for i := range 3 * shards * most {
		c.now += time.Microsecond
		l.Take(Network(isIPv6<<56|i), Grant)
	}
	remembered := 0
	for i := range l.shards {
		remembered += len(l.shards[i].buckets)
	}
	if remembered > shards*most {
		t.Errorf("%d buckets", remembered)
	}
	if l.Take(hot, Grant) == 0 {
		t.Error("who owes most was forgotten before those who owe nearly nothing")
	}
}

// ASVS 15.4.1
func TestConcurrentTakesAreCountedOnce(t *testing.T) {
	l := newLimiter(120, new(clock).read)
	n := network(t, "203.0.113.1")
	var taken atomic.Int64
	var taking sync.WaitGroup
	for range 8 {
		taking.Go(func() { taken.Add(int64(drain(l, n, Grant))) })
	}
	taking.Wait()
	if taken.Load() != 30 {
		t.Errorf("%d taken", taken.Load())
	}
}

func TestKindsHaveNames(t *testing.T) {
	if got := fmt.Sprint(Grant, Refusal, Notice); got != "grant refusal notice" {
		t.Error(got)
	}
}

func BenchmarkTake(b *testing.B) {
	l := New(1200)
	b.ReportAllocs()
	for i := range b.N {
		l.Take(Network(isIPv4<<56|i%4096), Grant)
	}
}
