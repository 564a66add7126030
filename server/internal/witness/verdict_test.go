package witness_test

import (
	"context"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/uuid"

	"assent/schemas"
	"assent/server/internal/consent"
	"assent/server/internal/witness"
)

const site = "shop"

// truth is one visitor with three decisions: acknowledged twice over, of unknown outcome but recorded, and refused.
func truth(t *testing.T) ([]witness.Visitor, witness.Stored) {
	t.Helper()
	v := witness.Visitor{Secret: "AAAAAAAAAAAAAAAAAAAAAA"}
	stored := witness.Stored{Site: site, Counted: 2, Current: map[string]schemas.Current{}}
	for i := range 2 {
		decision := v.Decision("notice", "https://shop.example/")
		at := time.Date(2026, 11, 23, 10, i, 0, 0, time.UTC)
		record := consent.Record{ID: uuid.MustParse(decision.ID), Site: site, Subject: consent.Subject(site, v.Secret),
			Action: decision.Action, Source: decision.Source, Locale: decision.Locale, Page: decision.Page,
			DecidedAt: decision.DecidedAt, RecordedAt: at, LifetimeDays: 180}
		stored.Records = append(stored.Records, record)
		stored.Current[record.Subject] = record.Current()
		v.Told = append(v.Told, witness.Told{Decision: decision, Requests: 1, Unknown: true})
	}
	answer := answerOf(stored.Records[0])
	v.Told[0].Answers = []schemas.Recorded{answer, answer}
	v.Told = append(v.Told, witness.Told{Decision: v.Decision("notice", "https://shop.example/"), Requests: 3})
	return []witness.Visitor{v}, stored
}

func answerOf(r consent.Record) schemas.Recorded {
	return schemas.Recorded{ID: r.ID.String(), Subject: r.Subject, RecordedAt: r.RecordedAt,
		Receipt: "/v1/receipts/" + r.ID.String(), Choice: r.Choice()}
}

func TestTheTruthIsSound(t *testing.T) {
	visitors, stored := truth(t)
	got := witness.Judge(visitors, stored)
	want := witness.Verdict{Requests: 5, Acknowledged: 1, Refused: 1, Unknown: 1}
	if diff := cmp.Diff(want, got); diff != "" || !got.Sound() {
		t.Error(diff)
	}
}

// TestASpooledTimeMayBeLater: only where it is said, and only as far.
func TestASpooledTimeMayBeLater(t *testing.T) {
	for allowed, sound := range map[time.Duration]bool{0: false, time.Second: false, time.Minute: true} {
		visitors, stored := truth(t)
		stored.Spooled = allowed
		stored.Records[0].RecordedAt = stored.Records[0].RecordedAt.Add(-time.Second)
		if got := witness.Judge(visitors, stored); got.Sound() != sound {
			t.Errorf("a second later, where %v are allowed: %+v", allowed, got)
		}
	}
}

// TestEveryUntruthIsFound damages what is stored, or what was told, in each way that there is.
func TestEveryUntruthIsFound(t *testing.T) {
	for name, c := range map[string]struct {
		damage func(v *witness.Visitor, s *witness.Stored)
		found  func(witness.Verdict) int
	}{
		"acknowledged and gone": {func(v *witness.Visitor, s *witness.Stored) {
			s.Records, s.Counted = s.Records[1:], 1
		}, lost},
		"acknowledged and changed": {func(v *witness.Visitor, s *witness.Stored) {
			s.Records[0].Purposes = map[string]bool{"marketing": true}
		}, lost},
		"acknowledged and recorded at another time": {func(v *witness.Visitor, s *witness.Stored) {
			s.Records[0].RecordedAt = s.Records[0].RecordedAt.Add(time.Microsecond)
		}, lost},
		"another page": {func(v *witness.Visitor, s *witness.Stored) {
			s.Records[0].Page = "https://shop.example/cart"
		}, lost},
		"twice in the ledger": {func(v *witness.Visitor, s *witness.Stored) {
			s.Records, s.Counted = append(s.Records, s.Records[1]), 3
		}, doubled},
		"twice in the reports": {func(v *witness.Visitor, s *witness.Stored) { s.Counted++ }, doubled},
		"a retry answered otherwise": {func(v *witness.Visitor, s *witness.Stored) {
			v.Told[0].Answers[1].RecordedAt = time.Now()
		}, doubled},
		"an older choice": {func(v *witness.Visitor, s *witness.Stored) {
			s.Current[s.Records[0].Subject] = s.Records[0].Current()
		}, stale},
		"no choice": {func(v *witness.Visitor, s *witness.Stored) { s.Current = nil }, stale},
		"sent later and recorded earlier": {func(v *witness.Visitor, s *witness.Stored) {
			s.Records[1].RecordedAt = s.Records[0].RecordedAt.Add(-time.Second)
			s.Current[s.Records[0].Subject] = s.Records[0].Current()
			v.Told[1].Answers = []schemas.Recorded{answerOf(s.Records[1])}
		}, stale},
		"refused and recorded": {func(v *witness.Visitor, s *witness.Stored) {
			v.Told[1].Unknown = false
		}, leaked},
		"never sent": {func(v *witness.Visitor, s *witness.Stored) {
			v.Told = v.Told[:1]
		}, leaked},
	} {
		t.Run(name, func(t *testing.T) {
			visitors, stored := truth(t)
			c.damage(&visitors[0], &stored)
			if got := witness.Judge(visitors, stored); c.found(got) == 0 || got.Sound() || len(got.Faults) == 0 {
				t.Errorf("not found: %+v", got)
			}
		})
	}
}

func lost(v witness.Verdict) int    { return v.Lost }
func doubled(v witness.Verdict) int { return v.Doubled }
func stale(v witness.Verdict) int   { return v.Stale }
func leaked(v witness.Verdict) int  { return v.Leaked }

// fickle refuses every other request.
type fickle struct{ requests atomic.Int64 }

func (f *fickle) Decide(_ context.Context, decision schemas.Decision) witness.Answer {
	if f.requests.Add(1)%2 == 0 {
		return witness.Answer{Refused: true}
	}
	return witness.Answer{Recorded: &schemas.Recorded{ID: decision.ID}}
}

// TestACrowdRemembersEveryAnswer counts on both sides of the doors.
func TestACrowdRemembersEveryAnswer(t *testing.T) {
	doors := []*fickle{{}, {}}
	crowd := witness.Gather([]witness.Door{doors[0], doors[1]}, "notice", "https://shop.example/")
	for crowd.Acknowledged() < 20 {
		time.Sleep(time.Millisecond)
	}
	requests, answers := 0, 0
	for _, v := range crowd.Leave() {
		for _, told := range v.Told {
			requests += told.Requests
			answers += len(told.Answers)
		}
	}
	if sent := int(doors[0].requests.Load() + doors[1].requests.Load()); requests != sent || answers < 20 {
		t.Errorf("%d requests remembered of %d, %d acknowledged", requests, sent, answers)
	}
}
