package main

import (
	"crypto/rand"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"

	"assent/schemas"
	"assent/server/internal/archive"
	"assent/server/internal/consent"
	"assent/server/internal/processing"
	"assent/server/internal/requests"
	"assent/server/internal/reviewing"
	"assent/server/internal/site"
	"assent/server/internal/transparency"
)

type archiveCommand struct {
	storeFlags
	adequacyFlags
	Site string `arg:"" help:"Id of the site; see: assent site list."`
	File string `arg:"" help:"File to write (ZIP), which must not exist. Only its owner can read it: it holds what people decided."`

	From       string   `help:"First day, in the site's time zone; without it, from the beginning." placeholder:"2026-01-01"`
	To         string   `help:"Last day; without it, up to now." placeholder:"2026-12-31"`
	Language   string   `help:"Language of the explanation and of the record of processing." enum:"en,de" default:"en"`
	Checkpoint []string `help:"File of checkpoints that witnesses have signed, such as /log/checkpoint answered, to be put in as well; may be given several times." placeholder:"FILE"`

	SigningKeys string `help:"File of keys that are kept apart from the data, instead of those in the store." name:"signing-keys" env:"ASSENT_SIGNING_KEYS" placeholder:"FILE"`
	PublicURL   string `help:"Address of the server, to be named in the archive." name:"public-url" env:"ASSENT_PUBLIC_URL" placeholder:"https://assent.example.com"`
}

// Run writes the archive. A server may be using the stores.
func (c *archiveCommand) Run(env *environment) (err error) {
	stores, err := c.openBeside(env)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, stores.Close()) }()
	wanted, err := c.wanted(env, stores)
	if err != nil {
		return err
	}
	source, err := c.source(env, stores)
	if err != nil {
		return err
	}
	partly := c.File + ".part"
	file, err := os.OpenFile(partly, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return err
	}
	written, err := archive.Write(env.ctx, file, source, wanted)
	if err = errors.Join(err, file.Close()); err == nil {
		err = os.Link(partly, c.File) // Fails where the file exists.
	}
	if err = errors.Join(err, os.Remove(partly)); err != nil {
		return err
	}
	_, err = fmt.Fprintf(env.stdout, "%s holds %d decisions and %d tombstones, of a log of %d entries; check it with: assent verify archive %q\n",
		c.File, written.Decisions, written.Tombstones, written.Entries, filepath.Base(c.File))
	return err
}

func (c *archiveCommand) wanted(env *environment, stores *stores) (archive.Wanted, error) {
	found, err := stores.front.Site(env.ctx, c.Site)
	if errors.Is(err, consent.ErrNotFound) {
		return archive.Wanted{}, fmt.Errorf("there is no site %q; see: assent site list", c.Site)
	}
	if err != nil {
		return archive.Wanted{}, err
	}
	if found.Demo {
		return archive.Wanted{}, fmt.Errorf("site %q is made up, and no log has its decisions: there is nothing to prove", c.Site)
	}
	wanted := archive.Wanted{Site: found, MadeAt: time.Now()}
	if wanted.From, wanted.To, err = daysOf(found, c.From, c.To, wanted.MadeAt); err != nil {
		return archive.Wanted{}, err
	}
	adequate, err := c.adequate()
	if err != nil {
		return archive.Wanted{}, err
	}
	catalog, err := site.OpenCatalog(env.ctx, stores.front, stores.front)
	if err != nil {
		return archive.Wanted{}, err
	}
	published := processing.Published{Site: found, ID: found.Notice}
	notice, err := catalog.Notice(env.ctx, found.ID, found.Notice)
	if err != nil {
		return archive.Wanted{}, err
	}
	published.Notice = *notice
	if published.At, err = publisherOf(stores.front).PublishedAt(env.ctx, found, published.ID); err != nil {
		return archive.Wanted{}, err
	}
	if published.Reviewed, err = reviewing.LastAnswered(env.ctx, stores.front, found.ID); err != nil {
		return archive.Wanted{}, err
	}
	wanted.Processing = processing.Record(published, adequate, c.Language, wanted.MadeAt)
	return wanted, nil
}

// daysOf is the period from the first day to the last, as far as it is over.
func daysOf(of schemas.Site, first, last string, now time.Time) (from, to time.Time, err error) {
	zone, err := time.LoadLocation(of.TimeZone)
	if err != nil {
		return from, to, fmt.Errorf("time zone of site %s: %w", of.ID, err)
	}
	to = now
	if first != "" {
		if from, err = time.ParseInLocation(time.DateOnly, first, zone); err != nil {
			return from, to, fmt.Errorf("--from %q is no day; write it as 2026-01-31", first)
		}
	}
	if last != "" {
		day, err := time.ParseInLocation(time.DateOnly, last, zone)
		if err != nil {
			return from, to, fmt.Errorf("--to %q is no day; write it as 2026-01-31", last)
		}
		if end := day.AddDate(0, 0, 1); end.Before(now) {
			to = end
		}
	}
	if !from.Before(to) {
		return from, to, errors.New("the period is empty: --from is later than --to, or has not come yet")
	}
	return from, to, nil
}

func (c *archiveCommand) source(env *environment, stores *stores) (archive.Source, error) {
	log, err := transparency.Open(env.ctx, stores.logged, rand.Reader)
	if err != nil {
		return archive.Source{}, err
	}
	keys, err := openSigning(env.ctx, stores.front, c.SigningKeys)
	if err != nil {
		return archive.Source{}, err
	}
	given, err := readCheckpoints(c.Checkpoint)
	if err != nil {
		return archive.Source{}, err
	}
	return archive.Source{Log: log, Rows: stores.logged, Notices: stores.front, Scripts: editionsOf(stores.front), Keys: keys, Issuer: strings.TrimSuffix(c.PublicURL, "/"),
		Known: func() []string { return given }, Restricted: requests.HonouredIn(stores.front).Restricted}, nil
}

// readCheckpoints takes apart files that have several.
func readCheckpoints(files []string) (all []string, err error) {
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			return nil, err
		}
		all = append(all, transparency.SplitCheckpoints(string(text))...)
	}
	return all, nil
}
