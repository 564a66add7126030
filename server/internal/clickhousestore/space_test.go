package clickhousestore_test

import (
	"encoding/base64"
	"encoding/binary"
	"fmt"
	"math"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/ClickHouse/clickhouse-go/v2"
	"github.com/google/uuid"

	"assent/server/internal/consent"
	"assent/server/internal/shipping/shippingtest"
)

// testSpace measures what a decision takes on disk, merged, with the indexes and all, where a million a day come in.
func testSpace(t *testing.T, url string) {
	const decisions, batch, most = 100_000, 10_000, 45
	store, closing := open(t, url)
	defer closing()
	day := newDay()
	for range decisions / batch {
		records := make([]consent.Record, batch)
		for i := range records {
			records[i] = day.decision(24 * time.Hour / 1e6)
		}
		if err := store.Append(t.Context(), shippingtest.BatchOf(records...)); err != nil {
			t.Fatal(err)
		}
	}
	options, err := clickhouse.ParseDSN(url)
	if err != nil {
		t.Fatal(err)
	}
	conn, err := clickhouse.Open(options)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	if err := conn.Exec(t.Context(), "OPTIMIZE TABLE decisions FINAL"); err != nil {
		t.Fatal(err)
	}
	var rows, onDisk uint64
	if err := conn.QueryRow(t.Context(), `SELECT toUInt64(sum(rows)), toUInt64(sum(bytes_on_disk)) FROM system.parts
		WHERE database = currentDatabase() AND table = 'decisions' AND active`).Scan(&rows, &onDisk); err != nil {
		t.Fatal(err)
	}
	each := float64(onDisk) / decisions
	t.Logf("%.1f bytes per decision", each)
	if rows != decisions || each > most {
		t.Errorf("%d decisions, %.1f bytes on disk for each, want at most %d", rows, each, most)
	}
}

// day makes the decisions of a day as visitors do: sites and pages of very different renown, a second of thought between
// page and click, clocks that are a little off, and nothing that repeats in ids and subjects.
type day struct {
	random *rand.Rand
	pages  *rand.Zipf
	now    time.Time
}

func newDay() *day {
	random := rand.New(rand.NewPCG(1, 2))
	return &day{random: random, pages: rand.NewZipf(random, 1.3, 2, 2000), now: time.Date(2026, 11, 23, 0, 0, 0, 0, time.UTC)}
}

func (d *day) decision(apart time.Duration) consent.Record {
	d.now = d.now.Add(time.Duration(d.random.ExpFloat64() * float64(apart)))
	site := int(math.Min(d.random.ExpFloat64()*2, 9))
	decided := d.now.Add(-time.Duration(20+d.random.ExpFloat64()*80) * time.Millisecond)
	if d.random.IntN(20) == 0 { // Who has no clock that is set by the network.
		decided = decided.Add(time.Duration(d.random.NormFloat64() * float64(time.Minute)))
	}
	r := consent.Record{
		ID: d.id(decided), Site: fmt.Sprintf("k3v9q2m7x%d", site), Subject: base64.RawURLEncoding.EncodeToString(d.bytes(17))[:22],
		Notice: fmt.Sprintf("4cCgbWRMcUXl%d", site), Source: "banner", Regime: consent.OptIn, LifetimeDays: 180,
		Locale:    []string{"de", "de", "de", "de", "en", "en", "fr", "tr"}[d.random.IntN(8)],
		Page:      fmt.Sprintf("https://www.shop-%d.example/category-%d/product-%d", site, d.pages.Uint64()%40, d.pages.Uint64()),
		DecidedAt: decided.Truncate(time.Millisecond), RecordedAt: d.now.Truncate(time.Microsecond),
	}
	switch dice := d.random.IntN(100); {
	case dice < 55:
		r.Action, r.Purposes = consent.AcceptAll, map[string]bool{"analytics": true, "marketing": true}
	case dice < 90:
		r.Action, r.Purposes = consent.RejectAll, map[string]bool{"analytics": false, "marketing": false}
	case dice < 97:
		r.Action, r.Source, r.Purposes = consent.Save, "preferences", map[string]bool{"analytics": true, "marketing": false}
	default:
		r.Action, r.Source, r.Purposes = consent.Withdraw, "preferences", map[string]bool{"analytics": false, "marketing": false}
		r.Removed = []string{"_ga", "_ga_R4ND0M", "_gid"}
	}
	return r
}

// id is a UUIDv7 of that time.
func (d *day) id(at time.Time) uuid.UUID {
	var id uuid.UUID
	copy(id[6:], d.bytes(10))
	var stamp [8]byte
	binary.BigEndian.PutUint64(stamp[:], uint64(at.UnixMilli()))
	copy(id[:6], stamp[2:])
	id[6], id[8] = id[6]&0x0f|0x70, id[8]&0x3f|0x80
	return id
}

func (d *day) bytes(n int) []byte {
	b := make([]byte, n)
	for i := range b {
		b[i] = byte(d.random.Uint32())
	}
	return b
}
