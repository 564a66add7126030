package main

import (
	"net/http"
	"strings"
	"testing"
)

// TestHoldsBesideAServer are set and ended by a command, and the server that runs heeds them.
func TestHoldsBesideAServer(t *testing.T) {
	t.Parallel()
	data := t.TempDir()
	added := addSite(t, data)
	p := startProgram(t, data)
	p.serves(added)
	v := visit{client: http.DefaultClient, server: p, site: added}
	decision := v.decision()
	v.insist(t, decision)
	id := strings.TrimSpace(string(beside(t, nil, "retention", "hold", "set", added.ID, "--data", data, "--receipt", decision.ID, "--reason", "claim 12", "--by", "officer")))
	if status, _ := v.erasure(t, decision.Secret); status != http.StatusConflict {
		t.Errorf("an erasure of what is held: %d", status)
	}
	if told := string(beside(t, nil, "retention", "plan", "--data", data)); !strings.Contains(told, "decisions\t"+added.ID+"\t") || !strings.Contains(told, "holds "+id+"\tnothing goes") {
		t.Errorf("the plan: %s", told)
	}
	beside(t, nil, "retention", "hold", "release", added.ID, id, "--data", data, "--because", "settled", "--by", "officer")
	if told := string(beside(t, nil, "retention", "hold", "list", "--data", data)); !strings.Contains(told, "one visitor\tended by officer: settled\tby officer: claim 12") {
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
