package processing

import (
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"assent/schemas"
	"assent/server/internal/transfer"
)

var (
	now  = time.Date(2026, 12, 1, 1, 0, 0, 0, time.UTC)
	shop = Published{
		Site: schemas.Site{ID: "shop", Name: "The <shop>"}, ID: "notice-1", At: time.Date(2026, 11, 1, 0, 0, 0, 0, time.UTC),
		Notice: schemas.Notice{
			Controller: schemas.Controller{Name: "Shop GmbH", Contact: "privacy@shop.example"}, Languages: []string{"en"}, LifetimeDays: 90,
			Texts: map[string]map[string]string{"en": {"purpose.analytics.title": "Statistics", "purpose.analytics.text": "What is read."}},
			Services: []schemas.Service{
				{ID: "home", Name: "Home", Purpose: "analytics", Provider: "Home GmbH", Country: "DE", Cookies: []string{"_h", "_h*"}, Retention: "P1Y2M"},
				{ID: "far", Name: "Far & away", Purpose: "analytics", Provider: "Far Ltd", Country: "IN", Safeguard: "adequacy", Storage: []string{"far"}},
				{ID: "big", Name: "Big", Purpose: "own", Provider: "Big Inc", Country: "US", Safeguard: "adequacy"},
				{ID: "lost"},
			},
		},
	}
)

func TestTheRecordSaysWhatTheNoticeSays(t *testing.T) {
	r := Record(shop, transfer.BuiltIn(), "en", now)
	if r.Controller.Name != "Shop GmbH" || r.LifetimeDays != 90 || r.Notice != "notice-1" || len(r.Activities) != 5 || len(r.Measures) == 0 {
		t.Fatalf("%+v", r)
	}
	choices, home, far, big, lost := r.Activities[0], r.Activities[1], r.Activities[2], r.Activities[3], r.Activities[4]
	if choices.Area != "" || choices.Recipient != "Shop GmbH" || !strings.Contains(choices.Period, "90 days") {
		t.Errorf("choices: %+v", choices)
	}
	if home.Area != transfer.EEA || home.Wrong != "" || home.Period != "1 year, 2 months" || home.Purpose != "Statistics" || home.Aim != "What is read." ||
		!slices.Contains(home.Data, "Cookies: _h, _h*") {
		t.Errorf("home: %+v", home)
	}
	if far.Wrong != transfer.AdequacyMissing || !strings.Contains(far.Remark, "India") || far.Period != "not said" || !slices.Contains(far.Data, "Keys of storage: far") {
		t.Errorf("far: %+v", far)
	}
	if big.Area != transfer.Adequate || big.Act != "(EU) 2023/1795" || !strings.Contains(big.Limit, "Data Privacy Framework") || big.Purpose != "own" {
		t.Errorf("big: %+v", big)
	}
	if lost.Area != transfer.Unknown || lost.Wrong != transfer.CountryMissing || lost.Name != "lost" {
		t.Errorf("lost: %+v", lost)
	}
}

func TestTheRecordInGerman(t *testing.T) {
	unsaid := shop
	unsaid.Notice.Services = []schemas.Service{{ID: "big", Purpose: "analytics", Country: "US", Retention: "P13M"}}
	a := Record(unsaid, transfer.BuiltIn(), "de", now).Activities[1]
	if a.Period != "13 Monate" || !strings.Contains(a.Remark, "Vereinigte Staaten") || !strings.Contains(a.Remark, "zertifizierte") || a.Purpose != "Statistics" {
		t.Errorf("%+v", a)
	}
}

func TestEveryLanguageHasEveryWord(t *testing.T) {
	english := wordsIn("en")
	for _, lang := range Languages {
		w := wordsIn(lang)
		value := reflect.ValueOf(w)
		for i := range value.NumField() {
			if value.Field(i).IsZero() {
				t.Errorf("%s has no %s", lang, value.Type().Field(i).Name)
			}
		}
		for key := range english.Labels {
			if w.Labels[key] == "" {
				t.Errorf("%s has no label %s", lang, key)
			}
		}
		for _, wrong := range []string{transfer.CountryMissing, transfer.SafeguardMissing, transfer.SafeguardNone, transfer.AdequacyMissing, transfer.AdequacyEnded, transfer.AdequacyEnding} {
			if w.Remarks[wrong] == "" {
				t.Errorf("%s has no remark %s", lang, wrong)
			}
		}
	}
	if wordsIn("fr").Language != "en" {
		t.Error("a language that there is not is not English")
	}
}

func TestThePage(t *testing.T) {
	for _, lang := range Languages {
		var text strings.Builder
		if err := WritePage(&text, Record(shop, transfer.BuiltIn(), lang, now)); err != nil {
			t.Fatal(err)
		}
		for _, want := range []string{`<html lang="` + lang + `">`, "The &lt;shop&gt;", "Far &amp; away", "privacy@shop.example", "(EU) 2023/1795", "2026-11-01, 00:00 UTC", `class="findings"`} {
			if !strings.Contains(text.String(), want) {
				t.Errorf("%s: no %s in %s", lang, want, &text)
			}
		}
		for name := range strings.SplitSeq(text.String(), "<th scope=\"col\">") {
			if strings.HasPrefix(name, "</th>") {
				t.Errorf("%s: a column has no name", lang)
			}
		}
	}
	home := shop
	home.Notice.Services = home.Notice.Services[:1]
	var text strings.Builder
	if err := WritePage(&text, Record(home, transfer.BuiltIn(), "en", now)); err != nil || strings.Contains(text.String(), `class="findings"`) || !strings.Contains(text.String(), "no recipient outside") {
		t.Errorf("%v: %s", err, &text)
	}
}

func TestTheTable(t *testing.T) {
	rows := Rows(Record(shop, transfer.BuiltIn(), "en", now))
	if len(rows) != 5 || rows[2].Controller != "Shop GmbH" || rows[2].Country != "IN" || rows[2].Wrong != transfer.AdequacyMissing || !strings.Contains(rows[1].Data, "; Cookies: _h, _h*") {
		t.Errorf("%+v", rows)
	}
}
