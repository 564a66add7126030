package spool

import (
	"errors"
	"log/slog"
	"os"
	"testing"
	"time"

	"assent/server/internal/consent"
	"assent/server/internal/recording"
	"assent/server/internal/recording/recordingtest"
)

// TestAFailedFlushLeavesNoTrace takes the file away under a spool that writes to it.
func TestAFailedFlushLeavesNoTrace(t *testing.T) {
	folder, err := openFolder(t.TempDir(), slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	s := &Spool{options: Options{Limit: 1 << 20, Log: slog.New(slog.DiscardHandler)}, folder: folder, latest: map[uint64]place{}, clock: newClock(time.Now)}
	s.clock.set(time.Now(), time.Now(), time.Now())
	keep := func(batch ...consent.Record) []recording.Outcome {
		part := make([]int, len(batch))
		for i := range part {
			part[i] = i
		}
		outcomes := make([]recording.Outcome, len(batch))
		s.keep(batch, part, outcomes)
		return outcomes
	}
	site := recordingtest.Site()
	first, second := recordingtest.Decision(site, "s1"), recordingtest.Refusal(site, "s1")
	kept := keep(first)[0]
	if err := folder.active.file.Close(); err != nil {
		t.Fatal(err)
	}
	for _, outcome := range keep(second, recordingtest.Decision(site, "s2")) {
		if !errors.Is(outcome.Err, consent.ErrUnavailable) {
			t.Errorf("acknowledged without a flush: %+v", outcome)
		}
	}
	// The test closed the file itself; for the spool it is readable again.
	if folder.segments[0].file, err = os.Open(folder.segments[0].path); err != nil {
		t.Fatal(err)
	}
	if again := keep(first)[0]; !again.Duplicate || !again.RecordedAt.Equal(kept.RecordedAt) {
		t.Errorf("what was acknowledged before: %+v, want a duplicate of %+v", again, kept)
	}
	if outcome := keep(second)[0]; outcome.Err != nil || outcome.Duplicate || s.waiting != 2 || len(s.latest) != 1 {
		t.Errorf("the next write: %+v, %d wait", outcome, s.waiting)
	}
	if err := s.Close(); err != nil {
		t.Error(err)
	}
}
