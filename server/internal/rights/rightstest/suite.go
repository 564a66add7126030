// Package rightstest holds every set of stores to what an erasure promises.
package rightstest

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"assent/server/internal/consent"
	"assent/server/internal/recording"
	"assent/server/internal/recording/recordingtest"
	"assent/server/internal/reporting"
	"assent/server/internal/rights"
)

// Trail is where the audit trail is read.
type Trail interface {
	reporting.Query
	reporting.Counts
}

// Stores are a set under test.
type Stores struct {
	Journal recording.Journal
	Trail   Trail
	Eraser  rights.Eraser
	// Settle returns when everything recorded so far is in the trail. What ships runs by itself as well.
	Settle  func(t *testing.T)
	Folders []string // With every file that may hold what was recorded.
}

// TestEraser runs every case. Each opens the stores anew, which may have other cases' data in them.
func TestEraser(t *testing.T, open func(t *testing.T) Stores) {
	for name, test := range map[string]func(*testing.T, Stores){
		"nothing is left in any file":    nothingIsLeft,
		"others stay, and are counted":   othersStay,
		"a second time, and of nobody":   again,
		"who decides anew is remembered": anew,
		"while visitors decide":          meanwhile,
	} {
		t.Run(name, func(t *testing.T) { test(t, open(t)) })
	}
}

// Record commits decisions and returns them as they were recorded.
func Record(t testing.TB, journal recording.Journal, records ...consent.Record) []consent.Record {
	t.Helper()
	for i, outcome := range journal.Commit(context.WithoutCancel(t.Context()), records) {
		if outcome.Err != nil {
			t.Fatal(outcome.Err)
		}
		records[i].RecordedAt = outcome.RecordedAt
	}
	return records
}

// Erase erases and fails the test when that fails.
func Erase(t testing.TB, eraser rights.Eraser, site, subject string, want int) {
	t.Helper()
	done, err := eraser.Erase(t.Context(), site, subject, rights.ByOfficer)
	if err != nil {
		t.Fatal(err)
	}
	if done.Decisions != want || len(done.Receipts) != want || done.Reference == "" {
		t.Errorf("%+v, want %d decisions", done, want)
	}
}

// WantTrail compares the ids in the trail with those of records.
func WantTrail(t testing.TB, trail reporting.Query, site string, want ...consent.Record) {
	t.Helper()
	held, err := trail.Recent(t.Context(), site, 100_000)
	if err != nil {
		t.Fatal(err)
	}
	left := map[string]bool{}
	for _, r := range held {
		left[r.ID.String()] = true
	}
	missing := 0
	for _, r := range want {
		if !left[r.ID.String()] {
			missing++
		}
		delete(left, r.ID.String())
	}
	if missing > 0 || len(left) > 0 {
		t.Errorf("of %d decisions %d are missing, and %d are there that should not be", len(want), missing, len(left))
	}
}

// WantChoice compares a subject's choice, nil for none.
func WantChoice(t testing.TB, journal recording.Journal, site, subject string, want *consent.Record) {
	t.Helper()
	got, err := journal.Current(t.Context(), site, subject)
	switch {
	case want == nil && !errors.Is(err, consent.ErrNotFound):
		t.Errorf("there is a choice of %s: %+v, %v", subject, got, err)
	case want != nil && err != nil:
		t.Errorf("the choice of %s: %v", subject, err)
	case want != nil && !got.RecordedAt.Equal(want.RecordedAt):
		t.Errorf("the choice of %s is of %v, want %v", subject, got.RecordedAt, want.RecordedAt)
	}
}

// canary is what nobody else's decisions have in them.
const canary = "canary-9f31c07e"

// canaryDecision has it in every text that is the visitor's own.
func canaryDecision(site string) consent.Record {
	r := recordingtest.Decision(site, canary+"-subject")
	r.Locale, r.Page, r.Removed = "x-"+canary, "https://shop.example/"+canary, []string{"_" + canary}
	return r
}

// nothingIsLeft records a visitor's decisions among others', shipped at different times.
func nothingIsLeft(t *testing.T, s Stores) {
	site := recordingtest.Site()
	var mine, others []consent.Record
	for round := range 4 {
		var batch []consent.Record
		for i := range 60 {
			batch = append(batch, recordingtest.Decision(site, fmt.Sprintf("other%d", i)))
		}
		others = append(others, Record(t, s.Journal, batch...)...)
		mine = append(mine, Record(t, s.Journal, canaryDecision(site))...)
		if round < 3 { // The last ones are on their way when the erasure is asked for.
			s.Settle(t)
		}
	}
	if hits := canaries(t, s.Folders); hits == 0 {
		t.Fatal("nothing is there to be erased")
	}
	Erase(t, s.Eraser, site, mine[0].Subject, len(mine))
	WantChoice(t, s.Journal, site, mine[0].Subject, nil)
	s.Settle(t)
	WantTrail(t, s.Trail, site, others...)
	// ClickHouse removes files of before on its own time.
	var hits int
	for range 1200 {
		if hits = canaries(t, s.Folders); hits == 0 {
			return
		}
		time.Sleep(100 * time.Millisecond)
	}
	t.Errorf("the files still have it %d times", hits)
}

func canaries(t *testing.T, folders []string) (hits int) {
	t.Helper()
	for _, folder := range folders {
		err := filepath.WalkDir(folder, func(path string, entry fs.DirEntry, err error) error {
			if err != nil || !entry.Type().IsRegular() {
				return ignoreGone(err)
			}
			content, err := os.ReadFile(path)
			hits += bytes.Count(content, []byte(canary))
			return ignoreGone(err)
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	return hits
}

// ignoreGone is for files that a store removes meanwhile.
func ignoreGone(err error) error {
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	return err
}

func othersStay(t *testing.T, s Stores) {
	site, other := recordingtest.Site(), recordingtest.Site()
	var all []consent.Record
	for i := range 40 {
		all = append(all, recordingtest.Decision(site, fmt.Sprintf("s%d", i%8)))
	}
	all = Record(t, s.Journal, all...)
	elsewhere := Record(t, s.Journal, recordingtest.Decision(other, "s3"))
	Erase(t, s.Eraser, site, "s3", 5)
	s.Settle(t)
	var left []consent.Record
	last := map[string]consent.Record{}
	for _, r := range all {
		if r.Subject != "s3" {
			left, last[r.Subject] = append(left, r), r
		}
	}
	WantTrail(t, s.Trail, site, left...)
	WantTrail(t, s.Trail, other, elsewhere...)
	WantChoice(t, s.Journal, site, "s3", nil)
	WantChoice(t, s.Journal, other, "s3", &elsewhere[0])
	for subject, r := range last {
		WantChoice(t, s.Journal, site, subject, &r)
	}
	wantCounted(t, s.Trail, site, len(left))
}

// wantCounted recounts the rates.
func wantCounted(t *testing.T, trail Trail, site string, want int) {
	t.Helper()
	from := time.Now().Add(-24 * time.Hour).Truncate(time.Hour)
	to := from.Add(48 * time.Hour)
	cells, err := trail.CountDecisions(t.Context(), reporting.Question{Site: site, From: from, To: to, By: []reporting.Dimension{reporting.Page}})
	if err != nil {
		t.Fatal(err)
	}
	counted := 0
	for _, cell := range cells {
		counted += cell.N
	}
	days, err := trail.Days(t.Context(), site, from, to)
	if err != nil {
		t.Fatal(err)
	}
	ofDays := 0
	for _, day := range days {
		ofDays += day.Tally.Decisions + day.Tally.Bots
	}
	if counted != want || ofDays != want {
		t.Errorf("the rates count %d decisions, the days %d, want %d", counted, ofDays, want)
	}
}

func again(t *testing.T, s Stores) {
	site := recordingtest.Site()
	Record(t, s.Journal, recordingtest.Decision(site, "s1"), recordingtest.Decision(site, "s1"))
	other := Record(t, s.Journal, recordingtest.Decision(site, "s2"))
	Erase(t, s.Eraser, site, "nobody", 0)
	Erase(t, s.Eraser, site, "s1", 2)
	Erase(t, s.Eraser, site, "s1", 0)
	s.Settle(t)
	WantTrail(t, s.Trail, site, other...)
	if found, err := s.Trail.Find(t.Context(), other[0].ID.String()); err != nil || len(found) != 1 {
		t.Errorf("another one's receipt: %d, %v", len(found), err)
	}
}

func anew(t *testing.T, s Stores) {
	site := recordingtest.Site()
	Record(t, s.Journal, recordingtest.Decision(site, "s1"))
	for range 3 {
		Erase(t, s.Eraser, site, "s1", 1)
		later := Record(t, s.Journal, recordingtest.Refusal(site, "s1"))
		WantChoice(t, s.Journal, site, "s1", &later[0])
		s.Settle(t)
		WantTrail(t, s.Trail, site, later...)
	}
}

// meanwhile erases a visitor who decides without end, among others who do.
func meanwhile(t *testing.T, s Stores) {
	site := recordingtest.Site()
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	var deciding sync.WaitGroup
	var guard sync.Mutex
	others := []consent.Record{}
	for visitor := range 4 {
		deciding.Go(func() {
			for ctx.Err() == nil {
				one := Record(t, s.Journal, recordingtest.Decision(site, fmt.Sprintf("other%d", visitor)))
				guard.Lock()
				others = append(others, one...)
				guard.Unlock()
			}
		})
	}
	for range 3 {
		before := Record(t, s.Journal, recordingtest.Decision(site, "s1"), recordingtest.Decision(site, "s1"))
		Erase(t, s.Eraser, site, "s1", 2)
		for _, r := range before {
			if found, err := s.Trail.Find(t.Context(), r.ID.String()); err != nil || len(found) > 0 {
				t.Errorf("%d are found, %v", len(found), err)
			}
		}
	}
	after := Record(t, s.Journal, recordingtest.Decision(site, "s1"))
	cancel()
	deciding.Wait()
	s.Settle(t)
	WantTrail(t, s.Trail, site, append(others, after...)...)
}
