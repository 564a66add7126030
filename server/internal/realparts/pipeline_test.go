package realparts_test

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"sync"
	"testing"
	"time"

	"assent/server/internal/clickhousestore"
	"assent/server/internal/consent"
	"assent/server/internal/realparts"
	"assent/server/internal/recording/recordingtest"
	"assent/server/internal/redisstore"
	"assent/server/internal/shipping"
)

var servers *realparts.Servers

func TestMain(m *testing.M) { realparts.Main(m, &servers) }

// pipeline is a journal in Redis and a ledger in ClickHouse with two shippers between them.
type pipeline struct {
	redis      *realparts.Redis
	clickhouse *realparts.ClickHouse
	journal    *redisstore.Store
	ledger     *clickhousestore.Store
	shippers   []*shipping.Shipper
}

func startPipeline(t *testing.T) *pipeline {
	t.Helper()
	p := &pipeline{}
	var err error
	if p.redis, err = servers.Redis(); err != nil {
		t.Fatal(err)
	}
	if p.clickhouse, err = servers.ClickHouse(); err != nil {
		t.Fatal(err)
	}
	if p.journal, err = redisstore.Open(t.Context(), p.redis.URL, redisstore.Options{}); err != nil {
		t.Fatal(err)
	}
	if p.ledger, err = clickhousestore.Open(p.clickhouse.URL("pipeline")); err != nil {
		t.Fatal(err)
	}
	for _, holder := range []string{"one", "two"} {
		p.shippers = append(p.shippers, shipping.New(p.journal, p.ledger, shipping.Options{
			Holder: holder, Log: slog.New(slog.NewTextHandler(io.Discard, nil)),
			Poll: 20 * time.Millisecond, Lease: time.Second, Limit: 200 * time.Millisecond,
		}))
	}
	t.Cleanup(func() {
		for _, store := range []io.Closer{p.journal, p.ledger} {
			if err := store.Close(); err != nil {
				t.Errorf("Close: %v", err)
			}
		}
	})
	return p
}

// TestEveryAcknowledgedDecisionIsInTheLedgerOnce kills Redis and ClickHouse while visitors decide, each of whom repeats
// a decision until it is acknowledged, as the script does.
// Threat B5.15
func TestEveryAcknowledgedDecisionIsInTheLedgerOnce(t *testing.T) {
	p := startPipeline(t)
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	var running sync.WaitGroup
	for _, shipper := range p.shippers {
		running.Go(func() { shipper.Run(ctx) })
	}
	const visitors, each = 20, 50
	site := recordingtest.Site()
	acknowledged := make(chan consent.Record, visitors*each)
	var visiting sync.WaitGroup
	for visitor := range visitors {
		visiting.Go(func() {
			for range each {
				acknowledged <- p.insist(t, recordingtest.Decision(site, fmt.Sprint("s", visitor)))
			}
		})
	}
	for round := range 3 {
		for len(acknowledged) < (round+1)*visitors*each/5 {
			time.Sleep(time.Millisecond)
		}
		if err := p.redis.Restart(); err != nil {
			t.Error(err)
		}
		if err := p.clickhouse.Restart(); err != nil {
			t.Error(err)
		}
	}
	visiting.Wait()
	close(acknowledged)
	cancel()
	running.Wait()
	for _, shipper := range p.shippers {
		if err := shipper.Drain(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	p.wantLedger(t, site, acknowledged)
}

// insist repeats a decision until it is acknowledged.
func (p *pipeline) insist(t *testing.T, record consent.Record) consent.Record {
	for {
		outcome := p.journal.Commit(t.Context(), []consent.Record{record})[0]
		if outcome.Err == nil {
			record.RecordedAt = outcome.RecordedAt
			return record
		}
		time.Sleep(5 * time.Millisecond)
	}
}

func (p *pipeline) wantLedger(t *testing.T, site string, acknowledged <-chan consent.Record) {
	t.Helper()
	all, err := p.ledger.Recent(t.Context(), site, 1_000_000)
	if err != nil {
		t.Fatal(err)
	}
	held := map[string]consent.Record{}
	for _, record := range all {
		held[record.ID.String()] = record
	}
	if len(held) != len(all) {
		t.Errorf("%d decisions are counted, of which only %d differ", len(all), len(held))
	}
	count := 0
	for want := range acknowledged {
		count++
		recordingtest.SameRecords(t, []consent.Record{held[want.ID.String()]}, []consent.Record{want})
	}
	if len(all) != count {
		t.Errorf("%d decisions in the ledger, %d acknowledged", len(all), count)
	}
}
