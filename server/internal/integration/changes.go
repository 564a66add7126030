package integration

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"assent/server/internal/consent"
	"assent/server/internal/register"
)

// attempts bounds how often changes begin anew because of others.
const attempts = 20

// changes are read, worked out, and then kept together or not at all.
type changes struct {
	books    books
	visitors map[place]*register.Entry[visitor]
	waiting  map[place]*register.Entry[waiting]
	dead     map[place]*register.Entry[dead]
	logs     map[place]*register.Entry[log]
	read     map[place]register.Document // As kept.
}

// place is a document of an integration: of a visitor's, where it has a subject.
type place struct {
	kind          register.Kind
	site, subject string
}

// changing keeps what work works out. It begins anew where somebody else changed what was read.
func (k *Keeper) changing(ctx context.Context, work func(*changes) error) error {
	for range attempts {
		c := &changes{books: k.books(), visitors: map[place]*register.Entry[visitor]{}, waiting: map[place]*register.Entry[waiting]{},
			dead: map[place]*register.Entry[dead]{}, logs: map[place]*register.Entry[log]{}, read: map[place]register.Document{}}
		if err := work(c); err != nil {
			return err
		}
		err := c.keep(ctx)
		if !errors.Is(err, consent.ErrConflict) {
			return err
		}
	}
	return fmt.Errorf("change deliveries: met other changes %d times: %w", attempts, consent.ErrUnavailable)
}

func (c *changes) visitor(ctx context.Context, to Entry, subject string) (*register.Entry[visitor], error) {
	return entryOf(ctx, c, c.visitors, c.books.visitors(to.ID), to.Site, subject)
}

func (c *changes) waits(ctx context.Context, to Entry, subject string) (*register.Entry[waiting], error) {
	return entryOf(ctx, c, c.waiting, c.books.waiting(to.ID), to.Site, subject)
}

func (c *changes) letter(ctx context.Context, to Entry, subject string) (*register.Entry[dead], error) {
	return entryOf(ctx, c, c.dead, c.books.dead(to.ID), to.Site, subject)
}

func (c *changes) log(ctx context.Context, to Entry) (*register.Entry[log], error) {
	return entryOf(ctx, c, c.logs, c.books.logs(), to.Site, to.ID)
}

func entryOf[T any](ctx context.Context, c *changes, known map[place]*register.Entry[T], book register.Book[T], site, id string) (*register.Entry[T], error) {
	at := place{book.Kind, site, id}
	if entry, isKnown := known[at]; isKnown {
		return entry, nil
	}
	entry, err := book.Entry(ctx, site, id)
	if err != nil {
		return nil, err
	}
	if c.read[at], err = book.Next(entry); err != nil {
		return nil, err
	}
	known[at] = &entry
	return &entry, nil
}

func (c *changes) forget(to Entry, subject string) {
	c.visitors[place{register.Kind(kindVisitor + to.ID), to.Site, subject}].Value = visitor{}
}

// tell adds an event to what waits for a visitor. Dead letters of the same visitor are tried again before it, since it must not
// overtake a withdrawal; so a dead letter is always the last word.
func (c *changes) tell(ctx context.Context, to Entry, subject string, event Event) error {
	waits, err := c.waits(ctx, to, subject)
	if err != nil {
		return err
	}
	letter, err := c.letter(ctx, to, subject)
	if err != nil {
		return err
	}
	before := append(revived(letter.Value.Events, event), waits.Value.Events...)
	letter.Value = dead{}
	first := firstID(waits.Value.Events)
	waits.Value.Events = join(before, event)
	if firstID(waits.Value.Events) != first {
		waits.Value.Attempts, waits.Value.Next = 0, event.Queued
	}
	return nil
}

// join adds an event and drops those that it makes pointless: a grant is told only while it is the last word, and of several
// withdrawals the last one tells all.
func join(before []Event, next Event) []Event {
	kept := slices.DeleteFunc(slices.Clone(before), func(e Event) bool { return e.isGrant() || !next.isGrant() })
	return append(kept, next)
}

// revived are dead letters that are tried again from now on.
func revived(events []Event, now Event) []Event {
	again := slices.Clone(events)
	for i := range again {
		again[i].Queued = now.Queued
	}
	return again
}

func firstID(events []Event) string {
	if len(events) == 0 {
		return ""
	}
	return events[0].ID
}

// keep writes what is other than it was read. What says nothing any more is removed.
func (c *changes) keep(ctx context.Context) error {
	var puts, removals []register.Document
	err := errors.Join(
		gather(c, c.visitors, c.books.visitors, func(v visitor) bool { return v.Decision == "" }, &puts, &removals),
		gather(c, c.waiting, c.books.waiting, func(w waiting) bool { return len(w.Events) == 0 }, &puts, &removals),
		gather(c, c.dead, c.books.dead, func(d dead) bool { return len(d.Events) == 0 }, &puts, &removals),
		gather(c, c.logs, func(string) register.Book[log] { return c.books.logs() }, func(l log) bool { return len(l.Attempts) == 0 }, &puts, &removals),
	)
	if err != nil {
		return err
	}
	if len(puts)+len(removals) == 0 {
		return nil
	}
	return c.books.store.ChangeDocuments(ctx, puts, removals)
}

func gather[T any](c *changes, known map[place]*register.Entry[T], book func(id string) register.Book[T], isNothing func(T) bool, puts, removals *[]register.Document) error {
	for at, entry := range known {
		// Books of an integration are named after it.
		id := string(at.kind[strings.LastIndexByte(string(at.kind), '-')+1:])
		next, err := book(id).Next(*entry)
		if err != nil {
			return err
		}
		was := c.read[at]
		switch {
		case isNothing(entry.Value):
			if entry.Revision > 0 {
				*removals = append(*removals, book(id).Gone(*entry))
			}
		case entry.Revision == 0 || string(next.Body) != string(was.Body):
			*puts = append(*puts, next)
		}
	}
	slices.SortFunc(*puts, func(a, b register.Document) int { return cmp.Compare(a.ID, b.ID) })
	return nil
}
