package exposure

import (
	"context"
	"log/slog"
	"sync"
	"time"
)

const (
	// interval is how long exposures wait in memory. A server that is killed loses those: a counter is no proof.
	interval = time.Second
	// mostKeys and mostMarks bound the memory while the store is away; what comes beyond is dropped.
	mostKeys, mostMarks = 20_000, 200_000
	// mostPages bounds what anybody can make up: beyond so many pages of a site in an hour all count as OtherPage.
	mostPages = 1000

	// Slot is the length of time that is counted as one.
	Slot = 15 * time.Minute
	// OtherPage is the page of those beyond the pages that are kept apart.
	OtherPage = "*"
	// MostVisitors is how many visitors of a site are told apart on a day, each event by itself. Later ones are not counted.
	MostVisitors = 200_000
)

// Key is what is counted.
type Key struct {
	Site                                                          string
	Slot                                                          int64 // Slots since 1970.
	Event, Notice, Locale, Regime, Page, Country, Device, Browser string
}

// Count is how often a Key was told, and by how many visitors who had not told the event on that UTC day.
type Count struct {
	Key
	Views, Visitors int
}

// Store keeps the counters. exposuretest holds implementations to the same numbers.
type Store interface {
	// AddExposures adds to the counters, all or none.
	AddExposures(ctx context.Context, counts []Count) error
}

// Visitors keeps who was counted on a day. exposuretest holds implementations to it.
type Visitors interface {
	// MarkVisitors keeps the marks, which all differ, and returns those that a site's day (YYYY-MM-DD, UTC) did not have.
	// When it has as many as most, none is new. Days before the last two are forgotten.
	MarkVisitors(ctx context.Context, site, day string, marks []Mark, most int) ([]Mark, error)
}

// Counter gathers exposures in memory, so that a request costs no write, and adds them to a store.
type Counter struct {
	store    Store
	visitors Visitors
	log      *slog.Logger
	mu       sync.Mutex
	waiting  map[Key]*waiting
	marks    int
	pages    map[sitePage]bool // Of the hour.
	perSite  map[string]int
	hour     int64
}

type waiting struct {
	views, visitors int
	marks           []Mark
}

type sitePage struct{ site, page string }

// NewCounter returns a counter that writes while Run runs.
func NewCounter(store Store, visitors Visitors, log *slog.Logger) *Counter {
	return &Counter{store: store, visitors: visitors, log: log, waiting: map[Key]*waiting{}}
}

// SlotOf returns the slot that an instant lies in.
func SlotOf(at time.Time) int64 { return at.Unix() / int64(Slot/time.Second) }

// Add counts what one page told. A nil mark counts no visitor.
func (c *Counter) Add(key Key, mark *Mark) {
	c.mu.Lock()
	defer c.mu.Unlock()
	key.Page = c.pageOf(key)
	w := c.waiting[key]
	if w == nil {
		if len(c.waiting) >= mostKeys {
			return
		}
		w = &waiting{}
		c.waiting[key] = w
	}
	w.views++
	if mark != nil && c.marks < mostMarks {
		w.marks = append(w.marks, *mark)
		c.marks++
	}
}

// pageOf keeps the first pages of a site in each hour apart.
func (c *Counter) pageOf(key Key) string {
	if hour := key.Slot / 4; hour != c.hour {
		c.hour, c.pages, c.perSite = hour, map[sitePage]bool{}, map[string]int{}
	}
	page := sitePage{key.Site, key.Page}
	if c.pages[page] {
		return key.Page
	}
	if c.perSite[key.Site] >= mostPages {
		return OtherPage
	}
	c.pages[page] = true
	c.perSite[key.Site]++
	return key.Page
}

// Run writes every second until ctx ends, and then once more.
func (c *Counter) Run(ctx context.Context) {
	ticker := time.NewTicker(interval)
	defer ticker.Stop()
	for {
		select {
		case <-ctx.Done():
			last, cancel := context.WithTimeout(context.WithoutCancel(ctx), 3*interval)
			defer cancel()
			c.try(last)
			return
		case <-ticker.C:
			c.try(ctx)
		}
	}
}

func (c *Counter) try(ctx context.Context) {
	if err := c.Flush(ctx); err != nil {
		c.log.WarnContext(ctx, "exposures could not be written; they wait for the next attempt", "error", err)
	}
}

// Flush writes what waits. On an error it waits on.
func (c *Counter) Flush(ctx context.Context) error {
	c.mu.Lock()
	taken := c.waiting
	c.waiting, c.marks = map[Key]*waiting{}, 0
	c.mu.Unlock()
	if len(taken) == 0 {
		return nil
	}
	err := c.countVisitors(ctx, taken)
	if err == nil {
		counts := make([]Count, 0, len(taken))
		for key, w := range taken {
			counts = append(counts, Count{Key: key, Views: w.views, Visitors: w.visitors})
		}
		err = c.store.AddExposures(ctx, counts)
	}
	if err != nil {
		c.putBack(taken)
	}
	return err
}

// countVisitors turns marks into numbers. A visitor who told an event twice counts with one of both.
func (c *Counter) countVisitors(ctx context.Context, taken map[Key]*waiting) error {
	type siteDay struct{ site, day string }
	holders := map[siteDay]map[Mark]*waiting{}
	for key, w := range taken {
		at := siteDay{key.Site, DayOf(key.Slot)}
		if holders[at] == nil {
			holders[at] = map[Mark]*waiting{}
		}
		for _, mark := range w.marks {
			holders[at][mark] = w
		}
	}
	for at, marks := range holders {
		if len(marks) == 0 {
			continue
		}
		list := make([]Mark, 0, len(marks))
		for mark := range marks {
			list = append(list, mark)
		}
		fresh, err := c.visitors.MarkVisitors(ctx, at.site, at.day, list, MostVisitors)
		if err != nil {
			return err
		}
		for _, mark := range fresh {
			marks[mark].visitors++
		}
		for key, w := range taken {
			if key.Site == at.site && DayOf(key.Slot) == at.day {
				w.marks = nil // They are in the number now, whatever becomes of the counters.
			}
		}
	}
	return nil
}

// DayOf returns the UTC day of a slot as YYYY-MM-DD.
func DayOf(slot int64) string {
	return time.Unix(slot*int64(Slot/time.Second), 0).UTC().Format(time.DateOnly)
}

func (c *Counter) putBack(taken map[Key]*waiting) {
	c.mu.Lock()
	defer c.mu.Unlock()
	for key, w := range taken {
		known := c.waiting[key]
		if known == nil {
			if len(c.waiting) < mostKeys {
				c.waiting[key] = w
				c.marks += len(w.marks)
			}
			continue
		}
		known.views += w.views
		known.visitors += w.visitors
		known.marks = append(known.marks, w.marks...)
		c.marks += len(w.marks)
	}
}
