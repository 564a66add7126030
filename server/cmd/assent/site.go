package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"

	"assent/schemas"
	"assent/server/internal/consent"
	"assent/server/internal/integration"
	"assent/server/internal/redisstore"
	"assent/server/internal/site"
	"assent/server/internal/snippetbuild"
	"assent/server/internal/telemetry"
	"assent/server/internal/transfer"
	"assent/snippet"
)

type siteCommands struct {
	Add  siteAddCommand  `cmd:"" help:"Add a site and publish its first notice. Works while a server runs, which serves it within a second."`
	Set  siteSetCommand  `cmd:"" help:"Change a site's name or origins, or publish a notice. A running server follows within a second."`
	List siteListCommand `cmd:"" help:"List the sites."`
	Link siteLinkCommand `cmd:"" help:"Let a site's pages link browsers to its own accounts: make a secret for its server, print it, and switch that on. The secret before it is accepted for another day."`
	Tag  siteTagCommand  `cmd:"" help:"Print a site's script tag, moving and pinned by hash (SRI)."`
}

// siteFlags are the stores that know sites.
type siteFlags struct {
	Data     string `help:"Folder of the embedded store." env:"ASSENT_DATA" default:"data" placeholder:"DIR"`
	RedisURL string `help:"Redis of the server, if it uses one." name:"redis-url" env:"REDIS_URL" placeholder:"redis://HOST:6379"`
}

type siteAddCommand struct {
	siteFlags
	Name   string   `help:"What people call the site." required:"" placeholder:"NAME"`
	Origin []string `help:"Origin of its pages, such as https://shop.example; may be given several times. https://*.shop.example stands for all subdomains." required:"" sep:"none" placeholder:"ORIGIN"`
	Zone   string   `help:"Time zone whose days are the site's, UTC unless given." name:"time-zone" placeholder:"Europe/Berlin"`
	Notice string   `help:"Notice to publish, as notice.schema.json describes; without it a complete default one." placeholder:"FILE.json"`
	JSON   bool     `help:"Print JSON: id, script, notice." name:"json"`
}

// Run adds the site.
func (c *siteAddCommand) Run(env *environment) (err error) {
	notice, err := readNotice(c.Notice)
	if err != nil {
		return err
	}
	store, err := c.open(env)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, store.Close()) }()
	added, err := publisherOf(store).Add(env.ctx, site.New{Name: c.Name, Origins: c.Origin, TimeZone: c.Zone, Notice: notice})
	if err != nil {
		return err
	}
	script := scriptPath(added.ID)
	if c.JSON {
		return json.NewEncoder(env.stdout).Encode(map[string]string{"id": added.ID, "script": script, "notice": added.Notice})
	}
	_, err = fmt.Fprintf(env.stdout, "Added %q as %s in %s. Paste this early in the head of its pages, with your server's address:\n\n  <script async src=\"https://YOUR-SERVER%s\"></script>\n",
		added.Name, added.ID, c.where(), script)
	return err
}

func publisherOf(store front) site.Publisher {
	return site.Publisher{Registry: store, Archive: store, Desk: store, Texts: snippet.Texts(), Adequate: transfer.BuiltIn(), Now: time.Now, Try: tryScript}
}

type siteSetCommand struct {
	siteFlags
	ID     string   `arg:"" help:"The site's id; see: assent site list."`
	Name   string   `help:"What people call the site." placeholder:"NAME"`
	Origin []string `help:"Origins of its pages, instead of those it had; may be given several times." sep:"none" placeholder:"ORIGIN"`
	Zone   string   `help:"Time zone whose days are the site's." name:"time-zone" placeholder:"Europe/Berlin"`
	Notice string   `help:"Notice to publish, instead of the one it had." placeholder:"FILE.json"`
}

// Run changes what was given.
func (c *siteSetCommand) Run(env *environment) (err error) {
	change := site.Change{Name: c.Name, Origins: c.Origin, TimeZone: c.Zone}
	if c.Notice != "" {
		notice, err := readNotice(c.Notice)
		if err != nil {
			return err
		}
		if err := lint(env, notice); err != nil {
			return fmt.Errorf("notice %s: %w", c.Notice, err)
		}
		change.Notice = &notice
	}
	store, err := c.openExisting(env)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, store.Close()) }()
	changed, err := publisherOf(store).Change(env.ctx, c.ID, change)
	if errors.Is(err, consent.ErrNotFound) {
		return noSuchSite(c.ID)
	}
	if err != nil {
		return err
	}
	_, err = fmt.Fprintf(env.stdout, "%s is %q on %s with the notice %s\n", changed.ID, changed.Name, strings.Join(changed.Origins, ", "), changed.Notice)
	return err
}

// lint tells what stands against a notice, and refuses it where an error does.
func lint(env *environment, n schemas.Notice) error {
	complete, err := site.Complete(n, snippet.Texts())
	if err != nil {
		return err
	}
	findings := site.Lint(complete, transfer.BuiltIn(), time.Now())
	if err := site.Refusal(findings); err != nil {
		return err
	}
	for _, f := range findings {
		if _, err := fmt.Fprintf(env.stderr, "%s: %s: %s\n", f.Severity, f.Pointer, site.Explain(f)); err != nil {
			return err
		}
	}
	return nil
}

func noSuchSite(id string) error { return fmt.Errorf("there is no site %q; see: assent site list", id) }

func readNotice(file string) (schemas.Notice, error) {
	if file == "" {
		return schemas.Notice{}, nil
	}
	body, err := os.ReadFile(file)
	if err != nil {
		return schemas.Notice{}, fmt.Errorf("read notice: %w; give the path of a JSON file with --notice", err)
	}
	notice, err := site.DecodeNotice(body)
	if err != nil {
		return schemas.Notice{}, fmt.Errorf("notice %s: %w", file, err)
	}
	return notice, nil
}

// open takes the folder without the server's lock: adding a site is one transaction.
func (f siteFlags) open(env *environment) (front, error) {
	if f.RedisURL != "" {
		return redisstore.Open(env.ctx, f.RedisURL, redisstore.Options{})
	}
	return openFolder(env.ctx, f.Data)
}

// openExisting is open for commands that only read: a mistyped folder is told, not made.
func (f siteFlags) openExisting(env *environment) (front, error) {
	if _, err := os.Stat(f.Data); f.RedisURL == "" && err != nil {
		return nil, fmt.Errorf("%w; give the server's folder with --data", err)
	}
	return f.open(env)
}

// where names the store that was opened, without the password that a URL may hold.
func (f siteFlags) where() string {
	if f.RedisURL != "" {
		return "Redis"
	}
	if folder, err := filepath.Abs(f.Data); err == nil {
		return folder
	}
	return f.Data
}

type siteListCommand struct {
	siteFlags
}

// Run prints one site a line: id, name, origins.
func (c *siteListCommand) Run(env *environment) (err error) {
	store, err := c.openExisting(env)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, store.Close()) }()
	sites, err := store.Sites(env.ctx)
	if err != nil {
		return err
	}
	for _, s := range sites {
		if _, err := fmt.Fprintf(env.stdout, "%s\t%s\t%s\n", s.ID, s.Name, strings.Join(s.Origins, " ")); err != nil {
			return err
		}
	}
	return nil
}

type siteTagCommand struct {
	siteFlags
	ID        string `arg:"" help:"The site's id; see: assent site list."`
	PublicURL string `help:"Address of the server in visitors' browsers." name:"public-url" env:"ASSENT_PUBLIC_URL" default:"https://YOUR-SERVER" placeholder:"https://assent.example.com"`
}

// Run builds the script as the server would, because its hash is what it contains.
func (c *siteTagCommand) Run(env *environment) (err error) {
	store, err := c.openExisting(env)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, store.Close()) }()
	catalog, err := site.OpenCatalog(env.ctx, store, store)
	if err != nil {
		return err
	}
	told, err := integration.OpenSharing(env.ctx, store)
	if err != nil {
		return err
	}
	current := published{catalog, transfer.BuiltIn(), time.Now, told, false}
	library := snippetbuild.NewLibrary(store, current, editionsOf(store), telemetry.NewLog(env.stderr))
	script, err := library.Current(env.ctx, c.ID, snippetbuild.StrictestRules)
	if errors.Is(err, consent.ErrNotFound) {
		return noSuchSite(c.ID)
	}
	if err != nil {
		return err
	}
	stub, err := c.stub(env, current)
	if err != nil {
		return err
	}
	fixed := ""
	if _, n, err := catalog.Current(env.ctx, c.ID); err != nil {
		return err
	} else if snippetbuild.FollowsRegion(n) {
		fixed = " They ask everybody under " + snippetbuild.Strictest() + " rules, the strictest: only the moving tag follows the visitor's region."
	}
	base := strings.TrimSuffix(c.PublicURL, "/")
	_, err = fmt.Fprintf(env.stdout, `Moving: follows each publication within minutes.

  <script async src="%s%s"></script>

Pinned: these bytes for ever; paste a new tag after each publication.%s

  <script async src="%s/s/%s/%s.js" integrity="%s" crossorigin="anonymous"></script>

Stub: first in the head, before either, where tags are not annotated or Consent Mode is advanced: sets its defaults,
queues early calls and, where the notice has "autoBlock": "block", stops the services of the notice from then on. Paste
it anew when services, autoBlock or Consent Mode change: tags that an old stub holds, a new script may not start.

  <script>%s</script>

Without nonces, a Content-Security-Policy allows the stub by its hash: script-src '%s'
`, base, scriptPath(c.ID), fixed, base, c.ID, script.Hash, script.SRI, stub.Text, stub.CSP)
	return err
}

func (c *siteTagCommand) stub(env *environment, current published) (snippetbuild.Stub, error) {
	in, err := current.Shown(env.ctx, c.ID, site.Control)
	if err != nil {
		return snippetbuild.Stub{}, err
	}
	return snippetbuild.MakeStub(in)
}

func scriptPath(site string) string { return "/s/" + site + ".js" }
