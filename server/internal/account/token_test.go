package account_test

import (
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"assent/schemas"
	"assent/server/internal/account"
	"assent/server/internal/consent"
)

func makeToken(t *testing.T, accounts *account.Accounts, maker account.User, wanted schemas.NewToken) (account.Token, string) {
	t.Helper()
	token, value, err := accounts.MakeToken(t.Context(), maker, wanted)
	if err != nil {
		t.Fatal(err)
	}
	return token, value
}

func TestTokenReadsAsItsMakerUntilItExpires(t *testing.T) {
	accounts, store, owner, c := withManager(t)
	token, value := makeToken(t, accounts, owner, schemas.NewToken{Name: " Looker ", Scopes: []string{"rates"}, Sites: []string{"shop"}})
	if !regexp.MustCompile(`^assent_[A-Za-z0-9_-]{43}$`).MatchString(value) {
		t.Errorf("value %q", value)
	}
	if lasts := token.ExpiresAt.Sub(token.CreatedAt); token.Name != "Looker" || lasts != account.TokenDays*24*time.Hour {
		t.Errorf("token %+v lasts %s", token, lasts)
	}
	roster, err := store.Roster(t.Context())
	if err != nil || strings.Contains(fmt.Sprint(roster), value[len(account.TokenPrefix):]) {
		t.Errorf("the store keeps the value: %+v, %v", roster, err)
	}
	c.Advance(token.ExpiresAt.Sub(token.CreatedAt) - time.Second)
	user, used, err := accounts.Bearer(t.Context(), value, home)
	switch {
	case err != nil || user.Email != owner.Email || used.ID() != token.ID():
		t.Fatalf("Bearer = %+v, %+v, %v", user, used, err)
	case !user.May(account.ViewRates, "shop"), user.May(account.ViewRates, "other"), user.May(account.ViewRates, account.Everywhere), user.Sees("other"):
		t.Errorf("a token for one site reads as %+v", user)
	case !used.Covers(account.ScopeRates) || used.Covers(account.ScopeTrail):
		t.Errorf("scopes %v", used.Scopes)
	}
	if stored, err := store.Token(t.Context(), token.Hash); err != nil || stored.UsedOn != c.Now().UTC().Format(time.DateOnly) {
		t.Errorf("used on %q, %v", stored.UsedOn, err)
	}
	c.Advance(time.Second)
	if user, used, err = accounts.Bearer(t.Context(), value, home); !errors.Is(err, account.ErrToken) || user.Email != owner.Email || used.Name != "Looker" {
		t.Errorf("expired: %+v, %+v, %v", user, used, err)
	}
	if _, _, err := accounts.Bearer(t.Context(), value+"x", home); !errors.Is(err, account.ErrToken) {
		t.Errorf("wrong: %v", err)
	}
}

// ASVS 8.3.2
func TestTokenIsNeverMoreThanItsMaker(t *testing.T) {
	accounts, _, owner, _ := withManager(t)
	bob := join(t, accounts, owner, "bob@shop.example", at("shop", account.OfficerRole))
	_, value := makeToken(t, accounts, bob, schemas.NewToken{Name: "Trail", Scopes: []string{"trail"}})
	reads := func() bool {
		t.Helper()
		user, _, err := accounts.Bearer(t.Context(), value, home)
		if err != nil {
			t.Fatal(err)
		}
		return user.May(account.ReadTrail, "shop")
	}
	if !reads() {
		t.Error("an officer's token does not read the trail")
	}
	if _, err := accounts.SetRoles(t.Context(), owner, bob.ID(), at("shop", account.AnalystRole)); err != nil || reads() {
		t.Errorf("the token of who is an analyst now reads the trail, %v", err)
	}
	if _, err := accounts.Remove(t.Context(), owner, bob.ID()); err != nil {
		t.Fatal(err)
	}
	again := join(t, accounts, owner, bob.Email, at("shop", account.OfficerRole))
	if _, _, err := accounts.Bearer(t.Context(), value, home); !errors.Is(err, account.ErrToken) {
		t.Errorf("the token of who was removed and is back: %v", err)
	}
	if _, _, err := accounts.MakeToken(t.Context(), account.User{Email: "gone@shop.example", Roles: again.Roles}, schemas.NewToken{Name: "x", Scopes: []string{"rates"}}); !errors.Is(err, consent.ErrNotFound) {
		t.Errorf("who is gone makes a token: %v", err)
	}
}

func TestTokenIsRefusedWithReasons(t *testing.T) {
	accounts, _, owner, _ := withManager(t)
	bob := join(t, accounts, owner, "bob@shop.example", at("shop", account.EditorRole))
	many := make([]string, 101)
	for i := range many {
		many[i] = fmt.Sprint(i)
	}
	for pointer, wanted := range map[string]schemas.NewToken{
		"/name":     {Name: " ", Scopes: []string{"rates"}},
		"/scopes":   {Name: "x"},
		"/scopes/0": {Name: "x", Scopes: []string{"everything"}},
		"/scopes/1": {Name: "x", Scopes: []string{"rates", "decisions"}}, // Editors read none.
		"/scopes/2": {Name: "x", Scopes: []string{"rates", "sites", "sites"}},
		"/days":     {Name: "x", Scopes: []string{"rates"}, Days: 366},
		"/sites":    {Name: "x", Scopes: []string{"rates"}, Sites: []string{}},
		"/sites/0":  {Name: "x", Scopes: []string{"rates"}, Sites: []string{"other"}},
		"/sites/1":  {Name: "x", Scopes: []string{"rates"}, Sites: []string{"shop", "shop"}},
	} {
		_, _, err := accounts.MakeToken(t.Context(), bob, wanted)
		var invalid *consent.InvalidError
		if !errors.As(err, &invalid) || !slices.ContainsFunc(invalid.Faults, func(f schemas.Fault) bool { return f.Pointer == pointer }) {
			t.Errorf("%s: %v", pointer, err)
		}
	}
	for _, wanted := range []schemas.NewToken{
		{Name: strings.Repeat("ä", 61), Scopes: []string{"rates"}}, {Name: "a\nb", Scopes: []string{"rates"}},
		{Name: "x", Scopes: []string{"rates"}, Days: -1}, {Name: "x", Scopes: []string{"rates"}, Sites: many}, {Name: "x", Scopes: []string{"rates"}, Sites: []string{""}},
	} {
		var invalid *consent.InvalidError
		if _, _, err := accounts.MakeToken(t.Context(), owner, wanted); !errors.As(err, &invalid) {
			t.Errorf("%+v: %v", wanted, err)
		}
	}
}

func TestTokensAreBounded(t *testing.T) {
	accounts, store, owner, c := withManager(t)
	for range 20 {
		makeToken(t, accounts, owner, schemas.NewToken{Name: "x", Scopes: []string{"rates"}, Days: 1})
	}
	bob := join(t, accounts, owner, "bob@shop.example", at("shop", account.AnalystRole))
	makeToken(t, accounts, bob, schemas.NewToken{Name: "his", Scopes: []string{"rates"}, Days: 1})
	if _, _, err := accounts.MakeToken(t.Context(), owner, schemas.NewToken{Name: "x", Scopes: []string{"rates"}}); !errors.Is(err, account.ErrTooManyTokens) {
		t.Errorf("one more: %v", err)
	}
	c.Advance(24 * time.Hour)
	makeToken(t, accounts, owner, schemas.NewToken{Name: "new", Scopes: []string{"rates"}})
	if roster, err := store.Roster(t.Context()); err != nil || len(roster.Tokens) != 2 {
		t.Errorf("the owner's expired ones are still there: %+v, %v", roster.Tokens, err)
	}
}

func TestTokensAreSeenAndRevoked(t *testing.T) {
	accounts, _, owner, _ := withManager(t)
	bob := join(t, accounts, owner, "bob@shop.example", at("shop", account.OwnerRole))
	eve := join(t, accounts, owner, "eve@other.example", at("other", account.OwnerRole))
	scopes := []string{"rates"}
	makeToken(t, accounts, owner, schemas.NewToken{Name: "owner's", Scopes: scopes})
	hers, _ := makeToken(t, accounts, eve, schemas.NewToken{Name: "eve's", Scopes: scopes})
	his, value := makeToken(t, accounts, bob, schemas.NewToken{Name: "bob's", Scopes: scopes})
	expect := func(user account.User, want ...string) {
		t.Helper()
		tokens, err := accounts.Tokens(t.Context(), user)
		var names []string
		for _, token := range tokens {
			names = append(names, token.Name)
		}
		if err != nil || !slices.Equal(names, want) {
			t.Errorf("%s sees %v, %v, want %v", user.Email, names, err, want)
		}
	}
	expect(owner, "owner's", "bob's", "eve's")
	expect(bob, "bob's")
	expect(eve, "eve's")
	if _, err := accounts.RevokeToken(t.Context(), eve, his.ID()); !errors.Is(err, consent.ErrNotFound) {
		t.Errorf("another site's owner revokes: %v", err)
	}
	if revoked, err := accounts.RevokeToken(t.Context(), bob, his.ID()); err != nil || revoked.Name != "bob's" {
		t.Errorf("RevokeToken = %+v, %v", revoked, err)
	}
	if _, _, err := accounts.Bearer(t.Context(), value, home); !errors.Is(err, account.ErrToken) {
		t.Errorf("revoked: %v", err)
	}
	if _, err := accounts.RevokeToken(t.Context(), owner, hers.ID()); err != nil {
		t.Errorf("the owner revokes anybody's: %v", err)
	}
	expect(eve)
}

func TestGuessingTokensHasToWait(t *testing.T) {
	accounts, _, owner, c := withManager(t)
	_, value := makeToken(t, accounts, owner, schemas.NewToken{Name: "x", Scopes: []string{"rates"}})
	var wait *account.BackoffError
	tries := 0
	for ; !errors.As(wrong(t, accounts), &wait); tries++ {
		if tries > 20 {
			t.Fatal("guessing never has to wait")
		}
	}
	if _, _, err := accounts.Bearer(t.Context(), value, home); err != nil {
		t.Errorf("a right token waits for others behind its address: %v", err)
	}
	if _, err := accounts.SignIn(t.Context(), schemas.Credentials{Email: ownerEmail, Password: ownerPassword}, home); err != nil {
		t.Errorf("people wait for programs behind their address: %v", err)
	}
	c.Advance(wait.RetryAfter)
	if err := wrong(t, accounts); !errors.Is(err, account.ErrToken) {
		t.Errorf("after the wait: %v", err)
	}
}

func wrong(t *testing.T, accounts *account.Accounts) error {
	t.Helper()
	_, _, err := accounts.Bearer(t.Context(), "assent_guess", home)
	return err
}
