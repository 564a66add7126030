package main

import (
	"errors"
	"fmt"
	"html"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"assent/server/internal/pagemigration"
	"assent/server/internal/site"
	"assent/snippet"
)

type migrateCommands struct {
	HTML migrateHTMLCommand `cmd:"" name:"html" help:"Rewrite pages that carry another consent tool's markup, or tags that nobody annotated, to data-assent. Prints a diff; --write writes."`
}

type migrateHTMLCommand struct {
	Dir       string   `arg:"" help:"Folder with pages, or one page. Symbolic links, .git and node_modules are left alone."`
	Write     bool     `help:"Write the pages instead of printing a diff."`
	Site      string   `help:"The site whose script takes the place of the other tool's; needs --public-url." placeholder:"ID"`
	PublicURL string   `help:"Address of the server in visitors' browsers." name:"public-url" env:"ASSENT_PUBLIC_URL" placeholder:"https://assent.example.com"`
	Tag       string   `help:"Script tag that takes the place of the other tool's, instead of --site." placeholder:"TAG"`
	Notice    string   `help:"Notice with the site's purposes and services; without it the default one." placeholder:"FILE.json"`
	Ext       []string `help:"Endings of the files that are pages." default:".html,.htm,.php,.twig,.liquid,.njk,.erb" placeholder:".html"`
}

// Run rewrites every page, or shows what would become of it.
func (c *migrateHTMLCommand) Run(env *environment) error {
	options, err := c.options()
	if err != nil {
		return err
	}
	m := &migration{command: c, env: env, rewriting: pagemigration.New(options)}
	err = filepath.WalkDir(c.Dir, m.visit)
	if errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("%w; give the folder that holds the pages", err)
	}
	if err != nil {
		return fmt.Errorf("migrate pages: %w", err)
	}
	return m.summarise()
}

func (c *migrateHTMLCommand) options() (o pagemigration.Options, err error) {
	notice, err := readNotice(c.Notice)
	if err != nil {
		return o, err
	}
	if o.Notice, err = site.Complete(notice, snippet.Texts()); err != nil {
		return o, fmt.Errorf("notice %s: %w", c.Notice, err)
	}
	switch o.Tag = c.Tag; {
	case c.Tag != "" && c.Site != "":
		return o, fmt.Errorf("give --site or --tag, not both")
	case c.Site != "" && c.PublicURL == "":
		return o, fmt.Errorf("--site needs the server's address: add --public-url https://assent.example.com")
	case c.Site != "":
		o.Tag = fmt.Sprintf(`<script async src="%s%s"></script>`, html.EscapeString(strings.TrimSuffix(c.PublicURL, "/")), scriptPath(html.EscapeString(c.Site)))
	}
	return o, nil
}

// migration is one run over a folder.
type migration struct {
	command         *migrateHTMLCommand
	env             *environment
	rewriting       pagemigration.Migration
	pages, changed  int
	elements, warns int
}

// visit takes one file. A folder that cannot be read ends the run; a page that cannot be rewritten is told and left.
func (m *migration) visit(path string, entry fs.DirEntry, err error) error {
	switch {
	case err != nil:
		return err
	case m.env.ctx.Err() != nil:
		return m.env.ctx.Err()
	case entry.IsDir() && slices.Contains([]string{".git", "node_modules"}, entry.Name()):
		return filepath.SkipDir
	case !entry.Type().IsRegular() || !slices.Contains(m.command.Ext, strings.ToLower(filepath.Ext(path))):
		return nil
	}
	m.pages++
	page, err := os.ReadFile(path)
	if err != nil {
		return err
	}
	result, err := m.rewriting.Rewrite(page, strings.EqualFold(filepath.Ext(path), ".vue"))
	if errors.Is(err, pagemigration.ErrEncoding) {
		return m.warn(path, err.Error())
	}
	if err != nil {
		return err
	}
	return m.keep(path, result)
}

// keep writes or shows one page's result.
func (m *migration) keep(path string, result pagemigration.Result) error {
	for _, warning := range result.Warnings {
		if err := m.warn(path, warning); err != nil {
			return err
		}
	}
	if len(result.Changes) == 0 {
		return nil
	}
	m.changed++
	m.elements += len(result.Changes)
	if m.command.Write {
		return replaceFile(path, result.Page)
	}
	_, err := fmt.Fprint(m.env.stdout, result.Diff(filepath.ToSlash(path)))
	return err
}

func (m *migration) warn(path, warning string) error {
	m.warns++
	_, err := fmt.Fprintf(m.env.stderr, "%s: %s\n", path, warning)
	return err
}

func (m *migration) summarise() error {
	did, hint := "would change", "; --write writes them"
	if m.command.Write {
		did, hint = "changed", ""
	}
	if m.changed == 0 {
		hint = ""
	}
	_, err := fmt.Fprintf(m.env.stderr, "%d pages read, %d %s (%d elements), %d warnings%s\n", m.pages, m.changed, did, m.elements, m.warns, hint)
	return err
}

// replaceFile writes beside the file and renames, so that a page is never half written, and keeps its permissions.
func replaceFile(path string, content []byte) (err error) {
	known, err := os.Stat(path)
	if err != nil {
		return err
	}
	next, err := os.CreateTemp(filepath.Dir(path), ".assent-*")
	if err != nil {
		return err
	}
	defer func() {
		if err != nil {
			err = errors.Join(err, os.Remove(next.Name()))
		}
	}()
	_, err = next.Write(content)
	err = errors.Join(err, next.Chmod(known.Mode().Perm()), next.Sync(), next.Close())
	if err != nil {
		return err
	}
	return os.Rename(next.Name(), path)
}
