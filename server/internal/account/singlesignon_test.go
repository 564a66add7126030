package account_test

import (
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"assent/schemas"
	"assent/server/internal/account"
	"assent/server/internal/consent"
)

const issuer = "https://id.example"

var proofs atomic.Int64

// identity is somebody whom the provider vouches for, with a proof of its own.
func identity(subject, email string) account.Identity {
	return account.Identity{Issuer: issuer, Subject: subject, Email: email, EmailVerified: true,
		Proof: fmt.Sprint(proofs.Add(1)), ProofUntil: time.Now().Add(time.Hour)}
}

func enter(t *testing.T, accounts *account.Accounts, admission account.Admission, who account.Identity) (account.User, error) {
	t.Helper()
	// From another address each time, so that nobody has to wait.
	return accounts.Enter(t.Context(), admission, "2001:db8:"+fmt.Sprintf("%x", proofs.Add(1))+"::1", func() (account.Identity, error) { return who, nil })
}

func expectEntry(t *testing.T, accounts *account.Accounts, admission account.Admission, who account.Identity, email string, want error) account.User {
	t.Helper()
	user, err := enter(t, accounts, admission, who)
	if !errors.Is(err, want) || user.Email != email {
		t.Errorf("%+v enters as %q, %v; want %q, %v", who, user.Email, err, email, want)
	}
	return user
}

// ASVS 6.8.1, 10.5.2
func TestAnAddressThatIsUsedAgainOpensNothing(t *testing.T) {
	accounts, _, owner, _ := withManager(t)
	bob := join(t, accounts, owner, "bob@shop.example", at("shop", account.AnalystRole))
	none := account.Admission{}
	entered := expectEntry(t, accounts, none, identity("1", "BOB@shop.example"), bob.Email, nil)
	if entered.Generation != bob.Generation || entered.PasswordHash != bob.PasswordHash || entered.At("shop") != account.AnalystRole {
		t.Errorf("a sign-in changed %+v into %+v", bob, entered)
	}
	expectEntry(t, accounts, none, identity("2", "bob@shop.example"), bob.Email, account.ErrAnother)
	expectEntry(t, accounts, none, identity("1", "robert@shop.example"), bob.Email, nil)
	expectEntry(t, accounts, none, identity("1", ownerEmail), bob.Email, nil)
	unverified := identity("1", "")
	unverified.EmailVerified = false
	expectEntry(t, accounts, none, unverified, bob.Email, nil)
	expectEntry(t, accounts, account.Admission{Domains: []string{"shop.example"}}, unverified, "", account.ErrUnverified)

	other := identity("1", ownerEmail)
	other.Issuer = "https://other.example"
	expectEntry(t, accounts, none, other, ownerEmail, nil)
	// The operator has changed the provider: the address counts, as it did at first, and the old binding is gone.
	moved := identity("9", "bob@shop.example")
	moved.Issuer = other.Issuer
	expectEntry(t, accounts, none, moved, bob.Email, nil)
	expectEntry(t, accounts, none, identity("1", "robert@shop.example"), "", account.ErrNobody)

	if _, err := accounts.Remove(t.Context(), owner, bob.ID()); err != nil {
		t.Fatal(err)
	}
	expectEntry(t, accounts, none, moved, "", account.ErrNobody)
}

// Letters whose lower case is an ASCII one are another mailbox's, and another person.
func TestALetterThatLooksAlikeOpensNothing(t *testing.T) {
	accounts, _, owner, _ := withManager(t)
	kim := join(t, accounts, owner, "kim@shop.example", at("shop", account.AnalystRole))
	for _, alike := range []string{"\u212aim@shop.example", "k\u0130m@shop.example"} {
		expectEntry(t, accounts, account.Admission{}, identity(alike, alike), "", account.ErrNobody)
	}
	expectEntry(t, accounts, account.Admission{}, identity("kim", "KIM@Shop.example"), kim.Email, nil)
}

func TestAPasswordStaysAndIsNotMade(t *testing.T) {
	accounts, _, owner, _ := withManager(t)
	expectEntry(t, accounts, account.Admission{}, identity("1", ownerEmail), ownerEmail, nil)
	if _, err := accounts.SignIn(t.Context(), schemas.Credentials{Email: ownerEmail, Password: ownerPassword}, home); err != nil {
		t.Error(err)
	}
	invite(t, accounts, owner, "bob@shop.example", at("shop", account.AnalystRole))
	expectEntry(t, accounts, account.Admission{}, identity("2", "bob@shop.example"), "bob@shop.example", nil)
	for _, password := range []string{"", " ", "no password of mine"} {
		if _, err := accounts.SignIn(t.Context(), schemas.Credentials{Email: "bob@shop.example", Password: password}, home); !errors.Is(err, account.ErrCredentials) {
			t.Errorf("password %q: %v", password, err)
		}
	}
	_, token, err := accounts.ResetFromConsole(t.Context(), "bob@shop.example", false)
	if err != nil {
		t.Fatal(err)
	}
	if user, err := accept(t, accounts, token, "bob@shop.example"); err != nil || user.Binding == nil || user.At("shop") != account.AnalystRole {
		t.Errorf("%+v, %v", user, err)
	}
}

func TestAnInvitationIsAcceptedByTheAddress(t *testing.T) {
	accounts, store, owner, clock := withManager(t)
	token := invite(t, accounts, owner, "bob@shop.example", at("shop", account.EditorRole))
	unverified := identity("1", "bob@shop.example")
	unverified.EmailVerified = false
	expectEntry(t, accounts, account.Admission{}, unverified, "", account.ErrUnverified)
	if bob := expectEntry(t, accounts, account.Admission{}, identity("1", "bob@shop.example"), "bob@shop.example", nil); bob.At("shop") != account.EditorRole || bob.At("other") != "" {
		t.Errorf("%+v", bob)
	}
	if _, err := accept(t, accounts, token, "bob@shop.example"); !errors.Is(err, account.ErrInvitation) {
		t.Errorf("the link of an accepted invitation: %v", err)
	}
	roster, err := store.Roster(t.Context())
	if err != nil || len(roster.Invitations) != 0 || len(roster.Users) != 2 {
		t.Errorf("%+v, %v", roster, err)
	}

	invite(t, accounts, owner, "eve@shop.example", at("shop", account.EditorRole))
	clock.Advance(account.InvitationLifetime)
	expectEntry(t, accounts, account.Admission{}, identity("2", "eve@shop.example"), "", account.ErrNobody)
	second := join(t, accounts, owner, "zoe@shop.example", account.Roles{Role: account.OwnerRole})
	invite(t, accounts, second, "eve@shop.example", account.Roles{Role: account.OwnerRole})
	if _, err := accounts.Remove(t.Context(), owner, second.ID()); err != nil {
		t.Fatal(err)
	}
	expectEntry(t, accounts, account.Admission{}, identity("2", "eve@shop.example"), "", account.ErrNobody)
}

func TestAdmission(t *testing.T) {
	shop := account.Admission{Domains: []string{"shop.example", "shop.test"}, Role: account.AnalystRole}
	accounts, _, owner, _ := withManager(t)
	if eve := expectEntry(t, accounts, shop, identity("1", "Eve@Shop.test"), "eve@shop.test", nil); eve.Role != account.AnalystRole || len(eve.Sites) != 0 {
		t.Errorf("%+v", eve)
	}
	for _, email := range []string{"eve@other.example", "eve@sub.shop.example", "eve@evil-shop.example", "eve@shop.example@other.example", "shop.example", "@shop.example", "",
		"Eve <eve@shop.example>", "eve@shop.example\x00"} {
		expectEntry(t, accounts, shop, identity(email, email), "", account.ErrNobody)
	}
	join(t, accounts, owner, "bob@other.example", at("shop", account.AnalystRole))
	expectEntry(t, accounts, shop, identity("3", "bob@other.example"), "", account.ErrNobody)

	empty := account.New(openStore(t), time.Now, nil)
	expectEntry(t, empty, shop, identity("1", "eve@shop.example"), "", account.ErrNobody)
	if needed, err := empty.NeedsSetup(t.Context()); err != nil || !needed {
		t.Errorf("somebody came before the owner: %v, %v", needed, err)
	}
}

func TestAProofCountsOnce(t *testing.T) {
	accounts, store, _, clock := withManager(t)
	who := identity("1", ownerEmail)
	who.ProofUntil = clock.Now().Add(10 * time.Minute)
	var group sync.WaitGroup
	var entered atomic.Int64
	for range 8 {
		group.Go(func() {
			switch _, err := enter(t, accounts, account.Admission{}, who); {
			case err == nil:
				entered.Add(1)
			case !errors.Is(err, account.ErrSpent):
				t.Error(err)
			}
		})
	}
	group.Wait()
	if entered.Load() != 1 {
		t.Errorf("one proof let in %d times", entered.Load())
	}
	clock.Advance(11 * time.Minute)
	expectEntry(t, accounts, account.Admission{}, identity("1", ownerEmail), ownerEmail, nil)
	if user, err := store.User(t.Context(), ownerEmail); err != nil || len(user.Binding.Spent) != 1 {
		t.Errorf("what is over is remembered: %+v, %v", user.Binding, err)
	}
}

func TestEntryBacksOffAndForgivesOutages(t *testing.T) {
	accounts, _, _, _ := withManager(t)
	failing := func(failure error) error {
		_, err := accounts.Enter(t.Context(), account.Admission{}, home, func() (account.Identity, error) { return account.Identity{}, failure })
		return err
	}
	for range 50 {
		for _, away := range []error{account.ErrAway, consent.ErrUnavailable} {
			if err := failing(fmt.Errorf("it is: %w", away)); !errors.Is(err, away) {
				t.Fatal(err)
			}
		}
	}
	refused := errors.New("refused")
	var wait *account.BackoffError
	for range 5 {
		if err := failing(refused); !errors.Is(err, refused) {
			t.Fatal(err)
		}
	}
	if err := failing(refused); !errors.As(err, &wait) {
		t.Errorf("a sixth failure: %v", err)
	}
	if _, err := accounts.SignIn(t.Context(), schemas.Credentials{Email: ownerEmail, Password: ownerPassword}, home); err != nil {
		t.Errorf("a password from the same address: %v", err)
	}
}
