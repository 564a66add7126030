package witness

import (
	"fmt"
	"time"

	"github.com/google/go-cmp/cmp"

	"assent/schemas"
	"assent/server/internal/consent"
)

// Stored is what the stores say when all faults are over.
type Stored struct {
	Site    string
	Records []consent.Record           // The ledger's.
	Counted int                        // How many decisions the ledger's reports count.
	Current map[string]schemas.Current // The current choice by subject; none for one who has none.
	// Spooled is how much later than its record a decision may have been acknowledged: a server that got no answer from
	// its journal keeps the decision with its own time, and does not know that the journal has an earlier one.
	Spooled time.Duration
}

// Verdict counts what the visitors saw and what of it is not true. Lost, Doubled, Stale and Leaked must be zero.
type Verdict struct {
	Requests     int
	Acknowledged int // Decisions that were answered by a 2xx.
	Refused      int // Decisions of which no request can have recorded anything.
	Unknown      int // All others.

	Lost    int // Acknowledged and not in the ledger as they were acknowledged.
	Doubled int // In the ledger, or its reports, more than once.
	Stale   int // Visitors whose current choice is not their last recorded one.
	Leaked  int // Refused or never sent, and yet in the ledger.

	Faults []string // The same in words.
}

// Judge holds what is stored against what the visitors were told.
func Judge(visitors []Visitor, stored Stored) Verdict {
	j := judgement{stored: stored, byID: map[string][]consent.Record{}}
	for _, r := range stored.Records {
		j.byID[r.ID.String()] = append(j.byID[r.ID.String()], r)
	}
	for _, v := range visitors {
		for _, told := range v.Told {
			j.decision(told)
		}
		j.choice(v)
	}
	for id, records := range j.byID {
		j.count(&j.Leaked, "nobody sent %s, which is in the ledger %d times", id, len(records))
	}
	if stored.Counted != len(stored.Records) {
		j.count(&j.Doubled, "the reports count %d decisions, the ledger has %d", stored.Counted, len(stored.Records))
	}
	return j.Verdict
}

type judgement struct {
	Verdict
	stored Stored
	byID   map[string][]consent.Record // Without those of decisions that were judged.
	seen   []consent.Record            // Of the visitor who is judged.
}

func (j *judgement) count(of *int, format string, arguments ...any) {
	*of++
	j.Faults = append(j.Faults, fmt.Sprintf(format, arguments...))
}

// decision judges one decision by itself.
func (j *judgement) decision(told Told) {
	records := j.byID[told.Decision.ID]
	delete(j.byID, told.Decision.ID)
	j.seen = append(j.seen, records...)
	j.Requests += told.Requests
	if len(records) > 1 {
		j.count(&j.Doubled, "decision %s is in the ledger %d times", told.Decision.ID, len(records))
	}
	switch {
	case len(told.Answers) > 0:
		j.Acknowledged++
		j.acknowledged(told, records)
	case told.Unknown:
		j.Unknown++
	default:
		j.Refused++
		if len(records) > 0 {
			j.count(&j.Leaked, "decision %s was refused and is in the ledger: %+v", told.Decision.ID, records[0])
		}
	}
}

// acknowledged holds the record against the first answer, and the answers against each other.
func (j *judgement) acknowledged(told Told, records []consent.Record) {
	first := told.Answers[0]
	for _, other := range told.Answers[1:] {
		if diff := cmp.Diff(first, j.spooled(other, first.RecordedAt)); diff != "" {
			j.count(&j.Doubled, "a retry of %s was answered otherwise (-first +later):\n%s", told.Decision.ID, diff)
		}
	}
	if len(records) == 0 {
		j.count(&j.Lost, "decision %s was acknowledged at %v and is not in the ledger", told.Decision.ID, first.RecordedAt)
		return
	}
	got, sent := records[0], told.Decision
	if got.Locale != sent.Locale || got.Source != sent.Source || got.Page != sent.Page || !got.DecidedAt.Equal(sent.DecidedAt) {
		j.count(&j.Lost, "decision %+v is in the ledger as %+v", sent, got)
		return
	}
	if diff := cmp.Diff(j.spooled(first, got.RecordedAt), answerOf(got)); diff != "" {
		j.count(&j.Lost, "the ledger tells decision %s otherwise than the answer (-answer +ledger):\n%s", sent.ID, diff)
	}
}

// spooled returns the answer with the time of the record if it may have been spooled.
func (j *judgement) spooled(answer schemas.Recorded, recordedAt time.Time) schemas.Recorded {
	if later := answer.RecordedAt.Sub(recordedAt).Abs(); later > 0 && later < j.stored.Spooled {
		answer.Choice.ExpiresAt = answer.Choice.ExpiresAt.Add(recordedAt.Sub(answer.RecordedAt))
		answer.RecordedAt = recordedAt
	}
	return answer
}

func answerOf(r consent.Record) schemas.Recorded {
	return schemas.Recorded{ID: r.ID.String(), Subject: r.Subject, RecordedAt: r.RecordedAt.UTC(),
		Receipt: "/v1/receipts/" + r.ID.String(), Choice: r.Choice()}
}

// choice judges the visitor's current choice: the last record of all, and the acknowledged ones in the order in which
// they were sent. What was not acknowledged may have been recorded at any later time.
func (j *judgement) choice(v Visitor) {
	subject := consent.Subject(j.stored.Site, v.Secret)
	var last consent.Record
	for _, r := range j.seen {
		if last.Before(r) {
			last = r
		}
	}
	j.seen = nil
	var before time.Time
	for _, told := range v.Told {
		if len(told.Answers) == 0 {
			continue
		}
		if at := told.Answers[0].RecordedAt; at.After(before) {
			before = at
		} else {
			j.count(&j.Stale, "decision %s of %s was recorded at %v, after one recorded at %v", told.Decision.ID, subject, at, before)
			return
		}
	}
	current, found := j.stored.Current[subject]
	if last.RecordedAt.IsZero() != !found {
		j.count(&j.Stale, "the current choice of %s is %+v, its last record %+v", subject, current, last)
	} else if found {
		if diff := cmp.Diff(last.Current(), current); diff != "" {
			j.count(&j.Stale, "the current choice of %s is not its last record (-record +choice):\n%s", subject, diff)
		}
	}
}

// Sound reports whether everything that was told is true.
func (v Verdict) Sound() bool { return v.Lost+v.Doubled+v.Stale+v.Leaked == 0 }
