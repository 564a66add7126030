package main

import (
	"errors"
	"fmt"
	"io"
	"strings"
	"time"

	"assent/server/internal/moving"
	"assent/server/internal/sealing"
)

type migrateToCommand struct {
	Data              string   `help:"Folder of the embedded store to move from." env:"ASSENT_DATA" default:"data" placeholder:"DIR"`
	To                []string `help:"Where to: the Redis and the ClickHouse, one --to each. In the variable, with a space between." required:"" env:"ASSENT_MIGRATE_TO" sep:" " placeholder:"URL"`
	RedisWait         int      `help:"As of assent serve." name:"redis-wait" env:"ASSENT_REDIS_WAIT" default:"0" placeholder:"N"`
	ClickhouseCluster string   `help:"As of assent serve." name:"clickhouse-cluster" env:"ASSENT_CLICKHOUSE_CLUSTER" placeholder:"NAME"`

	DryRun bool `help:"Only tell what would be copied, and whether the target could take it."`
}

// Run copies, follows the server until it stops, copies the rest, and proves that both sides are equal.
func (c *migrateToCommand) Run(env *environment) (err error) {
	to, err := c.targets()
	if err != nil {
		return err
	}
	source, err := storeFlags{Data: c.Data}.openBeside(env)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, source.Close()) }()
	target, err := openStores(env.ctx, to)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, target.Close()) }()
	log, ok := source.front.(moving.Log)
	if !ok {
		return fmt.Errorf("%T cannot be followed", source.front)
	}
	move, err := moving.NewMove(env.ctx, log, source.place(env), target.place(env))
	if errors.Is(err, moving.ErrNotEmpty) {
		return fmt.Errorf("%w at the target, and it did not come from this folder: give an empty Redis and an empty ClickHouse database; nothing was changed", err)
	}
	if err != nil {
		return err
	}
	if c.DryRun {
		return c.tellPlan(env, source)
	}
	// Before the move: what is sealed has to open there from the first moment.
	from, err := dataKeysOf(source.front, c.Data, "").all.Keys(env.ctx)
	if err != nil {
		return err
	}
	if err := sealing.Adopt(env.ctx, from, sealing.Stored{Store: target.front}); err != nil {
		return err
	}
	return c.move(env, move)
}

// targets tells the two URLs apart.
func (c *migrateToCommand) targets() (storeFlags, error) {
	flags := storeFlags{RedisWait: c.RedisWait, ClickhouseCluster: c.ClickhouseCluster}
	for _, url := range c.To {
		if scheme, _, _ := strings.Cut(url, ":"); scheme == "redis" || scheme == "rediss" {
			flags.RedisURL = url
		} else {
			flags.ClickhouseURL = url
		}
	}
	if len(c.To) != 2 || flags.RedisURL == "" || flags.ClickhouseURL == "" {
		return storeFlags{}, errors.New("--to is needed twice: --to redis://HOST:6379 --to clickhouse://USER:PASSWORD@HOST:9000/assent (for ClickHouse alone there is nothing to move: start the server with CLICKHOUSE_URL, and it fills it)")
	}
	return flags, nil
}

func (c *migrateToCommand) tellPlan(env *environment, source *stores) error {
	sums, err := source.place(env).Sum(env.ctx)
	if err != nil {
		return err
	}
	_, err = fmt.Fprintf(env.stdout, "%s would be copied; the target can take it. Nothing was copied\n", counted(sums))
	return err
}

func (c *migrateToCommand) move(env *environment, move *moving.Move) (err error) {
	before := move.Finished()
	lock, err := c.follow(env, move)
	if err != nil {
		return fmt.Errorf("%w; run the same command again to go on", err)
	}
	defer func() { err = errors.Join(err, lock.Close()) }()
	late, err := move.Follow(env.ctx)
	if err != nil {
		return err
	}
	if !before.IsZero() {
		_, err := fmt.Fprintf(env.stdout, "This folder was moved there on %s; %d decisions recorded in it since were added, nothing else was changed\n", before.Format(time.RFC3339), late)
		return err
	}
	if err := move.CopyRest(env.ctx); err != nil {
		return err
	}
	proof, err := move.Finish(env.ctx)
	if err != nil {
		return err
	}
	return printProof(env, "folder -> Redis and ClickHouse", "Moved. Start the server with REDIS_URL and CLICKHOUSE_URL", proof)
}

// follow copies until the server has stopped, which frees the folder's lock, and returns with that lock held: nothing is
// recorded in the folder from then on.
func (c *migrateToCommand) follow(env *environment, move *moving.Move) (io.Closer, error) {
	if move.Finished().IsZero() {
		if _, err := move.Follow(env.ctx); err != nil {
			return nil, err
		}
		if err := move.CopyRest(env.ctx); err != nil {
			return nil, err
		}
	}
	for told := false; ; {
		lock, err := lockFolder(c.Data)
		if !errors.Is(err, errServed) {
			return lock, err
		}
		copied, err := move.Follow(env.ctx)
		if err != nil {
			return nil, err
		}
		if copied == 0 && !told {
			told = true
			fmt.Fprintf(env.stderr, "In step with the server, which still records. Stop it: this command then copies what is left and proves both sides equal\n")
		}
		select {
		case <-env.ctx.Done():
			return nil, env.ctx.Err()
		case <-time.After(time.Second):
		}
	}
}
