package httpapi

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"

	"assent/schemas"
	"assent/server/internal/consent"
	"assent/server/internal/linking"
)

const (
	aPhone  = "PPPPPPPPPPPPPPPPPPPPPP"
	aLaptop = "LLLLLLLLLLLLLLLLLLLLLL"
)

// signed is a token as a site's server makes it, by hand so that it does not share a slip with what reads it.
func signed(secret string, claims map[string]any) string {
	payload, err := json.Marshal(claims)
	if err != nil {
		panic(err) // Only of a faulty test.
	}
	text := base64.RawURLEncoding.EncodeToString([]byte(`{"alg":"HS256","typ":"JWT"}`)) + "." + base64.RawURLEncoding.EncodeToString(payload)
	mac := hmac.New(sha256.New, []byte(secret))
	mac.Write([]byte(text))
	return text + "." + base64.RawURLEncoding.EncodeToString(mac.Sum(nil))
}

// linkingServer is a server whose site links.
type linkingServer struct {
	*testServer
	owner, secret string
}

func startLinking(t *testing.T) *linkingServer {
	t.Helper()
	s := startErasing(t)
	l := &linkingServer{testServer: s, owner: s.setUp()}
	l.secret = l.makeSecret()
	if answer, body := l.turn("on"); answer.StatusCode != http.StatusOK || decode[schemas.Linking](t, body).State != "on" {
		t.Fatalf("switch on: %d %s", answer.StatusCode, body)
	}
	return l
}

func (l *linkingServer) turn(state string) (*http.Response, []byte) {
	l.t.Helper()
	return l.admin(http.MethodPut, "sites/"+l.site.ID+"/linking", schemas.LinkingSwitch{State: state}, "Cookie", l.owner)
}

func (l *linkingServer) makeSecret() string {
	l.t.Helper()
	answer, body := l.admin(http.MethodPost, "sites/"+l.site.ID+"/linking/secret", nil, "Cookie", l.owner)
	if answer.StatusCode != http.StatusOK {
		l.t.Fatalf("make a secret: %d %s", answer.StatusCode, body)
	}
	return decode[schemas.MadeLinkingSecret](l.t, body).Secret
}

func (l *linkingServer) claims(account string) map[string]any {
	return map[string]any{"aud": l.site.ID, "sub": linking.Hash(l.site.ID, account), "exp": time.Now().Add(5 * time.Minute).Unix()}
}

func (l *linkingServer) asked(secret, account string) schemas.Link {
	return schemas.Link{Secret: secret, Token: signed(l.secret, l.claims(account)), Notice: l.site.Notice}
}

func (l *linkingServer) send(asked schemas.Link, headers ...string) (*http.Response, []byte) {
	l.t.Helper()
	return l.do(http.MethodPost, "/v1/sites/"+l.site.ID+"/links", asked, append([]string{"Origin", shopOrigin, "Content-Type", "application/json"}, headers...)...)
}

func (l *linkingServer) link(asked schemas.Link) schemas.Linked {
	l.t.Helper()
	answer, body := l.send(asked)
	if answer.StatusCode != http.StatusOK {
		l.t.Fatalf("link: %d %s", answer.StatusCode, body)
	}
	return decode[schemas.Linked](l.t, body)
}

func (l *linkingServer) choose(secret, action string, purposes map[string]bool) schemas.Decision {
	l.t.Helper()
	d := l.decision(action)
	d.ID, d.Secret, d.Purposes = uuid.Must(uuid.NewV7()).String(), secret, purposes
	if answer, body := l.post(d); answer.StatusCode != http.StatusCreated {
		l.t.Fatalf("decide: %d %s", answer.StatusCode, body)
	}
	return d
}

func TestAChoiceFollowsTheAccount(t *testing.T) {
	l := startLinking(t)
	l.choose(aPhone, consent.AcceptAll, nil)
	if first := l.link(l.asked(aPhone, "user 1")); first.Followed.Recorded.ID != "" {
		t.Errorf("the only device follows %+v", first.Followed)
	}
	got := l.link(l.asked(aLaptop, "user 1"))
	followed := got.Followed.Recorded
	if followed.Subject != consent.Subject(l.site.ID, aLaptop) || !followed.Choice.Purposes["marketing"] || followed.Choice.Action != consent.AcceptAll {
		t.Fatalf("the laptop got %+v", got)
	}
	if again := l.link(l.asked(aLaptop, "user 1")); again.Followed.Recorded.ID != followed.ID || !again.Followed.DecidedAt.Equal(got.Followed.DecidedAt) {
		t.Errorf("asked again, it is %+v", again)
	}
	if back := l.link(l.asked(aPhone, "user 1")); back.Followed.Recorded.ID != "" {
		t.Errorf("a copy went back: %+v", back)
	}
	if rows := l.rows(); rows != 2 {
		t.Errorf("%d decisions, want the one and its copy", rows)
	}
	answer, body := l.do(http.MethodGet, "/v1/receipts/"+followed.ID, nil)
	if receipt := decode[schemas.Receipt](t, body); answer.StatusCode != http.StatusOK || receipt.Source != consent.FromAccount || !receipt.ExpiresAt.Before(time.Now().AddDate(0, 0, 180)) {
		t.Errorf("its receipt: %d %s", answer.StatusCode, body)
	}
	l.choose(aLaptop, consent.RejectAll, nil)
	if now := l.link(l.asked(aPhone, "user 1")); now.Followed.Recorded.Choice.Purposes["marketing"] || now.Followed.Recorded.Choice.Action != consent.RejectAll {
		t.Errorf("a later refusal elsewhere: %+v", now)
	}
	if other := l.link(l.asked("OOOOOOOOOOOOOOOOOOOOOO", "user 2")); other.Followed.Recorded.ID != "" {
		t.Errorf("another account got %+v", other)
	}
	if text := l.logged.String(); strings.Contains(text, linking.Hash(l.site.ID, "user 1")) || strings.Contains(text, "user 1") {
		t.Error("the log names the account")
	}
}
