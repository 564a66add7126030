package main

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"assent/server/internal/consent"
	"assent/server/internal/recording/recordingtest"
)

// recorded makes a site with a few decisions, of which one was erased, and returns its folder and id.
func recorded(t *testing.T) (dir, site string) {
	t.Helper()
	dir = t.TempDir()
	wantRun(t, 0, "site", "add", "--data", dir, "--name", "Shop", "--origin", "https://shop.example")
	site = strings.Fields(wantRun(t, 0, "site", "list", "--data", dir))[0]
	store, log := openLog(t, dir)
	published, err := store.Site(t.Context(), site)
	if err != nil {
		t.Fatal(err)
	}
	for _, subject := range []string{"subject-0000000001", "subject-0000000002", "subject-0000000003"} {
		for _, of := range []string{site, "another"} {
			r := recordingtest.Decision(of, subject)
			r.Notice = published.Notice
			if outcome := store.Commit(t.Context(), []consent.Record{r})[0]; outcome.Err != nil {
				t.Fatal(outcome.Err)
			}
		}
	}
	if err := log.CatchUp(t.Context()); err != nil {
		t.Fatal(err)
	}
	if _, err := store.Erase(t.Context(), site, "subject-0000000002", "visitor", time.Now()); err != nil {
		t.Fatal(err)
	}
	return dir, site
}

func TestAnArchiveIsWrittenAndVerifiedElsewhere(t *testing.T) {
	dir, site := recorded(t)
	file := filepath.Join(t.TempDir(), "archive.zip")
	if said := wantRun(t, 0, "archive", "--data", dir, site, file, "--language", "de", "--from", "2020-01-01"); !strings.Contains(said, "2 decisions and 1 tombstones, of a log of 7 entries") {
		t.Error(said)
	}
	about, err := os.Stat(file)
	if err != nil || about.Mode().Perm() != 0o600 {
		t.Errorf("%v, %v", about, err)
	}
	key := logKeyOf(t, dir)
	said := wantRun(t, 0, "verify", "archive", file, "--key", key)
	for _, want := range []string{"The archive holds", "2 decisions and 1 tombstones", "1 texts of notices", "2 other entries", "(--receipt-keys)", "1 erased decisions"} {
		if !strings.Contains(said, want) {
			t.Errorf("%q is not said: %s", want, said)
		}
	}
	if said := wantRun(t, exitFailure, "verify", "archive", file, "--key", logKeyOf(t, t.TempDir())); !strings.Contains(said, "another log's") {
		t.Error(said)
	}
	if said := wantRun(t, exitFailure, "archive", "--data", dir, site, file); !strings.Contains(said, "file exists") {
		t.Error(said)
	}
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	text[len(text)/2] ^= 1
	if err := os.WriteFile(file, text, 0o600); err != nil {
		t.Fatal(err)
	}
	wantRun(t, exitFailure, "verify", "archive", file)
}

func TestAnArchiveThatCannotBe(t *testing.T) {
	dir, site := recorded(t)
	file := filepath.Join(t.TempDir(), "archive.zip")
	for want, args := range map[string][]string{
		"assent site list": {"nosuchsite", file},
		"is no day":        {site, file, "--from", "yesterday"},
		"period is empty":  {site, file, "--from", "2026-03-02", "--to", "2026-03-01"},
		"no such file":     {site, file, "--checkpoint", "nosuchfile"},
	} {
		if said := wantRun(t, exitFailure, append([]string{"archive", "--data", dir}, args...)...); !strings.Contains(said, want) {
			t.Errorf("%v: %s", args, said)
		}
	}
	entries, err := os.ReadDir(filepath.Dir(file))
	if err != nil || len(entries) > 0 {
		t.Errorf("%v, %v", entries, err)
	}
	if _, err := os.Stat(file); !errors.Is(err, fs.ErrNotExist) {
		t.Error(err)
	}
}

func logKeyOf(t *testing.T, dir string) string {
	t.Helper()
	store, _ := openLog(t, dir)
	key, err := store.LogKey(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	return key.Public
}
