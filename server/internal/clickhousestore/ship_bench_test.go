package clickhousestore_test

import (
	"context"
	"fmt"
	"log/slog"
	"os"
	"runtime"
	"runtime/metrics"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/ClickHouse/clickhouse-go/v2"
	"github.com/ClickHouse/clickhouse-go/v2/lib/driver"
	"github.com/google/uuid"

	"assent/server/internal/clickhousestore"
	"assent/server/internal/consent"
	"assent/server/internal/recording"
	"assent/server/internal/redisstore"
	"assent/server/internal/shipping"
)

const (
	perInsert = 10_000 // As the shipper does by default.
	callers   = 64
)

// BenchmarkShip carries decisions from Redis to ClickHouse, in turns with what they are compared with: recording them
// through the Recorder without HTTP, and a bare loop that inserts the same rows. Rates tell of the machine; the ratios
// hold. BENCH=quick takes one turn.
func BenchmarkShip(b *testing.B) {
	rounds, decisions := 5, 5*perInsert
	if os.Getenv("BENCH") == "quick" {
		rounds = 1
	}
	way := openWay(b)
	var recorded, shipped, bare []float64
	heap := 0.0
	for range rounds {
		var records []consent.Record
		rate := func(do func()) float64 {
			begun := time.Now()
			do()
			return float64(decisions) / time.Since(begun).Seconds()
		}
		recorded = append(recorded, rate(func() { records = way.record(b, decisions) }))
		shipped = append(shipped, rate(func() { heap = max(heap, way.ship(b)) }))
		bare = append(bare, rate(func() { way.insert(b, records) }))
	}
	way.record(b, 4*decisions)
	greater := way.ship(b)
	fmt.Printf("\nrows a second: recorded %.0f, shipped %.0f, bare loop %.0f\n", median(recorded), median(shipped), median(bare))
	fmt.Printf("\n%-60s %9s %9s\n", "aim", "measured", "at least")
	tell("shipper / bare loop of clickhouse-go", ratio(shipped, bare), 0.6)
	tell("shipper / recorder", ratio(shipped, recorded), 3)
	tell(fmt.Sprintf("heap with %d decisions waiting / with %d", decisions, 4*decisions), heap/greater, 0.8)
}

func tell(what string, measured, least float64) {
	verdict := "ok"
	if measured < least {
		verdict = "MISSED"
	}
	fmt.Printf("%-60s %9.2f %9.2f  %s\n", what, measured, least, verdict)
}

func median(values []float64) float64 { return slices.Sorted(slices.Values(values))[len(values)/2] }

// ratio is the median of the rounds' ratios, since each round has its own weather.
func ratio(of, to []float64) float64 {
	ratios := make([]float64, len(of))
	for i := range of {
		ratios[i] = of[i] / to[i]
	}
	return median(ratios)
}

// way is what a decision goes through, and a second database that the bare loop fills.
type way struct {
	journal *redisstore.Store
	ledger  *clickhousestore.Store
	bare    driver.Conn
}

func openWay(b *testing.B) *way {
	b.Helper()
	redis, err := servers.Redis()
	if err != nil {
		b.Fatal(err)
	}
	server, err := servers.ClickHouse()
	if err != nil {
		b.Fatal(err)
	}
	w := &way{}
	if w.journal, err = redisstore.Open(b.Context(), redis.URL, redisstore.Options{}); err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { _ = w.journal.Close() }) // Ended with the servers.
	w.ledger = openLedger(b, server.URL("shipped"))
	openLedger(b, server.URL("bare")) // Makes the tables.
	options, err := clickhouse.ParseDSN(server.URL("bare"))
	if err != nil {
		b.Fatal(err)
	}
	if w.bare, err = clickhouse.Open(options); err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { _ = w.bare.Close() })
	return w
}

func openLedger(b *testing.B, url string) *clickhousestore.Store {
	b.Helper()
	ledger, err := clickhousestore.Open(url)
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { _ = ledger.Close() })
	if err := ledger.Ping(b.Context()); err != nil {
		b.Fatal(err)
	}
	return ledger
}

// record lets callers record decisions of as many subjects, each after its answer the next one.
func (w *way) record(b *testing.B, decisions int) []consent.Record {
	b.Helper()
	recorder := recording.NewRecorder(w.journal, recording.Limits{Lanes: w.journal.Lanes(), Batch: 512, Queue: 4096})
	records := make([]consent.Record, decisions)
	var next atomic.Int64
	var calling sync.WaitGroup
	for range callers {
		calling.Go(func() {
			for i := int(next.Add(1) - 1); i < decisions; i = int(next.Add(1) - 1) {
				records[i] = visitorsDecision(i)
				outcome, err := recorder.Record(context.Background(), records[i])
				if err != nil {
					b.Error(err)
					return
				}
				records[i].RecordedAt = outcome.RecordedAt
			}
		})
	}
	calling.Wait()
	if err := recorder.Close(b.Context()); err != nil {
		b.Fatal(err)
	}
	return records
}

func visitorsDecision(i int) consent.Record {
	const site = "k3v9q2m7x1"
	id := uuid.Must(uuid.NewV7())
	return consent.Record{
		ID: id, Site: site, Subject: consent.Subject(site, id.String()), Notice: "4cCgbWRMcUXlZ0aK", Action: consent.AcceptAll,
		Purposes: map[string]bool{"analytics": true, "marketing": true}, Services: map[string]bool{}, Source: "banner", Locale: "de",
		Page: fmt.Sprintf("https://www.shop.example/category-%d/product-%d", i%7, i%500), LifetimeDays: 180, Regime: consent.OptIn,
		DecidedAt: time.Now().UTC().Truncate(time.Millisecond),
	}
}

// ship returns by how much the live heap grew meanwhile, in bytes.
func (w *way) ship(b *testing.B) (heap float64) {
	b.Helper()
	runtime.GC()
	before := liveHeap()
	done, watching := make(chan struct{}), sync.WaitGroup{}
	watching.Go(func() { heap = greatestHeap(done) })
	shipper := shipping.New(w.journal, w.ledger, shipping.Options{Holder: uuid.NewString(), Log: slog.New(slog.DiscardHandler)})
	err := shipper.Drain(b.Context())
	close(done)
	watching.Wait()
	if err != nil {
		b.Fatal(err)
	}
	if lag, err := shipper.Lag(b.Context()); err != nil || lag.Rows != 0 {
		b.Fatalf("%+v waits, %v", lag, err)
	}
	return heap - before
}

// liveHeap is what the last garbage collection found in use.
func liveHeap() float64 {
	live := []metrics.Sample{{Name: "/gc/heap/live:bytes"}}
	metrics.Read(live)
	return float64(live[0].Value.Uint64())
}

// greatestHeap looks until done is closed.
func greatestHeap(done <-chan struct{}) float64 {
	greatest := 0.0
	for {
		greatest = max(greatest, liveHeap())
		select {
		case <-done:
			return greatest
		case <-time.After(5 * time.Millisecond):
		}
	}
}

func (w *way) insert(b *testing.B, records []consent.Record) {
	b.Helper()
	for chunk := range slices.Chunk(records, perInsert) {
		batch, err := w.bare.PrepareBatch(b.Context(), clickhousestore.Insert)
		if err != nil {
			b.Fatal(err)
		}
		for _, r := range chunk {
			if err := batch.Append(clickhousestore.Values(r)...); err != nil {
				b.Fatal(err)
			}
		}
		if err := batch.Send(); err != nil {
			b.Fatal(err)
		}
	}
}
