package main

import (
	"bytes"
	"cmp"
	"context"
	"crypto/rand"
	"encoding/base64"
	"encoding/json"
	"io"
	"math/big"
	"net/http"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/uuid"

	"assent/schemas"
	"assent/server/internal/consent"
	"assent/server/internal/reporting"
)

const (
	shopOrigin = "https://shop.example"
	browser    = "Mozilla/5.0 (X11; Linux x86_64; rv:145.0) Gecko/20100101 Firefox/145.0"
	clients    = 50
	each       = 20 // Decisions of one client: 1,000 in all.
	kills      = 5
)

// visit is one client: it repeats each decision, under the same id, until it is acknowledged, as the script does.
type visit struct {
	client *http.Client
	server *program
	site   addedSite
	origin string // shopOrigin if empty.
}

func (v visit) decision() schemas.Decision {
	secret := make([]byte, 16)
	rand.Read(secret) // Never fails (Go 1.24).
	coin, err := rand.Int(rand.Reader, big.NewInt(2))
	if err != nil {
		panic(err)
	}
	return schemas.Decision{ID: uuid.Must(uuid.NewV7()).String(), Secret: base64.RawURLEncoding.EncodeToString(secret),
		Notice: v.site.Notice, Action: []string{consent.AcceptAll, consent.RejectAll}[coin.Int64()], Source: "banner", Page: shopOrigin + "/"}
}

// insist returns the answer of the first 2xx. Any refusal but 503 fails the test.
func (v visit) insist(t *testing.T, decision schemas.Decision) schemas.Recorded {
	body := encoded(t, decision)
	for {
		status, content := v.try(t, body)
		switch {
		case status/100 == 2:
			var recorded schemas.Recorded
			if err := json.Unmarshal(content, &recorded); err != nil {
				t.Errorf("answer %d %q: %v", status, content, err)
			}
			return recorded
		case status != 0 && status != http.StatusServiceUnavailable:
			t.Errorf("answer %d %s", status, content)
			return schemas.Recorded{}
		}
		time.Sleep(10 * time.Millisecond)
	}
}

func encoded(t *testing.T, decision schemas.Decision) []byte {
	body, err := json.Marshal(decision)
	if err != nil {
		t.Error(err)
	}
	return body
}

// try returns status 0 when no whole answer came.
func (v visit) try(t *testing.T, body []byte) (int, []byte) {
	request, err := http.NewRequest(http.MethodPost, v.server.url("/v1/sites/"+v.site.ID+"/decisions"), bytes.NewReader(body))
	if err != nil {
		t.Error(err)
		return http.StatusTeapot, nil
	}
	request.Header.Set("Origin", cmp.Or(v.origin, shopOrigin))
	request.Header.Set("Content-Type", "application/json")
	request.Header.Set("User-Agent", browser)
	answer, err := v.client.Do(request)
	if err != nil {
		return 0, nil
	}
	defer answer.Body.Close()
	content, err := io.ReadAll(answer.Body)
	if err != nil {
		return 0, nil
	}
	return answer.StatusCode, content
}

// storm lets all clients decide while disturb runs; disturb is told how many decisions were acknowledged so far.
func storm(t *testing.T, p *program, added addedSite, disturb func(acknowledged *atomic.Int64)) map[string]schemas.Recorded {
	t.Helper()
	var (
		acknowledged atomic.Int64
		mu           sync.Mutex
		answers      = map[string]schemas.Recorded{}
		visiting     sync.WaitGroup
	)
	for range clients {
		visiting.Go(func() {
			v := visit{client: &http.Client{Timeout: 15 * time.Second, Transport: &http.Transport{}}, server: p, site: added}
			defer v.client.CloseIdleConnections()
			for range each {
				recorded := v.insist(t, v.decision())
				acknowledged.Add(1)
				mu.Lock()
				answers[recorded.ID] = recorded
				mu.Unlock()
			}
		})
	}
	disturb(&acknowledged)
	visiting.Wait()
	if len(answers) != clients*each {
		t.Errorf("%d decisions acknowledged, want %d", len(answers), clients*each)
	}
	return answers
}

// wantOnce holds the ledger against every answer that a client saw.
func wantOnce(t *testing.T, query reporting.Query, site string, answers map[string]schemas.Recorded) {
	t.Helper()
	records, err := query.Recent(context.Background(), site, 2*len(answers)+1)
	if err != nil {
		t.Fatal(err)
	}
	counts := map[string]int{}
	for _, r := range records {
		counts[r.ID.String()]++
		if seen, ok := answers[r.ID.String()]; ok && (!seen.RecordedAt.Equal(r.RecordedAt) || seen.Subject != r.Subject || seen.Choice.Action != r.Action) {
			t.Errorf("the ledger has %+v, the client was told %+v", r, seen)
		}
	}
	for id := range answers {
		if counts[id] != 1 {
			t.Errorf("decision %s is in the ledger %d times", id, counts[id])
		}
	}
	if len(records) != len(answers) {
		t.Errorf("%d decisions acknowledged, %d in the ledger", len(answers), len(records))
	}
}

// awaitShipped waits until the ledger counts as many decisions as were acknowledged; what it never gets, wantOnce names.
func awaitShipped(t *testing.T, ledger reporting.Query, site string, acknowledged int) {
	t.Helper()
	begun := time.Now()
	for time.Since(begun) < time.Minute {
		records, err := ledger.Recent(t.Context(), site, acknowledged)
		if err == nil && len(records) >= acknowledged {
			return
		}
		time.Sleep(50 * time.Millisecond)
	}
}
