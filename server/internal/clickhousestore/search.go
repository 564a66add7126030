package clickhousestore

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/google/uuid"

	"assent/server/internal/auditing"
	"assent/server/internal/consent"
)

var _ auditing.Ledger = (*Store)(nil)

// foundQuery looks for matching rows without merging what was delivered twice, which costs a look at the columns of the
// conditions alone.
const foundQuery = "SELECT hex(id), subject, recorded_at FROM decisions WHERE %s ORDER BY recorded_at DESC, id DESC, subject DESC LIMIT ?"

// Search implements auditing.Ledger. It reads whole rows only of those that foundQuery names. Of those some may turn out to
// have been recorded first outside of the filter's time; when that leaves too few, it looks further.
func (s *Store) Search(ctx context.Context, f auditing.Filter, limit int) ([]consent.Record, error) {
	where, arguments := conditions(f)
	var found []consent.Record
	for reach := limit; ; {
		named, err := s.named(ctx, fmt.Sprintf(foundQuery, where), append(arguments, reach))
		if err != nil || len(named) == 0 {
			return found, err
		}
		var ids []string
		for _, one := range named {
			ids = append(ids, "toFixedString(unhex('"+hexadecimal(one.ID)+"'), 16)")
		}
		records, err := s.records(ctx, "SELECT "+columns+" FROM decisions FINAL WHERE "+where+" AND id IN ("+strings.Join(ids, ", ")+
			") ORDER BY recorded_at DESC, id DESC, subject DESC LIMIT ?", append(arguments, limit)...)
		if err != nil {
			return nil, err
		}
		if len(named) < reach {
			return first(limit, append(found, records...)), nil
		}
		// Behind the last one that was named there may be others before what was found there.
		last := named[len(named)-1]
		records = notBehind(records, last)
		switch {
		case len(found)+len(records) >= limit:
			return first(limit, append(found, records...)), nil
		case 4*reach <= mostNamed:
			reach *= 4
		default:
			found, f.Before = append(found, records...), last
			where, arguments = conditions(f)
		}
	}
}

func first(limit int, records []consent.Record) []consent.Record {
	return records[:min(limit, len(records))]
}

// mostNamed bounds the text of a query, which servers bound to 256 kB.
const mostNamed = 2000

func (s *Store) named(ctx context.Context, query string, arguments []any) ([]auditing.Place, error) {
	var places []auditing.Place
	var id, subject string
	var recordedAt int64
	var failure error
	err := s.each(ctx, query, arguments, []any{&id, &subject, &recordedAt}, func() {
		parsed, err := uuid.Parse(id)
		if err != nil {
			failure = err
		}
		places = append(places, auditing.Place{RecordedAt: consent.FromMicros(recordedAt), ID: parsed, Subject: subject})
	})
	if err == nil {
		err = failure
	}
	return places, err
}

// notBehind are the records up to the place.
func notBehind(records []consent.Record, last auditing.Place) []consent.Record {
	for i, r := range records {
		if auditing.PlaceOf(r).Compare(last) > 0 {
			return records[:i]
		}
	}
	return records
}

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
	add(f.ID != uuid.Nil, "id = toFixedString(unhex(?), 16)", hexadecimal(f.ID))
	add(f.Subject != "", "subject = ?", f.Subject)
	add(f.Notice != "", "notice = ?", f.Notice)
	add(f.Action != "", "action = ?", f.Action)
	add(!f.From.IsZero(), "recorded_at >= ?", consent.Micros(f.From))
	add(!f.To.IsZero(), "recorded_at < ?", consent.Micros(f.To))
	at, id := consent.Micros(f.Before.RecordedAt), hexadecimal(f.Before.ID)
	add(!f.Before.IsZero(), `(recorded_at < ? OR (recorded_at = ? AND (id < toFixedString(unhex(?), 16)
		OR (id = toFixedString(unhex(?), 16) AND subject < ?))))`, at, at, id, id, f.Before.Subject)
	add(f.Granted != "", "(has(purposes_granted, ?) OR has(services_granted, ?))", f.Granted, f.Granted)
	add(f.Refused != "", "(has(purposes_refused, ?) OR has(services_refused, ?))", f.Refused, f.Refused)
	return strings.Join(all, " AND "), arguments
}

// ofTime names the decisions of a period by their first recording: the time is looked at after FINAL.
const ofTime = " FROM decisions FINAL WHERE site = ? AND recorded_at >= ? AND recorded_at < ?"

// Count implements auditing.Ledger.
func (s *Store) Count(ctx context.Context, site string, from, to time.Time) (int, error) {
	var n uint64
	err := s.each(ctx, "SELECT count()"+ofTime, []any{site, from.UnixMicro(), to.UnixMicro()}, []any{&n}, func() {})
	return int(n), err
}

// Each implements auditing.Ledger, block by block.
func (s *Store) Each(ctx context.Context, site string, from, to time.Time, do func(consent.Record) error) error {
	return s.stream(ctx, do, "SELECT "+columns+ofTime, site, from.UnixMicro(), to.UnixMicro())
}
