package accounttest

import (
	"errors"
	"fmt"
	"reflect"
	"sync"
	"testing"
	"time"

	"assent/server/internal/account"
	"assent/server/internal/consent"
)

func testRoster(t *testing.T, store account.Store, ticket account.Ticket, owner account.User) {
	offer(t, store, ticket)
	if err := store.RedeemTicket(t.Context(), ticket.Hash, owner.CreatedAt, owner); err != nil {
		t.Fatal(err)
	}
	analyst := account.User{Email: "bob@shop.example", PasswordHash: "$…", CreatedAt: owner.CreatedAt, Generation: 7,
		Roles: account.Roles{Sites: map[string]string{"shop": account.AnalystRole}}}
	invitation := account.Invitation{Hash: "ab", Email: "eve@shop.example", By: owner.Email, Reset: true,
		Roles: account.Roles{Role: account.OfficerRole}, ExpiresAt: owner.CreatedAt.Add(time.Hour)}
	token := account.Token{Hash: "cd", Name: "Looker", By: analyst.Email, Scopes: []account.Scope{account.ScopeRates}, Sites: []string{"shop"},
		CreatedAt: owner.CreatedAt, ExpiresAt: owner.CreatedAt.Add(time.Hour), UsedOn: "2026-11-23"}
	factors := account.Factors{App: &account.App{Secret: "JBSWY3DP", Since: owner.CreatedAt, Step: 7}, Recovery: []string{"cd"}, Handle: []byte("handle"),
		Passkeys: []account.Passkey{{Credential: []byte{1}, PublicKey: []byte{2}, Count: 3, Flags: 29, Name: "Firefox, Linux", AddedAt: owner.CreatedAt, UsedAt: owner.CreatedAt}},
		Spent:    []account.Spending{{What: "ef", Until: owner.CreatedAt}}}
	edit(t, store, func(r *account.Roster) { r.Factors[analyst.Email] = factors })
	if got, err := store.Roster(t.Context()); err != nil || !reflect.DeepEqual(got.Factors, map[string]account.Factors{analyst.Email: factors}) {
		t.Errorf("Factors = %+v, %v, want %+v", got.Factors, err, factors)
	}
	edit(t, store, func(r *account.Roster) {
		delete(r.Factors, analyst.Email)
		r.Users[analyst.Email] = analyst
		r.Invitations[invitation.Hash] = invitation
		r.Tokens[token.Hash] = token
	})
	expectRoster(t, store, []account.User{owner, analyst}, []account.Invitation{invitation}, token)
	if got, err := store.User(t.Context(), analyst.Email); err != nil || !reflect.DeepEqual(got, analyst) {
		t.Errorf("User = %+v, %v, want %+v", got, err, analyst)
	}

	if got, err := store.Token(t.Context(), token.Hash); err != nil || !reflect.DeepEqual(got, token) {
		t.Errorf("Token = %+v, %v, want %+v", got, err, token)
	}

	analyst.Generation++
	analyst.Binding = &account.Binding{Issuer: "https://id.example", Subject: "4711", Spent: map[string]time.Time{"aa": owner.CreatedAt}}
	edit(t, store, func(r *account.Roster) {
		r.Users[analyst.Email] = analyst
		delete(r.Users, owner.Email)
		delete(r.Invitations, invitation.Hash)
		delete(r.Tokens, token.Hash)
	})
	expectRoster(t, store, []account.User{analyst}, nil)
	if _, err := store.User(t.Context(), owner.Email); !errors.Is(err, consent.ErrNotFound) {
		t.Errorf("User = %v, want ErrNotFound", err)
	}
	if _, err := store.Token(t.Context(), token.Hash); !errors.Is(err, consent.ErrNotFound) {
		t.Errorf("Token = %v, want ErrNotFound", err)
	}
}

func testRefusedEdit(t *testing.T, store account.Store) {
	refused := errors.New("refused")
	err := store.ChangeRoster(t.Context(), func(r *account.Roster) error {
		r.Users["eve@shop.example"] = account.User{Email: "eve@shop.example"}
		return refused
	})
	if !errors.Is(err, refused) {
		t.Errorf("ChangeRoster = %v, want the edit's error", err)
	}
	expectRoster(t, store, nil, nil)
}

// testEditsAtOnce has several writers who each read a number and write the next.
func testEditsAtOnce(t *testing.T, store account.Store) {
	const writers = 6
	var group sync.WaitGroup
	for range writers {
		group.Go(func() {
			edit(t, store, func(r *account.Roster) {
				counter := r.Users["counter"]
				counter.Email, counter.CreatedAt = "counter", time.Unix(0, 0).UTC()
				counter.Generation++
				r.Users["counter"] = counter
				name := fmt.Sprintf("%d@shop.example", counter.Generation)
				r.Users[name] = account.User{Email: name}
			})
		})
	}
	group.Wait()
	roster, err := store.Roster(t.Context())
	if err != nil || roster.Users["counter"].Generation != writers || len(roster.Users) != writers+1 {
		t.Errorf("after %d edits: %+v, %v", writers, roster, err)
	}
}

func edit(t *testing.T, store account.Store, change func(*account.Roster)) {
	t.Helper()
	err := store.ChangeRoster(t.Context(), func(r *account.Roster) error {
		change(r)
		return nil
	})
	if err != nil {
		t.Error(err)
	}
}

func expectRoster(t *testing.T, store account.Store, users []account.User, invitations []account.Invitation, tokens ...account.Token) {
	t.Helper()
	want := account.Roster{Users: map[string]account.User{}, Invitations: map[string]account.Invitation{}, Tokens: map[string]account.Token{}, Factors: map[string]account.Factors{}}
	for _, user := range users {
		want.Users[user.Email] = user
	}
	for _, invitation := range invitations {
		want.Invitations[invitation.Hash] = invitation
	}
	for _, token := range tokens {
		want.Tokens[token.Hash] = token
	}
	if got, err := store.Roster(t.Context()); err != nil || !reflect.DeepEqual(got, want) {
		t.Errorf("Roster = %+v, %v, want %+v", got, err, want)
	}
}
