package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"text/tabwriter"
	"time"

	"assent/schemas"
	"assent/server/internal/consent"
	"assent/server/internal/reporting"
	"assent/server/internal/reviewing"
	"assent/server/internal/site"
	"assent/server/internal/transfer"
)

type reviewCommands struct {
	List  reviewListCommand  `cmd:"" help:"List the reviews of a site, or of all: the open ones first, by when they are due."`
	Show  reviewShowCommand  `cmd:"" help:"Print one review as JSON, with what the server knows of the service."`
	Close reviewCloseCommand `cmd:"" help:"Close a review with what you found."`
}

// reviewsOf is where reviews are worked on, over the stores.
func reviewsOf(s *stores, catalog *site.Catalog, adequate transfer.List) reviewing.Desk {
	return reviewing.Desk{Register: s.front, Notices: catalog, Sightings: s.front, Rates: reporting.Rater{Counts: s.back, Query: s.back, Notices: catalog.Notice},
		Ledger: s.back, Trail: s.front, Adequate: adequate, Nobodys: demoSite, Now: time.Now}
}

type reviewListCommand struct {
	siteFlags
	Site string `arg:"" optional:"" help:"Id of a site; all sites without it."`
}

// Run prints one review a line: site, reference, state, when it is due or was closed, by whom.
func (c *reviewListCommand) Run(env *environment) (err error) {
	store, err := c.openExisting(env)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, store.Close()) }()
	all, err := reviewing.BookIn(store).List(env.ctx, c.Site)
	if err != nil {
		return err
	}
	reviewing.Sort(all)
	table := tabwriter.NewWriter(env.stdout, 0, 0, 2, ' ', 0)
	for _, one := range all {
		r, when, note := one.Value, one.Value.Due, one.Value.By
		switch {
		case !r.IsOpen():
			when = r.Closed
		case r.IsOverdue(time.Now()):
			note = "overdue"
		}
		if _, err := fmt.Fprintf(table, "%s\t%s\t%s\t%s\t%s\n", one.Site, one.ID, r.State, when.Format(time.DateOnly), note); err != nil {
			return err
		}
	}
	return table.Flush()
}

// reviewFlags name a review.
type reviewFlags struct {
	storeFlags
	adequacyFlags
	Site   string `arg:"" help:"Id of the site."`
	Review string `arg:"" help:"Reference of the review; see: assent reviews list."`
}

// on does something with the desk.
func (f reviewFlags) on(env *environment, do func(reviewing.Desk) error) error {
	adequate, err := f.adequate()
	if err != nil {
		return err
	}
	return f.with(env, func(s *stores) error {
		catalog, err := site.OpenCatalog(env.ctx, s.front, s.front)
		if err != nil {
			return err
		}
		err = do(reviewsOf(s, catalog, adequate))
		switch {
		case errors.Is(err, reviewing.ErrClosed):
			return fmt.Errorf("%w; see: assent reviews list", err)
		case errors.Is(err, consent.ErrNotFound):
			return fmt.Errorf("the site %s has no review %s; see: assent reviews list", f.Site, f.Review)
		}
		return err
	})
}

type reviewShowCommand struct{ reviewFlags }

// Run prints the review.
func (c *reviewShowCommand) Run(env *environment) error {
	return c.on(env, func(desk reviewing.Desk) error {
		found, err := desk.Get(env.ctx, c.Site, c.Review)
		if err != nil {
			return err
		}
		out := json.NewEncoder(env.stdout)
		out.SetIndent("", "  ")
		return out.Encode(found)
	})
}

type reviewCloseCommand struct {
	reviewFlags
	InUse    string `help:"The service is still used." name:"in-use" required:"" enum:"yes,no,unsure" placeholder:"yes|no|unsure"`
	Storage  string `help:"Its cookies, storage and hosts are still as declared." required:"" enum:"yes,no,unsure" placeholder:"yes|no|unsure"`
	Purpose  string `help:"Its purpose is still right." required:"" enum:"yes,no,unsure" placeholder:"yes|no|unsure"`
	Provider string `help:"Provider, country, safeguard and retention are still right." required:"" enum:"yes,no,unsure" placeholder:"yes|no|unsure"`
	Remark   string `help:"What is not as declared, and what you will do; needed unless all is yes." placeholder:"TEXT"`
	By       string `help:"Who reviewed it." required:"" placeholder:"NAME"`
}

// Run closes the review and says when the next one is due.
func (c *reviewCloseCommand) Run(env *environment) error {
	return c.on(env, func(desk reviewing.Desk) error {
		closed, err := desk.Close(env.ctx, c.Site, c.Review, c.By, schemas.ReviewAnswers{InUse: c.InUse, Storage: c.Storage, Purpose: c.Purpose, Provider: c.Provider, Remark: c.Remark})
		if err != nil {
			return err
		}
		if err := desk.Tell(env.ctx, c.Site, c.Review, c.By, closed); err != nil {
			return err
		}
		all, err := desk.List(env.ctx, c.Site)
		if err != nil {
			return err
		}
		for _, one := range all {
			if one.Value.Service == closed.Service && one.Value.IsOpen() {
				_, err := fmt.Fprintf(env.stdout, "%s is closed; the next review, %s, is due on %s\n", c.Review, one.ID, one.Value.Due.Format(time.DateOnly))
				return err
			}
		}
		_, err = fmt.Fprintf(env.stdout, "%s is closed\n", c.Review)
		return err
	})
}
