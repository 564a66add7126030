package httpapi

import (
	"net"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"assent/schemas"
	"assent/server/internal/consent"
)

// Faults that other tools for consent had and that no other file here has a test of. server/faults_test.go lists them all.

// CVE-2024-31223 of Fides: the address of an inner service was in what visitors are served.
// ASVS 13.4.6, 16.5.1
func TestPublicAnswersTellNothingOfTheServer(t *testing.T) {
	s := startServer(t)
	s.setUp()
	_, recorded := s.post(s.decision(consent.AcceptAll))
	public := string(recorded)
	for _, path := range []string{"/s/" + s.site.ID + ".js", "/v1/sites/" + s.site.ID + "/policy", "/v1/sites/" + s.site.ID + "/subjects/none",
		"/v1/sites/none/policy", "/healthz", "/readyz", "/.well-known/gpc.json", "/v1/admin/session"} {
		answer, body := s.do(http.MethodGet, path, nil)
		public += string(body)
		for name, values := range answer.Header {
			public += name + strings.Join(values, " ")
		}
	}
	for what, canary := range map[string]string{"its folder": t.Name(), "its owner": ownerEmail, "the site's name": s.site.Name, "its program": "Echo"} {
		if strings.Contains(public, canary) {
			t.Errorf("%s is told to everybody", what)
		}
	}
}

// CVE-2024-34715 and CVE-2024-35189 of Fides: secrets in the log and in answers.
// ASVS 16.2.5
// Threat B5.20
func TestSecretsOfAdministratorsAreNeitherLoggedNorAnswered(t *testing.T) {
	s := startServer(t)
	session := s.setUp()
	_, body := s.admin(http.MethodPost, "invitations", schemas.NewInvitation{Email: "bob@shop.example", Roles: schemas.RolesGiven{All: "analyst"}}, "Cookie", session)
	invitation := decode[schemas.InvitationLink](t, body).Token
	s.admin(http.MethodPost, "session", schemas.Credentials{Email: ownerEmail, Password: "canary-guess"})
	answers := ""
	for _, path := range []string{"session", "people", "trail", "account/sessions", "sites"} {
		_, body := s.admin(http.MethodGet, path, nil, "Cookie", session)
		answers += string(body)
	}
	_, token, _ := strings.Cut(session, "=")
	for what, secret := range map[string]string{"the password": ownerPassword, "a guess": "canary-guess", "the session": token, "the invitation": invitation, "a hash": "$argon2id$"} {
		if secret == "" || strings.Contains(answers+s.logged.String(), secret) {
			t.Errorf("%s (%q) is told", what, secret)
		}
	}
}

// CVE-2023-46124 of Fides: an address that somebody types made the server send requests into its own network.
// ASVS 1.3.6
func TestNothingThatIsTypedMakesTheServerConnect(t *testing.T) {
	s := startServer(t)
	inner, err := (&net.ListenConfig{}).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer inner.Close()
	connected := make(chan struct{}, 1)
	go func() {
		if c, err := inner.Accept(); err == nil {
			connected <- struct{}{}
			_ = c.Close()
		}
	}()
	session := s.setUp()
	address := "http://" + inner.Addr().String()
	answer, body := s.admin(http.MethodPost, "sites", schemas.SiteChange{Name: "Inner", Origins: []string{address}}, "Cookie", session)
	if answer.StatusCode != http.StatusCreated {
		t.Fatalf("%d %s", answer.StatusCode, body)
	}
	site := "sites/" + decode[schemas.Site](t, body).ID
	_, body = s.admin(http.MethodGet, site+"/draft", nil, "Cookie", session)
	draft := decode[schemas.Review](t, body).Draft
	draft.Notice.PrivacyPolicy = address + "/privacy"
	draft.Notice.Services = []schemas.Service{{ID: "inner", Purpose: "marketing", Name: "Inner", Provider: "Inner Ltd", Hosts: []string{"inner.example"},
		Country: "DE", Retention: "P1Y", Policy: address + "/policy"}}
	if answer, body := s.admin(http.MethodPut, site+"/draft", draft.Notice, "Cookie", session, "If-Match", `"0"`); answer.StatusCode != http.StatusOK {
		t.Fatalf("%d %s", answer.StatusCode, body)
	}
	for _, path := range []string{"/draft", "/embedding", "/presence", "/preview", "/sightings"} {
		s.admin(http.MethodGet, site+path, nil, "Cookie", session)
	}
	d := s.decision(consent.AcceptAll)
	d.Page = address + "/page"
	s.post(d, "Origin", address, "Referer", address+"/page")
	select {
	case <-connected:
		t.Error("the server connected to what was typed")
	case <-time.After(50 * time.Millisecond): // Every answer is there; whatever sends later would be a worker, and there is none for this.
	}
}

// CVE-2023-36827 of Fides: a path led out of its folder.
// ASVS 5.3.2
func TestNoPathLeavesItsFolder(t *testing.T) {
	s := startServer(t)
	for _, folder := range []string{"/dashboard/", "/demo/", "/s/", "/s/" + s.site.ID + "/", "/v1/sites/"} {
		for _, up := range []string{"../go.mod", "..%2fgo.mod", "%2e%2e/go.mod", "%2e%2e%2fgo.mod", `..\go.mod`, "..%5cgo.mod", "....//go.mod", "%252e%252e%252fgo.mod", "/etc/passwd", "%00"} {
			request, err := http.NewRequestWithContext(t.Context(), http.MethodGet, s.url, nil)
			if err != nil {
				t.Fatal(err)
			}
			request.URL = &url.URL{Scheme: request.URL.Scheme, Host: request.URL.Host, Opaque: folder + up}
			answer, err := s.client.Do(request)
			if err != nil {
				t.Fatal(err)
			}
			answer.Body.Close()
			// The dashboard's own page stands for all addresses that it may have itself.
			isPage := folder == "/dashboard/" && answer.StatusCode == http.StatusOK && strings.HasPrefix(answer.Header.Get("Content-Type"), "text/html")
			if answer.StatusCode < 400 && !isPage {
				t.Errorf("%s%s: %d %s", folder, up, answer.StatusCode, answer.Header.Get("Content-Type"))
			}
		}
	}
}

// GHSA-qx5f-ghc2-7g5c of Fides: what was known already skipped the check of who sent it.
// Threat B5.6
func TestARetryWithAnotherSecretIsNoRetry(t *testing.T) {
	s := startServer(t)
	d := s.decision(consent.RejectAll)
	_, first := s.post(d)
	forged := d
	forged.Secret, forged.Action = s.decision(consent.AcceptAll).Secret, consent.AcceptAll
	answer, body := s.post(forged)
	if subject := decode[schemas.Recorded](t, first).Subject; strings.Contains(string(body), subject) {
		t.Errorf("a stranger who knows an id is told whose it is: %d %s", answer.StatusCode, body)
	}
	_, body = s.do(http.MethodGet, "/v1/sites/"+s.site.ID+"/subjects/"+consent.Subject(s.site.ID, d.Secret), nil)
	if current := decode[schemas.Current](t, body).Choice; current.Action != consent.RejectAll {
		t.Errorf("a stranger who knows an id turned a refusal into %+v", current)
	}
}
