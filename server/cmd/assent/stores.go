package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"syscall"
	"time"

	"assent/server/internal/account"
	"assent/server/internal/admintrail"
	"assent/server/internal/auditing"
	"assent/server/internal/clickhousestore"
	"assent/server/internal/daykey"
	"assent/server/internal/demodata"
	"assent/server/internal/embeddedstore"
	"assent/server/internal/evidence"
	"assent/server/internal/exposure"
	"assent/server/internal/httpapi"
	"assent/server/internal/moving"
	"assent/server/internal/ratelimit"
	"assent/server/internal/recording"
	"assent/server/internal/redisstore"
	"assent/server/internal/register"
	"assent/server/internal/reporting"
	"assent/server/internal/retention"
	"assent/server/internal/rights"
	"assent/server/internal/sequencing"
	"assent/server/internal/shipping"
	"assent/server/internal/sighting"
	"assent/server/internal/site"
	"assent/server/internal/snippetbuild"
	"assent/server/internal/transparency"
	"assent/server/internal/witnessing"
)

// storeFlags say where things are kept.
type storeFlags struct {
	Data          string `help:"Folder of the embedded store." env:"ASSENT_DATA" default:"data" placeholder:"DIR"`
	RedisURL      string `help:"Record in this Redis instead of the embedded store." name:"redis-url" env:"REDIS_URL" placeholder:"redis://HOST:6379"`
	RedisWait     int    `help:"Replicas of each Redis master that must have a decision before it is acknowledged; 0 acknowledges what the master alone has." name:"redis-wait" env:"ASSENT_REDIS_WAIT" default:"0" placeholder:"N"`
	ClickhouseURL string `help:"Keep the audit trail in this ClickHouse." name:"clickhouse-url" env:"CLICKHOUSE_URL" placeholder:"clickhouse://HOST:9000/assent"`

	ClickhouseCluster string `help:"Spread the audit trail over the servers that ClickHouse's configuration lists under this name." name:"clickhouse-cluster" env:"ASSENT_CLICKHOUSE_CLUSTER" placeholder:"NAME"`
}

// hint is what a command line needs so that it finds the same sites.
func (f storeFlags) hint() string {
	switch {
	case f.RedisURL != "", f.Data == "data":
		return "" // Redis' URL is in the environment; it may hold a password.
	default:
		return fmt.Sprintf(" --data %q", f.Data)
	}
}

// front is the store that answers visitors: the embedded one or Redis.
type front interface {
	recording.Journal
	shipping.Outbox
	shipping.Retaining
	site.Registry
	site.Archive
	site.Desk
	snippetbuild.Shelf
	account.Store
	account.SessionStore
	admintrail.Store
	admintrail.Aging
	sighting.Store
	daykey.Store
	evidence.Store
	witnessing.Store
	register.Store
	moving.Holdings
	moving.Marks
	exposure.Visitors
	demodata.Holdings
	rights.Journal
	Ping(ctx context.Context) error
	io.Closer
}

// back is the store that keeps the audit trail: the embedded one or ClickHouse.
type back interface {
	shipping.Ledger
	reporting.Query
	moving.Trail
	reporting.Counts
	auditing.Ledger
	exposure.Store
	demodata.Trail
	rights.Ledger
	retention.Times
	Ping(ctx context.Context) error
	io.Closer
}

// logged is a store that keeps a log of its decisions, which nobody changes unnoticed.
type logged interface {
	transparency.Store
	transparency.Index
	transparency.Archive
	rights.Graves
}

var (
	_ front = (*embeddedstore.Store)(nil)
	_ front = (*redisstore.Store)(nil)
	_ back  = (*embeddedstore.Store)(nil)
	_ back  = (*clickhousestore.Store)(nil)

	_ clickhousestore.Lock = (*redisstore.Store)(nil)
)

// stores is what serve works on. Front and back may be one.
type stores struct {
	front        front
	back         back
	data         string // Folder of this server's own, whether or not there is an embedded store in it.
	bounds       limitFlags
	clock        func(context.Context) (time.Time, error) // By which a front that may be out of reach stamps; nil for one that is here.
	fill         func(context.Context) (float64, error)   // Share of its memory that the front uses; nil for one on disk.
	lanes        int                                      // Commits that the front can take at once.
	limits       ratelimit.Shared                         // nil when no other instance can share the front.
	logged       logged
	transcribed  sequencing.Store       // Of Redis and ClickHouse.
	embedded     *embeddedstore.Store   // nil where neither half is embedded.
	redis        *redisstore.Store      // nil where the front is embedded.
	clickhouse   *clickhousestore.Store // nil where the back is embedded.
	trail        rights.Trail           // The one embedded store that is both; nil where there are two.
	shipped      bool                   // The back is another store, which a shipper has to fill.
	beside       bool                   // A server may be using them: the folder\'s lock is left to it.
	dependencies []httpapi.Dependency
	closers      []io.Closer
}

// openStores is the one place that picks stores. Each of the two URLs switches its own half, so every combination
// works; the data folder is touched only when something is kept there.
func openStores(ctx context.Context, flags storeFlags) (*stores, error) {
	s := &stores{data: flags.Data}
	if err := s.open(ctx, flags); err != nil {
		return nil, errors.Join(err, s.Close())
	}
	return s, nil
}

func (s *stores) open(ctx context.Context, flags storeFlags) error {
	s.transcribed.Now = time.Now
	if flags.RedisURL == "" && flags.RedisWait != 0 {
		return errors.New("--redis-wait needs --redis-url: there is no Redis to wait for")
	}
	var embedded *embeddedstore.Store
	var err error
	if flags.RedisURL == "" || flags.ClickhouseURL == "" {
		if embedded, err = s.openEmbedded(ctx, flags.Data); err != nil {
			return err
		}
	}
	if flags.RedisURL == "" {
		s.front, s.lanes = embedded, 1
	} else if err := s.openRedis(ctx, flags.RedisURL, redisstore.Options{Replicas: flags.RedisWait}); err != nil {
		return err
	}
	if flags.ClickhouseCluster != "" && flags.ClickhouseURL == "" {
		return errors.New("--clickhouse-cluster names a cluster of no server: give one of its servers with --clickhouse-url")
	}
	if flags.ClickhouseURL == "" {
		s.back = embedded
	} else if err := s.openClickHouse(flags); err != nil {
		return err
	}
	s.shipped = flags.RedisURL != "" || flags.ClickhouseURL != ""
	// SQLite has a log of what it keeps, be it another store that recorded it or one that gets a copy.
	s.logged = &s.transcribed
	if embedded != nil {
		s.logged, s.embedded = embedded, embedded
	}
	if !s.shipped {
		s.trail = embedded
	}
	return nil
}

func (s *stores) openEmbedded(ctx context.Context, dir string) (*embeddedstore.Store, error) {
	store, err := openFolder(ctx, dir)
	if err != nil {
		return nil, err
	}
	s.closers = append(s.closers, store)
	if !s.beside {
		lock, err := lockFolder(dir)
		if err != nil {
			return nil, err
		}
		s.closers = append(s.closers, lock)
	}
	s.depend("embedded", true, store.Ping)
	return store, nil
}

// openFolder opens the embedded store and says what to do when it cannot be opened.
func openFolder(ctx context.Context, dir string) (*embeddedstore.Store, error) {
	store, err := embeddedstore.Open(ctx, dir, time.Now)
	var system *fs.PathError
	switch {
	case errors.As(err, &system):
		return nil, fmt.Errorf("%w; choose a folder that this user can write with --data", err)
	case err != nil:
		return nil, fmt.Errorf("%w; restore a copy of %s, or choose another folder with --data", err, filepath.Join(dir, "assent.db"))
	}
	return store, nil
}

var errServed = errors.New("another assent serves from the folder")

// lockFolder keeps a second server from the same folder. The system frees the lock when the process ends, however it
// ends.
func lockFolder(dir string) (io.Closer, error) {
	name := filepath.Join(dir, "serve.lock")
	file, err := os.OpenFile(name, os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return nil, fmt.Errorf("lock data folder: %w; choose a folder that this user can write with --data", err)
	}
	if err := syscall.Flock(int(file.Fd()), syscall.LOCK_EX|syscall.LOCK_NB); err != nil {
		return nil, errors.Join(fmt.Errorf("%w %s; stop it, or choose another folder with --data", errServed, dir), file.Close())
	}
	return file, nil
}

// redisName is how /readyz calls Redis.
const redisName = "redis"

func (s *stores) openRedis(ctx context.Context, url string, options redisstore.Options) error {
	store, err := redisstore.Open(ctx, url, options)
	if err != nil {
		return err
	}
	s.transcribed.Journal, s.redis = store, store
	s.front, s.lanes, s.limits, s.clock, s.fill = store, store.Lanes(), store, store.Clock, store.Fill
	s.closers = append(s.closers, store)
	s.depend(redisName, true, store.Ping)
	return nil
}

func (s *stores) openClickHouse(flags storeFlags) error {
	var options []clickhousestore.Option
	if flags.ClickhouseCluster != "" {
		options = append(options, clickhousestore.InCluster(flags.ClickhouseCluster))
	}
	// The embedded store serves one process, which needs no lock.
	if lock, shared := s.front.(clickhousestore.Lock); shared {
		options = append(options, clickhousestore.Under(lock))
	}
	store, err := clickhousestore.Open(flags.ClickhouseURL, options...)
	if err != nil {
		return err
	}
	s.back, s.transcribed.Ledger, s.clickhouse = store, store, store
	s.closers = append(s.closers, store)
	s.depend("clickhouse", false, store.Ping)
	return nil
}

func (s *stores) depend(name string, required bool, ping func(context.Context) error) {
	s.dependencies = append(s.dependencies, httpapi.Dependency{
		Name: name, Required: required,
		Check: func(ctx context.Context) (string, error) { return "", ping(ctx) },
	})
}

// Close closes what was opened, last first.
func (s *stores) Close() error {
	var err error
	for i := len(s.closers) - 1; i >= 0; i-- {
		err = errors.Join(err, s.closers[i].Close())
	}
	return err
}
