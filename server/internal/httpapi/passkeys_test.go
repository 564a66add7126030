package httpapi

import (
	"net/http"
	"strings"
	"testing"

	"assent/schemas"
)

// The rest of passkeys is tested in a browser with an authenticator (dashboard/test/passkeys.test.ts).
func TestPasskeysNeedAName(t *testing.T) {
	s := startServer(t)
	cookie := s.setUp()
	for path, body := range map[string]any{"session/passkey/challenge": nil, "account/passkeys/challenge": schemas.Proof{Password: ownerPassword}} {
		answer, content := s.admin(http.MethodPost, path, body, "Cookie", cookie)
		if answer.StatusCode != http.StatusUnprocessableEntity || !strings.Contains(string(content), "localhost") {
			t.Errorf("%s at an IP address: %d %s", path, answer.StatusCode, content)
		}
	}
}

func TestPasskeysThatAreNone(t *testing.T) {
	s := startServer(t, func(p *Parts) { p.PublicURL = "https://assent.example" })
	cookie := s.setUp()
	ask := func(path string, body any) string {
		t.Helper()
		answer, content := s.admin(http.MethodPost, path, body, "Cookie", cookie)
		asked := decode[schemas.PasskeyAsked](t, content)
		if answer.StatusCode != http.StatusOK || !strings.Contains(asked.Options, `"assent.example"`) || !strings.Contains(asked.Options, `"userVerification":"required"`) {
			t.Fatalf("%s: %d %s", path, answer.StatusCode, content)
		}
		return asked.Sealed
	}
	entry, adding := ask("session/passkey/challenge", nil), ask("account/passkeys/challenge", schemas.Proof{Password: ownerPassword})
	given, _ := s.admin(http.MethodPost, "account/passkeys/challenge", schemas.Proof{Password: "not this one"}, "Cookie", cookie)
	if given.StatusCode != http.StatusUnauthorized {
		t.Errorf("offered for a wrong password: %d", given.StatusCode)
	}
	for name, c := range map[string]struct {
		path, sealed string
		want         int
	}{
		"sign-in with nonsense":      {"session/passkey", entry, http.StatusUnauthorized},
		"sign-in with a broken seal": {"session/passkey", entry[:len(entry)-1], http.StatusForbidden},
		"adding nonsense":            {"account/passkeys", adding, http.StatusUnauthorized},
		"adding what was to sign in": {"account/passkeys", entry, http.StatusForbidden},
	} {
		answer, body := s.admin(http.MethodPost, c.path, schemas.PasskeyShown{Sealed: c.sealed, Credential: `{"id":"AAAA","rawId":"AAAA","type":"public-key"}`}, "Cookie", cookie)
		if answer.StatusCode != c.want || cookieNamed(answer, "assent-session") != "" {
			t.Errorf("%s: %d %s, want %d", name, answer.StatusCode, body, c.want)
		}
	}
}
