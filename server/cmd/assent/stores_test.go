package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/http/cookiejar"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"assent/schemas"
	"assent/server/internal/consent"
	"assent/server/internal/evidence"
)

// TestEveryPairOfStoresAnswersTheSame takes the whole way, from the set-up link over the script's posts to the
// dashboard's numbers, on each pair of stores that the two URLs can choose.
// Threat B5.15
func TestEveryPairOfStoresAnswersTheSame(t *testing.T) {
	t.Parallel()
	clickhouse, err := servers.ClickHouse()
	if err != nil {
		t.Fatal(err)
	}
	redisURL := func(t *testing.T) string {
		redis, err := servers.Redis()
		if err != nil {
			t.Fatal(err)
		}
		return "REDIS_URL=" + redis.URL
	}
	for name, environment := range map[string]func(t *testing.T) []string{
		"embedded":   func(*testing.T) []string { return nil },
		"redis":      func(t *testing.T) []string { return []string{redisURL(t)} },
		"clickhouse": func(*testing.T) []string { return []string{"CLICKHOUSE_URL=" + clickhouse.URL("pair1")} },
		"both":       func(t *testing.T) []string { return []string{redisURL(t), "CLICKHOUSE_URL=" + clickhouse.URL("pair2")} },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			env, data := environment(t), t.TempDir()
			added := addSite(t, data, env...)
			p := startProgram(t, data, env...)
			p.serves(added)
			v := visit{client: http.DefaultClient, server: p, site: added}
			owner := p.setUp()
			receipts := decideInEveryWay(t, v)
			report := p.awaitReport(owner, added.ID, len(receipts))
			wantTally := schemas.Tally{Decisions: 4, Accepted: 1, Refused: 2, Partial: 1}
			wantShares := []schemas.PurposeShare{{Purpose: "analytics", Granted: 2, Decided: 4}, {Purpose: "marketing", Granted: 1, Decided: 4}}
			if diff := cmp.Diff(wantTally, report.Totals) + cmp.Diff(wantShares, report.Purposes); diff != "" {
				t.Error(diff)
			}
			if len(report.Days) != 30 || report.Recent[0].Action != consent.Withdraw {
				t.Errorf("%d days, newest %+v", len(report.Days), report.Recent[0])
			}
			v.awaitRates(t, owner)
			v.readsWithToken(t, owner)
			for _, receipt := range receipts {
				p.wantReceipt(receipt)
			}
			for _, receipt := range receipts {
				p.await(receipt+"/proof", "checkpoint")
			}
			awaitVerified(t, data, env, "5 decisions are as they were recorded") // The bot's is one of them.
			p.wantRotation(data, env, receipts[0])
			if status, body := p.get("/v1/sites/" + added.ID + "/subjects/" + report.Recent[0].Subject); status != http.StatusOK {
				t.Errorf("current choice: %d %s", status, body)
			}
			v.erases(t)
			awaitVerified(t, data, env, "6 decisions are as they were recorded", "1 were erased, and the log has a tombstone for each")
			p.wantArchives(owner, added.ID, env, data)
		})
	}
}

// wantArchives has the archive that the dashboard saves and the one that the command writes verified without the stores.
func (p *program) wantArchives(owner *http.Client, site string, env []string, data string) {
	p.t.Helper()
	dir := p.t.TempDir()
	saved, written := filepath.Join(dir, "saved.zip"), filepath.Join(dir, "written.zip")
	answer, err := owner.Get(p.url("/v1/admin/sites/" + site + "/exports/archive?format=zip"))
	if err != nil {
		p.t.Fatal(err)
	}
	body, err := io.ReadAll(answer.Body)
	if err = errors.Join(err, answer.Body.Close()); err != nil || answer.StatusCode != http.StatusOK {
		p.t.Fatalf("%d %s, %v", answer.StatusCode, body, err)
	}
	if err := os.WriteFile(saved, body, 0o600); err != nil {
		p.t.Fatal(err)
	}
	beside(p.t, env, "archive", "--data", data, site, written)
	key := p.text("/log/key")
	for _, file := range []string{saved, written} {
		if said := string(beside(p.t, nil, "verify", "archive", file, "--key", key)); !strings.Contains(said, "6 decisions and 1 tombstones") {
			p.t.Errorf("%s: %s", file, said)
		}
	}
}

// awaitVerified has everything compared with the log until all of it has entered.
func awaitVerified(t *testing.T, data string, env []string, want ...string) {
	t.Helper()
	for begun := time.Now(); ; time.Sleep(time.Second) {
		verified := string(beside(t, env, "verify", "--data", data))
		lacks := func(text string) bool { return !strings.Contains(verified, text) }
		if !slices.ContainsFunc(want, lacks) {
			return
		}
		if time.Since(begun) > time.Minute {
			t.Fatalf("assent verify: %s", verified)
		}
	}
}

// signedReceipt returns a receipt as a JWS whose signature the published keys hold, and the key that made it.
func (p *program) signedReceipt(receipt string) (jws, key string) {
	p.t.Helper()
	status, jws := p.get(receipt + "?format=jws")
	_, published := p.get(keysPath)
	keys, err := evidence.ReadPublished([]byte(published))
	if status != http.StatusOK || err != nil {
		p.t.Fatalf("%s: %d %s, %v", receipt, status, jws, err)
	}
	found, err := keys.Verify(jws)
	if err != nil {
		p.t.Fatalf("%s: %v", receipt, err)
	}
	return jws, found.KeyID
}

// wantReceipt reads a receipt as programs and people do.
func (p *program) wantReceipt(receipt string) {
	p.t.Helper()
	if first, _ := p.signedReceipt(receipt); first == "" {
		p.t.Errorf("%s is empty", receipt)
	}
	if status, body := p.get(strings.TrimPrefix(receipt, "/v1")); status != http.StatusOK || !strings.Contains(body, "the signature holds") && !strings.Contains(body, "die Signatur ist gültig") {
		p.t.Errorf("the page of %s: %d %s", receipt, status, body)
	}
}

// wantRotation makes a new key beside the running server, which signs with it before long, and still vouches for what the
// old one signed.
func (p *program) wantRotation(data string, env []string, receipt string) {
	p.t.Helper()
	before, old := p.signedReceipt(receipt)
	beside(p.t, env, "keys", "rotate", "--data", data)
	begun := time.Now()
	for _, key := p.signedReceipt(receipt); key == old; _, key = p.signedReceipt(receipt) {
		if time.Since(begun) > time.Minute {
			p.t.Fatal("the server does not sign with the new key")
		}
		time.Sleep(50 * time.Millisecond)
	}
	_, published := p.get(keysPath)
	keys, err := evidence.ReadPublished([]byte(published))
	if err != nil {
		p.t.Fatal(err)
	}
	if _, err := keys.Verify(before); err != nil {
		p.t.Errorf("signed before the rotation: %v", err)
	}
}

// TestRedisWaitAsksForReplicas starts beside a Redis that has no replica yet: without a spool nothing is acknowledged
// until it has one.
func TestRedisWaitAsksForReplicas(t *testing.T) {
	t.Parallel()
	redis, err := servers.Redis()
	if err != nil {
		t.Fatal(err)
	}
	environment, data := []string{"REDIS_URL=" + redis.URL, "ASSENT_REDIS_WAIT=1", "ASSENT_SPOOL_LIMIT=0"}, t.TempDir()
	added := addSite(t, data, environment...)
	p := startProgram(t, data, environment...)
	p.serves(added)
	if status, body := p.get("/readyz"); status != http.StatusServiceUnavailable {
		t.Errorf("/readyz without a replica: %d %s", status, body)
	}
	if _, err := servers.Replica(redis); err != nil {
		t.Fatal(err)
	}
	v := visit{client: http.DefaultClient, server: p, site: added}
	v.insist(t, v.decision())
}

// decideInEveryWay returns the receipts of an acceptance, a refusal, a selection and a withdrawal, in this order.
func decideInEveryWay(t *testing.T, v visit) []string {
	t.Helper()
	var receipts []string
	for _, change := range []func(*schemas.Decision){
		func(d *schemas.Decision) { d.Action = consent.AcceptAll },
		func(d *schemas.Decision) { d.Action = consent.RejectAll },
		func(d *schemas.Decision) { d.Action, d.Purposes = consent.Save, map[string]bool{"analytics": true} },
		func(d *schemas.Decision) { d.Action, d.Locale = consent.Withdraw, "de" },
	} {
		d := v.decision()
		change(&d)
		receipts = append(receipts, v.insist(t, d).Receipt)
	}
	return receipts
}

// setUp creates the owner by the printed link and returns a client that is signed in.
func (p *program) setUp() *http.Client {
	p.t.Helper()
	jar, err := cookiejar.New(nil)
	if err != nil {
		p.t.Fatal(err)
	}
	client := &http.Client{Jar: jar}
	body, err := json.Marshal(schemas.Setup{Token: p.token, Email: "owner@shop.example", Password: "quiet winter by the sea"})
	if err != nil {
		p.t.Fatal(err)
	}
	answer, err := client.Post(p.url("/v1/admin/setup"), "application/json", bytes.NewReader(body))
	if err != nil {
		p.t.Fatal(err)
	}
	defer answer.Body.Close()
	if answer.StatusCode != http.StatusCreated {
		p.t.Fatalf("set-up: %s", answer.Status)
	}
	return client
}

// awaitReport returns the report once it counts as many decisions as were recorded.
func (p *program) awaitReport(client *http.Client, site string, decisions int) schemas.Report {
	p.t.Helper()
	for begun := time.Now(); ; time.Sleep(50 * time.Millisecond) {
		answer, err := client.Get(p.url("/v1/admin/sites/" + site + "/report"))
		if err != nil {
			p.t.Fatal(err)
		}
		var report schemas.Report
		err = json.NewDecoder(answer.Body).Decode(&report)
		answer.Body.Close()
		if err == nil && answer.StatusCode == http.StatusOK && report.Totals.Decisions >= decisions {
			return report
		}
		if time.Since(begun) > 30*time.Second {
			p.t.Fatalf("the report never counts %d decisions: %d %+v %v", decisions, answer.StatusCode, report.Totals, err)
		}
	}
}
