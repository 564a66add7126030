package ratelimit

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"fmt"
	"log/slog"
	"time"

	"assent/server/internal/daykey"
)

const (
	interval = time.Second
	// worthTelling is what a network takes before the others are told, as a part of the burst: an ordinary visitor never
	// gets there.
	worthTelling = 16
	// batch bounds what is told at once.
	batch = 512
	// tellTimeout bounds one round; the next one tells what it did not.
	tellTimeout = 500 * time.Millisecond
)

// Debt is what a network took, under a name that does not tell which network it is.
type Debt struct {
	Name string
	Took time.Duration // Since it was told the last time, as the time in which it is paid back.
	Most time.Duration // At most this much is ever owed.
}

// Shared adds up what all instances let through.
type Shared interface {
	// Owe adds to what each name owes and returns, in the same order, what it owes then. What is paid back is forgotten.
	Owe(ctx context.Context, debts []Debt) ([]time.Duration, error)
}

// Share tells the other instances what was taken and learns from them, once a second until ctx ends.
func (l *Limiter) Share(ctx context.Context, shared Shared, keys *daykey.Ring, log *slog.Logger) {
	ticker := time.NewTicker(interval)
	defer ticker.Stop()
	away := false
	for {
		select {
		case <-ctx.Done():
			return
		case <-ticker.C:
		}
		err := l.tell(ctx, shared, keys)
		if err != nil && ctx.Err() == nil && !away {
			log.Warn("rate limits cannot be shared; each instance goes on by itself", "error", err)
		}
		if err == nil && away {
			log.Info("rate limits are shared again")
		}
		away = err != nil
	}
}

// tell is one round.
func (l *Limiter) tell(ctx context.Context, shared Shared, keys *daykey.Ring) error {
	busy := l.busy()
	if len(busy) == 0 {
		return nil
	}
	ctx, cancel := context.WithTimeout(ctx, tellTimeout)
	defer cancel()
	key, err := keys.Key(ctx, time.Now())
	if err != nil {
		return err
	}
	debts := make([]Debt, len(busy))
	for i, told := range busy {
		debts[i] = Debt{Name: told.name(key), Took: told.took, Most: debt * l.burst(told.kind)}
	}
	owed, err := shared.Owe(ctx, debts)
	if err != nil {
		return fmt.Errorf("share rate limits: %w", err)
	}
	for i, told := range busy {
		l.learn(told, owed[i])
	}
	return nil
}

// told is what one round tells of a bucket.
type told struct {
	bucket
	untold int32
	took   time.Duration
}

// busy returns what is worth telling: who took much since the last time, and who may soon be refused, which the others
// may know better. It forgets who has long owed nothing.
func (l *Limiter) busy() []told {
	var busy []told
	for i := range l.shards {
		s, now := &l.shards[i], l.now()
		s.mu.Lock()
		for b, taken := range s.buckets {
			took, owes := time.Duration(taken.untold)*l.cost[b.kind], taken.paid-now
			switch {
			case len(busy) < batch && (took >= l.burst(b.kind)/worthTelling || owes > l.burst(b.kind)/2):
				// What was taken long ago, while the store was away, is paid back.
				busy = append(busy, told{b, taken.untold, min(took, max(owes, 2*interval))})
			case owes < -time.Minute:
				delete(s.buckets, b)
			}
		}
		s.mu.Unlock()
	}
	return busy
}

// learn takes over what a network owes all instances; what it took since the round began comes on top.
func (l *Limiter) learn(t told, owed time.Duration) {
	s, now := l.shardOf(t.bucket), l.now()
	s.mu.Lock()
	defer s.mu.Unlock()
	taken, known := s.buckets[t.bucket]
	if !known {
		return
	}
	taken.untold = max(0, taken.untold-t.untold)
	taken.paid = max(taken.paid, now+owed+time.Duration(taken.untold)*l.cost[t.kind])
	s.buckets[t.bucket] = taken
}

// name is a keyed hash: whoever reads the store learns no address from it, and the key is gone after some days.
func (b bucket) name(key []byte) string {
	mac := hmac.New(sha256.New, key)
	mac.Write([]byte("assent/limit/1"))
	mac.Write(binary.BigEndian.AppendUint64([]byte{byte(b.kind)}, uint64(b.network)))
	return base64.RawURLEncoding.EncodeToString(mac.Sum(nil)[:12])
}
