package evidence

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strings"

	"assent/schemas"
	"assent/server/internal/consent"
)

// version is the statement's schemaVersion.
const version = "assent-receipt/1 ISO/IEC TS 27560:2023"

// Kinds of parties, states and types of the event, as in statement.schema.json.
const (
	controller = "controller"
	recipient  = "recipient"

	given     = "given"
	refused   = "refused"
	withdrawn = "withdrawn"

	expressed = "expressed"
	implicit  = "implicit"

	byConsent = "consent"
)

// controllerID is the controller's within a statement; recipients are called by their names.
const controllerID = "controller"

// Shown is what a visitor had before them.
type Shown struct {
	Notice *schemas.Notice      // The complete one that was answered, or nil when nobody knows it.
	Script schemas.StatedScript // That showed it; zero where that is not on record.
}

// State says what is to be signed of a decision. Issuer is this server's address, or empty. Equal records make equal
// statements: nothing here depends on when it is made.
func State(record consent.Record, shown Shown, issuer string) schemas.Statement {
	notice := shown.Notice
	decision := record.Receipt()
	if !decision.DecidedAt.IsZero() {
		decision.DecidedAt = decision.DecidedAt.UTC()
	}
	s := schemas.Statement{
		SchemaVersion: version, Iss: issuer, Jti: decision.ID, Sub: decision.Subject, Iat: int(decision.RecordedAt.Unix()),
		Decision: decision, Jurisdiction: decision.Country, Parties: []schemas.Party{},
		Notice: schemas.StatedNotice{ID: decision.Notice, Published: notice != nil, Script: shown.Script},
		Event: schemas.StatedEvent{State: stateOf(record), Type: expressed, At: decision.RecordedAt, Entity: decision.Subject,
			Validity: fmt.Sprintf("P%dD", record.LifetimeDays)},
	}
	if record.Action == consent.Signal {
		s.Event.Type = implicit
	}
	if notice == nil {
		s.Processing = answeredOnly(decision)
		return s
	}
	language := Language(*notice, decision.Locale)
	texts := notice.Texts[language]
	s.Notice.Language, s.Notice.PrivacyPolicy = language, addressOf(notice.PrivacyPolicy, decision.Page)
	if decision.Regime != consent.ChildDirected { // Nobody is asked there.
		s.Notice.Layout = notice.Look.Layout
	}
	s.Withdrawal = texts["action.open"]
	s.Parties = parties(*notice)
	for _, p := range notice.Purposes {
		s.Processing = append(s.Processing, statePurpose(p.ID, texts, *notice, decision))
	}
	return s
}

func stateOf(record consent.Record) string {
	switch {
	case record.Action == consent.Withdraw:
		return withdrawn
	case record.Grants():
		return given
	default:
		return refused
	}
}

// Language is that of the notice's in which somebody with a locale read it: the same, or one of the same tongue, or the
// first.
func Language(n schemas.Notice, locale string) string {
	primary := func(tag string) string {
		tongue, _, _ := strings.Cut(strings.ToLower(tag), "-")
		return tongue
	}
	for _, same := range []func(tag string) bool{
		func(tag string) bool { return strings.EqualFold(tag, locale) },
		func(tag string) bool { return locale != "" && primary(tag) == primary(locale) },
	} {
		if i := slices.IndexFunc(n.Languages, same); i >= 0 {
			return n.Languages[i]
		}
	}
	return n.Languages[0]
}

// addressOf is a privacy policy's whole address: a notice may name a path of the page's own host.
func addressOf(policy, page string) string {
	scheme, rest, isKnown := strings.Cut(page, "://")
	if !isKnown || !strings.HasPrefix(policy, "/") {
		return policy
	}
	host, _, _ := strings.Cut(rest, "/")
	return scheme + "://" + host + policy
}

// answeredOnly is what a decision tells of purposes by itself.
func answeredOnly(decision schemas.Receipt) []schemas.StatedPurpose {
	var stated []schemas.StatedPurpose
	for _, id := range slices.Sorted(maps.Keys(decision.Purposes)) {
		stated = append(stated, schemas.StatedPurpose{ID: id, Granted: decision.Purposes[id], Services: []schemas.StatedService{}})
	}
	return stated
}

func statePurpose(id string, texts map[string]string, n schemas.Notice, decision schemas.Receipt) schemas.StatedPurpose {
	p := schemas.StatedPurpose{ID: id, Title: texts["purpose."+id+".title"], Text: texts["purpose."+id+".text"],
		Granted: decision.Purposes[id], Services: []schemas.StatedService{}}
	if p.Granted && id != consent.Essential && decision.Regime == consent.OptIn {
		p.Basis = byConsent
	}
	for _, s := range n.Services {
		if s.Purpose == id {
			p.Services = append(p.Services, stateService(s, decision))
		}
	}
	return p
}

func stateService(s schemas.Service, decision schemas.Receipt) schemas.StatedService {
	granted, apart := decision.Services[s.ID]
	if !apart {
		granted = decision.Purposes[s.Purpose]
	}
	return schemas.StatedService{ID: s.ID, Name: s.Name, Granted: granted, Provider: s.Provider, Data: slices.Concat(s.Cookies, s.Storage),
		Country: s.Country, Safeguard: s.Safeguard, Retention: s.Retention, Policy: s.Policy}
}

// parties names the controller, if the notice does, and each provider once.
func parties(n schemas.Notice) []schemas.Party {
	named := []schemas.Party{}
	if n.Controller != (schemas.Controller{}) {
		named = append(named, schemas.Party{ID: controllerID, Name: cmp.Or(n.Controller.Name, "not named"), Address: n.Controller.Address,
			Contact: n.Controller.Contact, Type: controller})
	}
	for _, s := range n.Services {
		known := slices.ContainsFunc(named, func(p schemas.Party) bool { return p.Type == recipient && p.Name == s.Provider })
		if s.Provider != "" && !known {
			named = append(named, schemas.Party{ID: s.Provider, Name: s.Provider, Contact: s.Policy, Type: recipient})
		}
	}
	return named
}
