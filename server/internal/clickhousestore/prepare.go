package clickhousestore

import (
	"context"
	"errors"
	"slices"
	"strings"
	"time"

	"github.com/ClickHouse/clickhouse-go/v2"
)

// patience bounds one preparation, so that a server which hangs in the middle of it is tried anew.
const patience = 30 * time.Second

// Codes of what can be missing, or there already (ErrorCodes.cpp).
const (
	duplicateColumn = 15
	illegalColumn   = 44 // The same on old servers.
	unknownTable    = 60
	unknownDatabase = 81

	timeoutExceeded   = 159
	unsatisfiedQuorum = 286
)

// preparation is one attempt at making the database fit for use. It runs beside the callers that wait for it, because
// each of them has its own time.
type preparation struct {
	done    chan struct{} // Closed when version and err are there to read.
	version clickhouse.ServerVersion
	err     error
}

func (p *preparation) over() bool {
	select {
	case <-p.done:
		return true
	default:
		return false
	}
}

// ready waits until the database is prepared or ctx ends, and returns the server's version.
func (s *Store) ready(ctx context.Context) (clickhouse.ServerVersion, error) {
	if err := ctx.Err(); err != nil {
		return clickhouse.ServerVersion{}, s.unavailable("reach", err)
	}
	p := s.preparation()
	select {
	case <-p.done:
		return p.version, p.err
	case <-ctx.Done():
		return clickhouse.ServerVersion{}, s.unavailable("reach", ctx.Err())
	}
}

// preparation returns the one that succeeded or runs, or starts one.
func (s *Store) preparation() *preparation {
	s.guard.Lock()
	defer s.guard.Unlock()
	if s.latest != nil && !(s.latest.over() && s.latest.err != nil) {
		return s.latest
	}
	p := &preparation{done: make(chan struct{})}
	s.latest = p
	go func() {
		ctx, cancel := context.WithTimeout(s.life, patience)
		defer cancel()
		p.version, p.err = s.prepare(ctx)
		close(p.done)
	}()
	return p
}

// forget makes the next caller prepare again.
func (s *Store) forget() {
	s.guard.Lock()
	defer s.guard.Unlock()
	if s.latest != nil && s.latest.over() {
		s.latest = nil
	}
}

// prepare creates the database only when it is missing, because the right to create one is rarely given to the user
// that fills it.
func (s *Store) prepare(ctx context.Context) (clickhouse.ServerVersion, error) {
	version, err := s.upgrade(ctx)
	if hasCode(err, unknownDatabase) {
		if err = s.createDatabase(ctx); err == nil {
			version, err = s.upgrade(ctx)
		}
	}
	if err != nil {
		return clickhouse.ServerVersion{}, s.unavailable("prepare", err)
	}
	return *version, nil
}

func (s *Store) upgrade(ctx context.Context) (*clickhouse.ServerVersion, error) {
	if err := s.conn.Ping(ctx); err != nil {
		return nil, err
	}
	version, err := s.conn.ServerVersion()
	if err != nil {
		return nil, err
	}
	return version, s.migrate(ctx, version)
}

func (s *Store) createDatabase(ctx context.Context) (err error) {
	options := *s.options
	options.Auth.Database = "default"
	conn, err := clickhouse.Open(&options)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, conn.Close()) }()
	err = conn.Exec(ctx, s.cluster.place("CREATE DATABASE IF NOT EXISTS "+quoted(s.options.Auth.Database)))
	if s.cluster.isUnderWay(err) {
		err = nil
	}
	return err
}

func quoted(name string) string {
	return "`" + strings.NewReplacer(`\`, `\\`, "`", "\\`").Replace(name) + "`"
}

func hasCode(err error, codes ...int32) bool {
	var exception *clickhouse.Exception
	return errors.As(err, &exception) && slices.Contains(codes, exception.Code)
}

// await runs open and waits for it no longer than ctx lasts: the driver does not heed ctx while it shakes hands with a
// server. What is opened too late is given back.
func await[T any](ctx context.Context, open func() (T, error), giveBack func(T) error) (T, error) {
	type result struct {
		value T
		err   error
	}
	answer := make(chan result)
	go func() {
		value, err := open()
		select {
		case answer <- result{value, err}:
		case <-ctx.Done():
			if err == nil {
				_ = giveBack(value) // Nobody is left to be told.
			}
		}
	}()
	select {
	case r := <-answer:
		return r.value, r.err
	case <-ctx.Done():
		var nothing T
		return nothing, ctx.Err()
	}
}
