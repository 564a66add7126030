package main

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"slices"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"assent/server/internal/consent"
	"assent/server/internal/recording"
	"assent/server/internal/site"
)

// rounds is how often the stores take turns, so that what else the machine does falls on all of them.
const rounds = 5

// counting counts the commits of a journal; without a journal it is the ceiling: everything but storage.
type counting struct {
	front
	storing bool
	commits atomic.Int64
}

func (c *counting) Commit(ctx context.Context, batch []consent.Record) []recording.Outcome {
	c.commits.Add(1)
	if c.storing {
		return c.front.Commit(ctx, batch)
	}
	outcomes := make([]recording.Outcome, len(batch))
	for i := range outcomes {
		outcomes[i].RecordedAt = time.Now()
	}
	return outcomes
}

// rig is one server, complete but for the network.
type rig struct {
	name    string
	journal *counting
	handler http.Handler
	site    addedSite
	samples []sample
}

// sample is one round: what each request cost.
type sample struct{ wall, cpu, commits float64 }

func newRig(b *testing.B, name string, storing bool, flags storeFlags) *rig {
	b.Helper()
	stores, err := openStores(b.Context(), flags)
	if err != nil {
		b.Fatal(err)
	}
	r := &rig{name: name, journal: &counting{front: stores.front, storing: storing}}
	stores.front = r.journal
	added, err := publisherOf(stores.front).Add(b.Context(), site.New{Name: "Shop", Origins: []string{shopOrigin}})
	if err != nil {
		b.Fatal(err)
	}
	r.site = addedSite{ID: added.ID, Notice: added.Notice}
	s, err := wire(b.Context(), stores, outside{}, slog.New(slog.DiscardHandler))
	if err != nil {
		b.Fatal(err)
	}
	r.handler = s.http.Handler
	b.Cleanup(func() {
		if err := s.stop(); err != nil {
			b.Error(err)
		}
		if err := stores.Close(); err != nil {
			b.Error(err)
		}
	})
	return r
}

// run posts n decisions from as many clients at once.
func (r *rig) run(b *testing.B, n, clients int) {
	b.Helper()
	v := visit{site: r.site}
	bodies := make([][]byte, n)
	for i := range bodies {
		body, err := json.Marshal(v.decision())
		if err != nil {
			b.Fatal(err)
		}
		bodies[i] = body
	}
	var next atomic.Int64
	var posting sync.WaitGroup
	commits, cpu, begun := r.journal.commits.Load(), processorTime(b), time.Now()
	for range clients {
		posting.Go(func() {
			for i := next.Add(1) - 1; i < int64(n); i = next.Add(1) - 1 {
				r.post(b, bodies[i])
			}
		})
	}
	posting.Wait()
	r.samples = append(r.samples, sample{
		wall:    float64(time.Since(begun).Microseconds()) / float64(n),
		cpu:     float64((processorTime(b) - cpu).Microseconds()) / float64(n),
		commits: 1000 * float64(r.journal.commits.Load()-commits) / float64(n),
	})
}

func (r *rig) post(b *testing.B, body []byte) {
	request := httptest.NewRequest(http.MethodPost, "/v1/sites/"+r.site.ID+"/decisions", io.NopCloser(bytes.NewReader(body)))
	request.Header.Set("Origin", shopOrigin)
	request.Header.Set("Content-Type", "application/json")
	answer := httptest.NewRecorder()
	r.handler.ServeHTTP(answer, request)
	if answer.Code != http.StatusCreated {
		b.Errorf("answer %d %s", answer.Code, answer.Body)
	}
}

func processorTime(b *testing.B) time.Duration {
	var usage syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &usage); err != nil {
		b.Fatal(err)
	}
	return time.Duration(usage.Utime.Nano() + usage.Stime.Nano())
}

func median(samples []sample, of func(sample) float64) float64 {
	values := make([]float64, len(samples))
	for i, s := range samples {
		values[i] = of(s)
	}
	slices.Sort(values)
	return values[len(values)/2]
}

// BenchmarkRecord compares durable recording with the same handler without a store, in turns and in one process. It
// reports medians: microseconds and CPU microseconds of this process per decision (Redis' own CPU is not in it), both
// as ratios to "none", and commits per thousand decisions.
func BenchmarkRecord(b *testing.B) {
	redis, err := servers.Redis()
	if err != nil {
		b.Fatal(err)
	}
	rigs := []*rig{
		newRig(b, "none", false, storeFlags{Data: b.TempDir()}),
		newRig(b, "embedded", true, storeFlags{Data: b.TempDir()}),
		newRig(b, "redis", true, storeFlags{Data: b.TempDir(), RedisURL: redis.URL}),
	}
	for _, load := range []struct {
		clients, decisions int
	}{{1, 1000}, {64, 20_000}} {
		for _, r := range rigs {
			r.samples = nil
		}
		for range rounds {
			for _, r := range rigs {
				r.run(b, load.decisions, load.clients)
			}
		}
		none := rigs[0].samples
		for _, r := range rigs {
			wall, cpu := median(r.samples, sample.ofWall), median(r.samples, sample.ofCPU)
			b.Logf("%3d clients  %-8s  %7.1f us (%5.2fx)  %6.1f us CPU (%5.2fx)  %6.1f commits per 1000",
				load.clients, r.name, wall, wall/median(none, sample.ofWall), cpu, cpu/median(none, sample.ofCPU), median(r.samples, sample.ofCommits))
		}
	}
}

func (s sample) ofWall() float64    { return s.wall }
func (s sample) ofCPU() float64     { return s.cpu }
func (s sample) ofCommits() float64 { return s.commits }
