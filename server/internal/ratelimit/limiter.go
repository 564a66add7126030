// Package ratelimit bounds how much one network may have recorded, by GCRA (the leaky bucket as a meter, ITU-T I.371):
// one number per network and kind, the moment at which all that it took is paid for.
//
// Whether a request may pass is always decided in memory, without waiting. Where several instances serve, each tells
// the others through a Shared store, once a second and in one round trip, what the networks that take much have taken,
// and learns what they took elsewhere. So a network may at worst take one burst of each instance within that second;
// it has to pay it back, and in the long run gets what it would from one instance. A store that is away stops nothing:
// each instance then goes on by itself.
package ratelimit

import (
	"hash/maphash"
	"sync"
	"time"
)

// Kind is what is counted, each in a bucket of its own.
type Kind uint8

// The kinds.
const (
	Grant   Kind = iota // Decisions that consent to something.
	Refusal             // Decisions that grant nothing: the last to be refused, after all others.
	Notice              // What a page tells without a decision: exposures, sightings, trials.
	kinds
)

// String is the name of the kind in metrics.
func (k Kind) String() string { return [kinds]string{"grant", "refusal", "notice"}[k] }

// allowance is how often each kind may happen for one grant that may.
var allowance = [kinds]time.Duration{Grant: 1, Refusal: 4, Notice: 4}

const (
	// burst is how much of the rate may be taken at once, after a pause: a page view's rush behind one address of an
	// office or a mobile carrier is spread over seconds.
	burst = 15 * time.Second
	// debt bounds, in bursts, how long a network can have to pay back what it took of several instances.
	debt = 4

	shards = 64
	// most networks and kinds that a shard remembers: about 4 MB in all.
	most = 1024
	// sample is how many are looked at for the one to forget.
	sample = 8
)

// Limiter decides for one instance. It is safe for concurrent use.
type Limiter struct {
	cost   [kinds]time.Duration // What one costs.
	now    func() time.Duration // Since the limiter was made, by a clock that nobody sets.
	seed   maphash.Seed
	shards [shards]shard
}

type shard struct {
	mu      sync.Mutex
	buckets map[bucket]state
}

type bucket struct {
	network Network
	kind    Kind
}

type state struct {
	paid   time.Duration // When all that was taken is paid for; in the past when nothing is owed.
	untold int32         // Taken since the others were told.
}

// New returns a limiter that lets each network record perMinute grants a minute, and four times as much of the rest.
func New(perMinute int) *Limiter {
	begun := time.Now()
	return newLimiter(perMinute, func() time.Duration { return time.Since(begun) })
}

func newLimiter(perMinute int, now func() time.Duration) *Limiter {
	l := &Limiter{now: now, seed: maphash.MakeSeed()}
	for kind := range l.cost {
		l.cost[kind] = time.Minute / (time.Duration(perMinute) * allowance[kind])
	}
	for i := range l.shards {
		l.shards[i].buckets = map[bucket]state{}
	}
	return l
}

// Take returns 0 when the network may, which then has been counted, and else how long it has to wait.
func (l *Limiter) Take(n Network, kind Kind) (wait time.Duration) {
	b, now := bucket{n, kind}, l.now()
	s := l.shardOf(b)
	s.mu.Lock()
	defer s.mu.Unlock()
	taken, known := s.buckets[b]
	taken.paid = max(taken.paid, now) + l.cost[kind]
	if wait := taken.paid - now - l.burst(kind); wait > 0 {
		return wait
	}
	if !known && len(s.buckets) >= most {
		s.forgetOne()
	}
	taken.untold++
	s.buckets[b] = taken
	return 0
}

// Wait returns what Take would, and counts nothing.
func (l *Limiter) Wait(n Network, kind Kind) time.Duration {
	b, now := bucket{n, kind}, l.now()
	s := l.shardOf(b)
	s.mu.Lock()
	defer s.mu.Unlock()
	return max(0, max(s.buckets[b].paid, now)-now+l.cost[kind]-l.burst(kind))
}

// burst is one at least, however low the rate.
func (l *Limiter) burst(kind Kind) time.Duration { return max(burst, l.cost[kind]) }

func (l *Limiter) shardOf(b bucket) *shard {
	return &l.shards[maphash.Comparable(l.seed, b)%shards]
}

// forgetOne forgets the bucket that owes least of a few, which is nothing unless a flood from everywhere fills the
// shard: then it frees, it never locks.
func (s *shard) forgetOne() {
	var least bucket
	looked := 0
	for b, taken := range s.buckets {
		if looked == 0 || taken.paid < s.buckets[least].paid {
			least = b
		}
		if looked++; looked == sample {
			break
		}
	}
	delete(s.buckets, least)
}
