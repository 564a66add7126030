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
	"assent/server/internal/register"
)

const (
	aPhone  = "PPPPPPPPPPPPPPPPPPPPPP"
	aLaptop = "LLLLLLLLLLLLLLLLLLLLLL"
)

// signed is a token as a site's server makes it, by hand so that it does not share a slip with what reads it.
func signed(secret string, claims map[string]any) string {
	return signedUnder(`{"alg":"HS256","typ":"JWT"}`, secret, claims)
}

func signedUnder(header, secret string, claims map[string]any) string {
	payload, err := json.Marshal(claims)
	if err != nil {
		panic(err) // Only of a faulty test.
	}
	text := base64.RawURLEncoding.EncodeToString([]byte(header)) + "." + base64.RawURLEncoding.EncodeToString(payload)
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

// TestTokensAreHeldAgainstEverything that keeps one from being of use to anybody else.
// ASVS 9.1.1, 9.1.2, 9.1.3, 9.2.1, 9.2.2, 9.2.3
// Threat B5.6
func TestTokensAreHeldAgainstEverything(t *testing.T) {
	l := startLinking(t)
	with := func(edit func(claims map[string]any)) string {
		claims := l.claims("user 1")
		edit(claims)
		return signed(l.secret, claims)
	}
	good := signed(l.secret, l.claims("user 1"))
	head, rest, _ := strings.Cut(good, ".")
	body, _, _ := strings.Cut(rest, ".")
	unsigned := base64.RawURLEncoding.EncodeToString([]byte(`{"alg":"none"}`)) + "." + body + "."
	at := func(d time.Duration) string {
		return with(func(c map[string]any) { c["exp"] = time.Now().Add(d).Unix() })
	}
	for name, c := range map[string]struct{ token, want string }{
		"of another site":        {with(func(c map[string]any) { c["aud"] = "another" }), "another site"},
		"of no site":             {with(func(c map[string]any) { delete(c, "aud") }), "another site"},
		"of several sites":       {with(func(c map[string]any) { c["aud"] = []string{l.site.ID, "another"} }), "cannot be read"},
		"expired":                {at(-2 * time.Minute), "expired"},
		"that never expires":     {with(func(c map[string]any) { delete(c, "exp") }), "expired"},
		"that lives too long":    {at(time.Hour), "too long"},
		"with an id in plain":    {with(func(c map[string]any) { c["sub"] = "ada@shop.example" }), "names no account"},
		"with no account":        {with(func(c map[string]any) { delete(c, "sub") }), "names no account"},
		"to unlink":              {with(func(c map[string]any) { c["scope"] = linking.ScopeUnlink }), "something else"},
		"with another secret":    {signed("assent_link_of_somebody_else", l.claims("user 1")), "not signed"},
		"with another algorithm": {unsigned, "no JWT"},
		"with a key of its own":  {signedUnder(`{"alg":"HS256","jwk":{"kty":"oct","k":"b3du"}}`, "own", l.claims("user 1")), "no JWT"},
		"without a signature":    {head + "." + body + ".", "not signed"},
		"that is none":           {"a.b.c", "no JWT"},
		"that is empty":          {"", "no JWT"},
	} {
		asked := l.asked(aPhone, "user 1")
		asked.Token = c.token
		if answer, body := l.send(asked); answer.StatusCode != http.StatusUnauthorized || !strings.Contains(string(body), c.want) {
			t.Errorf("a token %s: %d %s, want %q", name, answer.StatusCode, body, c.want)
		}
	}
	for name, token := range map[string]string{"that expired within the skew of clocks": at(-30 * time.Second), "as long as may be": at(15 * time.Minute)} {
		asked := l.asked(aPhone, "user 1")
		asked.Token = token
		if answer, body := l.send(asked); answer.StatusCode != http.StatusOK {
			t.Errorf("a token %s: %d %s", name, answer.StatusCode, body)
		}
	}
	for name, c := range map[string]struct {
		edit func(*schemas.Link)
		want int
	}{
		"no secret":   {func(a *schemas.Link) { a.Secret = "short" }, http.StatusUnprocessableEntity},
		"an odd page": {func(a *schemas.Link) { a.Page = "javascript:alert(1)" }, http.StatusUnprocessableEntity},
		"a huge body": {func(a *schemas.Link) { a.Token = strings.Repeat("A", 9000) }, http.StatusRequestEntityTooLarge},
	} {
		asked := l.asked(aPhone, "user 1")
		c.edit(&asked)
		if answer, body := l.send(asked); answer.StatusCode != c.want {
			t.Errorf("%s: %d %s", name, answer.StatusCode, body)
		}
	}
	if answer, _ := l.send(l.asked(aPhone, "user 1"), "Origin", "https://evil.example"); answer.StatusCode != http.StatusForbidden {
		t.Errorf("from a stranger's page: %d", answer.StatusCode)
	}
}

// TestASecretIsAcceptedForADayMore than it is the newest.
func TestASecretIsAcceptedForADayMore(t *testing.T) {
	now := time.Now()
	s := startErasing(t, func(p *Parts) { p.Links.Now = func() time.Time { return now } })
	l := &linkingServer{testServer: s, owner: s.setUp()}
	if answer, body := l.turn("on"); answer.StatusCode != http.StatusConflict {
		t.Errorf("switched on without a secret: %d %s", answer.StatusCode, body)
	}
	if answer, body := l.turn("perhaps"); answer.StatusCode != http.StatusUnprocessableEntity {
		t.Errorf("switched to nothing: %d %s", answer.StatusCode, body)
	}
	older := l.makeSecret()
	l.turn("on")
	newer := l.makeSecret()
	status := func(secret string) int {
		claims := l.claims("user 1")
		claims["exp"] = now.Add(time.Minute).Unix()
		answer, _ := l.send(schemas.Link{Secret: aPhone, Token: signed(secret, claims), Notice: l.site.Notice})
		return answer.StatusCode
	}
	if status(older) != http.StatusOK || status(newer) != http.StatusOK {
		t.Error("one of both is not accepted")
	}
	now = now.Add(25 * time.Hour)
	if status(older) != http.StatusUnauthorized || status(newer) != http.StatusOK {
		t.Error("the older one is accepted after a day, or the newer one is not")
	}
	documents, err := l.store.Documents(t.Context(), "link-secret", l.site.ID)
	if err != nil || len(documents) != 1 || strings.Contains(string(documents[0].Body), newer) {
		t.Errorf("%d documents, or the secret is in them, %v", len(documents), err)
	}
	l.turn("off")
	if status(newer) != http.StatusNotFound {
		t.Error("it links while it is off")
	}
}

func (l *linkingServer) unlink(path string, body any) int {
	l.t.Helper()
	headers := []string{"Content-Type", "application/json"}
	if strings.HasPrefix(path, "links") {
		headers = append(headers, "Origin", shopOrigin)
	}
	answer, _ := l.do(http.MethodPost, "/v1/sites/"+l.site.ID+"/"+path, body, headers...)
	return answer.StatusCode
}

func TestUnlinking(t *testing.T) {
	l := startLinking(t)
	l.choose(aPhone, consent.AcceptAll, nil)
	l.link(l.asked(aPhone, "user 1"))
	l.link(l.asked(aLaptop, "user 1"))
	if status := l.unlink("links/removal", schemas.OwnUnlinking{Secret: "short"}); status != http.StatusUnprocessableEntity {
		t.Errorf("no secret: %d", status)
	}
	for range 2 { // The second one finds no link.
		if status := l.unlink("links/removal", schemas.OwnUnlinking{Secret: aPhone}); status != http.StatusNoContent {
			t.Errorf("unlink: %d", status)
		}
	}
	l.choose(aPhone, consent.RejectAll, nil)
	if now := l.link(l.asked(aLaptop, "user 1")); now.Followed.Recorded.Choice.Action != consent.AcceptAll {
		t.Errorf("after the phone was unlinked the laptop has %+v", now)
	}
	if status := l.unlink("accounts/removal", schemas.AccountUnlinking{Token: signed(l.secret, l.claims("user 1"))}); status != http.StatusUnauthorized {
		t.Errorf("a page's token ends all links: %d", status)
	}
	claims := l.claims("user 1")
	claims["scope"] = linking.ScopeUnlink
	for range 2 {
		if status := l.unlink("accounts/removal", schemas.AccountUnlinking{Token: signed(l.secret, claims)}); status != http.StatusNoContent {
			t.Errorf("the site's server unlinks: %d", status)
		}
	}
	for _, kind := range []string{"link", "link-account"} {
		if documents, err := l.store.Documents(t.Context(), register.Kind(kind), l.site.ID); err != nil || len(documents) != 0 {
			t.Errorf("%d %s are left, %v", len(documents), kind, err)
		}
	}
	// Somebody else signs in: the browser is that account's from then on.
	l.link(l.asked(aLaptop, "user 1"))
	l.link(l.asked(aLaptop, "user 2"))
	l.choose(aLaptop, consent.AcceptAll, nil)
	if mine := l.link(l.asked(aPhone, "user 1")); mine.Followed.Recorded.ID != "" {
		t.Errorf("another account's choice followed: %+v", mine)
	}
}

// TestRightsOverAnAccount reach every browser that is linked to it, and no other.
func TestRightsOverAnAccount(t *testing.T) {
	l := startLinking(t)
	first := l.choose(aPhone, consent.AcceptAll, nil)
	l.link(l.asked(aPhone, "user 1"))
	followed := l.link(l.asked(aLaptop, "user 1")).Followed.Recorded.ID
	other := l.choose("OOOOOOOOOOOOOOOOOOOOOO", consent.AcceptAll, nil)
	l.link(l.asked("OOOOOOOOOOOOOOOOOOOOOO", "user 2"))
	copyOf := func(name schemas.AccountName, format string) (int, string) {
		answer, body := l.admin(http.MethodPost, "sites/"+l.site.ID+"/accounts/copy?format="+format, name, "Cookie", l.owner)
		return answer.StatusCode, string(body)
	}
	for _, name := range []schemas.AccountName{{Account: "user 1"}, {Token: signed(l.secret, l.claims("user 1"))}} {
		for _, format := range []string{"csv", "ndjson", "json", "html"} {
			status, body := copyOf(name, format)
			if status != http.StatusOK || !strings.Contains(body, first.ID) || !strings.Contains(body, followed) || strings.Contains(body, other.ID) {
				t.Errorf("copy as %s: %d %s", format, status, body)
			}
		}
	}
	for _, name := range []schemas.AccountName{{}, {Account: "user 1", Token: "x"}, {Token: "x"}} {
		if status, body := copyOf(name, "json"); status != http.StatusUnprocessableEntity {
			t.Errorf("%+v: %d %s", name, status, body)
		}
	}
	if status, body := l.eraseOwn(aLaptop); status != http.StatusOK {
		t.Fatalf("erase the laptop's: %d %s", status, body)
	}
	if status, body := copyOf(schemas.AccountName{Account: "user 1"}, "json"); status != http.StatusOK || strings.Contains(body, followed) || !strings.Contains(body, first.ID) {
		t.Errorf("after the laptop was erased: %d %s", status, body)
	}
	l.link(l.asked(aLaptop, "user 1"))
	erase := func(order schemas.ErasureOrder) (int, []byte) {
		answer, body := l.admin(http.MethodPost, "sites/"+l.site.ID+"/erasures", order, "Cookie", l.owner)
		return answer.StatusCode, body
	}
	if status, body := erase(schemas.ErasureOrder{Account: "user 1", Receipt: other.ID}); status != http.StatusUnprocessableEntity {
		t.Errorf("two names: %d %s", status, body)
	}
	for _, want := range []int{2, 0} {
		if status, body := erase(schemas.ErasureOrder{Account: "user 1"}); status != http.StatusOK || decode[schemas.Erasure](t, body).Decisions != want {
			t.Errorf("erase: %d %s, want %d", status, body, want)
		}
	}
	if rows := l.rows(); rows != 1 {
		t.Errorf("%d decisions, want the other one's", rows)
	}
	if documents, err := l.store.Documents(t.Context(), "link-account", l.site.ID); err != nil || len(documents) != 1 {
		t.Errorf("%d accounts are left, want the other one, %v", len(documents), err)
	}
	if text := l.logged.String(); strings.Contains(text, "user 1") {
		t.Error("the log names the account")
	}
}
