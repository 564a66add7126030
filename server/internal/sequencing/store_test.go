package sequencing_test

import (
	"crypto/rand"
	"errors"
	"fmt"
	"log/slog"
	mathrand "math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/ClickHouse/clickhouse-go/v2"
	"github.com/ClickHouse/clickhouse-go/v2/lib/driver"
	"github.com/google/uuid"
	"github.com/redis/go-redis/v9"
	"golang.org/x/mod/sumdb/tlog"

	"assent/server/internal/clickhousestore"
	"assent/server/internal/consent"
	"assent/server/internal/demodata"
	"assent/server/internal/realparts"
	"assent/server/internal/redisstore"
	"assent/server/internal/sequencing"
	"assent/server/internal/shipping"
	"assent/server/internal/transparency"
)

var servers *realparts.Servers

func TestMain(m *testing.M) { realparts.Main(m, &servers) }

// pair is a journal in Redis and a ledger in ClickHouse with a log.
type pair struct {
	redis      *realparts.Redis
	clickhouse *realparts.ClickHouse
	journal    *redisstore.Store
	ledger     *clickhousestore.Store
	shipper    *shipping.Shipper
	store      *sequencing.Store
	log        *transparency.Log
	tables     driver.Conn

	records []consent.Record
}

func open(t *testing.T) *pair {
	t.Helper()
	p := &pair{}
	var err error
	if p.redis, err = servers.Redis(); err != nil {
		t.Fatal(err)
	}
	if p.clickhouse, err = servers.ClickHouse(); err != nil {
		t.Fatal(err)
	}
	if p.journal, err = redisstore.Open(t.Context(), p.redis.URL, redisstore.Options{}); err != nil {
		t.Fatal(err)
	}
	if p.ledger, err = clickhousestore.Open(p.clickhouse.URL("logged")); err != nil {
		t.Fatal(err)
	}
	options, err := clickhouse.ParseDSN(p.clickhouse.URL("logged"))
	if err != nil {
		t.Fatal(err)
	}
	if p.tables, err = clickhouse.Open(options); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := errors.Join(p.tables.Close(), p.ledger.Close(), p.journal.Close()); err != nil {
			t.Error(err)
		}
	})
	p.shipper = shipping.New(p.journal, p.ledger, shipping.Options{Holder: "one", Log: slog.New(slog.DiscardHandler)})
	p.store = &sequencing.Store{Journal: p.journal, Ledger: p.ledger, Now: time.Now}
	p.log = p.begin(t)
	return p
}

func (p *pair) begin(t *testing.T) *transparency.Log {
	t.Helper()
	log, err := transparency.Open(t.Context(), p.store, rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	return log
}

func record(n int) consent.Record {
	return consent.Record{
		ID: uuid.Must(uuid.NewV7()), Site: fmt.Sprint("site", n%3), Subject: fmt.Sprintf("subject-%015d", n), Notice: "notice", Action: consent.Save,
		Purposes: map[string]bool{"analytics": n%2 == 0, "marketing": n%3 == 0}, Services: map[string]bool{"youtube": n%5 == 0},
		Source: "preferences", Synthetic: n%7 == 0, Locale: "de", Page: "https://shop.example/cart",
		DecidedAt: time.Now(), LifetimeDays: 180, Flags: []string{consent.FlagNotSeen}, Regime: consent.OptIn,
		Removed: []string{"_ga", "_gid"}, Country: "DE", Device: "phone", Browser: "firefox", Waited: 8,
	}
}

func (p *pair) record(t *testing.T, decisions int) {
	t.Helper()
	var batch []consent.Record
	for range decisions {
		batch = append(batch, record(len(p.records)+len(batch)))
	}
	for _, outcome := range p.journal.Commit(t.Context(), batch) {
		if outcome.Err != nil {
			t.Fatal(outcome.Err)
		}
	}
	p.records = append(p.records, batch...)
}

func (p *pair) ship(t *testing.T) {
	t.Helper()
	if err := p.shipper.Drain(t.Context()); err != nil {
		t.Fatal(err)
	}
}

func (p *pair) catchUp(t *testing.T) {
	t.Helper()
	if err := p.log.CatchUp(t.Context()); err != nil {
		t.Fatal(err)
	}
}

func (p *pair) verify(t *testing.T, earlier ...tlog.Tree) (transparency.Verified, error) {
	t.Helper()
	checkpoints, err := p.store.Checkpoints(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	for _, text := range checkpoints {
		tree, err := transparency.OpenCheckpoint(text, p.log.Public())
		if err != nil {
			t.Fatal(err)
		}
		earlier = append(earlier, tree)
	}
	return transparency.Verify(t.Context(), p.store, earlier[len(earlier)-1], earlier...)
}

func (p *pair) holds(t *testing.T, entries, waiting int64, earlier ...tlog.Tree) {
	t.Helper()
	verified, err := p.verify(t, earlier...)
	if err != nil || verified.Entries != entries || verified.Waiting != waiting {
		t.Fatalf("%+v, %v, want %d entries and %d that wait", verified, err, entries, waiting)
	}
}

func TestTheLogHoldsWhatIsRecorded(t *testing.T) {
	t.Parallel()
	p := open(t)
	p.record(t, 300) // Before the log has begun: they are taken from the ledger.
	p.ship(t)
	p.catchUp(t)
	p.holds(t, 300, 0)
	p.record(t, 400)
	p.ship(t)
	p.catchUp(t)
	p.record(t, 5)
	p.ship(t)
	p.holds(t, 700, 5)
	if waiting, err := p.log.Waiting(t.Context()); err != nil || waiting != 5 {
		t.Errorf("%d wait, %v", waiting, err)
	}
	if _, err := p.store.Placed(t.Context(), p.records[704]); !errors.Is(err, transparency.ErrNotYet) {
		t.Errorf("of a decision that is not in the log yet: %v", err)
	}
	p.catchUp(t)
	p.holds(t, 705, 0)
	for _, n := range []int{0, 255, 256, 699, 704} {
		placed, err := p.store.Placed(t.Context(), p.records[n])
		if err != nil {
			t.Fatal(err)
		}
		proof, err := p.log.Prove(t.Context(), placed)
		if err != nil {
			t.Fatal(err)
		}
		if err := proof.Check(placed.Record, p.log.Public()); err != nil {
			t.Error(err)
		}
		placed.Record.Purposes["analytics"] = !placed.Record.Purposes["analytics"]
		if err := proof.Check(placed.Record, p.log.Public()); err == nil {
			t.Error("another answer has the same proof")
		}
	}
}

func TestWhatIsMadeUpStaysOutOfTheLog(t *testing.T) {
	t.Parallel()
	p := open(t)
	p.catchUp(t)
	madeUp := record(0)
	madeUp.Site = demodata.Site
	if outcome := p.journal.Commit(t.Context(), []consent.Record{madeUp})[0]; outcome.Err != nil {
		t.Fatal(outcome.Err)
	}
	p.record(t, 10)
	p.ship(t)
	p.catchUp(t)
	p.holds(t, 10, 0)
	if err := p.ledger.RemoveTrail(t.Context(), demodata.Site); err != nil {
		t.Fatal(err)
	}
	p.holds(t, 10, 0)
}

// TestTamperingIsFoundAndNamed makes single changes to what ClickHouse has, each undone before the next.
func TestTamperingIsFoundAndNamed(t *testing.T) {
	t.Parallel()
	const decisions, trials = 300, 120
	p := open(t)
	p.record(t, decisions)
	p.ship(t)
	p.catchUp(t)
	p.holds(t, decisions, 0)
	columns := p.columns(t, "decisions")
	random := mathrand.New(mathrand.NewPCG(1, 2))
	for _, table := range []string{"decisions", "log_entries", "log_tiles"} {
		p.exec(t, "CREATE TABLE kept_"+table+" AS "+table)
		p.exec(t, "INSERT INTO kept_"+table+" SELECT * FROM "+table)
	}
	for trial := range trials {
		victim := p.records[random.IntN(decisions)]
		id := strings.ReplaceAll(victim.ID.String(), "-", "")
		at := "id = toFixedString(unhex('" + id + "'), 16)"
		table, what, named := "decisions", "", victim.ID.String()
		switch trial % 6 {
		case 0:
			what, named = "removed", "was removed"
			p.replace(t, table, at, column{}, "")
		case 1:
			what, table, named = "its entry removed", "log_entries", "one was removed or moved"
			p.replace(t, table, at, column{}, "")
		case 2:
			what, table = "its salt changed", "log_entries"
			p.replace(t, table, at, column{name: "salt"}, "toFixedString('another', 16)")
		case 3:
			what, table, named = "a tile changed", "log_tiles", "its entry in the log was changed"
			p.replace(t, table, "n = 0 AND level = 0", column{name: "data"}, "concat('x', substring(data, 2, 8191))")
		default:
			column := columns[random.IntN(len(columns))]
			what = column.name
			p.rewrite(t, at, column)
			if slices.Contains([]string{"id", "site", "subject"}, column.name) {
				named = "was removed"
			}
		}
		if _, err := p.verify(t); err == nil || !strings.Contains(err.Error(), named) {
			t.Errorf("%s of %s: %v", what, victim.ID, err)
		}
		p.exec(t, "TRUNCATE TABLE "+table)
		p.exec(t, "INSERT INTO "+table+" SELECT * FROM kept_"+table)
	}
	p.holds(t, decisions, 0)
	added := record(1000)
	added.RecordedAt = time.Now()
	if err := p.ledger.Append(t.Context(), shipping.Batch{Records: []consent.Record{added}}); err != nil {
		t.Fatal(err)
	}
	p.catchUp(t)
	if _, err := p.verify(t); err == nil || !strings.Contains(err.Error(), added.ID.String()) || !strings.Contains(err.Error(), "was put in") {
		t.Errorf("a decision that was put in: %v", err)
	}
}

type column struct{ name, kind string }

func (p *pair) columns(t *testing.T, table string) (columns []column) {
	t.Helper()
	rows, err := p.tables.Query(t.Context(), "SELECT name, type FROM system.columns WHERE database = 'logged' AND table = ? AND default_kind <> 'ALIAS' ORDER BY name", table)
	if err != nil {
		t.Fatal(err)
	}
	for rows.Next() {
		var one column
		if err := rows.Scan(&one.name, &one.kind); err != nil {
			t.Fatal(err)
		}
		columns = append(columns, one)
	}
	if err := errors.Join(rows.Err(), rows.Close()); err != nil || len(columns) == 0 {
		t.Fatal(columns, err)
	}
	return columns
}

// rewrite changes one column of a decision by putting another row in the place of the one.
func (p *pair) rewrite(t *testing.T, at string, c column) {
	t.Helper()
	value := c.name + " + 1"
	switch {
	case c.name == "id":
		value = "toFixedString(unhex('00000000000070008000000000000000'), 16)"
	case c.name == "synthetic":
		value = "toUInt8(synthetic + 2)"
	case strings.HasPrefix(c.kind, "Array"):
		value = "arrayConcat(" + c.name + ", ['another'])"
	case strings.Contains(c.kind, "String"):
		value = "concat(" + c.name + ", 'x')"
	}
	p.replace(t, "decisions", at, c, "CAST("+value+" AS "+c.kind+")")
}

// replace puts a row in the place of another one, with another value in a column, or none.
func (p *pair) replace(t *testing.T, table, at string, changed column, value string) {
	t.Helper()
	p.exec(t, "TRUNCATE TABLE "+table)
	p.exec(t, "INSERT INTO "+table+" SELECT * FROM kept_"+table+" WHERE NOT ("+at+")")
	if value == "" {
		return
	}
	var names, values []string
	for _, one := range p.columns(t, table) {
		names = append(names, one.name)
		if one.name == changed.name {
			values = append(values, value)
		} else {
			values = append(values, one.name)
		}
	}
	p.exec(t, "INSERT INTO "+table+" ("+strings.Join(names, ", ")+") SELECT "+strings.Join(values, ", ")+" FROM kept_"+table+" WHERE "+at)
}

func (p *pair) exec(t *testing.T, statement string) {
	t.Helper()
	if err := p.tables.Exec(t.Context(), statement); err != nil {
		t.Fatal(statement, err)
	}
}

func (p *pair) client(t *testing.T) *redis.Client {
	t.Helper()
	options, err := redis.ParseURL(p.redis.URL)
	if err != nil {
		t.Fatal(err)
	}
	client := redis.NewClient(options)
	t.Cleanup(func() { _ = client.Close() })
	return client
}

func (p *pair) flush(t *testing.T) error { return p.client(t).FlushAll(t.Context()).Err() }

// short leaves Redis less than a tenth of its memory.
func (p *pair) short(t *testing.T) {
	t.Helper()
	client := p.client(t)
	used, err := client.InfoMap(t.Context(), "memory").Result()
	if err != nil {
		t.Fatal(err)
	}
	if err := client.ConfigSet(t.Context(), "maxmemory", used["Memory"]["used_memory"]).Err(); err != nil {
		t.Fatal(err)
	}
}

func (p *pair) enough(t *testing.T) {
	t.Helper()
	if err := p.client(t).ConfigSet(t.Context(), "maxmemory", "0").Err(); err != nil {
		t.Fatal(err)
	}
}

func (p *pair) remove(t *testing.T, r consent.Record) {
	t.Helper()
	p.exec(t, "CREATE TABLE remaining AS decisions")
	p.exec(t, "INSERT INTO remaining SELECT * FROM decisions WHERE subject <> '"+r.Subject+"'")
	p.exec(t, "TRUNCATE TABLE decisions")
	p.exec(t, "INSERT INTO decisions SELECT * FROM remaining")
	p.exec(t, "DROP TABLE remaining")
}
