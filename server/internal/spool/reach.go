package spool

import (
	"time"

	"assent/schemas"
)

// respite is how long a shard that failed is left alone before one batch tries it again, so that a journal that hangs
// does not make everybody wait for it.
const respite = time.Second

// reach is what is known of which shards of the journal take decisions. Shards fail one by one: in a Cluster each may
// be another machine's.
type reach struct {
	down  bool // Nothing of the journal answered when it was last asked for its time.
	until [schemas.RedisShards]time.Time
	last  [schemas.RedisShards]place // The decision that was kept last.
}

// look returns which shards to try now. While a shard's decisions wait behind head, Run finds out whether it takes them,
// and no visitor waits for that. Otherwise a shard whose respite is over is open to the one who looks first.
func (r *reach) look(now time.Time, head place) func(shard int) bool {
	var tried [schemas.RedisShards]bool
	return func(shard int) bool {
		switch {
		case r.down:
			return false
		case r.until[shard].IsZero() || tried[shard]:
			return true
		case r.waits(shard, head) || now.Before(r.until[shard]):
			return false
		}
		r.until[shard] = now.Add(respite)
		tried[shard] = true
		return true
	}
}

func (r *reach) waits(shard int, head place) bool { return r.last[shard] != 0 && r.last[shard] >= head }

func (r *reach) lose(shard int, now time.Time) { r.until[shard] = now.Add(respite) }

func (r *reach) find(shard int) { r.until[shard] = time.Time{} }

// lost returns one decision of each lost shard that has some behind head.
func (r *reach) lost(head place) (places []place) {
	for shard, until := range r.until {
		if !until.IsZero() && r.waits(shard, head) {
			places = append(places, r.last[shard])
		}
	}
	return places
}

// lacking reports whether some decisions are not taken, as far as is known.
func (r *reach) lacking() bool {
	if r.down {
		return true
	}
	for _, until := range r.until {
		if !until.IsZero() {
			return true
		}
	}
	return false
}
