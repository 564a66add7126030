package httpapi

import (
	"crypto/rand"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"assent/schemas"
	"assent/server/internal/account"
	"assent/server/internal/admintrail"
	"assent/server/internal/daykey"
	"assent/server/internal/singlesignon"
	"assent/server/internal/singlesignon/providertest"
)

const callback = "/v1/admin/single-sign-on/callback"

var bob = providertest.Person{Subject: "4711", Email: "Bob@shop.example", Verified: true}

// entrance is a server with a provider, and a user named Bob.
type entrance struct {
	*testServer
	provider *providertest.Provider
}

func startEntrance(t *testing.T, admission account.Admission) *entrance {
	t.Helper()
	provider, err := providertest.New()
	if err != nil {
		t.Fatal(err)
	}
	web := httptest.NewServer(provider)
	t.Cleanup(web.Close)
	provider.Issuer = web.URL
	provider.Is(bob)
	var keys *daykey.Ring
	s := startServer(t, func(p *Parts) {
		keys = p.Keys
		p.SingleSignOn = singlesignon.New(optionsFor(provider, admission), keys, time.Now)
	})
	s.setUp()
	s.user("bob@shop.example", account.Roles{Role: account.AnalystRole})
	return &entrance{testServer: s, provider: provider}
}

func optionsFor(provider *providertest.Provider, admission account.Admission) singlesignon.Options {
	return singlesignon.Options{Issuer: provider.Issuer, ClientID: providertest.ClientID, ClientSecret: providertest.ClientSecret,
		Label: "Example", Redirect: "https://assent.example" + callback, Admission: admission}
}

// leave presses the button and returns the cookie, and with what the provider sends back.
func (e *entrance) leave(to string) (cookie, query string) {
	e.t.Helper()
	answer, _ := e.admin(http.MethodGet, "single-sign-on?"+url.Values{"to": {to}}.Encode(), nil)
	for _, c := range answer.Cookies() {
		if !c.HttpOnly || c.SameSite != http.SameSiteLaxMode || c.MaxAge != 600 {
			e.t.Errorf("cookie %s", answer.Header.Get("Set-Cookie"))
		}
		cookie = c.Name + "=" + c.Value
	}
	provided, err := e.client.Get(answer.Header.Get("Location"))
	if err != nil {
		e.t.Fatal(err)
	}
	defer provided.Body.Close()
	back, err := url.Parse(provided.Header.Get("Location"))
	if err != nil || back.Host != "assent.example" || back.Path != callback {
		e.t.Fatalf("sent back to %s with status %d, %v", back, provided.StatusCode, err)
	}
	return cookie, back.RawQuery
}

// comeBack returns where the server sends on, and the session's cookie.
func (e *entrance) comeBack(cookie, query string) (page, session string) {
	e.t.Helper()
	answer, body := e.admin(http.MethodGet, "single-sign-on/callback?"+query, nil, "Cookie", cookie)
	if answer.StatusCode != http.StatusFound {
		e.t.Fatalf("%d %s", answer.StatusCode, body)
	}
	for _, c := range answer.Cookies() {
		if c.Name == account.CookieName(false) {
			session = c.Name + "=" + c.Value
		}
	}
	return answer.Header.Get("Location"), session
}

// enter signs in and returns where that leads.
func (e *entrance) enter() (page, session string) {
	e.t.Helper()
	return e.comeBack(e.leave("/dashboard/people"))
}

func (e *entrance) signedIn(session string) schemas.Session {
	e.t.Helper()
	_, body := e.admin(http.MethodGet, "session", nil, "Cookie", session)
	return decode[schemas.Session](e.t, body)
}

// lastAct is the newest in the trail.
func (e *entrance) lastAct() admintrail.Act {
	e.t.Helper()
	acts, err := e.store.Acts(e.t.Context(), admintrail.Filter{})
	if err != nil || len(acts) == 0 {
		e.t.Fatal(acts, err)
	}
	return acts[0]
}

func TestSingleSignOn(t *testing.T) {
	e := startEntrance(t, account.Admission{})
	if s := e.signedIn(""); s.State != stateSignedOut || s.SingleSignOn != "Example" {
		t.Errorf("%+v", s)
	}
	page, session := e.enter()
	if page != "/dashboard/people" {
		t.Errorf("sent to %s", page)
	}
	if s := e.signedIn(session); s.Email != "bob@shop.example" || len(s.Permissions) == 0 || s.SingleSignOn != "Example" {
		t.Errorf("%+v", s)
	}
	if act := e.lastAct(); act.What != "single-sign-on" || act.Who != "bob@shop.example" || act.Outcome != admintrail.Done {
		t.Errorf("%+v", act)
	}
	if _, again := e.enter(); again == session || again == "" {
		t.Error("a session is given twice")
	}
	for _, said := range []string{"bob@", "4711", "code="} {
		if strings.Contains(strings.ToLower(e.logged.String()), said) {
			t.Errorf("the log tells %q: %s", said, e.logged)
		}
	}
}

func TestProvidersDiffer(t *testing.T) {
	for name, lies := range map[string]providertest.Lies{
		"RS256":                     {RSA: true},
		"the address apart":         {EmailApart: true},
		"the secret in the form":    {SecretInForms: true},
		"a text in place of a bool": {Claims: func(c map[string]any) { c["email_verified"] = "true" }},
		"several audiences": {Claims: func(c map[string]any) {
			c["aud"], c["azp"] = []string{"other", providertest.ClientID}, providertest.ClientID
		}},
	} {
		t.Run(name, func(t *testing.T) {
			e := startEntrance(t, account.Admission{})
			e.provider.Lie(lies)
			if page, session := e.enter(); e.signedIn(session).Email != "bob@shop.example" {
				t.Errorf("sent to %s: %s", page, e.logged)
			}
		})
	}
}

// Everything that a provider, or whoever poses as it, may send that proves nothing.
// ASVS 6.8.2, 9.2.1, 9.2.3, 10.5.1, 10.5.4
func TestWhatProvesNothingOpensNothing(t *testing.T) {
	claim := func(name string, value any) providertest.Lies {
		return providertest.Lies{Claims: func(c map[string]any) { c[name] = value }}
	}
	for name, lie := range map[string]struct {
		lies providertest.Lies
		code string
	}{
		"wrong nonce":              {claim("nonce", "another"), "refused"},
		"no nonce":                 {claim("nonce", ""), "refused"},
		"wrong audience":           {claim("aud", "other"), "refused"},
		"for two, first for other": {claim("aud", []string{"other", providertest.ClientID}), "refused"},
		"other authorized party":   {claim("azp", "other"), "refused"},
		"other issuer":             {claim("iss", "https://other.example"), "refused"},
		"expired":                  {claim("exp", time.Now().Add(-time.Second).Unix()), "refused"},
		"no expiry":                {claim("exp", nil), "refused"},
		"not yet valid":            {claim("nbf", time.Now().Add(time.Hour).Unix()), "refused"},
		"nobody":                   {claim("sub", ""), "refused"},
		"wrong key":                {providertest.Lies{ForeignKey: true}, "refused"},
		"not signed":               {providertest.Lies{Unsigned: true}, "refused"},
		"signed by the secret":     {providertest.Lies{Secretly: true}, "refused"},
		"no ID token":              {providertest.Lies{NoToken: true}, "refused"},
		"from another provider":    {providertest.Lies{OtherIssuer: true}, "refused"},
		"an error":                 {providertest.Lies{Refuse: "invalid_scope"}, "refused"},
		"a no":                     {providertest.Lies{Refuse: "access_denied"}, "cancelled"},
		"unverified":               {claim("email_verified", false), "unverified"},
		"unverified in words":      {claim("email_verified", "false"), "unverified"},
		"verified by a number":     {claim("email_verified", 1), "unverified"},
		"unknown address":          {claim("email", "eve@other.example"), "nobody"},
		"no address":               {providertest.Lies{Claims: func(c map[string]any) { delete(c, "email") }, DownFor: "/userinfo"}, "away"},
		"no keys":                  {providertest.Lies{DownFor: "/keys"}, "away"},
		"no tokens":                {providertest.Lies{DownFor: "/token"}, "away"},
		"busy":                     {providertest.Lies{Refuse: "temporarily_unavailable"}, "away"},
	} {
		t.Run(name, func(t *testing.T) {
			e := startEntrance(t, account.Admission{})
			e.provider.Lie(lie.lies)
			page, session := e.enter()
			if page != "/dashboard/?sign-in="+lie.code || session != "" {
				t.Errorf("sent to %s, want %s; %s", page, lie.code, e.logged)
			}
			act := e.lastAct()
			if told := act.What == "single-sign-on"; told != (lie.code != "away") || told && act.Outcome != admintrail.Refused {
				t.Errorf("%+v", act)
			}
			if strings.Contains(e.logged.String(), "Back soon") || strings.Contains(strings.ToLower(e.logged.String()), "@") {
				t.Errorf("the log repeats the provider: %s", e.logged)
			}
			e.provider.Lie(providertest.Lies{})
			if page, session := e.enter(); session == "" {
				t.Errorf("afterwards an honest sign-in leads to %s", page)
			}
		})
	}
}

// ASVS 10.1.2, 10.2.1
func TestAnAnswerIsForTheBrowserThatBegan(t *testing.T) {
	e := startEntrance(t, account.Admission{})
	mine, answer := e.leave("")
	theirs, other := e.leave("")
	for name, try := range map[string]struct{ cookie, query string }{
		"no cookie":                      {"", answer},
		"another browser's":              {theirs, answer},
		"another one's code in this":     {mine, other},
		"no state":                       {mine, "code=" + mustQuery(t, answer).Get("code")},
		"half a cookie":                  {mine[:len(mine)/2], answer},
		"a session in place of a cookie": {"assent-departure=" + strings.Repeat("A", 64), answer},
	} {
		if page, session := e.comeBack(try.cookie, try.query); page != "/dashboard/?sign-in=expired" || session != "" {
			t.Errorf("%s: sent to %s", name, page)
		}
		waitOut(e)
	}
	// The state fits, and the code is that of another sign-in: PKCE.
	mixed := url.Values{"state": {mustQuery(t, answer).Get("state")}, "code": {mustQuery(t, other).Get("code")}, "iss": {e.provider.Issuer}}
	if page, session := e.comeBack(mine, mixed.Encode()); page != "/dashboard/?sign-in=refused" || session != "" {
		t.Errorf("another one's code: sent to %s", page)
	}
}

func mustQuery(t *testing.T, query string) url.Values {
	t.Helper()
	values, err := url.ParseQuery(query)
	if err != nil {
		t.Fatal(err)
	}
	return values
}

// waitOut lets somebody sign in, which ends the back-off of the address.
func waitOut(e *entrance) {
	e.t.Helper()
	if page, session := e.enter(); session == "" {
		e.t.Fatalf("sent to %s", page)
	}
}

func TestASignInIsFinishedOnce(t *testing.T) {
	for name, lies := range map[string]providertest.Lies{
		"by a provider that spends codes": {},
		"by one that does not":            {CodeForever: true},
	} {
		t.Run(name, func(t *testing.T) {
			e := startEntrance(t, account.Admission{})
			e.provider.Lie(lies)
			cookie, answer := e.leave("")
			if page, session := e.comeBack(cookie, answer); session == "" {
				t.Fatalf("sent to %s", page)
			}
			page, session := e.comeBack(cookie, answer)
			if session != "" || page != "/dashboard/?sign-in=refused" && page != "/dashboard/?sign-in=expired" {
				t.Errorf("replayed: sent to %s", page)
			}
		})
	}
}

// ASVS 16.5.2
func TestPasswordsWorkWhileTheProviderIsAway(t *testing.T) {
	e := startEntrance(t, account.Admission{})
	e.provider.Lie(providertest.Lies{Down: true})
	answer, _ := e.admin(http.MethodGet, "single-sign-on", nil)
	if to := answer.Header.Get("Location"); to != "/dashboard/?sign-in=away" {
		t.Errorf("sent to %s", to)
	}
	if !strings.Contains(e.logged.String(), e.provider.Issuer) {
		t.Errorf("the log does not say who is away: %s", e.logged)
	}
	credentials := schemas.Credentials{Email: ownerEmail, Password: ownerPassword}
	if answer, body := e.admin(http.MethodPost, "session", credentials); answer.StatusCode != http.StatusOK {
		t.Errorf("%d %s", answer.StatusCode, body)
	}
}

// ASVS 3.7.2
func TestOnlyPagesOfTheDashboardAreReturnedTo(t *testing.T) {
	e := startEntrance(t, account.Admission{})
	for to, want := range map[string]string{
		"/dashboard/people":                       "/dashboard/people",
		"/dashboard/?site=a&from=1":               "/dashboard/?site=a&from=1",
		"":                                        "/dashboard/",
		"https://evil.example/dashboard/":         "/dashboard/",
		"//evil.example/dashboard/":               "/dashboard/",
		"/dashboard/../../evil":                   "/dashboard/",
		"/dashboard/%2e%2e/v1":                    "/dashboard/",
		"/dashboard//evil.example":                "/dashboard/",
		`/dashboard/\evil.example`:                "/dashboard/",
		"/dashboard/\r\nSet-Cookie: a=b":          "/dashboard/",
		"/v1/admin/session":                       "/dashboard/",
		"javascript:alert(1)//dashboard/":         "/dashboard/",
		"/dashboard/" + strings.Repeat("a", 2000): "/dashboard/",
	} {
		if page, session := e.comeBack(e.leave(to)); page != want || session == "" {
			t.Errorf("%q leads to %q, want %q", to, page, want)
		}
	}
}

func TestAFloodOfAnswersHasToWait(t *testing.T) {
	e := startEntrance(t, account.Admission{})
	acts := func() int {
		acts, err := e.store.Acts(t.Context(), admintrail.Filter{What: "single-sign-on"})
		if err != nil {
			t.Fatal(err)
		}
		return len(acts)
	}
	page := ""
	for tries := 0; page != "/dashboard/?sign-in=wait"; tries++ {
		if tries > 20 {
			t.Fatal("nobody has to wait")
		}
		page, _ = e.comeBack("", "state=a&code=b")
	}
	told, asked := acts(), e.provider.Asked("/token")
	page, session := e.enter()
	if page != "/dashboard/?sign-in=wait" || session != "" || acts() != told || e.provider.Asked("/token") != asked {
		t.Errorf("sent to %s; %d and %d acts", page, told, acts())
	}
}

// The second instance shares nothing with the first but the store.
func TestAnyInstanceTakesBackWhomAnotherSent(t *testing.T) {
	e := startEntrance(t, account.Admission{})
	cookie, answer := e.leave("")
	second := singlesignon.New(optionsFor(e.provider, account.Admission{}), daykey.NewRing(e.store, rand.Reader), time.Now)
	identity, page, err := second.Finish(t.Context(), strings.TrimPrefix(cookie, "assent-departure="), mustQuery(t, answer))
	if err != nil || identity.Subject != bob.Subject || page != "/dashboard/" {
		t.Errorf("%+v, %s, %v", identity, page, err)
	}
}

// ASVS 3.3.1, 3.3.3
func TestOverHTTPSTheCookiesAreTheHosts(t *testing.T) {
	e := startEntrance(t, account.Admission{})
	away, _ := e.admin(http.MethodGet, "single-sign-on", nil, "X-Forwarded-Proto", "https")
	cookie := away.Header.Get("Set-Cookie")
	if !strings.HasPrefix(cookie, "__Host-assent-departure=") || !strings.Contains(cookie, "; Secure") || strings.Contains(cookie, "Domain") {
		t.Error(cookie)
	}
	provided, err := e.client.Get(away.Header.Get("Location"))
	if err != nil {
		t.Fatal(err)
	}
	defer provided.Body.Close()
	back, err := provided.Location()
	if err != nil {
		t.Fatal(err)
	}
	kept, _, _ := strings.Cut(cookie, ";")
	home, _ := e.admin(http.MethodGet, "single-sign-on/callback?"+back.RawQuery, nil, "X-Forwarded-Proto", "https", "Cookie", kept)
	set := strings.Join(home.Header.Values("Set-Cookie"), "\n")
	if !strings.Contains(set, "__Host-assent-session=") || !strings.Contains(set, "__Host-assent-departure=; Path=/; Max-Age=0; HttpOnly; Secure") {
		t.Error(set)
	}
}

func TestASignInWithoutTheStoreSaysSo(t *testing.T) {
	e := startEntrance(t, account.Admission{})
	cookie, answer := e.leave("")
	if err := e.store.Close(); err != nil {
		t.Fatal(err)
	}
	if page, session := e.comeBack(cookie, answer); page != "/dashboard/?sign-in=failed" || session != "" {
		t.Errorf("sent to %s", page)
	}
}

func TestWithoutAProviderThereIsNoSingleSignOn(t *testing.T) {
	s := startServer(t)
	for _, path := range []string{"single-sign-on", "single-sign-on/callback?code=a"} {
		if answer, body := s.admin(http.MethodGet, path, nil); answer.StatusCode != http.StatusNotFound {
			t.Errorf("%s: %d %s", path, answer.StatusCode, body)
		}
	}
}

// TestSingleSignOnLeavesTheSecondStep has somebody with an app come by the provider.
// ASVS 6.3.4
func TestSingleSignOnLeavesTheSecondStep(t *testing.T) {
	t.Parallel()
	const secret = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"
	e := startEntrance(t, account.Admission{})
	if err := e.store.ChangeRoster(t.Context(), func(r *account.Roster) error {
		r.Factors["bob@shop.example"] = account.Factors{App: &account.App{Secret: secret, Since: time.Now()}}
		return nil
	}); err != nil {
		t.Fatal(err)
	}
	cookie, query := e.leave("/dashboard/people")
	answer, _ := e.admin(http.MethodGet, "single-sign-on/callback?"+query, nil, "Cookie", cookie)
	if page := answer.Header.Get("Location"); page != "/dashboard/people" {
		t.Errorf("leads to %q", page)
	}
	step := ""
	for _, c := range answer.Cookies() {
		if c.Name == account.CookieName(false) {
			t.Error("a session before the code")
		}
		if c.Name == account.StepCookieName(false) {
			step = c.Name + "=" + c.Value
		}
	}
	if act := e.lastAct(); act.What != "prove-by-single-sign-on" || act.Who != "bob@shop.example" {
		t.Errorf("in the trail: %+v", act)
	}
	if state := e.signedIn(step).State; state != stateCodeDue {
		t.Errorf("the page that loads finds %q", state)
	}
	if state := e.signedIn(step + "x").State; state != stateSignedOut {
		t.Errorf("with a forged cookie the page finds %q", state)
	}
	e.expectCode(step, codeOf(t, secret, 0), http.StatusOK)
}
