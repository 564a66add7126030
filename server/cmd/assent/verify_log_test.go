package main

import (
	"context"
	"crypto/rand"
	"database/sql"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"assent/server/internal/consent"
	"assent/server/internal/embeddedstore"
	"assent/server/internal/recording/recordingtest"
	"assent/server/internal/transparency"
)

// logAnother records a decision, which the log takes in.
func logAnother(t *testing.T, store *embeddedstore.Store, log *transparency.Log, subject string) {
	t.Helper()
	if outcome := store.Commit(t.Context(), []consent.Record{recordingtest.Decision("shop", subject)})[0]; outcome.Err != nil {
		t.Fatal(outcome.Err)
	}
	if err := log.CatchUp(t.Context()); err != nil {
		t.Fatal(err)
	}
}

func openLog(t *testing.T, dir string) (*embeddedstore.Store, *transparency.Log) {
	t.Helper()
	store, err := embeddedstore.Open(t.Context(), dir, time.Now)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := store.Close(); err != nil {
			t.Error(err)
		}
	})
	log, err := transparency.Open(t.Context(), store, rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	return store, log
}

// The log covers which notice a decision is about, and so what that says.
func TestAChangedNoticeIsFound(t *testing.T) {
	dir := t.TempDir()
	wantRun(t, 0, "site", "add", "--data", dir, "--name", "Shop", "--origin", "https://shop.example")
	store, log := openLog(t, dir)
	logAnother(t, store, log, "subject-0000000001")
	if said := wantRun(t, 0, "verify", "--data", dir); !strings.Contains(said, "1 decisions are as they were recorded") || !strings.Contains(said, "1 notices are as they were published") {
		t.Error(said)
	}
	file, err := sql.Open("sqlite", filepath.Join(dir, "assent.db")+"?_pragma=busy_timeout(10000)")
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	if _, err := file.ExecContext(t.Context(), "UPDATE notices SET document = replace(document, 'marketing', 'measuring')"); err != nil {
		t.Fatal(err)
	}
	if said := wantRun(t, exitFailure, "verify", "--data", dir); !strings.Contains(said, "was changed: it is not what was published") {
		t.Error(said)
	}
}

// growing is a log that gets longer once, after its checkpoints were read.
type growing struct {
	*embeddedstore.Store
	grow func()
}

func (g *growing) Checkpoints(ctx context.Context) ([]string, error) {
	checkpoints, err := g.Store.Checkpoints(ctx)
	if grow := g.grow; grow != nil {
		g.grow = nil
		grow()
	}
	return checkpoints, err
}

func TestALogThatGrowsMeanwhileIsNoFinding(t *testing.T) {
	store, log := openLog(t, t.TempDir())
	logAnother(t, store, log, "subject-0000000001")
	parts := &growing{store, func() { logAnother(t, store, log, "subject-0000000002") }}
	verified, head, _, err := new(verifyLogCommand).decisions(&environment{ctx: t.Context()}, parts)
	if err != nil || verified.Entries != 2 || head.N != 2 {
		t.Errorf("%+v, %+v, %v", verified, head, err)
	}
}
