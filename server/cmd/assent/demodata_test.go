package main

import (
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"assent/schemas"
	"assent/server/internal/consent"
	"assent/server/internal/demodata"
)

// TestDemoDataBesideAServer fills and empties the stores of a server that serves, which follows both.
func TestDemoDataBesideAServer(t *testing.T) {
	t.Parallel()
	clickhouse, err := servers.ClickHouse()
	if err != nil {
		t.Fatal(err)
	}
	redisFlags := func(t *testing.T) []string {
		redis, err := servers.Redis()
		if err != nil {
			t.Fatal(err)
		}
		return []string{"--redis-url", redis.URL}
	}
	for name, flags := range map[string]func(t *testing.T) []string{
		"embedded":   func(*testing.T) []string { return nil },
		"redis":      redisFlags,
		"clickhouse": func(*testing.T) []string { return []string{"--clickhouse-url", clickhouse.URL("demodata1")} },
		"both": func(t *testing.T) []string {
			return append(redisFlags(t), "--clickhouse-url", clickhouse.URL("demodata2"))
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			data, env := t.TempDir(), []string(nil)
			demoData := append([]string{"demo-data", "--data", data}, flags(t)...)
			for i := 3; i < len(demoData); i += 2 {
				variable := map[string]string{"--redis-url": "REDIS_URL", "--clickhouse-url": "CLICKHOUSE_URL"}[demoData[i]]
				env = append(env, variable+"="+demoData[i+1])
			}
			added := addSite(t, data, env...)
			p := startProgram(t, data, env...)
			p.serves(added)
			owner := p.setUp()

			code, out, errs := command(append(demoData, "--days", "3", "--visitors-per-day", "60")...)
			if code != 0 || !strings.Contains(out, "/dashboard/?site=demodata") {
				t.Fatalf("%d %q %q", code, out, errs)
			}
			if onRedis := slices.Contains(demoData, "--redis-url"); !onRedis && !strings.Contains(out, fmt.Sprintf("demo-data --data %q --remove", data)) {
				t.Errorf("not how to remove it from this folder: %q", out)
			}
			p.serves(addedSite{ID: demodata.Site, Script: scriptPath(demodata.Site)})
			made := p.rates(owner)
			if made.Totals.Decisions == 0 || made.Totals.Asked == 0 || len(made.Recent) == 0 {
				t.Fatalf("%+v", made.Totals)
			}
			receipt := p.receipt(t, made.Recent[0].ID)
			if !slices.Contains(receipt.Flags, consent.FlagDemo) {
				t.Errorf("a receipt does not say that it is none: %+v", receipt)
			}
			v := visit{client: http.DefaultClient, server: p, site: addedSite{ID: demodata.Site, Notice: made.Recent[0].Notice}}
			if status, body := v.try(t, encoded(t, v.decision())); status != http.StatusForbidden || !strings.Contains(string(body), ":demo-site") {
				t.Errorf("a decision from outside: %d %s", status, body)
			}

			if code, _, errs := command(append(demoData, "--remove")...); code != 0 {
				t.Fatal(errs)
			}
			p.forgets(t, scriptPath(demodata.Site))
			if status, body := p.get("/v1/receipts/" + made.Recent[0].ID); status != http.StatusNotFound {
				t.Errorf("a receipt is left: %d %s", status, body)
			}
			if status, _ := p.get(added.Script); status != http.StatusOK {
				t.Errorf("the real site: %d", status)
			}
			if code, _, errs := command(append(demoData, "--remove")...); code != exitFailure || !strings.Contains(errs, "there is no demo data; nothing was removed") {
				t.Errorf("removed twice: %d %q", code, errs)
			}
		})
	}
}

// TestDemoDataRefuses what would take for ever, and a folder that is not there to be emptied.
func TestDemoDataRefuses(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ flags, want string }{
		{"--days 2", "give 3 to 366"}, {"--days 367", "give 3 to 366"}, {"--visitors-per-day 5001", "give 1 to 5000"},
		{"--remove --data /nowhere", "give the server's folder with --data"},
	} {
		args := append([]string{"demo-data", "--data", t.TempDir()}, strings.Fields(c.flags)...)
		if code, _, errs := command(args...); code != exitFailure || !strings.Contains(errs, c.want) {
			t.Errorf("%s: %d %q", c.flags, code, errs)
		}
	}
}

// rates are those of the demo data, in the last week.
func (p *program) rates(owner *http.Client) (rates schemas.Rates) {
	p.t.Helper()
	now := time.Now()
	answer, err := owner.Get(p.url(fmt.Sprintf("/v1/admin/sites/%s/rates?from=%s&to=%s&each=day", demodata.Site,
		now.AddDate(0, 0, -6).Format(time.DateOnly), now.AddDate(0, 0, 1).Format(time.DateOnly))))
	if err != nil {
		p.t.Fatal(err)
	}
	defer answer.Body.Close()
	if err := json.NewDecoder(answer.Body).Decode(&rates); err != nil || answer.StatusCode != http.StatusOK {
		p.t.Fatalf("rates: %s %v", answer.Status, err)
	}
	return rates
}

func (p *program) receipt(t *testing.T, id string) (receipt schemas.Receipt) {
	t.Helper()
	status, body := p.get("/v1/receipts/" + id)
	if err := json.Unmarshal([]byte(body), &receipt); err != nil || status != http.StatusOK {
		t.Fatalf("receipt: %d %s %v", status, body, err)
	}
	return receipt
}

// forgets waits until the running server does not serve a path any more.
func (p *program) forgets(t *testing.T, path string) {
	t.Helper()
	begun := time.Now()
	for status, _ := p.get(path); status != http.StatusNotFound; status, _ = p.get(path) {
		if time.Since(begun) > time.Minute {
			t.Fatalf("the server goes on to serve %s: %d", path, status)
		}
		time.Sleep(20 * time.Millisecond)
	}
}
