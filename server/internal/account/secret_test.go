package account_test

import (
	"bytes"
	"crypto/rand"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"testing"
	"time"

	"assent/server/internal/account"
	"assent/server/internal/embeddedstore"
	"assent/server/internal/sealing"
)

func ringOf(t *testing.T, file sealing.File) *sealing.Ring {
	t.Helper()
	if err := sealing.Ensure(t.Context(), file, rand.Reader, time.Now()); err != nil {
		t.Fatal(err)
	}
	ring, err := sealing.OpenRing(t.Context(), file, rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	return ring
}

// ASVS 14.2.4
func TestTheAppsSecretIsSealedInTheStore(t *testing.T) {
	v := withSecondStep(t)
	file := sealing.File(filepath.Join(t.TempDir(), "data.keys"))
	v.accounts.Under(ringOf(t, file))
	kept := func() account.App {
		factors, err := v.accounts.Factors(t.Context(), v.owner)
		if err != nil {
			t.Fatal(err)
		}
		return *factors.App
	}
	if kept().Secret != v.secret {
		t.Fatal("this test begins with a secret as older servers kept it")
	}
	if _, err := v.enter(v.given(home), v.code(), home); err != nil {
		t.Fatal(err)
	}
	if app := kept(); app.Secret != "" || sealing.SealedBy(app.Sealed) == "" || bytes.Contains(app.Sealed, []byte(v.secret)) {
		t.Errorf("kept %+v after its code was taken", app)
	}
	v.clock.Advance(time.Minute)
	if _, err := v.enter(v.given(home), v.code(), home); err != nil {
		t.Errorf("a code of the sealed secret: %v", err)
	}

	v.clock.Advance(time.Minute)
	key, err := sealing.Rotate(t.Context(), file, rand.Reader, time.Now())
	if err != nil {
		t.Fatal(err)
	}
	v.accounts.Under(ringOf(t, file))
	for _, want := range []int{1, 0} {
		if resealed, err := v.accounts.Reseal(t.Context()); err != nil || resealed != want {
			t.Errorf("resealed %d, want %d: %v", resealed, want, err)
		}
	}
	if counts, err := v.accounts.SealedWith(t.Context()); err != nil || len(counts) != 1 || counts[key.ID()] != 1 {
		t.Errorf("sealed with %v: %v", counts, err)
	}
	if _, err := v.enter(v.given(home), v.code(), home); err != nil {
		t.Errorf("a code after the rotation: %v", err)
	}

	// The keys are lost.
	v.clock.Advance(time.Minute)
	v.accounts.Under(ringOf(t, sealing.File(filepath.Join(t.TempDir(), "data.keys"))))
	var missing *sealing.MissingKeyError
	given := v.given(home)
	if _, err := v.enter(given, v.code(), home); !errors.As(err, &missing) || missing.ID != key.ID() {
		t.Errorf("a code without the key: %v", err)
	}
	if recovery, err := v.enter(given, v.recovery[0], home); err != nil || !recovery {
		t.Errorf("a code of recovery without the key: %v", err)
	}
}

// A secret that is copied to another user's record does not make that user's codes.
func TestASealedSecretBelongsToItsUser(t *testing.T) {
	v := withSecondStep(t)
	file := sealing.File(filepath.Join(t.TempDir(), "data.keys"))
	v.accounts.Under(ringOf(t, file))
	if _, err := v.accounts.Reseal(t.Context()); err != nil {
		t.Fatal(err)
	}
	err := v.store.ChangeRoster(t.Context(), func(r *account.Roster) error {
		r.Factors["mallory@shop.example"] = r.Factors[v.owner.Email]
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if resealed, err := v.accounts.Reseal(t.Context()); resealed != 0 || err != nil {
		t.Errorf("resealed %d: %v", resealed, err)
	}
	v.accounts.Under(rotated(t, file))
	if _, err := v.accounts.Reseal(t.Context()); !errors.Is(err, sealing.ErrDamaged) {
		t.Errorf("a secret that was copied opens: %v", err)
	}
}

func rotated(t *testing.T, file sealing.File) *sealing.Ring {
	t.Helper()
	if _, err := sealing.Rotate(t.Context(), file, rand.Reader, time.Now()); err != nil {
		t.Fatal(err)
	}
	return ringOf(t, file)
}

// ASVS 14.2.4
// A copy of the database says nothing about the codes: its files are searched, also what SQLite writes beside it.
func TestTheStoresFilesDoNotHaveTheSecret(t *testing.T) {
	folder := t.TempDir()
	store, err := embeddedstore.Open(t.Context(), folder, time.Now)
	if err != nil {
		t.Fatal(err)
	}
	const secret = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"
	plain := account.App{Secret: secret, Since: time.Now()}
	found := func() (names []string) {
		err := filepath.WalkDir(folder, func(name string, entry fs.DirEntry, err error) error {
			if err != nil || entry.IsDir() {
				return err
			}
			content, err := os.ReadFile(name)
			if bytes.Contains(content, []byte(secret)) {
				names = append(names, entry.Name())
			}
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
		return names
	}
	err = store.ChangeRoster(t.Context(), func(r *account.Roster) error {
		r.Factors["ada@shop.example"] = account.Factors{App: &plain}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if len(found()) == 0 {
		t.Fatal("the search does not find a secret that is there")
	}
	accounts := account.New(store, time.Now, rand.Reader).Under(ringOf(t, sealing.File(filepath.Join(t.TempDir(), "data.keys"))))
	if resealed, err := accounts.Reseal(t.Context()); err != nil || resealed != 1 {
		t.Fatalf("resealed %d: %v", resealed, err)
	}
	if err := store.Close(); err != nil { // Which brings the log of changes into the database.
		t.Fatal(err)
	}
	if names := found(); len(names) > 0 {
		t.Errorf("the secret is in %v", names)
	}
}
