package moving

import (
	"context"
	"maps"
	"slices"
	"time"

	"assent/schemas"
	"assent/server/internal/exposure"
	"assent/server/internal/reporting"
)

// Exposures is the kind of what pages told of their notice.
const Exposures = "exposures"

// Counters keeps exposures. What is added to a counter is never taken away.
type Counters interface {
	exposure.Store
	CountExposures(ctx context.Context, q reporting.Question) ([]reporting.Cell, error)
}

// exposed is an exposure.Count as backups have it.
type exposed struct {
	Site     string `json:"site"`
	Slot     int64  `json:"slot"`
	Event    string `json:"event"`
	Notice   string `json:"notice"`
	Locale   string `json:"locale,omitempty"`
	Regime   string `json:"regime"`
	Page     string `json:"page,omitempty"`
	Country  string `json:"country,omitempty"`
	Device   string `json:"device,omitempty"`
	Browser  string `json:"browser,omitempty"`
	Views    int    `json:"views"`
	Visitors int    `json:"visitors,omitempty"`
}

func exposureItem(c exposure.Count) Item {
	return Item{Exposure: &exposed{c.Site, c.Slot, c.Event, c.Notice, c.Locale, c.Regime, c.Page, c.Country, c.Device, c.Browser, c.Views, c.Visitors}}
}

func (e exposed) count() exposure.Count {
	return exposure.Count{Views: e.Views, Visitors: e.Visitors, Key: exposure.Key{Site: e.Site, Slot: e.Slot, Event: e.Event, Notice: e.Notice,
		Locale: e.Locale, Regime: e.Regime, Page: e.Page, Country: e.Country, Device: e.Device, Browser: e.Browser}}
}

// readExposures goes from day to day, so that it takes the memory of one.
func (p Place) readExposures(ctx context.Context, sites []schemas.Site, do func(Item) error) error {
	for _, s := range sites {
		hours, err := p.Back.CountExposures(ctx, reporting.Question{Site: s.ID, From: time.Unix(0, 0), To: time.Now().AddDate(1, 0, 0).Truncate(time.Hour), Each: time.Hour})
		if err != nil {
			return err
		}
		days := map[string]bool{}
		for _, hour := range hours {
			days[hour.At.UTC().Format(time.DateOnly)] = true
		}
		for _, day := range slices.Sorted(maps.Keys(days)) {
			counts, err := p.exposures(ctx, s.ID, day)
			if err != nil {
				return err
			}
			for _, c := range counts {
				if err := do(exposureItem(c)); err != nil {
					return err
				}
			}
		}
	}
	return nil
}

// exposures returns a site's counters of a UTC day.
func (p Place) exposures(ctx context.Context, site, day string) (map[exposure.Key]exposure.Count, error) {
	from, err := time.Parse(time.DateOnly, day)
	if err != nil {
		return nil, err
	}
	by := []reporting.Dimension{reporting.Event, reporting.Notice, reporting.Locale, reporting.Regime, reporting.Page, reporting.Country, reporting.Device, reporting.Browser}
	cells, err := p.Back.CountExposures(ctx, reporting.Question{Site: site, From: from, To: from.AddDate(0, 0, 1), Each: reporting.Slot, By: by})
	if err != nil {
		return nil, err
	}
	counts := make(map[exposure.Key]exposure.Count, len(cells))
	for _, cell := range cells {
		v := cell.Values
		key := exposure.Key{Site: site, Slot: exposure.SlotOf(cell.At), Event: v[0], Notice: v[1], Locale: v[2], Regime: v[3], Page: v[4], Country: v[5], Device: v[6], Browser: v[7]}
		counts[key] = exposure.Count{Key: key, Views: cell.N, Visitors: cell.Visitors}
	}
	return counts, nil
}

// putExposure gathers the counters of a day of a site, which come one after the other.
func (w *writer) putExposure(ctx context.Context, c exposure.Count) error {
	if len(w.exposures) > 0 && (w.exposures[0].Site != c.Site || exposure.DayOf(w.exposures[0].Slot) != exposure.DayOf(c.Slot)) {
		if err := w.addExposures(ctx); err != nil {
			return err
		}
	}
	w.exposures = append(w.exposures, c)
	return nil
}

// addExposures raises each counter to what it was, so that a second time adds nothing.
func (w *writer) addExposures(ctx context.Context) error {
	if len(w.exposures) == 0 {
		return nil
	}
	there, err := w.to.exposures(ctx, w.exposures[0].Site, exposure.DayOf(w.exposures[0].Slot))
	if err != nil {
		return err
	}
	var missing []exposure.Count
	for _, c := range w.exposures {
		known := there[c.Key]
		c.Views, c.Visitors = max(c.Views-known.Views, 0), max(c.Visitors-known.Visitors, 0)
		if c.Views > 0 || c.Visitors > 0 {
			missing = append(missing, c)
		}
	}
	w.exposures = w.exposures[:0]
	if len(missing) == 0 {
		return nil
	}
	return w.to.Back.AddExposures(ctx, missing)
}
