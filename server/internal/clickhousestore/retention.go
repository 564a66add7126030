package clickhousestore

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/google/uuid"

	"assent/server/internal/consent"
	"assent/server/internal/retention"
)

var (
	_ retention.Ledger = (*Store)(nil)
	_ retention.Times  = (*Store)(nil)
)

const (
	// mostStaying is how many decisions that stay among those that go are named in a statement.
	mostStaying = 2000
	// lateDeliveries is for how long after its first recording a decision may have been recorded again: then both go together.
	lateDeliveries = 31 * 24 * time.Hour
	// forgottenLate is for how long a journal may have a choice after its lifetime.
	forgottenLate = 24 * time.Hour
)

// tooLargeToDrop is the code of a partition that is larger than max_partition_size_to_drop, 50 GB usually.
const tooLargeToDrop = 359

// staying is the condition for decisions of a time that stay: of subjects that are held, choices in force, and those that were
// recorded again when they stay.
func staying(scope retention.Scope) string {
	site, before, now := literal(scope.Site), micros(scope.Before), micros(scope.Now.Add(-forgottenLate))
	held := []string{"''"} // No subject is empty.
	for _, subject := range scope.Subjects {
		held = append(held, literal(subject))
	}
	other := []string{"recorded_at >= " + before + " AND recorded_at < " + micros(scope.Before.Add(lateDeliveries))}
	for _, p := range scope.Periods {
		other = append(other, fmt.Sprintf("recorded_at >= %d AND recorded_at < %d", p.From, p.To))
	}
	inForce := "recorded_at < " + before + " AND recorded_at + lifetime_days * 86400000000 > " + now
	return fmt.Sprintf(`(subject IN (%s)
		OR %s AND (subject, recorded_at) IN (SELECT subject, max(recorded_at) FROM decisions WHERE site = %s AND subject IN
			(SELECT subject FROM decisions WHERE site = %[3]s AND %[2]s) GROUP BY subject)
		OR id IN (SELECT id FROM decisions WHERE site = %[3]s AND (%[4]s)))`,
		strings.Join(held, ", "), inForce, site, strings.Join(other, " OR "))
}

func micros(t time.Time) string { return fmt.Sprint(consent.Micros(t)) }

// tableOfClass is where a class is.
func tableOfClass(class retention.Class) string {
	if class == retention.Exposures {
		return "exposures"
	}
	return "decisions"
}

// ofStep is the condition for what goes in a step. Exposures go by whole hours.
func ofStep(step retention.Step) string {
	from, to := "recorded_at", "recorded_at"
	if step.Class == retention.Exposures {
		from, to = "intDiv(slot, 4) * 3600000000", "(intDiv(slot, 4) + 1) * 3600000000 - 1"
	}
	all := []string{"site = " + literal(step.Site), to + " < " + micros(step.Before)}
	if !step.From.IsZero() {
		all = append(all, from+" >= "+micros(step.From))
	}
	for _, p := range step.Periods {
		all = append(all, fmt.Sprintf("NOT (%s >= %d AND %s < %d)", to, p.From, from, p.To))
	}
	if len(step.Stay) > 0 {
		all = append(all, "id NOT IN ("+named(step.Stay)+")")
	}
	return strings.Join(all, " AND ")
}

// going is the condition for what may go of a scope.
func going(scope retention.Scope) string {
	condition := ofStep(retention.Step{Class: scope.Class, Site: scope.Site, Before: scope.Before, Periods: scope.Periods})
	if scope.Class == retention.Decisions {
		condition += " AND NOT " + staying(scope)
	}
	return condition
}

// Expired implements retention.Ledger.
func (s *Store) Expired(ctx context.Context, scope retention.Scope) ([]retention.Month, error) {
	var months []retention.Month
	var month uint32
	var count uint64
	err := s.each(ctx, "SELECT toYYYYMM(day) AS month, "+counted(scope.Class)+" WHERE "+going(scope)+" GROUP BY month ORDER BY month", nil, []any{&month, &count}, func() {
		months = append(months, retention.Month{Month: fmt.Sprintf("%04d-%02d", month/100, month%100), Count: int(count)})
	})
	return months, err
}

func counted(class retention.Class) string {
	if class == retention.Exposures {
		return "uniqExact(intDiv(slot, 4)) FROM exposures"
	}
	return "count() FROM decisions FINAL"
}

// Kept implements retention.Ledger.
func (s *Store) Kept(ctx context.Context, class retention.Class, site string, before time.Time) (int, error) {
	var count uint64
	err := s.each(ctx, "SELECT "+counted(class)+" WHERE "+ofStep(retention.Step{Class: class, Site: site, Before: before}), nil, []any{&count}, func() {})
	return int(count), err
}

// rowsOf counts the rows of a step, also those of which each is the same decision once more.
func (s *Store) rowsOf(ctx context.Context, step retention.Step) (int, error) {
	var count uint64
	err := s.each(ctx, "SELECT count() FROM "+tableOfClass(step.Class)+" WHERE "+ofStep(step), nil, []any{&count}, func() {})
	return int(count), err
}

// NextStep implements retention.Ledger. Where too many decisions stay among those that go, it takes fewer.
func (s *Store) NextStep(ctx context.Context, scope retention.Scope, most int) (retention.Step, int, error) {
	step := retention.Step{Class: scope.Class, Site: scope.Site, Before: scope.Before, Periods: scope.Periods}
	if scope.Class == retention.Exposures {
		count, err := s.rowsOf(ctx, step)
		return step, count, err
	}
	for most > 0 {
		from, before, err := s.earliest(ctx, scope, most)
		if err != nil || from.IsZero() {
			return retention.Step{}, 0, err
		}
		step.From, step.Before = from, before
		if step.Stay, err = s.stayingIn(ctx, scope, step); err != nil {
			return retention.Step{}, 0, err
		}
		if len(step.Stay) > mostStaying {
			step.Stay = nil
			most /= 2
			continue
		}
		// Where there is nothing, another run has removed it meanwhile.
		if count, err := s.rowsOf(ctx, step); err != nil || count > 0 {
			return step, count, err
		}
	}
	return retention.Step{}, 0, fmt.Errorf("more than %d decisions of one microsecond stay: %w", mostStaying, consent.ErrUnavailable)
}

// earliest returns the time of the first that many of what may go; zero where there is nothing.
func (s *Store) earliest(ctx context.Context, scope retention.Scope, most int) (from, before time.Time, err error) {
	var first, last int64
	var count uint64
	err = s.each(ctx, fmt.Sprintf("SELECT min(recorded_at), max(recorded_at), count() FROM (SELECT recorded_at FROM decisions WHERE %s ORDER BY recorded_at LIMIT %d)", going(scope), most),
		nil, []any{&first, &last, &count}, func() {})
	if err != nil || count == 0 {
		return time.Time{}, time.Time{}, err
	}
	return consent.FromMicros(first), consent.FromMicros(last + 1), nil
}

// stayingIn returns the decisions that stay among those of a step.
func (s *Store) stayingIn(ctx context.Context, scope retention.Scope, step retention.Step) ([]uuid.UUID, error) {
	query := fmt.Sprintf("SELECT DISTINCT hex(id) AS hexadecimal FROM decisions WHERE %s AND %s LIMIT %d", ofStep(step), staying(scope), mostStaying+1)
	return s.ids(ctx, query)
}

func (s *Store) ids(ctx context.Context, query string) (ids []uuid.UUID, err error) {
	var text string
	var failure error
	err = s.each(ctx, query, nil, []any{&text}, func() {
		id, err := uuid.Parse(text)
		if err != nil {
			failure = fmt.Errorf("scan id: %w", err)
		}
		ids = append(ids, id)
	})
	if err == nil {
		err = failure
	}
	return ids, err
}

// DecisionsOfStep implements retention.Ledger.
func (s *Store) DecisionsOfStep(ctx context.Context, step retention.Step) (records []consent.Record, err error) {
	var text, subject string
	var failure error
	err = s.each(ctx, "SELECT hex(id) AS hexadecimal, subject FROM decisions WHERE "+ofStep(step)+" GROUP BY id, subject", nil, []any{&text, &subject}, func() {
		id, err := uuid.Parse(text)
		if err != nil {
			failure = fmt.Errorf("scan id: %w", err)
		}
		records = append(records, consent.Record{ID: id, Site: step.Site, Subject: subject})
	})
	if err == nil {
		err = failure
	}
	return records, err
}

// RemoveStep implements retention.Ledger. Months of which nothing stays are dropped; of the others ClickHouse writes the parts
// anew that have something of the step.
func (s *Store) RemoveStep(ctx context.Context, step retention.Step) error {
	table, condition := tableOfClass(step.Class), ofStep(step)
	var month uint32
	var months []uint32
	err := s.each(ctx, "SELECT toYYYYMM(day) AS month FROM "+table+" GROUP BY month HAVING countIf(NOT ("+condition+")) = 0", nil, []any{&month}, func() {
		months = append(months, month)
	})
	if err != nil {
		return err
	}
	for _, month := range months {
		err := s.persist(ctx, s.cluster.place(fmt.Sprintf("ALTER TABLE %s DROP PARTITION %d", table, month)))
		if err != nil && !hasCode(err, tooLargeToDrop) { // Then its rows go as others do.
			return s.unavailable("remove from", err)
		}
	}
	left, err := s.rowsOf(ctx, step)
	// The replica that was asked may be behind; a removal is carried out after all that was inserted before it.
	if err != nil || left == 0 && s.cluster == nil {
		return err
	}
	mark := uuid.NewString()
	return s.remove(ctx, condition+" AND "+marked(mark), mark, table)
}

// RecordedAt implements retention.Times.
func (s *Store) RecordedAt(ctx context.Context, site, subject string) (times []time.Time, err error) {
	var at int64
	err = s.each(ctx, "SELECT recorded_at FROM decisions WHERE site = ? AND subject = ?", []any{site, subject}, []any{&at}, func() {
		times = append(times, consent.FromMicros(at))
	})
	return times, err
}
