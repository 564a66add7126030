package embeddedstore_test

import (
	"context"
	"database/sql"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"assent/server/internal/auditing/auditingtest"
	"assent/server/internal/consent"
	"assent/server/internal/daykey"
	"assent/server/internal/daykey/daykeytest"
	"assent/server/internal/embeddedstore"
	"assent/server/internal/evidence"
	"assent/server/internal/evidence/evidencetest"
	"assent/server/internal/exposure"
	"assent/server/internal/exposure/exposuretest"
	"assent/server/internal/recording"
	"assent/server/internal/recording/recordingtest"
	"assent/server/internal/register"
	"assent/server/internal/register/registertest"
	"assent/server/internal/reporting"
	"assent/server/internal/reporting/reportingtest"
	"assent/server/internal/shipping"
	"assent/server/internal/shipping/shippingtest"
	"assent/server/internal/sighting"
	"assent/server/internal/sighting/sightingtest"
	"assent/server/internal/site"
	"assent/server/internal/site/sitetest"
	"assent/server/internal/snippetbuild"
	"assent/server/internal/snippetbuild/snippetbuildtest"
	"assent/server/internal/witnessing"
	"assent/server/internal/witnessing/witnessingtest"
)

// opener returns how to open one more instance on a folder of its own.
func opener(t *testing.T) func(t *testing.T) (*embeddedstore.Store, func()) {
	dir := t.TempDir()
	return func(t *testing.T) (*embeddedstore.Store, func()) {
		t.Helper()
		store, err := embeddedstore.Open(context.Background(), dir, time.Now)
		if err != nil {
			t.Fatal(err)
		}
		return store, func() {
			if err := store.Close(); err != nil {
				t.Error(err)
			}
		}
	}
}

func TestJournal(t *testing.T) {
	t.Parallel()
	recordingtest.TestJournal(t, func(t *testing.T) recordingtest.Open {
		open := opener(t)
		return func(t *testing.T) (recording.Journal, func()) { return open(t) }
	})
}

func TestLedger(t *testing.T) {
	t.Parallel()
	shippingtest.TestLedger(t, func(t *testing.T) shippingtest.OpenLedger {
		open := opener(t)
		return func(t *testing.T) (shipping.Ledger, reporting.Query, func()) {
			store, closing := open(t)
			return store, store, closing
		}
	})
}

func TestOutbox(t *testing.T) {
	t.Parallel()
	outbox := func(t *testing.T) shippingtest.OpenOutbox {
		open := opener(t)
		return func(t *testing.T) (recording.Journal, shipping.Outbox, func()) {
			store, closing := open(t)
			return store, store, closing
		}
	}
	shippingtest.TestOutbox(t, outbox)
	t.Run("retaining", func(t *testing.T) { shippingtest.TestRetaining(t, outbox) })
}

func TestQuery(t *testing.T) {
	t.Parallel()
	reportingtest.TestQuery(t, func(t *testing.T) reportingtest.Open {
		open := opener(t)
		return func(t *testing.T) (reportingtest.Source, func()) {
			store, closing := open(t)
			return reportingtest.Source{Query: store, Append: func(ctx context.Context, records []consent.Record) error {
				return store.Append(ctx, shipping.Batch{Records: records})
			}}, closing
		}
	})
}

func TestAudited(t *testing.T) {
	t.Parallel()
	store, closing := opener(t)(t)
	t.Cleanup(closing)
	auditingtest.TestLedger(t, store, func(ctx context.Context, records []consent.Record) error {
		return store.Append(ctx, shipping.Batch{Records: records})
	})
}

func TestCounts(t *testing.T) {
	t.Parallel()
	reportingtest.TestCounts(t, 15, func(t *testing.T) reportingtest.Counted {
		dir := t.TempDir()
		store, err := embeddedstore.Open(t.Context(), dir, time.Now)
		if err != nil {
			t.Fatal(err)
		}
		plain, err := sql.Open("sqlite", "file:"+filepath.Join(dir, "assent.db")+"?_pragma=busy_timeout(10000)")
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() {
			if err := errors.Join(plain.Close(), store.Close()); err != nil {
				t.Error(err)
			}
		})
		return reportingtest.Counted{Counts: store, Expose: store.AddExposures,
			Append: func(ctx context.Context, records []consent.Record) error {
				return store.Append(ctx, shipping.Batch{Records: records})
			},
			RollUp: func(ctx context.Context) error { return store.RollUp(ctx, 1) },
			Erase: func(ctx context.Context, site, subject string) error {
				_, err := plain.ExecContext(ctx, "DELETE FROM decisions WHERE site = ? AND subject = ?", site, subject)
				return err
			},
		}
	})
}

func TestVisitors(t *testing.T) {
	t.Parallel()
	exposuretest.TestVisitors(t, func(t *testing.T) exposuretest.Open {
		open := opener(t)
		return func(t *testing.T) (exposure.Visitors, func()) { return open(t) }
	})
}

func TestSightings(t *testing.T) {
	t.Parallel()
	sightingtest.TestStore(t, func(t *testing.T) sightingtest.Open {
		open := opener(t)
		return func(t *testing.T) (sighting.Store, func()) { return open(t) }
	})
}

func TestDayKeys(t *testing.T) {
	t.Parallel()
	daykeytest.TestStore(t, func(t *testing.T) daykeytest.Open {
		open := opener(t)
		return func(t *testing.T) (daykey.Store, func()) { return open(t) }
	})
}

func TestSigningKeys(t *testing.T) {
	t.Parallel()
	evidencetest.TestStore(t, func(t *testing.T) evidencetest.Open {
		open := opener(t)
		return func(t *testing.T) (evidence.Store, func()) { return open(t) }
	})
}

func TestWitnessed(t *testing.T) {
	t.Parallel()
	witnessingtest.TestStore(t, func(t *testing.T) witnessingtest.Open {
		open := opener(t)
		return func(t *testing.T) (witnessing.Store, func()) { return open(t) }
	})
}

func TestOldDayKeysAreForgotten(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 11, 25, 12, 0, 0, 0, time.UTC)
	store, err := embeddedstore.Open(t.Context(), t.TempDir(), func() time.Time { return now })
	if err != nil {
		t.Fatal(err)
	}
	defer store.Close()
	key := func(day, fresh string) string {
		t.Helper()
		key, err := store.DayKey(t.Context(), day, []byte(fresh))
		if err != nil {
			t.Fatal(err)
		}
		return string(key)
	}
	key("2026-11-24", "first")
	key("2026-11-25", "second")
	now = now.AddDate(0, 0, 3)
	key("2026-11-28", "third")
	if got := key("2026-11-25", "anew"); got != "second" {
		t.Errorf("the key of three days ago is %q", got)
	}
	now = now.AddDate(0, 0, -3) // So that the old one is not forgotten again at once.
	if got := key("2026-11-24", "anew"); got != "anew" {
		t.Errorf("the key of four days ago is still %q", got)
	}
}

func TestSites(t *testing.T) {
	t.Parallel()
	sitetest.TestRegistry(t, func(t *testing.T) sitetest.OpenRegistry {
		open := opener(t)
		return func(t *testing.T) (site.Registry, func()) { return open(t) }
	})
}

func TestNotices(t *testing.T) {
	t.Parallel()
	sitetest.TestArchive(t, func(t *testing.T) sitetest.OpenArchive {
		open := opener(t)
		return func(t *testing.T) (site.Archive, func()) { return open(t) }
	})
}

func TestDesk(t *testing.T) {
	t.Parallel()
	sitetest.TestDesk(t, func(t *testing.T) sitetest.OpenOffice {
		open := opener(t)
		return func(t *testing.T) (sitetest.Office, func()) { return open(t) }
	})
}

func TestRegister(t *testing.T) {
	t.Parallel()
	registertest.TestStore(t, func(t *testing.T) registertest.Open {
		open := opener(t)
		return func(t *testing.T) (register.Store, func()) { return open(t) }
	})
}

func TestScripts(t *testing.T) {
	t.Parallel()
	snippetbuildtest.TestShelf(t, func(t *testing.T) snippetbuildtest.Open {
		open := opener(t)
		return func(t *testing.T) (snippetbuild.Shelf, func()) { return open(t) }
	})
}

func TestOpenSaysWhatIsWrong(t *testing.T) {
	t.Parallel()
	file := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	damaged := t.TempDir()
	if err := os.WriteFile(filepath.Join(damaged, "assent.db"), []byte(strings.Repeat("not a database ", 500)), 0o600); err != nil {
		t.Fatal(err)
	}
	for dir, want := range map[string]string{file: "not a directory", damaged: "not a database"} {
		if store, err := embeddedstore.Open(t.Context(), dir, time.Now); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("open %s: %v %v, want %q", dir, store, err, want)
		}
	}
}

// TestARemovedFileTakesNothingMore: SQLite would go on writing into a file that has no name any more.
func TestARemovedFileTakesNothingMore(t *testing.T) {
	t.Parallel()
	for name, remove := range map[string]func(dir string) error{
		"removed": os.RemoveAll,
		"replaced": func(dir string) error {
			return os.Rename(filepath.Join(dir, "assent.db"), filepath.Join(dir, "old.db"))
		},
	} {
		dir := t.TempDir()
		store, err := embeddedstore.Open(t.Context(), dir, time.Now)
		if err != nil {
			t.Fatal(err)
		}
		defer store.Close()
		if err := store.Ping(t.Context()); err != nil {
			t.Fatal(err)
		}
		if err := remove(dir); err != nil {
			t.Fatal(err)
		}
		outcomes := store.Commit(t.Context(), []consent.Record{recordingtest.Decision("site", "s")})
		if !errors.Is(outcomes[0].Err, consent.ErrUnavailable) {
			t.Errorf("%s: acknowledged %+v", name, outcomes[0])
		}
		if err := store.Ping(t.Context()); err == nil {
			t.Errorf("%s: ready", name)
		}
	}
}

// TestALeaseOfTheFutureHasEnded: it was written before the clock was set back by a day.
func TestALeaseOfTheFutureHasEnded(t *testing.T) {
	t.Parallel()
	now := time.Now()
	store, err := embeddedstore.Open(t.Context(), t.TempDir(), func() time.Time { return now })
	if err != nil {
		t.Fatal(err)
	}
	defer store.Close()
	if held, err := store.Claim(t.Context(), 0, "before", time.Minute); err != nil || !held {
		t.Fatal(held, err)
	}
	now = now.Add(-24 * time.Hour)
	if held, err := store.Claim(t.Context(), 0, "after", time.Minute); err != nil || !held {
		t.Errorf("the outbox stands still for a day: %v %v", held, err)
	}
}

func TestTheFilesAreTheOwnersAlone(t *testing.T) {
	t.Parallel()
	dir := filepath.Join(t.TempDir(), "data with spaces & ?signs%41#")
	store, err := embeddedstore.Open(t.Context(), dir, time.Now)
	if err != nil {
		t.Fatal(err)
	}
	defer store.Close()
	files, err := filepath.Glob(filepath.Join(filepath.Dir(dir), "*", "*"))
	if err != nil || len(files) < 2 {
		t.Fatalf("files %v: %v", files, err)
	}
	for _, file := range files {
		info, err := os.Stat(file)
		if err != nil || info.Mode().Perm() != 0o600 || filepath.Dir(file) != dir {
			t.Errorf("%s has mode %v (%v)", file, info.Mode(), err)
		}
	}
}
