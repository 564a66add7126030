package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"strconv"
	"strings"
	"unicode"

	"assent/schemas"
	"assent/server/internal/consent"
	"assent/server/internal/importing"
	"assent/snippet"
)

type importCommand struct {
	siteFlags
	File    string `arg:"" help:"Klaro's or vanilla-cookieconsent's configuration, Cookiebot's cc.js or list of cookies, OneTrust's JSON of a domain, or a notice to fill in."`
	Kind    string `help:"What the file is, where that is not recognised: ${enum}." enum:",assent,cookiebot,klaro,onetrust,vanilla-cookieconsent" default:"" placeholder:"KIND"`
	Cookies string `help:"Open Cookie Database, to know cookies by." placeholder:"FILE.csv"`
	Site    string `help:"Site whose draft this becomes, in the place of the one that it has; without it the notice is printed." placeholder:"ID"`
}

// Run prints the notice, or makes it a site's draft, and tells on stderr what became of the file.
func (c *importCommand) Run(env *environment) error {
	in := importing.Input{Kind: c.Kind, BuiltIn: snippet.Texts()}
	var err error
	if in.File, err = os.ReadFile(c.File); err != nil {
		return fmt.Errorf("read set-up: %w", err)
	}
	if c.Cookies != "" {
		if in.Cookies, err = os.ReadFile(c.Cookies); err != nil {
			return fmt.Errorf("read list of cookies: %w", err)
		}
	}
	result, err := importing.Read(in)
	if err != nil {
		return fmt.Errorf("import %s: %w", c.File, err)
	}
	for _, r := range result.Remarks {
		if _, err := fmt.Fprintln(env.stderr, inWords(r)); err != nil {
			return err
		}
	}
	if c.Site != "" {
		return c.keep(env, result.Notice)
	}
	encoder := json.NewEncoder(env.stdout)
	encoder.SetIndent("", "  ")
	encoder.SetEscapeHTML(false)
	return encoder.Encode(result.Notice)
}

// inWords is a remark on one line, whatever the file has in its names.
func inWords(r schemas.Remark) string {
	where := ""
	if r.Line > 0 {
		where = " (line " + strconv.Itoa(r.Line) + ")"
	}
	return oneLine(r.Kind + ": " + r.About + where + ": " + r.Detail)
}

// keep makes the notice a site's draft.
func (c *importCommand) keep(env *environment, notice schemas.Notice) (err error) {
	store, err := c.openExisting(env)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, store.Close()) }()
	publisher := publisherOf(store)
	before, err := publisher.Review(env.ctx, c.Site)
	if errors.Is(err, consent.ErrNotFound) {
		return noSuchSite(c.Site)
	}
	if err != nil {
		return err
	}
	if _, err := publisher.Write(env.ctx, c.Site, before.Draft.Revision, notice, ""); err != nil {
		return err
	}
	_, err = fmt.Fprintf(env.stdout, "The draft of %s is what was read. Look through it under Notice in the dashboard, and publish it there\n", c.Site)
	return err
}

// oneLine takes control characters, which a terminal would obey, out of a line.
func oneLine(s string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsControl(r) {
			return ' '
		}
		return r
	}, s)
}
