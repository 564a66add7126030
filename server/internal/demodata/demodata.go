// Package demodata makes a site up: a shop with months of visitors whose decisions and exposures go the way that real ones
// go, so that a newcomer sees what the dashboard shows. The site says of itself that it is made up, so does each of its
// decisions, and it can be removed as a whole, which no other site can.
package demodata

import (
	"context"
	"errors"
	"fmt"

	"assent/schemas"
	"assent/server/internal/consent"
	"assent/server/internal/exposure"
	"assent/server/internal/reporting"
	"assent/server/internal/shipping"
	"assent/server/internal/site"
)

// Site is the id of the only site that is ever filled: what is made up never gets among what is proof.
const Site = "demodata"

const (
	name   = "Demo pots"
	origin = "https://pots.example" // Reserved (RFC 2606): no page can be there.
	zone   = "Europe/Berlin"
)

// What keeps Fill and Remove from what they are asked for.
var (
	ErrThere = errors.New("demo data is there already")
	ErrNone  = errors.New("there is no demo data")
	ErrReal  = fmt.Errorf("the site %q is there and is no demo data", Site)
)

// Stores are where the site goes. Decisions go into the ledger as a shipper brings them, and not through a journal: no
// visitor will ever ask for these choices.
type Stores struct {
	Publisher site.Publisher
	Ledger    shipping.Ledger
	Exposures exposure.Store
	Roller    reporting.Roller // nil when the ledger needs none.
}

// Holdings removes what a site is served from.
type Holdings interface {
	// RemoveSite removes a site with its notices, publications, draft, scripts and what was sighted on its pages, durably,
	// and grows the revision of the site.Registry. The site itself goes with the last step, so that an attempt that failed
	// can be made again.
	RemoveSite(ctx context.Context, site string) error
}

// Trail removes what a site recorded.
type Trail interface {
	// RemoveTrail removes a site's decisions, exposures and everything that is counted from them, durably.
	RemoveTrail(ctx context.Context, site string) error
}

// Remove removes the demo data from everywhere. The site goes last: until then it says what it is.
func Remove(ctx context.Context, sites site.Registry, holdings Holdings, trail Trail) error {
	known, err := demo(ctx, sites)
	if err != nil {
		return err
	}
	if known.ID == "" {
		return ErrNone
	}
	if err := trail.RemoveTrail(ctx, Site); err != nil {
		return err
	}
	return holdings.RemoveSite(ctx, Site)
}

// demo returns the site, or the zero Site where there is none.
func demo(ctx context.Context, sites site.Registry) (schemas.Site, error) {
	known, err := sites.Site(ctx, Site)
	switch {
	case errors.Is(err, consent.ErrNotFound):
		return schemas.Site{}, nil
	case err != nil:
		return schemas.Site{}, err
	case !known.Demo:
		return schemas.Site{}, ErrReal
	}
	return known, nil
}
