package httpapi

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"github.com/labstack/echo/v4"

	"assent/schemas"
	"assent/server/internal/account"
	"assent/server/internal/consent"
)

const (
	ownerEmail    = "ada@shop.example"
	ownerPassword = "three unrelated nouns"
)

// setUp creates the owner and returns the session's cookie as a Cookie header.
func (s *testServer) setUp(headers ...string) string {
	s.t.Helper()
	token, err := s.accounts.OfferSetup(s.t.Context())
	if err != nil {
		s.t.Fatal(err)
	}
	answer, body := s.admin(http.MethodPost, "setup", schemas.Setup{Token: token, Email: ownerEmail, Password: ownerPassword}, headers...)
	if answer.StatusCode != http.StatusCreated {
		s.t.Fatalf("set-up: %d %s", answer.StatusCode, body)
	}
	return cookieOf(s.t, answer)
}

func (s *testServer) admin(method, path string, body any, headers ...string) (*http.Response, []byte) {
	s.t.Helper()
	if body != nil {
		headers = append([]string{"Content-Type", "application/json"}, headers...)
	}
	answer, content := s.do(method, "/v1/admin/"+path, body, headers...)
	if answer.Header.Get("Cache-Control") != "no-store" {
		s.t.Errorf("%s %s may be cached: %v", method, path, answer.Header)
	}
	return answer, content
}

func cookieOf(t *testing.T, answer *http.Response) string {
	t.Helper()
	cookies := answer.Cookies()
	if len(cookies) != 1 {
		t.Fatalf("%d cookies, want 1", len(cookies))
	}
	return cookies[0].Name + "=" + cookies[0].Value
}

// ASVS 14.3.2
func TestSessionFromSetUpToSignOut(t *testing.T) {
	s := startServer(t)
	state := func(want, cookie string) {
		t.Helper()
		_, body := s.admin(http.MethodGet, "session", nil, "Cookie", cookie)
		if got := decode[schemas.Session](t, body); got.State != want || (got.Email == ownerEmail) != (want == stateSignedIn) {
			t.Errorf("session = %+v, want %s", got, want)
		}
	}
	state(stateSetup, "")
	first := s.setUp()
	state(stateSignedIn, first)
	state(stateSignedOut, "")
	state(stateSignedOut, "assent-session=invented")

	answer, _ := s.admin(http.MethodPost, "session", schemas.Credentials{Email: "ADA@shop.example", Password: ownerPassword}, "Cookie", first)
	second := cookieOf(t, answer)
	if second == first {
		t.Error("signing in kept the token")
	}
	state(stateSignedOut, first)
	state(stateSignedIn, second)

	answer, _ = s.admin(http.MethodDelete, "session", nil, "Cookie", second)
	if answer.StatusCode != http.StatusNoContent || answer.Cookies()[0].MaxAge >= 0 {
		t.Errorf("sign-out: %d %v", answer.StatusCode, answer.Cookies())
	}
	state(stateSignedOut, second)
}

func TestSessionCookieBehindHTTPS(t *testing.T) {
	s := startServer(t)
	cookie := s.setUp("X-Forwarded-Proto", "https")
	if !strings.HasPrefix(cookie, "__Host-assent-session=") {
		t.Errorf("cookie %q is not bound to the host", cookie)
	}
	if answer, _ := s.admin(http.MethodGet, "sites", nil, "Cookie", cookie, "X-Forwarded-Proto", "https"); answer.StatusCode != http.StatusOK {
		t.Errorf("sites: %d", answer.StatusCode)
	}
	plain := strings.TrimPrefix(cookie, "__Host-")
	if answer, _ := s.admin(http.MethodGet, "sites", nil, "Cookie", plain, "X-Forwarded-Proto", "https"); answer.StatusCode != http.StatusUnauthorized {
		t.Errorf("a cookie that a subdomain could have planted was taken: %d", answer.StatusCode)
	}
}

// ASVS 1.5.2, 3.5.1, 3.5.2, 15.3.3
// Threat B5.11
func TestAdminRefuses(t *testing.T) {
	s := startServer(t)
	cookie := s.setUp()
	report := "sites/" + s.site.ID + "/report"
	credentials := schemas.Credentials{Email: ownerEmail, Password: "not the password"}
	cases := []struct {
		name, method, path string
		body               any
		headers            []string
		status             int
		problem            string
	}{
		{"sites without session", http.MethodGet, "sites", nil, nil, 401, "signed-out"},
		{"report without session", http.MethodGet, report, nil, nil, 401, "signed-out"},
		{"report of an unknown site", http.MethodGet, "sites/none/report", nil, []string{"Cookie", cookie}, 404, "not-found"},
		{"report of an odd day", http.MethodGet, report + "?from=yesterday", nil, []string{"Cookie", cookie}, 422, "invalid"},
		{"report of a decade", http.MethodGet, report + "?from=2016-01-01", nil, []string{"Cookie", cookie}, 422, "invalid"},
		{"wrong password", http.MethodPost, "session", credentials, nil, 401, "wrong-credentials"},
		{"unknown member", http.MethodPost, "session", `{"email":"a","password":"b","role":"owner"}`, nil, 400, "malformed"},
		{"form post", http.MethodPost, "session", "email=a", []string{"Content-Type", "application/x-www-form-urlencoded"}, 415, "media-type"},
		{"huge body", http.MethodPost, "session", strings.Repeat(" ", 9000), nil, 413, "too-large"},
		{"sign-in by another site", http.MethodPost, "session", credentials, []string{"Sec-Fetch-Site", "cross-site"}, 403, "foreign-request"},
		{"sign-in by a sibling", http.MethodPost, "session", credentials, []string{"Sec-Fetch-Site", "same-site"}, 403, "foreign-request"},
		{"sign-in by another origin", http.MethodPost, "session", credentials, []string{"Origin", "https://evil.example"}, 403, "foreign-request"},
		{"sign-out by another site", http.MethodDelete, "session", nil, []string{"Sec-Fetch-Site", "cross-site", "Cookie", cookie}, 403, "foreign-request"},
		{"set-up with a wrong token", http.MethodPost, "setup", schemas.Setup{Token: "wrong", Email: "eve@shop.example", Password: ownerPassword}, nil, 403, "set-up-link-not-valid"},
		{"set-up with a weak password", http.MethodPost, "setup", schemas.Setup{Token: "wrong", Email: "eve@shop.example", Password: "password12345"}, nil, 422, "invalid"},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			answer, body := s.as(t).do(c.method, "/v1/admin/"+c.path, c.body, append([]string{"Content-Type", "application/json"}, c.headers...)...)
			got := decode[schemas.Problem](t, body)
			if answer.StatusCode != c.status || got.Type != problemPrefix+c.problem || len(answer.Cookies()) > 0 {
				t.Errorf("%d %+v %v", answer.StatusCode, got, answer.Cookies())
			}
		})
	}
	if answer, _ := s.admin(http.MethodGet, "sites", nil, "Cookie", cookie); answer.StatusCode != http.StatusOK {
		t.Error("another site's sign-out worked")
	}
}

// as reports to another test.
func (s *testServer) as(t *testing.T) *testServer {
	other := *s
	other.t = t
	return &other
}

func TestGuessingIsAnsweredWithRetryAfter(t *testing.T) {
	s := startServer(t)
	s.setUp()
	for i := range 6 {
		answer, body := s.admin(http.MethodPost, "session", schemas.Credentials{Email: ownerEmail, Password: "a guess"}, "X-Forwarded-For", "192.0.2.9")
		if i < 5 {
			continue
		}
		if answer.StatusCode != http.StatusTooManyRequests || answer.Header.Get("Retry-After") != "1" {
			t.Errorf("sixth guess: %d %v %s", answer.StatusCode, answer.Header, body)
		}
	}
	if logged := s.logged.String(); strings.Contains(logged, ownerEmail) || strings.Contains(logged, "127.0.0.1") || !strings.Contains(logged, "owner created") {
		t.Errorf("log: %s", logged)
	}
}

func TestReportCountsDecisions(t *testing.T) {
	s := startServer(t)
	cookie := s.setUp()
	for _, action := range []string{consent.AcceptAll, consent.RejectAll, consent.RejectAll} {
		if answer, body := s.post(s.decision(action)); answer.StatusCode != http.StatusCreated {
			t.Fatalf("%d %s", answer.StatusCode, body)
		}
	}
	_, body := s.admin(http.MethodGet, "sites", nil, "Cookie", cookie)
	if sites := decode[[]schemas.Site](t, body); len(sites) != 1 || sites[0].ID != s.site.ID {
		t.Errorf("sites = %+v", sites)
	}
	_, body = s.admin(http.MethodGet, "sites/"+s.site.ID+"/report", nil, "Cookie", cookie)
	report := decode[schemas.Report](t, body)
	today := time.Now().UTC().Format(time.DateOnly)
	if want := (schemas.Tally{Decisions: 3, Accepted: 1, Refused: 2}); report.Totals != want || len(report.Days) != 30 || report.To != today {
		t.Errorf("report = %+v", report)
	}
	if len(report.Recent) != 3 || report.Recent[2].Action != consent.AcceptAll || report.Recent[0].Page != shopOrigin+"/cart" {
		t.Errorf("last decisions = %+v", report.Recent)
	}
	for _, share := range report.Purposes {
		if share.Purpose == "marketing" && (share.Granted != 1 || share.Decided != 3) {
			t.Errorf("marketing = %+v", share)
		}
	}
}

// ASVS 3.4.3, 3.4.5, 3.4.6
// Threat B5.11
func TestDashboardFiles(t *testing.T) {
	s := startServer(t)
	page, _ := s.do(http.MethodGet, "/dashboard/", nil)
	policy := page.Header.Get("Content-Security-Policy")
	for _, rule := range []string{"default-src 'none'", "script-src 'self'", "frame-ancestors 'none'", "base-uri 'none'", "require-trusted-types-for 'script'"} {
		if !strings.Contains(policy, rule) {
			t.Errorf("policy %q lacks %s", policy, rule)
		}
	}
	if strings.Contains(policy, "unsafe") || page.Header.Get("Cache-Control") != "no-cache" || page.Header.Get("Referrer-Policy") != "no-referrer" {
		t.Errorf("headers: %v", page.Header)
	}
	if file, _ := s.do(http.MethodGet, "/dashboard/app.1.js", nil); !strings.Contains(file.Header.Get("Cache-Control"), "immutable") {
		t.Errorf("a hashed file: %v", file.Header)
	}
}

func TestDashboardThatWasNotBuilt(t *testing.T) {
	d, err := newDashboard(fstest.MapFS{".gitkeep": {}})
	if err != nil {
		t.Fatal(err)
	}
	e := echo.New()
	e.GET("/dashboard/*", d.serve)
	answer := httptest.NewRecorder()
	e.ServeHTTP(answer, httptest.NewRequest(http.MethodGet, "/dashboard/", nil))
	if answer.Code != http.StatusServiceUnavailable || !strings.Contains(answer.Body.String(), "run make build") {
		t.Errorf("%d %s", answer.Code, answer.Body)
	}
}

// A removed account is out at once, whatever its cookie says (ASVS 8.3.2).
// ASVS 7.4.2, 8.3.2
func TestSessionOfARemovedUser(t *testing.T) {
	s := startServer(t)
	sessions := account.NewSessions(s.store, time.Now)
	request, err := http.NewRequestWithContext(t.Context(), http.MethodGet, s.url, http.NoBody)
	if err != nil {
		t.Fatal(err)
	}
	ctx, err := sessions.Load(request, false)
	if err != nil {
		t.Fatal(err)
	}
	cookie, err := sessions.Start(ctx, account.User{Email: "gone@shop.example"}, "", false)
	if err != nil {
		t.Fatal(err)
	}
	if answer, _ := s.admin(http.MethodGet, "sites", nil, "Cookie", cookie.Name+"="+cookie.Value); answer.StatusCode != http.StatusUnauthorized {
		t.Errorf("sites: %d", answer.StatusCode)
	}
}

// CVE-2025-57766: sessions outlived the password that they were made with.
// ASVS 6.2.2, 6.2.3, 6.2.5, 7.4.3
// Threat B5.13
func TestAChangeOfPasswordEndsTheOtherSessions(t *testing.T) {
	s := startServer(t)
	cookie := s.setUp()
	stolen, _ := s.admin(http.MethodPost, "session", schemas.Credentials{Email: ownerEmail, Password: ownerPassword})
	change := func(current, password string) *http.Response {
		t.Helper()
		answer, _ := s.admin(http.MethodPut, "account/password", schemas.PasswordChange{Current: current, Password: password}, "Cookie", cookie)
		return answer
	}
	if answer := change("not the password", "a bicycle in winter"); answer.StatusCode != http.StatusUnauthorized {
		t.Errorf("with a wrong password: %d", answer.StatusCode)
	}
	if answer := change(ownerPassword, "Password1234!"); answer.StatusCode != http.StatusUnprocessableEntity {
		t.Errorf("to a weak password: %d", answer.StatusCode)
	}
	renewed := change(ownerPassword, "a bicycle in winter")
	for cookie, want := range map[string]int{cookieOf(t, stolen): 401, cookie: 401, cookieOf(t, renewed): 200} {
		if answer, _ := s.admin(http.MethodGet, "sites", nil, "Cookie", cookie); answer.StatusCode != want {
			t.Errorf("sites: %d, want %d", answer.StatusCode, want)
		}
	}
	for password, want := range map[string]int{ownerPassword: 401, "a bicycle in winter": 200} {
		if answer, _ := s.admin(http.MethodPost, "session", schemas.Credentials{Email: ownerEmail, Password: password}); answer.StatusCode != want {
			t.Errorf("signing in with %q: %d, want %d", password, answer.StatusCode, want)
		}
	}
}

// The way of a second user: invited, signed in with what the role allows, changed, removed.
func TestPeople(t *testing.T) {
	s := startServer(t)
	owner := s.setUp()
	answer, body := s.admin(http.MethodPost, "invitations", schemas.NewInvitation{Email: "bob@shop.example",
		Roles: schemas.RolesGiven{Sites: map[string]string{s.site.ID: "analyst"}}}, "Cookie", owner)
	link := decode[schemas.InvitationLink](t, body)
	if answer.StatusCode != http.StatusCreated {
		t.Fatalf("invite: %d %s", answer.StatusCode, body)
	}
	answer, body = s.admin(http.MethodPost, "invitations/accept", schemas.Setup{Token: link.Token, Email: "bob@shop.example", Password: ownerPassword})
	if session := decode[schemas.Session](t, body); answer.StatusCode != http.StatusCreated || len(session.Permissions) != 2 {
		t.Fatalf("accept: %d %s", answer.StatusCode, body)
	}
	bob := cookieOf(t, answer)
	if answer, _ := s.admin(http.MethodGet, "sites/"+s.site.ID+"/report", nil, "Cookie", bob); answer.StatusCode != http.StatusOK {
		t.Errorf("report: %d", answer.StatusCode)
	}
	if answer, _ := s.admin(http.MethodGet, "people", nil, "Cookie", bob); answer.StatusCode != http.StatusForbidden {
		t.Errorf("people by an analyst: %d", answer.StatusCode)
	}
	_, body = s.admin(http.MethodGet, "people", nil, "Cookie", owner)
	people := decode[schemas.People](t, body)
	if len(people.People) != 2 || len(people.Invitations) != 0 || people.People[1].Email != "bob@shop.example" {
		t.Fatalf("people = %s", body)
	}
	path := "people/" + people.People[1].ID
	answer, body = s.admin(http.MethodPut, path+"/roles", schemas.RolesGiven{All: "owner"}, "Cookie", owner)
	if answer.StatusCode != http.StatusOK || decode[schemas.Person](t, body).Roles.All != "owner" {
		t.Errorf("roles: %d %s", answer.StatusCode, body)
	}
	if answer, _ := s.admin(http.MethodGet, "people", nil, "Cookie", bob); answer.StatusCode != http.StatusOK {
		t.Errorf("people by an owner: %d", answer.StatusCode)
	}
	if answer, _ := s.admin(http.MethodDelete, path, nil, "Cookie", owner); answer.StatusCode != http.StatusNoContent {
		t.Errorf("remove: %d", answer.StatusCode)
	}
	if answer, _ := s.admin(http.MethodGet, "sites", nil, "Cookie", bob); answer.StatusCode != http.StatusUnauthorized {
		t.Errorf("a removed user: %d", answer.StatusCode)
	}
}
