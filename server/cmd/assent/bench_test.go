package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"log/slog"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"assent/schemas"
	"assent/server/internal/consent"
	"assent/server/internal/redisstore"
)

// plan is how long the bench takes: five minutes, or half of one with BENCH=quick.
type plan struct {
	rounds      int // How often the contenders take turns, so that what else the machine does falls on all of them.
	duration    time.Duration
	connections []int
}

const crowd = 64 // Connections at which the aims are set.

func planned() plan {
	if os.Getenv("BENCH") == "quick" {
		return plan{rounds: 1, duration: time.Second, connections: []int{1, crowd}}
	}
	return plan{rounds: 5, duration: 1500 * time.Millisecond, connections: []int{1, crowd, 512}}
}

// sample is one contender's turn.
type sample struct {
	rate     float64
	p50, p99 float64 // Microseconds.
	cpu      float64 // Microseconds of all processes per answer.
}

func (c *contender) turn(b *testing.B, load func() outcome) sample {
	b.Helper()
	before := c.processorTime(b)
	r := load()
	spent := c.processorTime(b) - before
	return sample{
		rate: r.rate, cpu: micros(spent) / float64(r.answers),
		p50: micros(r.quantile(.5)), p99: micros(r.quantile(.99)),
	}
}

func micros(d time.Duration) float64 { return float64(d.Nanoseconds()) / 1000 }

// median takes each figure's median by itself.
func median(samples []sample) sample {
	of := func(figure func(sample) float64) float64 {
		values := make([]float64, len(samples))
		for i, s := range samples {
			values[i] = figure(s)
		}
		slices.Sort(values)
		return values[len(values)/2]
	}
	return sample{
		rate: of(func(s sample) float64 { return s.rate }), cpu: of(func(s sample) float64 { return s.cpu }),
		p50: of(func(s sample) float64 { return s.p50 }), p99: of(func(s sample) float64 { return s.p99 }),
	}
}

// BenchmarkRecord compares durable recording with the same handler without a store, with a bare one, with one that
// flushes each request to disk, and with c15t's backend. All are processes of their own, asked over HTTP on loopback, in
// turns. Rates tell of the machine and of what else it does; the ratios hold.
func BenchmarkRecord(b *testing.B) {
	p := planned()
	contenders := recorders(b)
	none := contenders["no store"]
	for _, connections := range p.connections {
		for range p.rounds {
			for _, c := range inOrder(contenders) {
				c.rounds[connections] = append(c.rounds[connections], c.turn(b, func() outcome {
					return c.hit.closed(b, c.Address, connections, p.duration)
				}))
			}
		}
		for _, c := range contenders {
			c.memory[connections] = c.peakMemory(b)
		}
		fmt.Printf("\nPOST decisions, %d connections   requests/s        p50 ms   p99 ms    CPU us      CPU\n", connections)
		base := median(none.rounds[connections])
		for _, c := range inOrder(contenders) {
			s := median(c.rounds[connections])
			fmt.Printf("%-32s %8.0f %5.2fx   %7.2f  %7.2f  %8.1f   %5.2fx\n", c.name, s.rate, s.rate/base.rate, s.p50/1000, s.p99/1000, s.cpu, s.cpu/base.cpu)
		}
	}
	steady := atHalfCapacity(b, p, contenders)
	aims(b, contenders, steady, flushes(b, p))
}

// order is that of the tables.
var order = []string{"bare handler", "no store", "bare handler, append + fsync", "embedded", "redis", "redis cluster of 3", "redis, ledger in SQLite", "c15t"}

func inOrder(contenders map[string]*contender) []*contender {
	var present []*contender
	for _, name := range order {
		if c, ok := contenders[name]; ok {
			present = append(present, c)
		}
	}
	return present
}

func recorders(b *testing.B) map[string]*contender {
	b.Helper()
	redisstore.LogTo(slog.New(slog.DiscardHandler)) // Redis not yet being there is no news.
	single, err := servers.Redis()
	if err != nil {
		b.Fatal(err)
	}
	beside, err := servers.Redis()
	if err != nil {
		b.Fatal(err)
	}
	cluster, err := servers.RedisMasters()
	if err != nil {
		b.Fatal(err)
	}
	contenders := map[string]*contender{}
	add := func(name, kind, redisURL string, processes ...int) {
		c := launch(b, name, benchCommand(b, nil, kind, "REDIS_URL="+redisURL), processes...)
		c.hit = c.decisions(b)
		contenders[name] = c
	}
	add("bare handler", bareServer, "")
	add("no store", nothingServer, "")
	add("bare handler, append + fsync", appendServer, "")
	add("embedded", wholeServer, "")
	add("redis", journalServer, single.URL, single.Processes()...)
	add("redis cluster of 3", journalServer, cluster.URL, cluster.Processes()...)
	add("redis, ledger in SQLite", wholeServer, beside.URL, beside.Processes()...)
	if c := launchC15t(b); c != nil {
		contenders["c15t"] = c
	}
	return contenders
}

// decisions is a visitor's acceptance, as the script posts it.
func (c *contender) decisions(b *testing.B) hit {
	b.Helper()
	body, err := json.Marshal(schemas.Decision{
		ID: idMark, Secret: secretMark, Notice: c.Notice, Action: consent.AcceptAll, Source: "banner", Locale: "de",
		Purposes: map[string]bool{"analytics": true, "marketing": true}, Services: map[string]bool{},
		Page: shopOrigin + "/products/shoes", DecidedAt: time.Now().UTC().Truncate(time.Millisecond),
	})
	if err != nil {
		b.Fatal(err)
	}
	status := "201"
	if c.Site == "bare" {
		status = "204"
	}
	return newHit("POST", "/v1/sites/"+c.Site+"/decisions", string(body), status)
}

// launchC15t starts c15t's backend where the Makefile could install and build it.
func launchC15t(b *testing.B) *contender {
	b.Helper()
	folder := filepath.Join("testdata", "c15t")
	if _, err := os.Stat(filepath.Join(folder, "node_modules", ".built")); err != nil {
		fmt.Println("c15t is left out: its SQLite driver is not built; make bench does, given npm and a C++ compiler")
		return nil
	}
	c := launch(b, "c15t", exec.Command("node", filepath.Join(folder, "server.mjs"), filepath.Join(b.TempDir(), "c15t.db"), shopOrigin))
	c.hit = newHit("POST", "/subjects", `{"type":"cookie_banner","subjectId":"sub_`+secretMark+`","domain":"shop.example",`+
		fmt.Sprintf(`"preferences":{"necessary":true,"measurement":true,"marketing":true},"givenAt":%d}`, time.Now().UnixMilli()), "200")
	return c
}

// atHalfCapacity measures answering times under half of what each can take, at a fixed rate.
func atHalfCapacity(b *testing.B, p plan, contenders map[string]*contender) map[string]sample {
	b.Helper()
	results := map[string][]sample{}
	for range p.rounds {
		for _, c := range inOrder(contenders)[2:] {
			rate := median(c.rounds[crowd]).rate / 2
			results[c.name] = append(results[c.name], c.turn(b, func() outcome { return c.hit.open(b, c.Address, crowd, rate, p.duration) }))
		}
	}
	fmt.Printf("\nHalf of its rate above, open loop requests/s   p50 ms   p99 ms\n")
	medians := map[string]sample{}
	for _, c := range inOrder(contenders)[2:] {
		s := median(results[c.name])
		medians[c.name] = s
		fmt.Printf("%-32s %11.0f   %7.2f  %7.2f\n", c.name, s.rate, s.p50/1000, s.p99/1000)
	}
	return medians
}

// flushes counts fsyncs per thousand decisions, on servers that are started for it under the counter.
func flushes(b *testing.B, p plan) map[string]float64 {
	b.Helper()
	if _, err := exec.LookPath("strace"); err != nil {
		fmt.Println("flushes are not counted: strace is not installed")
		return nil
	}
	measure := func(c *contender, counter flushCounter) float64 {
		c.hit = c.decisions(b)
		before := counter.count(b)
		answers := c.hit.closed(b, c.Address, crowd, p.duration).answers
		return 1000 * float64(counter.count(b)-before) / float64(answers)
	}
	embedded := flushCounter{b.TempDir()}
	counts := map[string]float64{"embedded": measure(launch(b, "embedded", benchCommand(b, embedded.tracer("assent"), wholeServer)), embedded)}
	counter := flushCounter{b.TempDir()}
	counter.shadow(b, "redis-server")
	redis, err := servers.Redis()
	if err != nil {
		b.Fatal(err)
	}
	counts["redis"] = measure(launch(b, "redis", benchCommand(b, nil, journalServer, "REDIS_URL="+redis.URL)), counter)
	return counts
}

// aims holds the medians against what the design asks for.
func aims(b *testing.B, contenders map[string]*contender, steady map[string]sample, flushed map[string]float64) {
	b.Helper()
	at := func(name string, connections int) sample { return median(contenders[name].rounds[connections]) }
	fmt.Printf("\n%-60s %9s %9s\n", "aim", "measured", "at most")
	tell := func(what string, measured, most float64) {
		verdict := "ok"
		if measured > most {
			verdict = "MISSED"
		}
		fmt.Printf("%-60s %9.2f %9.2f  %s\n", what, measured, most, verdict)
	}
	none := at("no store", crowd)
	tell("CPU without a store / bare handler", none.cpu/at("bare handler", crowd).cpu, 2)
	tell("CPU embedded / without a store", at("embedded", crowd).cpu/none.cpu, 2.5)
	tell("CPU redis / without a store", at("redis", crowd).cpu/none.cpu, 2)
	for _, name := range []string{"embedded", "redis"} {
		if count, ok := flushed[name]; ok {
			tell("fsyncs per 1,000 decisions, "+name, count, 75)
		}
		tell("p50 at 1 connection, "+name+" / append + fsync", at(name, 1).p50/at("bare handler, append + fsync", 1).p50, 1.5)
		tell("p99 at half capacity, "+name+" / append + fsync", steady[name].p99/steady["bare handler, append + fsync"].p99, 3)
	}
	for _, connections := range slices.Sorted(maps.Keys(contenders["embedded"].memory)) {
		tell(fmt.Sprintf("MiB resident, embedded, up to %d connections", connections), contenders["embedded"].memory[connections], 64)
	}
	if _, ok := contenders["c15t"]; ok {
		tell("rate c15t / embedded", at("c15t", crowd).rate/at("embedded", crowd).rate, 1./20)
		tell("CPU embedded / c15t", at("embedded", crowd).cpu/at("c15t", crowd).cpu, 1./20)
	}
}

// BenchmarkLookup compares the answer to a site's own server with that of a bare handler that looks nothing up.
func BenchmarkLookup(b *testing.B) {
	p := planned()
	redis, err := servers.Redis()
	if err != nil {
		b.Fatal(err)
	}
	var contenders []*contender
	bare := launch(b, "bare handler", benchCommand(b, nil, bareServer))
	bare.hit = newHit("GET", "/v1/sites/bare/subjects/AAAAAAAAAAAAAAAAAAAAAA", "", "200")
	contenders = append(contenders, bare)
	for _, store := range []struct {
		name, env string
		beside    []int
	}{{"embedded", "REDIS_URL=", nil}, {"redis", "REDIS_URL=" + redis.URL, redis.Processes()}} {
		c := launch(b, store.name, benchCommand(b, nil, journalServer, store.env), store.beside...)
		c.hit = c.lookups(b)
		contenders = append(contenders, c)
	}
	for range p.rounds {
		for _, c := range contenders {
			c.rounds[crowd] = append(c.rounds[crowd], c.turn(b, func() outcome { return c.hit.closed(b, c.Address, crowd, p.duration) }))
		}
	}
	base := median(bare.rounds[crowd])
	fmt.Printf("\nGET subjects, %d connections       requests/s        p50 ms   p99 ms    CPU us      CPU   (aim: at least 0.60x of the rate)\n", crowd)
	for _, c := range contenders {
		s := median(c.rounds[crowd])
		fmt.Printf("%-32s %8.0f %5.2fx   %7.2f  %7.2f  %8.1f   %5.2fx\n", c.name, s.rate, s.rate/base.rate, s.p50/1000, s.p99/1000, s.cpu, s.cpu/base.cpu)
	}
}

// lookups asks for a thousand subjects that the server has just recorded.
func (c *contender) lookups(b *testing.B) hit {
	b.Helper()
	conn, err := dialServer(c.Address)
	if err != nil {
		b.Fatal(err)
	}
	defer conn.Close()
	all := hit{status: "200"}
	recording := c.decisions(b)
	for range 1000 {
		conn.request = append(conn.request[:0], recording.variants[0]...)
		renew(conn.request)
		if _, err := conn.Write(conn.request); err != nil {
			b.Fatal(err)
		}
		status, body, err := conn.answer()
		if err != nil || status != recording.status {
			b.Fatalf("answer %s %s %v", status, body, err)
		}
		var recorded schemas.Recorded
		if err := json.NewDecoder(bytes.NewReader(body)).Decode(&recorded); err != nil {
			b.Fatal(err)
		}
		path := strings.Join([]string{"/v1/sites", c.Site, "subjects", recorded.Subject}, "/")
		all.variants = append(all.variants, newHit("GET", path, "", "200").variants...)
	}
	return all
}
