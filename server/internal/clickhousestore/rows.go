package clickhousestore

import (
	"errors"
	"fmt"
	"math"
	"time"

	"github.com/ClickHouse/clickhouse-go/v2/lib/driver"
	"github.com/google/uuid"

	"assent/server/internal/consent"
)

// columns of the ledger that hold a record, in the order of values and scan.
const columns = "id, site, subject, notice, action, purposes_granted, purposes_refused, services_granted, " +
	"services_refused, source, synthetic, locale, page, decided_at, recorded_at, lifetime_days, flags, " +
	"regime, removed, country, device, browser, waited"

// derived columns follow from those: the outcome and the day for reports, the precedence for merges.
const derived = "outcome, day, precedence"

// values returns a record as columns and derived name it.
func values(r consent.Record) []any {
	synthetic := uint8(0)
	if r.Synthetic {
		synthetic = 1
	}
	purposesGranted, purposesRefused := consent.SplitAnswers(r.Purposes)
	servicesGranted, servicesRefused := consent.SplitAnswers(r.Services)
	recordedAt := consent.Micros(r.RecordedAt)
	return []any{
		string(r.ID[:]), r.Site, r.Subject, r.Notice, r.Action, purposesGranted, purposesRefused, servicesGranted,
		servicesRefused, r.Source, synthetic, r.Locale, r.Page, consent.Micros(r.DecidedAt), recordedAt, int32(r.LifetimeDays),
		append([]string{}, r.Flags...), r.Regime, append([]string{}, r.Removed...),
		r.Country, r.Device, r.Browser, uint32(r.Waited),
		string(r.Outcome()), r.RecordedAt.UTC().Truncate(24 * time.Hour), uint64(math.MaxInt64 - recordedAt),
	}
}

// scan reads what columns names.
func scan(rows driver.Rows) (consent.Record, error) {
	var r consent.Record
	var id string
	var purposesGranted, purposesRefused, servicesGranted, servicesRefused []string
	var synthetic uint8
	var decidedAt, recordedAt int64
	var lifetimeDays int32
	var waited uint32
	err := rows.Scan(&id, &r.Site, &r.Subject, &r.Notice, &r.Action, &purposesGranted, &purposesRefused, &servicesGranted,
		&servicesRefused, &r.Source, &synthetic, &r.Locale, &r.Page, &decidedAt, &recordedAt, &lifetimeDays, &r.Flags,
		&r.Regime, &r.Removed, &r.Country, &r.Device, &r.Browser, &waited)
	if err != nil {
		return consent.Record{}, fmt.Errorf("scan decision: %w", err)
	}
	if r.ID, err = uuid.FromBytes([]byte(id)); err != nil {
		return consent.Record{}, fmt.Errorf("scan decision: %w", err)
	}
	r.Purposes = join(purposesGranted, purposesRefused)
	r.Services = join(servicesGranted, servicesRefused)
	r.Synthetic = synthetic != 0
	r.DecidedAt = consent.FromMicros(decidedAt)
	r.RecordedAt = consent.FromMicros(recordedAt)
	r.LifetimeDays, r.Waited = int(lifetimeDays), int(waited)
	return r, nil
}

func join(granted, refused []string) map[string]bool {
	answers := make(map[string]bool, len(granted)+len(refused))
	for _, name := range granted {
		answers[name] = true
	}
	for _, name := range refused {
		answers[name] = false
	}
	return answers
}

// closeRows joins the error of reading with that of closing.
func closeRows(rows driver.Rows, err error) error { return errors.Join(err, rows.Close()) }
