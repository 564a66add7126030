package httpapi

import (
	"context"
	"net/http"
	"slices"
	"strings"
	"testing"

	"assent/schemas"
	"assent/server/internal/consent"
	"assent/server/internal/reporting"
)

func TestAProgramsDecisionIsKeptAndInNoRate(t *testing.T) {
	s := startServer(t)
	const crawler = "Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)"
	person, program := s.decision(consent.RejectAll), s.decision(consent.AcceptAll)
	s.post(person)
	answer, body := s.post(program, "User-Agent", crawler)
	if answer.StatusCode != http.StatusCreated {
		t.Fatalf("%d %s", answer.StatusCode, body)
	}
	if flags := s.flagsOf(program); !slices.Contains(flags, consent.FlagBot) {
		t.Errorf("flags of the program's: %v", flags)
	}
	if flags := s.flagsOf(person); slices.Contains(flags, consent.FlagBot) {
		t.Errorf("flags of the person's: %v", flags)
	}
	period, err := reporting.ParsePeriod("", "", person.DecidedAt)
	if err != nil {
		t.Fatal(err)
	}
	report, err := reporting.Build(t.Context(), s.store, func(context.Context, string) ([]string, error) { return nil, nil }, s.site.ID, period)
	if err != nil {
		t.Fatal(err)
	}
	if want := (schemas.Tally{Decisions: 1, Refused: 1, Bots: 1}); report.Totals != want || len(report.Recent) != 2 {
		t.Errorf("report: %+v", report)
	}
	for _, p := range report.Purposes {
		if p.Granted != 0 || p.Decided != 1 {
			t.Errorf("purpose: %+v", p)
		}
	}
	if _, metrics := s.do(http.MethodGet, "/metrics", nil); !strings.Contains(string(metrics), `assent_decisions_total{outcome="bot",result="recorded"} 1`) {
		t.Error("metrics count it among people's")
	}
	if strings.Contains(s.logged.String(), "Googlebot") {
		t.Error("the user agent is logged")
	}
}
