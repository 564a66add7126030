package main

import (
	"bytes"
	"crypto/rand"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"assent/server/internal/account"
	"assent/server/internal/embeddedstore"
	"assent/server/internal/redisstore"
	"assent/server/internal/sealing"
)

const appSecret = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"

// plainSecret keeps a secret as servers before the sealing did.
func plainSecret(t *testing.T, store account.Store) {
	t.Helper()
	err := store.ChangeRoster(t.Context(), func(r *account.Roster) error {
		r.Users["ada@shop.example"] = account.User{Email: "ada@shop.example", Roles: account.Roles{Role: account.OwnerRole}, CreatedAt: time.Now().UTC()}
		r.Factors["ada@shop.example"] = account.Factors{App: &account.App{Secret: appSecret, Since: time.Now().UTC()}}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

// firstID is the id in the first line of a list.
func firstID(list string) string {
	id, _, _ := strings.Cut(list, "\t")
	return id
}

// rotateThrough rotates the data keys of a store twice and drops the first one.
func rotateThrough(t *testing.T, flags ...string) {
	t.Helper()
	keys := func(code int, args ...string) string {
		t.Helper()
		return wantRun(t, code, append(append([]string{"keys"}, args...), flags...)...)
	}
	want := func(said string, all ...string) {
		t.Helper()
		for _, one := range all {
			if !strings.Contains(said, one) {
				t.Errorf("%q is not said: %s", one, said)
			}
		}
	}
	want(keys(0, "list", "data"), "1 plain: run assent keys reseal")
	want(keys(0, "rotate", "data"), "seals from now on", "1 values sealed anew")
	first := firstID(keys(0, "list", "data"))
	want(keys(0, "list", "data"), "seals\t1 sealed")
	want(keys(1, "drop", first), "this key seals")
	want(keys(1, "drop", "nobodys"), "there is no data key of that id")
	want(keys(0, "rotate", "data"), "1 values sealed anew")
	list := keys(0, "list", "data")
	want(list, "opens\t0 sealed", "seals\t1 sealed")
	if second := firstID(list); second == first {
		t.Errorf("the key did not change: %s", list)
	}
	want(keys(0, "reseal"), "0 values sealed anew")
	want(keys(1, "drop", first), "younger than")
	want(keys(1, "drop", firstID(list)), "this key seals")
}

// ASVS 11.2.2, 13.3.4
func TestDataKeysOfAFolder(t *testing.T) {
	dir := t.TempDir()
	store, err := embeddedstore.Open(t.Context(), dir, time.Now)
	if err != nil {
		t.Fatal(err)
	}
	plainSecret(t, store)
	if err := store.Close(); err != nil {
		t.Fatal(err)
	}
	rotateThrough(t, "--data", dir)
	database, err := os.ReadFile(filepath.Join(dir, "assent.db"))
	if err != nil || bytes.Contains(database, []byte(appSecret)) {
		t.Errorf("the secret is in the database: %v", err)
	}
	t.Run("a key that nothing needs is dropped", func(t *testing.T) {
		file := filepath.Join(dir, dataKeyFile)
		older := func(year string) {
			t.Helper()
			text, err := os.ReadFile(file)
			if err == nil {
				err = os.WriteFile(file, regexp.MustCompile(`20\d\d-`).ReplaceAll(text, []byte(year+"-")), 0o600)
			}
			if err != nil {
				t.Fatal(err)
			}
		}
		inUse := firstID(wantRun(t, 0, "keys", "list", "data", "--data", dir))
		older("2020")
		lines := strings.Split(wantRun(t, 0, "keys", "list", "data", "--data", dir), "\n")
		if said := wantRun(t, 0, "keys", "drop", firstID(lines[1]), "--data", dir); !strings.Contains(said, "is gone from") {
			t.Errorf("dropping said %s", said)
		}
		// A rotation that was killed before it sealed anything anew.
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		other := filepath.Join(t.TempDir(), "other.keys")
		if _, err := sealing.Rotate(t.Context(), sealing.File(other), rand.Reader, time.Now()); err != nil {
			t.Fatal(err)
		}
		newer, err := os.ReadFile(other)
		if err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(file, append(newer, text...), 0o600); err != nil {
			t.Fatal(err)
		}
		if said := wantRun(t, 1, "keys", "drop", inUse, "--data", dir); !strings.Contains(said, "1 values are sealed with") {
			t.Errorf("dropping a key in use said %s", said)
		}
		if said := wantRun(t, 0, "keys", "reseal", "--data", dir); !strings.Contains(said, "1 values sealed anew") {
			t.Errorf("going on said %s", said)
		}
	})
	t.Run("a backup does not open without the keys", func(t *testing.T) {
		backup, elsewhere := filepath.Join(t.TempDir(), "backup"), t.TempDir()
		if said := wantRun(t, 0, "backup", backup, "--data", dir); !strings.Contains(said, "data.keys is not in it") {
			t.Errorf("backup says nothing of the keys: %s", said)
		}
		if said := wantRun(t, 0, "restore", backup, "--data", elsewhere); !strings.Contains(said, "1 values are sealed with key") {
			t.Errorf("restore says nothing of the keys: %s", said)
		}
		if said := wantRun(t, 0, "keys", "list", "data", "--data", elsewhere); !strings.Contains(said, "missing\t1 sealed") {
			t.Errorf("list says nothing of the keys: %s", said)
		}
		keys, err := os.ReadFile(filepath.Join(dir, dataKeyFile))
		if err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(elsewhere, dataKeyFile), keys, 0o600); err != nil {
			t.Fatal(err)
		}
		if said := wantRun(t, 0, "keys", "rotate", "data", "--data", elsewhere); !strings.Contains(said, "1 values sealed anew") {
			t.Errorf("rotated with the keys: %s", said)
		}
	})
	t.Run("an operator's own keys take over", func(t *testing.T) {
		file := filepath.Join(t.TempDir(), "own.keys")
		if said := wantRun(t, 0, "keys", "rotate", "data", "--data", dir, "--data-keys", file); !strings.Contains(said, "1 values sealed anew") {
			t.Errorf("said %s", said)
		}
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		t.Setenv("ASSENT_DATA_KEYS", strings.Split(string(text), "\n")[1])
		if said := wantRun(t, 0, "keys", "list", "data", "--data", dir); !strings.Contains(said, "seals\t1 sealed") {
			t.Errorf("keys as a value: %s", said)
		}
		if said := wantRun(t, 1, "keys", "rotate", "data", "--data", dir); !strings.Contains(said, "put a new one before the others") {
			t.Errorf("rotating a value: %s", said)
		}
	})
}

// An orchestrator wants its secrets before the first server starts.
func TestAKeyFileIsMadeBeforeThereIsAServer(t *testing.T) {
	nowhere, file := filepath.Join(t.TempDir(), "data"), filepath.Join(t.TempDir(), "own.keys")
	if said := wantRun(t, 0, "keys", "rotate", "data", "--data", nowhere, "--data-keys", file); !strings.Contains(said, "seals once a server is given "+file) {
		t.Errorf("said %s", said)
	}
	if keys, err := sealing.File(file).Keys(t.Context()); err != nil || len(keys) != 1 {
		t.Errorf("%d keys, %v", len(keys), err)
	}
	if said := wantRun(t, 1, "keys", "rotate", "data", "--data", nowhere, "--data-keys", file); !strings.Contains(said, "give the server's folder with --data") {
		t.Errorf("a second key, and what the first one sealed is not asked for: %s", said)
	}
	if _, err := os.Stat(nowhere); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("a mistyped folder was made: %v", err)
	}
}

// Instances that share Redis and no file find their keys there, at once.
func TestDataKeysInRedis(t *testing.T) {
	redis, err := servers.Redis()
	if err != nil {
		t.Fatal(err)
	}
	store, err := redisstore.Open(t.Context(), redis.URL, redisstore.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer func() {
		if err := store.Close(); err != nil {
			t.Error(err)
		}
	}()
	plainSecret(t, store)
	ring, err := dataKeysOf(store, t.TempDir(), "").open(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	rotateThrough(t, "--data", t.TempDir(), "--redis-url", redis.URL)
	roster, err := store.Roster(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	app := roster.Factors["ada@shop.example"].App
	// The instance that started before the rotations opens what they sealed.
	secret, err := ring.Open(t.Context(), sealing.About{Kind: "second-step", Site: "*", ID: "ada@shop.example"}, app.Sealed)
	if err != nil || string(secret) != appSecret || app.Secret != "" {
		t.Errorf("opened %q: %v", secret, err)
	}
}
