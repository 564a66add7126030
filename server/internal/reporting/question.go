package reporting

import (
	"context"
	"time"
)

// Dimension is a property that decisions and exposures are counted by.
type Dimension string

// Dimensions of both, in which visitors can be told apart.
const (
	Notice  Dimension = "notice"
	Locale  Dimension = "locale"
	Regime  Dimension = "regime"
	Page    Dimension = "page"
	Country Dimension = "country"
	Device  Dimension = "device"
	Browser Dimension = "browser"
)

// Dimensions of decisions alone.
const (
	Source    Dimension = "source"
	Outcome   Dimension = "outcome"   // As consent.Outcome.
	Synthetic Dimension = "synthetic" // 1 or 0.
	Waited    Dimension = "waited"    // One of consent.Waits, or 0.
	Purposes  Dimension = "purposes"  // The answers, as AnswersText writes them.
	Services  Dimension = "services"
)

// Event is the dimension of exposures alone.
const Event Dimension = "event"

// Of both kinds.
var (
	Shared           = []Dimension{Notice, Locale, Regime, Page, Country, Device, Browser}
	OfDecisions      = append([]Dimension{Outcome, Source, Synthetic, Waited, Purposes, Services}, Shared...)
	OfExposures      = append([]Dimension{Event}, Shared...)
	FilterDimensions = append([]Dimension{Source}, Shared...)
)

// Slot is the shortest time that is told apart. All time zones of today are whole slots away from UTC.
const Slot = 15 * time.Minute

// Question is what a Counts is asked: how many there are in [From, To), which are whole slots, of those that have one of the
// values of each dimension in Where, for each combination of the dimensions in By.
type Question struct {
	Site     string
	From, To time.Time
	Where    map[Dimension][]string
	By       []Dimension
	Each     time.Duration // A slot or an hour, to be told apart by it; 0 for the whole time.
	LeftOut  []string      // Subjects whose decisions do not count. Exposures are nobody's.
}

// Cell is one number of the answer.
type Cell struct {
	At       time.Time // Beginning of its slot or hour, UTC; zero when the whole time is asked for.
	Values   []string  // Of the dimensions in By.
	N        int       // Decisions, or how often pages told an event.
	Visitors int       // Of exposures: by how many visitors, each counted once per event and UTC day.
}

// Counts answers with numbers that are exact at any moment: what was recorded counts once, also when it was delivered twice,
// late, or was erased since. Cells come in no order, and those of nothing are left out. reportingtest holds implementations
// to a naive recount.
type Counts interface {
	CountDecisions(ctx context.Context, q Question) ([]Cell, error)
	CountExposures(ctx context.Context, q Question) ([]Cell, error)
}
