package evidence_test

import (
	"bytes"
	"encoding/json"
	"strings"
	"testing"

	"github.com/santhosh-tekuri/jsonschema/v6"

	"assent/schemas"
	"assent/server/internal/consent"
	"assent/server/internal/evidence"
)

// stated are statements of all sorts: each way to answer, under each regime, with all and with nothing told.
func stated() map[string]schemas.Statement {
	all := map[string]schemas.Statement{}
	bare := schemas.Notice{Purposes: notice.Purposes, Languages: []string{"en"}, PrivacyPolicy: "/privacy", Services: []schemas.Service{{ID: "a", Name: "A", Purpose: "marketing"}}}
	for _, action := range []string{consent.AcceptAll, consent.RejectAll, consent.Save, consent.Withdraw, consent.Signal} {
		for _, regime := range []string{consent.OptIn, consent.OptOut, consent.NoticeOnly, consent.ChildDirected} {
			record := decision()
			record.Action, record.Regime = action, regime
			switch action {
			case consent.RejectAll, consent.Withdraw, consent.Signal:
				record.Purposes, record.Services = map[string]bool{"analytics": false, "marketing": false}, nil
			}
			all[action+" "+regime] = evidence.State(record, evidence.Shown{Notice: &notice}, "https://assent.example")
			record.Country, record.Page, record.Locale = "", "", ""
			all[action+" "+regime+", little told"] = evidence.State(record, evidence.Shown{Notice: &bare}, "")
			all[action+" "+regime+", unknown notice"] = evidence.State(record, evidence.Shown{}, "")
		}
	}
	return all
}

// wantForm holds what make writes of each statement against a schema.
func wantForm(t *testing.T, file string, make func(schemas.Statement) any) {
	t.Helper()
	compiler := jsonschema.NewCompiler()
	compiler.AssertFormat()
	schema, err := compiler.Compile("testdata/" + file)
	if err != nil {
		t.Fatal(err)
	}
	for name, statement := range stated() {
		text, err := json.Marshal(make(statement))
		if err != nil {
			t.Fatal(err)
		}
		document, err := jsonschema.UnmarshalJSON(bytes.NewReader(text))
		if err != nil {
			t.Fatal(err)
		}
		if err := schema.Validate(document); err != nil {
			t.Errorf("%s: %v\n%s", name, err, text)
		}
	}
}

func TestLinkedDataHasWhatTheGuideAsks(t *testing.T) {
	wantForm(t, "dpv.schema.json", evidence.LinkedData)
	text, err := json.Marshal(evidence.LinkedData(evidence.State(decision(), evidence.Shown{Notice: &notice}, "")))
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{`"dpv:hasName":"Shop GmbH"`, `"@id":"eu-gdpr:A6-1-a"`, `"@id":"loc:AT"`, `"@type":"dpv:ServiceUsageAnalytics","skos:prefLabel":"Statistik"`,
		`"dpv:hasDuration":"P13M"`, `"dpv:isExercisedAt":"https://shop.example/Größe"`, `"dpv:hasPersonalData":["_ga","_ga_*"]`} {
		if !strings.Contains(string(text), want) {
			t.Errorf("%s is missing in %s", want, text)
		}
	}
}

func TestKantaraHasWhatItsFormAsks(t *testing.T) {
	wantForm(t, "kantara.schema.json", evidence.Kantara)
	text, err := json.Marshal(evidence.Kantara(evidence.State(decision(), evidence.Shown{Notice: &notice}, "")))
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{`"piiController":"Shop GmbH"`, `"email":"privacy@shop.example"`, `"service":"YouTube"`, `"thirdPartyName":"Google Ireland Ltd"`, `"consentTimestamp":1795428000`} {
		if !strings.Contains(string(text), want) {
			t.Errorf("%s is missing in %s", want, text)
		}
	}
	for name, statement := range stated() {
		consented := statement.Decision.Regime == consent.OptIn && statement.Event.State == "given"
		text, err := json.Marshal(evidence.Kantara(statement))
		if err != nil {
			t.Fatal(err)
		}
		if got := strings.Contains(string(text), "EXPLICIT"); got != consented {
			t.Errorf("%s: says explicit consent: %t, want %t: %s", name, got, consented, text)
		}
	}
}
