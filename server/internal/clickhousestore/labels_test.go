package clickhousestore_test

import (
	"fmt"
	"testing"
	"time"

	"assent/server/internal/reporting"
)

// testLabels counts by more pages than are remembered, again when there are more of them, and by what was answered.
func testLabels(t *testing.T, url string) {
	store, closing := open(t, url)
	t.Cleanup(closing)
	if err := store.Ping(t.Context()); err != nil {
		t.Fatal(err)
	}
	conn := connect(t, url)
	pages := 0
	add := func(more int) {
		t.Helper()
		execute(t, conn, fmt.Sprintf(`INSERT INTO decisions (id, site, subject, notice, action, outcome, purposes_granted, source, page, decided_at,
			recorded_at, day, precedence, regime) SELECT toFixedString(concat('id', leftPad(toString(number), 14, '0')), 16), 'site', 'subject', 'notice', 'save',
			'partial', [if(number %% 2 = 0, 'ads', 'it''s')], 'banner', concat('https://shop.example/', toString(number)), 0,
			1700000000000000 + number, toDate('2023-11-14'), number, 'opt-in' FROM numbers(%d, %d)`, pages, more))
		pages += more
	}
	count := func(by ...reporting.Dimension) []reporting.Cell {
		t.Helper()
		cells, err := store.CountDecisions(t.Context(), reporting.Question{Site: "site", From: time.Unix(1699999200, 0), To: time.Unix(1700006400, 0), By: by})
		if err != nil {
			t.Fatal(err)
		}
		return cells
	}
	for _, more := range []int{4_000, 10, 56_000, 0} {
		add(more)
		seen := map[string]bool{}
		for _, cell := range count(reporting.Page, reporting.Outcome) {
			if cell.N != 1 || cell.Values[1] != "partial" {
				t.Fatalf("%+v", cell)
			}
			seen[cell.Values[0]] = true
		}
		if len(seen) != pages {
			t.Errorf("%d pages, want %d", len(seen), pages)
		}
	}
	execute(t, conn, "ALTER TABLE decisions UPDATE services_refused = ['youtube'] WHERE page LIKE '%7' SETTINGS mutations_sync = 1")
	answers := map[string]int{}
	for _, cell := range count(reporting.Purposes) {
		answers[cell.Values[0]] += cell.N
	}
	if len(answers) != 2 || answers[`{"ads":true}`] != pages/2 || answers[`{"it's":true}`] != pages/2 {
		t.Errorf("%v", answers)
	}
}
