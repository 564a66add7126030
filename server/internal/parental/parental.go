// Package parental lets a parent decide for a child that asked for it (GDPR, Art. 8): they are written to, decide on a page by
// a link that only the message has, and can see, withdraw and erase all of it by the same link.
package parental

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"strings"
	"time"

	"github.com/google/uuid"

	"assent/schemas"
	"assent/server/internal/consent"
	"assent/server/internal/mailing"
	"assent/server/internal/recording"
	"assent/server/internal/register"
	"assent/server/internal/rights"
	"assent/server/internal/sealing"
)

const (
	casesKind   register.Kind = "parental"
	writtenKind register.Kind = "parental-written"

	day        = 24 * time.Hour
	answerTime = 2 * day          // How long the link of a message waits for an answer.
	again      = 10 * time.Minute // Between messages for one child.
	mostADay   = 3                // Messages to one address, whoever asks, and for one child.
	attempts   = 5                // To send one message.
	leaseTime  = 2 * time.Minute  // Longer than an attempt takes.
	glance     = 2 * time.Second
	atOnce     = 16
)

// Errors of Ask and of whoever comes by a link.
var (
	ErrNoMail = errors.New("no server for mail is set")
	ErrEarly  = errors.New("a parent was written to a moment ago")
	ErrLink   = errors.New("the link is none, or no longer")
)

// Case is a child's question and what became of it. Its id is the child's subject.
type Case struct {
	Email  []byte // The parent's address, sealed.
	Notice string
	Locale string
	Page   string

	Written  []time.Time // Messages for this child within a day.
	Unsent   int         // Attempts at the message that is to be sent; -1 when there is none.
	Token    string      // SHA-256 of the link's, in hex.
	Decision string      // The last one that the parent made; empty before.
	End      time.Time   // Of what the parent decided.
	Next     time.Time   // When it is taken up: to send, or to be removed.
}

// IsDecided reports whether the parent has decided something.
func (c Case) IsDecided() bool { return c.Decision != "" }

// written is how often an address was written to. Its id is the address's hash.
type written struct {
	At  []time.Time
	End time.Time
}

// Store keeps cases.
type Store = register.Store

// Mailer sends messages.
type Mailer interface {
	Send(ctx context.Context, m mailing.Message) error
}

// Recorder records decisions.
type Recorder interface {
	Record(ctx context.Context, record consent.Record) (recording.Outcome, error)
}

// Journal knows what each visitor says now.
type Journal interface {
	Current(ctx context.Context, site, subject string) (schemas.Current, error)
}

// Eraser removes what was recorded of somebody.
type Eraser interface {
	Erase(ctx context.Context, site, subject string) (rights.Erased, error)
}

// Keeper keeps cases. All but Mailer are needed.
type Keeper struct {
	Store    Store
	Ring     *sealing.Ring
	Mailer   Mailer // nil where the server cannot write to anybody.
	Address  string // Of this server, as parents' browsers know it.
	Sites    func(id string) (schemas.Site, error)
	Notices  func(ctx context.Context, site, id string) (*schemas.Notice, error)
	Recorder Recorder
	Journal  Journal
	Eraser   Eraser
	Now      func() time.Time
	Log      *slog.Logger // Gets counts and the stores' errors, never an address.
}

func (k *Keeper) cases() register.Book[Case] {
	return register.Book[Case]{Store: k.Store, Kind: casesKind, Due: func(c Case) time.Time { return c.Next }}
}

func (k *Keeper) letters() register.Book[written] {
	return register.Book[written]{Store: k.Store, Kind: writtenKind, Due: func(w written) time.Time { return w.End }}
}

func about(site, subject string) sealing.About {
	return sealing.About{Kind: "parental", Site: site, ID: subject}
}

// Ask has a parent written to, soon. Asked again it is a new message, by which the link of the one before ends. An address that
// was written to often enough today is not, and nobody is told: it would say that others asked.
func (k *Keeper) Ask(ctx context.Context, site, subject string, asked schemas.Parental) error {
	if k.Mailer == nil {
		return ErrNoMail
	}
	now, address := k.Now().UTC(), strings.ToLower(strings.TrimSpace(asked.Email))
	entry, isMeant, err := k.asked(ctx, site, subject, address, now)
	if err != nil || !isMeant {
		return err
	}
	mayWrite, err := k.count(ctx, address, now)
	if err != nil {
		return err
	}
	for range attempts {
		c := &entry.Value
		if c.Email, err = k.Ring.Seal(about(site, subject), []byte(address)); err != nil {
			return err
		}
		c.Notice, c.Locale, c.Page, c.Written = asked.Notice, asked.Locale, asked.Page, append(c.Written, now)
		switch {
		case mayWrite:
			c.Unsent, c.Next = 0, now
		case !c.IsDecided():
			c.Unsent, c.Next = -1, now.Add(answerTime)
		}
		document, err := k.cases().Next(entry)
		if err != nil {
			return err
		}
		if err := k.Store.PutDocument(ctx, document); !errors.Is(err, consent.ErrConflict) {
			return err
		}
		if entry, isMeant, err = k.asked(ctx, site, subject, address, now); err != nil || !isMeant {
			return err
		}
	}
	return fmt.Errorf("keep a child's question: met another change %d times: %w", attempts, consent.ErrUnavailable)
}

// asked returns a child's case, if a message to that address may be due.
func (k *Keeper) asked(ctx context.Context, site, subject, address string, now time.Time) (register.Entry[Case], bool, error) {
	entry, err := k.cases().Entry(ctx, site, subject)
	if err != nil {
		return entry, false, err
	}
	c := &entry.Value
	c.Written = within(c.Written, now)
	if n := len(c.Written); n >= mostADay || n > 0 && now.Sub(c.Written[n-1]) < again {
		return entry, false, ErrEarly
	}
	if !c.IsDecided() {
		return entry, true, nil
	}
	// A child cannot put itself in the place of the parent who has decided.
	known, err := k.Ring.Open(ctx, about(site, subject), c.Email)
	return entry, string(known) == address, err
}

func within(times []time.Time, now time.Time) (recent []time.Time) {
	for _, at := range times {
		if now.Sub(at) < day {
			recent = append(recent, at)
		}
	}
	return recent
}

// everywhere stands for a site where one address is counted at all of them.
const everywhere = "*"

// count notes a message to an address, unless it was written to often enough.
func (k *Keeper) count(ctx context.Context, address string, now time.Time) (bool, error) {
	for _, id := range k.Ring.Lookups("parental-written", everywhere, address) {
		entry, err := k.letters().Entry(ctx, everywhere, id)
		if err != nil {
			return false, err
		}
		if entry.Value.At = within(entry.Value.At, now); len(entry.Value.At) >= mostADay {
			return false, nil
		}
	}
	for range attempts {
		entry, err := k.letters().Entry(ctx, everywhere, k.Ring.Lookup("parental-written", everywhere, address))
		if err != nil {
			return false, err
		}
		entry.Value.At, entry.Value.End = append(within(entry.Value.At, now), now), now.Add(day)
		document, err := k.letters().Next(entry)
		if err != nil {
			return false, err
		}
		if err := k.Store.PutDocument(ctx, document); !errors.Is(err, consent.ErrConflict) {
			return err == nil, err
		}
	}
	return false, fmt.Errorf("count messages: met another change %d times: %w", attempts, consent.ErrUnavailable)
}

// Answer is what became of a child's question; false where there is none.
func (k *Keeper) Answer(ctx context.Context, site, subject string) (schemas.ParentalAnswer, error) {
	c, err := k.cases().Get(ctx, site, subject)
	if errors.Is(err, consent.ErrNotFound) {
		return schemas.ParentalAnswer{State: "none"}, nil
	}
	if err != nil || !c.IsDecided() {
		return schemas.ParentalAnswer{State: "waiting"}, err
	}
	current, err := k.Journal.Current(ctx, site, subject)
	if errors.Is(err, consent.ErrNotFound) {
		return schemas.ParentalAnswer{State: "none"}, nil
	}
	if err != nil {
		return schemas.ParentalAnswer{}, err
	}
	return schemas.ParentalAnswer{State: "decided", Followed: schemas.Followed{DecidedAt: current.RecordedAt,
		Recorded: schemas.Recorded{ID: c.Decision, Subject: subject, RecordedAt: current.RecordedAt, Receipt: "/v1/receipts/" + c.Decision, Choice: current.Choice}}}, nil
}

// Visit is what a parent sees by the link.
type Visit struct {
	Site    schemas.Site
	Notice  schemas.Notice
	Page    string
	Locale  string
	Current *schemas.Current // nil before the parent has decided.
}

// Open returns what a link leads to, or ErrLink.
func (k *Keeper) Open(ctx context.Context, site, subject, token string) (Visit, error) {
	c, err := k.held(ctx, site, subject, token)
	if err != nil {
		return Visit{}, err
	}
	found, err := k.Sites(site)
	if errors.Is(err, consent.ErrNotFound) {
		return Visit{}, ErrLink
	}
	if err != nil {
		return Visit{}, err
	}
	notice, err := k.Notices(ctx, site, c.Notice)
	if err != nil {
		return Visit{}, fmt.Errorf("read the notice of a parent's link: %w", err)
	}
	visit := Visit{Site: found, Notice: *notice, Page: c.Page, Locale: c.Locale}
	if c.IsDecided() {
		current, err := k.Journal.Current(ctx, site, subject)
		if err != nil && !errors.Is(err, consent.ErrNotFound) {
			return Visit{}, err
		}
		if err == nil {
			visit.Current = &current
		}
	}
	return visit, nil
}

// held returns the case that a link is of.
func (k *Keeper) held(ctx context.Context, site, subject, token string) (Case, error) {
	c, err := k.cases().Get(ctx, site, subject)
	if errors.Is(err, consent.ErrNotFound) {
		return Case{}, ErrLink
	}
	if err != nil {
		return Case{}, err
	}
	if c.Token == "" || subtle.ConstantTimeCompare([]byte(c.Token), []byte(hashOf(token))) != 1 {
		return Case{}, ErrLink
	}
	return c, nil
}

func hashOf(token string) string {
	sum := sha256.Sum256([]byte(token))
	return hex.EncodeToString(sum[:])
}

// Decide records what a parent grants, purposes or services by their ids, and refuses the rest. The link then lasts as long as
// what was decided.
func (k *Keeper) Decide(ctx context.Context, site, subject, token string, granted []string) error {
	visit, err := k.Open(ctx, site, subject, token)
	if err != nil {
		return err
	}
	c, err := k.held(ctx, site, subject, token)
	if err != nil {
		return err
	}
	id, err := uuid.NewV7()
	if err != nil {
		return fmt.Errorf("make id: %w", err)
	}
	now := k.Now().UTC()
	record := consent.Record{ID: id, Site: site, Subject: subject, Notice: c.Notice, Source: consent.FromParent, Locale: c.Locale, Page: c.Page,
		DecidedAt: now, LifetimeDays: visit.Notice.LifetimeDays, Regime: consent.OptIn}
	if record.Action, record.Purposes, record.Services, err = answers(visit, granted); err != nil {
		return err
	}
	if _, err := k.Recorder.Record(ctx, record); err != nil {
		return err
	}
	_, err = k.cases().Change(ctx, site, subject, func(c *Case) error {
		c.Decision, c.End = id.String(), now.AddDate(0, 0, visit.Notice.LifetimeDays)
		c.Next = c.End
		return nil
	})
	return err
}

// answers are those to everything that the notice asks.
func answers(visit Visit, granted []string) (action string, purposes, services map[string]bool, err error) {
	yes := map[string]bool{}
	for _, id := range granted {
		yes[id] = true
	}
	purposes, services = map[string]bool{}, map[string]bool{}
	all, none := true, true
	for _, p := range visit.Notice.Purposes {
		if p.ID == consent.Essential {
			continue
		}
		purposes[p.ID] = yes[p.ID]
		all, none = all && yes[p.ID], none && !yes[p.ID]
		delete(yes, p.ID)
	}
	for _, s := range visit.Notice.Services {
		if yes[s.ID] && !purposes[s.Purpose] && s.Purpose != consent.Essential {
			services[s.ID], none = true, false
		}
		delete(yes, s.ID)
	}
	for id := range yes {
		return "", nil, nil, &consent.InvalidError{Faults: []schemas.Fault{{Pointer: "/granted", Detail: fmt.Sprintf("%q is nothing that the notice asks for", id)}}}
	}
	switch {
	case all:
		return consent.AcceptAll, purposes, services, nil
	case none && visit.Current != nil:
		return consent.Withdraw, purposes, services, nil
	case none:
		return consent.RejectAll, purposes, services, nil
	}
	return consent.Save, purposes, services, nil
}

// Erase removes everything that was decided for the child, and the parent's address with it.
func (k *Keeper) Erase(ctx context.Context, site, subject, token string) (rights.Erased, error) {
	if _, err := k.held(ctx, site, subject, token); err != nil {
		return rights.Erased{}, err
	}
	return k.Eraser.Erase(ctx, site, subject) // Which forgets the case.
}

// Forget removes a child's case. It implements rights.Links.
func (k *Keeper) Forget(ctx context.Context, site, subject string) error {
	entry, err := k.cases().Entry(ctx, site, subject)
	if err != nil || entry.Revision == 0 {
		return err
	}
	return k.cases().Remove(ctx, entry)
}

// Keep sends what is to be sent, and removes what is over, until ctx ends.
func (k *Keeper) Keep(ctx context.Context) {
	ticker := time.NewTicker(glance)
	defer ticker.Stop()
	for {
		if err := k.look(ctx); err != nil && ctx.Err() == nil {
			k.Log.WarnContext(ctx, "messages to parents are not sent, it is tried again", "error", err)
		}
		select {
		case <-ctx.Done():
			return
		case <-ticker.C:
		}
	}
}

func (k *Keeper) look(ctx context.Context) error {
	now := k.Now().UTC()
	over, err := k.letters().DueBy(ctx, now, atOnce)
	if err != nil {
		return err
	}
	for _, one := range over {
		if err := k.letters().Remove(ctx, one); err != nil && !errors.Is(err, consent.ErrConflict) {
			return err
		}
	}
	due, err := k.cases().DueBy(ctx, now, atOnce)
	if err != nil {
		return err
	}
	for _, one := range due {
		if one.Value.Unsent < 0 || one.Value.Unsent >= attempts {
			err = k.cases().Remove(ctx, one) // Nobody answered, it could not be sent, or what was decided is over.
		} else {
			err = k.write(ctx, one)
		}
		if err != nil && !errors.Is(err, consent.ErrConflict) { // Another server was faster.
			return err
		}
	}
	return nil
}

// write sends the message of a case, whose link it makes anew with each attempt.
func (k *Keeper) write(ctx context.Context, one register.Entry[Case]) error {
	now := k.Now().UTC()
	secret := make([]byte, 32)
	if _, err := io.ReadFull(rand.Reader, secret); err != nil {
		return fmt.Errorf("make link: %w", err)
	}
	token := base64.RawURLEncoding.EncodeToString(secret)
	one.Value.Token, one.Value.Unsent, one.Value.Next = hashOf(token), one.Value.Unsent+1, now.Add(leaseTime)
	document, err := k.cases().Next(one)
	if err != nil {
		return err
	}
	if err := k.Store.PutDocument(ctx, document); err != nil {
		return err
	}
	site, err := k.Sites(one.Site)
	if err != nil {
		return err
	}
	address, err := k.Ring.Open(ctx, about(one.Site, one.ID), one.Value.Email)
	if err != nil {
		return fmt.Errorf("read a parent's address: %w", err)
	}
	link := k.Address + "/parental/#" + strings.Join([]string{one.Site, one.ID, token}, ".")
	if err := k.Mailer.Send(ctx, letter(string(address), site.Name, link, one.Value.Locale)); err != nil {
		k.Log.WarnContext(ctx, "a message to a parent was not sent", "site", one.Site, "attempt", one.Value.Unsent, "error", err)
		return nil // The lease is the pause until the next attempt.
	}
	_, err = k.cases().Change(ctx, one.Site, one.ID, func(c *Case) error {
		c.Unsent, c.Next = -1, now.Add(answerTime)
		if c.IsDecided() {
			c.Next = c.End
		}
		return nil
	})
	return err
}
