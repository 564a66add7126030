package clickhousestore_test

import (
	"context"
	"os"
	"strings"
	"testing"
	"time"

	"assent/server/internal/auditing/auditingtest"
	"assent/server/internal/clickhousestore"
	"assent/server/internal/consent"
	"assent/server/internal/demodata/demodatatest"
	"assent/server/internal/embeddedstore"
	"assent/server/internal/moving/movingtest"
	"assent/server/internal/realparts"
	"assent/server/internal/recording/recordingtest"
	"assent/server/internal/reporting"
	"assent/server/internal/reporting/reportingtest"
	"assent/server/internal/shipping"
	"assent/server/internal/shipping/shippingtest"
)

var servers *realparts.Servers

func TestMain(m *testing.M) { realparts.Main(m, &servers) }

// TestNative runs every suite over the native protocol, on ASSENT_TEST_CLICKHOUSE_URL or the server of this machine.
func TestNative(t *testing.T) {
	if url := os.Getenv("ASSENT_TEST_CLICKHOUSE_URL"); url != "" {
		testAll(t, func(database string) string { return strings.TrimSuffix(url, "/") + "/" + database })
		return
	}
	server, err := servers.ClickHouse()
	if err != nil {
		t.Fatal(err)
	}
	testAll(t, server.URL)
	t.Run("Migrations", func(t *testing.T) {
		testMigrations(t, server.URL("migrated"), "0001_decisions.sql 0003_regime.sql 0006_dimensions.sql 0008_exposures.sql 0009_log.sql", plainColumns)
	})
	t.Run("EarlierRows", func(t *testing.T) { testEarlierRows(t, server.URL("earlier")) })
	t.Run("EarlierWriters", func(t *testing.T) { testEarlierWriters(t, server.URL("writers")) })
	t.Run("Refused", func(t *testing.T) {
		testRefused(t, server.URL("refusing"), "ALTER TABLE decisions MODIFY COLUMN action Enum8('save' = 1)")
	})
	t.Run("Dropped", func(t *testing.T) { testDropped(t, server.URL) })
	t.Run("Lock", func(t *testing.T) { testLock(t, server.URL("locked")) })
	t.Run("Hang", func(t *testing.T) { testHang(t, server) })
	t.Run("SlowReader", func(t *testing.T) { testSlowReader(t, server) })
	t.Run("Outage", func(t *testing.T) { testOutage(t, server.URL("outage"), server.Stop, server.Start) })
	t.Run("Crash", func(t *testing.T) { testOutage(t, server.URL("outage"), server.Kill, server.Start) })
}

// TestCurrent runs every suite on the current engine, which is where the guarded migrations apply.
func TestCurrent(t *testing.T) {
	server, err := servers.CurrentClickHouse()
	if err != nil {
		t.Fatal(err)
	}
	testAll(t, server.URL)
	t.Run("Migrations", func(t *testing.T) {
		testMigrations(t, server.URL("migrated"), "0001_decisions.sql 0002_compact.sql 0003_regime.sql 0004_compact_regime.sql 0005_codecs.sql 0006_dimensions.sql 0007_compact_dimensions.sql 0008_exposures.sql 0009_log.sql 0010_log_on_disk.sql 0011_old_parts.sql 0012_answer.sql", compactColumns())
	})
	t.Run("Labels", func(t *testing.T) { testLabels(t, server.URL("labels")) })
	t.Run("EarlierRows", func(t *testing.T) { testEarlierRows(t, server.URL("earlier")) })
	t.Run("EarlierWriters", func(t *testing.T) { testEarlierWriters(t, server.URL("writers")) })
	t.Run("Refused", func(t *testing.T) {
		testRefused(t, server.URL("refusing"), "ALTER TABLE decisions ADD CONSTRAINT known CHECK action != 'withdraw'")
	})
	t.Run("Dropped", func(t *testing.T) { testDropped(t, server.URL) })
	t.Run("Placed", func(t *testing.T) { testPlaced(t, server.URL("default")) })
	t.Run("Tokens", func(t *testing.T) { testTokens(t, server.URL("tokens")) })
	t.Run("Space", func(t *testing.T) { testSpace(t, server.URL("space")) })
	t.Run("Configuration", func(t *testing.T) { testConfiguration(t, server.URL("default")) })
	t.Run("Outage", func(t *testing.T) { testOutage(t, server.URL("outage"), server.Stop, server.Start) })
}

// front is a store for what ClickHouse does not keep.
func front(t *testing.T) *embeddedstore.Store {
	t.Helper()
	store, err := embeddedstore.Open(t.Context(), t.TempDir(), time.Now)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := store.Close(); err != nil {
			t.Error(err)
		}
	})
	return store
}

func testAll(t *testing.T, url func(database string) string) {
	t.Run("Ledger", func(t *testing.T) {
		fresh := func(t *testing.T) shippingtest.OpenLedger {
			address := url(recordingtest.Site())
			return func(t *testing.T) (shipping.Ledger, reporting.Query, func()) {
				store, closing := open(t, address)
				return store, store, closing
			}
		}
		shippingtest.TestLedger(t, fresh)
		t.Run("searchable", func(t *testing.T) { shippingtest.TestSearchable(t, fresh) })
	})
	t.Run("Trail", func(t *testing.T) {
		store, closing := open(t, url(recordingtest.Site()))
		t.Cleanup(closing)
		movingtest.TestTrail(t, store, func(ctx context.Context, records []consent.Record) error {
			return store.Append(ctx, shippingtest.BatchOf(records...))
		})
	})
	t.Run("Query", func(t *testing.T) {
		reportingtest.TestQuery(t, func(t *testing.T) reportingtest.Open {
			address := url(recordingtest.Site())
			return func(t *testing.T) (reportingtest.Source, func()) {
				store, closing := open(t, address)
				add := func(ctx context.Context, records []consent.Record) error {
					return store.Append(ctx, shippingtest.BatchOf(records...))
				}
				return reportingtest.Source{Query: store, Append: add}, closing
			}
		})
	})
	t.Run("Audited", func(t *testing.T) {
		store, closing := open(t, url(recordingtest.Site()))
		t.Cleanup(closing)
		auditingtest.TestLedger(t, store, func(ctx context.Context, records []consent.Record) error {
			return store.Append(ctx, shippingtest.BatchOf(records...))
		})
	})
	t.Run("Retention", func(t *testing.T) {
		store, closing := open(t, url(recordingtest.Site()))
		testRetention(t, store, closing)
	})
	t.Run("Months", func(t *testing.T) { testMonths(t, url(recordingtest.Site())) })
	t.Run("Forget", func(t *testing.T) { testForget(t, url(recordingtest.Site())) })
	t.Run("DemoData", func(t *testing.T) {
		store, closing := open(t, url(recordingtest.Site()))
		t.Cleanup(closing)
		demodatatest.TestFillAndRemove(t, front(t), store)
	})
	t.Run("Counts", func(t *testing.T) {
		reportingtest.TestCounts(t, 6, func(t *testing.T) reportingtest.Counted {
			store, closing := open(t, url(recordingtest.Site()))
			return counted(t, store, closing)
		})
	})
}

// counted is for reportingtest.TestCounts.
func counted(t *testing.T, store *clickhousestore.Store, closing func()) reportingtest.Counted {
	t.Cleanup(closing)
	return reportingtest.Counted{Counts: store, Expose: store.AddExposures, Append: func(ctx context.Context, records []consent.Record) error {
		return store.Append(ctx, shippingtest.BatchOf(records...))
	}}
}

func open(t testing.TB, url string, options ...clickhousestore.Option) (*clickhousestore.Store, func()) {
	t.Helper()
	store, err := clickhousestore.Open(url, options...)
	if err != nil {
		t.Fatal(err)
	}
	return store, func() {
		if err := store.Close(); err != nil {
			t.Errorf("Close: %v", err)
		}
	}
}
