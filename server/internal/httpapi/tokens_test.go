package httpapi

import (
	"encoding/csv"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"

	"assent/schemas"
	"assent/server/internal/account"
	"assent/server/internal/consent"
)

var everyScope = []string{"rates", "sites", "decisions", "trail"}

// token makes one for a user who is there and returns its Authorization header.
func (s *testServer) token(maker string, wanted schemas.NewToken) string {
	s.t.Helper()
	wanted.Name = "Looker"
	_, value, err := s.accounts.MakeToken(s.t.Context(), account.User{Email: maker}, wanted)
	if err != nil {
		s.t.Fatal(err)
	}
	return "Bearer " + value
}

// Every route by tokens of every scope: of this site, of another tenant, and of somebody who may do everything but gave the
// token the other site only.
func TestTokensAndRoutes(t *testing.T) {
	s := startServer(t)
	s.setUp()
	s.user("eve@other.example", account.Roles{Sites: map[string]string{"other": account.OwnerRole}})
	s.user("mia@both.example", account.Roles{Role: account.OwnerRole})
	v := &tenant{server: s}
	for route := range tokensRead {
		if !slices.Contains(adminRoutes(t, s), route) {
			t.Errorf("%s is for tokens and no route", route)
		}
	}
	bearers := map[string]map[string]string{}
	for _, scope := range everyScope {
		wanted := schemas.NewToken{Scopes: []string{scope}}
		elsewhere := schemas.NewToken{Scopes: []string{scope}, Sites: []string{"other"}}
		bearers[scope] = map[string]string{
			"of the site": s.token(ownerEmail, wanted), "of another site": s.token("eve@other.example", wanted), "limited to another site": s.token("mia@both.example", elsewhere),
		}
	}
	for _, route := range adminRoutes(t, s) {
		method, path := v.path(route) // Once: no token changes anything, as is seen in the end.
		for scope, bearers := range bearers {
			for whose, bearer := range bearers {
				t.Run(strings.Join([]string{route, "by a token for", scope, whose}, " "), func(t *testing.T) {
					s := s.as(t)
					answer, body := s.admin(method, path, nil, "Authorization", bearer)
					refused := answer.StatusCode == http.StatusForbidden || answer.StatusCode == http.StatusUnauthorized
					hidden := whose != "of the site" && strings.Contains(route, ":site")
					covered := strings.Contains(tokensRead[route], scope)
					switch {
					case !covered && answer.StatusCode != http.StatusForbidden:
						t.Errorf("%d %s, want 403", answer.StatusCode, body)
					case covered && hidden && answer.StatusCode != http.StatusNotFound:
						t.Errorf("%d %s, want 404", answer.StatusCode, body)
					case covered && !hidden && refused:
						t.Errorf("%d %s", answer.StatusCode, body)
					}
					if (answer.StatusCode == http.StatusForbidden) != (answer.Header.Get("WWW-Authenticate") != "") || len(answer.Cookies()) > 0 {
						t.Errorf("%d %v", answer.StatusCode, answer.Header)
					}
					for _, theirs := range []string{s.site.ID, "shop.example", s.site.Name} {
						if whose != "of the site" && strings.Contains(string(body), theirs) {
							t.Errorf("the answer tells of %q: %s", theirs, body)
						}
					}
				})
			}
		}
	}
	roster, err := s.store.Roster(t.Context())
	if err != nil || len(roster.Tokens) != v.made+3*len(everyScope) || len(roster.Users) != v.made+3 || len(roster.Invitations) != v.made {
		t.Errorf("of %d people, invitations and tokens there are %d, %d and %d left, %v", v.made, len(roster.Users)-3, len(roster.Invitations), len(roster.Tokens)-3*len(everyScope), err)
	}
}

// The contract names the routes for tokens, with their scopes, as they are.
func TestContractTellsWhatTokensRead(t *testing.T) {
	c, err := loadContract()
	if err != nil {
		t.Fatal(err)
	}
	for path, operations := range c.document["paths"].(map[string]any) {
		for method, operation := range operations.(map[string]any) {
			var told []string
			security, _ := operation.(map[string]any)["security"].([]any)
			for _, one := range security {
				if scopes, is := one.(map[string]any)["token"].([]any); is {
					told = []string{strings.Trim(fmt.Sprint(scopes), "[]")}
				}
			}
			route := strings.ToUpper(method) + " " + strings.NewReplacer("{", ":", "}", "").Replace(path)
			var want []string
			if scopes, is := tokensRead[route]; is {
				want = []string{strings.TrimSuffix(scopes, strings.Join(everyScope, " "))} // Every scope is told as none.
			}
			if !slices.Equal(told, want) {
				t.Errorf("%s: the contract names %q, want %q", route, told, want)
			}
		}
	}
}

func TestTokenFromMakingToRevoking(t *testing.T) {
	s := startServer(t)
	owner := s.setUp()
	s.post(s.decision(consent.AcceptAll))
	answer, body := s.admin(http.MethodPost, "account/tokens", schemas.NewToken{Name: "Looker", Scopes: []string{"rates"}, Sites: []string{s.site.ID}}, "Cookie", owner)
	if answer.StatusCode != http.StatusCreated {
		t.Fatalf("%d %s", answer.StatusCode, body)
	}
	made := decode[schemas.MadeToken](t, body)
	bearer := "bearer " + made.Value // The scheme's case does not matter (RFC 9110, 11.1).
	export := "sites/" + s.site.ID + "/exports/rates?format=csv&each=day"
	answer, body = s.admin(http.MethodGet, export, nil, "Authorization", bearer)
	if table, err := csv.NewReader(strings.NewReader(string(body))).ReadAll(); err != nil || len(table) != 31 || table[30][2] != "1" {
		t.Errorf("%d %s, %v", answer.StatusCode, body, err)
	}
	s.admin(http.MethodGet, "sites/"+s.site.ID+"/rates", nil, "Authorization", bearer)
	s.admin(http.MethodDelete, "session", nil, "Authorization", bearer, "Cookie", owner)
	_, body = s.admin(http.MethodGet, "account/tokens", nil, "Cookie", owner)
	if tokens := decode[[]schemas.Token](t, body); len(tokens) != 1 || tokens[0].ID != made.Token.ID || tokens[0].UsedOn == "" || strings.Contains(string(body), made.Value) {
		t.Errorf("tokens: %s", body)
	}
	if answer, _ = s.admin(http.MethodDelete, "account/tokens/"+made.Token.ID, nil, "Cookie", owner); answer.StatusCode != http.StatusNoContent {
		t.Errorf("revoke: %d", answer.StatusCode)
	}
	// The owner's cookie does not make up for it.
	answer, body = s.admin(http.MethodGet, export, nil, "Authorization", bearer, "Cookie", owner)
	if answer.StatusCode != http.StatusUnauthorized || answer.Header.Get("WWW-Authenticate") != `Bearer error="invalid_token"` || decode[schemas.Problem](t, body).Type != problemPrefix+"token-not-valid" {
		t.Errorf("revoked: %d %v %s", answer.StatusCode, answer.Header, body)
	}
	for range 20 {
		answer, _ = s.admin(http.MethodGet, "sites", nil, "Authorization", "Bearer assent_guess")
	}
	if answer.StatusCode != http.StatusTooManyRequests || answer.Header.Get("Retry-After") == "" {
		t.Errorf("guessing: %d", answer.StatusCode)
	}
	acts := s.acts(owner, "")
	if guesses := len(acts) - 8; guesses < 1 || guesses > 20 || slices.ContainsFunc(acts[8:], func(act string) bool { return act != "use-token refused" }) {
		t.Errorf("guesses are told as %v", acts)
	}
	for i, want := range []string{"set-up done " + ownerEmail, "make-token done " + ownerEmail + " Looker: rates at " + s.site.ID,
		"export-rates done " + ownerEmail + " token Looker: rates csv " + s.site.ID, "view-rates done " + ownerEmail + " token Looker " + s.site.ID,
		"sign-out refused " + ownerEmail + " token Looker", "view-tokens done " + ownerEmail, "revoke-token done " + ownerEmail + " Looker: rates at " + s.site.ID + " of " + ownerEmail,
		"use-token refused"} {
		if acts[i] != want {
			t.Errorf("act %d: %q, want %q", i, acts[i], want)
		}
	}
	if secret := strings.TrimPrefix(made.Value, account.TokenPrefix); strings.Contains(s.logged.String(), secret) || strings.Contains(strings.Join(acts, "\n"), secret) {
		t.Error("the token's value is in the log or the trail")
	}
}

// A token that is limited to a site reads the trail of that site, whatever its maker may.
func TestTokenReadsTheTrailOfItsSites(t *testing.T) {
	s := startServer(t)
	owner := s.setUp()
	s.admin(http.MethodGet, "sites/"+s.site.ID+"/report", nil, "Cookie", owner)
	s.admin(http.MethodGet, "sites/nowhere/report", nil, "Cookie", owner)
	limited := s.token(ownerEmail, schemas.NewToken{Scopes: []string{"trail"}, Sites: []string{s.site.ID}})
	answer, body := s.admin(http.MethodGet, "trail", nil, "Authorization", limited)
	if acts := decode[schemas.Trail](t, body).Acts; answer.StatusCode != http.StatusOK || len(acts) != 1 || acts[0].Site != s.site.ID {
		t.Errorf("%d %s", answer.StatusCode, body)
	}
	if answer, body := s.admin(http.MethodGet, "trail?site=nowhere", nil, "Authorization", limited); answer.StatusCode != http.StatusForbidden {
		t.Errorf("another site's: %d %s", answer.StatusCode, body)
	}
	all := s.token(ownerEmail, schemas.NewToken{Scopes: []string{"trail"}})
	if _, body := s.admin(http.MethodGet, "trail", nil, "Authorization", all); len(decode[schemas.Trail](t, body).Acts) < 4 {
		t.Errorf("of all sites: %s", body)
	}
}

// Whoever signs in to a proxy before Assent, with Basic, is signed in here by the cookie all the same; and a page of another
// site cannot make a browser use the cookie by adding a token.
func TestOnlyBearerMeansAToken(t *testing.T) {
	s := startServer(t)
	owner := s.setUp()
	if answer, _ := s.admin(http.MethodGet, "sites", nil, "Authorization", "Basic YWRhOng=", "Cookie", owner); answer.StatusCode != http.StatusOK {
		t.Errorf("with Basic: %d", answer.StatusCode)
	}
	foreign := []string{"Cookie", owner, "Sec-Fetch-Site", "cross-site", "Origin", "https://evil.example"}
	if answer, _ := s.admin(http.MethodDelete, "account/sessions", nil, foreign...); answer.StatusCode != http.StatusForbidden {
		t.Errorf("from another site: %d", answer.StatusCode)
	}
	if answer, _ := s.admin(http.MethodDelete, "account/sessions", nil, append(foreign, "Authorization", "Bearer x")...); answer.StatusCode != http.StatusUnauthorized {
		t.Errorf("from another site, with a token: %d", answer.StatusCode)
	}
}
