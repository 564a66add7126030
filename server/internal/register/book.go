package register

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"assent/server/internal/consent"
)

// attempts bounds how often a change begins anew because of another one. Of those that meet, one gets through each time.
const attempts = 64

// Book is the documents of one kind, as values.
type Book[T any] struct {
	Store Store
	Kind  Kind
	Due   func(T) time.Time // When a value is to be taken up; nil for never.
}

// Entry is a value and what it is kept under.
type Entry[T any] struct {
	Site, ID string
	Revision int64
	Value    T
}

// Get returns one value, or consent.ErrNotFound.
func (b Book[T]) Get(ctx context.Context, site, id string) (T, error) {
	entry, err := b.entry(ctx, site, id)
	return entry.Value, err
}

// List returns all values of a site, or of all sites where none is named, by their ids.
func (b Book[T]) List(ctx context.Context, site string) ([]Entry[T], error) {
	documents, err := b.Store.Documents(ctx, b.Kind, site)
	if err != nil {
		return nil, err
	}
	return b.decodeAll(documents)
}

// DueBy returns at most limit values that are due at that time or before, the earliest first.
func (b Book[T]) DueBy(ctx context.Context, at time.Time, limit int) ([]Entry[T], error) {
	documents, err := b.Store.DueDocuments(ctx, b.Kind, at, limit)
	if err != nil {
		return nil, err
	}
	return b.decodeAll(documents)
}

// Add keeps a new value, or returns consent.ErrConflict where there is one already.
func (b Book[T]) Add(ctx context.Context, site, id string, value T) error {
	return b.put(ctx, Entry[T]{Site: site, ID: id, Value: value})
}

// Set keeps a value whatever was kept before.
func (b Book[T]) Set(ctx context.Context, site, id string, value T) error {
	change := func() error {
		_, err := b.Change(ctx, site, id, func(v *T) error { *v = value; return nil })
		return err
	}
	err := change()
	if errors.Is(err, consent.ErrNotFound) {
		err = b.Add(ctx, site, id, value)
	}
	if errors.Is(err, consent.ErrConflict) { // Somebody else was the first to.
		err = change()
	}
	return err
}

// Change edits the value as it is when the change is kept: edit runs again where somebody else was faster, so it changes
// nothing but the value. Its error ends the change and is returned as it is. It returns the value as kept.
func (b Book[T]) Change(ctx context.Context, site, id string, edit func(*T) error) (T, error) {
	return b.ChangeAlong(ctx, site, id, edit, func(T) ([]Document, error) { return nil, nil })
}

// ChangeAlong is Change that keeps other documents too, together with the value or not at all. Which they are follows from the
// edited value.
func (b Book[T]) ChangeAlong(ctx context.Context, site, id string, edit func(*T) error, along func(T) ([]Document, error)) (T, error) {
	for range attempts {
		entry, err := b.entry(ctx, site, id)
		if err != nil {
			return entry.Value, err
		}
		if err := edit(&entry.Value); err != nil {
			return entry.Value, err
		}
		others, err := along(entry.Value)
		if err != nil {
			return entry.Value, err
		}
		err = b.put(ctx, entry, others...)
		if !errors.Is(err, consent.ErrConflict) {
			return entry.Value, err
		}
	}
	var none T
	return none, fmt.Errorf("change %s %s: met another change %d times: %w", b.Kind, id, attempts, consent.ErrUnavailable)
}

// Remove removes an entry as it was read; consent.ErrConflict says that somebody changed it since.
func (b Book[T]) Remove(ctx context.Context, entry Entry[T]) error {
	return b.Store.RemoveDocument(ctx, b.key(entry.Site, entry.ID), entry.Revision)
}

// Entry returns one value with its revision; that of a value that is not there is 0.
func (b Book[T]) Entry(ctx context.Context, site, id string) (Entry[T], error) {
	entry, err := b.entry(ctx, site, id)
	if errors.Is(err, consent.ErrNotFound) {
		return Entry[T]{Site: site, ID: id}, nil
	}
	return entry, err
}

// Next is what Store.ChangeDocuments puts to keep an entry as it is now.
func (b Book[T]) Next(entry Entry[T]) (Document, error) {
	body, err := json.Marshal(entry.Value)
	if err != nil {
		return Document{}, fmt.Errorf("encode %s: %w", b.Kind, err)
	}
	document := Document{Key: b.key(entry.Site, entry.ID), Revision: entry.Revision + 1, Body: body}
	if b.Due != nil {
		document.Due = b.Due(entry.Value)
	}
	return document, nil
}

// Gone is what Store.ChangeDocuments removes to remove an entry as it was read.
func (b Book[T]) Gone(entry Entry[T]) Document {
	return Document{Key: b.key(entry.Site, entry.ID), Revision: entry.Revision}
}

func (b Book[T]) key(site, id string) Key { return Key{Kind: b.Kind, Site: site, ID: id} }

func (b Book[T]) entry(ctx context.Context, site, id string) (Entry[T], error) {
	document, err := b.Store.Document(ctx, b.key(site, id))
	if err != nil {
		return Entry[T]{}, err
	}
	return b.decode(document)
}

func (b Book[T]) put(ctx context.Context, entry Entry[T], others ...Document) error {
	document, err := b.Next(entry)
	if err != nil {
		return err
	}
	if len(others) > 0 {
		return b.Store.ChangeDocuments(ctx, append(others, document), nil)
	}
	return b.Store.PutDocument(ctx, document)
}

func (b Book[T]) decodeAll(documents []Document) ([]Entry[T], error) {
	entries := make([]Entry[T], 0, len(documents))
	for _, document := range documents {
		entry, err := b.decode(document)
		if err != nil {
			return nil, err
		}
		entries = append(entries, entry)
	}
	return entries, nil
}

func (b Book[T]) decode(document Document) (Entry[T], error) {
	entry := Entry[T]{Site: document.Site, ID: document.ID, Revision: document.Revision}
	if err := json.Unmarshal(document.Body, &entry.Value); err != nil {
		return entry, fmt.Errorf("decode %s %s: %w", b.Kind, document.ID, err)
	}
	return entry, nil
}
