package main

import (
	"encoding/json"
	"fmt"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// The files of deploy/ are tried with the servers that read them. deploy/lint.sh checks the rest of that folder.

func deployFile(t *testing.T, path ...string) string {
	t.Helper()
	absolute, err := filepath.Abs(filepath.Join(append([]string{"..", "..", "..", "deploy"}, path...)...))
	if err != nil {
		t.Fatal(err)
	}
	return absolute
}

// writeChanged writes a file of deploy/ into the folder with pairs of old and new text replaced, each of which it must
// have: what a user would put there for this machine.
func writeChanged(t *testing.T, dir, name, file string, changes ...string) string {
	t.Helper()
	content, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	text := string(content)
	for i := 0; i < len(changes); i += 2 {
		if !strings.Contains(text, changes[i]) {
			t.Fatalf("%s has no %q", file, changes[i])
		}
		text = strings.ReplaceAll(text, changes[i], changes[i+1])
	}
	path := filepath.Join(dir, name)
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

var ours = regexp.MustCompile(`\b(assent|process|go)_[a-z_]+`)

// TestAlertsAndDashboardKnowTheMetrics looks each metric up that they name in what a server of a cluster tells that has
// recorded a decision.
func TestAlertsAndDashboardKnowTheMetrics(t *testing.T) {
	t.Parallel()
	redis, err := servers.Redis()
	if err != nil {
		t.Fatal(err)
	}
	stores := []string{"REDIS_URL=" + redis.URL, "CLICKHOUSE_URL=clickhouse://127.0.0.1:1/assent"} // Away, which the outbox bears.
	data := t.TempDir()
	added := addSite(t, data, stores...)
	p := startProgram(t, data, stores...)
	p.serves(added)
	v := visit{client: http.DefaultClient, server: p, site: added}
	v.insist(t, v.decision())
	_, exposed := p.get("/metrics")
	for _, file := range []string{deployFile(t, "prometheus", "alerts.yaml"), deployFile(t, "grafana", "dashboard.json")} {
		content, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		for _, name := range ours.FindAllString(string(content), -1) {
			if !strings.Contains(exposed, "\n"+name+" ") && !strings.Contains(exposed, "\n"+name+"{") {
				t.Errorf("%s: no server tells of %s", filepath.Base(file), name)
			}
		}
	}
}

// TestDashboardAsksInPromQL lets promtool read the dashboard's expressions as rules.
func TestDashboardAsksInPromQL(t *testing.T) {
	t.Parallel()
	content, err := os.ReadFile(deployFile(t, "grafana", "dashboard.json"))
	if err != nil {
		t.Fatal(err)
	}
	var dashboard struct {
		Panels []struct {
			Title   string
			Targets []struct{ Expr string }
		}
	}
	if err := json.Unmarshal(content, &dashboard); err != nil {
		t.Fatal(err)
	}
	type rule struct {
		Record string `json:"record"`
		Expr   string `json:"expr"`
	}
	var asked []rule
	for _, panel := range dashboard.Panels {
		for _, target := range panel.Targets {
			asked = append(asked, rule{fmt.Sprintf("asked:%d", len(asked)), strings.ReplaceAll(target.Expr, "$__rate_interval", "5m")})
		}
	}
	if len(asked) == 0 {
		t.Fatal("the dashboard asks nothing")
	}
	rules, err := json.Marshal(map[string]any{"groups": []any{map[string]any{"name": "dashboard", "rules": asked}}})
	if err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(t.TempDir(), "rules.yaml") // JSON is YAML.
	if err := os.WriteFile(file, rules, 0o600); err != nil {
		t.Fatal(err)
	}
	if output, err := exec.Command("promtool", "check", "rules", file).CombinedOutput(); err != nil {
		t.Errorf("%v: %s", err, output)
	}
}
