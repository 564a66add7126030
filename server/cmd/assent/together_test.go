package main

import (
	"net/http"
	"strings"
	"sync"
	"testing"

	"assent/schemas"
	"assent/server/internal/clickhousestore"
)

// TestTablesAreMadeWhileDecisionsAreRecorded starts three servers on one Redis while ClickHouse is down, lets them all
// find it empty, and makes it hang in the middle of that. Nobody who decides meanwhile waits for it.
func TestTablesAreMadeWhileDecisionsAreRecorded(t *testing.T) {
	t.Parallel()
	redis, err := servers.Redis()
	if err != nil {
		t.Fatal(err)
	}
	clickhouse, err := servers.ClickHouse()
	if err != nil {
		t.Fatal(err)
	}
	if err := clickhouse.Stop(); err != nil {
		t.Fatal(err)
	}
	env := []string{"REDIS_URL=" + redis.URL, "CLICKHOUSE_URL=" + clickhouse.URL("together")}
	added := addSite(t, t.TempDir(), env...)
	var instances []*program
	for range 3 {
		p := startProgram(t, t.TempDir(), env...)
		p.serves(added)
		instances = append(instances, p)
	}
	answers := map[string]schemas.Recorded{}
	decideAtAll(t, instances, added, answers)
	for _, change := range []func() error{clickhouse.Start, clickhouse.Freeze} {
		if err := change(); err != nil {
			t.Fatal(err)
		}
	}
	decideAtAll(t, instances, added, answers)
	if err := clickhouse.Thaw(); err != nil {
		t.Fatal(err)
	}
	decideAtAll(t, instances, added, answers)
	ledger, err := clickhousestore.Open(clickhouse.URL("together"))
	if err != nil {
		t.Fatal(err)
	}
	defer ledger.Close()
	awaitShipped(t, ledger, added.ID, len(answers))
	wantOnce(t, ledger, added.ID, answers)
	if _, body := instances[0].get("/metrics"); !strings.Contains(body, "\nassent_ledger_restored_total 0\n") {
		t.Error("/metrics does not tell what the ledger lost")
	}
}

// decideAtAll sends decisions to every instance at once and adds the answers.
func decideAtAll(t *testing.T, instances []*program, added addedSite, answers map[string]schemas.Recorded) {
	t.Helper()
	var mu sync.Mutex
	var visiting sync.WaitGroup
	for _, instance := range instances {
		visiting.Go(func() {
			v := visit{client: http.DefaultClient, server: instance, site: added}
			for range 20 {
				recorded := v.once(t)
				mu.Lock()
				answers[recorded.ID] = recorded
				mu.Unlock()
			}
		})
	}
	visiting.Wait()
}
