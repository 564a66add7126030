package demodata

import (
	"context"
	"embed"
	"encoding/json"
	"fmt"
	"time"

	"assent/schemas"
	"assent/server/internal/site"
)

// notices are what the shop showed one after the other.
//
//go:embed notices/*.json
var notices embed.FS

// version is a notice, when it came, and how visitors took it.
type version struct {
	file string
	from float64 // Part of the whole time after which it was published.
	at   time.Duration
	manner
}

// manner is how those who are asked under opt-in behave.
type manner struct {
	ignore, accept, refuse float64 // Of those asked, and then of those who answer; the rest chooses.
	open                   float64 // Of those asked who look into the preferences without need.
	seconds                float64 // That half of them take.
}

// versions tell a story: the second one is long and garish, and is taken back after some days.
var versions = []version{
	{file: "1-first", from: 0, manner: manner{ignore: 0.21, accept: 0.55, refuse: 0.31, open: 0.05, seconds: 6}},
	{file: "2-wordy", from: 0.46, at: 10*time.Hour + 20*time.Minute, manner: manner{ignore: 0.43, accept: 0.29, refuse: 0.53, open: 0.11, seconds: 15}},
	{file: "3-short", from: 0.62, at: 15*time.Hour + 5*time.Minute, manner: manner{ignore: 0.16, accept: 0.60, refuse: 0.25, open: 0.06, seconds: 5}},
}

// shown is a version that was published.
type shown struct {
	manner
	since  time.Time
	notice *schemas.Notice
	id     string
}

// publish makes the site and publishes each version at its time.
func publish(ctx context.Context, p site.Publisher, c calendar) ([]shown, error) {
	var all []shown
	for i, v := range versions {
		written, err := notices.ReadFile("notices/" + v.file + ".json")
		if err != nil {
			return nil, fmt.Errorf("read a notice of the demo data: %w", err)
		}
		notice, err := site.DecodeNotice(written)
		if err != nil {
			return nil, fmt.Errorf("notice %s: %w", v.file, err)
		}
		since := c.midnight(int(v.from * float64(c.days))).Add(v.at)
		p.Now = func() time.Time { return since }
		var published schemas.Site
		if i == 0 {
			published, err = p.Add(ctx, site.New{ID: Site, Name: name, Origins: []string{origin}, TimeZone: zone, Demo: true, Notice: notice})
		} else {
			published, err = p.Change(ctx, Site, site.Change{Notice: &notice})
		}
		if err != nil {
			return nil, fmt.Errorf("publish %s: %w", v.file, err)
		}
		document, err := p.Archive.Notice(ctx, Site, published.Notice)
		if err != nil {
			return nil, err
		}
		complete := &schemas.Notice{}
		if err := json.Unmarshal(document, complete); err != nil {
			return nil, fmt.Errorf("decode notice %s: %w", v.file, err)
		}
		all = append(all, shown{manner: v.manner, since: since, notice: complete, id: published.Notice})
	}
	return all, nil
}
