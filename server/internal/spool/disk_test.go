package spool_test

import (
	"errors"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"

	"assent/server/internal/consent"
	"assent/server/internal/recording/recordingtest"
)

var update = flag.Bool("update", false, "write testdata anew")

// leave spools n decisions, each in a write of its own, and returns the one file that then is there.
func (p *place) leave(site string, n int) (records []consent.Record, ends []int64, file string) {
	p.t.Helper()
	s := p.open()
	p.remote.away.Store(true)
	for i := range n {
		records = append(records, commit(p.t, s, recordingtest.Decision(site, fmt.Sprint("s", i)))...)
		ends = append(ends, s.State().Bytes)
	}
	p.close(s)
	p.remote.away.Store(false)
	files := p.files("*.spool")
	if len(files) != 1 {
		p.t.Fatalf("the spool has the files %v", files)
	}
	return records, ends, files[0]
}

// TestATornTailIsNoDamage cuts the file wherever a kill or a power cut could, and lets it end in zeros.
func TestATornTailIsNoDamage(t *testing.T) {
	p := newPlace(t)
	records, ends, file := p.leave(recordingtest.Site(), 3)
	whole, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	for cut := 0; cut <= len(whole); cut += 1 + cut%7 {
		for _, tail := range []int{0, 100} {
			if tail > 0 && cut < len("assent spool 1\n") {
				continue // That line is on disk before anything follows it.
			}
			content := append(append([]byte{}, whole[:cut]...), make([]byte, tail)...)
			if err := os.WriteFile(file, content, 0o600); err != nil {
				t.Fatal(err)
			}
			want := 0
			for want < len(ends) && ends[want] <= int64(cut) {
				want++
			}
			s := p.open()
			if state := s.State(); state.Decisions != want {
				t.Errorf("cut at %d of %v with %d zeros: %d decisions, want %d", cut, ends, tail, state.Decisions, want)
			}
			p.close(s)
		}
	}
	if err := os.WriteFile(file, whole, 0o600); err != nil {
		t.Fatal(err)
	}
	p.wantStored(p.open(), records...)
	if p.logged.Len() > 0 && strings.Contains(p.logged.String(), "level=ERROR") || len(p.files("*.damaged")) > 0 {
		t.Errorf("a torn tail is taken for damage: %s", p.logged)
	}
}

func TestDamageIsToldAndKept(t *testing.T) {
	for name, damage := range map[string]func(content []byte, ends []int64) []byte{
		"a flipped bit":     func(c []byte, ends []int64) []byte { c[ends[0]+60] ^= 1; return c },
		"a wrong length":    func(c []byte, ends []int64) []byte { c[ends[0]] ^= 0x40; return c },
		"a length too long": func(c []byte, ends []int64) []byte { c[ends[0]+2] = 0xff; return c },
		"zeros":             func(c []byte, ends []int64) []byte { clear(c[ends[0]:ends[1]]); return c },
		"a piece cut out":   func(c []byte, ends []int64) []byte { return append(c[:ends[0]+10], c[ends[0]+50:]...) },
	} {
		t.Run(name, func(t *testing.T) {
			p := newPlace(t)
			records, ends, file := p.leave(recordingtest.Site(), 4)
			content, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			content = damage(content, ends)
			if err := os.WriteFile(file, content, 0o600); err != nil {
				t.Fatal(err)
			}
			p.wantStored(p.open(), records[0], records[2], records[3])
			if strings.Count(p.logged.String(), "level=ERROR") != 1 {
				t.Errorf("the damage is told so: %s", p.logged)
			}
			kept, err := os.ReadFile(file + ".damaged")
			if err != nil || string(kept) != string(content) {
				t.Errorf("%d bytes are kept aside, %v, want %d", len(kept), err, len(content))
			}
		})
	}
}

func TestAFileOfAnotherVersionIsLeftAlone(t *testing.T) {
	p := newPlace(t)
	if err := os.MkdirAll(p.dir, 0o700); err != nil {
		t.Fatal(err)
	}
	foreign := filepath.Join(p.dir, "0000000007.spool")
	if err := os.WriteFile(foreign, []byte("assent spool 2\nwhatever"), 0o600); err != nil {
		t.Fatal(err)
	}
	s, site := p.open(), recordingtest.Site()
	p.remote.away.Store(true)
	kept := commit(t, s, recordingtest.Decision(site, "s1"))
	p.remote.away.Store(false)
	p.wantStored(s, kept...)
	if _, err := os.Stat(foreign); err != nil || !strings.Contains(p.logged.String(), "another version") {
		t.Errorf("%v, %s", err, p.logged)
	}
}

// TestAnEarlierReleasesFileIsRead reads a file that was written when the format was made. It must never need -update.
func TestAnEarlierReleasesFileIsRead(t *testing.T) {
	const golden = "testdata/version1.spool"
	record := recordingtest.Unicode("shop1", "s1")
	record.ID = uuid.MustParse("019ab0a0-0000-7000-8000-000000000001")
	record.RecordedAt = time.Date(2026, 11, 25, 5, 0, 0, 123456000, time.UTC)
	record.Country, record.Device, record.Browser, record.Waited = "", "", "", 0 // What was not told then.
	p := newPlace(t)
	if *update {
		s := p.open()
		p.remote.away.Store(true)
		commit(t, s, record)
		content, err := os.ReadFile(p.files("*.spool")[0])
		if err = errors.Join(err, os.MkdirAll("testdata", 0o755), os.WriteFile(golden, content, 0o644)); err != nil {
			t.Fatal(err)
		}
		return
	}
	content, err := os.ReadFile(golden)
	if err != nil {
		t.Fatal(err)
	}
	if err := errors.Join(os.MkdirAll(p.dir, 0o700), os.WriteFile(filepath.Join(p.dir, "0000000001.spool"), content, 0o600)); err != nil {
		t.Fatal(err)
	}
	p.wantStored(p.open(), record)
}

// TestADiskThatTakesNothing removes the folder: what cannot be written is not acknowledged, and all is well again when
// the disk is.
func TestADiskThatTakesNothing(t *testing.T) {
	p := newPlace(t)
	s, site := p.open(), recordingtest.Site()
	moved := p.dir + "-moved"
	if err := os.Rename(p.dir, moved); err != nil {
		t.Fatal(err)
	}
	p.remote.away.Store(true)
	record := recordingtest.Decision(site, "s1")
	if outcome := s.Commit(t.Context(), []consent.Record{record})[0]; !errors.Is(outcome.Err, consent.ErrUnavailable) {
		t.Errorf("acknowledged without a disk: %+v", outcome)
	}
	if s.Ready() == nil || s.State().Decisions != 0 {
		t.Errorf("ready %v, %+v", s.Ready(), s.State())
	}
	if err := os.Rename(moved, p.dir); err != nil {
		t.Fatal(err)
	}
	kept := commit(t, s, record)
	if s.Ready() != nil {
		t.Errorf("the disk is back: %v", s.Ready())
	}
	p.remote.away.Store(false)
	p.wantStored(s, kept...)
}
