// Package consent holds the rules of consent: what a decision means, what makes it valid, and what the current choice
// is after it. It does no I/O and reads no clock.
package consent

import (
	"encoding/binary"
	"hash/fnv"
	"maps"
	"slices"
	"time"

	"github.com/google/uuid"

	"assent/schemas"
)

// Essential is the purpose that is always on.
const Essential = "essential"

// Actions of a decision.
const (
	AcceptAll = "accept-all"
	RejectAll = "reject-all"
	Save      = "save"
	Withdraw  = "withdraw"
	Signal    = "signal"
)

// Regimes are the rules that a visitor is asked by.
const (
	OptIn         = "opt-in"         // Nothing optional before a grant.
	OptOut        = "opt-out"        // Everything until it is refused.
	NoticeOnly    = "notice-only"    // Everything, the visitor being told and able to object.
	ChildDirected = "child-directed" // Nothing optional at all, and no question.
)

// Flags say what was odd about a decision that was kept all the same.
const (
	FlagUnknownNotice = "unknown-notice" // A refusal of a notice that this server never published.
	FlagClockSkew     = "clock-skew"     // The client's clock is more than a day off.
	FlagGPCHeader     = "gpc-header"     // The request itself carried Sec-GPC: 1, beside what the script says.
	FlagNotSeen       = "not-seen"       // Nothing vouches for that the notice was on screen before it was answered.
	FlagBot           = "bot"            // The request came from a program that says so.
	FlagDemo          = "demo"           // Nobody made it: it is demo data, and no proof.
	FlagSuspended     = "suspended"      // It would have granted a service that was suspended; to that the record says no.
)

// Outcome classes a decision for the reports.
type Outcome string

// Outcomes of a decision.
const (
	Accepted Outcome = "accepted" // Every optional purpose and named service granted.
	Refused  Outcome = "refused"  // Nothing optional granted.
	Partial  Outcome = "partial"  // Something in between.
	Signaled Outcome = "signal"   // Answered by a privacy signal, or on another device: not by the visitor there and then.
	Bot      Outcome = "bot"      // Answered by a program. No rate counts it.
)

// Record is one decision as it is kept for ever: without the visitor's secret, and with nothing that identifies a
// person beyond the subject.
type Record struct {
	ID           uuid.UUID
	Site         string
	Subject      string
	Notice       string
	Action       string
	Purposes     map[string]bool // Essential is left out: it is never decided.
	Services     map[string]bool
	Source       string
	Synthetic    bool
	Locale       string
	Page         string    // Origin and path.
	DecidedAt    time.Time // The client's clock; zero when it did not tell.
	RecordedAt   time.Time // The server's clock, microseconds. Zero until a journal has stamped it.
	LifetimeDays int
	Flags        []string
	Regime       string   // The one that the visitor was asked by, as the script says.
	Removed      []string // Names of what the decision deleted in the visitor's browser.
	Country      string   // ISO 3166, two letters; empty when nobody knows.
	Device       string   // Class of device and family of browser: what is kept of the User-Agent.
	Browser      string
	// Waited is how long the notice had been on screen of a visitor without a choice, in seconds, rounded up to one of
	// Waits; 0 when nobody knows, or the decision is a change of an earlier one.
	Waited int
}

// Choice is the state that the record puts its subject in. It depends on the record alone, so that the answer to a
// retry equals the first one.
func (r Record) Choice() schemas.Choice {
	purposes := maps.Clone(r.Purposes)
	if purposes == nil {
		purposes = map[string]bool{}
	}
	purposes[Essential] = true
	services := maps.Clone(r.Services)
	if services == nil {
		services = map[string]bool{}
	}
	return schemas.Choice{
		Purposes:  purposes,
		Services:  services,
		Action:    r.Action,
		Notice:    r.Notice,
		ExpiresAt: r.ExpiresAt(),
	}
}

// ExpiresAt is when the visitor is asked again: the same for yes and no (standing guidance of CNIL and Garante).
func (r Record) ExpiresAt() time.Time {
	return r.RecordedAt.AddDate(0, 0, r.LifetimeDays).UTC()
}

// Current is the record as the subject's current choice.
func (r Record) Current() schemas.Current {
	return schemas.Current{Subject: r.Subject, Choice: r.Choice(), RecordedAt: r.RecordedAt.UTC()}
}

// Receipt is the record as the visitor and the dashboard see it.
func (r Record) Receipt() schemas.Receipt {
	choice := r.Choice()
	return schemas.Receipt{
		ID: r.ID.String(), Site: r.Site, Subject: r.Subject, Notice: r.Notice, Action: r.Action,
		Purposes: choice.Purposes, Services: choice.Services, Source: r.Source, Synthetic: r.Synthetic,
		Locale: r.Locale, Page: r.Page, DecidedAt: r.DecidedAt, RecordedAt: r.RecordedAt.UTC(),
		ExpiresAt: choice.ExpiresAt, Flags: append([]string{}, r.Flags...), Removed: append([]string{}, r.Removed...), Regime: r.Regime,
		Country: r.Country, Device: r.Device, Browser: r.Browser, Waited: r.Waited,
	}
}

// Grants reports whether anything was consented to.
func (r Record) Grants() bool {
	for _, answers := range []map[string]bool{r.Purposes, r.Services} {
		for _, yes := range answers {
			if yes {
				return true
			}
		}
	}
	return false
}

// decidedServices are the answers to services without what this server said no to, whatever the visitor decided.
func (r Record) decidedServices() map[string]bool {
	if !slices.Contains(r.Flags, FlagSuspended) {
		return r.Services
	}
	decided := maps.Clone(r.Services)
	maps.DeleteFunc(decided, func(_ string, yes bool) bool { return !yes })
	return decided
}

// Outcome classes the record.
func (r Record) Outcome() Outcome {
	if slices.Contains(r.Flags, FlagBot) {
		return Bot
	}
	if r.Action == Signal || r.Source == FromAccount || r.Source == FromParent {
		return Signaled
	}
	granted, refused := 0, 0
	for _, answers := range []map[string]bool{r.Purposes, r.decidedServices()} {
		for _, yes := range answers {
			if yes {
				granted++
			} else {
				refused++
			}
		}
	}
	switch {
	case granted == 0:
		return Refused
	case refused == 0:
		return Accepted
	default:
		return Partial
	}
}

// Before reports whether r was recorded before other: by the server's time, then by id. The last one is the current
// choice.
func (r Record) Before(other Record) bool {
	if !r.RecordedAt.Equal(other.RecordedAt) {
		return r.RecordedAt.Before(other.RecordedAt)
	}
	return slices.Compare(r.ID[:], other.ID[:]) < 0
}

// Digest is a fingerprint of what the client decided, without what the server adds, to tell a retry from another
// decision under the same id. It is not a proof; it has 63 bits so that SQLite's integers hold it.
func (r Record) Digest() int64 {
	text := make([]byte, 0, 256)
	write := func(s string) { text = append(binary.BigEndian.AppendUint32(text, uint32(len(s))), s...) }
	for _, s := range []string{r.Notice, r.Action, r.Source, r.Locale, r.Page} {
		write(s)
	}
	for _, answers := range []map[string]bool{r.Purposes, r.decidedServices()} {
		for _, name := range slices.Sorted(maps.Keys(answers)) {
			write(name)
			if answers[name] {
				write("1")
			} else {
				write("0")
			}
		}
		write("")
	}
	// What joined later counts only where it is told, so that earlier records keep their fingerprint.
	if r.Regime != OptIn && r.Regime != "" {
		write(r.Regime)
	}
	for _, name := range r.Removed {
		write("-" + name)
	}
	h := fnv.New64a()
	h.Write(text)
	return int64(h.Sum64() >> 1)
}
