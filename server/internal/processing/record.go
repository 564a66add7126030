// Package processing makes the record of processing (GDPR, article 30(1)) of what a notice says, with its transfers.
package processing

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"time"

	"assent/schemas"
	"assent/server/internal/consent"
	"assent/server/internal/transfer"
)

// Published is a notice that a site published.
type Published struct {
	Site   schemas.Site
	ID     string
	At     time.Time // Zero where it is not on record.
	Notice schemas.Notice
	// Reviewed is when somebody last looked whether what it says of a service is so, by the service's id.
	Reviewed map[string]time.Time
}

// Record returns the record in a language (see Languages), with its transfers as they are judged at a time.
func Record(p Published, adequate transfer.List, lang string, at time.Time) schemas.Processing {
	w := wordsIn(lang)
	n := p.Notice
	record := schemas.Processing{
		Site: p.Site.ID, Name: p.Site.Name, Notice: p.ID, PublishedAt: p.At, MadeAt: at.UTC(), Language: w.Language, Controller: n.Controller,
		Subjects: w.Subjects, LifetimeDays: cmp.Or(n.LifetimeDays, consent.DefaultLifetimeDays), AsOf: adequate.AsOf, Measures: slices.Clone(w.Measures),
	}
	record.Activities = append(record.Activities, schemas.Activity{
		Name: w.Choices, Purpose: w.Proof, Aim: w.ProofAim, Data: slices.Clone(w.ChoiceData), Recipient: n.Controller.Name,
		Period: fmt.Sprintf(w.ChoicePeriod, record.LifetimeDays),
	})
	for _, s := range n.Services {
		a := activity(n, s, adequate.Judge(s.Country, s.Safeguard, at), w)
		a.ReviewedAt = p.Reviewed[s.ID]
		record.Activities = append(record.Activities, a)
	}
	return record
}

func activity(n schemas.Notice, s schemas.Service, v transfer.Verdict, w words) schemas.Activity {
	texts := textsIn(n, w.Language)
	a := schemas.Activity{
		Service: s.ID, Name: cmp.Or(s.Name, s.ID), Purpose: cmp.Or(texts["purpose."+s.Purpose+".title"], s.Purpose), Aim: texts["purpose."+s.Purpose+".text"],
		Data: slices.Clone(w.ServiceData), Recipient: s.Provider, Country: s.Country, Area: v.Area, Safeguard: s.Safeguard,
		Act: v.Decision.Act, Limit: cmp.Or(v.Decision.Scope[w.Language], v.Decision.Scope["en"]),
		Until: v.Last, Retention: s.Retention, Period: cmp.Or(w.period(s.Retention), w.Untold), Policy: s.Policy, Wrong: v.Wrong,
	}
	if len(s.Cookies) > 0 {
		a.Data = append(a.Data, w.Cookies+strings.Join(s.Cookies, ", "))
	}
	if len(s.Storage) > 0 {
		a.Data = append(a.Data, w.Storage+strings.Join(s.Storage, ", "))
	}
	if v.Wrong != "" {
		a.Remark = strings.NewReplacer("{country}", w.Country(s.Country), "{act}", a.Act, "{limit}", a.Limit, "{until}", v.Last).Replace(w.remark(v))
	}
	return a
}

// textsIn are the notice's in a language, or else in its first one.
func textsIn(n schemas.Notice, lang string) map[string]string {
	if texts, has := n.Texts[lang]; has || len(n.Languages) == 0 {
		return texts
	}
	return n.Texts[n.Languages[0]]
}

// Row is a line of the record as a table.
type Row struct {
	Controller string `json:"controller"`
	Contact    string `json:"contact"`
	Site       string `json:"site"`
	Notice     string `json:"notice"`
	Service    string `json:"service"`
	Name       string `json:"name"`
	Purpose    string `json:"purpose"`
	Subjects   string `json:"subjects"`
	Data       string `json:"data"`
	Recipient  string `json:"recipient"`
	Country    string `json:"country"`
	Area       string `json:"area"`
	Safeguard  string `json:"safeguard"`
	Act        string `json:"act"`
	Limit      string `json:"limit"`
	Until      string `json:"until"`
	Period     string `json:"period"`
	Policy     string `json:"policy"`
	Wrong      string `json:"wrong"`
	Remark     string `json:"remark"`
	Reviewed   string `json:"reviewed"` // A day; empty for never.
}

// Rows is the record as a table.
func Rows(r schemas.Processing) []Row {
	rows := make([]Row, len(r.Activities))
	for i, a := range r.Activities {
		rows[i] = Row{
			Controller: r.Controller.Name, Contact: r.Controller.Contact, Site: r.Name, Notice: r.Notice, Service: a.Service, Name: a.Name,
			Purpose: a.Purpose, Subjects: r.Subjects, Data: strings.Join(a.Data, "; "), Recipient: a.Recipient, Country: a.Country, Area: a.Area,
			Safeguard: a.Safeguard, Act: a.Act, Limit: a.Limit, Until: a.Until, Period: a.Period, Policy: a.Policy, Wrong: a.Wrong, Remark: a.Remark,
		}
		if !a.ReviewedAt.IsZero() {
			rows[i].Reviewed = a.ReviewedAt.UTC().Format(time.DateOnly)
		}
	}
	return rows
}
