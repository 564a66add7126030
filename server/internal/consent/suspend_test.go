package consent_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"assent/schemas"
	"assent/server/internal/consent"
)

var crossing = schemas.Notice{
	LifetimeDays: 180, Purposes: []schemas.Purpose{{ID: "essential"}, {ID: "analytics"}, {ID: "marketing"}},
	Services: []schemas.Service{{ID: "tube", Purpose: "marketing"}, {ID: "pixel", Purpose: "marketing"}, {ID: "count", Purpose: "analytics"}, {ID: "pay", Purpose: "essential"}},
}

// decided is what becomes of a decision while services are suspended.
func decided(t *testing.T, d schemas.Decision, suspended ...string) consent.Record {
	t.Helper()
	d.ID, d.Secret, d.Notice = "01936f2e-1c00-7000-8000-000000000001", "q83vASNFZ4mrze8BI0VniQ", "n"
	r, err := consent.Decide(d, consent.Circumstances{Site: "shop", Notice: &crossing, Now: now, Suspended: suspended})
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func TestNoRecordGrantsAServiceThatIsSuspended(t *testing.T) {
	yes, no := map[string]bool{"marketing": true}, map[string]bool{"marketing": false}
	for name, c := range map[string]struct {
		decision  schemas.Decision
		suspended []string
		services  map[string]bool
		outcome   consent.Outcome
		flagged   bool
	}{
		"everything":             {schemas.Decision{Action: consent.AcceptAll}, []string{"tube"}, map[string]bool{"tube": false}, consent.Accepted, true},
		"nothing is suspended":   {schemas.Decision{Action: consent.AcceptAll}, nil, map[string]bool{}, consent.Accepted, false},
		"its purpose":            {schemas.Decision{Action: consent.Save, Purposes: yes}, []string{"tube", "pixel"}, map[string]bool{"tube": false, "pixel": false}, consent.Partial, true},
		"itself":                 {schemas.Decision{Action: consent.Save, Purposes: no, Services: map[string]bool{"tube": true}}, []string{"tube"}, map[string]bool{"tube": false}, consent.Refused, true},
		"another":                {schemas.Decision{Action: consent.Save, Purposes: no, Services: map[string]bool{"pixel": true}}, []string{"tube"}, map[string]bool{"pixel": true}, consent.Partial, false},
		"refused by the visitor": {schemas.Decision{Action: consent.Save, Purposes: yes, Services: map[string]bool{"tube": false}}, []string{"tube"}, map[string]bool{"tube": false}, consent.Partial, false},
		"nothing granted":        {schemas.Decision{Action: consent.RejectAll}, []string{"tube", "count"}, map[string]bool{}, consent.Refused, false},
		"essential":              {schemas.Decision{Action: consent.AcceptAll}, []string{"pay"}, map[string]bool{}, consent.Accepted, false},
	} {
		r := decided(t, c.decision, c.suspended...)
		flagged := len(r.Flags) == 1 && r.Flags[0] == consent.FlagSuspended
		if diff := cmp.Diff(c.services, r.Services); diff != "" || r.Outcome() != c.outcome || flagged != c.flagged {
			t.Errorf("%s: %s %v %s", name, r.Outcome(), r.Flags, diff)
		}
	}
}

func TestARetryAcrossTheEndIsTheSameDecision(t *testing.T) {
	all := schemas.Decision{Action: consent.AcceptAll}
	if decided(t, all).Digest() != decided(t, all, "tube").Digest() {
		t.Error("what this server says no to makes another decision of it")
	}
	refusal := schemas.Decision{Action: consent.Save, Purposes: map[string]bool{"marketing": true}, Services: map[string]bool{"tube": false}}
	if decided(t, refusal).Digest() == decided(t, schemas.Decision{Action: consent.Save, Purposes: refusal.Purposes}).Digest() {
		t.Error("the visitor's own refusal makes no difference")
	}
}

func TestTheCookieOfASuspendedServiceHasNoMarkOfIt(t *testing.T) {
	marks, err := consent.Marks(crossing)
	if err != nil {
		t.Fatal(err)
	}
	r := decided(t, schemas.Decision{Action: consent.AcceptAll}, "tube")
	r.RecordedAt = now
	value, _, err := consent.Cookie(r, crossing)
	want := "1." + marks["pixel"] + marks["count"] + "."
	if err != nil || len(value) < len(want) || value[:len(want)] != want {
		t.Errorf("%s, %v; want %s", value, err, want)
	}
}

func TestAnOlderGrantDoesNotHoldForAServiceThatIsSuspended(t *testing.T) {
	old := decided(t, schemas.Decision{Action: consent.AcceptAll}).Choice()
	held := consent.Withhold(old, crossing, []string{"tube", "pay"})
	if diff := cmp.Diff(map[string]bool{"tube": false, "pay": false}, held.Services); diff != "" || !held.Purposes["marketing"] {
		t.Errorf("%v %s", held.Purposes, diff)
	}
	if len(old.Services) != 0 || len(consent.Withhold(old, crossing, nil).Services) != 0 {
		t.Errorf("the choice itself was changed: %v", old.Services)
	}
}
