package httpapi

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/pquerna/otp/totp"

	"assent/schemas"
)

// codeOf is what the app shows so many steps from now.
func codeOf(t *testing.T, secret string, steps int) string {
	t.Helper()
	code, err := totp.GenerateCode(secret, time.Now().Add(time.Duration(steps)*30*time.Second))
	if err != nil {
		t.Fatal(err)
	}
	return code
}

// cookieNamed is the Cookie header of what an answer sets under a name, or "".
func cookieNamed(answer *http.Response, name string) string {
	for _, cookie := range answer.Cookies() {
		if cookie.Name == name && cookie.MaxAge >= 0 {
			return name + "=" + cookie.Value
		}
	}
	return ""
}

// addApp has the owner add an app, and returns its secret, the new session and the codes of recovery.
func (s *testServer) addApp(cookie string) (secret, session string, recovery []string) {
	s.t.Helper()
	answer, body := s.admin(http.MethodPost, "account/factors/offer", schemas.Proof{Password: ownerPassword}, "Cookie", cookie)
	if answer.StatusCode != http.StatusOK {
		s.t.Fatalf("offer: %d %s", answer.StatusCode, body)
	}
	offer := decode[schemas.AppOffer](s.t, body)
	answer, body = s.admin(http.MethodPost, "account/factors", schemas.AppAdded{Offer: offer.Offer, Code: codeOf(s.t, offer.Secret, 0)}, "Cookie", cookie)
	if answer.StatusCode != http.StatusCreated {
		s.t.Fatalf("add: %d %s", answer.StatusCode, body)
	}
	return offer.Secret, cookieNamed(answer, "assent-session"), decode[schemas.RecoveryCodes](s.t, body).Codes
}

// signIn signs the owner in with the password alone.
func (s *testServer) signIn() string {
	s.t.Helper()
	answer, body := s.admin(http.MethodPost, "session", schemas.Credentials{Email: ownerEmail, Password: ownerPassword})
	if answer.StatusCode != http.StatusOK || decode[schemas.Session](s.t, body).State != stateSignedIn {
		s.t.Fatalf("%d %s", answer.StatusCode, body)
	}
	return cookieOf(s.t, answer)
}

func TestTwoSteps(t *testing.T) {
	s := startServer(t)
	before := s.setUp()
	elsewhere := s.signIn()
	secret, session, recovery := s.addApp(before)
	for name, cookie := range map[string]string{"the session of before": before, "the other session": elsewhere} {
		if answer, _ := s.admin(http.MethodGet, "sites", nil, "Cookie", cookie); answer.StatusCode != http.StatusUnauthorized {
			t.Errorf("%s: %d, want 401", name, answer.StatusCode)
		}
	}
	_, body := s.admin(http.MethodGet, "account/factors", nil, "Cookie", session)
	if got := decode[schemas.Factors](t, body); !got.TwoStep || got.Recovery != 10 || strings.Contains(string(body), secret) {
		t.Errorf("factors = %s", body)
	}

	step := s.givePassword()
	for _, path := range []string{"sites", "account/sessions", "account/factors"} {
		if answer, _ := s.admin(http.MethodGet, path, nil, "Cookie", step+"; "+strings.Replace(step, "assent-step", "assent-session", 1)); answer.StatusCode != http.StatusUnauthorized {
			t.Errorf("the password alone opens %s: %d", path, answer.StatusCode)
		}
	}
	s.expectCode(step, "000000", http.StatusUnauthorized)
	s.expectCode("", codeOf(t, secret, 0), http.StatusForbidden)
	s.expectCode(step+"x", codeOf(t, secret, 0), http.StatusForbidden)
	code := codeOf(t, secret, 1)
	answer := s.expectCode(step, code, http.StatusOK)
	if answer, _ := s.admin(http.MethodGet, "sites", nil, "Cookie", cookieNamed(answer, "assent-session")); answer.StatusCode != http.StatusOK {
		t.Errorf("after the code: %d", answer.StatusCode)
	}
	s.expectCode(step, recovery[0], http.StatusForbidden)
	s.expectCode(s.givePassword(), code, http.StatusUnauthorized)
	s.expectCode(s.givePassword(), recovery[0], http.StatusOK)

	_, body = s.admin(http.MethodGet, "trail", nil, "Cookie", session)
	acts := map[string]bool{}
	for _, act := range decode[schemas.Trail](t, body).Acts {
		acts[act.What+" "+act.Outcome+" "+act.Who] = true
	}
	for _, want := range []string{"begin-two-step done", "add-two-step done", "give-password done", "sign-in-code refused", "sign-in-code done", "sign-in-recovery done"} {
		if !acts[want+" "+ownerEmail] {
			t.Errorf("%q is not in the trail: %v", want, acts)
		}
	}
	for _, told := range []string{secret, recovery[0], recovery[1], step} {
		if strings.Contains(string(body), told) || strings.Contains(s.logged.String(), told) {
			t.Error("a secret is in the trail or in the log")
		}
	}
}

// givePassword signs in as far as the password goes, and returns the cookie of the step.
func (s *testServer) givePassword() string {
	s.t.Helper()
	answer, body := s.admin(http.MethodPost, "session", schemas.Credentials{Email: ownerEmail, Password: ownerPassword})
	if got := decode[schemas.Session](s.t, body); answer.StatusCode != http.StatusOK || got.State != stateCodeDue || got.Email != "" || cookieNamed(answer, "assent-session") != "" {
		s.t.Fatalf("%d %s", answer.StatusCode, body)
	}
	return cookieNamed(answer, "assent-step")
}

func (s *testServer) expectCode(step, code string, want int) *http.Response {
	s.t.Helper()
	answer, body := s.admin(http.MethodPost, "session/code", schemas.CodeGiven{Code: code}, "Cookie", step)
	if answer.StatusCode != want {
		s.t.Errorf("code: %d %s, want %d", answer.StatusCode, body, want)
	}
	return answer
}

// ASVS 7.5.1
func TestTheSecondStepIsChangedWithBoth(t *testing.T) {
	s := startServer(t)
	secret, session, recovery := s.addApp(s.setUp())
	both := func(password, code string) schemas.Proof {
		return schemas.Proof{Password: password, Code: code}
	}
	if answer, body := s.admin(http.MethodPost, "account/factors/offer", schemas.Proof{Password: ownerPassword}, "Cookie", session); answer.StatusCode != http.StatusConflict {
		t.Errorf("a second app: %d %s", answer.StatusCode, body)
	}
	for _, path := range []string{"account/factors/recovery", "account/factors/removal"} {
		for _, wrong := range []schemas.Proof{both("not this one", recovery[0]), both(ownerPassword, "000000")} {
			if answer, body := s.admin(http.MethodPost, path, wrong, "Cookie", session); answer.StatusCode != http.StatusUnauthorized {
				t.Errorf("%s: %d %s, want 401", path, answer.StatusCode, body)
			}
		}
	}
	answer, body := s.admin(http.MethodPost, "account/factors/recovery", both(ownerPassword, codeOf(t, secret, 1)), "Cookie", session)
	fresh := decode[schemas.RecoveryCodes](t, body).Codes
	if answer.StatusCode != http.StatusOK || len(fresh) != 10 {
		t.Fatalf("%d %s", answer.StatusCode, body)
	}
	session = cookieNamed(answer, "assent-session")
	answer, body = s.admin(http.MethodPost, "account/factors/removal", both(ownerPassword, fresh[0]), "Cookie", session)
	if answer.StatusCode != http.StatusOK {
		t.Fatalf("%d %s", answer.StatusCode, body)
	}
	s.signIn()
}

func TestAnotherOwnerTakesTheSecondStepAway(t *testing.T) {
	s := startServer(t)
	_, session, _ := s.addApp(s.setUp())
	path := "people/" + s.idOf(session, ownerEmail) + "/factors"
	if answer, body := s.admin(http.MethodDelete, path, nil, "Cookie", s.user("bob@shop.example", rolesOf(schemas.RolesGiven{All: "owner"}))); answer.StatusCode != http.StatusNoContent {
		t.Errorf("%d %s", answer.StatusCode, body)
	}
	s.signIn()
}

// idOf is how the people are told an address apart.
func (s *testServer) idOf(cookie, email string) string {
	s.t.Helper()
	_, body := s.admin(http.MethodGet, "people", nil, "Cookie", cookie)
	for _, person := range decode[schemas.People](s.t, body).People {
		if person.Email == email {
			return person.ID
		}
	}
	s.t.Fatalf("%s is not among %s", email, body)
	return ""
}

// What no back-off bounds is told of nobody: a stranger must not fill the disk.
func TestStrangersDoNotFillTheTrailWithSecondSteps(t *testing.T) {
	s := startServer(t, func(p *Parts) { p.PublicURL = "https://assent.example" })
	cookie := s.setUp()
	s.acts(cookie, "") // Which is told itself, once.
	before := s.acts(cookie, "")
	for range 30 {
		s.expectCode("", "123456", http.StatusForbidden)
		s.expectCode("assent-step=made-up", "123456", http.StatusForbidden)
	}
	s.expectActs(cookie, "", before...)
	waits := 0
	for range 30 {
		answer, _ := s.admin(http.MethodPost, "session/passkey", schemas.PasskeyShown{Sealed: "made up", Credential: "{}"})
		if answer.StatusCode == http.StatusTooManyRequests {
			waits++
		}
	}
	if told := len(s.acts(cookie, "")) - len(before); waits == 0 || told != 30-waits {
		t.Errorf("30 passkeys that are none: %d had to wait, %d are in the trail", waits, told)
	}
}
