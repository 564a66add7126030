package clickhousestore_test

import (
	"fmt"
	"os"
	"testing"
	"time"

	"assent/server/internal/reporting"
)

// varied inserts decisions from one number to another of as many as a shop has in ninety days, in their order.
const varied = `INSERT INTO decisions (id, site, subject, notice, action, outcome, purposes_granted, purposes_refused, source, synthetic,
		locale, page, decided_at, recorded_at, day, lifetime_days, flags, precedence, regime, country, device, browser, waited)
	SELECT toFixedString(unhex(concat(leftPad(hex(toUInt64(1700000000000 + intDiv(n * 7776000, %[3]d) * 1000)), 12, '0'), '7000', hex(n * 11400714819323198485))), 16),
		'site', hex(n), concat('notice', toString(intDiv(n * 3, %[3]d))), 'save', ['accepted', 'refused', 'partial'][a %% 3 + 1],
		if(a %% 3 = 1, [], ['analytics']), if(a %% 3 = 1, ['analytics', 'marketing'], ['marketing']), if(a %% 7 = 0, 'preferences', 'banner'), a %% 50 = 0,
		['de', 'en', 'fr'][intDiv(a, 7) %% 3 + 1], concat('https://shop.example/', toString(intDiv(a, 11) %% 200)), 0, at, toDate(intDiv(at, 1000000)), 180, [],
		9223372036854775807 - at, 'opt-in', ['DE', 'DE', 'DE', 'AT', 'CH', 'FR', 'PL', 'NL'][intDiv(a, 13) %% 8 + 1],
		['phone', 'phone', 'desktop'][intDiv(a, 17) %% 3 + 1], ['chrome', 'safari', 'firefox', 'edge'][intDiv(a, 19) %% 4 + 1], intDiv(a, 23) %% 8 + 1
	FROM (SELECT number AS n, cityHash64(number) AS a, 1700000000000000 + toInt64(n * (7776000000000 / %[3]d)) AS at FROM numbers(%[1]d, %[2]d))`

// BenchmarkRates compares each view with a bare count of the same decisions, in turns, in the current engine: with as many of
// a hundred million as it takes in a minute.
func BenchmarkRates(b *testing.B) {
	const all, chunk = 100_000_000, 2_000_000
	patience, rounds := time.Minute, 5
	if os.Getenv("BENCH") == "quick" {
		patience, rounds = 5*time.Second, 2
	}
	server, err := servers.CurrentClickHouse()
	if err != nil {
		b.Fatal(err)
	}
	store, closing := open(b, server.URL("rates"))
	b.Cleanup(closing)
	if err := store.Ping(b.Context()); err != nil {
		b.Fatal(err)
	}
	conn := connect(b, server.URL("rates"))
	filled := 0
	for begun := time.Now(); filled < all && time.Since(begun) < patience; filled += chunk {
		if err := conn.Exec(b.Context(), fmt.Sprintf(varied, filled, chunk, all)); err != nil {
			b.Fatal(err)
		}
	}
	from := time.Unix(1700000000, 0).Truncate(time.Hour)
	to := from.AddDate(0, 0, 91)
	bare := fmt.Sprintf("SELECT count() FROM decisions WHERE site = 'site' AND recorded_at >= %d AND recorded_at < %d", from.UnixMicro(), to.UnixMicro())
	fmt.Printf("\nClickHouse, %d decisions\nview                                     view    bare count    ratio\n", filled)
	for name, q := range map[string]reporting.Question{
		"rates over time": {Each: time.Hour, By: []reporting.Dimension{reporting.Outcome, reporting.Synthetic}},
		"by page":         {By: []reporting.Dimension{reporting.Page, reporting.Outcome}},
		"by country, of phones in German": {By: []reporting.Dimension{reporting.Country, reporting.Outcome},
			Where: map[reporting.Dimension][]string{reporting.Device: {"phone"}, reporting.Locale: {"de"}}},
		"by purpose and service": {By: []reporting.Dimension{reporting.Notice, reporting.Outcome, reporting.Purposes, reporting.Services}},
	} {
		q.Site, q.From, q.To = "site", from, to
		var view, count time.Duration
		for range rounds {
			view = least(view, func() {
				cells, err := store.CountDecisions(b.Context(), q)
				if err != nil || len(cells) == 0 {
					b.Fatal(err)
				}
			})
			count = least(count, func() {
				var n uint64
				if err := conn.QueryRow(b.Context(), bare).Scan(&n); err != nil || n != uint64(filled) {
					b.Fatal(n, err)
				}
			})
		}
		fmt.Printf("%-32s %12v  %12v  %6.1fx\n", name, view.Round(time.Microsecond), count.Round(time.Microsecond), float64(view)/float64(count))
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
