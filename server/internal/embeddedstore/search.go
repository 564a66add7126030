package embeddedstore

import (
	"context"
	"strings"
	"time"

	"github.com/google/uuid"

	"assent/server/internal/auditing"
	"assent/server/internal/consent"
)

var _ auditing.Ledger = (*Store)(nil)

// Search implements auditing.Ledger. A decision by its id and those of a subject are found by their indexes, all others by
// walking back in time.
func (s *Store) Search(ctx context.Context, f auditing.Filter, limit int) ([]consent.Record, error) {
	where, arguments := conditions(f)
	rows, err := s.read.QueryContext(ctx, "SELECT "+decisionColumns+" FROM decisions "+indexFor(f)+" WHERE "+where+
		" ORDER BY recorded_at DESC, id DESC, subject DESC LIMIT ?", append(arguments, limit)...)
	if err != nil {
		return nil, unavailable("search decisions", err)
	}
	return scanDecisions(rows)
}

func indexFor(f auditing.Filter) string {
	switch {
	case f.ID != uuid.Nil:
		return "INDEXED BY decisions_by_id"
	case f.Subject != "":
		return "INDEXED BY decisions_by_subject"
	default:
		return "INDEXED BY decisions_by_time"
	}
}

const (
	granted = 1
	refused = 0
)

// conditions are those of a WHERE.
func conditions(f auditing.Filter) (where string, arguments []any) {
	all := []string{"site = ?"}
	arguments = []any{f.Site}
	add := func(wanted bool, condition string, values ...any) {
		if wanted {
			all = append(all, condition)
			arguments = append(arguments, values...)
		}
	}
	answered := func(name string, answer int) {
		add(name != "", `(EXISTS (SELECT 1 FROM json_each(purposes) WHERE key = ? AND value = ?)
			OR EXISTS (SELECT 1 FROM json_each(services) WHERE key = ? AND value = ?))`, name, answer, name, answer)
	}
	add(f.ID != uuid.Nil, "id = ?", f.ID[:])
	add(f.Subject != "", "subject = ?", f.Subject)
	add(f.Notice != "", "notice = ?", f.Notice)
	add(f.Action != "", "action = ?", f.Action)
	add(!f.From.IsZero(), "recorded_at >= ?", consent.Micros(f.From))
	add(!f.To.IsZero(), "recorded_at < ?", consent.Micros(f.To))
	// The first part is implied by the second and lets the index begin there.
	at := consent.Micros(f.Before.RecordedAt)
	add(!f.Before.IsZero(), "recorded_at <= ? AND (recorded_at, id, subject) < (?, ?, ?)", at, at, f.Before.ID[:], f.Before.Subject)
	answered(f.Granted, granted)
	answered(f.Refused, refused)
	return strings.Join(all, " AND "), arguments
}

// Count implements auditing.Ledger.
func (s *Store) Count(ctx context.Context, site string, from, to time.Time) (n int, err error) {
	err = s.read.QueryRowContext(ctx, "SELECT count(*) FROM decisions WHERE site = ? AND recorded_at >= ? AND recorded_at < ?",
		site, consent.Micros(from), consent.Micros(to)).Scan(&n)
	if err != nil {
		return 0, unavailable("count decisions", err)
	}
	return n, nil
}

// Each implements auditing.Ledger, oldest first.
func (s *Store) Each(ctx context.Context, site string, from, to time.Time, do func(consent.Record) error) error {
	last := auditing.Place{RecordedAt: from}
	for {
		at := consent.Micros(last.RecordedAt)
		rows, err := s.read.QueryContext(ctx, "SELECT "+decisionColumns+` FROM decisions INDEXED BY decisions_by_time
			WHERE site = ? AND recorded_at >= ? AND recorded_at < ? AND (recorded_at, id, subject) > (?, ?, ?)
			ORDER BY recorded_at, id, subject LIMIT ?`, site, at, consent.Micros(to), at, last.ID[:], last.Subject, perPage)
		if err != nil {
			return unavailable("read decisions", err)
		}
		records, err := scanDecisions(rows)
		if err != nil || len(records) == 0 {
			return err
		}
		for _, record := range records {
			if err := do(record); err != nil {
				return err
			}
		}
		last = auditing.PlaceOf(records[len(records)-1])
	}
}
