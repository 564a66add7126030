package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	"assent/schemas"
	"assent/server/internal/chaosproxy"
	"assent/server/internal/clickhousestore"
	"assent/server/internal/consent"
	"assent/server/internal/embeddedstore"
	"assent/server/internal/realparts"
	"assent/server/internal/reporting"
	"assent/server/internal/site"
	"assent/server/internal/witness"
)

// set is what a scenario is played on. The zero value is one server with the embedded store.
type set struct {
	servers       int // 0 stands for one.
	redis         redisKind
	clickhouse    bool
	ownClickHouse bool        // One that the fault may stop.
	link          link        // Where a chaos proxy stands.
	clock         *jumpyClock // Of a server in this process, because no other one's can be set.
}

type redisKind int

const (
	none    redisKind = iota
	one               // Which acknowledges alone.
	pair              // A primary and a replica behind a slow link; acknowledged is what both have.
	cluster           // Three primaries with a replica each; acknowledged is what two have.
)

type link int

const (
	nowhere link = iota
	toServer
	toRedis
	toClickHouse
)

// stage is a scenario that is being played.
type stage struct {
	scenario
	t       *testing.T
	end     time.Time     // Rounds go on until then.
	longest time.Duration // That a fault lasts.

	programs   []*program
	site       addedSite
	addresses  []string         // Where the visitors post, as http://HOST:PORT.
	redis      *realparts.Redis // The primary of a pair.
	replica    *realparts.Redis
	clickhouse *realparts.ClickHouse
	weather    *chaosproxy.Proxy // Where set.link says.
	follows    *chaosproxy.Proxy // Between the replica of a pair and its primary.
	ledger     reporting.Query
	crowd      *witness.Crowd
}

// newStage returns a stage for some rounds, or for the time given.
func newStage(t *testing.T, scenario scenario, soaking time.Duration) *stage {
	s := &stage{scenario: scenario, t: t, longest: 300 * time.Millisecond}
	if soaking > 0 {
		s.end, s.longest = time.Now().Add(soaking), 3*time.Second
	}
	return s
}

// sharedClickHouse serves the scenarios that leave it alone, each in a database of its own.
var sharedClickHouse = sync.OnceValues(func() (*realparts.ClickHouse, error) { return servers.ClickHouse() })

func (s *stage) setUp() {
	s.t.Helper()
	if s.set.clock != nil {
		s.serveHere()
		return
	}
	env, folder := s.startStores(), s.t.TempDir()
	s.site = addSite(s.t, folder, env...)
	for i := range max(1, s.set.servers) {
		if i > 0 {
			folder = s.t.TempDir()
		}
		p := startProgram(s.t, folder, env...)
		p.serves(s.site)
		s.programs = append(s.programs, p)
		address := p.address
		if s.set.link == toServer {
			address = s.through(address)
		}
		s.addresses = append(s.addresses, "http://"+address)
	}
	if !s.set.clickhouse {
		store, err := embeddedstore.Open(s.t.Context(), folder, time.Now)
		s.keep(store, store, err)
	}
}

// startStores returns the environment that names them.
func (s *stage) startStores() (env []string) {
	s.t.Helper()
	if s.set.redis != none {
		s.startRedis()
		env = append(env, "REDIS_URL="+s.over(toRedis, s.redis.URL))
	}
	if s.set.redis == pair || s.set.redis == cluster {
		env = append(env, "ASSENT_REDIS_WAIT=1")
	}
	if s.set.clickhouse {
		start := sharedClickHouse
		if s.set.ownClickHouse {
			start = servers.ClickHouse
		}
		var err error
		if s.clickhouse, err = start(); err != nil {
			s.t.Fatal(err)
		}
		database := s.clickhouse.URL(fmt.Sprintf("soak%d", time.Now().UnixNano()))
		ledger, err := clickhousestore.Open(database)
		s.keep(ledger, ledger, err)
		env = append(env, "CLICKHOUSE_URL="+s.over(toClickHouse, database))
	}
	return env
}

// over returns the URL by way of the chaos proxy if that is where it stands.
func (s *stage) over(where link, address string) string {
	s.t.Helper()
	if s.set.link != where {
		return address
	}
	host := s.host(address)
	return strings.Replace(address, host, s.through(host), 1)
}

// host is the HOST:PORT of a URL.
func (s *stage) host(address string) string {
	s.t.Helper()
	u, err := url.Parse(address)
	if err != nil {
		s.t.Fatal(err)
	}
	return u.Host
}

// through returns the address of a chaos proxy before the target, whose weather the scenario changes.
func (s *stage) through(target string) string {
	s.t.Helper()
	s.weather = s.startProxy(target)
	return s.weather.Address()
}

func (s *stage) startProxy(target string) *chaosproxy.Proxy {
	s.t.Helper()
	proxy, err := chaosproxy.Start(target)
	if err != nil {
		s.t.Fatal(err)
	}
	s.t.Cleanup(func() {
		if err := proxy.Close(); err != nil {
			s.t.Error(err)
		}
	})
	return proxy
}

// keep remembers the ledger and closes it in the end.
func (s *stage) keep(ledger reporting.Query, closer io.Closer, err error) {
	s.t.Helper()
	if err != nil {
		s.t.Fatal(err)
	}
	s.ledger = ledger
	s.t.Cleanup(func() {
		if err := closer.Close(); err != nil {
			s.t.Error(err)
		}
	})
}

// serveHere wires the program in this process, over a store whose clock the scenario sets.
func (s *stage) serveHere() {
	s.t.Helper()
	store, err := embeddedstore.Open(s.t.Context(), s.t.TempDir(), s.set.clock.now)
	s.keep(store, store, err)
	added, err := publisherOf(store).Add(s.t.Context(), site.New{Name: "Shop", Origins: []string{shopOrigin}})
	if err != nil {
		s.t.Fatal(err)
	}
	s.site = addedSite{ID: added.ID, Notice: added.Notice}
	server, err := wire(s.t.Context(), &stores{front: store, back: store, logged: store, embedded: store, trail: store, lanes: 1}, outside{}, slog.New(slog.DiscardHandler))
	if err != nil {
		s.t.Fatal(err)
	}
	listening := httptest.NewServer(server.http.Handler)
	s.addresses = []string{listening.URL}
	s.t.Cleanup(func() {
		listening.Close()
		if err := server.stop(); err != nil {
			s.t.Error(err)
		}
	})
}

// doors are those of patient visitors and of some who do not wait for the answer.
func (s *stage) doors() []witness.Door {
	var doors []witness.Door
	for _, patience := range []time.Duration{5 * time.Second, 5 * time.Second, 5 * time.Second, 5 * time.Second, time.Second, 20 * time.Millisecond} {
		transport := &http.Transport{}
		s.t.Cleanup(transport.CloseIdleConnections)
		doors = append(doors, &witness.Browser{
			Client: &http.Client{Timeout: patience, Transport: transport}, Servers: s.addresses,
			Site: s.site.ID, Origin: shopOrigin, UnavailableIsRefused: s.unavailableIsRefused,
		})
	}
	return doors
}

// stored reads the stores once everything has reached the ledger.
func (s *stage) stored(visitors []witness.Visitor) witness.Stored {
	s.t.Helper()
	stored := witness.Stored{Site: s.site.ID, Current: map[string]schemas.Current{}}
	if s.spooled {
		stored.Spooled = time.Minute
	}
	s.await(func() (err error) {
		before := len(stored.Records)
		if err := s.settled(); err != nil {
			return err
		}
		stored.Records, err = s.ledger.Recent(s.t.Context(), s.site.ID, 1_000_000)
		if err == nil && len(stored.Records) != before {
			err = errors.New("decisions still come into the ledger")
		}
		return err
	})
	days, err := s.ledger.Days(s.t.Context(), s.site.ID, time.Now().AddDate(0, 0, -9), time.Now().AddDate(0, 0, 9))
	if err != nil {
		s.t.Fatal(err)
	}
	for _, day := range days {
		stored.Counted += day.Tally.Decisions
	}
	for _, v := range visitors {
		s.readChoice(stored.Current, consent.Subject(s.site.ID, v.Secret))
	}
	return stored
}

// settled asks each server whether anything waits to be handed on.
func (s *stage) settled() error {
	for _, p := range s.programs {
		status, metrics := p.get("/metrics")
		if status != http.StatusOK {
			return fmt.Errorf("metrics: %d", status)
		}
		shipped := s.redis == nil && s.clickhouse == nil
		for line := range strings.Lines(metrics) {
			name, value, _ := strings.Cut(strings.TrimSpace(line), " ")
			if name == "assent_outbox_rows" {
				shipped = value == "0"
			}
			if name == "assent_spool_decisions" && value != "0" {
				return fmt.Errorf("%s are spooled", value)
			}
		}
		if !shipped {
			return errors.New("decisions wait in the outbox")
		}
	}
	return nil
}

func (s *stage) readChoice(into map[string]schemas.Current, subject string) {
	s.t.Helper()
	request, err := http.NewRequestWithContext(context.Background(), http.MethodGet, s.base()+"/v1/sites/"+s.site.ID+"/subjects/"+subject, nil)
	if err != nil {
		s.t.Fatal(err)
	}
	answer, err := http.DefaultClient.Do(request)
	if err != nil {
		s.t.Fatal(err)
	}
	defer answer.Body.Close()
	var current schemas.Current
	switch err := json.NewDecoder(answer.Body).Decode(&current); {
	case answer.StatusCode == http.StatusNotFound:
	case err != nil || answer.StatusCode != http.StatusOK:
		s.t.Fatalf("the choice of %s: %d %v", subject, answer.StatusCode, err)
	default:
		into[subject] = current
	}
}

// base is a server without anything in between.
func (s *stage) base() string {
	if len(s.programs) == 0 {
		return s.addresses[0]
	}
	return s.programs[0].url("")
}

// logs are the last words of each server.
func (s *stage) logs() string {
	var text strings.Builder
	for _, p := range s.programs {
		output := p.output.String()
		text.WriteString(output[max(0, len(output)-2000):] + "\n")
	}
	return text.String()
}
