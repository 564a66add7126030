package main

import (
	"net/http"
	"strings"
	"testing"
	"time"
)

// bothKinds are the environments of a server with all in one store, and with two.
func bothKinds(t *testing.T) map[string]func() []string {
	return map[string]func() []string{
		"embedded": func() []string { return nil },
		"redis and clickhouse": func() []string {
			redis, err := servers.Redis()
			if err != nil {
				t.Fatal(err)
			}
			clickhouse, err := servers.ClickHouse()
			if err != nil {
				t.Fatal(err)
			}
			return []string{"REDIS_URL=" + redis.URL, "CLICKHOUSE_URL=" + clickhouse.URL("server")}
		},
	}
}

// TestHoldsBesideAServer are set and ended by a command, and the server that runs heeds them.
func TestHoldsBesideAServer(t *testing.T) {
	for name, stores := range bothKinds(t) {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			holdsBesideAServer(t, stores())
		})
	}
}

func holdsBesideAServer(t *testing.T, env []string) {
	data := t.TempDir()
	added := addSite(t, data, env...)
	p := startProgram(t, data, env...)
	p.serves(added)
	v := visit{client: http.DefaultClient, server: p, site: added}
	decision := v.decision()
	v.insist(t, decision)
	for status := 0; status != http.StatusOK; time.Sleep(20 * time.Millisecond) { // It is in the audit trail within seconds.
		if t.Context().Err() != nil {
			t.Fatal("the decision has no receipt")
		}
		status, _ = p.get("/v1/receipts/" + decision.ID)
	}
	id := strings.TrimSpace(string(beside(t, env, "retention", "hold", "set", added.ID, "--data", data, "--receipt", decision.ID, "--reason", "claim 12", "--by", "officer")))
	if status, _ := v.erasure(t, decision.Secret); status != http.StatusConflict {
		t.Errorf("an erasure of what is held: %d", status)
	}
	if told := string(beside(t, env, "retention", "plan", "--data", data)); !strings.Contains(told, "decisions\t"+added.ID+"\t") || !strings.Contains(told, "holds "+id+"\tnothing goes") {
		t.Errorf("the plan: %s", told)
	}
	if told := string(beside(t, env, "retention", "run", "--data", data, "--by", "officer")); told != "" {
		t.Errorf("a run where nothing is due: %s", told)
	}
	beside(t, env, "retention", "hold", "release", added.ID, id, "--data", data, "--because", "settled", "--by", "officer")
	if told := string(beside(t, env, "retention", "hold", "list", "--data", data)); !strings.Contains(told, "one visitor\tended by officer: settled\tby officer: claim 12") {
		t.Errorf("the holds: %s", told)
	}
	if status, _ := v.erasure(t, decision.Secret); status != http.StatusOK {
		t.Errorf("an erasure after the hold: %d", status)
	}
}

func TestPeriodsOfRetentionThatAreNone(t *testing.T) {
	t.Parallel()
	for want, args := range map[string][]string{
		"give 1 to 90":           {"serve", "--retention-notice", "0"},
		"give 366 to 3653, or 0": {"serve", "--keep-decisions", "365"},
		"give 31 to 3653, or 0":  {"serve", "--keep-exposures", "5"},
	} {
		if code, _, told := command(append(args, "--data", t.TempDir())...); code != 1 || !strings.Contains(told, want) {
			t.Errorf("%v: %d %s, want %s", args, code, told, want)
		}
	}
}
