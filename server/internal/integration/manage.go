package integration

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/netip"
	"slices"
	"strings"
	"time"

	"github.com/google/uuid"

	"assent/schemas"
	"assent/server/internal/consent"
	"assent/server/internal/register"
)

// mostIntegrations of one site.
const mostIntegrations = 50

// tryTime is how long a test waits for an answer, since somebody waits for the test.
const tryTime = 10 * time.Second

// mostListed is how many waiting events, and how many dead letters, are listed at once.
const mostListed = 50

// far is later than anything is due.
var far = time.Date(9999, 1, 1, 0, 0, 0, 0, time.UTC)

// Wish is what somebody wants an integration to be.
type Wish struct {
	Name, URL, Service, Description string
	Fields                          []string
	Requests                        bool
}

// Desk is where integrations are connected and looked after.
type Desk struct {
	Keeper *Keeper
	Permit func(netip.AddrPort) bool // Of addresses that are not on the Internet.
}

func (d Desk) books() books { return d.Keeper.books() }

// List returns a site's integrations by name.
func (d Desk) List(ctx context.Context, site string) ([]Entry, error) {
	all, err := d.books().integrations().List(ctx, site)
	if err != nil {
		return nil, err
	}
	all = slices.DeleteFunc(all, func(e Entry) bool { return e.Value.State == removing })
	slices.SortFunc(all, func(a, b Entry) int {
		return cmp.Or(strings.Compare(a.Value.Name, b.Value.Name), strings.Compare(a.ID, b.ID))
	})
	return all, nil
}

// Get returns one, or consent.ErrNotFound.
func (d Desk) Get(ctx context.Context, site, id string) (Entry, error) {
	entry, err := d.books().integrations().Entry(ctx, site, id)
	if err == nil && (entry.Revision == 0 || entry.Value.State == removing) {
		err = consent.ErrNotFound
	}
	return entry, err
}

// Preview checks a wish against the notice and returns what a grant would tell, and whom.
func (d Desk) Preview(site string, wish Wish, noticeID string, notice schemas.Notice) (json.RawMessage, schemas.Service, error) {
	if err := d.check(wish, notice); err != nil {
		return nil, schemas.Service{}, err
	}
	service := *find(notice, wish.Service)
	body, err := Sample(Entry{Site: site, Value: wish.integration()}, noticeID, service.Purpose, d.Keeper.Now())
	return body, service, err
}

func (w Wish) integration() Integration {
	return Integration{Name: w.Name, URL: w.URL, Service: w.Service, Description: w.Description, Fields: w.Fields, Requests: w.Requests}
}

// Connect keeps a new integration, which is off, and returns the secret that its receiver verifies with.
func (d Desk) Connect(ctx context.Context, site string, wish Wish, notice schemas.Notice) (Entry, string, error) {
	if err := d.check(wish, notice); err != nil {
		return Entry{}, "", err
	}
	all, err := d.List(ctx, site)
	if err != nil {
		return Entry{}, "", err
	}
	if len(all) >= mostIntegrations {
		return Entry{}, "", fault("", fmt.Sprintf("the site has %d integrations; remove one that nobody needs", mostIntegrations))
	}
	now := d.Keeper.Now().UTC()
	made := Entry{Site: site, ID: newID(), Value: wish.integration()}
	made.Value.State, made.Value.Created = Off, now
	secret, err := d.Keeper.addSecret(site, made.ID, &made.Value)
	if err != nil {
		return Entry{}, "", err
	}
	return made, secret, d.books().integrations().Add(ctx, site, made.ID, made.Value)
}

// Change keeps another wish. The service stays: who granted one has not granted another.
func (d Desk) Change(ctx context.Context, site, id string, wish Wish, notice schemas.Notice) (Entry, error) {
	if err := d.check(wish, notice); err != nil {
		return Entry{}, err
	}
	return d.change(ctx, site, id, func(i *Integration) error {
		if i.Service != wish.Service {
			return fault("/service", "cannot be changed, since visitors were asked about the one that it is; connect another integration")
		}
		i.Name, i.URL, i.Description, i.Fields, i.Requests = wish.Name, wish.URL, wish.Description, wish.Fields, wish.Requests
		return nil
	})
}

// Switch turns an integration on or off. Turned on, it is told the grants that are recorded from now on.
func (d Desk) Switch(ctx context.Context, site, id, state string, notice schemas.Notice) (Entry, error) {
	return d.change(ctx, site, id, func(i *Integration) error {
		if state == On {
			if err := isTold(i.Service, notice); err != nil {
				return err
			}
			if i.State != On {
				i.Since = d.Keeper.Now().UTC()
			}
		}
		i.State = state
		return nil
	})
}

// Rotate makes a new secret. The one before it is signed with for another day.
func (d Desk) Rotate(ctx context.Context, site, id string) (entry Entry, secret string, err error) {
	entry, err = d.change(ctx, site, id, func(i *Integration) error {
		secret, err = d.Keeper.addSecret(site, id, i)
		return err
	})
	return entry, secret, err
}

// Remove ends an integration. What was kept for it is removed by the Keeper.
func (d Desk) Remove(ctx context.Context, site, id string) error {
	_, err := d.change(ctx, site, id, func(i *Integration) error {
		*i = Integration{State: removing, Created: i.Created}
		return nil
	})
	return err
}

func (d Desk) change(ctx context.Context, site, id string, edit func(*Integration) error) (Entry, error) {
	value, err := d.books().integrations().Change(ctx, site, id, func(i *Integration) error {
		if i.State == removing {
			return consent.ErrNotFound
		}
		return edit(i)
	})
	return Entry{Site: site, ID: id, Value: value}, err
}

// Try sends an event of a made-up visitor, whether the integration is on or off, and returns how that came out.
func (d Desk) Try(ctx context.Context, site, id, noticeID string, notice schemas.Notice) (Attempt, error) {
	to, err := d.Get(ctx, site, id)
	if err != nil {
		return Attempt{}, err
	}
	purpose := ""
	if named := find(notice, to.Value.Service); named != nil {
		purpose = named.Purpose
	}
	body, err := Sample(to, noticeID, purpose, d.Keeper.Now())
	if err != nil {
		return Attempt{}, err
	}
	var sample payload[data]
	if err := json.Unmarshal(body, &sample); err != nil {
		return Attempt{}, fmt.Errorf("read sample: %w", err)
	}
	sample.Type = Test
	if body, err = json.Marshal(sample); err != nil {
		return Attempt{}, fmt.Errorf("encode test: %w", err)
	}
	short, cancel := context.WithTimeout(ctx, tryTime)
	defer cancel()
	o, err := d.Keeper.attempt(short, to, "", Event{ID: eventID(uuid.NewString()), Type: Test, Body: body})
	if err != nil {
		return Attempt{}, err
	}
	return o.Attempt, d.Keeper.changing(ctx, func(c *changes) error {
		told, err := c.log(ctx, to)
		if err == nil {
			told.Value.add(o.Attempt)
		}
		return err
	})
}

// Told is how an integration stands.
type Told struct {
	Recent  []Attempt // The newest first.
	Waiting []Letter  // The next ones to be tried; as many as are listed.
	Dead    []Letter  // The oldest first; as many as are listed.
}

// Letter is an event that waits, or could not be delivered.
type Letter struct {
	Subject  string
	Event    string
	Type     string
	Recorded time.Time
	At       time.Time // When it is tried next, or died.
	Attempts int
	Last     Attempt
}

// Told returns how an integration stands.
func (d Desk) Told(ctx context.Context, site, id string) (Told, error) {
	if _, err := d.Get(ctx, site, id); err != nil {
		return Told{}, err
	}
	recent, err := d.books().logs().Entry(ctx, site, id)
	if err != nil {
		return Told{}, err
	}
	told := Told{Recent: recent.Value.Attempts}
	waits, err := d.books().waiting(id).DueBy(ctx, far, mostListed)
	if err != nil {
		return Told{}, err
	}
	for _, one := range waits {
		told.Waiting = append(told.Waiting, letterOf(one.ID, one.Value.Events[0], one.Value.Next, one.Value.Attempts, one.Value.Last))
	}
	letters, err := d.books().dead(id).DueBy(ctx, far, mostListed)
	if err != nil {
		return Told{}, err
	}
	for _, one := range letters {
		told.Dead = append(told.Dead, letterOf(one.ID, one.Value.Events[0], one.Value.At, 0, one.Value.Last))
	}
	return told, nil
}

func letterOf(subject string, e Event, at time.Time, attempts int, last Attempt) Letter {
	return Letter{Subject: subject, Event: e.ID, Type: e.Type, Recorded: e.Recorded, At: at, Attempts: attempts, Last: last}
}

// Replay lets dead letters be tried again: that of one visitor, or all. It returns how many.
func (d Desk) Replay(ctx context.Context, site, id, subject string) (int, error) {
	to, err := d.Get(ctx, site, id)
	if err != nil {
		return 0, err
	}
	if subject != "" {
		return d.replay(ctx, to, []string{subject})
	}
	replayed := 0
	for {
		letters, err := d.books().dead(id).DueBy(ctx, far, perIntake)
		if err != nil || len(letters) == 0 {
			return replayed, err
		}
		var subjects []string
		for _, one := range letters {
			subjects = append(subjects, one.ID)
		}
		n, err := d.replay(ctx, to, subjects)
		if replayed += n; err != nil {
			return replayed, err
		}
	}
}

func (d Desk) replay(ctx context.Context, to Entry, subjects []string) (replayed int, err error) {
	err = d.Keeper.changing(ctx, func(c *changes) error {
		replayed = 0
		for _, subject := range subjects {
			letter, err := c.letter(ctx, to, subject)
			if err != nil {
				return err
			}
			waits, err := c.waits(ctx, to, subject)
			if err != nil {
				return err
			}
			if len(letter.Value.Events) == 0 {
				continue
			}
			now := d.Keeper.Now().UTC()
			waits.Value = waiting{Events: revived(letter.Value.Events, Event{Queued: now}), Next: now}
			letter.Value = dead{}
			replayed++
		}
		return nil
	})
	return replayed, err
}

// check says what is wrong with a wish.
func (d Desk) check(wish Wish, notice schemas.Notice) error {
	if strings.TrimSpace(wish.Name) == "" || len(wish.Name) > 100 {
		return fault("/name", "must have 1 to 100 characters")
	}
	if len(wish.Description) > 1000 {
		return fault("/description", "must have at most 1000 characters")
	}
	if err := CheckAddress(wish.URL, d.Permit); err != nil {
		return fault("/address", err.Error())
	}
	for i, field := range wish.Fields {
		if !slices.Contains(Fields, field) || slices.Contains(wish.Fields[:i], field) {
			return fault(fmt.Sprintf("/fields/%d", i), fmt.Sprintf("%q is no field of its own; there are %s", field, strings.Join(Fields, ", ")))
		}
	}
	return isTold(wish.Service, notice)
}

// isTold makes sure that visitors are told of a service before anything is shared with it.
func isTold(service string, notice schemas.Notice) error {
	named := find(notice, service)
	switch {
	case named == nil:
		return fault("/service", fmt.Sprintf("the published notice names no service %q; add it there and publish, so that visitors are asked", service))
	case named.Purpose == consent.Essential:
		return fault("/service", "is essential, which visitors can neither grant nor refuse; choose one under another purpose")
	case named.Provider == "" || named.Country == "":
		return fault("/service", "the published notice does not say who receives the data and in which country; give the service a provider and a country, and publish")
	}
	return nil
}

func fault(pointer, detail string) error {
	return &consent.InvalidError{Faults: []schemas.Fault{{Pointer: pointer, Detail: detail}}}
}

// clear removes what was kept for an integration, and then itself.
func (k *Keeper) clear(ctx context.Context, one Entry) error {
	for _, err := range []error{
		clearBook(ctx, k.Store, k.books().waiting(one.ID)), clearBook(ctx, k.Store, k.books().dead(one.ID)), clearBook(ctx, k.Store, k.books().visitors(one.ID)),
	} {
		if errors.Is(err, consent.ErrConflict) {
			return nil // Next time.
		}
		if err != nil {
			return err
		}
	}
	gone := []register.Document{k.books().integrations().Gone(one)}
	told, err := k.books().logs().Entry(ctx, one.Site, one.ID)
	if err != nil {
		return err
	}
	if told.Revision > 0 {
		gone = append(gone, k.books().logs().Gone(told))
	}
	return k.Store.ChangeDocuments(ctx, nil, gone)
}

func clearBook[T any](ctx context.Context, store register.Store, book register.Book[T]) error {
	for {
		some, err := book.DueBy(ctx, far, perIntake)
		if err != nil || len(some) == 0 {
			return err
		}
		var gone []register.Document
		for _, one := range some {
			gone = append(gone, book.Gone(one))
		}
		if err := store.ChangeDocuments(ctx, nil, gone); err != nil {
			return err
		}
	}
}
