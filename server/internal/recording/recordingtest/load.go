package recordingtest

import (
	"fmt"
	"sync"
	"testing"
	"time"

	"assent/server/internal/consent"
	"assent/server/internal/recording"
)

// concurrentWriters lets two instances change the same few subjects at once. Times of one subject must all differ, and
// the last one must be what both instances see.
func concurrentWriters(t *testing.T, open Open) {
	instances := []recording.Journal{start(t, open), start(t, open)}
	site := Site()
	const writers, rounds, subjects = 8, 12, 5
	var guard sync.Mutex
	recorded := map[string]map[time.Time]consent.Record{}
	var group sync.WaitGroup
	for writer := range writers {
		group.Go(func() {
			for range rounds {
				var batch []consent.Record
				for subject := range subjects {
					batch = append(batch, Decision(site, fmt.Sprint("s", subject)), Refusal(site, fmt.Sprint("s", subject)))
				}
				outcomes := instances[writer%len(instances)].Commit(t.Context(), batch)
				guard.Lock()
				keep(t, recorded, batch, outcomes)
				guard.Unlock()
			}
		})
	}
	group.Wait()
	for subject, byTime := range recorded {
		if len(byTime) != 2*writers*rounds {
			t.Errorf("subject %s: %d different times for %d decisions", subject, len(byTime), 2*writers*rounds)
		}
		var last time.Time
		for at := range byTime {
			if at.After(last) {
				last = at
			}
		}
		for _, instance := range instances {
			wantCurrent(t, instance, byTime[last], last)
		}
	}
}

func keep(t *testing.T, recorded map[string]map[time.Time]consent.Record, batch []consent.Record, outcomes []recording.Outcome) {
	for i, outcome := range outcomes {
		if outcome.Err != nil {
			t.Errorf("commit: %v", outcome.Err)
			return
		}
		subject := batch[i].Subject
		if recorded[subject] == nil {
			recorded[subject] = map[time.Time]consent.Record{}
		}
		recorded[subject][outcome.RecordedAt] = batch[i]
	}
}

func concurrentRetries(t *testing.T, open Open) {
	instances := []recording.Journal{start(t, open), start(t, open)}
	record := Decision(Site(), "s1")
	const writers = 16
	outcomes := make([]recording.Outcome, writers)
	var group sync.WaitGroup
	for writer := range writers {
		group.Go(func() {
			outcomes[writer] = instances[writer%len(instances)].Commit(t.Context(), []consent.Record{record})[0]
		})
	}
	group.Wait()
	firsts := 0
	for _, outcome := range outcomes {
		if outcome.Err != nil || !outcome.RecordedAt.Equal(outcomes[0].RecordedAt) {
			t.Fatalf("concurrent retries answered %+v and %+v, want the same", outcomes[0], outcome)
		}
		if !outcome.Duplicate {
			firsts++
		}
	}
	if firsts != 1 {
		t.Errorf("%d of %d equal decisions were recorded, want 1", firsts, writers)
	}
}

func tenThousand(t *testing.T, open Open) {
	journal := start(t, open)
	site := Site()
	batch := make([]consent.Record, 10_000)
	last := map[string]int{}
	for i := range batch {
		subject := fmt.Sprint("s", i%3000)
		batch[i] = Decision(site, subject)
		batch[i].LifetimeDays = i%365 + 1
		last[subject] = i
	}
	outcomes := commit(t, journal, batch...)
	for i := 0; i < 3000; i += 101 {
		index := last[fmt.Sprint("s", i)]
		wantCurrent(t, journal, batch[index], outcomes[index].RecordedAt)
	}
	for i, outcome := range commit(t, journal, batch...) {
		wantDuplicate(t, outcome, outcomes[i])
	}
}
