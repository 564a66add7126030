package main

import (
	"bytes"
	"encoding/json"
	"io"
	"net/http"
	"strings"
	"testing"

	"assent/schemas"
	"assent/server/internal/clickhousestore"
	"assent/server/internal/consent"
	"assent/server/internal/requests"
)

// TestRequestsOnRedisAndClickHouse are registered and done.
func TestRequestsOnRedisAndClickHouse(t *testing.T) {
	t.Parallel()
	redis, err := servers.Redis()
	if err != nil {
		t.Fatal(err)
	}
	clickhouse, err := servers.ClickHouse()
	if err != nil {
		t.Fatal(err)
	}
	env := []string{"REDIS_URL=" + redis.URL, "CLICKHOUSE_URL=" + clickhouse.URL("requests")}
	added := addSite(t, t.TempDir(), env...)
	p := startProgram(t, t.TempDir(), env...)
	p.serves(added)
	v := visit{client: http.DefaultClient, server: p, site: added}
	decision := v.decision()
	decision.Action = consent.AcceptAll // There is something to withdraw.
	v.insist(t, decision)
	ledger, err := clickhousestore.Open(clickhouse.URL("requests"))
	if err != nil {
		t.Fatal(err)
	}
	defer ledger.Close()
	awaitShipped(t, ledger, added.ID, 1)
	ask := func(kind string) (int, schemas.OwnRequestAnswer) {
		body, err := json.Marshal(schemas.OwnRequest{Secret: decision.Secret, Kind: kind})
		if err != nil {
			t.Fatal(err)
		}
		request, err := http.NewRequestWithContext(t.Context(), http.MethodPost, p.url("/v1/sites/"+added.ID+"/requests"), bytes.NewReader(body))
		if err != nil {
			t.Fatal(err)
		}
		request.Header.Set("Origin", shopOrigin)
		request.Header.Set("Content-Type", "application/json")
		answer, err := http.DefaultClient.Do(request)
		if err != nil {
			t.Fatal(err)
		}
		defer answer.Body.Close()
		content, err := io.ReadAll(answer.Body)
		if err != nil {
			t.Fatal(err)
		}
		var told schemas.OwnRequestAnswer
		if answer.StatusCode == http.StatusOK {
			if err := json.Unmarshal(content, &told); err != nil {
				t.Fatal(err)
			}
		}
		return answer.StatusCode, told
	}
	if status, told := ask(requests.Access); status != http.StatusOK || len(told.Decisions) != 1 || told.Decisions[0].ID != decision.ID {
		t.Errorf("access: %d %+v", status, told)
	}
	status, objection := ask(requests.Objection)
	if status != http.StatusOK || objection.Request.State != requests.Open {
		t.Errorf("objection: %d %+v", status, objection)
	}
	for range 2 {
		if status, told := ask(requests.Withdrawal); status != http.StatusOK || told.Request.State != requests.Done {
			t.Errorf("withdrawal: %d %+v", status, told)
		}
	}
	awaitShipped(t, ledger, added.ID, 2)
	if records, err := ledger.Recent(t.Context(), added.ID, 10); err != nil || len(records) != 2 {
		t.Errorf("%d decisions, want one and its withdrawal, %v", len(records), err)
	}
	listed := string(beside(t, env, "requests", added.ID))
	if strings.Count(listed, "\n") != 1 || !strings.HasPrefix(listed, added.ID+"  "+objection.Request.Reference+"  objection  open  ") {
		t.Errorf("the command lists %q", listed)
	}
	owner := p.setUp()
	if report := p.awaitReport(owner, added.ID, 0); report.Totals.Decisions != 0 {
		t.Errorf("%d decisions count of a visitor who objected", report.Totals.Decisions)
	}
	exported := func(want int) {
		t.Helper()
		answer, err := owner.Get(p.url("/v1/admin/sites/" + added.ID + "/exports/decisions?format=ndjson"))
		if err != nil {
			t.Fatal(err)
		}
		defer answer.Body.Close()
		if rows, err := io.ReadAll(answer.Body); err != nil || bytes.Count(rows, []byte("\n")) != want || answer.StatusCode != http.StatusOK {
			t.Errorf("a file with %s, want %d rows, %d, %v", rows, want, answer.StatusCode, err)
		}
	}
	exported(2)
	if status, told := ask(requests.Restriction); status != http.StatusOK || !told.Request.Honoured {
		t.Errorf("restriction: %d %+v", status, told)
	}
	exported(0)
	if status, told := ask(requests.Erasure); status != http.StatusOK || told.Request.State != requests.Done {
		t.Errorf("erasure: %d %+v", status, told)
	}
	if records, err := ledger.Recent(t.Context(), added.ID, 10); err != nil || len(records) != 0 {
		t.Errorf("%d decisions after the erasure, %v", len(records), err)
	}
}
