package main

import (
	"errors"
	"fmt"
	"time"

	"assent/server/internal/consent"
	"assent/server/internal/linking"
	"assent/server/internal/sealing"
	"assent/server/internal/site"
)

// linksOf keeps links between browsers and accounts. What records, and what it is recorded in, is to be given.
func linksOf(stores *stores, ring *sealing.Ring, catalog *site.Catalog) *linking.Keeper {
	return &linking.Keeper{Store: stores.front, Ring: ring, Ledger: stores.back, Notices: catalog.Notice, Now: time.Now}
}

type siteLinkCommand struct {
	siteFlags
	dataKeyFlags
	ID  string `arg:"" help:"The site's id; see: assent site list."`
	Off bool   `help:"Switch it off instead. Links stay, and nothing follows."`
}

// Run switches it on with a new secret, which is all that it prints, or off.
func (c *siteLinkCommand) Run(env *environment) (err error) {
	store, err := c.openExisting(env)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, store.Close()) }()
	if _, err := store.Site(env.ctx, c.ID); errors.Is(err, consent.ErrNotFound) {
		return noSuchSite(c.ID)
	} else if err != nil {
		return err
	}
	if c.Off {
		return publisherOf(store).LetLink(env.ctx, c.ID, false)
	}
	ring, err := dataKeysOf(store, c.Data, c.DataKeys).open(env.ctx)
	if err != nil {
		return err
	}
	secret, err := (&linking.Keeper{Store: store, Ring: ring, Now: time.Now}).MakeSecret(env.ctx, c.ID)
	if err != nil {
		return err
	}
	if err := publisherOf(store).LetLink(env.ctx, c.ID, true); err != nil {
		return err
	}
	_, err = fmt.Fprintln(env.stdout, secret)
	return err
}
