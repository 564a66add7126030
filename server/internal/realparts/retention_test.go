package realparts_test

import (
	"context"
	"crypto/rand"
	"fmt"
	"log/slog"
	"sync/atomic"
	"testing"
	"time"

	"assent/server/internal/realparts"
	"assent/server/internal/retention"
	"assent/server/internal/retention/retentiontest"
	"assent/server/internal/sequencing"
	"assent/server/internal/shipping"
	"assent/server/internal/transparency"
)

func TestRetentionInOneStore(t *testing.T) {
	retentiontest.Test(t, func(t *testing.T) retentiontest.Stores {
		store, _ := openEmbedded(t)
		log := openLog(t, store)
		return retentiontest.Stores{Journal: store, Trail: store, Exposures: store, Store: store, Times: store, Log: log,
			Settle: func(t *testing.T) { caughtUp(t, log) }, Verify: verify(store, log)}
	})
}

func TestRetentionInRedisAndSQLite(t *testing.T) {
	retentiontest.Test(t, func(t *testing.T) retentiontest.Stores {
		journal := openRedis(t, startRedis(t).URL)
		store, _ := openEmbedded(t)
		log := openLog(t, store)
		return retentiontest.Stores{Journal: journal, Trail: store, Exposures: store, Times: store, Log: log,
			Store:  retention.Apart{Store: store, Choices: journal, Now: retentiontest.Later},
			Settle: func(t *testing.T) { ship(t, journal, store); caughtUp(t, log) }, Verify: verify(store, log)}
	})
}

func TestRetentionInSQLiteAndClickHouse(t *testing.T) {
	server := startClickHouse(t)
	retentiontest.Test(t, func(t *testing.T) retentiontest.Stores {
		store, _ := openEmbedded(t)
		ledger := openClickHouse(t, server.URL(fmt.Sprintf("retention%d", databases.Add(1))))
		log := openLog(t, store)
		copied := retention.Copied{Store: store, Copy: retention.Pair{Ledger: ledger, Register: store, Now: retentiontest.Later}}
		return retentiontest.Stores{Journal: store, Trail: ledger, Exposures: ledger, Times: ledger, Log: log, Store: copied, Months: true,
			Settle: func(t *testing.T) { ship(t, store, ledger); caughtUp(t, log) }, Verify: verify(store, log)}
	})
}

// TestRetentionInRedisAndClickHouse has the oldest engine; clickhousestore tries what is new to it on the current one.
func TestRetentionInRedisAndClickHouse(t *testing.T) {
	server := startClickHouse(t)
	retentiontest.Test(t, func(t *testing.T) retentiontest.Stores {
		s, _ := openPair(t, server)
		return s
	})
	retentiontest.TestCutOff(t, func(t *testing.T) (retentiontest.Stores, retention.Pair) { return openPair(t, server) })
}

var databases atomic.Int64

// openPair has a Redis and a database of its own: months are dropped only where nobody else has anything in them.
func openPair(t *testing.T, server *realparts.ClickHouse) (retentiontest.Stores, retention.Pair) {
	t.Helper()
	journal := openRedis(t, startRedis(t).URL)
	ledger := openClickHouse(t, server.URL(fmt.Sprintf("retention%d", databases.Add(1))))
	logged := &sequencing.Store{Journal: journal, Ledger: ledger, Now: time.Now}
	log := openLog(t, logged)
	pair := retention.Pair{Ledger: ledger, Graves: logged, Log: log, Choices: journal, Register: journal, Now: retentiontest.Later}
	return retentiontest.Stores{Journal: journal, Trail: ledger, Exposures: ledger, Store: pair, Times: ledger, Log: log, Months: true,
		Settle: func(t *testing.T) { ship(t, journal, ledger); caughtUp(t, log) }, Verify: verify(logged, log)}, pair
}

func ship(t *testing.T, journal shipping.Outbox, ledger shipping.Ledger) {
	t.Helper()
	if err := shipping.New(journal, ledger, shipping.Options{Holder: "one", Log: slog.New(slog.DiscardHandler)}).Drain(t.Context()); err != nil {
		t.Fatal(err)
	}
}

func openLog(t *testing.T, store transparency.Store) *transparency.Log {
	t.Helper()
	log, err := transparency.Open(t.Context(), store, rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	return log
}

func caughtUp(t *testing.T, log *transparency.Log) {
	t.Helper()
	if err := log.CatchUp(t.Context()); err != nil {
		t.Fatal(err)
	}
}

func verify(archive transparency.Archive, log *transparency.Log) func(context.Context) (transparency.Verified, error) {
	return func(ctx context.Context) (transparency.Verified, error) {
		_, tree, err := log.Tree(ctx)
		if err != nil {
			return transparency.Verified{}, err
		}
		return transparency.Verify(ctx, archive, tree)
	}
}
