package embeddedstore_test

import (
	"context"
	"crypto/rand"
	"database/sql"
	"errors"
	"fmt"
	mathrand "math/rand/v2"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"

	"assent/server/internal/consent"
	"assent/server/internal/demodata"
	"assent/server/internal/embeddedstore"
	"assent/server/internal/transparency"
)

// logged is a store with decisions in its log, and the file itself beside it.
type logged struct {
	store *embeddedstore.Store
	log   *transparency.Log
	file  *sql.DB
	ids   []uuid.UUID

	folder string
}

func openLogged(t *testing.T, decisions int) *logged {
	t.Helper()
	dir := t.TempDir()
	store, err := embeddedstore.Open(t.Context(), dir, time.Now)
	if err != nil {
		t.Fatal(err)
	}
	file, err := sql.Open("sqlite", dir+"/assent.db?_pragma=busy_timeout(10000)")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := errors.Join(file.Close(), store.Close()); err != nil {
			t.Error(err)
		}
	})
	log, err := transparency.Open(t.Context(), store, rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	l := &logged{store: store, log: log, file: file, folder: dir}
	// Taken in as they come, so that tiles grow and are replaced.
	for left := decisions; left > 0; left -= 100 {
		l.record(t, min(left, 100))
		if err := log.CatchUp(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	return l
}

func (l *logged) newID() uuid.UUID {
	id := uuid.Must(uuid.NewV7())
	l.ids = append(l.ids, id)
	return id
}

func (l *logged) record(t *testing.T, decisions int) {
	t.Helper()
	var batch []consent.Record
	for range decisions {
		n := len(l.ids)
		id := l.newID()
		batch = append(batch, consent.Record{
			ID: id, Site: fmt.Sprint("site", n%3), Subject: fmt.Sprintf("subject-%015d", n), Notice: "notice", Action: consent.Save,
			Purposes: map[string]bool{"analytics": n%2 == 0, "marketing": n%3 == 0}, Services: map[string]bool{"youtube": n%5 == 0},
			Source: "preferences", Synthetic: n%7 == 0, Locale: "de", Page: "https://shop.example/cart",
			DecidedAt: time.Now(), LifetimeDays: 180, Flags: []string{consent.FlagNotSeen}, Regime: consent.OptIn,
			Removed: []string{"_ga", "_gid"}, Country: "DE", Device: "phone", Browser: "firefox", Waited: 8,
		})
	}
	for _, outcome := range l.store.Commit(t.Context(), batch) {
		if outcome.Err != nil {
			t.Fatal(outcome.Err)
		}
	}
}

func (l *logged) verify(t *testing.T) (transparency.Verified, error) {
	t.Helper()
	_, tree, err := l.log.Tree(t.Context())
	if err != nil {
		return transparency.Verified{}, err
	}
	return transparency.Verify(t.Context(), l.store, tree)
}

func TestTheLogHoldsWhatIsRecorded(t *testing.T) {
	t.Parallel()
	l := openLogged(t, 700) // More than two tiles.
	l.record(t, 5)
	verified, err := l.verify(t)
	if err != nil || verified.Entries != 700 || verified.Waiting != 5 {
		t.Fatalf("%+v, %v", verified, err)
	}
	if err := l.log.CatchUp(t.Context()); err != nil {
		t.Fatal(err)
	}
	for _, n := range []int{0, 255, 256, 699, 704} {
		placed, err := l.store.Placed(t.Context(), consent.Record{ID: l.ids[n], Site: fmt.Sprint("site", n%3), Subject: fmt.Sprintf("subject-%015d", n)})
		if err != nil {
			t.Fatal(err)
		}
		proof, err := l.log.Prove(t.Context(), placed)
		if err != nil {
			t.Fatal(err)
		}
		if err := proof.Check(placed.Record, l.log.Public()); err != nil {
			t.Error(err)
		}
		placed.Record.Purposes["analytics"] = !placed.Record.Purposes["analytics"]
		if err := proof.Check(placed.Record, l.log.Public()); err == nil {
			t.Error("another answer has the same proof")
		}
	}
}

// TestTheLogTakesWhatIsRecordedFasterThanItLooks has more than is kept at hand, and between it what another process records.
func TestTheLogTakesWhatIsRecordedFasterThanItLooks(t *testing.T) {
	t.Parallel()
	l := openLogged(t, 0)
	other := &logged{folder: l.folder}
	var err error
	if other.store, err = embeddedstore.Open(t.Context(), l.folder, time.Now); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := other.store.Close(); err != nil {
			t.Error(err)
		}
	})
	want := int64(0)
	for _, decisions := range []int{100, 6000, 3000, 10} {
		l.record(t, decisions)
		other.record(t, 7)
		l.record(t, 50)
		want += int64(decisions) + 57
		if decisions == 6000 {
			continue // The next ones find no room.
		}
		if err := l.log.CatchUp(t.Context()); err != nil {
			t.Fatal(err)
		}
		if verified, err := l.verify(t); err != nil || verified.Entries != want || verified.Waiting != 0 {
			t.Fatalf("%+v of %d, %v", verified, want, err)
		}
	}
}

func TestWhatIsMadeUpComesAndGoesBesideTheLog(t *testing.T) {
	t.Parallel()
	l := openLogged(t, 10)
	madeUp := consent.Record{ID: uuid.Must(uuid.NewV7()), Site: demodata.Site, Subject: "subject", Notice: "notice", Action: consent.RejectAll,
		Source: "banner", Locale: "en", DecidedAt: time.Now(), LifetimeDays: 180, Flags: []string{consent.FlagDemo}}
	if outcome := l.store.Commit(t.Context(), []consent.Record{madeUp})[0]; outcome.Err != nil {
		t.Fatal(outcome.Err)
	}
	l.record(t, 10)
	if err := l.log.CatchUp(t.Context()); err != nil {
		t.Fatal(err)
	}
	holds := func() {
		t.Helper()
		if verified, err := l.verify(t); err != nil || verified.Entries != 20 || verified.Waiting != 0 {
			t.Fatalf("%+v, %v", verified, err)
		}
	}
	holds()
	if err := l.store.RemoveTrail(t.Context(), demodata.Site); err != nil {
		t.Fatal(err)
	}
	holds()
	// Nobody gets rid of a real one that way.
	if _, err := l.file.ExecContext(t.Context(), "UPDATE decisions SET site = ? WHERE id = ?", demodata.Site, l.ids[3][:]); err != nil {
		t.Fatal(err)
	}
	if _, err := l.verify(t); err == nil || !strings.Contains(err.Error(), "was removed: the log has its entry") {
		t.Errorf("a decision that was put to the demo data: %v", err)
	}
}

// TestTwoInstancesKeepOneLog takes decisions in from two sides while they are recorded.
func TestTwoInstancesKeepOneLog(t *testing.T) {
	t.Parallel()
	l := openLogged(t, 10)
	other, err := transparency.Open(t.Context(), l.store, rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	if other.Public() != l.log.Public() {
		t.Fatal("two instances have two keys")
	}
	done := make(chan error)
	for _, log := range []*transparency.Log{l.log, other} {
		go func() {
			var err error
			for range 50 {
				err = errors.Join(err, log.CatchUp(context.WithoutCancel(t.Context())))
			}
			done <- err
		}()
	}
	for range 30 {
		l.record(t, 7)
	}
	if err := errors.Join(<-done, <-done, l.log.CatchUp(t.Context())); err != nil {
		t.Fatal(err)
	}
	if verified, err := l.verify(t); err != nil || verified.Entries != 220 || verified.Waiting != 0 {
		t.Fatalf("%+v, %v", verified, err)
	}
}

// TestTamperingIsFoundAndNamed makes a thousand single changes to what is stored, each undone before the next: a bit of any
// column, a row less, a row in another place.
// Threat B5.14
func TestTamperingIsFoundAndNamed(t *testing.T) {
	t.Parallel()
	const decisions, trials = 300, 1000
	l := openLogged(t, decisions)
	if _, err := l.verify(t); err != nil {
		t.Fatal(err)
	}
	columns := l.names(t, "SELECT name FROM pragma_table_info('decisions')")
	random := mathrand.New(mathrand.NewPCG(1, 2))
	for range trials {
		seq := int64(random.IntN(decisions) + 1)
		var what string
		var undo func()
		switch random.IntN(12) {
		case 0:
			what, undo = "removed", l.keep(t, "decisions", "seq", seq)
			l.exec(t, "DELETE FROM decisions WHERE seq = ?", seq)
		case 1:
			what, undo = "moved", l.keep(t, "decisions", "seq", seq)
			l.exec(t, "UPDATE decisions SET seq = ? WHERE seq = ?", decisions+1000, seq)
		case 2:
			bundle := (seq - 1) / transparency.TileWidth
			what, undo = "removed from the log", l.keep(t, "log_entries", "bundle", bundle)
			l.exec(t, "DELETE FROM log_entries WHERE bundle = ?", bundle)
			seq = bundle*transparency.TileWidth + 1
		case 3, 4:
			what, undo = "changed in the log", l.flipEntry(t, seq, random)
		default:
			column := columns[random.IntN(len(columns))]
			what, undo = "changed: "+column, l.keep(t, "decisions", "seq", seq)
			l.flip(t, column, seq, random)
		}
		_, err := l.verify(t)
		finding := new(transparency.Finding)
		if !errors.As(err, &finding) {
			t.Fatalf("%s, decision %d: %v", what, seq, err)
		}
		isNamed := finding.Position == seq || finding.Receipt == l.ids[seq-1].String() || finding.Receipt == "" && finding.Index == seq-1
		if !isNamed {
			t.Fatalf("%s, decision %d: %v", what, seq, err)
		}
		undo()
	}
	if verified, err := l.verify(t); err != nil || verified.Entries != decisions {
		t.Fatalf("after all changes were undone: %+v, %v", verified, err)
	}
}

func TestTilesAndHeadsAreVerified(t *testing.T) {
	t.Parallel()
	for change, want := range map[string]string{
		"UPDATE log_tiles SET data = zeroblob(length(data)) WHERE level = 0 AND n = 1":                                  "(number 257)",
		"UPDATE log_tiles SET data = zeroblob(length(data)) WHERE level = 1":                                            "tile 0 of level 1",
		"DELETE FROM log_tiles WHERE level = 0 AND n = 0":                                                               "tile 0 of level 0",
		"DELETE FROM log_entries WHERE bundle = 1; DELETE FROM decisions WHERE seq > 256":                               "the signed checkpoint stands for 300 entries",
		"UPDATE log_checkpoints SET note = replace(note, char(10) || '300' || char(10), char(10) || '200' || char(10))": "not a checkpoint of this log",
	} {
		t.Run(want, func(t *testing.T) {
			t.Parallel()
			l := openLogged(t, 300)
			l.exec(t, change)
			if _, err := l.verify(t); err == nil || !strings.Contains(err.Error(), want) {
				t.Errorf("%v, want %s", err, want)
			}
		})
	}
}

func (l *logged) exec(t *testing.T, statement string, arguments ...any) {
	t.Helper()
	if _, err := l.file.ExecContext(t.Context(), statement, arguments...); err != nil {
		t.Fatal(err)
	}
}

func (l *logged) names(t *testing.T, query string) []string {
	t.Helper()
	rows, err := l.file.QueryContext(t.Context(), query)
	if err != nil {
		t.Fatal(err)
	}
	defer rows.Close()
	var names []string
	for rows.Next() {
		var name string
		if err := rows.Scan(&name); err != nil {
			t.Fatal(err)
		}
		names = append(names, name)
	}
	return names
}

func (l *logged) row(t *testing.T, table, key string, value int64) []any {
	t.Helper()
	rows, err := l.file.QueryContext(t.Context(), "SELECT * FROM "+table+" WHERE "+key+" = ?", value)
	if err != nil {
		t.Fatal(err)
	}
	defer rows.Close()
	names, err := rows.Columns()
	if err != nil || !rows.Next() {
		t.Fatal("no row", err)
	}
	values, into := make([]any, len(names)), make([]any, len(names))
	for i := range values {
		into[i] = &values[i]
	}
	if err := rows.Scan(into...); err != nil {
		t.Fatal(err)
	}
	return values
}

// keep returns what puts a row back as it is now, wherever it has gone meanwhile.
func (l *logged) keep(t *testing.T, table, key string, value int64) func() {
	t.Helper()
	saved := l.row(t, table, key, value)
	return func() {
		t.Helper()
		l.exec(t, "DELETE FROM "+table+" WHERE "+key+" = ? OR "+key+" < 0 OR "+key+" > ?", value, len(l.ids))
		l.exec(t, "INSERT INTO "+table+" VALUES (?"+strings.Repeat(", ?", len(saved)-1)+")", saved...)
	}
}

// flip turns one bit of a column of a decision, or another one where the table does not take that value.
func (l *logged) flip(t *testing.T, column string, seq int64, random *mathrand.Rand) {
	t.Helper()
	var kind string
	var value []byte
	var whole int64
	if err := l.file.QueryRowContext(t.Context(), "SELECT typeof("+column+"), CAST("+column+" AS BLOB), CAST("+column+" AS INTEGER) FROM decisions WHERE seq = ?", seq).
		Scan(&kind, &value, &whole); err != nil {
		t.Fatal(err)
	}
	for range 100 {
		var changed any
		switch {
		case kind == "integer":
			changed = whole ^ 1<<random.IntN(63)
		case len(value) == 0:
			changed = "x"
		default:
			flipped := append([]byte{}, value...)
			flipped[random.IntN(len(flipped))] ^= 1 << random.IntN(8)
			changed = flipped
			if kind == "text" {
				changed = string(flipped)
			}
		}
		if _, err := l.file.ExecContext(t.Context(), "UPDATE decisions SET "+column+" = ? WHERE seq = ?", changed, seq); err == nil {
			return
		}
	}
	t.Fatalf("%s takes no other value", column)
}

// flipEntry turns one bit of what the log has of a decision.
func (l *logged) flipEntry(t *testing.T, seq int64, random *mathrand.Rand) func() {
	t.Helper()
	bundle, place := (seq-1)/transparency.TileWidth, (seq-1)%transparency.TileWidth
	var data []byte
	if err := l.file.QueryRowContext(t.Context(), "SELECT data FROM log_entries WHERE bundle = ?", bundle).Scan(&data); err != nil {
		t.Fatal(err)
	}
	size := 8 + transparency.SaltSize + transparency.CommitmentSize
	undo := l.keep(t, "log_entries", "bundle", bundle)
	data[int(place)*size+random.IntN(size)] ^= 1 << random.IntN(8)
	l.exec(t, "UPDATE log_entries SET data = ? WHERE bundle = ?", data, bundle)
	return undo
}
