package realparts_test

import (
	"context"
	"crypto/rand"
	"io"
	"log/slog"
	"strings"
	"testing"
	"time"

	"assent/server/internal/clickhousestore"
	"assent/server/internal/embeddedstore"
	"assent/server/internal/realparts"
	"assent/server/internal/redisstore"
	"assent/server/internal/rights"
	"assent/server/internal/rights/rightstest"
	"assent/server/internal/shipping"
	"assent/server/internal/transparency"
)

func TestErasureFromOneStore(t *testing.T) {
	rightstest.TestEraser(t, func(t *testing.T) rightstest.Stores {
		store, folder := openEmbedded(t)
		log, err := transparency.Open(t.Context(), store, rand.Reader)
		if err != nil {
			t.Fatal(err)
		}
		return rightstest.Stores{
			Journal: store, Trail: store, Folders: []string{folder},
			Eraser: rights.Eraser{Trail: store, Log: log, Now: time.Now}, Settle: func(*testing.T) {},
		}
	})
}

// TestErasureFromPairs runs all cases on each pair of stores.
func TestErasureFromPairs(t *testing.T) {
	for name, start := range map[string]func(t *testing.T) func(t *testing.T) rightstest.Parts{
		"SQLite and ClickHouse": func(t *testing.T) func(t *testing.T) rightstest.Parts {
			server := startClickHouse(t)
			return func(t *testing.T) rightstest.Parts {
				store, folder := openEmbedded(t)
				return rightstest.Parts{Journal: store, Ledger: openClickHouse(t, server.URL("sqlite")), Folders: []string{folder, server.Folder()}}
			}
		},
		"Redis and SQLite": func(t *testing.T) func(t *testing.T) rightstest.Parts {
			server := startRedis(t)
			return func(t *testing.T) rightstest.Parts {
				store, folder := openEmbedded(t)
				return rightstest.Parts{Journal: openRedis(t, server.URL), Ledger: store, Folders: append(server.Folders(), folder)}
			}
		},
		"Redis and ClickHouse": func(t *testing.T) func(t *testing.T) rightstest.Parts {
			redis, clickhouse := startRedis(t), startClickHouse(t)
			return func(t *testing.T) rightstest.Parts {
				return rightstest.Parts{Journal: openRedis(t, redis.URL), Ledger: openClickHouse(t, clickhouse.URL("redis")),
					Folders: append(redis.Folders(), clickhouse.Folder())}
			}
		},
	} {
		t.Run(name, func(t *testing.T) {
			open := start(t)
			rightstest.TestPair(t, open)
			if strings.HasPrefix(name, "Redis") {
				rightstest.TestSpooled(t, open)
			}
			rightstest.TestEraser(t, func(t *testing.T) rightstest.Stores { return shipped(t, open(t)) })
		})
	}
}

// TestErasureFromClusters is of a Redis Cluster with replicas and of two shards of ClickHouse, which a ZooKeeper holds together.
func TestErasureFromClusters(t *testing.T) {
	redis, err := servers.RedisCluster()
	if err != nil {
		t.Fatal(err)
	}
	cluster, err := servers.ClickHouseCluster(2, 1)
	if err != nil {
		t.Fatal(err)
	}
	folders := redis.Folders()
	for _, node := range cluster.Nodes {
		folders = append(folders, node.Folder())
	}
	rightstest.TestEraser(t, func(t *testing.T) rightstest.Stores {
		return shipped(t, rightstest.Parts{Journal: openRedis(t, redis.URL), Folders: folders,
			Ledger: openClickHouse(t, cluster.URL("erasing"), clickhousestore.InCluster(realparts.ClusterName))})
	})
}

// shipped is a pair with two instances that ship.
func shipped(t *testing.T, parts rightstest.Parts) rightstest.Stores {
	t.Helper()
	journal, ledger := parts.Journal, parts.Ledger
	quiet := slog.New(slog.DiscardHandler)
	pair := rights.Pair{Journal: journal, Ledger: ledger, Log: quiet, Now: time.Now}
	ctx, cancel := context.WithCancel(context.WithoutCancel(t.Context()))
	done := make(chan struct{}, 2)
	for _, holder := range []string{"one", "two"} {
		shipper := shipping.New(journal, pair.Guard(ledger), shipping.Options{
			Holder: holder + t.Name(), Log: quiet, Poll: 20 * time.Millisecond, Lease: time.Second, Limit: 200 * time.Millisecond,
		})
		go func() {
			shipper.Run(ctx)
			done <- struct{}{}
		}()
	}
	t.Cleanup(func() {
		cancel()
		<-done
		<-done
	})
	return rightstest.Stores{
		Journal: journal, Trail: ledger, Folders: parts.Folders,
		Eraser: rights.Eraser{Trail: pair, Now: time.Now},
		Settle: func(t *testing.T) { awaitShipped(t, journal) },
	}
}

func awaitShipped(t *testing.T, outbox shipping.Outbox) {
	t.Helper()
	for {
		waiting, err := outbox.Waiting(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		var rows int64
		for _, shard := range waiting {
			rows += shard.Rows
		}
		if rows == 0 {
			return
		}
		time.Sleep(10 * time.Millisecond)
	}
}

func openEmbedded(t *testing.T) (*embeddedstore.Store, string) {
	t.Helper()
	folder := t.TempDir()
	store, err := embeddedstore.Open(t.Context(), folder, time.Now)
	if err != nil {
		t.Fatal(err)
	}
	closeWith(t, store)
	return store, folder
}

func openRedis(t *testing.T, url string) *redisstore.Store {
	t.Helper()
	store, err := redisstore.Open(t.Context(), url, redisstore.Options{})
	if err != nil {
		t.Fatal(err)
	}
	closeWith(t, store)
	return store
}

func openClickHouse(t *testing.T, url string, options ...clickhousestore.Option) *clickhousestore.Store {
	t.Helper()
	store, err := clickhousestore.Open(url, options...)
	if err != nil {
		t.Fatal(err)
	}
	closeWith(t, store)
	return store
}

func closeWith(t *testing.T, store io.Closer) {
	t.Cleanup(func() {
		if err := store.Close(); err != nil {
			t.Errorf("Close: %v", err)
		}
	})
}

func startRedis(t *testing.T) *realparts.Redis {
	t.Helper()
	server, err := servers.Redis()
	if err != nil {
		t.Fatal(err)
	}
	return server
}

func startClickHouse(t *testing.T) *realparts.ClickHouse {
	t.Helper()
	server, err := servers.ClickHouse()
	if err != nil {
		t.Fatal(err)
	}
	return server
}
