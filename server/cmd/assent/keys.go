package main

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"time"

	"assent/server/internal/evidence"
)

type keysCommands struct {
	List   keysListCommand   `cmd:"" help:"List the keys that receipts are signed with, or those that data is sealed with, the one in use first."`
	Rotate keysRotateCommand `cmd:"" help:"Make a new key that signs, or seals, from now on. The others go on verifying, or opening. A running server follows within a second."`
	Reseal keysResealCommand `cmd:"" help:"Seal all data anew that an older data key sealed, or none."`
	Drop   keysDropCommand   `cmd:"" help:"Remove a data key that nothing is sealed with any more."`
}

// dataPurpose says that the keys are meant that data is sealed with.
const dataPurpose = "data"

// purposeFlag says what for.
type purposeFlag struct {
	Purpose string `arg:"" optional:"" enum:"signing,data" default:"signing" help:"signing, or data for those that identifying data is sealed with."`
}

// keysFlags say whose keys are meant.
type keysFlags struct {
	siteFlags
	dataKeyFlags
	SigningKeys string `help:"File of keys that are kept apart from the data, instead of those in the store." name:"signing-keys" env:"ASSENT_SIGNING_KEYS" placeholder:"FILE"`
}

type keysListCommand struct {
	keysFlags
	purposeFlag
}

// Run prints one key a line: id, since when, and whether it signs.
func (c *keysListCommand) Run(env *environment) error {
	if c.Purpose == dataPurpose {
		return c.listData(env)
	}
	keys, err := c.keys(env)
	if err != nil {
		return err
	}
	for i, key := range keys {
		does, since := "verifies", "-"
		if i == 0 {
			does = "signs"
		}
		if !key.Created.IsZero() {
			since = key.Created.Format(time.RFC3339)
		}
		if _, err := fmt.Fprintf(env.stdout, "%s\t%s\t%s\n", key.ID, since, does); err != nil {
			return err
		}
	}
	return nil
}

func (c *keysFlags) keys(env *environment) (keys []evidence.Key, err error) {
	if c.SigningKeys != "" {
		return evidence.File(c.SigningKeys).Keys(env.ctx)
	}
	store, err := c.openExisting(env)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, store.Close()) }()
	return storedKeys(store).Keys(env.ctx)
}

type keysRotateCommand struct {
	keysFlags
	purposeFlag
}

// Run makes a key.
func (c *keysRotateCommand) Run(env *environment) error {
	if c.Purpose == dataPurpose {
		return c.rotateData(env)
	}
	key, err := c.rotate(env)
	if err != nil {
		return err
	}
	_, err = fmt.Fprintf(env.stdout, "%s signs from now on; all others go on verifying\n", key.ID)
	return err
}

func (c *keysRotateCommand) rotate(env *environment) (key evidence.Key, err error) {
	if c.SigningKeys != "" {
		return evidence.File(c.SigningKeys).Rotate(env.ctx, rand.Reader, time.Now())
	}
	store, err := c.openExisting(env)
	if err != nil {
		return evidence.Key{}, err
	}
	defer func() { err = errors.Join(err, store.Close()) }()
	return storedKeys(store).Rotate(env.ctx)
}

// openSigning reads the keys that receipts are signed with: an operator's own, before those that the store has, which go
// on verifying. Without a file, the first server to start makes one.
func openSigning(ctx context.Context, store evidence.Store, file string) (*evidence.Keyring, error) {
	stored := storedKeys(store)
	if file != "" {
		return evidence.OpenKeyring(ctx, evidence.Sources{evidence.File(file), stored})
	}
	if err := stored.Ensure(ctx); err != nil {
		return nil, err
	}
	return evidence.OpenKeyring(ctx, stored)
}

func storedKeys(store evidence.Store) *evidence.Stored {
	return evidence.NewStored(store, rand.Reader, time.Now)
}
