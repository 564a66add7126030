// Package redisstore keeps the journal, its outbox, sites, notices and scripts in Redis 7.0 or newer: one server,
// Sentinel or Cluster.
//
// # Atomicity
//
// Choices and outbox of a shard share a hash slot, and what a batch changes in a shard is changed by one script call
// (commit.lua), which is as atomic and as durable as a MULTI. It is a script because two promises need a look at what
// is there: the last recorded decision wins whichever server it came through, and an id that is sent again gets the
// first answer. A MULTI cannot look, and a lock or WATCH would cost a round trip and retries under load. The script
// is idempotent by id, so a call whose answer was lost may be repeated.
//
// # Space
//
// A choice takes about 55 bytes: buckets hold some fifty of them each, as long as they stay below the size up to which
// Redis packs a hash (hash-max-listpack-entries), and what many decisions have in common (site, notice, answers) is kept
// once in each shard and named by five bytes. An outbox entry holds what a call records in a shard, likewise.
//
// The id of the current choice is in the choice, and former ones are remembered for two days. An id that was forgotten
// is recorded again; the ledger counts it once, and it never replaces a later choice, because an id (UUIDv7) of more
// than a day ago does not become the choice when the choice's own id is later, unless it grants nothing.
//
// # What is promised
//
// With appendonly yes and appendfsync always, a committed decision survives the death of the process and a power cut of
// that machine. Open insists on both, and every commit asks again beside its script call: a Redis that was configured
// anew, restarted or promoted without them acknowledges nothing in our name.
//
// Replication to replicas is asynchronous: a fail-over may lose the last moments before it. With Options.Replicas every
// commit waits until so many replicas have it, and is not acknowledged otherwise. When that is all of a master's
// replicas, each of which can be the next master, a fail-over loses nothing that was acknowledged.
package redisstore

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"sync"
	"sync/atomic"
	"time"

	"github.com/redis/go-redis/v9"

	"assent/schemas"
)

// Options of a store. The zero value is right for nearly everybody.
type Options struct {
	// HotWindow is how long a choice is kept at most; 0 stands for the choice's own lifetime. Older lookups belong to
	// the ledger.
	HotWindow time.Duration
	// Replicas is how many replicas must have a commit before it is acknowledged; 0 leaves replication asynchronous.
	Replicas int
}

// Store is a connection to Redis. It is safe for concurrent use, also by several processes.
type Store struct {
	client    redis.UniversalClient
	commit    *redis.Script
	options   Options
	full      int                                // Choices that fill a bucket.
	buckets   [schemas.RedisShards]atomic.Uint32 // Of each shard, when it was last asked.
	templates sync.Map                           // shardTemplate to consent.Record.
	rewrites  rewrites
}

// mostInBucket keeps a bucket cheap to search: Redis reads it from the front.
const mostInBucket = 96

// Open connects to the Redis that the URL names and returns a store that is ready for use, or says in one line what is
// wrong with the server and how to mend it. URLs:
//
//	redis://user:password@host:6379/0                one server, or any node of a Cluster: the server is asked
//	redis://host1:6379?addr=host2:6379&addr=…        further nodes, in case the first one is down
//	redis://sentinel1:26379?master_name=main&addr=…  Sentinel
//	rediss://…                                       the same over TLS
//
// Over TLS, tls_ca, tls_cert, tls_key and tls_server_name say whom to trust; see storetls.
// Timeouts can be set in the URL as go-redis names them (dial_timeout=5s, read_timeout=…).
func Open(ctx context.Context, url string, options Options) (*Store, error) {
	if options.HotWindow <= 0 {
		options.HotWindow = 100 * 365 * 24 * time.Hour
	}
	if options.Replicas < 0 {
		return nil, errors.New("the number of replicas to wait for is negative: 0 waits for none")
	}
	client, err := connect(ctx, url)
	if err != nil {
		return nil, err
	}
	s := &Store{client: client, commit: redis.NewScript(commitSource), options: options, full: mostInBucket}
	s.watchDurability()
	if err := s.forEachMaster(ctx, s.prepare); err != nil {
		return nil, errors.Join(err, client.Close())
	}
	if err := errors.Join(s.checkLayout(ctx), s.sizeBuckets(ctx)); err != nil {
		return nil, errors.Join(err, client.Close())
	}
	return s, nil
}

// checkLayout refuses data that this program cannot read.
func (s *Store) checkLayout(ctx context.Context) error {
	pipe := s.client.Pipeline()
	replies := make([]*redis.SliceCmd, schemas.RedisShards)
	for shard := range replies {
		replies[shard] = pipe.HMGet(ctx, schemas.CursorKey(shard), shardFields()...)
	}
	if _, err := pipe.Exec(ctx); err != nil {
		return unavailable("look at layout of redis", err)
	}
	for _, reply := range replies {
		if _, err := bucketsOf(reply.Val()); err != nil {
			return err
		}
	}
	return nil
}

// sizeBuckets leaves room in each bucket, since the one that overflows is not the one that is split next.
func (s *Store) sizeBuckets(ctx context.Context) error {
	const setting = "hash-max-listpack-entries"
	var guard sync.Mutex
	return s.forEachMaster(ctx, func(ctx context.Context, master *redis.Client) error {
		got, err := master.ConfigGet(ctx, setting).Result()
		if err != nil {
			return refusal(master.Options().Addr, err)
		}
		packed, err := strconv.Atoi(got[setting])
		if err != nil {
			return fmt.Errorf("redis at %s has %s %q: %w", master.Options().Addr, setting, got[setting], err)
		}
		guard.Lock()
		defer guard.Unlock()
		s.full = min(s.full, max(packed*3/4, 8))
		return nil
	})
}

// Ping reports whether every master answers, would keep what it acknowledges, and has the replicas that it must have.
// Open does not ask for those: a server that is started while a replica is away serves its scripts, refuses to record,
// and is well again as soon as the replica is.
func (s *Store) Ping(ctx context.Context) error {
	return s.forEachMaster(ctx, func(ctx context.Context, master *redis.Client) error {
		if err := errors.Join(durable(ctx, master), s.replicated(ctx, master)); err != nil {
			return unavailable("ping redis", err)
		}
		return nil
	})
}

func (s *Store) replicated(ctx context.Context, master *redis.Client) error {
	r := replication{replicas: s.options.Replicas, address: master.Options().Addr}
	question, err := r.question(ctx, func(ctx context.Context, cmds []redis.Cmder) error { return master.Process(ctx, cmds[0]) })
	if err != nil || question == nil {
		return err
	}
	_ = master.Process(ctx, question) // The answer carries the error.
	return r.judge(question)
}

// watchDurability sets a durabilityHook before every node that can be sent commits.
func (s *Store) watchDurability() {
	watch := func(node *redis.Client) {
		address := node.Options().Addr
		node.AddHook(durabilityHook{
			hash: s.commit.Hash(), address: address,
			replication: &replication{replicas: s.options.Replicas, address: address},
		})
	}
	switch client := s.client.(type) {
	case *redis.ClusterClient:
		client.OnNewNode(watch)
	case *redis.Client:
		watch(client)
	}
}

// Close ends all connections. The store must not be used afterwards.
func (s *Store) Close() error { return s.client.Close() }

func (s *Store) forEachMaster(ctx context.Context, do func(context.Context, *redis.Client) error) error {
	switch client := s.client.(type) {
	case *redis.ClusterClient:
		return client.ForEachMaster(ctx, do)
	case *redis.Client:
		return do(ctx, client)
	default:
		return fmt.Errorf("unknown kind of redis client %T", client)
	}
}

// prepare refuses a master that could lose what it acknowledged, and loads the script.
func (s *Store) prepare(ctx context.Context, master *redis.Client) error {
	if err := durable(ctx, master); err != nil {
		return err
	}
	if err := s.commit.Load(ctx, master).Err(); err != nil {
		return fmt.Errorf("load script into redis at %s: %w", master.Options().Addr, err)
	}
	return nil
}
