package site_test

import (
	"context"
	"errors"
	"log/slog"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"assent/schemas"
	"assent/server/internal/consent"
	"assent/server/internal/site"
)

// trying is a site with a draft of another look and wording, and what it takes to try it.
type trying struct {
	site.Publisher
	t    *testing.T
	site schemas.Site
}

func newTrying(t *testing.T) *trying {
	p := newPublisher(t)
	added, err := p.Add(t.Context(), site.New{Name: "Shop", Origins: []string{"https://shop.example"}, Notice: schemas.Notice{Services: []schemas.Service{{ID: "youtube"}}}})
	if err != nil {
		t.Fatal(err)
	}
	return &trying{Publisher: p, t: t, site: added}
}

// draft changes the draft and returns its revision.
func (s *trying) draft(change func(n *schemas.Notice)) int {
	s.t.Helper()
	r, err := s.Review(s.t.Context(), s.site.ID)
	if err != nil {
		s.t.Fatal(err)
	}
	next := r.Draft.Notice
	change(&next)
	if r, err = s.Write(s.t.Context(), s.site.ID, r.Draft.Revision, next, "ada@shop.example"); err != nil {
		s.t.Fatal(err)
	}
	return r.Draft.Revision
}

func half(notices ...string) schemas.ExperimentOrder {
	order := schemas.ExperimentOrder{}
	for _, notice := range notices {
		order.Variants = append(order.Variants, schemas.VariantOrder{Notice: notice, Share: 50 / len(notices)})
	}
	return order
}

// start tries the draft of another accent.
func (s *trying) start(accent string) schemas.Experiment {
	s.t.Helper()
	revision := s.draft(func(n *schemas.Notice) { n.Look.Accent = accent })
	started, err := s.StartExperiment(s.t.Context(), s.site.ID, half(""), revision, "ada@shop.example")
	if err != nil {
		s.t.Fatal(err)
	}
	e, runs := site.Running(started)
	if !runs {
		s.t.Fatalf("nothing runs at %+v", started)
	}
	s.wantStored(started)
	return e
}

func (s *trying) wantStored(want schemas.Site) {
	s.t.Helper()
	stored, err := s.Registry.Site(s.t.Context(), s.site.ID)
	if err != nil || len(stored.Experiments) != len(want.Experiments) || stored.Notice != want.Notice {
		s.t.Errorf("stored %+v, %v, want %+v", stored, err, want)
	}
}

func TestAnExperimentIsStartedAndEnded(t *testing.T) {
	s := newTrying(t)
	e := s.start("#123456")
	if e.Control != s.site.Notice || len(e.Variants) != 1 || e.Variants[0].Share != 50 || e.StartedBy != "ada@shop.example" || e.StartedAt.IsZero() {
		t.Errorf("started %+v", e)
	}
	catalog, err := site.OpenCatalog(t.Context(), s.Registry, s.Archive)
	if err != nil {
		t.Fatal(err)
	}
	for arm, want := range []string{e.Control, e.Variants[0].Notice, e.Control} {
		if id, n, err := catalog.Arm(t.Context(), s.site.ID, arm); id != want || err != nil || (n.Look.Accent == "#123456") != (arm == 1) {
			t.Errorf("arm %d is shown %s, %+v, %v", arm, id, n.Look, err)
		}
	}
	if _, err := s.StartExperiment(t.Context(), s.site.ID, half(e.Variants[0].Notice), 0, ""); detailOf(err) == "" {
		t.Errorf("a second one at once: %v", err)
	}
	ended, err := s.EndExperiment(t.Context(), s.site.ID, e.ID, "bob@shop.example")
	if err != nil || ended.Notice != e.Control || ended.Experiments[0].EndedBy != "bob@shop.example" || ended.Experiments[0].EndedAt.IsZero() {
		t.Errorf("ended %+v, %v", ended, err)
	}
	if _, err := s.EndExperiment(t.Context(), s.site.ID, e.ID, ""); !errors.Is(err, consent.ErrConflict) {
		t.Errorf("ended again: %v", err)
	}
	// What was tried may be tried again, and published.
	if _, err := s.StartExperiment(t.Context(), s.site.ID, half(e.Variants[0].Notice), 0, ""); err != nil {
		t.Errorf("the same again: %v", err)
	}
}

func TestAdoptingAVariantEndsItsExperiment(t *testing.T) {
	s := newTrying(t)
	e := s.start("#123456")
	if _, err := s.Adopt(t.Context(), s.site.ID, e.ID, e.Control, ""); detailOf(err) == "" {
		t.Errorf("adopted the control: %v", err)
	}
	adopted, err := s.Adopt(t.Context(), s.site.ID, e.ID, e.Variants[0].Notice, "ada@shop.example")
	if err != nil || adopted.Notice != e.Variants[0].Notice || adopted.Experiments[0].Adopted != adopted.Notice {
		t.Fatalf("adopted %+v, %v", adopted, err)
	}
	s.wantStored(adopted)
	if _, runs := site.Running(adopted); runs {
		t.Error("it goes on")
	}
	list, err := s.Publications(t.Context(), adopted)
	if err != nil || list[len(list)-1].Notice != adopted.Notice || list[len(list)-1].By != "ada@shop.example" {
		t.Errorf("publications %+v, %v", list, err)
	}
	if r, err := s.Review(t.Context(), s.site.ID); err != nil || len(r.Differences) != 0 {
		t.Errorf("the draft that was adopted differs by %+v, %v", r.Differences, err)
	}
}

func TestAnotherPublicationEndsTheExperiment(t *testing.T) {
	s := newTrying(t)
	e := s.start("#123456")
	renamed, err := s.Change(t.Context(), s.site.ID, site.Change{Name: "New name"})
	if _, runs := site.Running(renamed); err != nil || !runs {
		t.Errorf("another name ended it: %+v, %v", renamed, err)
	}
	changed, err := s.Change(t.Context(), s.site.ID, site.Change{Notice: &schemas.Notice{LifetimeDays: 30}})
	if err != nil {
		t.Fatal(err)
	}
	if got, runs := site.Running(changed); runs || got.ID != e.ID || got.Adopted != "" {
		t.Errorf("after another publication: %+v", changed.Experiments)
	}
	s.wantStored(changed)
}

// A variant that the lint forbids is not shown to anybody, and nor is one that asks for something else.
func TestWhatCannotBeTried(t *testing.T) {
	for name, c := range map[string]struct {
		change  func(n *schemas.Notice)
		pointer string
	}{
		"a refusal to read through": {func(n *schemas.Notice) {
			n.Texts = map[string]map[string]string{"en": {"action.reject-all": "Reject all and miss what makes this shop a pleasure"}}
		}, "/texts/en/action.reject-all"},
		"texts that nobody can read": {func(n *schemas.Notice) { n.Look.Text = "#999999" }, "/look"},
		"nobody named": {func(n *schemas.Notice) {
			n.Services = append(n.Services, schemas.Service{ID: "own", Name: "Own", Purpose: "marketing"})
		}, "/services/1/provider"},
		"another service":  {func(n *schemas.Notice) { n.Services = append(n.Services, schemas.Service{ID: "vimeo"}) }, "/services/vimeo"},
		"another lifetime": {func(n *schemas.Notice) { n.LifetimeDays = 30 }, "/lifetimeDays"},
		"nothing":          {func(*schemas.Notice) {}, "/variants/0/notice"},
	} {
		s := newTrying(t)
		revision := s.draft(c.change)
		_, err := s.StartExperiment(t.Context(), s.site.ID, half(""), revision, "")
		var invalid *consent.InvalidError
		if !errors.As(err, &invalid) || !slices.ContainsFunc(invalid.Faults, func(f schemas.Fault) bool { return strings.HasPrefix(f.Pointer, c.pointer) }) {
			t.Errorf("%s: %v", name, err)
		}
		s.wantStored(s.site)
	}
}

func TestSharesLeaveSomebodyToTheControl(t *testing.T) {
	s := newTrying(t)
	for name, shares := range map[string][]int{"none": {}, "all": {100}, "all together": {50, 50}, "nobody": {0}, "too many": {10, 10, 10, 10}, "huge": {1 << 62, 1 << 62}} {
		order := schemas.ExperimentOrder{}
		for _, share := range shares {
			order.Variants = append(order.Variants, schemas.VariantOrder{Share: share})
		}
		if _, err := s.StartExperiment(t.Context(), s.site.ID, order, 0, ""); detailOf(err) == "" {
			t.Errorf("%s: %v", name, err)
		}
	}
	if _, err := s.StartExperiment(t.Context(), s.site.ID, half("nobody's"), 0, ""); !errors.Is(err, consent.ErrNotFound) {
		t.Errorf("a notice that was never shown: %v", err)
	}
	revision := s.draft(func(n *schemas.Notice) { n.Look.Accent = "#123456" })
	if _, err := s.StartExperiment(t.Context(), s.site.ID, half(""), revision-1, ""); !errors.Is(err, consent.ErrConflict) {
		t.Errorf("a draft that somebody changed: %v", err)
	}
	if _, err := s.StartExperiment(t.Context(), s.site.ID, half("", ""), revision, ""); detailOf(err) == "" {
		t.Errorf("the same twice: %v", err)
	}
}

func TestAVariantThatCannotBeBuiltIsNotShown(t *testing.T) {
	s := newTrying(t)
	broken := errors.New("broken")
	s.Try = func(string, string, schemas.Notice) error { return broken }
	revision := s.draft(func(n *schemas.Notice) { n.Look.Accent = "#123456" })
	if _, err := s.StartExperiment(t.Context(), s.site.ID, half(""), revision, ""); !errors.Is(err, broken) {
		t.Errorf("started: %v", err)
	}
}

// A decision on a variant can be recorded while the store is away: its notice is in memory by then.
func TestVariantsAreReadAhead(t *testing.T) {
	s := newTrying(t)
	e := s.start("#123456")
	archive := &counted{Archive: s.Archive}
	catalog, err := site.OpenCatalog(t.Context(), s.Registry, archive)
	if err != nil {
		t.Fatal(err)
	}
	go catalog.Watch(t.Context(), slog.New(slog.DiscardHandler))
	for deadline := time.Now().Add(time.Minute); archive.reads.Load() < 2; time.Sleep(10 * time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatalf("%d notices were read of those that visitors are shown", archive.reads.Load())
		}
	}
	// What was read is in memory a moment later. From here on nothing else can be read.
	archive.gone.Store(true)
	for _, notice := range []string{e.Control, e.Variants[0].Notice} {
		var err error
		for deadline := time.Now().Add(time.Minute); time.Now().Before(deadline); time.Sleep(10 * time.Millisecond) {
			if _, err = catalog.Notice(t.Context(), s.site.ID, notice); err == nil {
				break
			}
		}
		if err != nil {
			t.Errorf("%s is not in memory: %v", notice, err)
		}
	}
}

// counted is an Archive that knows how many notices were read, and can be away.
type counted struct {
	site.Archive
	reads atomic.Int32
	gone  atomic.Bool
}

func (c *counted) Notice(ctx context.Context, site, id string) ([]byte, error) {
	if c.gone.Load() {
		return nil, consent.ErrUnavailable
	}
	document, err := c.Archive.Notice(ctx, site, id)
	c.reads.Add(1)
	return document, err
}

func detailOf(err error) string {
	var invalid *consent.InvalidError
	if errors.As(err, &invalid) {
		return invalid.Faults[0].Detail
	}
	return ""
}
