package main

import (
	"bytes"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"assent/schemas"
	"assent/server/internal/consent"
	"assent/server/internal/linking"
)

func inJSON(t *testing.T, value any) []byte {
	t.Helper()
	text, err := json.Marshal(value)
	if err != nil {
		t.Fatal(err)
	}
	return text
}

// linkToken is one as a site's server makes it.
func linkToken(t *testing.T, secret, site, account string) string {
	t.Helper()
	claims := inJSON(t, map[string]any{"aud": site, "sub": linking.Hash(site, account), "exp": time.Now().Add(time.Minute).Unix()})
	text := base64.RawURLEncoding.EncodeToString([]byte(`{"alg":"HS256"}`)) + "." + base64.RawURLEncoding.EncodeToString(claims)
	mac := hmac.New(sha256.New, []byte(secret))
	mac.Write([]byte(text))
	return text + "." + base64.RawURLEncoding.EncodeToString(mac.Sum(nil))
}

// sendJSON posts as a page of the site, or as an owner.
func (v visit) sendJSON(t *testing.T, client *http.Client, path string, body any) (int, []byte) {
	t.Helper()
	request, err := http.NewRequestWithContext(t.Context(), http.MethodPost, v.server.url(path), bytes.NewReader(inJSON(t, body)))
	if err != nil {
		t.Fatal(err)
	}
	request.Header.Set("Content-Type", "application/json")
	if client == http.DefaultClient {
		request.Header.Set("Origin", shopOrigin)
	}
	answer, err := client.Do(request)
	if err != nil {
		t.Fatal(err)
	}
	defer answer.Body.Close()
	content, err := io.ReadAll(answer.Body)
	if err != nil {
		t.Fatal(err)
	}
	return answer.StatusCode, content
}

// TestAChoiceFollowsOnEveryPairOfStores, also when keys rotate, until everything of the account is erased.
func TestAChoiceFollowsOnEveryPairOfStores(t *testing.T) {
	t.Parallel()
	for name, environment := range map[string]func(t *testing.T) []string{
		"embedded": func(*testing.T) []string { return nil },
		"both": func(t *testing.T) []string {
			redis, err := servers.Redis()
			if err != nil {
				t.Fatal(err)
			}
			clickhouse, err := servers.ClickHouse()
			if err != nil {
				t.Fatal(err)
			}
			return []string{"REDIS_URL=" + redis.URL, "CLICKHOUSE_URL=" + clickhouse.URL("linking")}
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			env, data := environment(t), t.TempDir()
			added := addSite(t, data, env...)
			p := startProgram(t, data, env...)
			p.serves(added)
			v := visit{client: http.DefaultClient, server: p, site: added}
			owner := p.setUp()
			secret := strings.TrimSpace(string(beside(t, env, "site", "link", added.ID, "--data", data)))
			p.await("/s/"+added.ID+".js", "links/removal")
			link := func(device string) (linked schemas.Linked) {
				t.Helper()
				status, body := v.sendJSON(t, http.DefaultClient, "/v1/sites/"+added.ID+"/links", schemas.Link{Secret: device, Token: linkToken(t, secret, added.ID, "user 1"), Notice: added.Notice})
				if err := json.Unmarshal(body, &linked); err != nil || status != http.StatusOK {
					t.Fatalf("link: %d %s", status, body)
				}
				return linked
			}
			follows := func(device, want string) { // Of a grant, as soon as the audit trail has it.
				t.Helper()
				got := link(device)
				for begun := time.Now(); got.Followed.Recorded.Choice.Action != want && time.Since(begun) < time.Minute; time.Sleep(50 * time.Millisecond) {
					got = link(device)
				}
				if got.Followed.Recorded.Choice.Action != want {
					t.Errorf("%+v, want %s", got, want)
				}
			}
			first := v.decision()
			first.Action = consent.AcceptAll
			v.insist(t, first)
			link(first.Secret)
			second := v.decision().Secret
			follows(second, consent.AcceptAll)
			if said := string(beside(t, env, "keys", "rotate", "data", "--data", data)); !strings.Contains(said, "2 values sealed anew") { // The secret and the account.
				t.Errorf("rotating said %s", said)
			}
			refusal := v.decision()
			refusal.Action, refusal.Secret = consent.RejectAll, second
			v.insist(t, refusal)
			follows(first.Secret, consent.RejectAll)
			status, body := v.sendJSON(t, owner, "/v1/admin/sites/"+added.ID+"/erasures", schemas.ErasureOrder{Account: "user 1"})
			var done schemas.Erasure
			if err := json.Unmarshal(body, &done); err != nil || status != http.StatusOK || done.Decisions != 4 || len(done.Receipts) != 4 {
				t.Errorf("erase the account: %d %s", status, body)
			}
			if left := string(beside(t, env, "keys", "list", "data", "--data", data)); !strings.Contains(left, "seals\t1 sealed") {
				t.Errorf("something of the account is left: %s", left)
			}
			if again := link(v.decision().Secret); again.Followed.Recorded.ID != "" {
				t.Errorf("what was erased follows: %+v", again)
			}
		})
	}
}
