package spool

import (
	"errors"
	"fmt"
	"io"
	"time"

	"assent/schemas"
)

// State is how much waits.
type State struct {
	Decisions int
	Bytes     int64         // On disk, with what was handed over already and shares a file with what was not.
	Oldest    time.Duration // Since the oldest of them was recorded; 0 when none waits.
}

// State returns how much waits now.
func (s *Spool) State() State {
	s.mu.Lock()
	defer s.mu.Unlock()
	state := State{Decisions: s.waiting, Bytes: s.folder.size}
	if s.waiting > 0 {
		state.Oldest = max(s.clock.time().Sub(s.since), 0)
	}
	return state
}

// Ready reports why a decision could be recorded neither in the journal nor here, or nil.
func (s *Spool) Ready() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	switch {
	case !s.reach.lacking():
		return nil
	case s.broken != nil:
		return s.broken
	case s.folder.size >= s.options.Limit:
		return errors.New("the spool is full")
	default:
		return nil
	}
}

// load indexes what an earlier process left.
func (s *Spool) load() error {
	for _, one := range s.folder.segments {
		begin := placeOf(one.number, int64(len(magic)))
		data := make([]byte, max(one.size-begin.offset(), 0))
		if _, err := one.file.ReadAt(data, begin.offset()); err != nil && !errors.Is(err, io.EOF) {
			return fmt.Errorf("read spool: %w", err)
		}
		damaged := walk(data, func(offset int, f frame) bool {
			at := begin + place(offset)
			if r, err := f.record(); err == nil {
				s.reach.last[schemas.RedisShard(r.Site, r.Subject)] = at
				if s.waiting == 0 {
					s.since = r.RecordedAt
				}
			}
			s.latest[f.subject] = at
			s.waiting++
			return true
		})
		if damaged > 0 {
			s.reportDamage(begin, damaged)
		}
	}
	if s.waiting > 0 {
		s.options.Log.Warn("an earlier process left decisions in the spool; they are handed over now", "folder", s.options.Dir, "decisions", s.waiting)
	}
	return nil
}
