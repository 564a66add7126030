package main

import (
	"encoding/json"
	"net/http"
	"os"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"assent/schemas"
	"assent/server/internal/clickhousestore"
)

// balancer sends visitors to the servers that say they are ready, as a proxy in front does.
type balancer struct {
	servers []*program
	ready   []atomic.Bool
	turn    atomic.Int64
	probing http.Client
}

// watch probes until done is closed.
func (b *balancer) watch(done <-chan struct{}) {
	for {
		for i, server := range b.servers {
			answer, err := b.probing.Get(server.url("/readyz"))
			b.ready[i].Store(err == nil && answer.StatusCode == http.StatusOK)
			if err == nil {
				answer.Body.Close()
			}
		}
		select {
		case <-done:
			return
		case <-time.After(10 * time.Millisecond):
		}
	}
}

// pick takes turns among the servers that are ready.
func (b *balancer) pick() *program {
	for {
		if i := int(b.turn.Add(1)) % len(b.servers); b.ready[i].Load() {
			return b.servers[i]
		}
		time.Sleep(time.Millisecond)
	}
}

func (b *balancer) await(server int, ready bool) bool {
	for begun := time.Now(); time.Since(begun) < time.Minute; time.Sleep(time.Millisecond) {
		if b.ready[server].Load() == ready {
			return true
		}
	}
	return false
}

// TestRollingRestart replaces two servers on the same stores in turn, behind a balancer, while visitors decide. None of
// them sees so much as a connection that is cut.
func TestRollingRestart(t *testing.T) {
	t.Parallel()
	redis, err := servers.Redis()
	if err != nil {
		t.Fatal(err)
	}
	clickhouse, err := servers.ClickHouse()
	if err != nil {
		t.Fatal(err)
	}
	env := []string{"REDIS_URL=" + redis.URL, "CLICKHOUSE_URL=" + clickhouse.URL("rolling"), "ASSENT_DRAIN_DELAY=3s"}
	added := addSite(t, t.TempDir(), env...)
	b := &balancer{servers: []*program{startProgram(t, t.TempDir(), env...), startProgram(t, t.TempDir(), env...)}, ready: make([]atomic.Bool, 2)}
	for _, server := range b.servers {
		server.serves(added)
	}
	done := make(chan struct{})
	var watching sync.WaitGroup
	watching.Go(func() { b.watch(done) })
	stop, answers := decideThrough(t, b, added)
	for i, server := range b.servers {
		if !b.await(0, true) || !b.await(1, true) {
			t.Fatal("the servers are never ready at once")
		}
		if err := server.end(syscall.SIGTERM); err != nil {
			t.Errorf("graceful stop: %v\n%s", err, server.output)
		}
		if !b.await(i, false) {
			t.Error("a server that is gone is ready")
		}
		server.start()
	}
	if !b.await(1, true) {
		t.Error("the last server is not ready again")
	}
	acknowledged := answers(stop)
	close(done)
	watching.Wait()
	ledger, err := clickhousestore.Open(clickhouse.URL("rolling"))
	if err != nil {
		t.Fatal(err)
	}
	defer ledger.Close()
	awaitShipped(t, ledger, added.ID, len(acknowledged))
	wantOnce(t, ledger, added.ID, acknowledged)
	for _, server := range b.servers {
		if err := server.end(os.Interrupt); err != nil {
			t.Errorf("graceful stop: %v\n%s", err, server.output)
		}
	}
}

// decideThrough lets visitors decide, over connections that they keep, until stop is closed; answers closes it, waits for
// them and returns what they were told.
func decideThrough(t *testing.T, b *balancer, added addedSite) (stop chan struct{}, answers func(chan struct{}) map[string]schemas.Recorded) {
	var mu sync.Mutex
	var visiting sync.WaitGroup
	told := map[string]schemas.Recorded{}
	stop = make(chan struct{})
	for range 4 {
		visiting.Go(func() {
			v := visit{client: &http.Client{Transport: &http.Transport{}}, site: added}
			defer v.client.CloseIdleConnections()
			for {
				select {
				case <-stop:
					return
				case <-time.After(20 * time.Millisecond):
				}
				v.server = b.pick()
				recorded := v.once(t)
				mu.Lock()
				told[recorded.ID] = recorded
				mu.Unlock()
			}
		})
	}
	return stop, func(stop chan struct{}) map[string]schemas.Recorded {
		close(stop)
		visiting.Wait()
		return told
	}
}

// once decides and takes no answer but a 201.
func (v visit) once(t *testing.T) schemas.Recorded {
	body, err := json.Marshal(v.decision())
	if err != nil {
		t.Error(err)
	}
	var recorded schemas.Recorded
	status, content := v.try(t, body)
	if status != http.StatusCreated {
		t.Errorf("answer %d %s", status, content)
	} else if err := json.Unmarshal(content, &recorded); err != nil {
		t.Errorf("answer %q: %v", content, err)
	}
	return recorded
}
