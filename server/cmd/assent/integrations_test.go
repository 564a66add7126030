package main

import (
	"bytes"
	"encoding/json"
	"encoding/pem"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/google/uuid"

	"assent/schemas"
	"assent/server/internal/consent"
)

// crm is a receiver over TLS that fails now and then.
type crm struct {
	*httptest.Server
	mu    sync.Mutex
	asked int
	told  map[string][]told // By subject, in their order.
}

type told struct {
	Type string
	Data struct{ Subject, Receipt string }
}

func startCRM(t *testing.T) *crm {
	c := &crm{told: map[string][]told{}}
	c.Server = httptest.NewTLSServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(r.Body)
		if err != nil {
			return // The server was killed.
		}
		var one told
		if err := json.Unmarshal(body, &one); err != nil {
			t.Errorf("received %q: %v", body, err)
		}
		c.mu.Lock()
		defer c.mu.Unlock()
		if c.asked++; c.asked%7 == 0 {
			w.WriteHeader(http.StatusBadGateway)
			return
		}
		c.told[one.Data.Subject] = append(c.told[one.Data.Subject], one)
	}))
	t.Cleanup(c.Close)
	return c
}

// trusted writes the receiver's certificate to where a server looks for those that it trusts.
func (c *crm) trusted(t *testing.T) string {
	file := filepath.Join(t.TempDir(), "receiver.pem")
	if err := os.WriteFile(file, pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: c.Certificate().Raw}), 0o600); err != nil {
		t.Fatal(err)
	}
	return "SSL_CERT_FILE=" + file
}

// TestWithdrawalsAreToldThroughKills kills the server while visitors grant and withdraw. Each withdrawal of what the receiver
// was told is told, after the grant, and nothing after it.
func TestWithdrawalsAreToldThroughKills(t *testing.T) {
	for name, stores := range bothKinds(t) {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			receiver := startCRM(t)
			env := append(stores(), receiver.trusted(t), "ASSENT_INTEGRATION_NETWORK=127.0.0.1/32")
			p, added := startWithCRM(t, receiver, env)
			receiver.await(t, grantAndWithdraw(t, p, added, receiver))
		})
	}
}

func startWithCRM(t *testing.T, receiver *crm, env []string) (*program, addedSite) {
	t.Helper()
	data := t.TempDir()
	notice := filepath.Join(data, "notice.json")
	if err := os.WriteFile(notice, []byte(`{"services":[{"id":"crm","purpose":"marketing","provider":"CRM Inc.","country":"DE"}]}`), 0o600); err != nil {
		t.Fatal(err)
	}
	var added addedSite
	if err := json.Unmarshal(beside(t, env, "site", "add", "--data", data, "--name", "Shop", "--origin", shopOrigin, "--notice", notice, "--json"), &added); err != nil {
		t.Fatal(err)
	}
	p := startProgram(t, data, env...)
	p.serves(added)
	owner := p.setUp()
	path := "/v1/admin/sites/" + added.ID + "/integrations"
	var made schemas.ConnectedIntegration
	p.ask(owner, http.MethodPost, path, schemas.IntegrationWish{Name: "CRM", Address: receiver.URL, Service: "crm"}, &made)
	p.ask(owner, http.MethodPut, path+"/"+made.Integration.ID+"/state", schemas.IntegrationSwitch{State: "on"}, &made.Integration)
	return p, added
}

// ask sends JSON as the owner and reads the answer.
func (p *program) ask(owner *http.Client, method, path string, body, into any) {
	p.t.Helper()
	encoded, err := json.Marshal(body)
	if err != nil {
		p.t.Fatal(err)
	}
	request, err := http.NewRequest(method, p.url(path), bytes.NewReader(encoded))
	if err != nil {
		p.t.Fatal(err)
	}
	request.Header.Set("Content-Type", "application/json")
	request.Header.Set("Origin", p.url(""))
	answer, err := owner.Do(request)
	if err != nil {
		p.t.Fatal(err)
	}
	defer answer.Body.Close()
	content, err := io.ReadAll(answer.Body)
	if err != nil {
		p.t.Fatal(err)
	}
	if err := json.Unmarshal(content, into); err != nil || answer.StatusCode/100 != 2 {
		p.t.Fatalf("%s %s: %d %s", method, path, answer.StatusCode, content)
	}
}

// grantAndWithdraw lets visitors grant and, soon after, withdraw, and kills the server meanwhile. It returns the receipts of the
// withdrawals by subject.
func grantAndWithdraw(t *testing.T, p *program, added addedSite, receiver *crm) map[string]string {
	const visitors = 36
	withdrawn := map[string]string{}
	var mu sync.Mutex
	var visiting sync.WaitGroup
	var done atomic.Int64
	v := visit{client: &http.Client{Timeout: 15 * time.Second}, server: p, site: added}
	for i := range 6 {
		visiting.Go(func() {
			for j := range visitors / 6 {
				d := v.decision()
				d.Action, d.Purposes = consent.Save, map[string]bool{"marketing": true}
				granted := v.insist(t, d)
				if i+j == 0 { // Of some the receiver has heard before; of others it may have.
					receiver.hears(t, granted.Subject)
				}
				time.Sleep(time.Second)
				d.ID, d.Action, d.Purposes = uuid.Must(uuid.NewV7()).String(), consent.Withdraw, map[string]bool{"marketing": false}
				recorded := v.insist(t, d)
				mu.Lock()
				withdrawn[recorded.Subject] = recorded.ID
				mu.Unlock()
				done.Add(1)
			}
		})
	}
	for kill := range 2 {
		for done.Load() < int64((kill+1)*visitors/3) {
			time.Sleep(10 * time.Millisecond)
		}
		if err := p.end(syscall.SIGKILL); err == nil {
			t.Error("a killed server ended well")
		}
		p.start()
	}
	visiting.Wait()
	return withdrawn
}

// hears waits until something is told about a visitor.
func (c *crm) hears(t *testing.T, subject string) {
	for deadline := time.Now().Add(3 * time.Minute); time.Now().Before(deadline); time.Sleep(50 * time.Millisecond) {
		c.mu.Lock()
		isTold := len(c.told[subject]) > 0
		c.mu.Unlock()
		if isTold {
			return
		}
	}
	t.Error("a grant is not told")
}

// await waits until the last word about each visitor of whom the receiver heard is the withdrawal.
func (c *crm) await(t *testing.T, withdrawn map[string]string) {
	t.Helper()
	var missing int
	for deadline := time.Now().Add(3 * time.Minute); time.Now().Before(deadline); time.Sleep(100 * time.Millisecond) {
		if missing = c.missing(t, withdrawn); missing == 0 {
			break
		}
	}
	if missing > 0 {
		t.Fatalf("%d withdrawals are not told", missing)
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	grants := 0
	for subject, all := range c.told {
		for i, one := range all {
			if one.Type != "consent.withdrawn" {
				grants++
			}
			if one.Type != "consent.withdrawn" && i > 0 && all[i-1].Type == "consent.withdrawn" {
				t.Errorf("%s: a grant is told after the withdrawal", subject)
			}
		}
	}
	if grants == 0 {
		t.Error("no grant was told, which shows nothing")
	}
}

func (c *crm) missing(t *testing.T, withdrawn map[string]string) (missing int) {
	c.mu.Lock()
	defer c.mu.Unlock()
	for subject, receipt := range withdrawn {
		all := c.told[subject]
		if len(all) == 0 || all[len(all)-1].Type != "consent.withdrawn" || all[len(all)-1].Data.Receipt != receipt {
			missing++
		}
	}
	return missing
}
