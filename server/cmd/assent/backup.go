package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"assent/server/internal/moving"
	"assent/server/internal/telemetry"
)

type backupCommand struct {
	storeFlags
	File   string `arg:"" help:"File to write, which must not exist. Only its owner can read it: it holds what people decided."`
	Verify bool   `help:"Only read FILE to its end and check that it is whole. No store is needed."`
}

// Run writes the file, or checks one.
func (c *backupCommand) Run(env *environment) (err error) {
	if c.Verify {
		return c.verify(env)
	}
	stores, err := c.openBeside(env)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, stores.Close()) }()
	if checked, ok := stores.front.(interface{ Check(context.Context) error }); ok {
		if err := checked.Check(env.ctx); err != nil {
			return fmt.Errorf("%w; an earlier backup is worth more than one of this", err)
		}
	}
	sums, err := moving.Backup(env.ctx, stores.place(env), c.File)
	if err != nil {
		return err
	}
	if _, err := fmt.Fprintf(env.stdout, "%s holds %s\n", c.File, counted(sums)); err != nil {
		return err
	}
	return c.tellKeys(env)
}

// tellKeys reminds of what a backup leaves out, so that who finds it cannot open what is sealed in it.
func (c *backupCommand) tellKeys(env *environment) error {
	name := filepath.Join(c.Data, dataKeyFile)
	if _, err := os.Stat(name); errors.Is(err, fs.ErrNotExist) {
		return nil
	} else if err != nil {
		return fmt.Errorf("look for data keys: %w", err)
	}
	_, err := fmt.Fprintf(env.stderr, "%s is not in it: keep a copy of that file somewhere else, without it what is sealed does not open again\n", name)
	return err
}

func (c *backupCommand) verify(env *environment) error {
	backup, err := moving.Verify(c.File)
	if err != nil {
		return err
	}
	_, err = fmt.Fprintf(env.stdout, "%s is whole: taken %s, it holds %s\n", c.File, backup.Taken.Format(time.RFC3339), counted(backup.Sums))
	return err
}

// keeping are the stores that a tier keeps everything in. Where decisions are recorded in the folder they stay there, be
// they shipped to ClickHouse or not.
func (f storeFlags) keeping() storeFlags {
	if f.RedisURL == "" {
		f.ClickhouseURL, f.ClickhouseCluster = "", ""
	}
	return f
}

// openBeside opens stores that exist and that a server may be using.
func (f storeFlags) openBeside(env *environment) (*stores, error) {
	f = f.keeping()
	if f.ClickhouseURL == "" {
		if _, err := os.Stat(filepath.Join(f.Data, "assent.db")); err != nil {
			return nil, fmt.Errorf("%w; give the server's folder with --data", err)
		}
	}
	s := &stores{beside: true}
	if err := s.open(env.ctx, f); err != nil {
		return nil, errors.Join(err, s.Close())
	}
	return s, nil
}

// place is the opened stores as package moving sees them.
func (s *stores) place(env *environment) moving.Place {
	return moving.Place{Front: s.front, Back: s.back, Shipped: s.shipped, Log: telemetry.NewLog(env.stderr), Progress: progress(env.stderr)}
}

// progress prints a word about every hundred thousandth decision.
func progress(stderr io.Writer) func(string, int64) {
	const each = 100_000
	next := map[string]int64{}
	return func(step string, decisions int64) {
		if decisions >= next[step]+each {
			next[step] = decisions - decisions%each
			fmt.Fprintf(stderr, "%s %d decisions\n", step, decisions)
		}
	}
}

// counted names what there is, such as "3 sites, 1 users".
func counted(sums moving.Sums) string {
	var parts []string
	for _, kind := range slices.Sorted(maps.Keys(sums)) {
		parts = append(parts, fmt.Sprintf("%d %s", sums[kind].Count, kind))
	}
	if len(parts) == 0 {
		return "nothing"
	}
	return strings.Join(parts, ", ")
}
