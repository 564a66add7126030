package httpapi

import (
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/labstack/echo/v4"

	"assent/schemas"
	"assent/server/internal/account"
)

// Who a route is for, beside roles.
const (
	anybody = "anybody"
	users   = "users"
	overAll = "over all sites"
)

// whoMay says of every route of the administration who may use it at a site. It is written down a second time here, and
// not taken from the server's own table, so that a slip there is found.
var whoMay = map[string]string{
	"GET /v1/admin/session":                    anybody,
	"POST /v1/admin/session":                   anybody,
	"DELETE /v1/admin/session":                 anybody,
	"POST /v1/admin/setup":                     anybody,
	"POST /v1/admin/session/code":              anybody,
	"POST /v1/admin/session/passkey":           anybody,
	"POST /v1/admin/session/passkey/challenge": anybody,
	"POST /v1/admin/invitations/accept":        anybody,

	"GET /v1/admin/single-sign-on":          anybody,
	"GET /v1/admin/single-sign-on/callback": anybody,

	"GET /v1/admin/account/tokens":                     users,
	"POST /v1/admin/account/tokens":                    users,
	"DELETE /v1/admin/account/tokens/:token":           users,
	"GET /v1/admin/account/sessions":                   users,
	"DELETE /v1/admin/account/sessions":                users,
	"DELETE /v1/admin/account/sessions/:session":       users,
	"PUT /v1/admin/account/password":                   users,
	"GET /v1/admin/account/factors":                    users,
	"POST /v1/admin/account/factors":                   users,
	"POST /v1/admin/account/passkeys":                  users,
	"POST /v1/admin/account/passkeys/challenge":        users,
	"POST /v1/admin/account/passkeys/:passkey/removal": users,
	"POST /v1/admin/account/factors/offer":             users,
	"POST /v1/admin/account/factors/recovery":          users,
	"POST /v1/admin/account/factors/removal":           users,
	"GET /v1/admin/sites":                              users,
	"GET /v1/admin/due":                                users,
	"GET /v1/admin/services":                           users,
	"GET /v1/admin/texts":                              users,

	"POST /v1/admin/invitations":               "owner",
	"DELETE /v1/admin/invitations/:invitation": "owner",
	"GET /v1/admin/people":                     "owner",
	"PUT /v1/admin/people/:person/roles":       "owner",
	"DELETE /v1/admin/people/:person":          "owner",
	"DELETE /v1/admin/people/:person/factors":  "owner",

	"GET /v1/admin/trail": "owner officer",

	"POST /v1/admin/sites":                      "owner over all sites",
	"PATCH /v1/admin/sites/:site":               "owner",
	"GET /v1/admin/sites/:site/embedding":       "owner editor analyst officer",
	"GET /v1/admin/sites/:site/presence":        "owner editor analyst officer",
	"GET /v1/admin/sites/:site/draft":           "owner editor analyst officer",
	"PUT /v1/admin/sites/:site/draft":           "owner editor",
	"DELETE /v1/admin/sites/:site/draft":        "owner editor",
	"POST /v1/admin/sites/:site/draft/links":    "owner editor",
	"POST /v1/admin/sites/:site/import":         "owner editor",
	"GET /v1/admin/sites/:site/publications":    "owner editor analyst officer",
	"POST /v1/admin/sites/:site/publications":   "owner editor",
	"DELETE /v1/admin/sites/:site/announcement": "owner editor",
	"GET /v1/admin/sites/:site/notices/:notice": "owner editor analyst officer",
	"GET /v1/admin/sites/:site/preview":         "owner editor analyst officer",
	"GET /v1/admin/sites/:site/processing":      "owner editor analyst officer",
	"GET /v1/admin/sites/:site/suspensions":     "owner editor analyst officer",

	"POST /v1/admin/sites/:site/experiments":                      "owner editor",
	"GET /v1/admin/sites/:site/experiments/:experiment":           "owner editor analyst officer",
	"POST /v1/admin/sites/:site/experiments/:experiment/end":      "owner editor",
	"POST /v1/admin/sites/:site/experiments/:experiment/adoption": "owner editor",

	"GET /v1/admin/sites/:site/integrations":                         "owner editor analyst officer",
	"POST /v1/admin/sites/:site/integrations":                        "owner",
	"POST /v1/admin/sites/:site/integrations/preview":                "owner",
	"PUT /v1/admin/sites/:site/integrations/:integration":            "owner",
	"DELETE /v1/admin/sites/:site/integrations/:integration":         "owner",
	"PUT /v1/admin/sites/:site/integrations/:integration/state":      "owner",
	"POST /v1/admin/sites/:site/integrations/:integration/secret":    "owner",
	"POST /v1/admin/sites/:site/integrations/:integration/test":      "owner",
	"POST /v1/admin/sites/:site/integrations/:integration/replays":   "owner",
	"GET /v1/admin/sites/:site/integrations/:integration/deliveries": "owner officer",

	"GET /v1/admin/sites/:site/linking":         "owner editor analyst officer",
	"PUT /v1/admin/sites/:site/linking":         "owner",
	"POST /v1/admin/sites/:site/linking/secret": "owner",
	"POST /v1/admin/sites/:site/accounts/copy":  "owner officer",

	"GET /v1/admin/sites/:site/decisions":                 "owner officer",
	"GET /v1/admin/sites/:site/exports/decisions":         "owner officer",
	"GET /v1/admin/sites/:site/exports/archive":           "owner officer",
	"GET /v1/admin/sites/:site/exports/processing":        "owner editor analyst officer",
	"GET /v1/admin/sites/:site/exports/rates":             "owner analyst officer",
	"GET /v1/admin/sites/:site/exports/groups":            "owner analyst officer",
	"POST /v1/admin/sites/:site/erasures":                 "owner officer",
	"GET /v1/admin/sites/:site/decisions/:decision/shown": "owner officer",

	"GET /v1/admin/sites/:site/requests":                 "owner officer",
	"POST /v1/admin/sites/:site/requests":                "owner officer",
	"GET /v1/admin/sites/:site/requests/:request":        "owner officer",
	"GET /v1/admin/sites/:site/requests/:request/copy":   "owner officer",
	"POST /v1/admin/sites/:site/requests/:request/steps": "owner officer",
	"GET /v1/admin/sites/:site/request-deadline":         "owner officer",
	"PUT /v1/admin/sites/:site/request-deadline":         "owner officer",

	"GET /v1/admin/sites/:site/retention":                "owner officer",
	"PUT /v1/admin/sites/:site/retention":                "owner officer",
	"POST /v1/admin/sites/:site/holds":                   "owner officer",
	"POST /v1/admin/sites/:site/holds/:hold/end":         "owner officer",
	"GET /v1/admin/sites/:site/reviews":                  "owner editor analyst officer",
	"GET /v1/admin/sites/:site/reviews/:review":          "owner editor analyst officer",
	"POST /v1/admin/sites/:site/reviews/:review/answers": "owner editor officer",
	"PUT /v1/admin/sites/:site/review-period":            "owner editor officer",

	"GET /v1/admin/sites/:site/report":     "owner editor analyst officer",
	"GET /v1/admin/sites/:site/rates":      "owner editor analyst officer",
	"GET /v1/admin/sites/:site/breakdown":  "owner editor analyst officer",
	"GET /v1/admin/sites/:site/overview":   "owner editor analyst officer",
	"GET /v1/admin/sites/:site/comparison": "owner editor analyst officer",
	"GET /v1/admin/sites/:site/sightings":  "owner editor analyst officer",
}

// tokensRead says of every route that tokens may use with which scopes, a second time like whoMay.
var tokensRead = map[string]string{
	"GET /v1/admin/sites":    "rates sites decisions trail",
	"GET /v1/admin/trail":    "trail",
	"GET /v1/admin/services": "sites",
	"GET /v1/admin/texts":    "sites",

	"GET /v1/admin/sites/:site/embedding":          "sites",
	"GET /v1/admin/sites/:site/presence":           "sites",
	"GET /v1/admin/sites/:site/draft":              "sites",
	"GET /v1/admin/sites/:site/publications":       "sites",
	"GET /v1/admin/sites/:site/notices/:notice":    "sites",
	"GET /v1/admin/sites/:site/sightings":          "sites",
	"GET /v1/admin/sites/:site/processing":         "sites",
	"GET /v1/admin/sites/:site/suspensions":        "sites",
	"GET /v1/admin/sites/:site/integrations":       "sites",
	"GET /v1/admin/sites/:site/exports/processing": "sites",

	"GET /v1/admin/sites/:site/experiments/:experiment": "rates",
	"GET /v1/admin/sites/:site/exports/rates":           "rates",
	"GET /v1/admin/sites/:site/exports/groups":          "rates",
	"GET /v1/admin/sites/:site/report":                  "rates",
	"GET /v1/admin/sites/:site/rates":                   "rates",
	"GET /v1/admin/sites/:site/breakdown":               "rates",
	"GET /v1/admin/sites/:site/overview":                "rates",
	"GET /v1/admin/sites/:site/comparison":              "rates",

	"GET /v1/admin/sites/:site/decisions":         "decisions",
	"GET /v1/admin/sites/:site/exports/decisions": "decisions",
	"GET /v1/admin/sites/:site/exports/archive":   "decisions",
}

// untold are the only routes whose use is not in the trail.
var untold = []string{"GET /v1/admin/session", "GET /v1/admin/single-sign-on", "GET /v1/admin/account/sessions", "GET /v1/admin/account/factors", "POST /v1/admin/session/passkey/challenge", "GET /v1/admin/sites", "GET /v1/admin/due", "GET /v1/admin/services", "GET /v1/admin/texts"}

var roles = []string{account.OwnerRole, account.EditorRole, account.AnalystRole, account.OfficerRole}

// adminRoutes are what the server answers under /v1/admin, by its own account.
func adminRoutes(t *testing.T, s *testServer) []string {
	t.Helper()
	var routes []string
	for _, route := range s.handler.(*echo.Echo).Routes() {
		if route.Method != echo.RouteNotFound && strings.HasPrefix(route.Path, "/v1/admin") {
			routes = append(routes, route.Method+" "+route.Path)
		}
	}
	slices.Sort(routes)
	return routes
}

// ASVS 8.2.1
func TestEveryAdminRouteIsInTheMatrix(t *testing.T) {
	s := startServer(t)
	routes := adminRoutes(t, s)
	for _, route := range routes {
		if whoMay[route] == "" {
			t.Errorf("%s is not in the matrix: say who may use it, here and in permissions.go", route)
		}
		if rules[route].needs == "" {
			t.Errorf("%s is not in permissions.go", route)
		}
		if rules[route].act == "" && !slices.Contains(untold, route) {
			t.Errorf("%s has no name in the trail", route)
		}
	}
	for route := range whoMay {
		if !slices.Contains(routes, route) {
			t.Errorf("%s is in the matrix and no route", route)
		}
	}
}

// tenant is a site with people of its own; each call of victims makes new ones.
type tenant struct {
	server  *testServer
	made    int
	forgets bool // Who was made before: a roster is written as a whole, which takes long with thousands.
}

// user signs somebody in with these roles and returns the Cookie header.
func (s *testServer) user(email string, roles account.Roles) string {
	s.t.Helper()
	user := account.User{Email: email, Roles: roles, CreatedAt: time.Now().UTC(), Generation: 1}
	err := s.store.ChangeRoster(s.t.Context(), func(r *account.Roster) error {
		r.Users[email] = user
		return nil
	})
	if err != nil {
		s.t.Fatal(err)
	}
	return s.signedInAs(user)
}

func (s *testServer) signedInAs(user account.User) string {
	s.t.Helper()
	sessions := account.NewSessions(s.store, time.Now)
	request, err := http.NewRequestWithContext(s.t.Context(), http.MethodGet, s.url, http.NoBody)
	if err != nil {
		s.t.Fatal(err)
	}
	ctx, err := sessions.Load(request, false)
	if err != nil {
		s.t.Fatal(err)
	}
	cookie, err := sessions.Start(ctx, user, "", false)
	if err != nil {
		s.t.Fatal(err)
	}
	return cookie.Name + "=" + cookie.Value
}

// path fills a route's parameters with what is the tenant's.
func (v *tenant) path(route string) (method, path string) {
	v.made++
	s := v.server
	email := fmt.Sprintf("victim%d@shop.example", v.made)
	hash := fmt.Sprintf("%064d", v.made)
	at := account.Roles{Sites: map[string]string{s.site.ID: account.AnalystRole}}
	victim := s.user(email, at)
	err := s.store.ChangeRoster(s.t.Context(), func(r *account.Roster) error {
		if v.forgets {
			maps.DeleteFunc(r.Users, func(other string, _ account.User) bool { return strings.HasPrefix(other, "victim") && other != email })
			clear(r.Tokens)
			clear(r.Factors)
			clear(r.Invitations)
		}
		r.Tokens[hash] = account.Token{Hash: hash, Name: "of " + email, By: email, Scopes: []account.Scope{account.ScopeRates}, ExpiresAt: time.Now().Add(time.Hour)}
		r.Factors[email] = account.Factors{Handle: []byte(email), Passkeys: []account.Passkey{{Credential: []byte(email)}}}
		r.Invitations[hash] = account.Invitation{Hash: hash, Email: "invited" + email, Roles: at, ExpiresAt: time.Now().Add(time.Hour)}
		return nil
	})
	if err != nil {
		s.t.Fatal(err)
	}
	_, body := s.admin(http.MethodGet, "account/sessions", nil, "Cookie", victim)
	method, path, _ = strings.Cut(route, " /v1/admin/")
	return method, strings.NewReplacer(":site", s.site.ID, ":person", account.User{Email: email}.ID(),
		":notice", s.site.Notice, ":invitation", account.Invitation{Hash: hash}.ID(), ":passkey", account.Passkey{Credential: []byte(email)}.ID(), ":token", account.Token{Hash: hash}.ID(), ":session", decode[[]schemas.OpenSession](s.t, body)[0].ID).Replace(path)
}

// send asks with a body where there may be one.
func (s *testServer) send(method, path, cookie, text string) (int, string) {
	s.t.Helper()
	var body any
	if slices.Contains([]string{http.MethodPost, http.MethodPut, http.MethodPatch}, method) {
		body = text
	}
	answer, content := s.admin(method, path, body, "Cookie", cookie)
	return answer.StatusCode, string(content)
}

// Every route by every role of another tenant: what names something of this one is refused or not found, and no answer
// tells of it.
// ASVS 8.2.2, 8.4.1
// Threat B5.10
func TestNobodyElses(t *testing.T) {
	s := startServer(t)
	s.setUp()
	v := &tenant{server: s}
	for _, route := range adminRoutes(t, s) {
		for _, role := range roles {
			t.Run(route+" by the "+role+" of another site", func(t *testing.T) {
				s := s.as(t)
				method, path := v.path(route)
				stranger := s.user("eve@other.example", account.Roles{Sites: map[string]string{"other": role}})
				status, body := s.send(method, path, stranger, `{"sites":{"other":"analyst"}}`)
				if strings.Contains(route, ":") && status != http.StatusForbidden && status != http.StatusNotFound {
					t.Errorf("%d %s", status, body)
				}
				for _, theirs := range []string{s.site.ID, "shop.example", s.site.Name} {
					if strings.Contains(body, theirs) {
						t.Errorf("the answer tells of %q: %s", theirs, body)
					}
				}
			})
		}
	}
	roster, err := s.store.Roster(t.Context())
	if err != nil || len(roster.Invitations) != v.made || len(roster.Tokens) != v.made || len(roster.Users) != v.made+2 {
		t.Errorf("of %d people, invitations and tokens there are %d, %d and %d left, %v", v.made, len(roster.Users)-2, len(roster.Invitations), len(roster.Tokens), err)
	}
}

// Every route by every role, at this site alone and over all sites, and by nobody.
// ASVS 8.2.1, 8.3.1
// Threat B5.10
func TestRolesAndRoutes(t *testing.T) {
	s := startServer(t)
	s.setUp()
	v := &tenant{server: s, forgets: true}
	for _, route := range adminRoutes(t, s) {
		may := whoMay[route]
		for _, role := range append([]string{""}, roles...) {
			for where, held := range map[string]account.Roles{
				"at the site": {Sites: map[string]string{s.site.ID: role}},
				overAll:       {Role: role},
			} {
				t.Run(strings.Join([]string{route, role, where}, " "), func(t *testing.T) {
					s := s.as(t)
					method, path := v.path(route)
					cookie := ""
					if role != "" {
						cookie = s.user("bob@shop.example", held)
					}
					status, body := s.send(method, path, cookie, "{") // Whoever is let in is told that this is no JSON.
					switch {
					case may == anybody, may == users && role != "", strings.Contains(may, role) && role != "" && (where == overAll || !strings.HasSuffix(may, overAll)):
						if notLetIn := status == http.StatusUnauthorized || status == http.StatusForbidden; notLetIn {
							t.Errorf("%d %s", status, body)
						}
					case role == "":
						if status != http.StatusUnauthorized {
							t.Errorf("%d %s, want 401", status, body)
						}
					case status != http.StatusForbidden:
						t.Errorf("%d %s, want 403", status, body)
					}
				})
			}
		}
	}
}
