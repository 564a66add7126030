package main

import (
	"context"
	"fmt"
	"net"
	"os"
	"slices"
	"strings"

	"assent/schemas"
	"assent/server/internal/demodata"
	"assent/server/internal/site"
	"assent/snippet/demo"
)

// demoSite is the id of the demo's site; its page names it.
const demoSite = "demo"

// ownMachine are the origins of pages on the machine itself: safe to allow before the owner has named a site, because
// nobody else can serve from them.
var ownMachine = []string{"http://localhost:*", "http://127.0.0.1:*", "http://[::1]:*"}

// welcome prepares an empty server and prints what its owner needs next. It goes to stdout, while the log goes to
// stderr: the set-up link is a secret and has no place in a log.
func (c *serveCommand) welcome(env *environment, s *server, address net.Addr) error {
	base := c.baseURL(address)
	var b strings.Builder
	fmt.Fprintf(&b, "\nassent serves at %s\n\n", base)
	c.writeAccess(env.ctx, &b, s, base)
	// A full disk must not keep a server from answering what it can.
	if err := c.prepareSites(env.ctx, s, address); err != nil {
		s.log.Warn("first sites could not be prepared", "error", err)
	}
	if isLoopback(address) {
		fmt.Fprintf(&b, "  Demo        http://%s/demo/\n", address)
		if _, err := s.catalog.Site(demodata.Site); err != nil {
			fmt.Fprintf(&b, "              (and numbers to look at: %s demo-data%s)\n", os.Args[0], c.hint())
		}
	}
	writeTags(&b, base, s.catalog.Sites())
	fmt.Fprintf(&b, "\n  Another site: %s site add%s --name \"My shop\" --origin https://shop.example\n\n", os.Args[0], c.hint())
	_, err := fmt.Fprint(env.stdout, b.String())
	return err
}

// writeAccess prints how to get into the dashboard.
func (c *serveCommand) writeAccess(ctx context.Context, b *strings.Builder, s *server, base string) {
	token, err := s.accounts.OfferSetup(ctx)
	switch {
	case err != nil:
		s.log.Warn("no set-up link could be made; start again when the store can be written", "error", err)
	case token != "":
		fmt.Fprintf(b, "  Set up      %s/dashboard/#setup=%s\n              (one-time link: creates the owner; a new one is printed at each start until then)\n", base, token)
	default:
		fmt.Fprintf(b, "  Dashboard   %s/dashboard/\n", base)
	}
}

// writeTags prints the script tags of the first few sites; who has more knows where to look.
func writeTags(b *strings.Builder, base string, sites []schemas.Site) {
	const few = 5
	sites = slices.DeleteFunc(sites, func(s schemas.Site) bool { return s.ID == demoSite })
	for _, known := range sites[:min(few, len(sites))] {
		fmt.Fprintf(b, "  Script tag  <script async src=\"%s%s\"></script>\n              (for %q, on pages of %s)\n",
			base, scriptPath(known.ID), known.Name, strings.Join(known.Origins, ", "))
	}
	if len(sites) > few {
		fmt.Fprintf(b, "              (%d more: assent site list)\n", len(sites)-few)
	}
}

// prepareSites makes a first site on an empty embedded store, so that there is a tag to paste. A shared store gets
// none: of several servers that start at once each would make one. On a loopback address there is the demo as well.
func (c *serveCommand) prepareSites(ctx context.Context, s *server, address net.Addr) error {
	if len(s.catalog.Sites()) == 0 && c.RedisURL == "" {
		if _, err := s.publisher.Add(ctx, site.New{Name: "My site", Origins: ownMachine}); err != nil {
			return fmt.Errorf("make the first site: %w", err)
		}
	}
	if isLoopback(address) {
		if err := s.prepareDemo(ctx); err != nil {
			return fmt.Errorf("make the demo's site: %w", err)
		}
	}
	return s.catalog.Refresh(ctx)
}

// prepareDemo publishes the demo's notice where it is new or has changed.
func (s *server) prepareDemo(ctx context.Context) error {
	notice, err := site.DecodeNotice(demo.Notice())
	if err != nil {
		return err
	}
	wanted := site.New{ID: demoSite, Name: "Demo shop", Origins: ownMachine, Notice: notice}
	if known, err := s.catalog.Site(demoSite); err == nil && s.publisher.IsCurrent(known, wanted) {
		return nil
	}
	_, err = s.publisher.Add(ctx, wanted)
	return err
}

// baseURL is the address to print.
func (c *serveCommand) baseURL(address net.Addr) string {
	if c.PublicURL != "" {
		return c.PublicURL
	}
	if tcp, ok := address.(*net.TCPAddr); ok && tcp.IP.IsUnspecified() {
		return fmt.Sprintf("http://localhost:%d", tcp.Port)
	}
	return "http://" + address.String()
}

func isLoopback(address net.Addr) bool {
	tcp, ok := address.(*net.TCPAddr)
	return ok && tcp.IP.IsLoopback()
}
