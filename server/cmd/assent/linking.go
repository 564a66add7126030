package main

import (
	"time"

	"assent/server/internal/linking"
	"assent/server/internal/sealing"
	"assent/server/internal/site"
)

// linksOf keeps links between browsers and accounts. What records, and what it is recorded in, is to be given.
func linksOf(stores *stores, ring *sealing.Ring, catalog *site.Catalog) *linking.Keeper {
	return &linking.Keeper{Store: stores.front, Ring: ring, Ledger: stores.back, Notices: catalog.Notice, Now: time.Now}
}
