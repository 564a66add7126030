// Package sighting counts which third parties visitors' browsers met on a site's pages, so that its owner sees what
// auto-block would hold back before switching it on.
package sighting

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/santhosh-tekuri/jsonschema/v6"

	"assent/schemas"
	"assent/server/internal/consent"
)

const (
	// MaxHosts is how many hosts are kept per site: anybody can send names, and the list is read by a person.
	MaxHosts = 500
	// Other is the host under which those beyond MaxHosts are counted.
	Other = "*"
	// KeepDays is how long a counter is kept.
	KeepDays = 90
)

// Key is what is counted.
type Key struct {
	Site, Day           string // Day as YYYY-MM-DD, UTC.
	Host, Kind, Service string
}

// Count is how many page views told a Key.
type Count struct {
	Key
	Pages int
}

// Store keeps the counters. sightingtest holds implementations to the same numbers.
type Store interface {
	// AddSightings adds to the counters, of each site all or none: after an error those of some sites may be in. Hosts beyond MaxHosts of a site count as Other, without service,
	// and days KeepDays before the latest given one are forgotten.
	AddSightings(ctx context.Context, counts []Count) error
	// Sightings returns a site's counters in any order.
	Sightings(ctx context.Context, site string) ([]Count, error)
}

// Day returns the UTC day of an instant, as in Key.
func Day(t time.Time) string { return t.UTC().Format(time.DateOnly) }

// FirstKept returns the first day that is kept beside the latest of counts.
func FirstKept(counts []Count) string {
	latest := ""
	for _, c := range counts {
		latest = max(latest, c.Day)
	}
	day, err := time.Parse(time.DateOnly, latest)
	if err != nil {
		return "" // Nothing is earlier.
	}
	return Day(day.AddDate(0, 0, -KeepDays))
}

// Decode reads a body and holds it against its JSON Schema. The error is a *consent.InvalidError when the body is at
// fault.
func Decode(body []byte) ([]schemas.Sighting, error) {
	schema, err := schemas.Compile("sighting.schema.json")
	if err != nil {
		return nil, err
	}
	document, err := jsonschema.UnmarshalJSON(bytes.NewReader(body))
	if err == nil {
		err = schema.Validate(document)
	}
	if err != nil {
		return nil, &consent.InvalidError{Faults: []schemas.Fault{{Pointer: "/sightings",
			Detail: "is not what sighting.schema.json describes: 1 to 64 items, each with a host name in lower case, a kind, and at most the id of a service"}}}
	}
	if err := consent.OnceEach(body); err != nil {
		return nil, err
	}
	var s schemas.Sightings
	if err := json.Unmarshal(body, &s); err != nil {
		return nil, fmt.Errorf("decode sightings: %w", err)
	}
	return s.Sightings, nil
}

// List sums a site's counters over the days, most often seen first, and tells whose each is under the current notice.
func List(counts []Count, n schemas.Notice) []schemas.Sighted {
	rows, knows := map[Key]*schemas.Sighted{}, newOwners(n)
	for _, c := range counts {
		key := c.Key
		key.Day = ""
		row, seen := rows[key]
		if !seen {
			row = knows.describe(c)
			rows[key] = row
		}
		row.Pages += c.Pages
		row.FirstDay, row.LastDay = min(row.FirstDay, c.Day), max(row.LastDay, c.Day)
	}
	list := make([]schemas.Sighted, 0, len(rows))
	for _, row := range rows {
		list = append(list, *row)
	}
	slices.SortFunc(list, func(a, b schemas.Sighted) int {
		if a.Pages != b.Pages {
			return b.Pages - a.Pages
		}
		return strings.Compare(a.Host+" "+a.Kind+" "+a.Service, b.Host+" "+b.Kind+" "+b.Service)
	})
	return list
}
