package embeddedstore

import (
	"cmp"
	"database/sql"
	"fmt"

	"github.com/go-json-experiment/json/jsontext"
	"github.com/google/uuid"

	"assent/server/internal/consent"
)

// decisionColumns is the order in which a decision is written and read.
const decisionColumns = `id, site, subject, notice, action, outcome, purposes, services, source, synthetic, locale, page,
	decided_at, recorded_at, lifetime_days, flags, digest, regime, removed, country, device, browser, waited`

// appendValues appends a decision as decisionColumns names it, in the types that the driver takes.
func appendValues(values []any, r consent.Record) ([]any, error) {
	purposes, err := consent.AnswersText(r.Purposes)
	if err != nil {
		return nil, fmt.Errorf("encode purposes: %w", err)
	}
	services, err := consent.AnswersText(r.Services)
	if err != nil {
		return nil, fmt.Errorf("encode services: %w", err)
	}
	flags, err := namesText(r.Flags)
	if err != nil {
		return nil, fmt.Errorf("encode flags: %w", err)
	}
	removed, err := namesText(r.Removed)
	if err != nil {
		return nil, fmt.Errorf("encode removed: %w", err)
	}
	return append(values,
		r.ID[:], r.Site, r.Subject, r.Notice, r.Action, string(r.Outcome()), purposes, services,
		r.Source, r.Synthetic, r.Locale, r.Page, consent.Micros(r.DecidedAt), consent.Micros(r.RecordedAt), int64(r.LifetimeDays),
		flags, r.Digest(), r.Regime, removed, r.Country, r.Device, r.Browser, int64(r.Waited),
	), nil
}

// namesText is a JSON array.
func namesText(names []string) (string, error) {
	text := []byte("[")
	for _, name := range names {
		var err error
		if len(text) > 1 {
			text = append(text, ',')
		}
		if text, err = jsontext.AppendQuote(text, name); err != nil {
			return "", err
		}
	}
	return string(append(text, ']')), nil
}

type scanner interface{ Scan(dest ...any) error }

// scanDecision reads decisionColumns, and before them the values that the caller selects in front.
func scanDecision(row scanner, before ...any) (consent.Record, error) {
	var (
		r                                  consent.Record
		id                                 []byte
		outcome                            string
		purposes, services, flags, removed string
		decidedAt, recordedAt, digest      int64
	)
	err := row.Scan(append(before, &id, &r.Site, &r.Subject, &r.Notice, &r.Action, &outcome, &purposes, &services,
		&r.Source, &r.Synthetic, &r.Locale, &r.Page, &decidedAt, &recordedAt, &r.LifetimeDays, &flags, &digest,
		&r.Regime, &removed, &r.Country, &r.Device, &r.Browser, &r.Waited)...)
	if err != nil {
		return consent.Record{}, err
	}
	if r.ID, err = uuid.FromBytes(id); err != nil {
		return consent.Record{}, fmt.Errorf("decode id: %w", err)
	}
	var purposesErr, servicesErr, flagsErr, removedErr error
	r.Purposes, purposesErr = consent.ReadAnswers(purposes)
	r.Services, servicesErr = consent.ReadAnswers(services)
	r.Flags, flagsErr = consent.ReadNames(flags)
	r.Removed, removedErr = consent.ReadNames(removed)
	if err := cmp.Or(purposesErr, servicesErr, flagsErr, removedErr); err != nil {
		return consent.Record{}, fmt.Errorf("decode decision %s: %w", r.ID, err)
	}
	r.DecidedAt, r.RecordedAt = consent.FromMicros(decidedAt), consent.FromMicros(recordedAt)
	return r, nil
}

func scanDecisions(rows *sql.Rows) ([]consent.Record, error) {
	defer rows.Close()
	records := []consent.Record{}
	for rows.Next() {
		r, err := scanDecision(rows)
		if err != nil {
			return nil, unavailable("read decisions", err)
		}
		records = append(records, r)
	}
	if err := rows.Err(); err != nil {
		return nil, unavailable("read decisions", err)
	}
	return records, nil
}
