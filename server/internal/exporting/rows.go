package exporting

import (
	"time"

	"assent/schemas"
	"assent/server/internal/consent"
)

// Decision is one row of the decisions.
type Decision struct {
	ID              string    `json:"id" parquet:"id"`
	Subject         string    `json:"subject" parquet:"subject,dict"`
	RecordedAt      time.Time `json:"recordedAt" parquet:"recordedAt,timestamp(microsecond)"`
	Action          string    `json:"action" parquet:"action,dict"`
	Outcome         string    `json:"outcome" parquet:"outcome,dict"`
	PurposesGranted []string  `json:"purposesGranted" parquet:"purposesGranted,list"`
	PurposesRefused []string  `json:"purposesRefused" parquet:"purposesRefused,list"`
	ServicesGranted []string  `json:"servicesGranted" parquet:"servicesGranted,list"`
	ServicesRefused []string  `json:"servicesRefused" parquet:"servicesRefused,list"`
	Source          string    `json:"source" parquet:"source,dict"`
	Synthetic       bool      `json:"synthetic" parquet:"synthetic"`
	Notice          string    `json:"notice" parquet:"notice,dict"`
	Regime          string    `json:"regime" parquet:"regime,dict"`
	Locale          string    `json:"locale" parquet:"locale,dict"`
	Page            string    `json:"page" parquet:"page,dict"`
	Country         string    `json:"country" parquet:"country,dict"`
	Device          string    `json:"device" parquet:"device,dict"`
	Browser         string    `json:"browser" parquet:"browser,dict"`
	Waited          int       `json:"waited" parquet:"waited"`
	ExpiresAt       time.Time `json:"expiresAt" parquet:"expiresAt,timestamp(microsecond)"`
	Flags           []string  `json:"flags" parquet:"flags,list"`
	Removed         []string  `json:"removed" parquet:"removed,list"`
}

// DecisionOf is the row of a record.
func DecisionOf(r consent.Record) Decision {
	purposesGranted, purposesRefused := consent.SplitAnswers(r.Purposes)
	servicesGranted, servicesRefused := consent.SplitAnswers(r.Services)
	return Decision{
		ID: r.ID.String(), Subject: r.Subject, RecordedAt: r.RecordedAt.UTC(), Action: r.Action, Outcome: string(r.Outcome()),
		PurposesGranted: purposesGranted, PurposesRefused: purposesRefused,
		ServicesGranted: servicesGranted, ServicesRefused: servicesRefused,
		Source: r.Source, Synthetic: r.Synthetic, Notice: r.Notice, Regime: r.Regime, Locale: r.Locale, Page: r.Page,
		Country: r.Country, Device: r.Device, Browser: r.Browser, Waited: r.Waited, ExpiresAt: r.ExpiresAt(),
		Flags: append([]string{}, r.Flags...), Removed: append([]string{}, r.Removed...),
	}
}

// Answered are the numbers of a row of rates.
type Answered struct {
	Decisions     int `json:"decisions" parquet:"decisions"`
	Accepted      int `json:"accepted" parquet:"accepted"`
	Refused       int `json:"refused" parquet:"refused"`
	Partial       int `json:"partial" parquet:"partial"`
	Signals       int `json:"signals" parquet:"signals"`
	Synthetic     int `json:"synthetic" parquet:"synthetic"`
	Bots          int `json:"bots" parquet:"bots"`
	Views         int `json:"views" parquet:"views"`
	Opened        int `json:"opened" parquet:"opened"`
	Asked         int `json:"asked" parquet:"asked"`
	Hidden        int `json:"hidden" parquet:"hidden"`
	FirstAccepted int `json:"firstAccepted" parquet:"firstAccepted"`
	FirstRefused  int `json:"firstRefused" parquet:"firstRefused"`
	FirstPartial  int `json:"firstPartial" parquet:"firstPartial"`
	Ignored       int `json:"ignored" parquet:"ignored"`
}

// Interval is one row of the rates over time.
type Interval struct {
	From time.Time `json:"from" parquet:"from,timestamp(microsecond)"`
	To   time.Time `json:"to" parquet:"to,timestamp(microsecond)"`
	Answered
}

// IntervalOf is the row of an interval.
func IntervalOf(i schemas.Interval) Interval {
	return Interval{i.From.UTC(), i.To.UTC(), Answered(i.Answered)}
}

// Group is one row of the rates by the values of a dimension.
type Group struct {
	Value string `json:"value" parquet:"value"`
	Answered
}

// GroupOf is the row of a group.
func GroupOf(g schemas.Group) Group { return Group{g.Value, Answered(g.Answered)} }
