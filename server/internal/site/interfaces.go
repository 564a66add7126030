// Package site knows the sites and their notices: what makes a notice complete and lawful, what its id is, and which
// origins may speak for a site.
package site

import (
	"context"

	"assent/schemas"
)

// Registry holds the sites. Both stores implement it; a change made by another process is seen at once.
type Registry interface {
	// PutSite creates or replaces a site by id, durably, and grows the revision.
	PutSite(ctx context.Context, s schemas.Site) error
	// Site returns one site, or consent.ErrNotFound.
	Site(ctx context.Context, id string) (schemas.Site, error)
	// Sites returns all sites by name.
	Sites(ctx context.Context) ([]schemas.Site, error)
	// Revision is a number that has grown whenever any site has changed: cheap enough to ask several times a second.
	Revision(ctx context.Context) (int64, error)
}

// Archive keeps every notice that a site ever published.
type Archive interface {
	// PutNotice stores a document under site and id, durably. The id is the document's hash, so storing it again is
	// harmless.
	PutNotice(ctx context.Context, site, id string, document []byte) error
	// Notice returns the document, or consent.ErrNotFound: also when only another site published it.
	Notice(ctx context.Context, site, id string) ([]byte, error)
}

// Desk is where a site's next notice is written, and from where it is published. Both stores implement it.
type Desk interface {
	// Draft returns a site's draft, or consent.ErrNotFound.
	Draft(ctx context.Context, site string) (schemas.Draft, error)
	// PutDraft stores a draft, durably, where the one that is there has the revision before; otherwise nothing happens and
	// consent.ErrConflict is returned.
	PutDraft(ctx context.Context, site string, d schemas.Draft) error
	// Publish puts next in the place of known, durably, grows the revision of the Registry and adds p, unless it is zero, to
	// what the site published: all or nothing. Where the site is not as known any more (the zero Site for one that does not
	// exist), nothing happens and consent.ErrConflict is returned.
	Publish(ctx context.Context, known, next schemas.Site, p schemas.Publication) error
	// Publications returns what a site published, oldest first.
	Publications(ctx context.Context, site string) ([]schemas.Publication, error)
}
