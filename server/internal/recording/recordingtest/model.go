package recordingtest

import (
	"errors"
	"flag"
	"fmt"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/uuid"
	"pgregory.net/rapid"

	"assent/server/internal/consent"
	"assent/server/internal/recording"
)

// model is what Journal promises in the fewest words: each subject's decisions by id, of which the last one counts.
type model map[string]map[uuid.UUID]consent.Record

// take says what is wrong with the outcome, and keeps the decision as it was recorded.
func (m model) take(r consent.Record, got recording.Outcome) error {
	first, known := m[r.Subject][r.ID]
	switch {
	case known && first.Digest() != r.Digest():
		if !errors.Is(got.Err, consent.ErrConflict) {
			return fmt.Errorf("an id that stands for another decision: %+v, want ErrConflict", got)
		}
		return nil
	case got.Err != nil || got.Duplicate != known:
		return fmt.Errorf("%+v, want no error, and duplicate is %v", got, known)
	case known:
		r.RecordedAt = first.RecordedAt
	case r.RecordedAt.IsZero() && got.RecordedAt.After(m.current(r.Subject).RecordedAt):
		r.RecordedAt = got.RecordedAt
	}
	if !got.RecordedAt.Equal(r.RecordedAt) {
		return fmt.Errorf("recorded at %v, want %v, or if that is zero later than %v", got.RecordedAt, r.RecordedAt, m.current(r.Subject).RecordedAt)
	}
	if m[r.Subject] == nil {
		m[r.Subject] = map[uuid.UUID]consent.Record{}
	}
	m[r.Subject][r.ID] = r
	return nil
}

// current is the zero record when the subject has not decided.
func (m model) current(subject string) consent.Record {
	var last consent.Record
	for _, r := range m[subject] {
		if last.Before(r) {
			last = r
		}
	}
	return last
}

// history is one random run against a store: two instances on the same data, and the model.
type history struct {
	t        *testing.T
	open     Open
	journals [2]recording.Journal
	closings [2]func()
	site     string
	model    model
	sent     []consent.Record // Whatever was recorded, to be sent again.
}

// subjects are few, so that histories are long; mostPerSubject is fewer than the ids that any store remembers.
const (
	subjects       = 4
	mostPerSubject = 12
)

// usualChecks is how many histories a usual test run tries, which takes seconds; -rapid.checks asks for more.
const usualChecks = "12"

// randomHistories holds the store against the model: decisions, retries, other decisions under a known id, replays from
// other times and restarts, in batches of any mixture through two instances.
func randomHistories(t *testing.T, open Open) {
	if checks := flag.Lookup("rapid.checks"); checks.Value.String() == checks.DefValue {
		if err := checks.Value.Set(usualChecks); err != nil {
			t.Fatal(err)
		}
	}
	rapid.Check(t, func(rt *rapid.T) {
		h := &history{t: t, open: open, site: Site(), model: model{}}
		for i := range h.journals {
			h.journals[i], h.closings[i] = open(t)
		}
		defer func() {
			for _, closing := range h.closings {
				closing()
			}
		}()
		rt.Repeat(map[string]func(*rapid.T){"commit": h.commit, "restart": h.restart, "": h.check})
	})
}

func (h *history) commit(rt *rapid.T) {
	var batch []consent.Record
	for range rapid.IntRange(1, 5).Draw(rt, "batch") {
		batch = append(batch, h.draw(rt, batch))
	}
	outcomes := h.instance(rt).Commit(h.t.Context(), batch)
	if len(outcomes) != len(batch) {
		rt.Fatalf("%d outcomes for %d decisions", len(outcomes), len(batch))
	}
	for i, r := range batch {
		if err := h.model.take(r, outcomes[i]); err != nil {
			rt.Fatalf("decision %d: %v", i, err)
		}
		h.sent = append(h.sent, r)
	}
}

// draw returns a decision for the batch; what is sent again may stand earlier in the same batch.
func (h *history) draw(rt *rapid.T, batch []consent.Record) consent.Record {
	subject := fmt.Sprint("s", rapid.IntRange(1, subjects).Draw(rt, "subject"))
	record := rapid.SampledFrom([]func(site, subject string) consent.Record{Decision, Refusal, Withdrawal}).Draw(rt, "kind")(h.site, subject)
	known := append(h.sent[:len(h.sent):len(h.sent)], batch...)
	full := len(h.model[subject])+len(batch) >= mostPerSubject
	switch way := rapid.SampledFrom([]string{"new", "other clock", "retry", "conflict"}).Draw(rt, "way"); {
	case len(known) > 0 && (full || way == "retry"):
		record = rapid.SampledFrom(known).Draw(rt, "again")
	case way == "other clock":
		record.ID[3]-- // A minute earlier (RFC 9562, 5.7), so that the order of ids is not that of arrival.
	case len(known) > 0 && way == "conflict":
		other := rapid.SampledFrom(known).Draw(rt, "taken")
		record.ID, record.Subject, record.Locale = other.ID, other.Subject, record.Locale+"-x"
	}
	if rapid.Bool().Draw(rt, "replayed") {
		record.RecordedAt = h.drawTime(rt, record.Subject)
	}
	return record
}

// drawTime returns an instant up to two days away, or the very one of the subject's current choice.
func (h *history) drawTime(rt *rapid.T, subject string) time.Time {
	at := h.model.current(subject).RecordedAt
	if at.IsZero() || rapid.Bool().Draw(rt, "elsewhen") {
		minutes := rapid.IntRange(-2*24*60, 2*24*60).Draw(rt, "minutes")
		at = time.Now().Add(time.Duration(minutes) * time.Minute)
	}
	return at.UTC().Truncate(time.Microsecond)
}

func (h *history) restart(rt *rapid.T) {
	i := rapid.IntRange(0, len(h.journals)-1).Draw(rt, "restarted")
	h.closings[i]()
	h.journals[i], h.closings[i] = h.open(h.t)
}

func (h *history) instance(rt *rapid.T) recording.Journal {
	return rapid.SampledFrom(h.journals[:]).Draw(rt, "instance")
}

func (h *history) check(rt *rapid.T) {
	for i := range subjects {
		subject := fmt.Sprint("s", i+1)
		got, err := h.instance(rt).Current(h.t.Context(), h.site, subject)
		if h.model[subject] == nil {
			if !errors.Is(err, consent.ErrNotFound) {
				rt.Fatalf("current choice of one who did not decide: %+v, %v", got, err)
			}
			continue
		}
		if diff := cmp.Diff(h.model.current(subject).Current(), got); diff != "" || err != nil {
			rt.Fatalf("current choice of %s: %v (-want +got):\n%s", subject, err, diff)
		}
	}
}
