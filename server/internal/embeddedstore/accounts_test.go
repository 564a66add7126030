package embeddedstore_test

import (
	"database/sql"
	"path/filepath"
	"testing"
	"time"

	"assent/server/internal/account"
	"assent/server/internal/account/accounttest"
	"assent/server/internal/admintrail"
	"assent/server/internal/admintrail/admintrailtest"
	"assent/server/internal/embeddedstore"
)

func TestAccounts(t *testing.T) {
	accounttest.TestStore(t, func(t *testing.T) account.Store { return openForAccounts(t) })
}

func TestSessions(t *testing.T) {
	accounttest.TestSessionStore(t, openForAccounts(t))
}

func TestActs(t *testing.T) {
	admintrailtest.TestStore(t, openForAccounts(t))
}

// The trail cannot be rewritten by a statement that slips into the program either.
// ASVS 16.4.2
func TestActsAreAppendOnly(t *testing.T) {
	dir := t.TempDir()
	store, err := embeddedstore.Open(t.Context(), dir, time.Now)
	if err != nil {
		t.Fatal(err)
	}
	defer store.Close()
	if err := store.AppendAct(t.Context(), admintrail.Act{At: time.Now(), What: "sign-in"}); err != nil {
		t.Fatal(err)
	}
	db, err := sql.Open("sqlite", "file:"+filepath.Join(dir, "assent.db"))
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	for _, statement := range []string{"UPDATE admin_acts SET who = 'eve'", "DELETE FROM admin_acts", "REPLACE INTO admin_acts SELECT * FROM admin_acts"} {
		if _, err := db.ExecContext(t.Context(), statement); err == nil {
			t.Errorf("%s was carried out", statement)
		}
	}
}

func openForAccounts(t *testing.T) *embeddedstore.Store {
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
	return store
}
