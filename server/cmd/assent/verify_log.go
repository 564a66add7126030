package main

import (
	"context"
	"errors"
	"fmt"

	"golang.org/x/mod/sumdb/tlog"

	"assent/server/internal/moving"
	"assent/server/internal/site"
	"assent/server/internal/transparency"
)

type verifyLogCommand struct {
	storeFlags
	Checkpoint []string `help:"Checkpoint of the log that was kept elsewhere, such as /log/checkpoint answered, or a file that --witness has written; may be given several times." placeholder:"FILE"`
	Key        string   `help:"Public key of the log that was kept elsewhere, such as /log/key answered. Without it, the store's own is believed." placeholder:"KEY"`
}

// Run reads everything once; a server may be using the stores.
func (c *verifyLogCommand) Run(env *environment) (err error) {
	stores, err := c.openBeside(env)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, stores.Close()) }()
	verified, head, earlier, err := c.decisions(env, stores.logged)
	if err != nil {
		return err
	}
	notices, err := unchangedNotices(env.ctx, stores.front)
	if err != nil {
		return err
	}
	erased := ""
	if verified.Erased > 0 {
		erased = fmt.Sprintf("; %d were erased, and the log has a tombstone for each", verified.Erased)
	}
	_, err = fmt.Fprintf(env.stdout, "%d decisions are as they were recorded, under a checkpoint with the hash %s%s; %d that are newer are not in the log yet; %d checkpoints agree; %d notices are as they were published\n",
		verified.Entries-2*verified.Erased, head.Hash, erased, verified.Waiting, len(earlier), notices)
	return err
}

// decisions compares them with the log. A server that makes the log longer between its head and its entries being read is
// no finding: then all is read once more.
func (c *verifyLogCommand) decisions(env *environment, store logged) (transparency.Verified, tlog.Tree, []tlog.Tree, error) {
	for {
		head, earlier, err := c.checkpoints(env, store)
		if err != nil {
			return transparency.Verified{}, head, nil, err
		}
		verified, err := transparency.Verify(env.ctx, store, head, earlier...)
		beyond := new(transparency.Finding)
		if !errors.As(err, &beyond) || beyond.Index < head.N {
			return verified, head, earlier, err
		}
		now, _, failure := c.checkpoints(env, store)
		if failure != nil || now.N <= head.N {
			return verified, head, earlier, errors.Join(err, failure)
		}
	}
}

// unchangedNotices counts the notices. Each goes by the hash of what it says, and decisions, which the log covers, name it
// so: one that says something else would make receipts of what nobody was shown.
func unchangedNotices(ctx context.Context, store moving.Holdings) (count int, err error) {
	err = store.Notices(ctx, func(d moving.Document) error {
		if count++; site.IDOf(d.Body) != d.Name {
			return fmt.Errorf("notice %s of site %q: was changed: it is not what was published, and the receipts of its decisions tell what nobody was shown", d.Name, d.Site)
		}
		return nil
	})
	return count, err
}

// checkpoints returns the log's head, and all checkpoints that it has to agree with.
func (c *verifyLogCommand) checkpoints(env *environment, store logged) (head tlog.Tree, all []tlog.Tree, err error) {
	key := c.Key
	if key == "" {
		kept, err := store.LogKey(env.ctx)
		if err != nil {
			return tlog.Tree{}, nil, err
		}
		key = kept.Public
	}
	texts, err := store.Checkpoints(env.ctx)
	if err != nil {
		return tlog.Tree{}, nil, err
	}
	for _, text := range texts {
		if head, err = transparency.OpenCheckpoint(text, key); err != nil {
			return tlog.Tree{}, nil, fmt.Errorf("a checkpoint in the store was changed, or another key signed it: %w", err)
		}
		all = append(all, head)
	}
	for _, file := range c.Checkpoint {
		given, err := readCheckpoints([]string{file})
		if err != nil {
			return tlog.Tree{}, nil, err
		}
		for _, checkpoint := range given {
			tree, err := transparency.OpenCheckpoint(checkpoint, key)
			if err != nil {
				return tlog.Tree{}, nil, fmt.Errorf("%s: %w", file, err)
			}
			all = append(all, tree)
		}
	}
	return head, all, nil
}
