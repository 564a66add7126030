package main

import (
	"fmt"
	"math/rand/v2"
	"os"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"text/tabwriter"
	"time"

	"assent/server/internal/witness"
)

// scenario is one kind of fault on one set of stores. deploy/DURABILITY.md names them.
type scenario struct {
	name string
	set  set
	// fault injects the fault once and mends it. Visitors go on deciding meanwhile.
	fault func(s *stage, round int)

	// unavailableIsRefused: what is answered 503 has been recorded by nobody, not even without anybody's knowledge.
	unavailableIsRefused bool
	// spooled: Redis takes no decisions meanwhile, so that a retry of one whose answer nobody waited for may be acknowledged
	// with a later time than Redis has.
	spooled bool
}

var scenarios = []scenario{
	{name: "embedded, killed", fault: killServer},
	{name: "embedded, frozen", fault: freezeServer},
	{name: "embedded, disk full", fault: fillDisk, unavailableIsRefused: true},
	{name: "embedded, clock set a day ahead and back", set: set{clock: &jumpyClock{}}, fault: setClock},
	{name: "embedded, network of the visitors", set: set{link: toServer}, fault: changeWeather},
	{name: "embedded and ClickHouse, killed", set: set{clickhouse: true}, fault: killServer},
	{name: "Redis, killed and restarted with its AOF", set: set{redis: one}, fault: killRedis, spooled: true},
	{name: "Redis, killed while the disk of the spool is full", set: set{redis: one}, fault: killRedisAndFillDisk, spooled: true},
	{name: "Redis, frozen", set: set{redis: one}, fault: freezeRedis, spooled: true},
	{name: "Redis, network before it", set: set{redis: one, link: toRedis}, fault: changeWeather, spooled: true},
	{name: "Redis, full", set: set{redis: one}, fault: fillRedis, unavailableIsRefused: true, spooled: true},
	{name: "Redis and ClickHouse, server killed", set: set{redis: one, clickhouse: true}, fault: killServer},
	{name: "Redis and ClickHouse, Redis killed, then the server while it spools and while it hands over", set: set{redis: one, clickhouse: true}, fault: killRedisAndServer, spooled: true},
	{name: "Redis and ClickHouse, two servers", set: set{redis: one, clickhouse: true, servers: 2}, fault: killOrFreezeServer},
	{name: "Redis and ClickHouse, three servers", set: set{redis: one, clickhouse: true, servers: 3}, fault: killOrFreezeServer},
	{name: "ClickHouse, killed, down and frozen", set: set{redis: one, clickhouse: true, ownClickHouse: true}, fault: disturbClickHouse},
	{name: "ClickHouse, network before it, half batches", set: set{redis: one, clickhouse: true, link: toClickHouse}, fault: changeWeather},
	{name: "Redis with WAIT, primary lost behind a slow link", set: set{redis: pair, link: toRedis}, fault: failOver, spooled: true},
	{name: "Redis Cluster with WAIT, primary killed or frozen", set: set{redis: cluster}, fault: losePrimary, spooled: true},
}

// shortRounds is how often a usual test run injects each fault.
const shortRounds = 2

// soakTime is how long `make soak` plays all scenarios together, one after another; 0 in a usual test run, which plays
// all at once and each for some seconds.
func soakTime(t *testing.T) time.Duration {
	t.Helper()
	text := os.Getenv("ASSENT_TEST_SOAK")
	if text == "" {
		return 0
	}
	total, err := time.ParseDuration(text)
	if err != nil {
		t.Fatalf("ASSENT_TEST_SOAK: %v; write it as 5m", err)
	}
	return total
}

// atOnce is how many scenarios a usual test run plays side by side: more than there are processors, because they wait most
// of the time, be it for a fault to end or for the lease of a server that was killed.
const atOnce = 5

// TestSoak plays every scenario: visitors decide while a fault happens again and again, and afterwards what they were
// told is held against what is stored.
func TestSoak(t *testing.T) {
	t.Parallel()
	total, players := soakTime(t), atOnce
	if total > 0 {
		players = 1
	}
	verdicts := make([]witness.Verdict, len(scenarios))
	var left atomic.Int64
	left.Store(int64(len(scenarios)))
	var playing sync.WaitGroup
	for range players {
		playing.Go(func() {
			for i := int(left.Add(-1)); i >= 0; i = int(left.Add(-1)) { // The longest stand last.
				t.Run(scenarios[i].name, func(t *testing.T) {
					verdicts[i] = newStage(t, scenarios[i], total/time.Duration(len(scenarios))).play()
					report(t, verdicts[i])
				})
			}
		})
	}
	playing.Wait()
	t.Log("\n" + table(verdicts))
}

func report(t *testing.T, v witness.Verdict) {
	t.Helper()
	for _, fault := range v.Faults[:min(len(v.Faults), 10)] {
		t.Error(fault)
	}
	if !v.Sound() || v.Acknowledged == 0 {
		t.Errorf("%d acknowledged, %d lost, %d doubled, %d stale, %d leaked", v.Acknowledged, v.Lost, v.Doubled, v.Stale, v.Leaked)
	}
}

func table(verdicts []witness.Verdict) string {
	var text strings.Builder
	w := tabwriter.NewWriter(&text, 0, 0, 2, ' ', 0)
	fmt.Fprintln(w, "scenario\trequests\tacknowledged\trefused\tunknown\tlost\tdoubled\tstale\tleaked")
	for i, v := range verdicts {
		if v.Requests == 0 {
			continue // Not played: -run named others.
		}
		fmt.Fprintf(w, "%s\t%d\t%d\t%d\t%d\t%d\t%d\t%d\t%d\n", scenarios[i].name,
			v.Requests, v.Acknowledged, v.Refused, v.Unknown, v.Lost, v.Doubled, v.Stale, v.Leaked)
	}
	_ = w.Flush() // Into memory.
	return text.String()
}

// play returns what the visitors were told and what became of it.
func (s *stage) play() witness.Verdict {
	s.t.Helper()
	s.setUp()
	s.crowd = witness.Gather(s.doors(), s.site.Notice, shopOrigin+"/")
	defer s.crowd.Leave()
	for round := 0; round < shortRounds || time.Now().Before(s.end); round++ {
		s.awaitAcknowledged(60)
		s.fault(s, round)
	}
	s.awaitAcknowledged(60)
	visitors := s.crowd.Leave()
	return witness.Judge(visitors, s.stored(visitors))
}

// awaitAcknowledged waits until so many more decisions are acknowledged.
func (s *stage) awaitAcknowledged(more int64) {
	s.t.Helper()
	enough := s.crowd.Acknowledged() + more
	s.await(func() error {
		if now := s.crowd.Acknowledged(); now < enough {
			return fmt.Errorf("%d decisions acknowledged, %d were waited for", now, enough)
		}
		return nil
	})
}

// await waits until there is nothing wrong any more.
func (s *stage) await(wrong func() error) {
	s.t.Helper()
	var err error
	for begun := time.Now(); time.Since(begun) < time.Minute; time.Sleep(20 * time.Millisecond) {
		if err = wrong(); err == nil {
			return
		}
	}
	s.t.Fatalf("a minute was not enough: %v\n%s", err, s.logs())
}

// hold lets a fault last.
func (s *stage) hold() { time.Sleep(rand.N(s.longest)) }
