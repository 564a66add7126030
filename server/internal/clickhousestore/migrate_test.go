package clickhousestore_test

import (
	"encoding/hex"
	"errors"
	"os"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/ClickHouse/clickhouse-go/v2"
	"github.com/ClickHouse/clickhouse-go/v2/lib/driver"
	"github.com/google/uuid"

	"assent/schemas"
	"assent/server/internal/clickhousestore"
	"assent/server/internal/consent"
	"assent/server/internal/recording/recordingtest"
	"assent/server/internal/shipping"
	"assent/server/internal/shipping/shippingtest"
	"assent/server/internal/useragent"
)

func connect(t testing.TB, url string) driver.Conn {
	t.Helper()
	options, err := clickhouse.ParseDSN(url)
	if err != nil {
		t.Fatal(err)
	}
	conn, err := clickhouse.Open(options)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := conn.Close(); err != nil {
			t.Errorf("close: %v", err)
		}
	})
	return conn
}

func execute(t *testing.T, conn driver.Conn, statement string) {
	t.Helper()
	if err := conn.Exec(t.Context(), statement); err != nil {
		t.Fatalf("%s: %v", statement, err)
	}
}

// text returns the only value of a query.
func text(t *testing.T, conn driver.Conn, query string) string {
	t.Helper()
	var value string
	if err := conn.QueryRow(t.Context(), query).Scan(&value); err != nil {
		t.Fatalf("%s: %v", query, err)
	}
	return value
}

const columnsQuery = `SELECT arrayStringConcat(groupArray(concat(name, ' ', type)), '; ') FROM
	(SELECT name, type FROM system.columns WHERE database = currentDatabase() AND table = 'decisions' AND default_kind != 'ALIAS')`

// plainColumns are what 0001, 0003 and 0006 make; the current engine must have them in compact types after the others.
const plainColumns = "id FixedString(16); site String; subject String; notice String; action String; outcome String; " +
	"purposes_granted Array(String); purposes_refused Array(String); services_granted Array(String); " +
	"services_refused Array(String); source String; synthetic UInt8; locale String; page String; decided_at Int64; " +
	"recorded_at Int64; day Date; lifetime_days Int32; flags Array(String); precedence UInt64; regime String; removed Array(String); " +
	"country String; device String; browser String; waited UInt32"

// testMigrations checks what a fresh database looks like, and that preparing it again changes nothing.
func testMigrations(t *testing.T, url string, applied, wantColumns string) {
	for range 2 {
		store, closing := open(t, url)
		if err := store.Ping(t.Context()); err != nil {
			t.Fatal(err)
		}
		closing()
		conn := connect(t, url)
		got := text(t, conn, "SELECT arrayStringConcat(arraySort(groupUniqArray(name)), ' ') FROM assent_migrations")
		if got != applied {
			t.Errorf("applied %q, want %q", got, applied)
		}
		if got := text(t, conn, columnsQuery); got != wantColumns {
			t.Errorf("columns\n%s, want\n%s", got, wantColumns)
		}
	}
	conn := connect(t, url)
	// A server that stopped before it wrote down its last step, or another one that took the same step.
	execute(t, conn, "DROP TABLE assent_migrations")
	again, closingAgain := open(t, url)
	t.Cleanup(closingAgain)
	if err := again.Ping(t.Context()); err != nil {
		t.Errorf("a step that was taken before: %v", err)
	}
	execute(t, conn, "INSERT INTO assent_migrations SELECT toUInt32(9999), 'from the future', now()")
	store, closing := open(t, url)
	t.Cleanup(closing)
	if err := store.Ping(t.Context()); err == nil || !strings.Contains(err.Error(), "upgrade assent") {
		t.Errorf("a database of a newer version: %v, want a refusal", err)
	}
}

// testEarlierRows opens a table that the first version made and filled.
func testEarlierRows(t *testing.T, url string) {
	store, closing := open(t, url)
	t.Cleanup(closing)
	if err := store.Ping(t.Context()); err != nil { // Creates the database.
		t.Fatal(err)
	}
	conn := connect(t, url)
	steps, err := schemas.Migrations("clickhouse")
	if err != nil {
		t.Fatal(err)
	}
	record := recordingtest.Refusal("site", "s1")
	record.RecordedAt = time.Date(2026, 5, 1, 0, 0, 0, 0, time.UTC)
	record.Purposes, record.Flags, record.Regime, record.Removed = nil, nil, consent.OptIn, nil
	record.Country, record.Device, record.Browser, record.Waited = "", "", "", 0
	for _, statement := range []string{"DROP TABLE decisions", "DROP TABLE assent_migrations", strings.TrimSuffix(strings.TrimSpace(steps[0].SQL), ";")} {
		execute(t, conn, statement)
	}
	if err := conn.Exec(t.Context(), `INSERT INTO decisions (id, site, subject, notice, action, outcome, source, synthetic, locale, page,
		decided_at, recorded_at, day, lifetime_days, precedence) SELECT unhex(?), ?, ?, ?, ?, 'refused', ?, 1, ?, ?, ?, ?, toDate('2026-05-01'), 180, 1`,
		hex.EncodeToString(record.ID[:]), record.Site, record.Subject, record.Notice, record.Action, record.Source, record.Locale, record.Page,
		consent.Micros(record.DecidedAt), consent.Micros(record.RecordedAt)); err != nil {
		t.Fatal(err)
	}
	later, closingLater := open(t, url)
	t.Cleanup(closingLater)
	got, err := later.Recent(t.Context(), record.Site, 10)
	if err != nil {
		t.Fatal(err)
	}
	recordingtest.SameRecords(t, got, []consent.Record{record})
}

// writers are the inserts of the versions so far, as the files of testdata hold them, and what they could not tell yet. A
// version that goes on running beside a newer one writes so into the newer one's tables.
var writers = map[string]func(*consent.Record){
	"testdata/insert1.sql": func(r *consent.Record) { r.Regime, r.Removed = consent.OptIn, nil },
	"testdata/insert2.sql": func(*consent.Record) {},
	"testdata/insert3.sql": func(r *consent.Record) {
		r.Country, r.Device, r.Browser, r.Waited = "DE", useragent.Phone, "firefox", 8
	},
}

// testEarlierWriters lets every earlier version write beside this one: what it writes is read, and counted once when this
// version delivers it again.
func testEarlierWriters(t *testing.T, url string) {
	store, closing := open(t, url)
	t.Cleanup(closing)
	if err := store.Ping(t.Context()); err != nil {
		t.Fatal(err)
	}
	conn := connect(t, url)
	for file, forget := range writers {
		statement, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		want := consent.Record{
			ID: uuid.Must(uuid.NewV7()), Site: recordingtest.Site(), Subject: "s1", Notice: "n1", Action: consent.Save,
			Purposes: map[string]bool{"analytics": true, "marketing": false}, Services: map[string]bool{"youtube": true},
			Source: "banner", Synthetic: true, Locale: "de", Page: "https://shop.example/", LifetimeDays: 180,
			DecidedAt: time.UnixMicro(1763892000123456).UTC(), RecordedAt: time.UnixMicro(1763892001123456).UTC(),
			Flags: []string{consent.FlagClockSkew}, Regime: consent.OptOut, Removed: []string{"_ga"},
		}
		forget(&want)
		execute(t, conn, strings.NewReplacer("{id}", hex.EncodeToString(want.ID[:]), "{site}", want.Site).Replace(string(statement)))
		for range 2 {
			got, err := store.Recent(t.Context(), want.Site, 10)
			if err != nil {
				t.Fatal(err)
			}
			recordingtest.SameRecords(t, got, []consent.Record{want})
			if err := store.Append(t.Context(), shippingtest.BatchOf(want)); err != nil {
				t.Fatalf("%s: append: %v", file, err)
			}
		}
	}
}

func compactColumns() string {
	low := "LowCardinality(String)"
	out := strings.ReplaceAll(plainColumns, "Array(String)", "Array("+low+")")
	for _, name := range []string{"notice", "action", "outcome", "source", "locale", "page", "regime", "country", "device", "browser"} {
		out = strings.Replace(out, name+" String", name+" "+low, 1)
	}
	return out + "; answer " + low
}

// TestEveryMemberIsStored fails when a member joins the record and the ledger does not keep it: the round trips of the
// suites compare whole records, so it is enough that their sample leaves no member empty.
func TestEveryMemberIsStored(t *testing.T) {
	sample := recordingtest.Decision("site", "s1")
	sample.RecordedAt = time.Now()
	value := reflect.ValueOf(sample)
	for i := range value.NumField() {
		if value.Field(i).IsZero() {
			t.Errorf("the suites' sample leaves %s empty, so nothing proves that it is stored", value.Type().Field(i).Name)
		}
	}
	steps, err := schemas.Migrations("clickhouse")
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range strings.Split(plainColumns, "; ") {
		column, _, _ := strings.Cut(name, " ")
		added := " ADD COLUMN " + column + " "
		if !strings.Contains(steps[0].SQL, "\n  "+column+" ") && !strings.Contains(steps[2].SQL+steps[5].SQL, added) {
			t.Errorf("no migration creates column %s", column)
		}
	}
}

// testRefused makes the table refuse one value as the statement says, and expects it to be told from an outage.
func testRefused(t *testing.T, url, statement string) {
	store, closing := open(t, url)
	t.Cleanup(closing)
	if err := store.Ping(t.Context()); err != nil {
		t.Fatal(err)
	}
	execute(t, connect(t, url), statement)
	sound := recordingtest.Decision(recordingtest.Site(), "s1")
	sound.RecordedAt = time.Now().UTC().Truncate(time.Microsecond)
	poison := sound
	poison.Action = consent.Withdraw
	err := store.Append(t.Context(), shippingtest.BatchOf(sound, poison))
	if !errors.Is(err, shipping.ErrRejected) {
		t.Fatalf("append of a value that the table refuses: %v, want ErrRejected", err)
	}
	if err := store.Append(t.Context(), shippingtest.BatchOf(sound)); err != nil {
		t.Fatalf("append of a sound record after a rejection: %v", err)
	}
	got, err := store.Recent(t.Context(), sound.Site, 10)
	if err != nil {
		t.Fatal(err)
	}
	recordingtest.SameRecords(t, got, []consent.Record{sound})
}

// testOutage stops the server under the store's feet.
func testOutage(t *testing.T, url string, stop, start func() error) {
	store, closing := open(t, url)
	t.Cleanup(closing)
	if err := stop(); err != nil {
		t.Fatal(err)
	}
	record := recordingtest.Decision(recordingtest.Site(), "s1")
	record.RecordedAt = time.Now().UTC().Truncate(time.Microsecond)
	for name, err := range map[string]error{
		"Append": store.Append(t.Context(), shippingtest.BatchOf(record)), "Ping": store.Ping(t.Context()),
	} {
		if !errors.Is(err, consent.ErrUnavailable) || errors.Is(err, shipping.ErrRejected) || strings.Contains(err.Error(), "\n") {
			t.Errorf("%s without a server: %v, want one line of ErrUnavailable", name, err)
		}
	}
	if err := start(); err != nil {
		t.Fatal(err)
	}
	if err := store.Append(t.Context(), shippingtest.BatchOf(record)); err != nil {
		t.Fatalf("append when the server is back: %v", err)
	}
	got, err := store.Find(t.Context(), record.ID.String())
	if err != nil {
		t.Fatal(err)
	}
	recordingtest.SameRecords(t, got, []consent.Record{record})
}

func TestOpenSaysWhatIsWrong(t *testing.T) {
	for _, url := range []string{"", "localhost:9000", "clickhouse://user:secret-word@", "mysql://user:secret-word@host"} {
		_, err := clickhousestore.Open(url)
		if err == nil || !strings.Contains(err.Error(), "CLICKHOUSE_URL must look like") || strings.Contains(err.Error(), "secret-word") {
			t.Errorf("Open(%q): %v, want how the URL must look and no password", url, err)
		}
	}
}

// testTokens delivers a batch again while ClickHouse still knows its token, and another batch at the same time.
func testTokens(t *testing.T, url string) {
	store, closing := open(t, url)
	t.Cleanup(closing)
	site := recordingtest.Site()
	var records []consent.Record
	for i := range 4 {
		record := recordingtest.Decision(site, "s1")
		record.RecordedAt = time.Date(2026, 5, 1, 0, 0, i, 0, time.UTC)
		records = append(records, record)
	}
	for _, batch := range [][]consent.Record{records[:2], records[:2], records[2:]} {
		if err := store.Append(t.Context(), shippingtest.BatchOf(batch...)); err != nil {
			t.Fatal(err)
		}
	}
	if got := text(t, connect(t, url), "SELECT toString(count()) FROM decisions"); got != "4" {
		t.Errorf("%s rows are stored, want 4: the token of a retried batch was not recognised", got)
	}
	execute(t, connect(t, url), "SYSTEM STOP MERGES decisions")
	for range 2 {
		if err := store.Append(t.Context(), shipping.Batch{Records: records[:2]}); err != nil {
			t.Fatal(err)
		}
	}
	if got := text(t, connect(t, url), "SELECT toString(count()) FROM decisions"); got != "8" {
		t.Errorf("%s rows are stored, want 8: a batch without a token was taken for an earlier one", got)
	}
	slices.Reverse(records)
	got, err := store.Recent(t.Context(), site, 10)
	if err != nil {
		t.Fatal(err)
	}
	recordingtest.SameRecords(t, got, records)
}
