// Package spool keeps decisions on the local disk while the journal is out of reach, and hands them to it afterwards.
//
// # What is promised
//
// A decision that the journal did not take is stamped, written to a file in the spool's folder and flushed to disk
// before it is acknowledged, so it survives the death of every process and a power cut of this machine, but not the loss
// of its disk. It is handed to the journal as a replay when that takes decisions again, and its file is removed only
// after that. A crash in between hands it over twice, which the journal recognises by the id.
//
// # Order
//
// The choice is the last decision by (time, id), and the spool stamps by the journal's clock, see clock. A subject that
// has a decision in the spool gets its next ones there too, later than the one before, until the journal has all of
// them. Only between two servers during one outage is order as good as that clock.
//
// # What is not
//
// A commit whose answer was lost may have been recorded all the same. The journal then keeps its first time, which is
// earlier than the one that the visitor was told, by as long as the answer was waited for. An id that only the journal
// knows is taken as new while the journal is away; it is the duplicate that it is as soon as the journal sees it.
package spool

import (
	"context"
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"time"

	"assent/schemas"
	"assent/server/internal/consent"
	"assent/server/internal/recording"
)

// Options of a spool. Dir, Limit, Clock and Log are needed.
type Options struct {
	Dir   string // For this process alone.
	Limit int64  // Bytes on disk. The last tenth is for decisions that grant nothing.
	// Clock tells the time by which the journal stamps, and fails when no part of the journal answers.
	Clock func(ctx context.Context) (time.Time, error)
	Log   *slog.Logger // Gets counts, never content.
	Now   func() time.Time
}

// Spool is a journal in front of another one that may be out of reach. It is safe for concurrent use, but a subject's
// decisions must come one after another, as those of a lane of recording.Recorder do.
type Spool struct {
	journal recording.Journal
	options Options

	draining sync.Mutex // One at a time hands over.

	mu      sync.Mutex // Guards what follows.
	folder  *folder
	latest  map[uint64]place // Of each subject that waits its last decision.
	head    place            // What is before was handed over.
	waiting int
	since   time.Time // Of the oldest decision that waits.
	clock   *clock
	reach   reach
	broken  error // Why the last write failed.
}

var _ recording.Journal = (*Spool)(nil)

// Open takes over the folder with what an earlier process left in it. The journal must answer, so that the spool knows
// what time it is there.
func Open(ctx context.Context, journal recording.Journal, options Options) (*Spool, error) {
	if options.Now == nil {
		options.Now = time.Now
	}
	s := &Spool{journal: journal, options: options, latest: map[uint64]place{}, clock: newClock(options.Now)}
	if err := s.askClock(ctx); err != nil {
		return nil, fmt.Errorf("ask the journal for its time: %w", err)
	}
	folder, err := openFolder(options.Dir, options.Log)
	if err != nil {
		return nil, err
	}
	s.folder = folder
	if err := s.load(); err != nil {
		return nil, errors.Join(err, folder.close())
	}
	return s, nil
}

// Close gives up the folder. What waits in it is handed over when a spool is opened there again.
func (s *Spool) Close() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.folder.close()
}

// keyOf is a subject's key in the index. Two subjects may share one; what is found by it is compared in full.
func keyOf(site, subject string) uint64 {
	sum := sha256.Sum256(fmt.Appendf(nil, "%d:%s%s", len(site), site, subject))
	return binary.LittleEndian.Uint64(sum[:])
}

// Commit implements recording.Journal.
func (s *Spool) Commit(ctx context.Context, batch []consent.Record) []recording.Outcome {
	outcomes := make([]recording.Outcome, len(batch))
	direct, aside := s.divide(batch)
	if len(direct) > 0 {
		aside = append(aside, s.commit(ctx, batch, direct, outcomes)...)
	}
	if len(aside) == 0 {
		return outcomes
	}
	if err := ctx.Err(); err != nil {
		for _, i := range aside {
			outcomes[i].Err = err
		}
		return outcomes
	}
	s.keep(batch, aside, outcomes)
	return outcomes
}

// divide says which decisions of the batch to give to the journal, and which to keep here at once: those of a subject
// that waits already, and those of shards that are known to be away.
func (s *Spool) divide(batch []consent.Record) (direct, aside []int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	open := s.reach.look(s.options.Now(), s.head)
	for i, record := range batch {
		if s.waits(record) || !open(schemas.RedisShard(record.Site, record.Subject)) {
			aside = append(aside, i)
		} else {
			direct = append(direct, i)
		}
	}
	return direct, aside
}

// waits reports whether the record's subject has decisions here.
func (s *Spool) waits(r consent.Record) bool {
	if len(s.latest) == 0 {
		return false
	}
	_, waits := s.latest[keyOf(r.Site, r.Subject)]
	return waits
}

// commit gives part of the batch to the journal and returns which of it that did not take.
func (s *Spool) commit(ctx context.Context, batch []consent.Record, part []int, outcomes []recording.Outcome) (failed []int) {
	records := batch
	if len(part) < len(batch) {
		records = make([]consent.Record, len(part))
		for n, i := range part {
			records[n] = batch[i]
		}
	}
	answers := s.journal.Commit(ctx, records)
	s.learn(records, answers)
	for n, i := range part {
		outcomes[i] = answers[n]
		if refused(answers[n].Err) {
			failed = append(failed, i)
		}
	}
	return failed
}

// learn concludes from the journal's answers which shards take decisions, and what time it is there.
func (s *Spool) learn(records []consent.Record, answers []recording.Outcome) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for i, r := range records {
		shard := schemas.RedisShard(r.Site, r.Subject)
		if refused(answers[i].Err) {
			s.reach.lose(shard, s.options.Now())
			continue
		}
		s.reach.find(shard)
		s.clock.observe(r, answers[i].RecordedAt)
	}
}

// refused tells what the journal could not do from what it did not want to.
func refused(err error) bool { return err != nil && !errors.Is(err, consent.ErrConflict) }

// keep stamps part of the batch, writes it to disk in one flush, and fills in its outcomes.
func (s *Spool) keep(batch []consent.Record, part []int, outcomes []recording.Outcome) {
	s.mu.Lock()
	defer s.mu.Unlock()
	w, err := s.newWrite()
	if err == nil {
		for _, i := range part {
			tried := outcomes[i].Err
			if outcomes[i] = w.add(batch[i]); tried != nil && errors.Is(outcomes[i].Err, consent.ErrOverloaded) {
				outcomes[i].Err = tried // ErrOverloaded would say that nothing was recorded, which nobody knows.
			}
		}
		err = w.flush()
	}
	if s.broken = err; err == nil {
		return
	}
	for _, i := range part {
		outcomes[i] = recording.Outcome{Err: fmt.Errorf("spool decision: %w: %w", consent.ErrUnavailable, err)}
	}
}

// Current implements recording.Journal: it is the later one of what waits here and what the journal knows.
func (s *Spool) Current(ctx context.Context, site, subject string) (schemas.Current, error) {
	kept, waits, err := s.kept(site, subject)
	if err != nil {
		return schemas.Current{}, err
	}
	known, err := s.journal.Current(ctx, site, subject)
	switch {
	case !waits:
		return known, err
	case ctx.Err() != nil:
		return schemas.Current{}, ctx.Err()
	case err != nil || !known.RecordedAt.After(kept.RecordedAt):
		return kept.Current(), nil
	default:
		return known, nil
	}
}

// kept returns the subject's last decision of those that wait.
func (s *Spool) kept(site, subject string) (last consent.Record, waits bool, err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	err = s.history(site, subject, s.folder.read, func(r consent.Record) bool {
		if !waits || last.Before(r) {
			last, waits = r, true
		}
		return true
	})
	return last, waits, err
}
