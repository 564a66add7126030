// Package clickhousestore keeps the ledger in ClickHouse and answers the reports from it.
//
// The server may be away when Assent starts: Open only reads the URL, and the first Append or query that reaches the
// server prepares the database. Decisions wait in the journal's outbox meanwhile.
package clickhousestore

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/ClickHouse/clickhouse-go/v2"
	"github.com/ClickHouse/clickhouse-go/v2/lib/driver"

	"assent/server/internal/consent"
	"assent/server/internal/storetls"
)

// Store is a connection pool to ClickHouse. It is safe for concurrent use, also by several processes.
type Store struct {
	conn    driver.Conn
	options *clickhouse.Options
	cluster *cluster // nil when the tables are on one server.
	lock    Lock     // nil when nothing but the steps themselves keeps processes apart.
	labels  *labels

	life    context.Context // Of preparations: until Close.
	endLife context.CancelFunc

	guard  sync.Mutex
	latest *preparation // nil before the first one.
}

// Option changes what Open returns.
type Option func(*Store) error

// Open reads the URL, such as clickhouse://user:password@host:9000/assent (native protocol; ?secure=true for TLS) or
// https://host:8443/assent?secure=true, and returns a store that connects when it is needed. The database is "assent" unless the
// URL names one. Over TLS, tls_ca, tls_cert, tls_key and tls_server_name say whom to trust; see storetls. Several hosts may be given, host1:9000,host2:9000; further parameters are those of clickhouse-go.
func Open(address string, changes ...Option) (*Store, error) {
	scheme, _, _ := strings.Cut(address, "://")
	address, trust, err := storetls.Take(address)
	if err != nil {
		return nil, fmt.Errorf("read CLICKHOUSE_URL: %w", err)
	}
	options, err := clickhouse.ParseDSN(address)
	if err != nil || !slices.Contains([]string{"clickhouse", "http", "https"}, scheme) || options.Addr[0] == "" {
		// Neither the URL nor the parser's error is shown: they may hold a password.
		return nil, errors.New("CLICKHOUSE_URL must look like clickhouse://user:password@host:9000/assent")
	}
	if err := trust.Apply(options.TLS); err != nil {
		return nil, fmt.Errorf("read CLICKHOUSE_URL: %w: add secure=true", err)
	}
	if options.Auth.Database == "" {
		options.Auth.Database = "assent"
	}
	if options.DialTimeout == 0 {
		options.DialTimeout = 2 * time.Second
	}
	if options.ReadTimeout == 0 {
		options.ReadTimeout = time.Minute
	}
	s := &Store{options: options, labels: newLabels()}
	for _, change := range changes {
		if err := change(s); err != nil {
			return nil, err
		}
	}
	if s.conn, err = clickhouse.Open(options); err != nil {
		return nil, fmt.Errorf("read CLICKHOUSE_URL: %w", err)
	}
	s.life, s.endLife = context.WithCancel(context.Background())
	return s, nil
}

// Ping reports whether the server answers and the ledger can be read, preparing it if need be.
func (s *Store) Ping(ctx context.Context) error {
	var one uint8
	return s.each(ctx, "SELECT 1 FROM decisions LIMIT 1", nil, []any{&one}, func() {})
}

// Close ends all connections. The store must not be used afterwards.
func (s *Store) Close() error {
	s.endLife()
	return s.conn.Close()
}

// unavailable marks an error as the store's, not the request's. It names the address but never the password. When the
// table or the database is gone, it makes the next caller create them again.
func (s *Store) unavailable(doing string, err error) error {
	if hasCode(err, unknownTable, unknownDatabase) {
		s.forget()
	}
	err = storetls.Explain(err, s.options.TLS)
	text := strings.Join(strings.Fields(err.Error()), " ")
	return &failure{
		text: fmt.Sprintf("%s clickhouse at %s: %s", doing, strings.Join(s.options.Addr, ", "), text),
		kind: []error{consent.ErrUnavailable, err},
	}
}

// failure keeps an error on one line: ClickHouse answers with several, of which the first says what is wrong.
type failure struct {
	text string
	kind []error
}

func (f *failure) Error() string   { return f.text }
func (f *failure) Unwrap() []error { return f.kind }
