package httpapi

import (
	"context"
	"fmt"
	"net/http"
	"strings"
	"testing"

	"assent/schemas"
	"assent/server/internal/account"
	"assent/server/internal/admintrail"
	"assent/server/internal/consent"
)

// acts are the trail as the cookie's user is shown it, the first act first: what, outcome and who of each.
func (s *testServer) acts(cookie, query string) []string {
	s.t.Helper()
	answer, body := s.admin(http.MethodGet, "trail"+query, nil, "Cookie", cookie)
	if answer.StatusCode != http.StatusOK {
		s.t.Fatalf("trail: %d %s", answer.StatusCode, body)
	}
	var told []string
	for _, act := range decode[schemas.Trail](s.t, body).Acts {
		told = append([]string{strings.TrimSpace(strings.Join([]string{act.What, act.Outcome, act.Who, act.About, act.Site}, " "))}, told...)
	}
	return told
}

func (s *testServer) expectActs(cookie, query string, want ...string) {
	s.t.Helper()
	if got := s.acts(cookie, query); strings.Join(got, "\n") != strings.Join(want, "\n") {
		s.t.Errorf("acts%s:\n%s\nwant:\n%s", query, strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
}

// ASVS 16.3.1, 16.3.2
func TestTrailTellsWhatAdministratorsDo(t *testing.T) {
	s := startServer(t)
	owner := s.setUp()
	report := "sites/" + s.site.ID + "/report"
	s.admin(http.MethodPost, "session", schemas.Credentials{Email: ownerEmail, Password: "not the password"})
	s.admin(http.MethodPost, "session", schemas.Credentials{Email: "my secret typed in the wrong field", Password: "x"})
	s.admin(http.MethodPost, "invitations", schemas.NewInvitation{Email: "bob@shop.example", Roles: schemas.RolesGiven{All: "editor"}}, "Cookie", owner)
	for range 3 {
		s.admin(http.MethodGet, report, nil, "Cookie", owner)
	}
	officer := s.user("cy@shop.example", account.Roles{Sites: map[string]string{s.site.ID: account.OfficerRole}})
	s.admin(http.MethodGet, "people", nil, "Cookie", officer)
	s.admin(http.MethodGet, "sites/other/report", nil, "Cookie", officer)
	s.admin(http.MethodGet, "sites", nil, "Cookie", officer)
	s.admin(http.MethodGet, report, nil)
	s.admin(http.MethodPost, "session", "{", "Cookie", "")
	s.admin(http.MethodDelete, "session", nil, "Cookie", officer)

	s.expectActs(owner, "", "set-up done ada@shop.example", "sign-in refused ada@shop.example", "sign-in refused",
		"invite done ada@shop.example bob@shop.example: editor", "view-report done ada@shop.example  "+s.site.ID,
		"view-people refused cy@shop.example", "view-report refused cy@shop.example  other", "sign-out done cy@shop.example")
	s.expectActs(owner, "?what=sign-in&outcome=refused&who=ADA@shop.example", "sign-in refused ada@shop.example")
	s.expectActs(owner, "?from=2099-01-01")
	s.expectActs(s.user("di@shop.example", account.Roles{Sites: map[string]string{s.site.ID: account.OfficerRole}}), "",
		"view-report done ada@shop.example  "+s.site.ID)
	for query, status := range map[string]int{"?from=yesterday": 422, "?before=latest": 422, "?to=2026-02-30": 422} {
		if answer, body := s.admin(http.MethodGet, "trail"+query, nil, "Cookie", owner); answer.StatusCode != status {
			t.Errorf("%s: %d %s", query, answer.StatusCode, body)
		}
	}
	stranger := s.user("eve@other.example", account.Roles{Sites: map[string]string{"other": account.OwnerRole}})
	if answer, _ := s.admin(http.MethodGet, "trail?site="+s.site.ID, nil, "Cookie", stranger); answer.StatusCode != http.StatusForbidden {
		t.Errorf("another site's trail: %d", answer.StatusCode)
	}
}

func TestTrailKeepsNoAddress(t *testing.T) {
	for address, want := range map[string]string{
		"192.0.2.77": "192.0.2.0/24", "::ffff:192.0.2.77": "192.0.2.0/24", "2001:db8:1:2::3": "2001:db8:1::/48", "unix": "",
	} {
		if got := networkOf(address); got != want {
			t.Errorf("networkOf(%q) = %q, want %q", address, got, want)
		}
	}
}

// fullDisk is a trail that cannot be written.
type fullDisk struct{ admintrail.Store }

func (fullDisk) AppendAct(context.Context, admintrail.Act) error {
	return fmt.Errorf("disk full: %w", consent.ErrUnavailable)
}

// What cannot be told is not answered: neither data nor a session is got without a trace.
// ASVS 16.5.3
func TestWithoutTrailNoAnswer(t *testing.T) {
	s := startServer(t, func(p *Parts) { p.Trail = fullDisk{p.Trail} })
	token, err := s.accounts.OfferSetup(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	answer, body := s.admin(http.MethodPost, "setup", schemas.Setup{Token: token, Email: ownerEmail, Password: ownerPassword})
	if answer.StatusCode != http.StatusServiceUnavailable || len(answer.Cookies()) > 0 {
		t.Errorf("set-up: %d %s %v", answer.StatusCode, body, answer.Cookies())
	}
	owner := s.user("bob@shop.example", account.Roles{Role: account.OwnerRole})
	answer, body = s.admin(http.MethodGet, "people", nil, "Cookie", owner)
	if problem := decode[schemas.Problem](t, body); answer.StatusCode != http.StatusServiceUnavailable || problem.Status != answer.StatusCode {
		t.Errorf("people: %d %s", answer.StatusCode, body)
	}
}
