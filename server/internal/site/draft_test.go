package site_test

import (
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"assent/schemas"
	"assent/server/internal/consent"
	"assent/server/internal/site"
	"assent/server/internal/transfer"
	"assent/snippet"
)

func TestDifferencesAreToldMemberByMember(t *testing.T) {
	before := schemas.Notice{Look: schemas.Look{Accent: "#111111"}, Languages: []string{"en"},
		Services: []schemas.Service{{ID: "a", Provider: "A Ltd"}, {ID: "b", Name: "B"}}}
	after := schemas.Notice{Look: schemas.Look{Accent: "#222222"}, Languages: []string{"en", "de"},
		Services: []schemas.Service{{ID: "c", Name: "C"}, {ID: "a", Provider: "A Inc"}},
		Texts:    map[string]map[string]string{"en": {"banner.title": "Hi"}}}
	got, err := site.Differences(before, after)
	if err != nil {
		t.Fatal(err)
	}
	want := []schemas.Difference{
		{Pointer: "/languages", Before: `["en"]`, After: `["en","de"]`},
		{Pointer: "/look/accent", Before: `"#111111"`, After: `"#222222"`},
		{Pointer: "/services/a/provider", Before: `"A Ltd"`, After: `"A Inc"`},
		{Pointer: "/services/b", Before: `{"id":"b","name":"B"}`},
		{Pointer: "/services/c", After: `{"id":"c","name":"C"}`},
		{Pointer: "/texts/en/banner.title", After: `"Hi"`},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("differences (-want +got):\n%s", diff)
	}
}

func TestAnEditableNoticePublishesTheSame(t *testing.T) {
	texts := map[string]map[string]string{"de": {"banner.title": "Kurz gefragt"}}
	complete, err := site.Complete(schemas.Notice{Texts: texts, Services: []schemas.Service{{ID: "youtube"}}}, snippet.Texts())
	if err != nil {
		t.Fatal(err)
	}
	editable := site.Editable(complete, snippet.Texts())
	if diff := cmp.Diff(texts, editable.Texts); diff != "" {
		t.Errorf("texts (-want +got):\n%s", diff)
	}
	again, err := site.Complete(editable, snippet.Texts())
	if err != nil {
		t.Fatal(err)
	}
	first, _, _ := site.Canonical(complete)
	if second, _, _ := site.Canonical(again); first != second {
		t.Error("what was made of the editable notice is another one")
	}
}

func TestLintNamesTheRule(t *testing.T) {
	own := schemas.Service{ID: "own", Name: "Own", Purpose: "marketing", Provider: "Own Ltd", Kind: "chat", Retention: "P1D", Cookies: []string{"own"}}
	us := schemas.Controller{Name: "Shop GmbH", Contact: "privacy@shop.example"}
	with := func(change func(s *schemas.Service)) schemas.Notice {
		s := own
		change(&s)
		return schemas.Notice{PrivacyPolicy: "/privacy", Services: []schemas.Service{s}, Controller: us}
	}
	cases := map[string]struct {
		notice                  schemas.Notice
		severity, pointer, rule string
	}{
		"nobody is named":               {with(func(s *schemas.Service) { s.Provider = "" }), "error", "/services/0/provider", "GDPR"},
		"no duration":                   {with(func(s *schemas.Service) { s.Retention = "" }), "warning", "/services/0/retention", "Planet49"},
		"no aim":                        {with(func(s *schemas.Service) { s.Kind = "" }), "warning", "/services/0", "GDPR"},
		"no safeguard":                  {with(func(s *schemas.Service) { s.Safeguard = "none" }), "warning", "/services/0/safeguard", "GDPR"},
		"no decision":                   {with(func(s *schemas.Service) { s.Country, s.Safeguard = "IN", "adequacy" }), "warning", "/services/0/safeguard", "GDPR Art. 45"},
		"no decision, though essential": {with(func(s *schemas.Service) { s.Purpose, s.Country, s.Safeguard = consent.Essential, "IN", "adequacy" }), "warning", "/services/0/safeguard", "GDPR Art. 45"},
		"no privacy policy":             {schemas.Notice{Controller: us}, "warning", "/privacyPolicy", "GDPR"},
		"nobody is responsible":         {schemas.Notice{PrivacyPolicy: "/p"}, "warning", "/controller/name", "GDPR"},
		"nowhere to write":              {schemas.Notice{PrivacyPolicy: "/p", Controller: schemas.Controller{Name: "Shop GmbH"}}, "warning", "/controller/contact", "GDPR"},
		"silence grants":                {schemas.Notice{Controller: us, PrivacyPolicy: "/p", Regime: "opt-out"}, "warning", "/regime", "ePrivacy"},
		"longer than six months":        {schemas.Notice{Controller: us, PrivacyPolicy: "/p", LifetimeDays: 300}, "warning", "/lifetimeDays", "CNIL"},
		"advanced":                      {schemas.Notice{Controller: us, PrivacyPolicy: "/p", ConsentMode: "advanced"}, "warning", "/consentMode", "EDPB"},
		"a refusal to read through": {schemas.Notice{Controller: us, PrivacyPolicy: "/p", Languages: []string{"en"}, Texts: map[string]map[string]string{
			"en": {"action.reject-all": "Reject all and miss what makes this shop a pleasure"}}}, "error", "/texts/en/action.reject-all", "EDPB"},
	}
	for name, c := range cases {
		complete, err := site.Complete(c.notice, snippet.Texts())
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		findings := site.Lint(complete, transfer.BuiltIn(), time.Now())
		if len(findings) != 1 || findings[0].Severity != c.severity || findings[0].Pointer != c.pointer || !strings.Contains(findings[0].Rule, c.rule) {
			t.Errorf("%s: %+v", name, findings)
		}
		if refused := site.Refusal(findings) != nil; refused != (c.severity == "error") {
			t.Errorf("%s: refused %v", name, refused)
		}
	}
	clean, err := site.Complete(with(func(*schemas.Service) {}), snippet.Texts())
	if found := site.Lint(clean, transfer.BuiltIn(), time.Now()); err != nil || len(found) > 0 {
		t.Errorf("nothing wrong: %+v, %v", found, err)
	}
}

func TestAWarningOfADecisionThatEndsOrEnded(t *testing.T) {
	list, err := transfer.Parse([]byte(`{"decisions":[{"country":"US","act":"(EU) 2023/1795","from":"2023-07-10","until":"2026-11-30"}]}`))
	if err != nil {
		t.Fatal(err)
	}
	complete, err := site.Complete(schemas.Notice{PrivacyPolicy: "/p", Controller: schemas.Controller{Name: "Shop GmbH", Contact: "privacy@shop.example"},
		Services: []schemas.Service{{ID: "google-analytics"}}}, snippet.Texts())
	if err != nil {
		t.Fatal(err)
	}
	for day, want := range map[int]struct{ kind, words string }{-62: {}, 30: {"adequacy-ending", "ends on 2026-11-30"}, 31: {"adequacy-ended", "ended on 2026-11-30"}} {
		findings := site.Lint(complete, list, time.Date(2026, 11, day, 12, 0, 0, 0, time.UTC))
		if want.kind == "" && len(findings) == 0 {
			continue
		}
		if len(findings) != 1 || findings[0].Kind != want.kind || !strings.Contains(findings[0].Detail, "(EU) 2023/1795) "+want.words) {
			t.Errorf("on day %d: %+v", day, findings)
		}
	}
}

func TestADraftFollowsWhatIsPublishedUntilItIsTouched(t *testing.T) {
	publisher := newPublisher(t)
	added, err := publisher.Add(t.Context(), site.New{Name: "Shop", Origins: []string{"https://shop.example"}})
	if err != nil {
		t.Fatal(err)
	}
	elsewhere := func(accent string) schemas.Site {
		t.Helper()
		changed, err := publisher.Change(t.Context(), added.ID, site.Change{Notice: &schemas.Notice{Look: schemas.Look{Accent: accent}}})
		if err != nil {
			t.Fatal(err)
		}
		return changed
	}
	first := elsewhere("#111111")
	r, err := publisher.Review(t.Context(), added.ID)
	if err != nil || r.Draft.Base != first.Notice || len(r.Differences) != 0 {
		t.Fatalf("untouched: %+v, %v", r.Draft, err)
	}
	next := r.Draft.Notice
	next.Look.Layout = "box"
	if _, err := publisher.Write(t.Context(), added.ID, 0, next, "ada@shop.example"); err != nil {
		t.Fatal(err)
	}
	if _, err := publisher.Write(t.Context(), added.ID, 0, next, "eve@shop.example"); !errors.Is(err, consent.ErrConflict) {
		t.Errorf("a second editor: %v, want ErrConflict", err)
	}
	second := elsewhere("#222222")
	r, err = publisher.Review(t.Context(), added.ID)
	if err != nil || r.Draft.Base != first.Notice || r.Published != second.Notice || len(r.Differences) != 2 {
		t.Errorf("touched: base %s, published %s, %+v, %v", r.Draft.Base, r.Published, r.Differences, err)
	}
	list, err := publisher.Publications(t.Context(), second)
	published := []string{}
	for _, one := range list {
		published = append(published, one.Notice)
	}
	if err != nil || !slices.Equal(published, []string{added.Notice, first.Notice, second.Notice}) {
		t.Errorf("published %v, %v", published, err)
	}
}
