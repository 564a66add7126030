package httpapi

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"assent/schemas"
	"assent/server/internal/site"
	"assent/server/internal/transfer"
	"assent/snippet"
)

// TestEverybodyReadsWhatASiteAskedWhen on pages whose addresses stay, before and after an announced change takes effect.
func TestEverybodyReadsWhatASiteAskedWhen(t *testing.T) {
	s := startServer(t)
	now := time.Now()
	publisher := site.Publisher{Registry: s.store, Archive: s.store, Desk: s.store, Texts: snippet.Texts(), Adequate: transfer.BuiltIn(),
		Now: func() time.Time { return now }, Try: func(string, string, schemas.Notice) error { return nil }}
	first, err := publisher.Registry.Site(t.Context(), s.site.ID)
	if err != nil {
		t.Fatal(err)
	}
	notice := schemas.Notice{PrivacyPolicy: "https://shop.example/privacy", Languages: []string{"en", "de"}, LifetimeDays: 90,
		Services: []schemas.Service{{ID: "mail", Name: "Mail <b>", Purpose: "marketing", Provider: "Mail Inc", Country: "US", Safeguard: "scc", Retention: "P1Y"}}}
	announced, err := publisher.Change(t.Context(), s.site.ID, site.Change{Notice: &notice,
		Plan: site.Plan{At: now.Add(time.Hour), Summary: map[string]string{"de": "Wir schreiben Ihnen <i>nun</i>."}}})
	if err != nil {
		t.Fatal(err)
	}
	if err := s.catalog.Refresh(t.Context()); err != nil {
		t.Fatal(err)
	}
	read := func(path, language string, status int, want, never []string) {
		t.Helper()
		answer, body := s.do(http.MethodGet, path, nil, "Accept-Language", language)
		for _, text := range want {
			if answer.StatusCode != status || !strings.Contains(string(body), text) {
				t.Errorf("%s in %s: %d lacks %q:\n%s", path, language, answer.StatusCode, text, body)
			}
		}
		for _, text := range never {
			if strings.Contains(string(body), text) {
				t.Errorf("%s in %s has %q", path, language, text)
			}
		}
	}
	list := "/notices/" + s.site.ID + "/"
	read(list, "de", 200, []string{"Ab " + now.Add(time.Hour).UTC().Format("2006-01-02"), "Neu: Mail &lt;b&gt; (Mail Inc, US, Marketing)", "Wir schreiben Ihnen &lt;i&gt;nun", "Jetzt gültig", "nach 90 Tagen"}, []string{"Frühere Fassungen", "<b>"})
	read(list, "fr", 200, []string{"Nouveau : Mail", "Wir schreiben Ihnen"}, nil)
	read(list, "xx", 200, []string{"In force now", "New: Mail"}, nil)
	read(list+announced.Announcement.Notice+"/", "en", 200, []string{"Mail Inc", "standard contractual clauses", "12 months", "90 days"}, nil)
	read(list+first.Notice+"/", "ar", 200, []string{`dir="rtl"`}, []string{"Mail Inc"})
	read(list+"other/", "en", 404, []string{"There is no such notice"}, nil)
	read("/notices/nowhere/", "de", 404, []string{"Diesen Hinweis gibt es nicht"}, nil)

	now = now.Add(time.Hour)
	if err := publisher.TakeEffect(t.Context(), s.site.ID); err != nil {
		t.Fatal(err)
	}
	if err := s.catalog.Refresh(t.Context()); err != nil {
		t.Fatal(err)
	}
	read(list, "de", 200, []string{"Seit " + now.UTC().Format("2006-01-02"), "Neu: Mail", "Frühere Fassungen", "Die erste Fassung"}, []string{"Das gilt dann von selbst"})
	read(list+announced.Announcement.Notice+"/", "en", 200, []string{"Mail Inc"}, nil)
	if answer, _ := s.do(http.MethodGet, "/notices/"+s.site.ID, nil); answer.StatusCode != http.StatusFound || answer.Header.Get("Location") != s.site.ID+"/" {
		t.Errorf("without the slash: %d %s", answer.StatusCode, answer.Header.Get("Location"))
	}
}
