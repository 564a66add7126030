package embeddedstore_test

import (
	"database/sql"
	"errors"
	"path/filepath"
	"testing"
	"time"

	"assent/server/internal/demodata"
	"assent/server/internal/demodata/demodatatest"
	"assent/server/internal/embeddedstore"
)

// TestDemoData ends with a look into each table: none has anything of the site that was removed.
func TestDemoData(t *testing.T) {
	t.Parallel()
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
	demodatatest.TestFillAndRemove(t, store, store)
	left := func() map[string]int {
		rows, err := plain.QueryContext(t.Context(), `SELECT m.name FROM sqlite_schema m, pragma_table_info(m.name) c WHERE m.type = 'table' AND c.name = 'site' AND m.name != 'admin_acts'`)
		if err != nil {
			t.Fatal(err)
		}
		defer rows.Close()
		left := map[string]int{}
		for rows.Next() {
			var table string
			var n int
			if err := errors.Join(rows.Scan(&table), plain.QueryRowContext(t.Context(), "SELECT count(*) FROM "+table+" WHERE site = ?", demodata.Site).Scan(&n)); err != nil {
				t.Fatal(err)
			}
			if n > 0 {
				left[table] = n
			}
		}
		return left
	}
	if there := left(); there["decisions"] == 0 || there["rollup_columns"] == 0 || there["notices"] != 3 || there["publications"] != 3 {
		t.Errorf("before: %v", there)
	}
	if err := demodata.Remove(t.Context(), store, store, store); err != nil {
		t.Fatal(err)
	}
	if there := left(); len(there) > 0 {
		t.Errorf("left in tables: %v", there)
	}
}
