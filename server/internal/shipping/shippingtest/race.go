package shippingtest

import (
	"fmt"
	"sync"
	"testing"

	"assent/server/internal/consent"
	"assent/server/internal/recording"
	"assent/server/internal/recording/recordingtest"
)

// outboxConcurrent ships while two instances record.
func outboxConcurrent(t *testing.T, open OpenOutbox) {
	one, outbox := startOutbox(t, open)
	two, _ := startOutbox(t, open)
	site := recordingtest.Site()
	var guard sync.Mutex
	var want []consent.Record
	var writers sync.WaitGroup
	for i, journal := range []recording.Journal{one, two, one, two} {
		writers.Go(func() {
			for round := range 20 {
				batch := []consent.Record{recordingtest.Decision(site, fmt.Sprint("s", i)), recordingtest.Decision(site, fmt.Sprint("t", round))}
				for n, outcome := range journal.Commit(t.Context(), batch) {
					if outcome.Err != nil {
						t.Errorf("Commit: %v", outcome.Err)
					}
					batch[n].RecordedAt = outcome.RecordedAt
				}
				guard.Lock()
				want = append(want, batch...)
				guard.Unlock()
			}
		})
	}
	recorded := make(chan struct{})
	go func() { writers.Wait(); close(recorded) }()
	var got []consent.Record
	for running := true; running; {
		select {
		case <-recorded:
			running = false
		default:
		}
		got = append(got, drain(t, outbox, 10)...)
	}
	wantSameSet(t, got, want)
}
