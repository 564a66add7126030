package httpapi

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"assent/schemas"
	"assent/server/internal/consent"
)

func TestWhatIsKeptAndHeld(t *testing.T) {
	s := startServer(t)
	now := time.Now()
	d := s.decision(consent.AcceptAll)
	s.post(d)
	owner := s.setUp()
	path := "sites/" + s.site.ID
	show := func() schemas.Retention {
		t.Helper()
		answer, body := s.admin(http.MethodGet, path+"/retention", nil, "Cookie", owner)
		if answer.StatusCode != http.StatusOK {
			t.Fatalf("%d %s", answer.StatusCode, body)
		}
		return decode[schemas.Retention](t, body)
	}
	if got := show(); len(got.Classes) != 6 || got.Classes[0].Class != "decisions" || got.Classes[0].Days != 1461 || len(got.Holds) != 0 {
		t.Errorf("%+v", got)
	}
	today := now.UTC().Format(time.DateOnly)
	for name, c := range map[string]struct {
		order   schemas.HoldOrder
		pointer string
	}{
		"no reason":            {schemas.HoldOrder{Reason: " "}, "/reason"},
		"a period beside":      {schemas.HoldOrder{Reason: "claim", Receipt: d.ID, From: today, To: today}, "/receipt"},
		"a period backwards":   {schemas.HoldOrder{Reason: "claim", From: today, To: "2020-01-01"}, "/to"},
		"no day":               {schemas.HoldOrder{Reason: "claim", End: "soon"}, "/end"},
		"a day that is over":   {schemas.HoldOrder{Reason: "claim", End: "2020-01-01"}, "/end"},
		"a receipt that isn't": {schemas.HoldOrder{Reason: "claim", Receipt: "x"}, "/receipt"},
	} {
		if answer, body := s.admin(http.MethodPost, path+"/holds", c.order, "Cookie", owner); answer.StatusCode != http.StatusUnprocessableEntity || !strings.Contains(string(body), c.pointer) {
			t.Errorf("%s: %d %s", name, answer.StatusCode, body)
		}
	}
	for _, order := range []schemas.HoldOrder{{Reason: "claim 12"}, {Reason: "claim 13", Receipt: d.ID}, {Reason: "claim 14", From: today, To: today, End: now.AddDate(0, 1, 0).UTC().Format(time.DateOnly)}} {
		if answer, body := s.admin(http.MethodPost, path+"/holds", order, "Cookie", owner); answer.StatusCode != http.StatusOK {
			t.Fatalf("%+v: %d %s", order, answer.StatusCode, body)
		}
	}
	got := show()
	extents := []string{}
	for _, hold := range got.Holds {
		extents = append(extents, hold.Extent)
	}
	if strings.Join(extents, " ") != "period visitor site" || !got.Classes[0].Held || got.Holds[0].Author == "" {
		t.Errorf("%+v", got)
	}
	end := path + "/holds/" + got.Holds[2].ID + "/end"
	if answer, body := s.admin(http.MethodPost, end, schemas.HoldEnd{Because: " "}, "Cookie", owner); answer.StatusCode != http.StatusUnprocessableEntity {
		t.Errorf("without a reason: %d %s", answer.StatusCode, body)
	}
	for _, want := range []int{http.StatusOK, http.StatusConflict} {
		if answer, body := s.admin(http.MethodPost, end, schemas.HoldEnd{Because: "settled"}, "Cookie", owner); answer.StatusCode != want {
			t.Errorf("%d %s, want %d", answer.StatusCode, body, want)
		}
	}
	if answer, _ := s.admin(http.MethodPost, path+"/holds/nothing/end", schemas.HoldEnd{Because: "settled"}, "Cookie", owner); answer.StatusCode != http.StatusNotFound {
		t.Errorf("a hold that is none: %d", answer.StatusCode)
	}
	if last := show().Holds[2]; last.InForce || last.Because != "settled" || last.EndedBy == "" {
		t.Errorf("%+v", last)
	}
	_, told := s.admin(http.MethodGet, "trail?what=set-hold", nil, "Cookie", owner)
	if text := string(told); !strings.Contains(text, got.Holds[0].ID) || strings.Contains(text, "claim 12") {
		t.Errorf("the trail: %s", text)
	}
}

func TestASiteHasPeriodsOfItsOwn(t *testing.T) {
	s := startServer(t)
	owner := s.setUp()
	path := "sites/" + s.site.ID + "/retention"
	for class, days := range map[string]int{"decisions": 10, "acts": 400, "unheard-of": 400} {
		if answer, body := s.admin(http.MethodPut, path, schemas.OwnPeriods{Days: map[string]int{class: days}}, "Cookie", owner); answer.StatusCode != http.StatusUnprocessableEntity || !strings.Contains(string(body), class) {
			t.Errorf("%s for %d days: %d %s", class, days, answer.StatusCode, body)
		}
	}
	for _, want := range []map[string]int{{"decisions": 800, "exposures": 0}, {}} {
		_, body := s.admin(http.MethodPut, path, schemas.OwnPeriods{Days: want}, "Cookie", owner)
		got := decode[schemas.Retention](t, body)
		for _, class := range got.Classes {
			days, isOwn := want[class.Class]
			if !isOwn {
				days = class.Usual
			}
			if class.Days != days || class.Own != isOwn || class.Usual == 0 {
				t.Errorf("%+v, want %d", class, days)
			}
		}
	}
}
