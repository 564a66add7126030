// Package movingtest holds the stores to the promises of package moving.
package movingtest

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"assent/server/internal/account"
	"assent/server/internal/consent"
	"assent/server/internal/moving"
	"assent/server/internal/recording/recordingtest"
)

var errEnough = errors.New("enough")

// TestHoldings runs the promises of moving.Holdings. Open returns an empty store of its own for each call.
func TestHoldings(t *testing.T, open func(t *testing.T) moving.Front) {
	t.Run("empty", func(t *testing.T) {
		store := open(t)
		wantDocuments(t, store.Notices, nil)
		wantDocuments(t, store.Scripts, nil)
		if got := users(t, store); len(got) > 0 {
			t.Errorf("users of an empty store: %v", got)
		}
	})
	t.Run("documents", func(t *testing.T) {
		store := open(t)
		var notices, scripts []moving.Document
		for i := range 30 { // Names that hold what separates them, and bytes that are no text.
			name := fmt.Sprintf("no:%d:tice", i)
			notices = append(notices, moving.Document{Site: "shop", Name: name, Body: []byte(`{"lifetimeDays":1}`)},
				moving.Document{Site: "shop:2", Name: name, Body: []byte(`{"lifetimeDays":2}`)})
			scripts = append(scripts, moving.Document{Site: "shop", Name: name, Body: []byte{0, 0xff, byte(i)}})
		}
		for _, d := range notices {
			if err := store.PutNotice(t.Context(), d.Site, d.Name, d.Body); err != nil {
				t.Fatal(err)
			}
		}
		for _, d := range scripts {
			if err := store.PutScript(t.Context(), d.Site, d.Name, d.Body); err != nil {
				t.Fatal(err)
			}
		}
		wantDocuments(t, store.Notices, notices)
		wantDocuments(t, store.Scripts, scripts)
		if err := store.Notices(t.Context(), func(moving.Document) error { return errEnough }); !errors.Is(err, errEnough) {
			t.Errorf("Notices = %v, want the error of do", err)
		}
	})
	t.Run("users", func(t *testing.T) {
		store := open(t)
		created := time.Date(2026, 11, 23, 10, 0, 0, 123456000, time.UTC)
		ada := account.User{Email: "ada@shop.example", PasswordHash: "$argon2id$old", Roles: account.Roles{Role: account.OwnerRole}, CreatedAt: created}
		bob := account.User{Email: "bob@shop.example", PasswordHash: "$argon2id$…", CreatedAt: created, Generation: 7,
			Roles: account.Roles{Sites: map[string]string{"shop": "analyst"}}}
		changed := ada
		changed.PasswordHash = "$argon2id$new"
		for _, user := range []account.User{ada, bob, changed} {
			if err := store.PutUser(t.Context(), user); err != nil {
				t.Fatal(err)
			}
		}
		if diff := cmp.Diff([]account.User{changed, bob}, users(t, store)); diff != "" {
			t.Errorf("users (-want +got):\n%s", diff)
		}
		if got, err := store.User(t.Context(), ada.Email); err != nil || !cmp.Equal(got, changed) {
			t.Errorf("User = %+v, %v, want %+v", got, err, changed)
		}
	})
	t.Run("marks", func(t *testing.T) {
		store := open(t)
		if _, err := store.Mark(t.Context(), "a"); !errors.Is(err, consent.ErrNotFound) {
			t.Errorf("Mark = %v, want ErrNotFound", err)
		}
		for _, value := range []string{"first", "second"} {
			if err := store.SetMark(t.Context(), "a", []byte(value)); err != nil {
				t.Fatal(err)
			}
			if got, err := store.Mark(t.Context(), "a"); err != nil || string(got) != value {
				t.Errorf("Mark = %q, %v, want %q", got, err, value)
			}
		}
		if _, err := store.Mark(t.Context(), "b"); !errors.Is(err, consent.ErrNotFound) {
			t.Errorf("Mark of another name = %v, want ErrNotFound", err)
		}
	})
}

func wantDocuments(t *testing.T, each func(context.Context, func(moving.Document) error) error, want []moving.Document) {
	t.Helper()
	var got []moving.Document
	err := each(t.Context(), func(d moving.Document) error {
		got = append(got, d)
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	byName := func(a, b moving.Document) int { return strings.Compare(a.Site+" "+a.Name, b.Site+" "+b.Name) }
	slices.SortFunc(got, byName)
	slices.SortFunc(want, byName)
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("documents (-want +got):\n%s", diff)
	}
}

func users(t *testing.T, store moving.Front) []account.User {
	t.Helper()
	var found []account.User
	err := store.Users(t.Context(), func(u account.User) error {
		found = append(found, u)
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	slices.SortFunc(found, func(a, b account.User) int { return strings.Compare(a.Email, b.Email) })
	return found
}

// TestTrail runs the promises of moving.Trail on an empty store.
func TestTrail(t *testing.T, store moving.Back, appendAll func(ctx context.Context, records []consent.Record) error) {
	wantTrail(t, store, nil)
	var records []consent.Record
	for i := range 2500 { // Several pages.
		record := recordingtest.Decision(fmt.Sprintf("site%d", i%3), fmt.Sprintf("subject%d", i%7))
		record.RecordedAt = time.Date(2026, 1, 1, 0, i, 0, 1000*i, time.UTC)
		records = append(records, record)
	}
	unicode := recordingtest.Unicode("site0", "subject0")
	unicode.RecordedAt = time.Date(2026, 2, 1, 0, 0, 0, 0, time.UTC)
	records = append(records, unicode)
	later := records[7] // Delivered again, as recorded in another month.
	later.RecordedAt = later.RecordedAt.AddDate(0, 2, 0)
	for _, batch := range [][]consent.Record{records[:1000], {later}, records[:10], records[1000:]} {
		if err := appendAll(t.Context(), batch); err != nil {
			t.Fatal(err)
		}
	}
	wantTrail(t, store, records)
	if err := store.Decisions(t.Context(), func(consent.Record) error { return errEnough }); !errors.Is(err, errEnough) {
		t.Errorf("Decisions = %v, want the error of do", err)
	}
	wantTrail(t, store, records) // The connection is fit for use afterwards.
}

func wantTrail(t *testing.T, store moving.Trail, want []consent.Record) {
	t.Helper()
	var got []consent.Record
	err := store.Decisions(t.Context(), func(r consent.Record) error {
		got = append(got, r)
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	slices.SortFunc(got, func(a, b consent.Record) int { return slices.Compare(a.ID[:], b.ID[:]) })
	recordingtest.SameRecords(t, got, want)
}
