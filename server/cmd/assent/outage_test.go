package main

import (
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"assent/schemas"
	"assent/server/internal/clickhousestore"
	"assent/server/internal/consent"
	"assent/server/internal/realparts"
)

// deployment is a server on real stores.
type deployment struct {
	*program
	redis      *realparts.Redis
	clickhouse *realparts.ClickHouse
	ledger     *clickhousestore.Store
	site       addedSite
}

func deploy(t *testing.T, redisSettings []string, env ...string) *deployment {
	t.Helper()
	redis, err := servers.Redis(redisSettings...)
	if err != nil {
		t.Fatal(err)
	}
	clickhouse, err := servers.ClickHouse()
	if err != nil {
		t.Fatal(err)
	}
	ledger, err := clickhousestore.Open(clickhouse.URL("outage"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := ledger.Close(); err != nil {
			t.Error(err)
		}
	})
	env = append([]string{"REDIS_URL=" + redis.URL, "CLICKHOUSE_URL=" + clickhouse.URL("outage")}, env...)
	data := t.TempDir()
	c := &deployment{redis: redis, clickhouse: clickhouse, ledger: ledger, site: addSite(t, data, env...)}
	c.program = startProgram(t, data, env...)
	c.serves(c.site)
	return c
}

func (c *deployment) visit() visit {
	return visit{client: &http.Client{Timeout: 15 * time.Second}, server: c.program, site: c.site}
}

// await waits until the page holds the text.
func (c *deployment) await(path, text string) {
	c.t.Helper()
	for begun := time.Now(); ; time.Sleep(20 * time.Millisecond) {
		status, body := c.get(path)
		if strings.Contains(body, text) {
			return
		}
		if time.Since(begun) > time.Minute {
			c.t.Fatalf("%s never has %q: %d %s", path, text, status, body)
		}
	}
}

// ASVS 16.5.2
// Threat B5.2
func TestWithoutRedisVisitorsNoticeNothing(t *testing.T) {
	t.Parallel()
	c := deploy(t, nil)
	v := c.visit()
	before := v.insist(t, v.decision())
	if err := c.redis.Stop(); err != nil {
		t.Fatal(err)
	}
	during := v.insist(t, v.decision())
	if status, _ := c.get(c.site.Script); status != http.StatusOK {
		t.Errorf("the script: %d", status)
	}
	stranger := v
	stranger.origin = "https://stranger.example"
	if status, body := stranger.try(t, encoded(t, v.decision())); status != http.StatusForbidden {
		t.Errorf("a foreign origin: %d %s", status, body)
	}
	if status, body := c.get("/v1/sites/" + c.site.ID + "/subjects/" + during.Subject); status != http.StatusOK {
		t.Errorf("the choice of an outage: %d %s", status, body)
	}
	c.await("/readyz", `"status":"degraded"`)
	c.await("/readyz", "1 decisions wait for redis")
	c.await("/readyz", `"redis":{"status":"down","detail":"connection refused"}`)
	if _, body := c.get("/readyz"); strings.Contains(body, "127.0.0.1") {
		t.Errorf("an address is told to everybody: %s", body)
	}
	c.await("/metrics", "assent_spool_decisions 1\n")
	if status, _ := c.get("/readyz"); status != http.StatusOK {
		t.Errorf("while decisions are recorded the server is not ready: %d", status)
	}
	if err := c.redis.Start(); err != nil {
		t.Fatal(err)
	}
	if code, _, stderr := command("serve", "--data", c.args[1], "--addr", "127.0.0.1:0", "--redis-url", c.redis.URL,
		"--clickhouse-url", c.clickhouse.URL("outage")); code != exitFailure || !strings.Contains(stderr, "--data") {
		t.Errorf("a second server in the same folder: %d %s", code, stderr)
	}
	c.await("/readyz", `"status":"ready"`)
	c.await("/metrics", "assent_spool_decisions 0\n")
	for _, recorded := range []schemas.Recorded{before, during} {
		c.await(recorded.Receipt, recorded.RecordedAt.UTC().Format(time.RFC3339Nano))
	}
}

// TestTooMuchForTheLedgerRefusesGrantsFirst stops ClickHouse for longer than the outbox may grow.
func TestTooMuchForTheLedgerRefusesGrantsFirst(t *testing.T) {
	t.Parallel()
	c := deploy(t, nil, "ASSENT_OUTBOX_LIMIT=20")
	if err := c.clickhouse.Stop(); err != nil {
		t.Fatal(err)
	}
	v := c.visit()
	decide := func(action string) (schemas.Decision, int, []byte) {
		d := v.decision()
		d.Action = action
		status, body := v.try(t, encoded(t, d))
		return d, status, body
	}
	acknowledged := 0
	for begun := time.Now(); ; time.Sleep(10 * time.Millisecond) {
		_, status, body := decide(consent.AcceptAll)
		if status == http.StatusServiceUnavailable && strings.Contains(string(body), "overloaded") {
			break
		}
		if acknowledged++; status != http.StatusCreated || time.Since(begun) > time.Minute {
			t.Fatalf("decision %d: %d %s", acknowledged, status, body)
		}
	}
	if acknowledged < 20 {
		t.Errorf("grants are refused after %d, the limit is 20", acknowledged)
	}
	for range 5 {
		for _, action := range []string{consent.RejectAll, consent.Withdraw} {
			if _, status, body := decide(action); status != http.StatusCreated {
				t.Errorf("%s beyond the limit: %d %s", action, status, body)
			}
			acknowledged++
		}
	}
	c.await("/readyz", "new grants are refused until there is room")
	if status, body := c.get("/readyz"); status != http.StatusOK {
		t.Errorf("while refusals are recorded the server is not ready: %d %s", status, body)
	}
	c.await("/metrics", "assent_outbox_full 1\n")
	c.await("/metrics", fmt.Sprintf("assent_outbox_rows %d\n", acknowledged))
	if err := c.clickhouse.Start(); err != nil {
		t.Fatal(err)
	}
	c.await("/metrics", "assent_outbox_full 0\n")
	if _, status, body := decide(consent.AcceptAll); status != http.StatusCreated {
		t.Errorf("with room again: %d %s", status, body)
	}
	awaitShipped(t, c.ledger, c.site.ID, acknowledged+1)
	if records, err := c.ledger.Recent(t.Context(), c.site.ID, 1000); err != nil || len(records) != acknowledged+1 {
		t.Errorf("%d decisions in the ledger, %v, want %d", len(records), err, acknowledged+1)
	}
}
