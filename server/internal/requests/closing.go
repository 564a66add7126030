package requests

import (
	"context"
	"crypto/rand"
	"strings"
	"time"

	"assent/server/internal/consent"
	"assent/server/internal/register"
)

// Closing waits for those who are to hear that a request was closed. It does not lead back to the visitor.
type Closing struct {
	Document string // The closing document's id.
	Kind     string
	State    string
	At       time.Time
}

// ClosingsIn is what a store keeps of closed requests that nobody has heard of yet.
func ClosingsIn(store register.Store) register.Book[Closing] {
	return register.Book[Closing]{Store: store, Kind: "request-closing", Due: func(c Closing) time.Time { return c.At }}
}

// change edits a request. If that closes it, that is noted together with it, so that it is heard of whatever happens.
func (d *Desk) change(ctx context.Context, site, id string, edit func(*Request) error) (Request, error) {
	isNews := false
	return d.book.ChangeAlong(ctx, site, id, func(r *Request) error {
		before := r.State
		if err := edit(r); err != nil {
			return err
		}
		isNews = r.IsClosed() && r.State != before
		if isNews {
			r.name()
		}
		return nil
	}, func(r Request) ([]register.Document, error) {
		if !isNews {
			return nil, nil
		}
		closing, err := d.closing(site, r)
		return []register.Document{closing}, err
	})
}

// addClosed keeps a request that is closed from the beginning.
func (d *Desk) addClosed(ctx context.Context, site, id string, r Request) error {
	r.name()
	made, err := d.book.Next(Registered{Site: site, ID: id, Value: r})
	if err != nil {
		return err
	}
	closing, err := d.closing(site, r)
	if err != nil {
		return err
	}
	return d.store.ChangeDocuments(ctx, []register.Document{made, closing}, nil)
}

func (d *Desk) closing(site string, r Request) (register.Document, error) {
	book := ClosingsIn(d.store)
	return book.Next(register.Entry[Closing]{Site: site, ID: r.Document + "-" + r.State,
		Value: Closing{Document: r.Document, Kind: r.Kind, State: r.State, At: r.ended()}})
}

// name gives the closing document an id by chance: whoever knows a visitor's pseudonym could tell by the reference whose it is.
func (r *Request) name() {
	if r.Document == "" {
		r.Document = strings.ToLower(rand.Text())
	}
}

// ByDocument finds a request by the id of its closing document, and returns it with its reference.
func (d *Desk) ByDocument(ctx context.Context, site, document string) (Registered, error) {
	all, err := d.book.List(ctx, site)
	if err != nil {
		return Registered{}, err
	}
	for _, one := range all {
		if one.Value.Document == document {
			return one, nil
		}
	}
	return Registered{}, consent.ErrNotFound
}
