package main

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"assent/server/internal/demodata"
	"assent/server/internal/reporting"
)

type demoDataCommand struct {
	storeFlags
	Days           int    `help:"Days until now that are filled." default:"90" placeholder:"N"`
	VisitorsPerDay int    `help:"Visitors who come on a day, on average." name:"visitors-per-day" default:"800" placeholder:"N"`
	Seed           uint64 `help:"Equal seeds make equal data, for the same day." default:"1" placeholder:"N"`
	Remove         bool   `help:"Remove the site with everything in it instead."`
}

// What can be asked for: days enough for three notices, a year, and what a counter holds of one day.
const (
	leastDemoDays    = 3
	mostDemoDays     = 366
	mostDemoVisitors = 5000
)

// Run fills the site, or removes it. A server may go on meanwhile.
func (c *demoDataCommand) Run(env *environment) (err error) {
	switch {
	case c.Days < leastDemoDays || c.Days > mostDemoDays:
		return fmt.Errorf("--days is %d; give %d to %d", c.Days, leastDemoDays, mostDemoDays)
	case c.VisitorsPerDay < 1 || c.VisitorsPerDay > mostDemoVisitors:
		return fmt.Errorf("--visitors-per-day is %d; give 1 to %d", c.VisitorsPerDay, mostDemoVisitors)
	}
	stores, err := c.open(env)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, stores.Close()) }()
	if c.Remove {
		return c.remove(env, stores)
	}
	return c.fill(env, stores)
}

// open opens all stores of a server that may be running. Those that are not there are made, unless it is to remove something.
func (c *demoDataCommand) open(env *environment) (*stores, error) {
	if _, err := os.Stat(filepath.Join(c.Data, "assent.db")); c.Remove && c.RedisURL == "" && err != nil {
		return nil, fmt.Errorf("%w; give the server's folder with --data", err)
	}
	s := &stores{beside: true}
	if err := s.open(env.ctx, c.storeFlags); err != nil {
		return nil, errors.Join(err, s.Close())
	}
	return s, nil
}

func (c *demoDataCommand) fill(env *environment, s *stores) error {
	roller, _ := s.back.(reporting.Roller)
	sum, err := demodata.Fill(env.ctx, demodata.Stores{Publisher: publisherOf(s.front), Ledger: s.back, Exposures: s.back, Roller: roller},
		demodata.Plan{Days: c.Days, VisitorsPerDay: c.VisitorsPerDay, Seed: c.Seed, Until: time.Now(), Progress: func(day int) {
			if day%10 == 0 || day == c.Days {
				fmt.Fprintf(env.stderr, "%d of %d days\n", day, c.Days)
			}
		}})
	switch {
	case errors.Is(err, demodata.ErrThere):
		return fmt.Errorf("%w; remove it first: %s", err, c.removal())
	case errors.Is(err, demodata.ErrReal):
		return fmt.Errorf("%w; demo data is never mixed with real decisions: give another store", err)
	case err != nil:
		return fmt.Errorf("%w; what is there already goes with: %s", err, c.removal())
	}
	_, err = fmt.Fprintf(env.stdout, `Made up %d decisions and %d exposures in %d days. Look at your server's /dashboard/?site=%s&days=90
Remove it all with: %s
`, sum.Decisions, sum.Views, c.Days, demodata.Site, c.removal())
	return err
}

// removal is the command that takes away what this one made.
func (c *demoDataCommand) removal() string {
	return fmt.Sprintf("%s demo-data%s --remove", os.Args[0], c.hint())
}

func (c *demoDataCommand) remove(env *environment, s *stores) error {
	switch err := demodata.Remove(env.ctx, s.front, s.front, s.back); {
	case errors.Is(err, demodata.ErrNone), errors.Is(err, demodata.ErrReal):
		return fmt.Errorf("%w; nothing was removed", err)
	case err != nil:
		return fmt.Errorf("%w; run the same command again to go on", err)
	}
	_, err := fmt.Fprintln(env.stdout, "Removed the demo data")
	return err
}
