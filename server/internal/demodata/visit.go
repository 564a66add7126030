package demodata

import (
	"container/heap"
	"encoding/base64"
	"encoding/binary"
	"math"
	"math/rand/v2"
	"time"

	"github.com/google/uuid"

	"assent/schemas"
	"assent/server/internal/consent"
	"assent/server/internal/exposure"
	"assent/server/internal/useragent"
)

// visit is what becomes of somebody who has not chosen yet.
func (f *filling) visit(v visitor) error {
	r, now := f.random, f.versionAt(v.at)
	if v.gpc {
		if err := f.decide(v, now, v.at, schemas.Decision{Action: consent.Signal, Purposes: map[string]bool{"marketing": false}, Source: "gpc"}, 0); err != nil {
			return err
		}
		if v.regime == consent.OptOut {
			return nil // Answered by the signal.
		}
	}
	f.expose(v, now.id, exposure.Shown, v.at)
	taken := f.manner(now, v)
	if r.Float64() < hiding(v) {
		f.expose(v, now.id, exposure.Hidden, v.at.Add(time.Second))
		return nil
	}
	if r.Float64() < taken.ignore {
		for at := v.at; r.Float64() < 0.45; { // Goes on to further pages, which ask as well.
			at = at.Add(time.Duration(10+r.IntN(90)) * time.Second)
			f.expose(v, now.id, exposure.Shown, at)
		}
		f.expose(v, now.id, exposure.Ignored, v.at.Add(3*time.Minute))
		return nil
	}
	// Half take less than so many seconds, a few take minutes.
	waited := time.Duration(taken.seconds * math.Exp(0.85*r.NormFloat64()) * float64(time.Second))
	d := f.answer(taken)
	if d.Source == "preferences" || r.Float64() < taken.open {
		f.expose(v, now.id, exposure.Opened, v.at.Add(waited/2))
	}
	d.Synthetic = d.Action == consent.RejectAll && r.Float64() < 0.04
	if err := f.decide(v, now, v.at.Add(waited), d, waited); err != nil {
		return err
	}
	f.plan(v, d, v.at.Add(waited))
	return nil
}

// manner is how this visitor takes a version.
func (f *filling) manner(now shown, v visitor) manner {
	m := now.manner
	if v.regime == consent.OptOut { // Nothing waits for an answer, so most give none.
		m.ignore, m.accept, m.refuse = 0.72+m.ignore/4, 0.44, 0.5
		return m
	}
	if v.device == useragent.Phone {
		m.ignore += 0.05
		m.accept += 0.03
	}
	switch {
	case v.country == "DE":
		m.accept -= 0.05
		m.refuse += 0.05
	case v.country == "FR":
		m.accept -= 0.08
		m.refuse += 0.09
	case v.browser == "firefox":
		m.accept -= 0.15
		m.refuse += 0.14
	}
	if v.gpc {
		m.accept, m.refuse = 0.08, 0.84
	}
	return m
}

// hiding is how likely a blocker hides the notice.
func hiding(v visitor) float64 {
	if v.device == useragent.Desktop && v.browser == "firefox" {
		return 0.09
	}
	return 0.012
}

// answer draws what somebody answers.
func (f *filling) answer(m manner) schemas.Decision {
	r := f.random
	switch draw(r, []float64{m.accept, m.refuse, max(1-m.accept-m.refuse, 0.02)}) {
	case 0:
		return schemas.Decision{Action: consent.AcceptAll, Source: "banner"}
	case 1:
		return schemas.Decision{Action: consent.RejectAll, Source: "banner"}
	}
	switch draw(r, []float64{62, 9, 17, 12}) {
	case 0:
		return schemas.Decision{Action: consent.Save, Source: "preferences", Purposes: map[string]bool{"analytics": true, "marketing": false}}
	case 1:
		return schemas.Decision{Action: consent.Save, Source: "preferences", Purposes: map[string]bool{"analytics": false, "marketing": true}}
	case 2:
		return schemas.Decision{Action: consent.Save, Source: "preferences", Purposes: map[string]bool{"analytics": true, "marketing": false}, Services: map[string]bool{"hotjar": false}}
	}
	return schemas.Decision{Action: consent.Save, Source: "placeholder", Purposes: map[string]bool{"analytics": false, "marketing": false}, Services: map[string]bool{"youtube": true}}
}

// followUp is somebody who comes back to change an answer.
type followUp struct {
	at time.Time
	visitor
	decision schemas.Decision
}

// followUps are a heap, the next one first.
type followUps []followUp

func (f followUps) Len() int           { return len(f) }
func (f followUps) Less(i, j int) bool { return f[i].at.Before(f[j].at) }
func (f followUps) Swap(i, j int)      { f[i], f[j] = f[j], f[i] }

// Push implements heap.Interface.
func (f *followUps) Push(next any) { *f = append(*f, next.(followUp)) }

// Pop implements heap.Interface.
func (f *followUps) Pop() any {
	last := (*f)[len(*f)-1]
	*f = (*f)[:len(*f)-1]
	return last
}

// plan draws who changes an answer later on.
func (f *filling) plan(v visitor, d schemas.Decision, at time.Time) {
	next, chance := schemas.Decision{}, f.random.Float64()
	switch {
	case d.Action == consent.AcceptAll && chance < 0.03:
		next = schemas.Decision{Action: consent.Withdraw, Source: "preferences"}
	case d.Action == consent.AcceptAll && chance < 0.045:
		next = schemas.Decision{Action: consent.Save, Source: "preferences", Purposes: map[string]bool{"analytics": true, "marketing": false}}
	case d.Action == consent.RejectAll && chance < 0.02:
		next = schemas.Decision{Action: consent.Save, Source: "placeholder", Services: map[string]bool{"youtube": true}, Purposes: map[string]bool{"analytics": false, "marketing": false}}
	default:
		return
	}
	later := time.Duration(f.random.Int64N(int64(14 * 24 * time.Hour)))
	heap.Push(&f.later, followUp{at: at.Add(time.Minute + later).Truncate(time.Microsecond), visitor: v, decision: next})
}

// followUp changes an answer, under the notice of that day.
func (f *filling) followUp(next followUp) error {
	now := f.versionAt(next.at)
	if next.decision.Source == "preferences" {
		f.expose(next.visitor, now.id, exposure.Opened, next.at.Add(-10*time.Second))
	}
	return f.decide(next.visitor, now, next.at, next.decision, 0)
}

// programs are robots that look at the shop, one or two of which press a button.
func (f *filling) programs(day int) error {
	for range f.random.IntN(int(f.perDay)/20 + 2) {
		v := newVisitor(f.random, f.moment(f.random, day))
		v.country, v.locale, v.device, v.browser, v.regime, v.gpc = "US", "en", useragent.Desktop, "other", consent.OptOut, false
		now := f.versionAt(v.at)
		f.expose(v, now.id, exposure.Program, v.at)
		if f.random.Float64() < 0.1 {
			v.bot = true
			if err := f.decide(v, now, v.at.Add(time.Second), schemas.Decision{Action: consent.AcceptAll, Source: "banner"}, time.Second); err != nil {
				return err
			}
		}
	}
	return nil
}

// decide makes the decision that a browser would send into the record that the server would keep, unless that is still to come.
func (f *filling) decide(v visitor, now shown, at time.Time, d schemas.Decision, waited time.Duration) error {
	r, at := f.random, at.Truncate(time.Microsecond)
	d.ID, d.Secret, d.Notice, d.Locale, d.Page, d.Regime = newID(r, at).String(), v.secret, now.id, v.locale, v.page, v.regime
	d.DecidedAt = at.Add(-time.Duration(40+r.IntN(400)) * time.Millisecond).Truncate(time.Millisecond)
	if r.Float64() < 0.002 {
		d.DecidedAt = d.DecidedAt.AddDate(0, 0, -3) // A clock that is off.
	}
	record, err := consent.Decide(d, consent.Circumstances{Site: Site, Origin: origin, Notice: now.notice, Now: at, GPCHeader: v.gpc, Bot: v.bot,
		Seen: true, Waited: waited, Country: v.country, Device: v.device, Browser: v.browser})
	if err != nil || at.After(f.until) {
		return err
	}
	record.RecordedAt = at.UTC()
	record.Flags = append(record.Flags, consent.FlagDemo)
	f.today = append(f.today, record)
	return nil
}

// newID returns a UUIDv7 (RFC 9562) of that time.
func newID(r *rand.Rand, at time.Time) uuid.UUID {
	var id uuid.UUID
	binary.BigEndian.PutUint64(id[:8], uint64(at.UnixMilli())<<16|7<<12|r.Uint64()&0xfff)
	binary.BigEndian.PutUint64(id[8:], 1<<63|r.Uint64()>>2)
	return id
}

// newSecret returns what a browser would have kept; nobody keeps it here.
func newSecret(r *rand.Rand) string {
	secret := binary.BigEndian.AppendUint64(nil, r.Uint64())
	return base64.RawURLEncoding.EncodeToString(binary.BigEndian.AppendUint64(secret, r.Uint64()))
}
