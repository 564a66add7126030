package rightstest

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"testing"
	"time"

	"github.com/google/uuid"

	"assent/server/internal/consent"
	"assent/server/internal/recording"
	"assent/server/internal/recording/recordingtest"
	"assent/server/internal/rights"
	"assent/server/internal/shipping"
)

// Journal and Ledger are what a pair is made of.
type (
	Journal interface {
		recording.Journal
		shipping.Outbox
		shipping.Retaining
		rights.Journal
	}
	Ledger interface {
		shipping.Ledger
		Trail
		rights.Ledger
	}
)

// Parts are a pair under test, which nobody ships.
type Parts struct {
	Journal Journal
	Ledger  Ledger
	Folders []string
}

// TestPair runs the cases in which something fails, or comes late.
func TestPair(t *testing.T, open func(t *testing.T) Parts) {
	for name, test := range map[string]func(*testing.T, Parts){
		"a step that fails is completed by another instance": leftHalfway,
		"a step that fails is completed when asked again":    askedAgain,
		"what nobody ships is told":                          notShipped,
		"a shipper that hung brings nothing back":            hungShipper,
		"what the ledger refused goes too":                   refusedGoes,
		"two at once":                                        twoAtOnce,
	} {
		t.Run(name, func(t *testing.T) { test(t, open(t)) })
	}
}

// TestSpooled runs the case of journals that decisions may come to from spools.
func TestSpooled(t *testing.T, open func(t *testing.T) Parts) {
	t.Run("a spool that comes late brings nothing back", func(t *testing.T) { lateSpool(t, open(t)) })
}

func (p Parts) pair() rights.Pair {
	return rights.Pair{Journal: p.Journal, Ledger: p.Ledger, Log: slog.New(slog.DiscardHandler), Now: time.Now}
}

// ship carries everything that waits, by a shipper of its own. What the last one held is free a moment after it ended.
func (p Parts) ship(t *testing.T, ledger shipping.Ledger) {
	t.Helper()
	shipper := shipping.New(p.Journal, ledger, shipping.Options{Holder: uuid.NewString(), Log: slog.New(slog.DiscardHandler)})
	for {
		if err := shipper.Drain(t.Context()); err != nil {
			t.Fatal(err)
		}
		if lag, err := shipper.Lag(t.Context()); err != nil || lag.Rows == 0 {
			if err != nil {
				t.Fatal(err)
			}
			return
		}
	}
}

// eraser has the pair's way to erase.
func eraser(pair rights.Pair) rights.Eraser { return rights.Eraser{Trail: pair, Now: time.Now} }

// faulty fails at one step, once.
type faulty struct {
	Journal
	Ledger
	step string
	left int
}

var errFault = errors.New("connection reset")

func (f *faulty) fail(step string) error {
	if step == f.step && f.left > 0 {
		f.left--
		return errFault
	}
	return nil
}

func (f *faulty) Drained(ctx context.Context, order rights.Order) (bool, error) {
	if err := f.fail("Drained"); err != nil {
		return false, err
	}
	return f.Journal.Drained(ctx, order)
}

func (f *faulty) ForgetErased(ctx context.Context, order rights.Order) error {
	if err := f.fail("ForgetErased"); err != nil {
		return err
	}
	return f.Journal.ForgetErased(ctx, order)
}

func (f *faulty) EndErasure(ctx context.Context, order rights.Order) error {
	if err := f.fail("EndErasure"); err != nil {
		return err
	}
	return f.Journal.EndErasure(ctx, order)
}

func (f *faulty) DecisionsOf(ctx context.Context, site, subject string, until time.Time) ([]uuid.UUID, error) {
	if err := f.fail("DecisionsOf"); err != nil {
		return nil, err
	}
	return f.Ledger.DecisionsOf(ctx, site, subject, until)
}

func (f *faulty) RemoveDecisions(ctx context.Context, site, subject string, until time.Time) error {
	if err := f.fail("RemoveDecisions"); err != nil {
		return err
	}
	return f.Ledger.RemoveDecisions(ctx, site, subject, until)
}

var steps = []string{"Drained", "DecisionsOf", "RemoveDecisions", "ForgetErased", "EndErasure"}

// interrupt erases s1's decisions with a fault at the step.
func (p Parts) interrupt(t *testing.T, site, step string) {
	t.Helper()
	pair := p.pair()
	parts := &faulty{Journal: p.Journal, Ledger: p.Ledger, step: step, left: 1}
	pair.Journal, pair.Ledger = parts, parts
	if _, err := eraser(pair).Erase(t.Context(), site, "s1", rights.ByVisitor); !errors.Is(err, errFault) {
		t.Fatalf("a fault at %s: %v", step, err)
	}
	open, err := p.Journal.OpenErasures(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if len(open) != 1 {
		t.Errorf("a fault at %s: %d orders are open, want 1", step, len(open))
	}
	if step != "EndErasure" && !slices.ContainsFunc(open, func(o rights.Order) bool { return o.Site == site && o.Subject == "s1" && o.Reason == rights.ByVisitor }) {
		t.Errorf("a fault at %s: the order is not noted: %+v", step, open)
	}
}

func (p Parts) wantNoOrder(t *testing.T) {
	t.Helper()
	if open, err := p.Journal.OpenErasures(t.Context()); err != nil || len(open) != 0 {
		t.Errorf("orders are open: %+v, %v", open, err)
	}
}

// leftHalfway has another instance complete the order, after the visitor decided anew.
func leftHalfway(t *testing.T, p Parts) {
	for _, step := range steps {
		site := recordingtest.Site()
		Record(t, p.Journal, recordingtest.Decision(site, "s1"))
		other := Record(t, p.Journal, recordingtest.Decision(site, "s2"))
		p.ship(t, p.Ledger)
		p.interrupt(t, site, step)
		after := Record(t, p.Journal, recordingtest.Refusal(site, "s1"))
		p.ship(t, p.Ledger)
		if err := p.pair().Finish(t.Context(), time.Now().Add(time.Minute)); err != nil {
			t.Fatal(err)
		}
		WantTrail(t, p.Ledger, site, append(other, after...)...)
		WantChoice(t, p.Journal, site, "s1", &after[0])
		WantChoice(t, p.Journal, site, "s2", &other[0])
		p.wantNoOrder(t)
	}
}

func askedAgain(t *testing.T, p Parts) {
	for _, step := range steps {
		site := recordingtest.Site()
		Record(t, p.Journal, recordingtest.Decision(site, "s1"))
		other := Record(t, p.Journal, recordingtest.Decision(site, "s2"))
		p.ship(t, p.Ledger)
		p.interrupt(t, site, step)
		if _, err := eraser(p.pair()).Erase(t.Context(), site, "s1", rights.ByVisitor); err != nil {
			t.Fatal(err)
		}
		WantTrail(t, p.Ledger, site, other...)
		WantChoice(t, p.Journal, site, "s1", nil)
		p.wantNoOrder(t)
	}
}

// notShipped asks while decisions wait that no shipper can carry.
func notShipped(t *testing.T, p Parts) {
	site := recordingtest.Site()
	mine := Record(t, p.Journal, recordingtest.Decision(site, "s1"))
	ctx, cancel := context.WithTimeout(t.Context(), time.Second)
	defer cancel()
	if _, err := eraser(p.pair()).Erase(ctx, site, "s1", rights.ByVisitor); !errors.Is(err, consent.ErrUnavailable) {
		t.Errorf("%v, want it unavailable", err)
	}
	p.ship(t, p.Ledger)
	if found, err := p.Ledger.Find(t.Context(), mine[0].ID.String()); err != nil || len(found) != 1 {
		t.Errorf("%d, %v: nothing reached the ledger that could be erased", len(found), err)
	}
	if err := p.pair().Finish(t.Context(), time.Now().Add(time.Minute)); err != nil {
		t.Fatal(err)
	}
	WantTrail(t, p.Ledger, site)
	WantChoice(t, p.Journal, site, "s1", nil)
	p.wantNoOrder(t)
}

// lateSpool hands over what was stamped before the erasure, and something later.
func lateSpool(t *testing.T, p Parts) {
	site := recordingtest.Site()
	first := Record(t, p.Journal, recordingtest.Decision(site, "s1"))
	p.ship(t, p.Ledger)
	waiting := recordingtest.Decision(site, "s1")
	waiting.RecordedAt = first[0].RecordedAt.Add(time.Microsecond)
	Erase(t, eraser(p.pair()), site, "s1", 1)
	later := recordingtest.Refusal(site, "s1")
	later.RecordedAt = time.Now().Add(time.Second).UTC().Truncate(time.Microsecond)
	other := recordingtest.Decision(site, "s2")
	other.RecordedAt = waiting.RecordedAt
	Record(t, p.Journal, waiting, other, later)
	p.ship(t, p.Ledger)
	WantTrail(t, p.Ledger, site, other, later)
	WantChoice(t, p.Journal, site, "s1", &later)
}

// hungShipper inserts, and compares, what others have shipped and erased meanwhile.
func hungShipper(t *testing.T, p Parts) {
	site := recordingtest.Site()
	mine := Record(t, p.Journal, recordingtest.Decision(site, "s1"))
	other := Record(t, p.Journal, recordingtest.Decision(site, "s2"))
	p.ship(t, p.Ledger)
	Erase(t, eraser(p.pair()), site, "s1", 1)
	after := Record(t, p.Journal, recordingtest.Decision(site, "s1"))
	batch := shipping.Batch{Token: "hung" + site, Records: append(mine, other...)}
	if err := p.pair().Guard(p.Ledger).Append(t.Context(), batch); err != nil {
		t.Fatal(err)
	}
	p.ship(t, p.pair().Guard(p.Ledger))
	WantTrail(t, p.Ledger, site, append(other, after...)...)
	if search, ok := p.Ledger.(shipping.Searchable); ok {
		missing, err := p.pair().GuardSearch(search).Missing(t.Context(), append(batch.Records, after...))
		if err != nil || len(missing) != 0 {
			t.Errorf("%d are missed, %v", len(missing), err)
		}
	}
}

// picky refuses a subject's decisions.
type picky struct {
	Ledger
	subject string
}

func (l picky) Append(ctx context.Context, batch shipping.Batch) error {
	if slices.ContainsFunc(batch.Records, func(r consent.Record) bool { return r.Subject == l.subject }) {
		return fmt.Errorf("it does not fit: %w", shipping.ErrRejected)
	}
	return l.Ledger.Append(ctx, batch)
}

func refusedGoes(t *testing.T, p Parts) {
	site := recordingtest.Site()
	mine := canaryDecision(site)
	Record(t, p.Journal, mine, recordingtest.Decision(site, "s2"))
	p.ship(t, picky{p.Ledger, mine.Subject})
	if canaries(t, p.Folders) == 0 {
		t.Fatal("nothing is there to be erased")
	}
	Erase(t, eraser(p.pair()), site, mine.Subject, 0)
	if hits := canaries(t, p.Folders); hits > 0 {
		t.Errorf("the files still have it %d times", hits)
	}
}

func twoAtOnce(t *testing.T, p Parts) {
	site := recordingtest.Site()
	Record(t, p.Journal, recordingtest.Decision(site, "s1"))
	other := Record(t, p.Journal, recordingtest.Decision(site, "s2"))
	p.ship(t, p.Ledger)
	failures := make(chan error, 4)
	for range cap(failures) {
		go func() {
			_, err := eraser(p.pair()).Erase(t.Context(), site, "s1", rights.ByVisitor)
			failures <- err
		}()
	}
	for range cap(failures) {
		if err := <-failures; err != nil {
			t.Error(err)
		}
	}
	WantTrail(t, p.Ledger, site, other...)
	p.wantNoOrder(t)
}
