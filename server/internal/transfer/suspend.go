package transfer

import (
	"time"

	"assent/schemas"
)

// Ending is a service whose transfers rest, or rested, on a decision of adequacy that ends.
type Ending struct {
	Service  schemas.Service
	Decision Decision
	At       time.Time // From then on the service is suspended, until another safeguard is published.
}

// Last is the last day on which data may be sent.
func (e Ending) Last() string { return dayOf(e.At.AddDate(0, 0, -1)) }

// Suspended reports whether it has ended by then.
func (e Ending) Suspended(by time.Time) bool { return !by.Before(e.At) }

// Endings returns the services of a notice whose safeguard has an end, in its order, also those that are essential: nobody
// consents to a transfer. A safeguard that there never was is a finding and no end.
func (l List) Endings(n schemas.Notice, at time.Time) []Ending {
	var endings []Ending
	for _, s := range n.Services {
		if v := l.Judge(s.Country, s.Safeguard, at); v.Last != "" {
			endings = append(endings, Ending{Service: s, Decision: v.Decision, At: begin(after(v.Last))})
		}
	}
	return endings
}

// Suspended returns the ids of the services that may not be used at a time, because what their transfers rested on ended.
func (l List) Suspended(n schemas.Notice, at time.Time) []string {
	var ids []string
	for _, e := range l.Endings(n, at) {
		if e.Suspended(at) {
			ids = append(ids, e.Service.ID)
		}
	}
	return ids
}

// NextEnd is when the next service of a notice will be suspended; false for none.
func (l List) NextEnd(n schemas.Notice, at time.Time) (next time.Time, ends bool) {
	for _, e := range l.Endings(n, at) {
		if !e.Suspended(at) && (!ends || e.At.Before(next)) {
			next, ends = e.At, true
		}
	}
	return next, ends
}
