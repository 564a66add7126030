package spool

import (
	"errors"
	"fmt"
	"time"

	"assent/schemas"
	"assent/server/internal/consent"
	"assent/server/internal/recording"
)

// remembered bounds how far back a subject's decisions are searched for an id, as the journal bounds it, so that a
// visitor who decides without end costs no more than others.
const remembered = 255

// write is one batch on its way to disk. The index is changed as frames are added, so that decisions of one batch see
// each other, and changed back if the flush fails.
type write struct {
	s      *Spool
	start  place
	frames []byte
	undo   []indexed
	last   [schemas.RedisShards]place // Of each shard the last one added.
}

// indexed is what the index had for a subject before.
type indexed struct {
	subject uint64
	last    place
}

func (s *Spool) newWrite() (*write, error) {
	start, err := s.folder.prepare()
	return &write{s: s, start: start}, err
}

// add answers a decision that is known already, or stamps and adds it. The outcome holds once flush has succeeded.
func (w *write) add(r consent.Record) recording.Outcome {
	var last time.Time
	var known *recording.Outcome
	err := w.s.history(r.Site, r.Subject, w.read, func(earlier consent.Record) bool {
		if last.Before(earlier.RecordedAt) {
			last = earlier.RecordedAt
		}
		if earlier.ID == r.ID {
			known = &recording.Outcome{RecordedAt: earlier.RecordedAt, Duplicate: true}
			if earlier.Digest() != r.Digest() {
				known = &recording.Outcome{Err: consent.ErrConflict}
			}
		}
		return known == nil
	})
	switch {
	case err != nil:
		return recording.Outcome{Err: fmt.Errorf("search spool: %w: %w", consent.ErrUnavailable, err)}
	case known != nil:
		return *known
	}
	key := keyOf(r.Site, r.Subject)
	if r.RecordedAt.IsZero() {
		r.RecordedAt = w.s.clock.stamp(key, last)
	}
	if err := w.encode(key, r); err != nil {
		return recording.Outcome{Err: err}
	}
	return recording.Outcome{RecordedAt: r.RecordedAt}
}

func (w *write) encode(key uint64, r consent.Record) error {
	s := w.s
	frames, err := appendFrame(w.frames, key, s.latest[key], r)
	if err != nil {
		return err
	}
	if s.folder.size+int64(len(frames)) > s.limit(r) {
		return fmt.Errorf("spool is full: %w", consent.ErrOverloaded)
	}
	w.undo = append(w.undo, indexed{key, s.latest[key]})
	s.latest[key] = w.start + place(len(w.frames))
	w.last[schemas.RedisShard(r.Site, r.Subject)] = s.latest[key]
	w.frames = frames
	return nil
}

// limit leaves the last tenth to decisions that grant nothing: those are refused last.
func (s *Spool) limit(r consent.Record) int64 {
	if r.Grants() {
		return s.options.Limit - s.options.Limit/10
	}
	return s.options.Limit
}

// read sees the frames of this batch too.
func (w *write) read(at place) (frame, error) {
	if at < w.start {
		return w.s.folder.read(at)
	}
	return parseFrame(w.frames[at-w.start:])
}

func (w *write) flush() error {
	s := w.s
	if len(w.frames) == 0 {
		return nil
	}
	if err := s.folder.append(w.frames); err != nil {
		for i := len(w.undo) - 1; i >= 0; i-- {
			if w.undo[i].last == 0 {
				delete(s.latest, w.undo[i].subject)
			} else {
				s.latest[w.undo[i].subject] = w.undo[i].last
			}
		}
		return err
	}
	if s.waiting == 0 {
		s.since = s.clock.time()
		s.options.Log.Warn("the journal does not take decisions; they are kept in the spool meanwhile", "folder", s.options.Dir)
	}
	s.waiting += len(w.undo)
	for shard, at := range w.last {
		s.reach.last[shard] = max(s.reach.last[shard], at)
	}
	return nil
}

// history calls do with the subject's decisions that wait, the last one written first, until do returns false.
func (s *Spool) history(site, subject string, read func(place) (frame, error), do func(consent.Record) bool) error {
	at := s.latest[keyOf(site, subject)]
	for range remembered {
		if at == 0 || at < s.head {
			return nil
		}
		f, err := read(at)
		if errors.Is(err, errFrame) {
			return nil // Damaged; drain tells of it.
		}
		if err != nil {
			return err
		}
		r, err := f.record()
		if err != nil {
			return err
		}
		if r.Site == site && r.Subject == subject && !do(r) {
			return nil
		}
		at = f.previous
	}
	return nil
}
