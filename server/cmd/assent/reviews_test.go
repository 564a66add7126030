package main

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// TestReviewsOnBothKindsOfStore are opened by a server, and listed, shown and closed beside it.
func TestReviewsOnBothKindsOfStore(t *testing.T) {
	t.Parallel()
	t.Run("embedded", func(t *testing.T) {
		t.Parallel()
		folder := t.TempDir()
		reviewBeside(t, folder, []string{"ASSENT_DATA=" + folder})
	})
	t.Run("redis and clickhouse", func(t *testing.T) {
		t.Parallel()
		redis, err := servers.Redis()
		if err != nil {
			t.Fatal(err)
		}
		clickhouse, err := servers.ClickHouse()
		if err != nil {
			t.Fatal(err)
		}
		reviewBeside(t, t.TempDir(), []string{"REDIS_URL=" + redis.URL, "CLICKHOUSE_URL=" + clickhouse.URL("reviews")})
	})
}

func reviewBeside(t *testing.T, folder string, env []string) {
	t.Helper()
	notice := filepath.Join(t.TempDir(), "notice.json")
	if err := os.WriteFile(notice, []byte(`{"services": [{"id": "youtube"}]}`), 0o600); err != nil {
		t.Fatal(err)
	}
	var added addedSite
	if err := json.Unmarshal(beside(t, env, "site", "add", "--name", "Shop", "--origin", shopOrigin, "--notice", notice, "--json"), &added); err != nil {
		t.Fatal(err)
	}
	startProgram(t, folder, env...).serves(added)
	listed := func() []string {
		return strings.Split(strings.TrimSpace(string(beside(t, env, "reviews", "list", added.ID))), "\n")
	}
	const service = "youtube"
	until := time.Now().Add(20 * time.Second)
	lines := listed()
	for ; !strings.Contains(lines[0], service+".1"); lines = listed() { // The server's first round.
		if time.Now().After(until) {
			t.Fatalf("no review came up: %q", lines)
		}
		time.Sleep(100 * time.Millisecond)
	}
	day := time.Now().UTC()
	if want := day.AddDate(0, 0, 180).Format(time.DateOnly); !strings.Contains(lines[0], "  open  "+want) {
		t.Errorf("listed %q, want it open until %s", lines[0], want)
	}
	if shown := string(beside(t, env, "reviews", "show", added.ID, service+".1")); !strings.Contains(shown, `"granted": 0`) || !strings.Contains(shown, `"provider": "Google`) {
		t.Errorf("shown %s", shown)
	}
	told := string(beside(t, env, "reviews", "close", added.ID, service+".1", "--in-use=yes", "--storage=no", "--purpose=yes", "--provider=yes", "--remark=one cookie more", "--by=ada@shop.example"))
	if !strings.Contains(told, service+".2, is due on "+day.AddDate(0, 0, 30).Format(time.DateOnly)) {
		t.Errorf("told %q", told)
	}
	if lines := listed(); len(lines) != 2 || !strings.Contains(lines[0], service+".2  open") || !strings.HasSuffix(lines[1], "ada@shop.example") {
		t.Errorf("listed %q", lines)
	}
}
