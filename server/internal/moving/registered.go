package moving

import (
	"context"
	"errors"
	"reflect"
	"time"

	"assent/server/internal/consent"
	"assent/server/internal/register"
	"assent/server/internal/sealing"
)

// registered is a register.Document as backups have it. Its revision counts the changes in one store and is left out.
type registered struct {
	Kind string    `json:"kind"`
	Site string    `json:"site"`
	ID   string    `json:"id"`
	Due  time.Time `json:"due,omitzero"`
	Body []byte    `json:"body"`
}

func registeredItem(d register.Document) Item {
	return Item{Registered: &registered{Kind: string(d.Kind), Site: d.Site, ID: d.ID, Due: d.Due.UTC(), Body: d.Body}}
}

func (r registered) document(revision int64) register.Document {
	return register.Document{Key: register.Key{Kind: register.Kind(r.Kind), Site: r.Site, ID: r.ID}, Revision: revision, Due: r.Due, Body: r.Body}
}

// key is the key that an item is, of those that signs or of those that seals, and empty for anything else.
func (i Item) key() string {
	if i.Registered != nil && i.Registered.Kind == string(sealing.Kind) {
		return string(i.Registered.Body)
	}
	return string(i.SigningKey)
}

func (p Place) readRegister(ctx context.Context, do func(Item) error) error {
	kinds, err := p.Front.Kinds(ctx)
	if err != nil {
		return err
	}
	for _, kind := range kinds {
		documents, err := p.Front.Documents(ctx, kind, "")
		if err != nil {
			return err
		}
		for _, d := range documents {
			if err := do(registeredItem(d)); err != nil {
				return err
			}
		}
	}
	return nil
}

func (w *writer) putRegistered(ctx context.Context, r registered) error {
	if r.Kind == string(sealing.Kind) {
		w.brought(string(r.Body))
	}
	next := r.document(1)
	there, err := w.to.Front.Document(ctx, next.Key)
	switch {
	case err != nil && !errors.Is(err, consent.ErrNotFound):
		return err
	case err == nil && reflect.DeepEqual(registeredItem(there).Registered, &r):
		return nil
	case err == nil && !w.replace:
		w.kept = append(w.kept, r.Kind+" "+r.ID+" of site "+r.Site)
		return nil
	}
	next.Revision = there.Revision + 1
	return w.to.Front.PutDocument(ctx, next)
}
