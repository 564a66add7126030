package embeddedstore_test

import (
	"context"
	"database/sql"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"assent/server/internal/embeddedstore"
	"assent/server/internal/reporting"
)

// varied writes ?1 decisions over ninety days, as varied as a shop's visitors are.
const varied = `WITH RECURSIVE counted (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM counted WHERE n < ?1),
	drawn AS (SELECT n, abs(random()) AS a, abs(random()) AS b FROM counted)
	INSERT INTO decisions (id, site, subject, notice, action, outcome, purposes, services, source, synthetic, locale, page,
		decided_at, recorded_at, lifetime_days, flags, digest, country, device, browser, waited)
	SELECT unhex(printf('%012x7%03x', 1700000000000 + n * 777, n % 4096) || hex(randomblob(8))), 'site', substr(hex(randomblob(11)), 1, 22),
		'notice' || (n * 3 / ?1), 'save', trim(substr('accepted refused  partial  ', 1 + 9 * (a % 3), 9)),
		'{"analytics":' || iif(a % 3 <> 1, 'true', 'false') || ',"marketing":' || iif(a % 3 = 0, 'true', 'false') || '}',
		'{}', iif(a % 7 = 0, 'preferences', 'banner'), a % 50 = 0, substr('deenfr', 1 + 2 * (b % 3), 2),
		'https://shop.example/products/shoes-' || (b % 200) * (b % 5) / 5, 0, 1700000000000000 + n * (7776000000000 / ?1), 180, '[]', a,
		substr('DEDEDEATCHFRPLNL', 1 + 2 * (a / 7 % 8), 2), iif(a / 11 % 3 = 0, 'desktop', 'phone'),
		trim(substr('chrome safari firefoxedge   ', 1 + 7 * (b / 13 % 4), 7)), 1 + b / 17 % 8
	FROM drawn`

// views are the questions that the rates page asks, and what they are without a roll-up.
var views = []struct {
	name     string
	question reporting.Question
	naive    string
}{
	{"rates over time", reporting.Question{Each: time.Hour, By: []reporting.Dimension{reporting.Outcome, reporting.Synthetic}},
		"SELECT recorded_at / 3600000000 AS at, outcome, synthetic, count(*) FROM decisions WHERE %s GROUP BY at, outcome, synthetic"},
	{"in quarters of an hour", reporting.Question{Each: reporting.Slot, By: []reporting.Dimension{reporting.Outcome}},
		"SELECT recorded_at / 900000000 AS at, outcome, count(*) FROM decisions WHERE %s GROUP BY at, outcome"},
	{"by page", reporting.Question{By: []reporting.Dimension{reporting.Page, reporting.Outcome}},
		"SELECT page, outcome, count(*) FROM decisions WHERE %s GROUP BY page, outcome"},
	{"by country, of phones in German", reporting.Question{By: []reporting.Dimension{reporting.Country, reporting.Outcome},
		Where: map[reporting.Dimension][]string{reporting.Device: {"phone"}, reporting.Locale: {"de"}}},
		"SELECT country, outcome, count(*) FROM decisions WHERE %s AND device = 'phone' AND locale = 'de' GROUP BY country, outcome"},
	{"by purpose and service", reporting.Question{By: []reporting.Dimension{reporting.Notice, reporting.Outcome, reporting.Purposes, reporting.Services}},
		"SELECT notice, answer.key, sum(answer.value), count(*) FROM decisions, json_each(decisions.purposes) AS answer WHERE %s GROUP BY notice, answer.key"},
	{"time to decision", reporting.Question{By: []reporting.Dimension{reporting.Waited, reporting.Outcome}},
		"SELECT waited, outcome, count(*) FROM decisions WHERE %s GROUP BY waited, outcome"},
}

// BenchmarkRates compares each view with a naive recount of the decisions in between. The aim is at most 1/50.
func BenchmarkRates(b *testing.B) {
	decisions, rounds := 10_000_000, 5
	if os.Getenv("BENCH") == "quick" {
		decisions, rounds = 500_000, 3
	}
	dir := b.TempDir()
	store, err := embeddedstore.Open(b.Context(), dir, time.Now)
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() {
		if err := store.Close(); err != nil {
			b.Error(err)
		}
	})
	plain := fillVaried(b, filepath.Join(dir, "assent.db"), decisions)
	begun := time.Now()
	if err := store.RollUp(b.Context(), 1); err != nil {
		b.Fatal(err)
	}
	fmt.Printf("\nSQLite, %d decisions of ninety days, rolled up in %v\nview                                 rolled up     recounted      ratio\n", decisions, time.Since(begun).Round(time.Second))
	from := time.Unix(1700000000, 0).Truncate(time.Hour)
	for _, view := range views {
		view.question.Site, view.question.From, view.question.To = "site", from, from.AddDate(0, 0, 91)
		condition := fmt.Sprintf("site = 'site' AND recorded_at >= %d AND recorded_at < %d", view.question.From.UnixMicro(), view.question.To.UnixMicro())
		var fast, slow time.Duration
		for round := range rounds {
			fast = least(fast, func() { countFast(b, store, view.question, decisions) })
			if round == rounds/2 { // Once, for it takes minutes altogether.
				slow = least(slow, func() { countSlow(b, plain, fmt.Sprintf(view.naive, condition)) })
			}
		}
		fmt.Printf("%-35s %10v    %10v    1/%.0f\n", view.name, fast.Round(time.Microsecond), slow.Round(time.Millisecond), float64(slow)/float64(fast))
	}
}

// least returns the shorter of the best time so far and that of another attempt.
func least(best time.Duration, attempt func()) time.Duration {
	begun := time.Now()
	attempt()
	if took := time.Since(begun); best == 0 || took < best {
		return took
	}
	return best
}

func countFast(b *testing.B, store *embeddedstore.Store, q reporting.Question, want int) {
	b.Helper()
	cells, err := store.CountDecisions(context.Background(), q)
	if err != nil {
		b.Fatal(err)
	}
	got := 0
	for _, cell := range cells {
		got += cell.N
	}
	if len(q.Where) == 0 && got != want {
		b.Fatalf("%d decisions counted, want %d", got, want)
	}
}

func countSlow(b *testing.B, plain *sql.DB, query string) {
	b.Helper()
	rows, err := plain.QueryContext(b.Context(), query)
	if err != nil {
		b.Fatal(err)
	}
	defer rows.Close()
	for rows.Next() {
		continue
	}
	if err := rows.Err(); err != nil {
		b.Fatal(err)
	}
}

// fillVaried makes the indexes after the rows, which is faster.
func fillVaried(b *testing.B, file string, decisions int) *sql.DB {
	b.Helper()
	plain, err := sql.Open("sqlite", "file:"+file+"?_pragma=synchronous(OFF)&_pragma=busy_timeout(10000)")
	if err != nil {
		b.Fatal(err)
	}
	plain.SetMaxOpenConns(1)
	b.Cleanup(func() {
		if err := plain.Close(); err != nil {
			b.Error(err)
		}
	})
	statements := []string{"DROP INDEX decisions_by_subject", "DROP INDEX decisions_by_time",
		strings.ReplaceAll(varied, "?1", fmt.Sprint(decisions)),
		"CREATE INDEX decisions_by_time ON decisions (site, recorded_at)", "CREATE INDEX decisions_by_subject ON decisions (subject, recorded_at, id)"}
	for _, statement := range statements {
		if _, err := plain.ExecContext(b.Context(), statement); err != nil {
			b.Fatal(err)
		}
	}
	return plain
}
