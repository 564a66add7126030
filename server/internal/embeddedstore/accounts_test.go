package embeddedstore_test

import (
	"testing"
	"time"

	"assent/server/internal/account"
	"assent/server/internal/account/accounttest"
	"assent/server/internal/embeddedstore"
)

func TestAccounts(t *testing.T) {
	accounttest.TestStore(t, func(t *testing.T) account.Store { return openForAccounts(t) })
}

func TestSessions(t *testing.T) {
	accounttest.TestSessionStore(t, openForAccounts(t))
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
