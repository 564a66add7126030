package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"assent/schemas"
	"assent/server/internal/consent"
	"assent/server/internal/embeddedstore"
)

// Of one network a server in these tests records 15 at once and then one a second.
const (
	floodLimit = "ASSENT_RATE_LIMIT=60"
	floodBurst = 15
)

// through is what a proxy in front, which these tests are, tells of the client.
type through struct {
	address   string
	claimed   string // What the client put into X-Forwarded-For itself.
	userAgent string
}

// send posts a decision and returns the status, and for how many seconds to wait.
func (v visit) send(t testing.TB, d schemas.Decision, from through) (status, wait int) {
	body, err := json.Marshal(d)
	if err != nil {
		t.Error(err)
	}
	request, err := http.NewRequest(http.MethodPost, v.server.url("/v1/sites/"+v.site.ID+"/decisions"), bytes.NewReader(body))
	if err != nil {
		t.Error(err)
		return 0, 0
	}
	request.Header.Set("Origin", shopOrigin)
	request.Header.Set("Content-Type", "application/json")
	request.Header.Set("User-Agent", from.userAgent)
	request.Header.Set("X-Forwarded-For", from.address)
	if from.claimed != "" {
		request.Header.Set("X-Forwarded-For", from.claimed+", "+from.address)
	}
	answer, err := v.client.Do(request)
	if err != nil {
		t.Error(err)
		return 0, 0
	}
	defer answer.Body.Close()
	if _, err := io.Copy(io.Discard, answer.Body); err != nil {
		t.Error(err)
	}
	wait, _ = strconv.Atoi(answer.Header.Get("Retry-After")) // 0 for none.
	return answer.StatusCode, wait
}

// flood posts grants as fast as it can from four connections and returns how many were recorded, and at most might be.
func (v visit) flood(t *testing.T, n int, from func(i int) through) (recorded, limit int) {
	var next, stored atomic.Int64
	var posting sync.WaitGroup
	begun := time.Now()
	for range 4 {
		posting.Go(func() {
			for i := next.Add(1); i <= int64(n); i = next.Add(1) {
				d := v.decision()
				d.Action = consent.AcceptAll
				switch status, wait := v.send(t, d, from(int(i))); {
				case status == http.StatusCreated:
					stored.Add(1)
				case status != http.StatusTooManyRequests || wait < 1:
					t.Errorf("answer %d, Retry-After %d", status, wait)
				}
			}
		})
	}
	posting.Wait()
	return int(stored.Load()), floodBurst + int(time.Since(begun)/time.Second) + 1
}

// TestAFloodIsRefusedAndNobodyElse floods a server from one address, from a /56 whose client takes another /64 for each
// post, and from a client that claims another address each time, all at once, while visitors decide.
// ASVS 2.4.1
// Threat B5.7
func TestAFloodIsRefusedAndNobodyElse(t *testing.T) {
	t.Parallel()
	data := t.TempDir()
	added := addSite(t, data)
	p := startProgram(t, data, floodLimit, "ASSENT_TRUSTED_PROXY=127.0.0.1")
	p.serves(added)
	owner := p.setUp()
	newVisit := func() visit {
		transport := &http.Transport{MaxIdleConnsPerHost: 4}
		t.Cleanup(transport.CloseIdleConnections)
		return visit{client: &http.Client{Timeout: time.Minute, Transport: transport}, server: p, site: added}
	}
	const posts, visitors = 1000, 60
	var bounds atomic.Int64
	var flooding sync.WaitGroup
	for name, from := range map[string]func(i int) through{
		"one address":    func(int) through { return through{address: "198.51.100.7"} },
		"a rotating /64": func(i int) through { return through{address: fmt.Sprintf("2001:db8:0:ff%02x::%x", i%256, i)} },
		"forged claims": func(i int) through {
			return through{address: "192.0.2.7", claimed: fmt.Sprintf("203.0.%d.%d, 127.0.0.1", i/256, i%256)}
		},
	} {
		flooding.Go(func() {
			recorded, limit := newVisit().flood(t, posts, from)
			if recorded < floodBurst || recorded > limit {
				t.Errorf("%s: %d of %d recorded, want between %d and %d", name, recorded, posts, floodBurst, limit)
			}
			bounds.Add(int64(limit))
		})
	}
	clean := newVisit()
	for i := range visitors {
		d := clean.decision()
		d.Action = []string{consent.AcceptAll, consent.RejectAll}[i%2]
		if status, _ := clean.send(t, d, through{address: fmt.Sprintf("203.%d.113.7", i), userAgent: browser}); status != http.StatusCreated {
			t.Errorf("visitor %d: answer %d", i, status)
		}
	}
	refusal := clean.decision()
	refusal.Action = consent.Withdraw
	if status, _ := clean.send(t, refusal, through{address: "198.51.100.8", userAgent: browser}); status != http.StatusCreated {
		t.Errorf("a withdrawal from the network that floods: answer %d", status)
	}
	flooding.Wait()
	wantTotals := schemas.Tally{Decisions: visitors + 1, Accepted: visitors / 2, Refused: visitors/2 + 1}
	wantFloodBounded(t, p, owner, data, added.ID, wantTotals, int(bounds.Load()))
}

// wantFloodBounded holds the rates against what people decided, and what is stored against what the limits allow.
func wantFloodBounded(t *testing.T, p *program, owner *http.Client, data, site string, want schemas.Tally, bounds int) {
	t.Helper()
	totals := p.awaitReport(owner, site, want.Decisions).Totals
	flood := totals.Bots
	if totals.Bots = 0; totals != want || flood < 3*floodBurst || flood > bounds {
		t.Errorf("the report counts %d of the flood and %+v, want %d to %d and %+v", flood, totals, 3*floodBurst, bounds, want)
	}
	store, err := embeddedstore.Open(t.Context(), data, time.Now)
	if err != nil {
		t.Fatal(err)
	}
	defer store.Close()
	records, err := store.Recent(t.Context(), site, 10_000)
	if err != nil {
		t.Fatal(err)
	}
	if len(records) != want.Decisions+flood {
		t.Errorf("%d rows, and %d were counted", len(records), want.Decisions+flood)
	}
}

// TestInstancesOnOneRedisShareTheirLimits takes a burst of each of two. Alone, neither would ask anybody to wait for
// longer than the second in which one more is allowed, and three of jitter.
// ASVS 2.4.1
func TestInstancesOnOneRedisShareTheirLimits(t *testing.T) {
	t.Parallel()
	redis, err := servers.Redis()
	if err != nil {
		t.Fatal(err)
	}
	env := []string{"REDIS_URL=" + redis.URL, floodLimit, "ASSENT_TRUSTED_PROXY=127.0.0.1"}
	added := addSite(t, t.TempDir(), env[0])
	var instances []visit
	for range 2 {
		p := startProgram(t, t.TempDir(), env...)
		p.serves(added)
		instances = append(instances, visit{client: http.DefaultClient, server: p, site: added})
	}
	from := burstOfEach(t, instances)
	for i, v := range instances {
		begun := time.Now()
		for wait := 0; wait <= 5; time.Sleep(50 * time.Millisecond) {
			d := v.decision()
			d.Action = consent.AcceptAll
			if _, wait = v.send(t, d, from); time.Since(begun) > time.Minute {
				t.Fatalf("instance %d knows nothing of what the other one let through: it says to wait %d s", i, wait)
			}
		}
	}
}

// burstOfEach returns an address from which each instance has let through all that it would alone. They learn of each
// other every second, perhaps in the middle: then it is another address's turn.
func burstOfEach(t *testing.T, instances []visit) through {
	t.Helper()
	for network := range 256 {
		from := through{address: fmt.Sprintf("198.51.%d.7", network)}
		least := floodBurst
		for _, v := range instances {
			recorded, _ := v.flood(t, 2*floodBurst, func(int) through { return from })
			least = min(least, recorded)
		}
		if least == floodBurst {
			return from
		}
	}
	t.Fatal("no burst was let through by each")
	return through{}
}
