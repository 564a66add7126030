package realparts_test

import (
	"io"
	"log/slog"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/ClickHouse/clickhouse-go/v2"

	"assent/server/internal/consent"
	"assent/server/internal/recording/recordingtest"
	"assent/server/internal/shipping"
)

// TestWhatTheLedgerLosesIsAppendedAgain takes the files of acknowledged decisions from ClickHouse's disk.
func TestWhatTheLedgerLosesIsAppendedAgain(t *testing.T) {
	p := startPipeline(t)
	site := recordingtest.Site()
	acknowledged := make(chan consent.Record, 200)
	for range 2 { // Two parts, of which one stays.
		for range cap(acknowledged) / 2 {
			acknowledged <- p.insist(t, recordingtest.Decision(site, "s"))
		}
		if err := p.shippers[0].Drain(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	close(acknowledged)
	before := p.rows(t, site)
	p.loseAPart(t)
	lost := before - p.rows(t, site)
	if lost <= 0 {
		t.Fatal("nothing was lost")
	}
	reconciler := shipping.NewReconciler(p.journal, p.ledger, shipping.ReconcilerOptions{
		Holder: "one", Log: slog.New(slog.NewTextHandler(io.Discard, nil)), Age: -time.Minute,
	})
	for range 2 {
		if err := reconciler.Compare(t.Context()); err != nil {
			t.Fatal(err)
		}
		if reconciler.Compared() != 200 || reconciler.Restored() != int64(lost) {
			t.Errorf("%d compared and %d restored, want 200 and %d", reconciler.Compared(), reconciler.Restored(), lost)
		}
	}
	p.wantLedger(t, site, acknowledged)
}

func (p *pipeline) rows(t *testing.T, site string) int {
	t.Helper()
	records, err := p.ledger.Recent(t.Context(), site, 1000)
	if err != nil {
		t.Fatal(err)
	}
	return len(records)
}

// loseAPart kills the server, removes the files of one part and starts it again.
func (p *pipeline) loseAPart(t *testing.T) {
	t.Helper()
	options, err := clickhouse.ParseDSN(p.clickhouse.URL("pipeline"))
	if err != nil {
		t.Fatal(err)
	}
	conn, err := clickhouse.Open(options)
	if err != nil {
		t.Fatal(err)
	}
	var path string
	if err := conn.QueryRow(t.Context(), "SELECT any(path) FROM system.parts WHERE active AND table = 'decisions'").Scan(&path); err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(path, "/decisions/") {
		t.Fatalf("no part at %q", path)
	}
	if err := conn.Close(); err != nil {
		t.Error(err)
	}
	for _, step := range []func() error{p.clickhouse.Kill, func() error { return os.RemoveAll(path) }, p.clickhouse.Start} {
		if err := step(); err != nil {
			t.Fatal(err)
		}
	}
}
