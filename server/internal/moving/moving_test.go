package moving_test

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"reflect"
	"testing"
	"time"

	"assent/schemas"
	"assent/server/internal/account"
	"assent/server/internal/clickhousestore"
	"assent/server/internal/consent"
	"assent/server/internal/embeddedstore"
	"assent/server/internal/evidence"
	"assent/server/internal/exposure"
	"assent/server/internal/moving"
	"assent/server/internal/realparts"
	"assent/server/internal/recording"
	"assent/server/internal/recording/recordingtest"
	"assent/server/internal/redisstore"
	"assent/server/internal/register"
	"assent/server/internal/sealing"
	"assent/server/internal/sighting"
)

var servers *realparts.Servers

func TestMain(m *testing.M) { realparts.Main(m, &servers) }

func embedded(t *testing.T) moving.Place {
	t.Helper()
	store, err := embeddedstore.Open(t.Context(), t.TempDir(), time.Now)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := store.Close(); err != nil {
			t.Error(err)
		}
	})
	return moving.Place{Front: store, Back: store, Log: slog.New(slog.DiscardHandler)}
}

var clickhouse *realparts.ClickHouse // One for all tests, each in a database of its own.

func clustered(t *testing.T) moving.Place {
	t.Helper()
	redis, err := servers.Redis()
	if err != nil {
		t.Fatal(err)
	}
	if clickhouse == nil {
		if clickhouse, err = servers.ClickHouse(); err != nil {
			t.Fatal(err)
		}
	}
	front, err := redisstore.Open(t.Context(), redis.URL, redisstore.Options{})
	if err != nil {
		t.Fatal(err)
	}
	back, err := clickhousestore.Open(clickhouse.URL(recordingtest.Site()))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := errors.Join(front.Close(), back.Close()); err != nil {
			t.Error(err)
		}
	})
	return moving.Place{Front: front, Back: back, Shipped: true, Log: slog.New(slog.DiscardHandler)}
}

const (
	shop     = "shop"
	subjects = 300
)

// fill puts some of everything into a place, as it comes about in use, and returns what the visitors decided.
func fill(t *testing.T, p moving.Place) []consent.Record {
	t.Helper()
	ctx := t.Context()
	begun := time.Now().Add(-24 * time.Hour).UTC().Truncate(time.Microsecond)
	var all []consent.Record
	for round := range 9 {
		var batch []consent.Record
		for i := range subjects {
			record := recordingtest.Decision(shop, fmt.Sprintf("subject%03d", i))
			record.RecordedAt = begun.Add(time.Duration(round*subjects+i) * time.Second)
			batch = append(batch, record)
		}
		all = append(all, batch...)
		for _, outcome := range p.Front.Commit(ctx, batch) {
			if outcome.Err != nil {
				t.Fatal(outcome.Err)
			}
		}
	}
	unicode := recordingtest.Unicode(shop, "subject000")
	unicode.RecordedAt = begun.Add(time.Minute)
	all = append(all, unicode)
	failures := []error{p.Front.Commit(ctx, []consent.Record{unicode})[0].Err}
	for _, notice := range []string{"n1", "n2"} {
		failures = append(failures, p.Front.PutNotice(ctx, shop, notice, []byte(`{"texts":{"de":"ü"},"id":"`+notice+`"}`)),
			p.Front.PutScript(ctx, shop, notice, []byte{0, 1, 0xff}))
	}
	keys := evidence.NewStored(p.Front, rand.Reader, func() time.Time { return begun })
	_, rotated := keys.Rotate(ctx)
	failures = append(failures, rotated)
	_, rotated = keys.Rotate(ctx)
	failures = append(failures, rotated,
		p.Front.PutSite(ctx, schemas.Site{ID: shop, Name: "Shop", Origins: []string{"https://shop.example"}, Notice: "n2"}),
		p.Front.Publish(ctx, schemas.Site{ID: shop, Name: "Shop", Origins: []string{"https://shop.example"}, Notice: "n2"},
			schemas.Site{ID: shop, Name: "Shop", Origins: []string{"https://shop.example"}, Notice: "n2", Experiments: []schemas.Experiment{tried}},
			schemas.Publication{Notice: "n2", At: begun, By: "ada@shop.example"}),
		p.Front.PutDraft(ctx, shop, schemas.Draft{Revision: 1, Base: "n2", Notice: schemas.Notice{LifetimeDays: 30}}),
		p.Front.PutDraft(ctx, shop, schemas.Draft{Revision: 2, Base: "n2", Notice: schemas.Notice{LifetimeDays: 90}, By: "ada@shop.example", At: begun}),
		p.Front.PutUser(ctx, account.User{Email: "ada@shop.example", PasswordHash: "$argon2id$…", Roles: account.Roles{Role: account.EditorRole, Sites: map[string]string{"shop": account.OwnerRole}}, CreatedAt: begun, Generation: 3, Binding: &account.Binding{Issuer: "https://id.example", Subject: "4711"}}),
		p.Front.ChangeRoster(ctx, func(r *account.Roster) error {
			r.Factors["ada@shop.example"] = secondStep
			return nil
		}),
		p.Front.PutDocument(ctx, register.Document{Key: register.Key{Kind: "hold", Site: shop, ID: "h1"}, Revision: 1, Due: begun.Truncate(time.Millisecond), Body: []byte(`{"reason":"a court"}`)}),
		p.Front.AddSightings(ctx, []sighting.Count{{Key: sighting.Key{Site: shop, Day: sighting.Day(begun), Host: "ads.example", Kind: "script"}, Pages: 7}}),
		p.Back.AddExposures(ctx, []exposure.Count{shown(begun, "DE", 7), shown(begun, "", 2), shown(begun.AddDate(0, 0, -40), "DE", 5)}))
	if err := errors.Join(failures...); err != nil {
		t.Fatal(err)
	}
	return all
}

// secondStep is what the user gives beside the password.
var secondStep = account.Factors{App: &account.App{Secret: "JBSWY3DP", Since: time.Date(2026, 11, 24, 9, 30, 0, 0, time.UTC), Step: 7}, Recovery: []string{"ab"}}

// tried is an experiment that ran at the shop.
var tried = schemas.Experiment{ID: "aaaaaaaaaaaa", Control: "n1", Variants: []schemas.Variant{{Notice: "n2", Share: 20}}, StartedBy: "ada@shop.example",
	StartedAt: time.Date(2026, 11, 24, 9, 30, 0, 123456789, time.UTC), EndedAt: time.Date(2026, 11, 25, 9, 30, 0, 0, time.UTC), Adopted: "n2"}

// shown is how often the notice came on screen of visitors from a country, of whom one was new.
func shown(at time.Time, country string, views int) exposure.Count {
	return exposure.Count{Views: views, Visitors: 1, Key: exposure.Key{Site: shop, Slot: exposure.SlotOf(at), Event: exposure.Shown, Notice: "n1",
		Locale: "de", Regime: consent.OptIn, Page: "https://shop.example/Größe", Country: country, Device: "phone", Browser: "firefox"}}
}

// wantAll holds a place against what fill put into another one.
func wantAll(t *testing.T, p moving.Place, all []consent.Record) {
	t.Helper()
	sums, err := p.Sum(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	counts := map[string]int64{}
	for kind, sum := range sums {
		counts[kind] = sum.Count
	}
	if got, want := fmt.Sprint(counts), fmt.Sprintf("map[decisions:%d drafts:1 exposures:3 notices:2 publications:1 register:1 scripts:2 sightings:1 signing keys:2 sites:1 users:1]", len(all)); got != want {
		t.Errorf("the place holds %s, want %s", got, want)
	}
	last := map[string]consent.Record{}
	for _, record := range all {
		if last[record.Subject].Before(record) {
			last[record.Subject] = record
		}
	}
	for subject, record := range last {
		current, err := p.Front.Current(t.Context(), shop, subject)
		if err != nil || !current.RecordedAt.Equal(record.RecordedAt) || current.Choice.Action != record.Action {
			t.Fatalf("current choice of %s: %+v, %v, want that of %v", subject, current, err, record.RecordedAt)
		}
	}
	if moved, err := p.Front.Site(t.Context(), shop); err != nil || !reflect.DeepEqual(moved.Experiments, []schemas.Experiment{tried}) {
		t.Errorf("the site's experiments are %+v, %v", moved.Experiments, err)
	}
	if roster, err := p.Front.Roster(t.Context()); err != nil || !reflect.DeepEqual(roster.Factors, map[string]account.Factors{"ada@shop.example": secondStep}) {
		t.Errorf("the users' factors are %+v, %v", roster.Factors, err)
	}
	// A client that repeats a decision gets the first answer, and the choice stays.
	retried := all[len(all)-2]
	first := retried.RecordedAt
	retried.RecordedAt = time.Time{}
	if got := p.Front.Commit(t.Context(), []consent.Record{retried})[0]; !got.Duplicate || !got.RecordedAt.Equal(first) {
		t.Errorf("a retry after the move: %+v, want the first recording's time %v", got, first)
	}
}

func backUp(t *testing.T, p moving.Place) moving.Checked {
	t.Helper()
	name := filepath.Join(t.TempDir(), "backup.gz")
	written, err := moving.Backup(t.Context(), p, name)
	if err != nil {
		t.Fatal(err)
	}
	checked, err := moving.Verify(name)
	if err != nil {
		t.Fatal(err)
	}
	if proof := (moving.Proof{There: written, Here: checked.Sums}); !proof.Equal() {
		t.Errorf("what was read back differs from what was written: %v", proof.Lines())
	}
	return checked
}

// Threat B5.26
func TestBackupOfEachTierRestoresIntoEach(t *testing.T) {
	for name, tiers := range map[string]struct{ from, to func(*testing.T) moving.Place }{
		"embedded to embedded":             {embedded, embedded},
		"embedded to Redis and ClickHouse": {embedded, clustered},
		"Redis and ClickHouse to embedded": {clustered, embedded},
	} {
		t.Run(name, func(t *testing.T) {
			from, to := tiers.from(t), tiers.to(t)
			all := fill(t, from)
			backup := backUp(t, from)
			restored, err := moving.Restore(t.Context(), backup, to, false)
			if err != nil || !restored.Proof.Equal() || len(restored.Proof.Lines()) != 11 {
				t.Fatalf("Restore = %+v, %v", restored, err)
			}
			wantAll(t, to, all)
			again, err := moving.Restore(t.Context(), backup, to, false)
			if err != nil || again.Before.IsZero() {
				t.Errorf("a second Restore = %+v, %v, want nothing done", again, err)
			}
			wantAll(t, to, all)
			if proof := (moving.Proof{There: backup.Sums, Here: backUp(t, to).Sums}); !proof.Equal() {
				t.Errorf("a backup of what was restored differs: %v", proof.Lines())
			}
		})
	}
}

// A server that was started on the target has made a key there: it is no data, and goes on verifying beside the newer one.
func TestKeysOfBothSidesAreKept(t *testing.T) {
	from, to := embedded(t), embedded(t)
	fill(t, from)
	early := evidence.NewStored(to.Front, rand.Reader, func() time.Time { return time.Now().AddDate(-1, 0, 0) })
	if err := early.Ensure(t.Context()); err != nil {
		t.Fatal(err)
	}
	restored, err := moving.Restore(t.Context(), backUp(t, from), to, false)
	if err != nil || !restored.Proof.Equal() {
		t.Fatalf("Restore = %+v, %v", restored, err)
	}
	theirs, err := evidence.NewStored(from.Front, rand.Reader, time.Now).Keys(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if ours, err := early.Keys(t.Context()); err != nil || len(ours) != 3 || ours[0].ID != theirs[0].ID {
		t.Errorf("%d keys, the first %s, want 3 and %s: %v", len(ours), ours[0].ID, theirs[0].ID, err)
	}
}

// A server on Redis has made a data key before anything is restored into it, and opens what the others' keys sealed.
func TestDataKeysOfBothSidesAreKept(t *testing.T) {
	from, to := embedded(t), embedded(t)
	fill(t, from)
	theirs, ours := sealing.Stored{Store: from.Front}, sealing.Stored{Store: to.Front}
	for _, place := range []sealing.Stored{theirs, ours} {
		if err := sealing.Ensure(t.Context(), place, rand.Reader, time.Now()); err != nil {
			t.Fatal(err)
		}
	}
	ring, err := sealing.OpenRing(t.Context(), theirs, rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	about := sealing.About{Kind: "external-id", Site: "shop", ID: "s1"}
	sealed, err := ring.Seal(about, []byte("customer 4711"))
	if err != nil {
		t.Fatal(err)
	}
	restored, err := moving.Restore(t.Context(), backUp(t, from), to, false)
	if err != nil || !restored.Proof.Equal() {
		t.Fatalf("Restore = %+v, %v", restored, err)
	}
	if ring, err = sealing.OpenRing(t.Context(), ours, rand.Reader); err != nil {
		t.Fatal(err)
	}
	if plain, err := ring.Open(t.Context(), about, sealed); err != nil || string(plain) != "customer 4711" {
		t.Errorf("opened %q: %v", plain, err)
	}
	if keys, err := ours.Keys(t.Context()); err != nil || len(keys) != 2 {
		t.Errorf("%d keys, want both sides': %v", len(keys), err)
	}
}

// interrupted is a front whose process dies, as far as the restore can tell, after some batches: before the batch is
// recorded, or after it.
type interrupted struct {
	moving.Front
	batches int
	after   bool
}

var errKilled = errors.New("killed")

func (i *interrupted) Commit(ctx context.Context, batch []consent.Record) []recording.Outcome {
	if i.batches--; i.batches >= 0 {
		return i.Front.Commit(ctx, batch)
	}
	if i.after {
		i.Front.Commit(ctx, batch)
	}
	return recording.FailAll(len(batch), errKilled)
}

func TestInterruptedRestoreGoesOn(t *testing.T) {
	from, to := embedded(t), clustered(t)
	all := fill(t, from)
	backup := backUp(t, from)
	for _, i := range []*interrupted{{batches: 0}, {batches: 0, after: true}, {batches: 1}, {batches: 0, after: true}} {
		dying := to
		i.Front, dying.Front = to.Front, i
		if _, err := moving.Restore(t.Context(), backup, dying, false); !errors.Is(err, errKilled) {
			t.Fatalf("Restore = %v, want it killed", err)
		}
	}
	restored, err := moving.Restore(t.Context(), backup, to, false)
	if err != nil || !restored.Proof.Equal() || restored.Resumed == 0 {
		t.Errorf("Restore = %+v, %v, want it resumed and equal", restored, err)
	}
	wantAll(t, to, all)
}

func TestRestoreBesideOtherData(t *testing.T) {
	from, to := embedded(t), embedded(t)
	all := fill(t, from)
	backup := backUp(t, from)
	newer := recordingtest.Refusal(shop, "subject001") // Recorded now, so after all of the backup.
	conflict := all[5]
	conflict.Page, conflict.RecordedAt = "https://shop.example/other", time.Time{}
	to.Front.Commit(t.Context(), []consent.Record{newer, conflict, all[6]})
	own := schemas.Site{ID: shop, Name: "Own", Origins: []string{"https://own.example"}, Notice: "n2"}
	if err := to.Front.PutSite(t.Context(), own); err != nil {
		t.Fatal(err)
	}
	before, err := to.Sum(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if _, err := moving.Restore(t.Context(), backup, to, false); !errors.Is(err, moving.ErrNotEmpty) {
		t.Fatalf("Restore beside other data = %v, want ErrNotEmpty", err)
	}
	after, err := to.Sum(t.Context())
	if proof := (moving.Proof{There: before, Here: after}); err != nil || !proof.Equal() {
		t.Errorf("the refused restore changed something: %v %v", err, proof.Lines())
	}
	restored, err := moving.Restore(t.Context(), backup, to, true)
	if err != nil || restored.Conflicts != 1 || fmt.Sprint(restored.Kept) != "[site shop]" {
		t.Errorf("Restore = %+v, %v, want one conflict and the site kept", restored, err)
	}
	if got, err := to.Front.Site(t.Context(), shop); err != nil || got.Name != own.Name {
		t.Errorf("the site became %+v, %v", got, err)
	}
	if got, err := to.Front.Current(t.Context(), shop, newer.Subject); err != nil || got.Choice.Action != newer.Action {
		t.Errorf("the newer choice became %+v, %v", got, err)
	}
	if sums, err := to.Sum(t.Context()); err != nil || sums[moving.Decisions].Count != int64(len(all))+1 {
		t.Errorf("%d decisions, %v, want %d", sums[moving.Decisions].Count, err, len(all)+1)
	}
}

// TestDamageIsFound cuts a backup off at many places and changes single bytes.
func TestDamageIsFound(t *testing.T) {
	from := embedded(t)
	fill(t, from)
	name := filepath.Join(t.TempDir(), "backup.gz")
	if _, err := moving.Backup(t.Context(), from, name); err != nil {
		t.Fatal(err)
	}
	if info, err := os.Stat(name); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("mode %v, %v, want that only its owner reads it", info.Mode(), err)
	}
	if _, err := moving.Backup(t.Context(), from, name); err == nil {
		t.Error("a backup was overwritten")
	}
	whole, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	if files, err := os.ReadDir(filepath.Dir(name)); err != nil || len(files) != 1 {
		t.Errorf("%d files are left, %v, want the backup alone", len(files), err)
	}
	damaged := filepath.Join(t.TempDir(), "damaged.gz")
	refused := func(what string, content []byte) {
		if err := os.WriteFile(damaged, content, 0o600); err != nil {
			t.Fatal(err)
		}
		if _, err := moving.Verify(damaged); err == nil {
			t.Errorf("%s was not found", what)
		}
	}
	const steps = 40
	for step := range steps {
		at := 20 + step*(len(whole)-20)/steps // Beyond gzip's header, whose time and system mean nothing.
		refused(fmt.Sprintf("a cut at %d of %d", at, len(whole)), whole[:at])
		changed := append([]byte{}, whole...)
		changed[at] ^= 0x10
		refused(fmt.Sprintf("a changed byte at %d of %d", at, len(whole)), changed)
	}
	refused("a cut of the last byte", whole[:len(whole)-1])
	refused("a second backup behind it", append(append([]byte{}, whole...), whole...))
}

// TestMoveProvesWhatItDid goes on where it was after a kill, and follows what the source does meanwhile.
func TestMoveProvesWhatItDid(t *testing.T) {
	from, to := embedded(t), clustered(t)
	all := fill(t, from)
	log := from.Front.(moving.Log)
	begin := func() *moving.Move {
		t.Helper()
		move, err := moving.NewMove(t.Context(), log, from, to)
		if err != nil {
			t.Fatal(err)
		}
		return move
	}
	move := begin()
	if copied, err := move.Follow(t.Context()); err != nil || copied != int64(len(all)) {
		t.Fatalf("Follow = %d, %v, want %d", copied, err, len(all))
	}
	if err := move.CopyRest(t.Context()); err != nil {
		t.Fatal(err)
	}
	// The owner and a visitor go on meanwhile.
	site := schemas.Site{ID: shop, Name: "Renamed", Origins: []string{"https://shop.example"}, Notice: "n1"}
	late := recordingtest.Refusal(shop, "subject002")
	if err := errors.Join(from.Front.PutSite(t.Context(), site), from.Front.Commit(t.Context(), []consent.Record{late})[0].Err); err != nil {
		t.Fatal(err)
	}
	if proof, err := move.Finish(t.Context()); err != nil || proof.Equal() {
		t.Errorf("Finish before the last pass = %v, %v, want the differences", proof.Lines(), err)
	}
	move = begin() // As after a kill.
	if copied, err := move.Follow(t.Context()); err != nil || copied != 1 {
		t.Errorf("Follow = %d, %v, want the one that is new", copied, err)
	}
	if err := move.CopyRest(t.Context()); err != nil {
		t.Fatal(err)
	}
	proof, err := move.Finish(t.Context())
	if err != nil || !proof.Equal() || proof.Here[moving.Choices].Count != subjects || proof.Here[moving.Decisions].Count != int64(len(all))+1 {
		t.Fatalf("Finish = %v, %v", proof.Lines(), err)
	}
	if got, err := to.Front.Site(t.Context(), shop); err != nil || got.Name != site.Name {
		t.Errorf("the site is %+v, %v at the target", got, err)
	}
	if got, err := to.Front.Current(t.Context(), shop, late.Subject); err != nil || got.Choice.Action != consent.RejectAll {
		t.Errorf("the last choice is %+v, %v at the target", got, err)
	}
	if begin().Finished().IsZero() {
		t.Error("the target does not know that the move is over")
	}
	if _, err := moving.NewMove(t.Context(), embedded(t).Front.(moving.Log), embedded(t), to); !errors.Is(err, moving.ErrNotEmpty) {
		t.Errorf("a move of another folder to there = %v, want ErrNotEmpty", err)
	}
	if proof, err = move.Finish(t.Context()); err != nil || !proof.Equal() {
		t.Errorf("Finish again = %v, %v", proof.Lines(), err)
	}
}

// TestProofTellsDifferences lets a visitor decide at the target alone.
func TestProofTellsDifferences(t *testing.T) {
	from, to := embedded(t), embedded(t)
	fill(t, from)
	move, err := moving.NewMove(t.Context(), from.Front.(moving.Log), from, to)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := move.Follow(t.Context()); err != nil {
		t.Fatal(err)
	}
	if err := move.CopyRest(t.Context()); err != nil {
		t.Fatal(err)
	}
	to.Front.Commit(t.Context(), []consent.Record{recordingtest.Refusal(shop, "subject003")})
	proof, err := move.Finish(t.Context())
	if err != nil || proof.Equal() || proof.There[moving.Choices] == proof.Here[moving.Choices] {
		t.Errorf("Finish = %v, %v, want decisions and choices to differ", proof.Lines(), err)
	}
}
