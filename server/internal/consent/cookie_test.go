package consent_test

import (
	"encoding/json"
	"fmt"
	"os"
	"testing"
	"time"

	"assent/schemas"
	"assent/server/internal/consent"
)

// golden is what the script's test reads too (snippet/test/unit.test.ts), so that both write the same cookie.
type golden struct {
	Name     string            `json:"name"`
	Purposes []string          `json:"purposes"`
	Services []schemas.Service `json:"services"`
	Marks    map[string]string `json:"marks"`
	Regime   string            `json:"regime"`
	At       int64             `json:"at"` // Unix seconds.
	Subject  string            `json:"subject"`
	Answers  struct{ Purposes, Services map[string]bool }
	Cookie   string `json:"cookie"`
}

func TestTheCookieIsThatOfTheScript(t *testing.T) {
	body, err := os.ReadFile("testdata/cookies.json")
	if err != nil {
		t.Fatal(err)
	}
	var cases []golden
	if err := json.Unmarshal(body, &cases); err != nil || len(cases) == 0 {
		t.Fatal(err)
	}
	for _, c := range cases {
		n := schemas.Notice{Services: c.Services, Purposes: []schemas.Purpose{{ID: consent.Essential}}}
		for _, id := range c.Purposes {
			n.Purposes = append(n.Purposes, schemas.Purpose{ID: id})
		}
		marks, err := consent.Marks(n)
		if err != nil {
			t.Fatal(err)
		}
		for id, want := range c.Marks {
			if marks[id] != want {
				t.Errorf("%s: mark of %s is %q, want %q", c.Name, id, marks[id], want)
			}
		}
		r := consent.Record{Action: consent.Save, Subject: c.Subject, Regime: c.Regime, DecidedAt: time.Unix(c.At, 999e6),
			Purposes: c.Answers.Purposes, Services: c.Answers.Services}
		got, ok, err := consent.Cookie(r, n)
		if err != nil || !ok || got != c.Cookie || len(got) > consent.CookieLimit {
			t.Errorf("%s:\n%s, want\n%s (%v %v)", c.Name, got, c.Cookie, ok, err)
		}
	}
}

func TestASignalLeavesTheCookieToTheBrowser(t *testing.T) {
	if value, ok, err := consent.Cookie(consent.Record{Action: consent.Signal}, notice); ok || err != nil {
		t.Errorf("%q %v", value, err)
	}
}

func TestAMarkFollowsWhoReceivesWhatWhere(t *testing.T) {
	mark := func(change func(*schemas.Service)) string {
		n := schemas.Notice{Services: []schemas.Service{{ID: "tube", Purpose: "marketing", Provider: "Tube Ltd", Country: "IE"}, {ID: "other", Purpose: "marketing"}}}
		change(&n.Services[0])
		marks, err := consent.Marks(n)
		if err != nil || len(marks[n.Services[0].ID]) != 4 {
			t.Fatalf("%v %v", marks, err)
		}
		return marks[n.Services[0].ID]
	}
	same := mark(func(*schemas.Service) {})
	if mark(func(s *schemas.Service) { s.Name, s.Cookies, s.Retention = "Tube", []string{"_t"}, "P1Y" }) != same {
		t.Error("another description asks again")
	}
	for name, change := range map[string]func(*schemas.Service){
		"id":       func(s *schemas.Service) { s.ID = "tube2" },
		"purpose":  func(s *schemas.Service) { s.Purpose = "analytics" },
		"provider": func(s *schemas.Service) { s.Provider = "Somebody else" },
		"country":  func(s *schemas.Service) { s.Country = "US" },
	} {
		if mark(change) == same {
			t.Errorf("another %s does not ask again", name)
		}
	}
}

func TestManyServicesShareTheMarkOfTheirPurpose(t *testing.T) {
	var n schemas.Notice
	for i := range 60 {
		n.Services = append(n.Services, schemas.Service{ID: fmt.Sprintf("s%d", i), Purpose: []string{"analytics", "marketing"}[i%2]})
	}
	before, err := consent.Marks(n)
	if err != nil || before["s0"] != before["s58"] || before["s0"] == before["s1"] {
		t.Fatalf("%v %v", before, err)
	}
	n.Services[3].Provider = "Somebody else"
	after, err := consent.Marks(n)
	if err != nil || after["s0"] != before["s0"] || after["s1"] == before["s1"] {
		t.Errorf("a change of one service is told by %v, %v", after["s1"], err)
	}
	n.Purposes = []schemas.Purpose{{ID: "analytics"}, {ID: "marketing"}}
	value, _, err := consent.Cookie(consent.Record{Subject: "0ieVniHcMh-VCxpp4-Rauk", DecidedAt: now,
		Purposes: map[string]bool{"analytics": true, "marketing": true}}, n)
	if err != nil || len(value) > 80 {
		t.Errorf("%d bytes: %s %v", len(value), value, err)
	}
}
