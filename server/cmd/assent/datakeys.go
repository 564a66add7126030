package main

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"time"

	"assent/server/internal/consent"
	"assent/server/internal/embeddedstore"
	"assent/server/internal/integration"
	"assent/server/internal/linking"
	"assent/server/internal/parental"
	"assent/server/internal/sealing"
)

// dataKeyFile is the file beside the database.
const dataKeyFile = "data.keys"

// dataKeyFlags say with which keys what could identify somebody is sealed.
type dataKeyFlags struct {
	DataKeys string `help:"File of the keys that identifying data is sealed with, one a line, or in the variable the keys themselves. Without it the folder has them (data.keys), or Redis." name:"data-keys" env:"ASSENT_DATA_KEYS" placeholder:"FILE"`
}

// dataKeys are the places of a deployment's data keys.
type dataKeys struct {
	primary sealing.Source
	all     sealing.Sources
	given   bool
}

// dataKeysOf finds the keys: an operator's own before those that servers made, which go on opening. A folder that one
// server has to itself keeps them in a file, which neither a backup nor a copy of the database takes along; instances that
// share a store find them in there.
func dataKeysOf(store front, folder, given string) dataKeys {
	var all sealing.Sources
	if given != "" {
		all = append(all, sealing.Given(given))
	}
	stored := sealing.Stored{Store: store}
	beside := sealing.Beside{File: sealing.File(filepath.Join(folder, dataKeyFile))}
	if _, own := store.(*embeddedstore.Store); own && folder != "" {
		all = append(all, beside, stored)
	} else {
		all = append(all, stored, beside)
	}
	return dataKeys{primary: all[0], all: all, given: given != ""}
}

// open opens the keys, and makes the first one where none are given and there is none.
func (k dataKeys) open(ctx context.Context) (*sealing.Ring, error) {
	var unsure error
	if own, editable := k.primary.(sealing.Editable); editable && !k.given {
		unsure = sealing.Ensure(ctx, own, rand.Reader, time.Now())
	}
	ring, err := sealing.OpenRing(ctx, k.all, rand.Reader)
	if err != nil {
		return nil, errors.Join(unsure, err)
	}
	// A key that Redis keeps and its replicas do not have yet gets there before what it will seal.
	if unsure != nil && !errors.Is(unsure, consent.ErrUnavailable) {
		return nil, unsure
	}
	return ring, nil
}

// editable returns the place that new keys are put in.
func (k dataKeys) editable() (sealing.Editable, error) {
	if source, ok := k.primary.(sealing.Editable); ok {
		return source, nil
	}
	return nil, fmt.Errorf("%s holds the keys themselves, which no command can change: put a new one before the others, restart the servers, and run: assent keys reseal", k.primary)
}

// holders are all who keep sealed values in a store.
func holders(store front, ring *sealing.Ring) []sealing.Holder {
	return []sealing.Holder{accountsOf(store).Under(ring), &integration.Keeper{Store: store, Ring: ring, Now: time.Now}, &linking.Keeper{Store: store, Ring: ring, Now: time.Now}, &parental.Keeper{Store: store, Ring: ring}}
}

// resealAll seals everything anew that the first key did not seal.
func resealAll(ctx context.Context, holders []sealing.Holder) (total int, err error) {
	for _, holder := range holders {
		resealed, err := holder.Reseal(ctx)
		total += resealed
		if err != nil {
			return total, fmt.Errorf("%w; run assent keys reseal to go on", err)
		}
	}
	return total, nil
}

// sealedWith counts the values by the id of their key.
func sealedWith(ctx context.Context, holders []sealing.Holder) (map[string]int, error) {
	counts := map[string]int{}
	for _, holder := range holders {
		some, err := holder.SealedWith(ctx)
		if err != nil {
			return nil, err
		}
		for id, count := range some {
			counts[id] += count
		}
	}
	return counts, nil
}

// withData runs a command on the data keys of a store.
func (c *keysFlags) withData(env *environment, do func(front, dataKeys) error) (err error) {
	store, err := c.openExisting(env)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, store.Close()) }()
	return do(store, dataKeysOf(store, c.Data, c.DataKeys))
}

// listData prints one key a line: id, since when, whether it seals, and how many values are sealed with it.
func (c *keysListCommand) listData(env *environment) error {
	return c.withData(env, func(store front, places dataKeys) error {
		keys, err := places.all.Keys(env.ctx)
		if err != nil {
			return err
		}
		counts, err := sealedWith(env.ctx, holders(store, nil))
		if err != nil {
			return err
		}
		for i, key := range keys {
			does, since := "opens", "-"
			if i == 0 {
				does = "seals"
			}
			if !key.Created.IsZero() {
				since = key.Created.Format(time.RFC3339)
			}
			fmt.Fprintf(env.stdout, "%s\t%s\t%s\t%d sealed\n", key.ID(), since, does, counts[key.ID()])
			delete(counts, key.ID())
		}
		for _, id := range slices.Sorted(maps.Keys(counts)) {
			if id == "" {
				fmt.Fprintf(env.stdout, "-\t-\tnone\t%d plain: run assent keys reseal\n", counts[id])
				continue
			}
			fmt.Fprintf(env.stdout, "%s\t-\tmissing\t%d sealed, which do not open\n", id, counts[id])
		}
		return nil
	})
}

// rotateData makes a key and seals everything anew with it.
func (c *keysRotateCommand) rotateData(env *environment) error {
	if file, ok := c.firstOfAll(); ok {
		key, err := sealing.Rotate(env.ctx, file, rand.Reader, time.Now())
		if err != nil {
			return err
		}
		_, err = fmt.Fprintf(env.stdout, "%s seals once a server is given %s; there is no data in %s to seal anew\n", key.ID(), c.DataKeys, c.Data)
		return err
	}
	return c.withData(env, func(store front, places dataKeys) error {
		source, err := places.editable()
		if err != nil {
			return err
		}
		key, err := sealing.Rotate(env.ctx, source, rand.Reader, time.Now())
		if err != nil {
			return err
		}
		fmt.Fprintf(env.stdout, "%s seals from now on; all others go on opening\n", key.ID())
		return reseal(env, store, places)
	})
}

// firstOfAll is the file of keys for a server that has never been started: neither is there, nor is a folder of data.
func (c *keysRotateCommand) firstOfAll() (sealing.File, bool) {
	file, isFile := sealing.Given(c.DataKeys).(sealing.File)
	if c.DataKeys == "" || !isFile || c.RedisURL != "" {
		return "", false
	}
	for _, name := range []string{c.DataKeys, c.Data} {
		if _, err := os.Stat(name); !errors.Is(err, fs.ErrNotExist) {
			return "", false
		}
	}
	return file, true
}

func reseal(env *environment, store front, places dataKeys) error {
	ring, err := sealing.OpenRing(env.ctx, places.all, rand.Reader)
	if err != nil {
		return err
	}
	count, err := resealAll(env.ctx, holders(store, ring))
	if err != nil {
		return err
	}
	_, err = fmt.Fprintf(env.stdout, "%d values sealed anew\n", count)
	return err
}

type keysResealCommand struct {
	keysFlags
}

// Run goes on where a rotation was interrupted.
func (c *keysResealCommand) Run(env *environment) error {
	return c.withData(env, func(store front, places dataKeys) error { return reseal(env, store, places) })
}

type keysDropCommand struct {
	keysFlags
	ID string `arg:"" help:"Id of the data key, as assent keys list data shows it."`
}

// settled is how long after a rotation every running server seals with the new key for certain.
const settled = time.Minute

// Run removes a data key that nothing needs any more.
func (c *keysDropCommand) Run(env *environment) error {
	return c.withData(env, func(store front, places dataKeys) error {
		keys, err := places.all.Keys(env.ctx)
		if err != nil {
			return err
		}
		switch slices.IndexFunc(keys, func(key sealing.Key) bool { return key.ID() == c.ID }) {
		case -1:
			return sealing.ErrNoSuchKey
		case 0:
			return sealing.ErrFirst
		}
		counts, err := sealedWith(env.ctx, holders(store, nil))
		if err != nil {
			return err
		}
		if count := counts[c.ID]; count > 0 {
			return fmt.Errorf("%d values are sealed with %s; seal them anew first with: assent keys reseal", count, c.ID)
		}
		if time.Since(keys[0].Created) < settled {
			return fmt.Errorf("the key that seals is younger than %v: a running server may not have it yet; wait", settled)
		}
		source, err := places.editable()
		if err != nil {
			return err
		}
		err = sealing.Drop(env.ctx, source, c.ID)
		if errors.Is(err, sealing.ErrNoSuchKey) {
			return fmt.Errorf("nothing needs %s any more, and it is not in %s: remove it from the place where it was before, of %s", c.ID, source, places.all)
		}
		if err != nil {
			return err
		}
		_, err = fmt.Fprintf(env.stdout, "%s is gone from %s\n", c.ID, source)
		return err
	})
}

// tellMissingKeys warns of what does not open here, such as after a restore without the keys.
func tellMissingKeys(env *environment, store front, places dataKeys) error {
	keys, err := places.all.Keys(env.ctx)
	if err != nil {
		return err
	}
	counts, err := sealedWith(env.ctx, holders(store, nil))
	if err != nil {
		return err
	}
	delete(counts, "")
	for _, key := range keys {
		delete(counts, key.ID())
	}
	for _, id := range slices.Sorted(maps.Keys(counts)) {
		fmt.Fprintf(env.stderr, "%d values are sealed with key %s, which %s lack: copy data.keys of the server that they come from here, or give its keys with --data-keys\n", counts[id], id, places.all)
	}
	return nil
}
