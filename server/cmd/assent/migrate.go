package main

import (
	"errors"
	"fmt"
	"html"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"unicode"

	"assent/server/internal/pagemigration"
	"assent/server/internal/site"
	"assent/snippet"
)

type migrateCommands struct {
	To   migrateToCommand   `cmd:"" name:"data" default:"withargs" help:"Copy the embedded store into Redis and ClickHouse while its server serves: assent migrate --to redis://… --to clickhouse://…"`
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
	// A link to the folder is followed, those in it are not.
	root, err := filepath.EvalSymlinks(c.Dir)
	if errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("%w; give the folder that holds the pages", err)
	}
	if err != nil {
		return fmt.Errorf("migrate pages: %w", err)
	}
	m := &migration{command: c, env: env, root: root, rewriting: pagemigration.New(options)}
	err = filepath.WalkDir(root, m.visit)
	if err != nil {
		err = fmt.Errorf("migrate pages: %w", err)
	}
	return errors.Join(err, m.summarise())
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

// largest is the size of a page, in bytes, up to which it is read.
const largest = 64 << 20

// migration is one run over a folder.
type migration struct {
	command         *migrateHTMLCommand
	env             *environment
	root            string
	rewriting       pagemigration.Migration
	pages, changed  int
	elements, warns int
	failed          int // Files and folders that could not be read or written.
}

// visit takes one file. What cannot be read or rewritten is told and left, and the others are rewritten all the same.
func (m *migration) visit(path string, entry fs.DirEntry, err error) error {
	switch {
	case m.env.ctx.Err() != nil:
		return m.env.ctx.Err()
	case err != nil:
		return m.fail(path, err)
	case entry.IsDir() && slices.Contains([]string{".git", "node_modules"}, entry.Name()):
		return filepath.SkipDir
	case !entry.Type().IsRegular() || !slices.Contains(m.command.Ext, strings.ToLower(filepath.Ext(path))):
		return nil
	}
	m.pages++
	info, err := entry.Info()
	if err != nil {
		return m.fail(path, err)
	}
	if info.Size() > largest {
		return m.warn(m.name(path), fmt.Sprintf("has more than %d MB: rewrite it by hand", largest>>20))
	}
	page, err := os.ReadFile(path)
	if err != nil {
		return m.fail(path, err)
	}
	result, err := m.rewriting.Rewrite(page, strings.EqualFold(filepath.Ext(path), ".vue"))
	if errors.Is(err, pagemigration.ErrEncoding) {
		return m.warn(m.name(path), err.Error())
	}
	if err != nil {
		return err
	}
	return m.keep(path, result)
}

// keep writes or shows one page's result.
func (m *migration) keep(path string, result pagemigration.Result) error {
	for _, warning := range result.Warnings {
		if err := m.warn(fmt.Sprintf("%s:%d", m.name(path), warning.Line), warning.Text); err != nil {
			return err
		}
	}
	if len(result.Changes) == 0 {
		return nil
	}
	if m.command.Write {
		if err := replaceFile(path, result.Page); err != nil {
			return m.fail(path, err)
		}
	}
	m.changed++
	m.elements += len(result.Changes)
	if m.command.Write {
		return nil
	}
	_, err := fmt.Fprint(m.env.stdout, result.Diff(m.name(path)))
	return err
}

// name is what a file is called: relative to the folder, so that the diff applies there.
func (m *migration) name(path string) string {
	name, err := filepath.Rel(m.root, path)
	if err != nil || name == "." {
		name = filepath.Base(path)
	}
	return filepath.ToSlash(name)
}

func (m *migration) warn(where, warning string) error {
	m.warns++
	return m.tell(where, warning)
}

func (m *migration) fail(path string, failure error) error {
	m.failed++
	return m.tell(m.name(path), failure.Error())
}

// tell prints a line about a file. What its name holds must not make another one.
func (m *migration) tell(where, text string) error {
	if strings.ContainsFunc(where, unicode.IsControl) {
		where = strconv.Quote(where)
	}
	_, err := fmt.Fprintf(m.env.stderr, "%s: %s\n", where, text)
	return err
}

// summarise fails where the run was of no use or was not whole.
func (m *migration) summarise() error {
	did, hint := "would change", "; --write writes them"
	if m.command.Write {
		did, hint = "changed", ""
	}
	if m.changed == 0 {
		hint = ""
	}
	_, err := fmt.Fprintf(m.env.stderr, "%d pages read, %d %s (%d elements), %d warnings%s\n", m.pages, m.changed, did, m.elements, m.warns, hint)
	switch {
	case err != nil:
		return err
	case m.failed > 0:
		return fmt.Errorf("%d files or folders were left as they are, as told above; mend that and run again", m.failed)
	case m.pages == 0 && m.env.ctx.Err() == nil:
		return fmt.Errorf("no file in %s ends in %s; give the folder that holds the pages, or their endings with --ext", m.root, strings.Join(m.command.Ext, ", "))
	default:
		return nil
	}
}

// replaceFile writes beside the file and renames, so that a page is never half written, and keeps its owner and permissions.
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
	err = errors.Join(err, keepOwner(next, known), next.Chmod(known.Mode()), next.Sync(), next.Close())
	if err != nil {
		return err
	}
	return os.Rename(next.Name(), path)
}

// keepOwner gives a file the owner and group of another one: the web server must still be able to read what an
// administrator rewrites.
func keepOwner(file *os.File, known fs.FileInfo) error {
	made, err := file.Stat()
	if err != nil {
		return err
	}
	was, is := known.Sys().(*syscall.Stat_t), made.Sys().(*syscall.Stat_t)
	if was.Uid == is.Uid && was.Gid == is.Gid {
		return nil
	}
	if err := file.Chown(int(was.Uid), int(was.Gid)); err != nil {
		return fmt.Errorf("keep owner and group: %w; run as the owner, or as root", err)
	}
	return nil
}
