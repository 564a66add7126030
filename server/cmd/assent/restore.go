package main

import (
	"errors"
	"fmt"
	"strings"
	"time"

	"assent/server/internal/moving"
)

type restoreCommand struct {
	storeFlags
	dataKeyFlags
	File         string `arg:"" help:"What assent backup wrote, of whichever kind of store."`
	IntoExisting bool   `help:"Add the backup to a store that holds data. What is there stays as it is; a decision counts once."`
}

// Run checks the whole backup before it changes anything.
func (c *restoreCommand) Run(env *environment) (err error) {
	backup, err := moving.Verify(c.File)
	if err != nil {
		return fmt.Errorf("%w; nothing was changed", err)
	}
	stores, err := openStores(env.ctx, c.keeping())
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, stores.Close()) }()
	result, err := moving.Restore(env.ctx, backup, stores.place(env), c.IntoExisting)
	if errors.Is(err, moving.ErrNotEmpty) {
		return fmt.Errorf("%w: restore into an empty store, or add to this one with --into-existing; nothing was changed", err)
	}
	if err != nil {
		return fmt.Errorf("%w; run the same command again to go on", err)
	}
	return errors.Join(c.tell(env, backup, result), tellMissingKeys(env, stores.front, dataKeysOf(stores.front, c.Data, c.DataKeys)))
}

func (c *restoreCommand) tell(env *environment, backup moving.Checked, result moving.Restored) error {
	if !result.Before.IsZero() {
		_, err := fmt.Fprintf(env.stdout, "This backup was restored here on %s; nothing was changed\n", result.Before.Format(time.RFC3339))
		return err
	}
	if result.Resumed > 0 {
		fmt.Fprintf(env.stdout, "An interrupted restore had brought in %d decisions; it went on from there\n", result.Resumed)
	}
	if len(result.Kept) > 0 {
		fmt.Fprintf(env.stdout, "There with other content, and left so: %s\n", strings.Join(result.Kept, ", "))
	}
	if result.Conflicts > 0 {
		fmt.Fprintf(env.stdout, "%d decisions have an id that stands for another decision here, and were left out\n", result.Conflicts)
	}
	return printProof(env, "backup -> here", counted(backup.Sums)+" restored", result.Proof)
}

// printProof shows what was counted and hashed on both sides. When they differ, that is the command's failure.
func printProof(env *environment, sides, done string, proof moving.Proof) error {
	lines := proof.Lines()
	if len(lines) > 0 {
		fmt.Fprintf(env.stdout, "Read back and compared, count and hash of the content, %s:\n  %s\n", sides, strings.Join(lines, "\n  "))
	}
	if !proof.Equal() {
		return errors.New("the two sides are not equal, see the lines above; nothing may be using either of them meanwhile")
	}
	_, err := fmt.Fprintln(env.stdout, done)
	return err
}
