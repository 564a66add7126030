package embeddedstore

import (
	"context"
	"database/sql"
	"sort"
	"strconv"
	"sync"

	"assent/server/internal/transparency"
)

// freshAtMost bounds the decisions at hand, which are a kilobyte each. Those beyond are read from the file.
const freshAtMost = 8192

// fresh are decisions that this process has recorded and the log has not taken, in their order: reading them back would take
// the log longer than all the rest. They may be too many, when the file has not taken them, or too few.
type fresh struct {
	mu      sync.Mutex
	waiting []transparency.Waiting
}

func (f *fresh) keep(more []transparency.Waiting) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.waiting = append(f.waiting, more[:min(len(more), freshAtMost-len(f.waiting))]...)
}

func (f *fresh) clear() {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.waiting = nil
}

// between are those after one place up to another, up to limit, which are not to be written to. What comes before is let go.
func (f *fresh) between(after, upTo int64, limit int) []transparency.Waiting {
	f.mu.Lock()
	defer f.mu.Unlock()
	from := sort.Search(len(f.waiting), func(i int) bool { return f.waiting[i].Position > after })
	if f.waiting = f.waiting[from:]; len(f.waiting) == 0 {
		f.waiting = nil // Or the array would never be free.
	}
	to := sort.Search(len(f.waiting), func(i int) bool { return f.waiting[i].Position > upTo })
	count := min(to, limit)
	return f.waiting[:count:count]
}

const (
	lastDecision    = "SELECT coalesce(max(seq), 0) FROM decisions"
	numbersOfLogged = "SELECT coalesce(group_concat(seq), '') FROM (SELECT seq FROM decisions WHERE seq > ? AND seq <= ? AND " + isLogged + " ORDER BY seq LIMIT ?)"
)

// freshDecisions are the first ones after a place, up to limit; false when the file has others than those at hand.
func (s *Store) freshDecisions(ctx context.Context, tx *sql.Tx, after int64, limit int) (waiting []transparency.Waiting, isSo bool, err error) {
	var upTo int64
	if err := tx.QueryRowContext(ctx, lastDecision).Scan(&upTo); err != nil {
		return nil, false, err
	}
	waiting = s.recorder.fresh.between(after, upTo, limit)
	if len(waiting) == limit {
		upTo = waiting[limit-1].Position
	}
	var numbers string
	if err := tx.QueryRowContext(ctx, numbersOfLogged, after, upTo, limit+1).Scan(&numbers); err != nil {
		return nil, false, err
	}
	return waiting, numbers == numbersOf(waiting), nil
}

func numbersOf(waiting []transparency.Waiting) string {
	var text []byte
	for i := range waiting {
		if i > 0 {
			text = append(text, ',')
		}
		text = strconv.AppendInt(text, waiting[i].Position, 10)
	}
	return string(text)
}
