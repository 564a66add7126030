package archive_test

import (
	"archive/zip"
	"bytes"
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	mathrand "math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"

	"assent/schemas"
	"assent/server/internal/archive"
	"assent/server/internal/consent"
	"assent/server/internal/embeddedstore"
	"assent/server/internal/evidence"
	"assent/server/internal/processing"
	"assent/server/internal/recording/recordingtest"
	"assent/server/internal/site"
	"assent/server/internal/snippetbuild"
	"assent/server/internal/transfer"
	"assent/server/internal/transparency"
)

// kept is a store with a log of decisions of several sites.
type kept struct {
	store      *embeddedstore.Store
	log        *transparency.Log
	keys       *evidence.Keyring
	notice     string
	clock      time.Time
	restricted []string // Subjects.
}

func open(t testing.TB) *kept {
	t.Helper()
	k := &kept{clock: time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)}
	store, err := embeddedstore.Open(t.Context(), t.TempDir(), func() time.Time { return k.clock })
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := store.Close(); err != nil {
			t.Error(err)
		}
	})
	k.store = store
	if k.log, err = transparency.Open(t.Context(), store, rand.Reader); err != nil {
		t.Fatal(err)
	}
	stored := evidence.NewStored(store, rand.Reader, time.Now)
	if err := stored.Ensure(t.Context()); err != nil {
		t.Fatal(err)
	}
	if k.keys, err = evidence.OpenKeyring(t.Context(), stored); err != nil {
		t.Fatal(err)
	}
	document := []byte(`{"languages":["en"]}`)
	k.notice = site.IDOf(document)
	if err := store.PutNotice(t.Context(), "shop", k.notice, document); err != nil {
		t.Fatal(err)
	}
	for _, notice := range []string{k.notice, "of-no-decision"} {
		of := snippetbuild.Edition{Site: "shop", Notice: notice, Regime: consent.OptIn}
		if err := k.editions().Note(t.Context(), of, snippetbuild.Script{Hash: "a1b2c3d4e5f6", SRI: "sha384-x"}); err != nil {
			t.Fatal(err)
		}
	}
	return k
}

// record has decisions at a day of March, of sites in turn.
func (k *kept) record(t testing.TB, day, count int, sites ...string) {
	t.Helper()
	k.clock = time.Date(2026, 3, day, 12, 0, 0, 0, time.UTC)
	var records []consent.Record
	for i := range count {
		r := recordingtest.Decision(sites[i%len(sites)], fmt.Sprintf("subject-%02d-%07d", day, i))
		r.Notice, r.Purposes, r.Page = k.notice, map[string]bool{"analytics": i%2 == 0, "marketing": i%3 == 0}, "https://shop.example/<a>&ü"
		r.DecidedAt = k.clock.Add(-time.Duration(i) * time.Millisecond)
		records = append(records, r)
	}
	for len(records) > 0 {
		some := min(len(records), 1000)
		for _, outcome := range k.store.Commit(t.Context(), records[:some]) {
			if outcome.Err != nil {
				t.Fatal(outcome.Err)
			}
		}
		records = records[some:]
	}
	if err := k.log.CatchUp(t.Context()); err != nil {
		t.Fatal(err)
	}
}

func (k *kept) erase(t testing.TB, site, subject string) {
	t.Helper()
	gone, err := k.store.Erase(t.Context(), site, subject, "visitor", k.clock)
	if err != nil || len(gone) == 0 {
		t.Fatalf("erased %v: %v", gone, err)
	}
	if err := k.log.CatchUp(t.Context()); err != nil {
		t.Fatal(err)
	}
}

func (k *kept) editions() snippetbuild.Editions {
	return snippetbuild.Editions{Store: k.store, Now: func() time.Time { return k.clock }}
}

func (k *kept) source() archive.Source {
	return archive.Source{Log: k.log, Rows: k.store, Notices: k.store, Scripts: k.editions(), Keys: k.keys, Issuer: "https://assent.example",
		Known: func() []string { return nil }, Restricted: func(context.Context, string) ([]string, error) { return k.restricted, nil }}
}

// march is an archive of days of March of a site.
func march(site string, first, last int) archive.Wanted {
	of := schemas.Site{ID: site, Name: "Shop"}
	return archive.Wanted{Site: of, From: time.Date(2026, 3, first, 0, 0, 0, 0, time.UTC), To: time.Date(2026, 3, last+1, 0, 0, 0, 0, time.UTC), MadeAt: time.Now(),
		Processing: processing.Record(processing.Published{Site: of}, transfer.BuiltIn(), "en", time.Now())}
}

func (k *kept) archive(t testing.TB, wanted archive.Wanted) []byte {
	t.Helper()
	var file bytes.Buffer
	if _, err := archive.Write(t.Context(), &file, k.source(), wanted); err != nil {
		t.Fatal(err)
	}
	return file.Bytes()
}

func (k *kept) trusted(t testing.TB) archive.Trusted {
	t.Helper()
	keys, err := evidence.ReadPublished(k.keys.Published())
	if err != nil {
		t.Fatal(err)
	}
	return archive.Trusted{LogKey: k.log.Public(), Keys: keys}
}

func verify(file []byte, trusted archive.Trusted) (archive.Verified, error) {
	return archive.Verify(bytes.NewReader(file), int64(len(file)), trusted)
}

// contents are the files of an archive, in their order.
type contents struct {
	names []string
	files map[string][]byte
}

func unpack(t testing.TB, file []byte) contents {
	t.Helper()
	opened, err := zip.NewReader(bytes.NewReader(file), int64(len(file)))
	if err != nil {
		t.Fatal(err)
	}
	c := contents{files: map[string][]byte{}}
	for _, one := range opened.File {
		from, err := one.Open()
		if err != nil {
			t.Fatal(err)
		}
		text, err := io.ReadAll(from)
		if err != nil {
			t.Fatal(err)
		}
		c.names, c.files[one.Name] = append(c.names, one.Name), text
	}
	return c
}

func (c contents) pack(t testing.TB) []byte {
	t.Helper()
	var file bytes.Buffer
	packed := zip.NewWriter(&file)
	for _, name := range c.names {
		to, err := packed.Create(name)
		if err == nil {
			_, err = to.Write(c.files[name])
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	if err := packed.Close(); err != nil {
		t.Fatal(err)
	}
	return file.Bytes()
}

func (c contents) lines() []string {
	return slices.Collect(strings.Lines(string(c.files["decisions.jsonl"])))
}

func TestAnArchiveIsVerifiedElsewhere(t *testing.T) {
	k := open(t)
	k.record(t, 1, 30, "shop", "blog", "news")
	k.record(t, 2, 90, "shop", "blog", "news")
	k.erase(t, "shop", "subject-02-0000030")
	k.record(t, 3, 31, "news", "shop", "blog")
	k.erase(t, "blog", "subject-01-0000001")
	k.record(t, 5, 30, "shop", "blog", "news")
	k.record(t, 6, 20, "blog")
	k.erase(t, "shop", "subject-02-0000033")
	k.clock = time.Date(2026, 3, 20, 0, 0, 0, 0, time.UTC)
	for name, c := range map[string]struct {
		wanted                        archive.Wanted
		decisions, tombstones, hidden int64 // The last between those that are shown.
	}{
		"a period":                {march("shop", 2, 4), 38, 2, 79},
		"everything":              {archive.Wanted{Site: schemas.Site{ID: "shop"}, To: k.clock, Processing: march("shop", 1, 1).Processing}, 58, 3, 118},
		"nothing in the period":   {march("shop", 10, 11), 0, 0, 0},
		"a site without any":      {march("nobody", 1, 9), 0, 3, 0},
		"nobody else recorded":    {march("blog", 6, 6), 20, 0, 0},
		"another site's decision": {march("blog", 1, 1), 9, 1, 16},
	} {
		t.Run(name, func(t *testing.T) {
			file := k.archive(t, c.wanted)
			verified, err := verify(file, k.trusted(t))
			if err != nil {
				t.Fatal(err)
			}
			if verified.Manifest.Decisions != c.decisions || verified.Manifest.Tombstones != c.tombstones {
				t.Errorf("%d decisions and %d tombstones, want %d and %d", verified.Manifest.Decisions, verified.Manifest.Tombstones, c.decisions, c.tombstones)
			}
			if verified.Between.Hidden() != c.hidden {
				t.Errorf("%d others from entry %d to %d, want %d", verified.Between.Hidden(), verified.Between.First, verified.Between.Last, c.hidden)
			}
			if _, err := verify(file, archive.Trusted{}); err != nil {
				t.Errorf("without keys from elsewhere: %v", err)
			}
		})
	}
}

var number = regexp.MustCompile(`"number":\d+`)

// renumbered gives lines the numbers of their places, as somebody does who knows how archives are made.
func renumbered(lines []string) []string {
	for i := range lines {
		lines[i] = number.ReplaceAllString(lines[i], fmt.Sprintf(`"number":%d`, i+1))
	}
	return lines
}

// TestEachChangeOfARecordIsFoundAndNamed changes one record in each of hundreds of trials, with and without knowing the format.
func TestEachChangeOfARecordIsFoundAndNamed(t *testing.T) {
	k := open(t)
	k.record(t, 2, 150, "shop", "blog", "shop")
	k.erase(t, "shop", "subject-02-0000003")
	whole := unpack(t, k.archive(t, march("shop", 1, 4)))
	random := mathrand.New(mathrand.NewPCG(7, 11))
	for trial := range 600 {
		lines := whole.lines()
		at, what := random.IntN(len(lines)), []string{"changed", "removed", "moved", "put in"}[trial%4]
		first := at + 1 // Number of the record that is wrong.
		switch what {
		case "changed":
			text := []byte(lines[at])
			for place := random.IntN(len(text)); ; place = random.IntN(len(text)) {
				if was := text[place]; was >= ' ' {
					text[place] ^= 1 << random.IntN(7)
					break
				}
			}
			lines[at] = string(text)
		case "removed":
			lines = append(lines[:at:at], lines[at+1:]...)
		case "moved":
			other := random.IntN(len(lines))
			if other == at {
				continue
			}
			lines[at], lines[other] = lines[other], lines[at]
			first = min(at, other) + 1
		case "put in":
			lines = append(lines[:at+1:at+1], lines[at:]...)
			first = at + 2
		}
		knows := random.IntN(2) == 0 && what != "changed"
		if knows {
			lines = renumbered(lines)
		}
		changed := contents{names: whole.names, files: map[string][]byte{}}
		for name, text := range whole.files {
			changed.files[name] = text
		}
		changed.files["decisions.jsonl"] = []byte(strings.Join(lines, ""))
		_, err := verify(changed.pack(t), k.trusted(t))
		finding := new(archive.Finding)
		if !errors.As(err, &finding) || finding.File != "decisions.jsonl" {
			t.Fatalf("trial %d: record %d was %s: %v", trial, at+1, what, err)
		}
		if knows && what != "put in" && finding.Record > int64(first) {
			continue // Others' proofs may hold without it: then the first of those that do not is named, or that one is missing.
		}
		if finding.Record != int64(first) {
			t.Fatalf("trial %d: record %d was %s: %v", trial, first, what, err)
		}
	}
}

// TestEachFlippedBitIsFound flips bits of the file as it is.
func TestEachFlippedBitIsFound(t *testing.T) {
	k := open(t)
	k.record(t, 2, 30, "shop", "blog")
	file := k.archive(t, march("shop", 1, 4))
	whole := unpack(t, file)
	random := mathrand.New(mathrand.NewPCG(3, 5))
	harmless := 0
	for range 1500 {
		flipped := bytes.Clone(file)
		place, bit := random.IntN(len(file)), random.IntN(8)
		flipped[place] ^= 1 << bit
		if _, err := verify(flipped, k.trusted(t)); err != nil {
			continue
		}
		// Packing leaves a few bits at the end of a file that nothing reads.
		harmless++
		for name, text := range unpack(t, flipped).files {
			if !bytes.Equal(text, whole.files[name]) {
				t.Fatalf("bit %d of byte %d is not found, and %s is another file", bit, place, name)
			}
		}
	}
	if harmless > 20 {
		t.Errorf("%d bits of 1500 may be flipped without being found", harmless)
	}
}

// TestDecisionsOfTheRestrictedAreMarked and are there, for legal claims.
func TestDecisionsOfTheRestrictedAreMarked(t *testing.T) {
	k := open(t)
	k.record(t, 2, 9, "shop", "blog", "news")
	k.restricted = []string{"subject-02-0000003", "subject-02-0000004"} // The second decided on another site.
	verified, err := verify(k.archive(t, march("shop", 1, 4)), k.trusted(t))
	if err != nil || verified.Manifest.Decisions != 3 || !slices.Equal(verified.Manifest.Restricted, []int64{2}) {
		t.Errorf("%+v, %v", verified.Manifest, err)
	}
}

func TestFilesThatAreChangedRemovedOrPutIn(t *testing.T) {
	k := open(t)
	k.record(t, 2, 30, "shop", "blog")
	whole := unpack(t, k.archive(t, march("shop", 1, 4)))
	for _, name := range whole.names {
		for what, change := range map[string]func(c *contents){
			"changed": func(c *contents) {
				c.files[name] = append(bytes.Clone(c.files[name][:len(c.files[name])-2]), '!', '\n')
			},
			"extended": func(c *contents) { c.files[name] = append(bytes.Clone(c.files[name]), '\n') },
			"emptied":  func(c *contents) { c.files[name] = nil },
			"removed":  func(c *contents) { c.names = removed(c.names, name) },
			"put in":   func(c *contents) { c.names = append(c.names, name+"x"); c.files[name+"x"] = []byte("x") },
		} {
			c := contents{names: append([]string(nil), whole.names...), files: map[string][]byte{}}
			for name, text := range whole.files {
				c.files[name] = text
			}
			change(&c)
			_, err := verify(c.pack(t), k.trusted(t))
			finding := new(archive.Finding)
			if !errors.As(err, &finding) || !strings.Contains(err.Error(), name) {
				t.Errorf("%s was %s: %v", name, what, err)
			}
		}
	}
}

func removed(names []string, name string) (others []string) {
	for _, one := range names {
		if one != name {
			others = append(others, one)
		}
	}
	return others
}

func TestAnArchiveNamesTheScriptsOfItsNotices(t *testing.T) {
	k := open(t)
	k.record(t, 2, 3, "shop")
	const want = `{"notice":"%s","regime":"opt-in","scripts":[{"hash":"a1b2c3d4e5f6","integrity":"sha384-x","since":"2026-03-01T12:00:00Z"}]}` + "\n"
	if got := string(unpack(t, k.archive(t, march("shop", 1, 4))).files["scripts.jsonl"]); got != fmt.Sprintf(want, k.notice) {
		t.Error(got)
	}
	for _, name := range unpack(t, k.archive(t, march("shop", 10, 11))).names {
		if name == "scripts.jsonl" {
			t.Error("scripts are named of notices that are not in the archive")
		}
	}
}

func TestKeysOfSomebodyElse(t *testing.T) {
	k, other := open(t), open(t)
	k.record(t, 2, 30, "shop")
	other.record(t, 2, 30, "shop")
	file := k.archive(t, march("shop", 1, 4))
	for name, c := range map[string]struct {
		trusted archive.Trusted
		want    string
	}{
		"the log's":    {archive.Trusted{LogKey: other.log.Public()}, "another log's"},
		"the server's": {archive.Trusted{Keys: other.trusted(t).Keys}, "not among those given"},
	} {
		if _, err := verify(file, c.trusted); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestAFileThatEndsEarlyOrIsNoArchive(t *testing.T) {
	k := open(t)
	k.record(t, 2, 300, "shop")
	file := k.archive(t, march("shop", 1, 4))
	for _, size := range []int{0, 1, 100, len(file) / 2, len(file) - 30, len(file) - 1} {
		if _, err := verify(file[:size], k.trusted(t)); err == nil {
			t.Errorf("the first %d of %d bytes pass", size, len(file))
		}
	}
	if _, err := verify(append(bytes.Clone(file), 0), k.trusted(t)); err == nil {
		t.Error("a byte at the end passes")
	}
}

func TestAHostileArchiveIsRefused(t *testing.T) {
	k := open(t)
	k.record(t, 2, 30, "shop")
	whole := unpack(t, k.archive(t, march("shop", 1, 4)))
	whole.files["decisions.jsonl"] = make([]byte, 8<<20)
	bomb := whole.pack(t)
	if len(bomb) > 1<<20 {
		t.Fatal("the bomb is too large")
	}
	if _, err := verify(bomb, k.trusted(t)); err == nil || !strings.Contains(err.Error(), "more than 200 times") {
		t.Error(err)
	}
	many := contents{files: map[string][]byte{}}
	for i := range 100_000 {
		many.names = append(many.names, fmt.Sprintf("notices/%043d.json", i))
	}
	if _, err := verify(many.pack(t), k.trusted(t)); err == nil || !strings.Contains(err.Error(), "directory is larger") {
		t.Error(err)
	}
	whole.files["decisions.jsonl"] = fmt.Appendf(nil, `{"x":"%s"}`, strings.Repeat(rand.Text(), 100_000))
	if _, err := verify(whole.pack(t), k.trusted(t)); err == nil {
		t.Error("a line without an end passes")
	}
}

// sampling notes the largest heap while a file is read or written.
type sampling struct {
	from  io.ReaderAt
	calls int
	most  uint64
}

func (s *sampling) sample() {
	if s.calls++; s.calls%40 != 0 {
		return
	}
	runtime.GC()
	var stats runtime.MemStats
	runtime.ReadMemStats(&stats)
	s.most = max(s.most, stats.HeapAlloc)
}

func (s *sampling) ReadAt(to []byte, at int64) (int, error) {
	s.sample()
	return s.from.ReadAt(to, at)
}

func (s *sampling) Write(some []byte) (int, error) {
	s.sample()
	return len(some), nil
}

func TestMemoryDoesNotGrowWithTheArchive(t *testing.T) {
	writing, reading := [2]uint64{}, [2]uint64{}
	for i, count := range []int{3_000, 24_000} {
		k := open(t)
		k.record(t, 2, count, "shop", "blog", "shop", "shop")
		name := filepath.Join(t.TempDir(), "archive.zip")
		file, err := os.Create(name)
		if err != nil {
			t.Fatal(err)
		}
		defer file.Close()
		sampled := &sampling{calls: 39} // Once at least.
		if _, err := archive.Write(t.Context(), io.MultiWriter(file, sampled), k.source(), march("shop", 1, 4)); err != nil {
			t.Fatal(err)
		}
		about, err := file.Stat()
		if err != nil {
			t.Fatal(err)
		}
		writing[i] = sampled.most
		sampled = &sampling{from: file, calls: 39}
		if verified, err := archive.Verify(sampled, about.Size(), k.trusted(t)); err != nil || verified.Manifest.Decisions != int64(count/4*3) {
			t.Fatalf("%+v, %v", verified, err)
		}
		reading[i] = sampled.most
	}
	for what, held := range map[string][2]uint64{"writing": writing, "reading": reading} {
		t.Logf("%s: %v bytes", what, held)
		if held[1] > held[0]+4<<20 {
			t.Errorf("%s holds %d bytes with eight times the decisions, %d before", what, held[1], held[0])
		}
	}
}

// TestWhatTheStoreChangedIsNotPutIntoAnArchive has decisions that are not what the log has of them.
func TestWhatTheStoreChangedIsNotPutIntoAnArchive(t *testing.T) {
	k := open(t)
	k.record(t, 2, 30, "shop", "blog")
	for name, change := range map[string]func(row *transparency.Row){
		"changed": func(row *transparency.Row) { row.Decision.Action = consent.Withdraw },
		"removed": func(row *transparency.Row) { row.Decision = nil },
		"odd":     func(row *transparency.Row) { row.Odd = "is odd" },
	} {
		source := k.source()
		source.Rows = tampered{k.store, change}
		if _, err := archive.Write(t.Context(), io.Discard, source, march("shop", 1, 4)); !errors.Is(err, archive.ErrChanged) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// tampered changes the fifth decision.
type tampered struct {
	transparency.Archive
	change func(row *transparency.Row)
}

func (f tampered) EachRow(ctx context.Context, do func(transparency.Row) error) error {
	return f.Archive.EachRow(ctx, func(row transparency.Row) error {
		if row.Index == 4 {
			f.change(&row)
		}
		return do(row)
	})
}

// TestEarlierCheckpointsAreContinued has an archive with a checkpoint of before, and readers who have kept some.
func TestEarlierCheckpointsAreContinued(t *testing.T) {
	k := open(t)
	k.record(t, 2, 30, "shop", "blog")
	first, _, err := k.log.Tree(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	k.record(t, 3, 30, "shop", "blog")
	second, _, err := k.log.Tree(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	k.record(t, 4, 30, "shop", "blog")
	source := k.source()
	source.Known = func() []string { return []string{first} }
	var file bytes.Buffer
	if _, err := archive.Write(t.Context(), &file, source, march("shop", 1, 4)); err != nil {
		t.Fatal(err)
	}
	trusted := k.trusted(t)
	trusted.Checkpoints = []string{first, second}
	verified, err := verify(file.Bytes(), trusted)
	if err != nil || verified.Earlier != 1 || verified.Compared != 1 || len(verified.Apart) != 1 || verified.Apart[0] != 60 {
		t.Errorf("%+v, %v", verified, err)
	}
	other := open(t)
	other.record(t, 2, 30, "shop", "blog")
	if trusted.Checkpoints[1], _, err = other.log.Tree(t.Context()); err != nil {
		t.Fatal(err)
	}
	if _, err := verify(file.Bytes(), trusted); err == nil || !strings.Contains(err.Error(), "none of this log") {
		t.Error(err)
	}
}

// TestAnotherProgramChecksArchives has one that shares nothing with this.
func TestAnotherProgramChecksArchives(t *testing.T) {
	k := open(t)
	k.record(t, 2, 150, "shop", "blog", "shop")
	k.erase(t, "shop", "subject-02-0000003")
	file := k.archive(t, march("shop", 1, 4))
	check := func(c contents) ([]byte, error) {
		dir := t.TempDir()
		for name, text := range c.files {
			if err := os.MkdirAll(filepath.Dir(filepath.Join(dir, name)), 0o700); err != nil {
				t.Fatal(err)
			}
			if err := os.WriteFile(filepath.Join(dir, name), text, 0o600); err != nil {
				t.Fatal(err)
			}
		}
		return exec.CommandContext(t.Context(), "node", "testdata/verify.mjs", dir, k.log.Public()).CombinedOutput()
	}
	c := unpack(t, file)
	if said, err := check(c); err != nil || !strings.Contains(string(said), "99 decisions, 1 tombstones") {
		t.Fatalf("%v: %s", err, said)
	}
	c.files["decisions.jsonl"] = bytes.Replace(c.files["decisions.jsonl"], []byte(`"marketing":true`), []byte(`"marketing":false`), 1)
	if said, err := check(c); err == nil {
		t.Errorf("a changed decision passes: %s", said)
	}
}
