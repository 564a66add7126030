package main

import (
	"errors"
	"fmt"
	"text/tabwriter"
	"time"

	"assent/server/internal/requests"
)

type requestsCommand struct {
	siteFlags
	Site string `arg:"" optional:"" help:"Id of a site; all sites without it."`
}

// Run prints one request that is not closed a line: site, reference, what is asked for, state, when it is due.
func (c *requestsCommand) Run(env *environment) (err error) {
	store, err := c.openExisting(env)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, store.Close()) }()
	all, err := requests.BookIn(store).List(env.ctx, c.Site)
	if err != nil {
		return err
	}
	table := tabwriter.NewWriter(env.stdout, 0, 0, 2, ' ', 0)
	for _, one := range all {
		if one.Value.IsClosed() {
			continue
		}
		note := ""
		if one.Value.IsOverdue(time.Now()) {
			note = "\toverdue"
		}
		if _, err := fmt.Fprintf(table, "%s\t%s\t%s\t%s\t%s%s\n", one.Site, one.ID, one.Value.Kind, one.Value.State, one.Value.Due.Format(time.DateOnly), note); err != nil {
			return err
		}
	}
	return table.Flush()
}
