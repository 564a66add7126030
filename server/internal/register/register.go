// Package register keeps the documents that people and background work take up again until they are done with: requests of
// visitors, legal holds, deliveries. Each has a kind, whose package alone knows what the documents say.
package register

import (
	"context"
	"time"
)

// Kind says what documents are; lower-case letters and hyphens. It is part of the data.
type Kind string

// Key names a document.
type Key struct {
	Kind     Kind
	Site, ID string // Neither is empty.
}

// Document is what a store keeps.
type Document struct {
	Key
	Revision int64     // 1 when it is new; each change adds one.
	Due      time.Time // When it is to be taken up, to the millisecond; zero for never.
	Body     []byte
}

// Store keeps documents. What it returns nil for is durable, and all instances see it.
type Store interface {
	// Document returns one, or consent.ErrNotFound.
	Document(ctx context.Context, key Key) (Document, error)
	// Documents returns all of a kind and site by their ids, in the order of bytes. Without a site it returns those of all
	// sites, site by site.
	Documents(ctx context.Context, kind Kind, site string) ([]Document, error)
	// DueDocuments returns at most limit documents of a kind that are due at that time or before, the earliest first.
	DueDocuments(ctx context.Context, kind Kind, at time.Time, limit int) ([]Document, error)
	// PutDocument keeps a document whose revision is one more than that of what is kept under its key (0 for none), or
	// returns consent.ErrConflict.
	PutDocument(ctx context.Context, d Document) error
	// RemoveDocument removes a document of which that is still the revision, or returns consent.ErrConflict. Removing what
	// is not there is no error.
	RemoveDocument(ctx context.Context, key Key, revision int64) error
	// ChangeDocuments puts and removes all of these, as PutDocument and RemoveDocument do with one, or does nothing and returns
	// consent.ErrConflict. No document is there twice. What is removed needs its key and revision only.
	ChangeDocuments(ctx context.Context, put, remove []Document) error
	// Kinds returns the kinds of which there are documents, in the order of bytes.
	Kinds(ctx context.Context) ([]Kind, error)
}
