package spool

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"time"

	"assent/server/internal/consent"
)

const (
	look      = time.Second     // Pause between questions for the time while all is well, and how long an answer may take.
	longest   = 5 * time.Second // Pause after failures.
	perCommit = 512             // Decisions handed over at once.
)

// refusedFile has the decisions that the journal will never take: their id stands for another one there.
const refusedFile = "refused.jsonl"

// Run asks the journal for its time and hands over what waits, until ctx ends. Whatever fails is tried again for ever.
func (s *Spool) Run(ctx context.Context) {
	for failures := 0; ctx.Err() == nil; {
		err := s.askClock(ctx)
		if err == nil {
			if err = s.Drain(ctx); err != nil {
				s.probe(ctx)
			}
		}
		pause := look
		switch {
		case err == nil:
			failures = 0
		case ctx.Err() == nil:
			failures++
			pause = backOff(failures)
			s.options.Log.Warn("the journal does not take decisions", "waiting", s.State().Decisions, "failures", failures, "pause", pause, "error", err)
		}
		select {
		case <-ctx.Done():
		case <-time.After(pause):
		}
	}
}

// backOff doubles from a tenth of a second. Half of it is chance, so that many servers do not return at once.
func backOff(failures int) time.Duration {
	pause := min(100*time.Millisecond<<min(failures, 10), longest)
	return pause/2 + rand.N(pause/2+1)
}

func (s *Spool) askClock(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, look)
	defer cancel()
	asked := s.options.Now()
	told, err := s.options.Clock(ctx)
	answered := s.options.Now()
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.reach.down = err != nil; err != nil {
		return err
	}
	s.clock.set(told, asked, answered)
	return nil
}

// Drain hands over what waits, oldest first, and returns when nothing waits or the journal does not take it. Nothing of what
// it handed over is left on the disk, but for what is damaged.
func (s *Spool) Drain(ctx context.Context) error {
	s.draining.Lock()
	defer s.draining.Unlock()
	for {
		data, begin, err := s.unread()
		if err != nil || data == nil {
			return err
		}
		for len(data) > 0 {
			b := s.take(data, begin)
			if err := s.handOver(ctx, b); err != nil {
				return err
			}
			s.advance(b)
			data, begin = data[b.size:], begin+place(b.size)
		}
	}
}

// unread returns the rest of the oldest segment and where it begins; nil when there is none.
func (s *Spool) unread() ([]byte, place, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for len(s.folder.segments) > 0 {
		oldest := s.folder.segments[0]
		begin := max(s.head, placeOf(oldest.number, int64(len(magic))))
		data := make([]byte, oldest.size-begin.offset())
		if len(data) == 0 {
			if err := s.folder.retire(); err != nil {
				return nil, 0, fmt.Errorf("clear spool: %w", err)
			}
			continue
		}
		if _, err := oldest.file.ReadAt(data, begin.offset()); err != nil && !errors.Is(err, io.EOF) {
			return nil, 0, fmt.Errorf("read spool: %w", err)
		}
		return data, begin, nil
	}
	return nil, 0, nil
}

// bundle is what is handed over in one commit.
type bundle struct {
	records []consent.Record
	frames  []indexed // Key and place of each.
	end     place
	size    int // Bytes from the bundle's begin to its end, damage included.
}

// take reads a bundle from the front of a segment's rest.
func (s *Spool) take(data []byte, begin place) bundle {
	b := bundle{size: len(data)}
	damaged := walk(data, func(offset int, f frame) bool {
		if len(b.frames) == perCommit {
			b.size = offset
			return false
		}
		b.frames = append(b.frames, indexed{f.subject, begin + place(offset)})
		if r, err := f.record(); err != nil {
			s.reportDamage(begin, f.size)
		} else {
			b.records = append(b.records, r)
		}
		return true
	})
	if damaged > 0 {
		s.reportDamage(begin, damaged)
	}
	b.end = begin + place(b.size)
	return b
}

// reportDamage tells of it once per segment, and makes the segment be kept.
func (s *Spool) reportDamage(in place, size int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, one := range s.folder.segments {
		if one.number == in.segment() && !one.damaged {
			one.damaged = true
			s.options.Log.Error("part of the spool is damaged: decisions that were acknowledged may be missing; the file is kept aside",
				"file", one.path+".damaged", "bytes", size)
		}
	}
}

// handOver replays the bundle. Decisions whose id stands for another one in the journal are set aside.
func (s *Spool) handOver(ctx context.Context, b bundle) error {
	if len(b.records) == 0 {
		return nil
	}
	var conflicts []byte
	answers := s.journal.Commit(ctx, b.records)
	s.learn(b.records, answers)
	for i, outcome := range answers {
		if refused(outcome.Err) {
			return outcome.Err
		}
		if outcome.Err == nil {
			continue
		}
		line, err := json.Marshal(b.records[i])
		if err != nil {
			return fmt.Errorf("encode record: %w", err)
		}
		conflicts = append(append(conflicts, line...), '\n')
	}
	if conflicts == nil {
		return nil
	}
	s.options.Log.Error("decisions of the spool have an id that stands for another decision; they are set aside", "file", refusedFile)
	return s.folder.setAside(refusedFile, conflicts)
}

// probe hands over one decision of each lost shard ahead of its turn, so that a shard that is back is found also while
// what is before it waits for another one.
func (s *Spool) probe(ctx context.Context) {
	s.mu.Lock()
	var records []consent.Record
	for _, at := range s.reach.lost(s.head) {
		f, err := s.folder.read(at)
		if err != nil {
			continue // Drain tells of it.
		}
		if r, err := f.record(); err == nil {
			records = append(records, r)
		}
	}
	s.mu.Unlock()
	if len(records) > 0 {
		s.learn(records, s.journal.Commit(ctx, records))
	}
}

// advance forgets what was handed over.
func (s *Spool) advance(b bundle) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, one := range b.frames {
		if s.latest[one.subject] == one.last {
			delete(s.latest, one.subject)
		}
	}
	s.waiting -= len(b.frames)
	s.head = b.end
	if n := len(b.records); n > 0 {
		s.since = b.records[n-1].RecordedAt
	}
	if s.waiting == 0 {
		s.options.Log.Info("the journal has everything that was in the spool")
	}
}
