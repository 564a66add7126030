package embeddedstore_test

import (
	"database/sql"
	"fmt"
	"path/filepath"
	"reflect"
	"testing"
	"time"

	"assent/schemas"
	"assent/server/internal/account"
	"assent/server/internal/consent"
	"assent/server/internal/embeddedstore"
	"assent/server/internal/recording/recordingtest"
	"assent/server/internal/reporting"
)

// TestEarlierRowsAreReadWithDefaults opens a database that the first version wrote.
func TestEarlierRowsAreReadWithDefaults(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	want := recordingtest.Refusal("site", "s1")
	want.Purposes, want.Flags, want.Regime, want.Removed = nil, nil, consent.OptIn, nil
	want.Country, want.Device, want.Browser, want.Waited = "", "", "", 0
	want.RecordedAt = time.Date(2026, 11, 23, 10, 0, 0, 0, time.UTC)
	writeFirstVersion(t, filepath.Join(dir, "assent.db"), want)
	store, err := embeddedstore.Open(t.Context(), dir, time.Now)
	if err != nil {
		t.Fatal(err)
	}
	defer store.Close()
	got, err := store.Find(t.Context(), want.ID.String())
	if err != nil {
		t.Fatal(err)
	}
	recordingtest.SameRecords(t, got, []consent.Record{want})
	if current, err := store.Current(t.Context(), want.Site, want.Subject); err != nil || !current.RecordedAt.Equal(want.RecordedAt) {
		t.Errorf("the choice of before: %+v, %v", current, err)
	}
	if batch, err := store.Next(t.Context(), 0, 10); err != nil || len(batch.Records) != 1 {
		t.Errorf("what was on its way to the ledger: %+v, %v", batch, err)
	}
	for _, roll := range []func() error{func() error { return nil }, func() error { return store.RollUp(t.Context(), 1) }} {
		if err := roll(); err != nil {
			t.Fatal(err)
		}
		cells, err := store.CountDecisions(t.Context(), reporting.Question{Site: want.Site, From: want.RecordedAt.Truncate(time.Hour), To: want.RecordedAt.Add(time.Hour)})
		if err != nil || len(cells) != 1 || cells[0].N != 1 {
			t.Errorf("the rates of before: %+v, %v", cells, err)
		}
	}
	owner := account.User{Email: "ada@shop.example", PasswordHash: "$argon2id$", Roles: account.Roles{Role: account.OwnerRole},
		CreatedAt: time.UnixMicro(1763892000123000).UTC()}
	if user, err := store.User(t.Context(), owner.Email); err != nil || !reflect.DeepEqual(user, owner) {
		t.Errorf("the owner of before: %+v, %v", user, err)
	}
	if outcome := store.Commit(t.Context(), []consent.Record{want})[0]; outcome.Err != nil || !outcome.Duplicate {
		t.Errorf("a retry over the upgrade: %+v", outcome)
	}
}

func writeFirstVersion(t *testing.T, file string, r consent.Record) {
	t.Helper()
	steps, err := schemas.Migrations("embedded")
	if err != nil {
		t.Fatal(err)
	}
	db, err := sql.Open("sqlite", "file:"+file)
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	// The digest is what it has always been for such a record; the id is no part of it.
	for _, statement := range []string{steps[0].SQL, "PRAGMA user_version = 1", fmt.Sprintf(`INSERT INTO decisions
		(id, site, subject, notice, action, outcome, purposes, services, source, synthetic, locale, page, decided_at,
		recorded_at, lifetime_days, flags, digest)
		VALUES (x'%x', '%s', '%s', '%s', '%s', '%s', '{}', '{}', '%s', 1, '%s', '%s', %d, %d, %d, '[]', %d)`,
		r.ID[:], r.Site, r.Subject, r.Notice, r.Action, r.Outcome(), r.Source, r.Locale, r.Page,
		consent.Micros(r.DecidedAt), consent.Micros(r.RecordedAt), r.LifetimeDays, 4153157066658075834),
		"INSERT INTO choices (site, subject, recorded_at, id, seq) SELECT site, subject, recorded_at, id, seq FROM decisions",
		"UPDATE outbox_cursor SET frozen = 1",
		"INSERT INTO users (email, password_hash, role, created_at) VALUES ('ada@shop.example', '$argon2id$', 'owner', 1763892000123000)"} {
		if _, err := db.ExecContext(t.Context(), statement); err != nil {
			t.Fatal(err)
		}
	}
}
