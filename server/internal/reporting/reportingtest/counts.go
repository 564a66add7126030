package reportingtest

import (
	"context"
	"fmt"
	"math/rand/v2"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"assent/server/internal/consent"
	"assent/server/internal/exposure"
	"assent/server/internal/recording/recordingtest"
	"assent/server/internal/reporting"
)

// Counted is a store under test: what is asked, and how it comes to have something to count. RollUp is nil where nothing is
// rolled up, and Erase where nothing is erased yet.
type Counted struct {
	Counts reporting.Counts
	Append func(ctx context.Context, records []consent.Record) error
	Expose func(ctx context.Context, counts []exposure.Count) error
	RollUp func(ctx context.Context) error
	Erase  func(ctx context.Context, site, subject string) error
}

// TestCounts compares every number with a naive recount, over random histories with duplicates, late arrivals, programs
// and erasures, while the roll-up runs at any time.
func TestCounts(t *testing.T, histories int, open func(t *testing.T) Counted) {
	store := open(t)
	for seed := range histories {
		h := &history{t: t, store: store, random: rand.New(rand.NewPCG(7, uint64(seed))), site: recordingtest.Site(), around: noon, kept: map[string]consent.Record{}}
		for range 12 {
			h.step()
		}
		h.check(seed)
	}
}

// Recount compares numbers about a site, of which everything is given that was recorded and told, with a naive recount. What is
// asked is about the hours around a time, or the months after it.
func Recount(t *testing.T, counts reporting.Counts, site string, around time.Time, records []consent.Record, exposed []exposure.Count) {
	t.Helper()
	h := &history{t: t, store: Counted{Counts: counts}, random: rand.New(rand.NewPCG(11, 0)), site: site, around: around.UTC().Truncate(time.Hour),
		kept: map[string]consent.Record{}, exposed: exposed}
	for _, record := range records {
		h.kept[record.ID.String()+record.Subject] = record
	}
	for range 4 {
		h.check(0)
	}
}

// history is what happened on a site.
type history struct {
	t       *testing.T
	store   Counted
	random  *rand.Rand
	site    string
	around  time.Time
	all     []consent.Record          // Everything that was ever delivered.
	kept    map[string]consent.Record // The first delivery of each decision.
	exposed []exposure.Count
}

func (h *history) must(doing string, err error) {
	h.t.Helper()
	if err != nil {
		h.t.Fatalf("%s: %v", doing, err)
	}
}

func (h *history) step() {
	ctx := h.t.Context()
	switch n := h.random.IntN(10); {
	case n < 5:
		batch := h.batch()
		h.must("append", h.store.Append(ctx, batch))
		for _, record := range batch {
			key := record.ID.String() + record.Subject
			if first, known := h.kept[key]; !known || record.RecordedAt.Before(first.RecordedAt) {
				h.kept[key] = record
			}
		}
	case n < 7 && h.store.RollUp != nil:
		h.must("roll up", h.store.RollUp(ctx))
	case n == 7 && h.store.Erase != nil && len(h.all) > 0:
		subject := h.all[h.random.IntN(len(h.all))].Subject
		h.must("erase", h.store.Erase(ctx, h.site, subject))
		for key, record := range h.kept {
			if record.Subject == subject {
				delete(h.kept, key)
			}
		}
		h.all = slices.DeleteFunc(h.all, func(r consent.Record) bool { return r.Subject == subject })
	default:
		counts := h.exposures()
		h.must("expose", h.store.Expose(ctx, counts))
		h.exposed = append(h.exposed, counts...)
	}
}

func pick(random *rand.Rand, values ...string) string { return values[random.IntN(len(values))] }

// moment lies in one of a few hours, now and then of another month.
func (h *history) moment() time.Time {
	at := noon.Add(time.Duration(h.random.IntN(5*60*60*1e6)) * time.Microsecond)
	if h.random.IntN(8) == 0 {
		at = at.AddDate(0, 1, 0)
	}
	return at
}

// batch has new decisions, and such as were delivered before: the same, or stamped anew.
func (h *history) batch() []consent.Record {
	var batch []consent.Record
	for range 1 + h.random.IntN(30) {
		if len(h.all) > 0 && h.random.IntN(5) == 0 {
			again := h.all[h.random.IntN(len(h.all))]
			if h.random.IntN(2) == 0 {
				again.RecordedAt = h.moment()
			}
			batch = append(batch, again)
			continue
		}
		batch = append(batch, h.decision())
	}
	h.all = append(h.all, batch...)
	return batch
}

func (h *history) decision() consent.Record {
	r := h.random
	record := made(h.site, fmt.Sprint("s", r.IntN(40)), h.moment(), pick(r, consent.AcceptAll, consent.RejectAll, consent.Save, consent.Withdraw, consent.Signal),
		[]map[string]bool{all, none, some}[r.IntN(3)])
	record.Services = []map[string]bool{nil, {"youtube": true}, {"youtube": false, "größe": true}}[r.IntN(3)]
	record.Notice, record.Locale, record.Source = pick(r, "n1", "n2"), pick(r, "de", "en", ""), pick(r, "banner", "preferences", "gpc")
	record.Regime, record.Page = pick(r, consent.OptIn, consent.OptOut), pick(r, "https://shop.example/", "https://shop.example/Größe", "")
	record.Country, record.Device, record.Browser = pick(r, "DE", "FR", ""), pick(r, "phone", "desktop"), pick(r, "chrome", "firefox")
	record.Synthetic, record.Flags = r.IntN(4) == 0, nil
	record.Waited = consent.Waits[r.IntN(len(consent.Waits))] * r.IntN(2)
	if r.IntN(6) == 0 {
		record.Flags = []string{consent.FlagBot}
	}
	return record
}

func (h *history) exposures() []exposure.Count {
	var counts []exposure.Count
	known := map[exposure.Key]bool{}
	r := h.random
	for range 1 + r.IntN(10) {
		key := exposure.Key{Site: h.site, Slot: exposure.SlotOf(h.moment()), Event: pick(r, exposure.Shown, exposure.Hidden, exposure.Program),
			Notice: pick(r, "n1", "n2"), Locale: pick(r, "de", ""), Regime: consent.OptIn, Page: pick(r, "https://shop.example/", ""),
			Country: pick(r, "DE", "FR"), Device: "phone", Browser: pick(r, "chrome", "firefox")}
		if !known[key] {
			views := 1 + r.IntN(5)
			counts = append(counts, exposure.Count{Key: key, Views: views, Visitors: r.IntN(views + 1)})
		}
		known[key] = true
	}
	return counts
}

// question asks for anything.
func (h *history) question(dimensions []reporting.Dimension) reporting.Question {
	r := h.random
	slots := func() time.Duration { return time.Duration(r.IntN(24)) * reporting.Slot }
	q := reporting.Question{Site: h.site, From: h.around.Add(-slots()), To: h.around.Add(time.Hour + slots()), Where: map[reporting.Dimension][]string{},
		Each: []time.Duration{0, time.Hour, reporting.Slot}[r.IntN(3)]}
	if r.IntN(2) == 0 {
		q.To = h.around.AddDate(0, 2, 0)
	}
	for range r.IntN(4) {
		if d := dimensions[r.IntN(len(dimensions))]; !slices.Contains(q.By, d) {
			q.By = append(q.By, d)
		}
	}
	for range r.IntN(4) { // Some of them did nothing, and one may be told twice.
		q.LeftOut = append(q.LeftOut, fmt.Sprint("s", r.IntN(45)))
	}
	for d, values := range map[reporting.Dimension][]string{reporting.Country: {"DE", ""}, reporting.Device: {"phone"}, reporting.Locale: {"", "de"},
		reporting.Source: {"banner", "gpc"}, reporting.Notice: {"n2"}, reporting.Page: {"https://shop.example/Größe", "nowhere"}} {
		if r.IntN(4) == 0 {
			q.Where[d] = values
		}
	}
	return q
}

func (h *history) check(seed int) {
	h.t.Helper()
	for range 12 {
		q := h.question(reporting.OfDecisions)
		got, err := h.store.Counts.CountDecisions(h.t.Context(), q)
		h.must("Decisions", err)
		compare(h.t, seed, q, got, h.recountDecisions(q))
		q = h.question(reporting.OfExposures)
		got, err = h.store.Counts.CountExposures(h.t.Context(), q)
		h.must("Exposures", err)
		compare(h.t, seed, q, got, h.recountExposures(q))
	}
}

func compare(t *testing.T, seed int, q reporting.Question, got, want []reporting.Cell) {
	t.Helper()
	text := func(c reporting.Cell) string { return fmt.Sprintf("%v %q", c.At, c.Values) }
	byText := cmpopts.SortSlices(func(a, b reporting.Cell) bool { return text(a) < text(b) })
	if diff := cmp.Diff(want, got, byText, cmpopts.EquateEmpty()); diff != "" {
		t.Fatalf("history %d, %+v (-recount +got):\n%s", seed, q, diff)
	}
}

// naive counts one by one.
type naive struct {
	q     reporting.Question
	cells map[string]*reporting.Cell
}

func (n *naive) add(at time.Time, facts map[reporting.Dimension]string, count, visitors int) {
	if at.Before(n.q.From) || !at.Before(n.q.To) {
		return
	}
	for d, wanted := range n.q.Where {
		if value, has := facts[d]; has && !slices.Contains(wanted, value) {
			return
		}
	}
	cell := reporting.Cell{N: count, Visitors: visitors, Values: []string{}}
	if n.q.Each > 0 {
		cell.At = at.UTC().Truncate(n.q.Each)
	}
	for _, d := range n.q.By {
		cell.Values = append(cell.Values, facts[d])
	}
	key := cell.At.String() + strings.Join(cell.Values, "|")
	if known := n.cells[key]; known != nil {
		known.N, known.Visitors = known.N+count, known.Visitors+visitors
		return
	}
	n.cells[key] = &cell
}

func (n *naive) list() []reporting.Cell {
	var list []reporting.Cell
	for _, cell := range n.cells {
		list = append(list, *cell)
	}
	return list
}

func (h *history) recountDecisions(q reporting.Question) []reporting.Cell {
	n := naive{q: q, cells: map[string]*reporting.Cell{}}
	for _, r := range h.kept {
		if slices.Contains(q.LeftOut, r.Subject) {
			continue
		}
		purposes, err := consent.AnswersText(r.Purposes)
		h.must("purposes", err)
		services, err := consent.AnswersText(r.Services)
		h.must("services", err)
		synthetic := "0"
		if r.Synthetic {
			synthetic = "1"
		}
		n.add(r.RecordedAt, map[reporting.Dimension]string{
			reporting.Outcome: string(r.Outcome()), reporting.Source: r.Source, reporting.Synthetic: synthetic, reporting.Waited: strconv.Itoa(r.Waited),
			reporting.Purposes: purposes, reporting.Services: services, reporting.Notice: r.Notice, reporting.Locale: r.Locale, reporting.Regime: r.Regime,
			reporting.Page: r.Page, reporting.Country: r.Country, reporting.Device: r.Device, reporting.Browser: r.Browser,
		}, 1, 0)
	}
	return n.list()
}

func (h *history) recountExposures(q reporting.Question) []reporting.Cell {
	n := naive{q: q, cells: map[string]*reporting.Cell{}}
	for _, c := range h.exposed {
		n.add(time.Unix(c.Slot*900, 0), map[reporting.Dimension]string{
			reporting.Event: c.Event, reporting.Notice: c.Notice, reporting.Locale: c.Locale, reporting.Regime: c.Regime,
			reporting.Page: c.Page, reporting.Country: c.Country, reporting.Device: c.Device, reporting.Browser: c.Browser,
		}, c.Views, c.Visitors)
	}
	return n.list()
}
