package requests

import (
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/base32"
	"encoding/hex"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/google/uuid"

	"assent/schemas"
	"assent/server/internal/auditing"
	"assent/server/internal/consent"
	"assent/server/internal/recording"
	"assent/server/internal/register"
	"assent/server/internal/rights"
)

// Why something cannot be done.
var (
	ErrClosed      = errors.New("request is closed")
	ErrExtended    = errors.New("request was put off before")
	ErrNothing     = errors.New("nothing is recorded of the visitor")
	ErrNotHonoured = errors.New("request limits no processing now")
	errNotTheOnly  = errors.New("request is another one's")
)

// again is how long a closed request stands for the same one asked again, as long as nothing was recorded since.
const again = 24 * time.Hour

// Recorder records decisions.
type Recorder interface {
	Record(ctx context.Context, record consent.Record) (recording.Outcome, error)
}

// Desk is where requests are registered and worked on.
type Desk struct {
	Honoured
	book     register.Book[Request]
	store    register.Store
	ledger   auditing.Ledger
	recorder Recorder
	eraser   rights.Eraser
	now      func() time.Time
}

// NewDesk returns a desk over the stores.
func NewDesk(store register.Store, ledger auditing.Ledger, recorder Recorder, eraser rights.Eraser, now func() time.Time) *Desk {
	return &Desk{Honoured: HonouredIn(store), book: BookIn(store), store: store, ledger: ledger, recorder: recorder, eraser: eraser, now: now}
}

// BookIn is the requests that a store keeps.
func BookIn(store register.Store) register.Book[Request] {
	return register.Book[Request]{Store: store, Kind: Kind, Due: reminded}
}

// Asked is what somebody asks for.
type Asked struct {
	Site, Subject, Kind, How, Identity, About string
	Who                                       string // E-mail address of whoever registers it; empty for the visitor.
}

// Registered is a request and what it is kept under.
type Registered = register.Entry[Request]

// Open registers a request, or returns the same one that is there: one that is not closed, or that was closed within a
// day and of whose visitor nothing was recorded since, or that limits the processing still. Its reference follows from what is asked, so that two servers at once
// come to the same one. Where nothing is recorded of the visitor no new one is made.
func (d *Desk) Open(ctx context.Context, a Asked) (Registered, error) {
	latest, err := d.latest(ctx, a.Site, a.Subject)
	if err != nil {
		return Registered{}, err
	}
	for round := 0; ; round++ {
		id := referenceOf(a, round)
		found, err := d.book.Get(ctx, a.Site, id)
		if errors.Is(err, consent.ErrNotFound) {
			if latest.RecordedAt.IsZero() { // Or else anybody could fill the register with made-up secrets.
				return Registered{}, ErrNothing
			}
			if found, err = d.begin(ctx, a); err != nil {
				return Registered{}, err
			}
			err = d.book.Add(ctx, a.Site, id, found)
			if errors.Is(err, consent.ErrConflict) { // Another server was faster.
				found, err = d.book.Get(ctx, a.Site, id)
			}
		}
		if err != nil {
			return Registered{}, err
		}
		isNews := latest.RecordedAt.After(found.ended()) && latest.ID.String() != found.Decision
		if !found.IsClosed() || found.IsHonoured() || d.now().Sub(found.ended()) < again && !isNews {
			return Registered{Site: a.Site, ID: id, Value: found}, nil
		}
	}
}

func (d *Desk) begin(ctx context.Context, a Asked) (Request, error) {
	deadline, err := d.Deadline(ctx, a.Site)
	now := d.now().UTC().Truncate(time.Microsecond)
	return Request{Kind: a.Kind, State: Open, How: a.How, Identity: a.Identity, Subject: a.Subject, About: a.About, Due: now.AddDate(0, 0, deadline.Days),
		History: []Step{{At: now, Who: a.Who, What: Came}}, Effects: []Effect{}, Receipts: []string{}}, err
}

// latest is what was last recorded of a subject; the zero record for nothing.
func (d *Desk) latest(ctx context.Context, site, subject string) (consent.Record, error) {
	found, err := d.ledger.Search(ctx, auditing.Filter{Site: site, Subject: subject}, 1)
	if err != nil || len(found) == 0 {
		return consent.Record{}, err
	}
	return found[0], nil
}

// referenceOf leads from a subject to its requests and not back.
func referenceOf(a Asked, round int) string {
	hash := sha256.Sum256(fmt.Appendf(nil, "assent/request/1\n%s\n%s\n%s\n%d", a.Site, a.Kind, a.Subject, round))
	return strings.ToLower(base32.StdEncoding.WithPadding(base32.NoPadding).EncodeToString(hash[:10]))
}

// Get returns one request, or consent.ErrNotFound.
func (d *Desk) Get(ctx context.Context, site, id string) (Request, error) {
	return d.book.Get(ctx, site, id)
}

// List returns a site's requests: the open ones first, by when they are due, then those closed last.
func (d *Desk) List(ctx context.Context, site string) ([]Registered, error) {
	all, err := d.book.List(ctx, site)
	if err != nil {
		return nil, err
	}
	slices.SortStableFunc(all, func(a, b Registered) int {
		switch closed := a.Value.IsClosed(); {
		case closed != b.Value.IsClosed() && closed:
			return 1
		case closed != b.Value.IsClosed():
			return -1
		case closed:
			return b.Value.ended().Compare(a.Value.ended())
		}
		return a.Value.Due.Compare(b.Value.Due)
	})
	return all, nil
}

// DueBy returns at most limit requests of all sites that are to be taken up now, the most urgent first.
func (d *Desk) DueBy(ctx context.Context, limit int) ([]Registered, error) {
	return d.book.DueBy(ctx, d.now(), limit)
}

// Copy returns everything that is recorded of the request's visitor, the last first.
func (d *Desk) Copy(ctx context.Context, site, subject string) ([]consent.Record, error) {
	var all []consent.Record
	filter := auditing.Filter{Site: site, Subject: subject}
	for {
		page, err := d.ledger.Search(ctx, filter, auditing.PageSize)
		if err != nil {
			return nil, err
		}
		all = append(all, page...)
		if len(page) < auditing.PageSize {
			return all, nil
		}
		filter.Before = auditing.PlaceOf(page[len(page)-1])
	}
}

// Act does what is asked for and closes the request. Who died in the middle of it is followed by the next one that calls,
// and nothing is done twice: a closed request is returned as it is. What a person has to do needs a remark of what was done.
func (d *Desk) Act(ctx context.Context, site, id, who, remark string) (Request, error) {
	r, err := d.start(ctx, site, id, who)
	if err != nil || r.IsClosed() {
		return r, err
	}
	effects, err := d.effect(ctx, site, id, r)
	if err != nil {
		return r, err
	}
	return d.close(ctx, site, id, Step{Who: who, What: Acted, Reason: remark}, Done, effects)
}

// start writes down what is about to be done before it is, for what cannot be found afterwards.
func (d *Desk) start(ctx context.Context, site, id, who string) (Request, error) {
	r, err := d.book.Get(ctx, site, id)
	if err != nil || r.IsClosed() || r.State == Running {
		return r, err
	}
	var receipts []string
	if r.Kind == Erasure {
		records, err := d.Copy(ctx, site, r.Subject)
		if err != nil {
			return r, err
		}
		for _, record := range records {
			receipts = append(receipts, hashOf(record.ID))
		}
	}
	decision, err := uuid.NewV7()
	if err != nil {
		return r, err
	}
	started, err := d.change(ctx, site, id, func(r *Request) error {
		if r.IsClosed() || r.State == Running {
			return errNotTheOnly
		}
		r.State, r.Receipts = Running, append([]string{}, receipts...)
		if r.Kind == Withdrawal {
			r.Decision = decision.String()
		}
		r.History = append(r.History, d.step(Step{Who: who, What: Began}))
		return nil
	})
	if errors.Is(err, errNotTheOnly) {
		return started, nil
	}
	return started, err
}

func hashOf(id uuid.UUID) string {
	hash := sha256.Sum256([]byte(id.String()))
	return hex.EncodeToString(hash[:])
}

func (d *Desk) effect(ctx context.Context, site, id string, r Request) ([]Effect, error) {
	switch r.Kind {
	case Access:
		records, err := d.Copy(ctx, site, r.Subject)
		return []Effect{{PlaceTrail, Copied, len(records)}}, err
	case Information:
		return []Effect{{PlaceNotice, Told, 1}}, nil
	case Withdrawal:
		return d.withdraw(ctx, site, r)
	case Erasure:
		return d.erase(ctx, site, id, r)
	case Restriction, Objection:
		return limited(r.Kind), nil
	default:
		return []Effect{{PlaceByHand, ByHand, 1}}, nil
	}
}

// limited says where an honoured request has effect. The numbers are of places and not of decisions: those to come count as well.
func limited(kind string) []Effect {
	effects := []Effect{{PlaceByHand, ByHand, 1}, {PlaceReports, LeftOut, 1}}
	if kind == Restriction {
		effects = append(effects, Effect{PlaceExports, LeftOut, 1}, Effect{PlaceServices, Withheld, 1})
	}
	return append(effects, Effect{PlaceCopies, LeftAlone, 0})
}

// withdraw records that the visitor takes back everything, under the id that was chosen when it began.
func (d *Desk) withdraw(ctx context.Context, site string, r Request) ([]Effect, error) {
	found, err := d.ledger.Search(ctx, auditing.Filter{Site: site, Subject: r.Subject}, 1)
	if err != nil || len(found) == 0 {
		return []Effect{{PlaceTrail, Withdrawn, 0}}, err
	}
	last := found[0]
	if last.ID.String() != r.Decision && !last.Grants() { // There is nothing to take back.
		return []Effect{{PlaceTrail, Withdrawn, 0}}, nil
	}
	decision, err := uuid.Parse(r.Decision)
	if err != nil {
		return nil, fmt.Errorf("decision of request: %w", err)
	}
	record := consent.Record{ID: decision, Site: site, Subject: r.Subject, Notice: last.Notice, Action: consent.Withdraw, Purposes: refused(last.Purposes),
		Source: "api", Locale: last.Locale, LifetimeDays: last.LifetimeDays, Regime: last.Regime}
	_, err = d.recorder.Record(ctx, record)
	return []Effect{{PlaceTrail, Withdrawn, 1}}, err
}

func refused(purposes map[string]bool) map[string]bool {
	all := make(map[string]bool, len(purposes))
	for name := range purposes {
		all[name] = false
	}
	return all
}

// erase removes the visitor's decisions and takes the visitor's name out of all requests.
func (d *Desk) erase(ctx context.Context, site, id string, r Request) ([]Effect, error) {
	done, err := d.eraser.Erase(ctx, site, r.Subject, reasonOf(r.How))
	if err != nil {
		return nil, err
	}
	// What came after it began, and what was gone when it was begun anew.
	all := slices.Compact(slices.Sorted(slices.Values(append(slices.Clone(r.Receipts), done.Receipts...))))
	if _, err := d.change(ctx, site, id, func(r *Request) error { r.Receipts = all; return nil }); err != nil {
		return nil, err
	}
	return d.erased(ctx, site, id, r.Subject, len(all))
}

func reasonOf(how string) string {
	reasons := map[string]string{SelfService: rights.ByVisitor, InError: rights.InError, Parent: rights.ByParent}
	return cmp.Or(reasons[how], rights.ByOfficer)
}

// erased is what an erasure did, once the subject is out of its other requests.
func (d *Desk) erased(ctx context.Context, site, id, subject string, decisions int) ([]Effect, error) {
	others, err := d.unname(ctx, site, id, subject)
	if err != nil {
		return nil, err
	}
	return []Effect{{PlaceTrail, Removed, decisions}, {PlaceLog, Tombstoned, decisions}, {PlaceRequests, Unnamed, others}, {PlaceCopies, LeftAlone, 0}}, nil
}

// unname takes the subject out of its other requests, and closes those that have nothing left to be about.
func (d *Desk) unname(ctx context.Context, site, except, subject string) (int, error) {
	all, err := d.book.List(ctx, site)
	if err != nil {
		return 0, err
	}
	count := 0
	for _, one := range all {
		if one.ID == except || one.Value.Subject != subject {
			continue
		}
		count++
		_, err := d.change(ctx, site, one.ID, func(r *Request) error {
			if !r.IsClosed() {
				r.State = Done
				r.History = append(r.History, d.step(Step{What: ClosedAlong}))
			}
			r.forget()
			return nil
		})
		if err != nil {
			return 0, err
		}
	}
	return count, nil
}

// forget removes what says whose the request was, down to the words that people wrote.
func (r *Request) forget() {
	r.Subject, r.About, r.Decision = "", "", ""
	for i := range r.History {
		r.History[i].Reason = ""
	}
}

// Extend puts a request off, once, by at most as many days as the site's deadline says.
func (d *Desk) Extend(ctx context.Context, site, id, who, reason string, days int) (Request, error) {
	deadline, err := d.Deadline(ctx, site)
	if err != nil {
		return Request{}, err
	}
	if days < 1 || days > deadline.ExtraDays {
		detail := fmt.Sprintf("must be 1 to %d", deadline.ExtraDays)
		if deadline.ExtraDays == 0 {
			detail = "the site puts no request off; change its deadline if it may"
		}
		return Request{}, &consent.InvalidError{Faults: []schemas.Fault{{Pointer: "/days", Detail: detail}}}
	}
	return d.change(ctx, site, id, func(r *Request) error {
		switch {
		case r.IsClosed():
			return ErrClosed
		case r.isExtended():
			return ErrExtended
		}
		r.Due = r.Due.AddDate(0, 0, days)
		if r.State == Open {
			r.State = Extended
		}
		r.History = append(r.History, d.step(Step{Who: who, What: PutOff, Reason: reason}))
		return nil
	})
}

// Refuse closes a request without doing what it asks for. One that began is ended instead.
func (d *Desk) Refuse(ctx context.Context, site, id, who, reason string) (Request, error) {
	return d.change(ctx, site, id, func(r *Request) error {
		if r.IsClosed() || r.State == Running {
			return ErrClosed
		}
		r.State = Refused
		r.History = append(r.History, d.step(Step{Who: who, What: TurnedDown, Reason: reason}))
		return nil
	})
}

func (d *Desk) close(ctx context.Context, site, id string, step Step, state string, effects []Effect) (Request, error) {
	closed, err := d.change(ctx, site, id, func(r *Request) error {
		if r.IsClosed() {
			return errNotTheOnly
		}
		r.State, r.Effects = state, effects
		r.History = append(r.History, d.step(step))
		if r.Kind == Erasure {
			r.forget()
		}
		return nil
	})
	if errors.Is(err, errNotTheOnly) {
		return closed, nil
	}
	return closed, err
}

func (d *Desk) step(s Step) Step {
	s.At = d.now().UTC().Truncate(time.Microsecond)
	return s
}
