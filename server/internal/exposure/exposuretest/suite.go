// Package exposuretest holds every implementation of exposure.Visitors to the same promises. What exposure.Store keeps is read
// through reporting.Counts; reportingtest holds stores to that.
package exposuretest

import (
	"context"
	"encoding/binary"
	"slices"
	"sync"
	"testing"
	"time"

	"assent/server/internal/exposure"
	"assent/server/internal/recording/recordingtest"
)

// Open opens one more instance on the same data; closing ends that instance only.
type Open func(t *testing.T) (visitors exposure.Visitors, closing func())

// TestVisitors runs every case. fresh prepares data of its own for one case and returns how to open it.
func TestVisitors(t *testing.T, fresh func(t *testing.T) Open) {
	cases := map[string]func(t *testing.T, open Open){
		"once": once, "survives closing": survives, "concurrent servers": concurrent, "bounded": bounded, "cancelled context": cancelled,
	}
	for name, run := range cases {
		t.Run(name, func(t *testing.T) { run(t, fresh(t)) })
	}
}

func start(t *testing.T, open Open) exposure.Visitors {
	t.Helper()
	visitors, closing := open(t)
	t.Cleanup(closing)
	return visitors
}

// marks returns the marks from one number to another, the last not included.
func marks(from, to int) []exposure.Mark {
	list := make([]exposure.Mark, 0, to-from)
	for n := from; n < to; n++ {
		list = append(list, exposure.Mark(binary.BigEndian.AppendUint64(nil, uint64(n)*0x9E3779B97F4A7C15)))
	}
	return list
}

// most is how many visitors the cases let a store tell apart.
const most = 1000

func today() string { return time.Now().UTC().Format(time.DateOnly) }

func want(t *testing.T, visitors exposure.Visitors, site, day string, given, fresh []exposure.Mark) {
	t.Helper()
	got, err := visitors.MarkVisitors(t.Context(), site, day, given, most)
	if err != nil {
		t.Fatalf("MarkVisitors: %v", err)
	}
	byBytes := func(a, b exposure.Mark) int { return slices.Compare(a[:], b[:]) }
	slices.SortFunc(got, byBytes)
	fresh = slices.SortedFunc(slices.Values(fresh), byBytes)
	if !slices.Equal(got, fresh) {
		t.Fatalf("%d are new, want %d: %x, want %x", len(got), len(fresh), got[:min(len(got), 9)], fresh[:min(len(fresh), 9)])
	}
}

func once(t *testing.T, open Open) {
	visitors, site := start(t, open), recordingtest.Site()
	want(t, visitors, site, today(), marks(0, 5), marks(0, 5))
	want(t, visitors, site, today(), marks(3, 8), marks(5, 8))
	want(t, visitors, site, today(), marks(0, 8), nil)
	want(t, visitors, site, today(), nil, nil)
	want(t, visitors, recordingtest.Site(), today(), marks(0, 2), marks(0, 2))
	want(t, visitors, site, time.Now().UTC().AddDate(0, 0, 1).Format(time.DateOnly), marks(0, 2), marks(0, 2))
}

func survives(t *testing.T, open Open) {
	visitors, closing := open(t)
	site := recordingtest.Site()
	want(t, visitors, site, today(), marks(0, 1), marks(0, 1))
	closing()
	want(t, start(t, open), site, today(), marks(0, 2), marks(1, 2))
}

func concurrent(t *testing.T, open Open) {
	instances, site := []exposure.Visitors{start(t, open), start(t, open)}, recordingtest.Site()
	var group sync.WaitGroup
	var mu sync.Mutex
	total := 0
	for i := range 10 {
		group.Go(func() {
			fresh, err := instances[i%2].MarkVisitors(t.Context(), site, today(), marks(0, 50), most)
			if err != nil {
				t.Errorf("MarkVisitors: %v", err)
			}
			mu.Lock()
			defer mu.Unlock()
			total += len(fresh)
		})
	}
	group.Wait()
	if total != 50 {
		t.Errorf("50 visitors counted as %d", total)
	}
}

func bounded(t *testing.T, open Open) {
	visitors, site := start(t, open), recordingtest.Site()
	for from := 0; from < most; from += most / 5 {
		want(t, visitors, site, today(), marks(from, from+most/5), marks(from, from+most/5))
	}
	want(t, visitors, site, today(), marks(most-5, most+10), nil)
	want(t, visitors, recordingtest.Site(), today(), marks(0, 1), marks(0, 1))
}

func cancelled(t *testing.T, open Open) {
	visitors := start(t, open)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := visitors.MarkVisitors(ctx, recordingtest.Site(), today(), marks(0, 1), most); err == nil {
		t.Error("MarkVisitors succeeded under a cancelled context")
	}
}
