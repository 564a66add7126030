package embeddedstore_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"

	"assent/server/internal/consent"
	"assent/server/internal/demodata"
	"assent/server/internal/reporting"
	"assent/server/internal/rights"
	"assent/server/internal/transparency"
)

func (l *logged) eraser() rights.Eraser {
	return rights.Eraser{Trail: l.store, Log: l.log, Receivers: nobody{}, Now: time.Now}
}

// decisionOf is where record put the decision of that number.
func decisionOf(n int) (site, subject string) {
	return fmt.Sprint("site", n%3), fmt.Sprintf("subject-%015d", n)
}

func (l *logged) erase(t *testing.T, n int) rights.Erased {
	t.Helper()
	site, subject := decisionOf(n)
	erased, err := l.eraser().Erase(t.Context(), site, subject, rights.ByOfficer)
	if err != nil {
		t.Fatal(err)
	}
	return erased
}

// Threat B5.21
func TestErasureKeepsTheProofOfEverythingElse(t *testing.T) {
	t.Parallel()
	l := openLogged(t, 300)
	_, before, err := l.log.Tree(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	site, subject := decisionOf(1)
	placed, err := l.store.Placed(t.Context(), consent.Record{ID: l.ids[2], Site: "site2", Subject: fmt.Sprintf("subject-%015d", 2)})
	if err != nil {
		t.Fatal(err)
	}
	old, err := l.log.Prove(t.Context(), placed)
	if err != nil {
		t.Fatal(err)
	}
	l.record(t, 3) // Waits for the log while others are erased.
	for _, n := range []int{1, 256, 299, 302} {
		if erased := l.erase(t, n); erased.Decisions != 1 || len(erased.Receipts) != 1 || erased.Reference == "" {
			t.Errorf("decision %d: %+v", n, erased)
		}
	}
	if again := l.erase(t, 1); again.Decisions != 0 || len(again.Receipts) != 0 {
		t.Errorf("a second time: %+v", again)
	}
	if _, err := l.store.Current(t.Context(), site, subject); !errors.Is(err, consent.ErrNotFound) {
		t.Errorf("the choice is still there: %v", err)
	}
	if found, err := l.store.Find(t.Context(), l.ids[1].String()); err != nil || len(found) != 0 {
		t.Errorf("the receipt: %v, %v", found, err)
	}
	l.record(t, 2)
	if err := l.log.CatchUp(t.Context()); err != nil {
		t.Fatal(err)
	}
	_, head, err := l.log.Tree(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	verified, err := transparency.Verify(t.Context(), l.store, head, before)
	if want := (transparency.Verified{Entries: 309, Erased: 4}); err != nil || verified != want {
		t.Errorf("%+v, %v, want %+v", verified, err, want)
	}
	if err := old.Check(placed.Record, l.log.Public()); err != nil {
		t.Errorf("an earlier proof of another decision: %v", err)
	}
}

// TestErasureIsNoWayToTamper changes what an erasure leaves.
func TestErasureIsNoWayToTamper(t *testing.T) {
	t.Parallel()
	for change, want := range map[string]string{
		"DELETE FROM log_tombstones":                                                                   "(decision number 5): was removed: the log has its entry, and no tombstone",
		"UPDATE log_tombstones SET erased = 7":                                                         "(decision number 5): was removed: the log has its entry, and no tombstone",
		"UPDATE log_tombstones SET reason = 'visitor'":                                                 "(decision number 11): was changed: it is not the tombstone",
		"UPDATE log_tombstones SET at = at + 1":                                                        "(decision number 11): was changed: it is not the tombstone",
		"DELETE FROM decisions WHERE seq = 3":                                                          "(decision number 3): was removed",
		"INSERT INTO log_tombstones VALUES (12, 2, 1, 'officer')":                                      "(number 3): is still there, although the log has a tombstone for it",
		"INSERT INTO log_tombstones VALUES (12, 10, 1, 'officer')":                                     "is a tombstone, and another one says that it was erased",
		"INSERT INTO log_tombstones VALUES (12, 99, 1, 'officer')":                                     "is a tombstone that is not in the log yet",
		"DELETE FROM decisions WHERE seq = 3; INSERT INTO log_tombstones VALUES (12, 2, 1, 'officer')": "(decision number 3): was erased, and its salt was not",
	} {
		t.Run(want, func(t *testing.T) {
			t.Parallel()
			l := openLogged(t, 10)
			l.erase(t, 4)
			if _, err := l.verify(t); err != nil {
				t.Fatal(err)
			}
			l.exec(t, change)
			finding := new(transparency.Finding)
			if _, err := l.verify(t); !errors.As(err, &finding) || !strings.Contains(finding.Error(), want) {
				t.Errorf("%s: %v, want %s", change, err, want)
			}
		})
	}
}

// TestNothingErasedIsLeftInTheFolder looks for what decisions said in every byte of the files, the decisions of others around
// them having split the pages they were on.
// Threat B5.21
func TestNothingErasedIsLeftInTheFolder(t *testing.T) {
	t.Parallel()
	l := openLogged(t, 2000)
	const subject, page, locale = "canary-subject-0123456789", "https://shop.example/canary-page", "x-canary"
	for round := range 5 {
		var batch []consent.Record
		site, _ := decisionOf(0)
		r := consent.Record{ID: l.newID(), Site: site, Subject: subject, Notice: "notice", Action: consent.Save, Purposes: map[string]bool{"analytics": round%2 == 0},
			Source: "preferences", Locale: locale, Page: page, DecidedAt: time.Now(), LifetimeDays: 180, Regime: consent.OptIn}
		for _, outcome := range l.store.Commit(t.Context(), append(batch, r)) {
			if outcome.Err != nil {
				t.Fatal(outcome.Err)
			}
		}
		l.record(t, 1500)
		if err := l.store.RollUp(t.Context(), 1); err != nil {
			t.Fatal(err)
		}
	}
	if hits := canaries(t, l.folder); hits == 0 {
		t.Fatal("nothing is there to be erased")
	}
	site, _ := decisionOf(0)
	erased, err := l.eraser().Erase(t.Context(), site, subject, rights.ByVisitor)
	if err != nil || erased.Decisions != 5 {
		t.Fatalf("%+v, %v", erased, err)
	}
	if hits := canaries(t, l.folder); hits > 0 {
		t.Errorf("%d times", hits)
	}
	if verified, err := l.verify(t); err != nil || verified.Erased != 5 {
		t.Errorf("%+v, %v", verified, err)
	}
	hour := time.Now().Truncate(time.Hour)
	cells, err := l.store.CountDecisions(t.Context(), reporting.Question{Site: site, From: hour.Add(-time.Hour), To: hour.Add(time.Hour), By: []reporting.Dimension{reporting.Page}})
	if err != nil {
		t.Fatal(err)
	}
	counted := 0
	for _, cell := range cells {
		counted += cell.N
	}
	left := 0
	if err := l.file.QueryRowContext(t.Context(), "SELECT count(*) FROM decisions WHERE site = ?", site).Scan(&left); err != nil || len(cells) != 1 || counted != left || left == 0 {
		t.Errorf("the rates count %d decisions of %d pages, there are %d, %v", counted, len(cells), left, err)
	}
}

// canaries counts how often the folder's files hold what the test put in.
func canaries(t *testing.T, folder string) int {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(folder, "*"))
	if err != nil {
		t.Fatal(err)
	}
	hits := 0
	for _, file := range files {
		content, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		hits += bytes.Count(content, []byte("canary"))
	}
	return hits
}

// TestMadeUpDecisionsGoWithoutATombstone erases what the log never had.
func TestMadeUpDecisionsGoWithoutATombstone(t *testing.T) {
	t.Parallel()
	l := openLogged(t, 10)
	batch := []consent.Record{{ID: uuid.Must(uuid.NewV7()), Site: demodata.Site, Subject: "made-up", Notice: "notice", Action: consent.RejectAll,
		Source: "banner", LifetimeDays: 180, Regime: consent.OptIn}}
	if outcome := l.store.Commit(t.Context(), batch)[0]; outcome.Err != nil {
		t.Fatal(outcome.Err)
	}
	l.record(t, 1)
	erased, err := l.eraser().Erase(t.Context(), demodata.Site, "made-up", rights.ByOfficer)
	if err != nil || erased.Decisions != 1 {
		t.Fatalf("%+v, %v", erased, err)
	}
	if verified, err := l.verify(t); err != nil || verified.Entries != 11 || verified.Erased != 0 {
		t.Errorf("%+v, %v", verified, err)
	}
}

// nobody was told anything.
type nobody struct{}

func (nobody) Forget(context.Context, string, string) error { return nil }
