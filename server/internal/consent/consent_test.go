package consent_test

import (
	"encoding/json"
	"errors"
	"io/fs"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/uuid"
	"github.com/santhosh-tekuri/jsonschema/v6"

	"assent/schemas"
	"assent/server/internal/consent"
)

// schemaAccepts is the JSON Schema's own verdict on a body.
func schemaAccepts(schema *jsonschema.Schema, body []byte) bool {
	document, err := jsonschema.UnmarshalJSON(strings.NewReader(string(body)))
	return err == nil && schema.Validate(document) == nil
}

// ASVS 1.5.2, 2.2.1
func TestCorpusSchemaAndRulesAgree(t *testing.T) {
	schema, err := schemas.Compile("decision.schema.json")
	if err != nil {
		t.Fatal(err)
	}
	for verdict, valid := range map[string]bool{"valid": true, "invalid": false} {
		files, err := fs.Glob(schemas.Examples, "examples/"+verdict+"/decision.*.json")
		if err != nil || len(files) == 0 {
			t.Fatalf("no %s examples: %v", verdict, err)
		}
		for _, file := range files {
			body, err := schemas.Examples.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			if got := schemaAccepts(schema, body); got != valid {
				t.Errorf("%s: schema says valid=%v", file, got)
			}
			_, err = consent.Decode(body)
			if got := err == nil; got != valid {
				t.Errorf("%s: rules say valid=%v (%v)", file, got, err)
			}
			var invalid *consent.InvalidError
			if err != nil && (!errors.As(err, &invalid) || len(invalid.Faults) == 0) {
				t.Errorf("%s: %v does not name a fault", file, err)
			}
		}
	}
}

// FuzzDecode holds the hand-written rules to the schema on whatever the fuzzer finds.
// ASVS 1.5.2
func FuzzDecode(f *testing.F) {
	files, err := fs.Glob(schemas.Examples, "examples/*/decision.*.json")
	if err != nil {
		f.Fatal(err)
	}
	for _, file := range files {
		body, err := schemas.Examples.ReadFile(file)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(body)
	}
	schema, err := schemas.Compile("decision.schema.json")
	if err != nil {
		f.Fatal(err)
	}
	f.Fuzz(func(t *testing.T, body []byte) {
		d, err := consent.Decode(body)
		if err != nil {
			return
		}
		if !schemaAccepts(schema, body) {
			t.Fatalf("rules accept what the schema refuses: %s", body)
		}
		again, err := json.Marshal(d)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := consent.Decode(again); err != nil {
			t.Fatalf("decoded decision does not survive encoding: %v\n%s", err, again)
		}
	})
}

var (
	now    = time.Date(2026, 11, 23, 10, 0, 0, 0, time.UTC)
	notice = schemas.Notice{
		Purposes:     []schemas.Purpose{{ID: "essential"}, {ID: "analytics"}, {ID: "marketing"}},
		Services:     []schemas.Service{{ID: "ga", Purpose: "analytics"}, {ID: "youtube", Purpose: "marketing"}},
		LifetimeDays: 200,
	}
)

func decision(change func(*schemas.Decision)) schemas.Decision {
	d := schemas.Decision{
		ID: "019abf1e-7c3a-7d52-8f41-5d1f3c2b9a10", Secret: "q83vASNFZ4mrze8BI0VniQ",
		Notice: "n1", Action: consent.AcceptAll, DecidedAt: now,
	}
	change(&d)
	return d
}

func TestDecideAnswersEveryPurpose(t *testing.T) {
	yes, no := true, false
	for _, c := range []struct {
		name     string
		change   func(*schemas.Decision)
		purposes map[string]bool
		services map[string]bool
		outcome  consent.Outcome
	}{
		{"accept all", func(d *schemas.Decision) {}, map[string]bool{"analytics": yes, "marketing": yes}, map[string]bool{}, consent.Accepted},
		{"reject all", func(d *schemas.Decision) { d.Action = consent.RejectAll }, map[string]bool{"analytics": no, "marketing": no}, map[string]bool{}, consent.Refused},
		{"withdraw", func(d *schemas.Decision) { d.Action = consent.Withdraw }, map[string]bool{"analytics": no, "marketing": no}, map[string]bool{}, consent.Refused},
		{"save grants what it names only", func(d *schemas.Decision) {
			d.Action, d.Purposes = consent.Save, map[string]bool{"analytics": yes}
		}, map[string]bool{"analytics": yes, "marketing": no}, map[string]bool{}, consent.Partial},
		{"a service against its purpose", func(d *schemas.Decision) {
			d.Action, d.Purposes, d.Services = consent.Save, map[string]bool{"analytics": no, "marketing": no}, map[string]bool{"youtube": yes, "ga": no}
		}, map[string]bool{"analytics": no, "marketing": no}, map[string]bool{"youtube": yes}, consent.Partial},
		{"a signal leaves the rest pending", func(d *schemas.Decision) {
			d.Action, d.Purposes = consent.Signal, map[string]bool{"marketing": no}
		}, map[string]bool{"marketing": no}, map[string]bool{}, consent.Signaled},
	} {
		t.Run(c.name, func(t *testing.T) {
			r, err := consent.Decide(decision(c.change), consent.Circumstances{Site: "s", Notice: &notice, Now: now})
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(c.purposes, r.Purposes); diff != "" {
				t.Errorf("purposes: %s", diff)
			}
			if diff := cmp.Diff(c.services, r.Services); diff != "" {
				t.Errorf("services: %s", diff)
			}
			if r.Outcome() != c.outcome {
				t.Errorf("outcome %s, want %s", r.Outcome(), c.outcome)
			}
			if !r.Choice().Purposes[consent.Essential] || r.LifetimeDays != 200 {
				t.Errorf("choice %+v", r.Choice())
			}
		})
	}
}

// Threat B5.17
func TestARefusalIsNeverRefused(t *testing.T) {
	d := decision(func(d *schemas.Decision) {
		d.Action, d.DecidedAt = consent.RejectAll, now.AddDate(5, 0, 0)
		d.Purposes = map[string]bool{"something-new": false}
	})
	r, err := consent.Decide(d, consent.Circumstances{Site: "s", Current: notice, Now: now, GPCHeader: true})
	if err != nil {
		t.Fatal(err)
	}
	want := []string{consent.FlagUnknownNotice, consent.FlagClockSkew, consent.FlagGPCHeader}
	if diff := cmp.Diff(want, r.Flags); diff != "" {
		t.Error(diff)
	}
	// It refuses what the site asks for today; a name that nobody published gets into no record.
	if diff := cmp.Diff(map[string]bool{"analytics": false, "marketing": false}, r.Purposes); diff != "" || r.LifetimeDays != 200 {
		t.Errorf("record %+v %s", r, diff)
	}
}

// TestNamesOfNobodyKeepNoRefusalAway, and get into no record.
func TestNamesOfNobodyKeepNoRefusalAway(t *testing.T) {
	unknown := map[string]bool{"sale": false}
	for _, action := range []string{consent.RejectAll, consent.Withdraw, consent.Save, consent.Signal} {
		d := decision(func(d *schemas.Decision) { d.Action, d.Purposes, d.Services = action, unknown, unknown })
		r, err := consent.Decide(d, consent.Circumstances{Notice: &notice, Now: now})
		if err != nil || len(r.Services) != 0 || r.Purposes["analytics"] {
			t.Errorf("%s: %+v %v", action, r, err)
		}
		if _, named := r.Purposes["sale"]; named {
			t.Errorf("%s: a name that nobody published is kept: %v", action, r.Purposes)
		}
	}
	d := decision(func(d *schemas.Decision) { d.Purposes = unknown })
	if r, err := consent.Decide(d, consent.Circumstances{Notice: &notice, Now: now}); err == nil {
		t.Errorf("a grant: kept %+v", r)
	}
}

func TestAGrantNeedsAKnownNotice(t *testing.T) {
	for _, change := range []func(*schemas.Decision){
		func(d *schemas.Decision) {},
		func(d *schemas.Decision) { d.Action, d.Purposes = consent.Save, map[string]bool{"analytics": true} },
		func(d *schemas.Decision) {
			d.Action, d.Purposes, d.Services = consent.Save, map[string]bool{"analytics": false}, map[string]bool{"ga": true}
		},
	} {
		if r, err := consent.Decide(decision(change), consent.Circumstances{Site: "s", Now: now}); err == nil {
			t.Errorf("kept %+v", r)
		}
	}
}

func TestNothingIsGrantedToAChildrensSite(t *testing.T) {
	children := notice
	children.Regime = consent.ChildDirected
	told := func(d *schemas.Decision) { d.Regime = consent.ChildDirected }
	for _, c := range []struct {
		notice *schemas.Notice
		change func(*schemas.Decision)
	}{{&children, func(d *schemas.Decision) {}}, {&notice, told}, {&children, func(d *schemas.Decision) {
		d.Action, d.Purposes, d.Services = consent.Save, map[string]bool{"analytics": false}, map[string]bool{"ga": true}
	}}} {
		if r, err := consent.Decide(decision(c.change), consent.Circumstances{Notice: c.notice, Now: now}); err == nil {
			t.Errorf("kept %+v", r)
		}
	}
	refusal := decision(func(d *schemas.Decision) { d.Action, d.Regime = consent.RejectAll, consent.ChildDirected })
	if _, err := consent.Decide(refusal, consent.Circumstances{Notice: &children, Now: now}); err != nil {
		t.Error(err)
	}
}

func TestRegimeAndWhatWasRemovedAreKept(t *testing.T) {
	r, err := consent.Decide(decision(func(d *schemas.Decision) {
		d.Action, d.Regime, d.Removed = consent.Withdraw, consent.OptOut, []string{"_ga"}
	}), consent.Circumstances{Notice: &notice, Now: now})
	if err != nil || r.Receipt().Regime != consent.OptOut || !slices.Equal(r.Receipt().Removed, []string{"_ga"}) {
		t.Errorf("%+v %v", r.Receipt(), err)
	}
	r, err = consent.Decide(decision(func(*schemas.Decision) {}), consent.Circumstances{Notice: &notice, Now: now})
	if err != nil || r.Receipt().Regime != consent.OptIn || r.Receipt().Removed == nil {
		t.Errorf("%+v %v", r.Receipt(), err)
	}
}

func TestUnknownPurposeOrServiceIsNamed(t *testing.T) {
	d := decision(func(d *schemas.Decision) {
		d.Action = consent.Save
		d.Purposes, d.Services = map[string]bool{"profiling": true}, map[string]bool{"spy": false}
	})
	_, err := consent.Decide(d, consent.Circumstances{Site: "s", Notice: &notice, Now: now})
	if err == nil || !strings.Contains(err.Error(), "/purposes/profiling") || !strings.Contains(err.Error(), "/services/spy") {
		t.Error(err)
	}
}

func TestThePageIsOriginAndPathOfTheSender(t *testing.T) {
	for page, want := range map[string]string{
		"https://shop.example/cart?email=a%40b.c#top": "https://shop.example/cart",
		"https://user:pw@shop.example/%C3%BC%2F":      "https://shop.example/%C3%BC%2F",
		"https://evil.example/cart":                   "",
		"http://shop.example/cart":                    "",
		"https://":                                    "",
		"":                                            "",
	} {
		r, err := consent.Decide(decision(func(d *schemas.Decision) { d.Page = page }),
			consent.Circumstances{Origin: "https://shop.example", Notice: &notice, Now: now})
		if err != nil || r.Page != want {
			t.Errorf("%q became %q (%v), want %q", page, r.Page, err, want)
		}
	}
}

func TestAClockThatCannotBeWrittenIsNone(t *testing.T) {
	for _, text := range []string{"9999-12-31T23:59:59-23:59", "0000-01-01T00:00:00+23:59"} {
		claim, err := time.Parse(time.RFC3339, text)
		if err != nil {
			t.Fatal(err)
		}
		r, err := consent.Decide(decision(func(d *schemas.Decision) { d.Action, d.DecidedAt = consent.RejectAll, claim }),
			consent.Circumstances{Notice: &notice, Now: now})
		if err != nil || !r.DecidedAt.IsZero() || !slices.Contains(r.Flags, consent.FlagClockSkew) {
			t.Errorf("%s became %v, flagged %v (%v)", text, r.DecidedAt, r.Flags, err)
		}
		if _, err := json.Marshal(r.Receipt()); err != nil {
			t.Error(err)
		}
	}
}

// ASVS 1.5.3
func TestAMemberTwiceIsRefused(t *testing.T) {
	plain, err := json.Marshal(decision(func(d *schemas.Decision) { d.Purposes = map[string]bool{"analytics": true} }))
	if err != nil {
		t.Fatal(err)
	}
	for _, twice := range []string{
		strings.Replace(string(plain), `"action":`, `"action":"reject-all","action":`, 1),
		strings.Replace(string(plain), `"analytics":true`, `"analytics":true,"analytics":false`, 1),
	} {
		if _, err := consent.Decode([]byte(twice)); err == nil || !strings.Contains(err.Error(), "twice") {
			t.Errorf("%s: %v", twice, err)
		}
	}
	if _, err := consent.Decode(plain); err != nil {
		t.Error(err)
	}
}

// Threat B5.6
func TestSubjectIsBoundToSiteAndSecret(t *testing.T) {
	subject := consent.Subject("shop", "q83vASNFZ4mrze8BI0VniQ")
	// SHA-256 of "assent/1shopq83vASNFZ4mrze8BI0VniQ", base64url, first 22 characters; fixed for ever.
	if subject != "0ieVniHcMh-VCxpp4-Rauk" {
		t.Errorf("subject %q", subject)
	}
	if subject == consent.Subject("shop2", "q83vASNFZ4mrze8BI0VniQ") {
		t.Error("two sites share a subject")
	}
}

func TestDigestTellsARetryFromAnotherDecision(t *testing.T) {
	base := consent.Record{ID: uuid.New(), Notice: "n", Action: consent.Save, Purposes: map[string]bool{"a": true, "b": false}}
	retry := base
	retry.RecordedAt, retry.Flags = now, []string{consent.FlagClockSkew}
	if base.Digest() != retry.Digest() {
		t.Error("what the server adds changes the digest")
	}
	other := base
	other.Purposes = map[string]bool{"a": true, "b": true}
	moved := base
	moved.Purposes, moved.Services = nil, base.Purposes
	for name, change := range map[string]func(*consent.Record){
		"regime":  func(r *consent.Record) { r.Regime = consent.OptOut },
		"removed": func(r *consent.Record) { r.Removed = []string{"_ga"} },
	} {
		changed := base
		if change(&changed); changed.Digest() == base.Digest() {
			t.Errorf("another %s has the same digest", name)
		}
	}
	asked := base
	if asked.Regime = consent.OptIn; asked.Digest() != base.Digest() {
		t.Error("a decision of before regimes were told has another digest now")
	}
	if base.Digest() == other.Digest() || base.Digest() == moved.Digest() {
		t.Error("another decision has the same digest")
	}
}

// Threat B5.16
func TestTheLastRecordedCounts(t *testing.T) {
	early := consent.Record{RecordedAt: now, ID: uuid.UUID{1}}
	sameTime := consent.Record{RecordedAt: now, ID: uuid.UUID{2}}
	late := consent.Record{RecordedAt: now.Add(time.Microsecond)}
	if !early.Before(sameTime) || sameTime.Before(early) || !sameTime.Before(late) || late.Before(early) {
		t.Error("order by (server time, id) is broken")
	}
}
