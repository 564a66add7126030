package transfer_test

import (
	"strings"
	"testing"
	"time"

	"assent/server/internal/catalogue"
	"assent/server/internal/transfer"
)

var today = time.Date(2026, 12, 1, 0, 0, 0, 0, time.UTC)

func TestJudge(t *testing.T) {
	list := transfer.BuiltIn()
	for _, c := range []struct{ country, safeguard, area, wrong string }{
		{"DE", "", transfer.EEA, ""},
		{"RE", "", transfer.EEA, ""}, // Réunion is part of the Union.
		{"NO", "none", transfer.EEA, ""},
		{"", "scc", transfer.Unknown, transfer.CountryMissing},
		{"CH", "", transfer.Adequate, ""},
		{"CH", "adequacy", transfer.Adequate, ""},
		{"CH", "none", transfer.Adequate, transfer.SafeguardNone},
		{"US", "adequacy", transfer.Adequate, ""},
		{"US", "", transfer.Adequate, transfer.SafeguardMissing}, // Nobody says that the recipient is certified.
		{"IN", "scc", transfer.Third, ""},
		{"IN", "bcr", transfer.Third, ""},
		{"IN", "", transfer.Third, transfer.SafeguardMissing},
		{"IN", "none", transfer.Third, transfer.SafeguardNone},
		{"IN", "adequacy", transfer.Third, transfer.AdequacyMissing},
	} {
		if v := list.Judge(c.country, c.safeguard, today); v.Area != c.area || v.Wrong != c.wrong {
			t.Errorf("%s %q: %+v", c.country, c.safeguard, v)
		}
	}
}

func TestADecisionHoldsFromItsFirstDayToItsLast(t *testing.T) {
	list := transfer.BuiltIn()
	for day, wrong := range map[string]string{
		"2021-06-27": transfer.AdequacyMissing, "2021-06-28": "", "2031-09-27": "", "2031-09-28": transfer.AdequacyEnding,
		"2031-12-27": transfer.AdequacyEnding, "2031-12-28": transfer.AdequacyEnded,
	} {
		on, err := time.Parse(time.DateOnly, day)
		if err != nil {
			t.Fatal(err)
		}
		if v := list.Judge("GB", "adequacy", on); v.Wrong != wrong {
			t.Errorf("%s: %+v", day, v)
		}
	}
}

func TestADecisionThatFollowsAnother(t *testing.T) {
	list, err := transfer.Parse([]byte(`{"decisions":[
		{"country":"US","act":"first","from":"2000-07-26","until":"2015-10-05"},
		{"country":"US","act":"second","from":"2016-07-12","until":"2020-07-15"}]}`))
	if err != nil {
		t.Fatal(err)
	}
	if v := list.Judge("US", "adequacy", today); v.Decision.Act != "second" || v.Wrong != transfer.AdequacyEnded {
		t.Errorf("%+v", v)
	}
	if v := list.Judge("US", "adequacy", time.Date(2015, 1, 1, 0, 0, 0, 0, time.UTC)); v.Decision.Act != "first" || v.Wrong != "" {
		t.Errorf("%+v", v)
	}
	if v := list.Judge("DE", "", today); v.Area != transfer.EEA {
		t.Errorf("a member that the file leaves out is not the built-in one: %+v", v)
	}
}

func TestFilesThatAreNone(t *testing.T) {
	for body, want := range map[string]string{
		`{`:                             "schemas/adequacy.json",
		`{"eae":[]}`:                    "eae",
		`{} {}`:                         "goes on",
		`{"asOf":"soon"}`:               "asOf",
		`{"eea":["de"]}`:                "eea",
		`{"eea":["DE"],"eea":["FR"]}`:   "eea",
		`{"decisions":[{}]}`:            "decisions[0].act is missing",
		`{"decisions":[{"until":"x"}]}`: "decisions[0].until",
		`{"decisions":[{"country":"US","act":"a","from":"2020-01-02","until":"2020-01-01"}]}`:   "before from",
		`{"decisions":[{"country":"US","act":"a","from":"2020-01-02","scope":{"de":"nur x"}}]}`: "English",
	} {
		if _, err := transfer.Parse([]byte(body)); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v", body, err)
		}
	}
}

// What the catalogue says of well-known services has to hold by the list, or every notice that names one is warned of.
func TestTheCatalogueClaimsNoAdequacyWithoutADecision(t *testing.T) {
	for _, s := range catalogue.All() {
		if v := transfer.BuiltIn().Judge(s.Country, s.Safeguard, today); v.Wrong == transfer.AdequacyMissing || v.Wrong == transfer.AdequacyEnded {
			t.Errorf("%s: %s %+v", s.ID, s.Country, v)
		}
	}
}
