// Package accounttest holds the stores to the promises of package account.
package accounttest

import (
	"bytes"
	"errors"
	"fmt"
	"reflect"
	"slices"
	"sync"
	"testing"
	"time"

	"assent/server/internal/account"
	"assent/server/internal/consent"
)

// TestStore runs the promises of account.Store. Open returns an empty store of its own for each call.
func TestStore(t *testing.T, open func(t *testing.T) account.Store) {
	now := time.Date(2026, 11, 23, 10, 0, 0, 0, time.UTC)
	owner := account.User{Email: "ada@shop.example", PasswordHash: "$argon2id$…", Roles: account.Roles{Role: account.OwnerRole}, CreatedAt: now}
	ticket := account.Ticket{Hash: "aa", ExpiresAt: now.Add(time.Hour)}

	t.Run("empty", func(t *testing.T) {
		store := open(t)
		expectUsers(t, store, false)
		if _, err := store.User(t.Context(), owner.Email); !errors.Is(err, consent.ErrNotFound) {
			t.Errorf("User = %v, want ErrNotFound", err)
		}
		expectRefused(t, store, "aa", now, owner)
	})
	t.Run("redeem once", func(t *testing.T) {
		store := open(t)
		offer(t, store, ticket)
		if err := store.RedeemTicket(t.Context(), "aa", now, owner); err != nil {
			t.Fatal(err)
		}
		expectUsers(t, store, true)
		if got, err := store.User(t.Context(), owner.Email); err != nil || !reflect.DeepEqual(got, owner) {
			t.Errorf("User = %+v, %v, want %+v", got, err, owner)
		}
		expectRefused(t, store, "aa", now, owner)
	})
	t.Run("wrong, old and replaced tickets", func(t *testing.T) {
		store := open(t)
		offer(t, store, ticket)
		expectRefused(t, store, "ab", now, owner)
		expectRefused(t, store, "aa", ticket.ExpiresAt, owner)
		offer(t, store, account.Ticket{Hash: "cc", ExpiresAt: ticket.ExpiresAt})
		expectRefused(t, store, "aa", now, owner)
		expectUsers(t, store, false)
		if err := store.RedeemTicket(t.Context(), "cc", now, owner); err != nil {
			t.Error(err)
		}
	})
	t.Run("no second owner", func(t *testing.T) {
		store := open(t)
		offer(t, store, ticket)
		if err := store.RedeemTicket(t.Context(), "aa", now, owner); err != nil {
			t.Fatal(err)
		}
		offer(t, store, ticket)
		other := owner
		other.Email = "eve@shop.example"
		expectRefused(t, store, "aa", now, other)
	})
	t.Run("roster", func(t *testing.T) { testRoster(t, open(t), ticket, owner) })
	t.Run("refused edit", func(t *testing.T) { testRefusedEdit(t, open(t)) })
	t.Run("edits at once", func(t *testing.T) { testEditsAtOnce(t, open(t)) })
	t.Run("race", func(t *testing.T) { testRace(t, open(t), ticket, now) })
}

func testRace(t *testing.T, store account.Store, ticket account.Ticket, now time.Time) {
	offer(t, store, ticket)
	errs := make([]error, 8)
	var group sync.WaitGroup
	for i := range errs {
		group.Go(func() {
			user := account.User{Email: fmt.Sprintf("%d@shop.example", i), PasswordHash: "x", Roles: account.Roles{Role: account.OwnerRole}, CreatedAt: now}
			errs[i] = store.RedeemTicket(t.Context(), ticket.Hash, now, user)
		})
	}
	group.Wait()
	created := 0
	for i, err := range errs {
		_, found := store.User(t.Context(), fmt.Sprintf("%d@shop.example", i))
		switch {
		case err == nil && found == nil:
			created++
		case !errors.Is(err, account.ErrTicket) || !errors.Is(found, consent.ErrNotFound):
			t.Errorf("redeem %d = %v, user: %v", i, err, found)
		}
	}
	if created != 1 {
		t.Errorf("%d owners created, want 1", created)
	}
}

func offer(t *testing.T, store account.Store, ticket account.Ticket) {
	t.Helper()
	if err := store.OfferTicket(t.Context(), ticket); err != nil {
		t.Fatal(err)
	}
}

func expectRefused(t *testing.T, store account.Store, hash string, now time.Time, owner account.User) {
	t.Helper()
	if err := store.RedeemTicket(t.Context(), hash, now, owner); !errors.Is(err, account.ErrTicket) {
		t.Errorf("RedeemTicket(%q) = %v, want ErrTicket", hash, err)
	}
}

func expectUsers(t *testing.T, store account.Store, want bool) {
	t.Helper()
	if got, err := store.HasUsers(t.Context()); err != nil || got != want {
		t.Errorf("HasUsers = %v, %v, want %v", got, err, want)
	}
}

// TestSessionStore runs the promises of account.SessionStore. Times are near the real clock, because a store may expire
// sessions by its own.
func TestSessionStore(t *testing.T, store account.SessionStore) {
	now := time.Now().Truncate(time.Microsecond)
	later := now.Add(time.Hour)
	expectSession(t, store, "none", now, nil)

	put(t, store, "one", "first", now, later)
	expectSession(t, store, "one", now, []byte("first"))
	put(t, store, "one", "second", now, later)
	expectSession(t, store, "one", now, []byte("second"))
	expectSession(t, store, "one", later, nil)
	put(t, store, "two", "other", now, now.Add(time.Minute))
	expectSessionsOf(t, store, "ada", now, "one", "two")
	expectSessionsOf(t, store, "ada", now.Add(time.Minute), "one")
	expectSessionsOf(t, store, "eve", now)

	if err := store.RefreshSession(t.Context(), "one", []byte("third"), later.Add(time.Hour)); err != nil {
		t.Fatal(err)
	}
	expectSession(t, store, "one", later, []byte("third"))
	expectSessionsOf(t, store, "ada", later, "one")

	for range 2 {
		if err := store.DeleteSession(t.Context(), "one"); err != nil {
			t.Fatal(err)
		}
		expectSession(t, store, "one", now, nil)
	}
	if err := store.RefreshSession(t.Context(), "one", []byte("back"), later); err != nil {
		t.Fatal(err)
	}
	expectSession(t, store, "one", now, nil)
	expectSessionsOf(t, store, "ada", now, "two")
}

func put(t *testing.T, store account.SessionStore, token, document string, now, expires time.Time) {
	t.Helper()
	session := account.StoredSession{Token: token, User: "ada", Document: []byte(document), Expires: expires}
	if err := store.PutSession(t.Context(), session, now); err != nil {
		t.Fatal(err)
	}
}

func expectSession(t *testing.T, store account.SessionStore, token string, now time.Time, want []byte) {
	t.Helper()
	got, found, err := store.FindSession(t.Context(), token, now)
	if err != nil || found != (want != nil) || !bytes.Equal(got, want) {
		t.Errorf("FindSession(%q) = %q, %v, %v, want %q", token, got, found, err, want)
	}
}

func expectSessionsOf(t *testing.T, store account.SessionStore, user string, now time.Time, want ...string) {
	t.Helper()
	sessions, err := store.SessionsOf(t.Context(), user, now)
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, session := range sessions {
		document, found, err := store.FindSession(t.Context(), session.Token, now)
		if err != nil || !found || session.User != user || !bytes.Equal(session.Document, document) || !session.Expires.After(now) {
			t.Errorf("SessionsOf(%q) has %+v; FindSession = %q, %v, %v", user, session, document, found, err)
		}
		got = append(got, session.Token)
	}
	slices.Sort(got)
	if !slices.Equal(got, want) {
		t.Errorf("SessionsOf(%q) = %v, want %v", user, got, want)
	}
}
