package retentiontest

import (
	"context"
	"errors"
	"testing"
	"time"

	"assent/server/internal/consent"
	"assent/server/internal/recording/recordingtest"
	"assent/server/internal/retention"
	"assent/server/internal/rights/rightstest"
)

// TestCutOff runs the cases of pairs in which a run ends in the middle of a step, as when its process is killed.
func TestCutOff(t *testing.T, open func(t *testing.T) (Stores, retention.Pair)) {
	for name, fault := range map[string]faulty{
		"before anything":        {beforeBurial: true},
		"behind the tombstones":  {behindBurial: true},
		"behind the removal":     {behindRemoval: true},
		"in the second of steps": {beforeBurial: true, after: 1},
	} {
		t.Run(name, func(t *testing.T) {
			s, pair := open(t)
			site := recordingtest.Site()
			for range 20 { // One by one: what is of one moment goes in one step.
				rightstest.Record(t, s.Journal, recordingtest.Decision(site, "s"))
			}
			s.Settle(t)
			pair.Turn = time.Second
			cut := fault
			cut.Ledger, cut.Graves = pair.Ledger, pair.Graves
			ill := pair
			ill.Ledger, ill.Graves = cutLedger{&cut}, cutGraves{&cut}
			k := s.Keeper(site)
			k.Store = ill
			if err := k.Run(t.Context(), "first"); !errors.Is(err, errKilled) {
				t.Fatalf("the run was not cut off: %v", err)
			}
			// What was begun cannot be kept any more, even if all is held by now.
			k.Store = pair
			id, err := k.Holds.Set(t.Context(), site, retention.Hold{Reason: "a claim", Author: "officer"})
			if err != nil {
				t.Fatal(err)
			}
			Run(t, k)
			begun := 8 * (fault.after + 1)
			s.WantKept(t, site, 20-begun)
			s.WantVerified(t, int64(begun))
			if err := k.Holds.Release(t.Context(), site, id, "officer", "settled"); err != nil {
				t.Fatal(err)
			}
			Run(t, k)
			s.WantKept(t, site, 0)
			s.WantVerified(t, 20)
		})
	}
}

var errKilled = errors.New("killed")

// faulty ends a run at one point of a step, after some that it lets pass.
type faulty struct {
	retention.Ledger
	retention.Graves
	after                                     int
	beforeBurial, behindBurial, behindRemoval bool
}

type cutGraves struct{ *faulty }

func (f cutGraves) BuryAll(ctx context.Context, records []consent.Record, reason string, at time.Time) error {
	if f.beforeBurial && f.after == 0 {
		return errKilled
	}
	err := f.Graves.BuryAll(ctx, records, reason, at)
	if err == nil && f.behindBurial {
		err = errKilled
	}
	return err
}

type cutLedger struct{ *faulty }

func (f cutLedger) RemoveStep(ctx context.Context, step retention.Step) error {
	err := f.Ledger.RemoveStep(ctx, step)
	f.after--
	if err == nil && f.behindRemoval {
		err = errKilled
	}
	return err
}
