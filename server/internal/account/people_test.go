package account_test

import (
	"crypto/rand"
	"errors"
	"reflect"
	"testing"

	"assent/schemas"
	"assent/server/internal/account"
	"assent/server/internal/consent"
	"assent/server/internal/embeddedstore"
)

const bobsPassword = "a bicycle in winter"

func withManager(t *testing.T) (*account.Accounts, *embeddedstore.Store, account.User, *clock) {
	t.Helper()
	c, store := newClock(), openStore(t)
	accounts := account.New(store, c.Now, rand.Reader)
	owner, err := accounts.SetUp(t.Context(), schemas.Setup{Token: offerSetup(t, accounts), Email: ownerEmail, Password: ownerPassword}, home)
	if err != nil {
		t.Fatal(err)
	}
	return accounts, store, owner, c
}

func at(site, role string) account.Roles {
	return account.Roles{Sites: map[string]string{site: role}}
}

func invite(t *testing.T, accounts *account.Accounts, by account.User, email string, roles account.Roles) string {
	t.Helper()
	_, token, err := accounts.Invite(t.Context(), by, email, roles)
	if err != nil {
		t.Fatal(err)
	}
	return token
}

func accept(t *testing.T, accounts *account.Accounts, token, email string) (account.User, error) {
	t.Helper()
	return accounts.Accept(t.Context(), schemas.Setup{Token: token, Email: email, Password: bobsPassword}, home)
}

func join(t *testing.T, accounts *account.Accounts, by account.User, email string, roles account.Roles) account.User {
	t.Helper()
	user, err := accept(t, accounts, invite(t, accounts, by, email, roles), email)
	if err != nil {
		t.Fatal(err)
	}
	return user
}

// ASVS 6.4.1
func TestInvitation(t *testing.T) {
	accounts, store, owner, c := withManager(t)
	token := invite(t, accounts, owner, " Bob@Shop.example", at("shop", account.AnalystRole))
	roster, err := store.Roster(t.Context())
	if err != nil || len(roster.Invitations) != 1 || len(token) < 22 || roster.Invitations[token].Hash != "" {
		t.Fatalf("roster = %+v, %v", roster, err)
	}
	for name, setup := range map[string]schemas.Setup{
		"another token":   {Token: "x" + token, Email: "bob@shop.example", Password: bobsPassword},
		"another address": {Token: token, Email: "eve@shop.example", Password: bobsPassword},
	} {
		if _, err := accounts.Accept(t.Context(), setup, home); !errors.Is(err, account.ErrInvitation) {
			t.Errorf("%s: %v, want ErrInvitation", name, err)
		}
	}
	bob, err := accept(t, accounts, token, "Bob@shop.example")
	if err != nil || bob.Email != "bob@shop.example" || !reflect.DeepEqual(bob.Roles, at("shop", account.AnalystRole)) {
		t.Fatalf("Accept = %+v, %v", bob, err)
	}
	if _, err := accounts.SignIn(t.Context(), schemas.Credentials{Email: "bob@shop.example", Password: bobsPassword}, home); err != nil {
		t.Errorf("SignIn = %v", err)
	}
	if _, err := accept(t, accounts, token, "bob@shop.example"); !errors.Is(err, account.ErrInvitation) {
		t.Errorf("used link: %v, want ErrInvitation", err)
	}
	if _, _, err := accounts.Invite(t.Context(), owner, "bob@shop.example", at("shop", account.EditorRole)); !errors.Is(err, account.ErrTaken) {
		t.Errorf("invited again: %v, want ErrTaken", err)
	}

	late := invite(t, accounts, owner, "cy@shop.example", at("shop", account.AnalystRole))
	c.Advance(account.InvitationLifetime)
	if _, err := accept(t, accounts, late, "cy@shop.example"); !errors.Is(err, account.ErrInvitation) {
		t.Errorf("old link: %v, want ErrInvitation", err)
	}
}

// CVE-2024-52008: an invited user could choose a password that set-up would have refused.
func TestInvitationKeepsThePasswordPolicy(t *testing.T) {
	accounts, _, owner, _ := withManager(t)
	token := invite(t, accounts, owner, "bob@shop.example", at("shop", account.AnalystRole))
	_, err := accounts.Accept(t.Context(), schemas.Setup{Token: token, Email: "bob@shop.example", Password: "Password1234!"}, home)
	var invalid *consent.InvalidError
	if !errors.As(err, &invalid) || invalid.Faults[0].Pointer != "/password" {
		t.Errorf("Accept = %v, want a fault at /password", err)
	}
}

func TestInvitationsThatNoLongerStand(t *testing.T) {
	accounts, _, owner, _ := withManager(t)
	eve := join(t, accounts, owner, "eve@shop.example", account.Roles{Role: account.OwnerRole})
	const email = "bob@shop.example"
	roles := at("shop", account.AnalystRole)

	replaced := invite(t, accounts, owner, email, roles)
	invitation, withdrawn, err := accounts.Invite(t.Context(), owner, email, roles)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := accounts.Withdraw(t.Context(), owner, invitation.ID()); err != nil {
		t.Fatal(err)
	}
	orphaned := invite(t, accounts, eve, "cy@shop.example", roles)
	if _, err := accounts.Remove(t.Context(), owner, eve.ID()); err != nil {
		t.Fatal(err)
	}
	for name, link := range map[string][2]string{
		"replaced": {replaced, email}, "withdrawn": {withdrawn, email}, "of a removed owner": {orphaned, "cy@shop.example"},
	} {
		if _, err := accept(t, accounts, link[0], link[1]); !errors.Is(err, account.ErrInvitation) {
			t.Errorf("%s: %v, want ErrInvitation", name, err)
		}
	}
}

func TestTheLastOwnerStays(t *testing.T) {
	accounts, _, owner, _ := withManager(t)
	if _, err := accounts.Remove(t.Context(), owner, owner.ID()); !errors.Is(err, account.ErrLastOwner) {
		t.Errorf("Remove = %v, want ErrLastOwner", err)
	}
	analyst := account.Roles{Role: account.AnalystRole}
	if _, err := accounts.SetRoles(t.Context(), owner, owner.ID(), analyst); !errors.Is(err, account.ErrLastOwner) {
		t.Errorf("SetRoles = %v, want ErrLastOwner", err)
	}
	second := join(t, accounts, owner, "bob@shop.example", account.Roles{Role: account.OwnerRole})
	if _, err := accounts.SetRoles(t.Context(), owner, owner.ID(), analyst); err != nil {
		t.Errorf("with a second owner: %v", err)
	}
	if _, err := accounts.Remove(t.Context(), second, owner.ID()); err != nil {
		t.Errorf("Remove = %v", err)
	}
}

// CVE-2025-57817: somebody could give more than they had themselves.
func TestNobodyGivesMoreThanTheyManage(t *testing.T) {
	accounts, store, owner, _ := withManager(t)
	keeper := join(t, accounts, owner, "keeper@shop.example", at("shop", account.OwnerRole))
	bob := join(t, accounts, owner, "bob@shop.example", account.Roles{Sites: map[string]string{
		"shop": account.AnalystRole, "blog": account.EditorRole}})

	for name, roles := range map[string]account.Roles{
		"over all sites":         {Role: account.AnalystRole},
		"at another site":        at("blog", account.AnalystRole),
		"at one's and another's": {Sites: map[string]string{"shop": account.AnalystRole, "news": account.EditorRole}},
	} {
		if _, _, err := accounts.Invite(t.Context(), keeper, "new@shop.example", roles); !errors.Is(err, account.ErrForbidden) {
			t.Errorf("invited %s: %v, want ErrForbidden", name, err)
		}
		if _, err := accounts.SetRoles(t.Context(), keeper, bob.ID(), roles); !errors.Is(err, account.ErrForbidden) {
			t.Errorf("gave roles %s: %v, want ErrForbidden", name, err)
		}
	}
	if _, err := accounts.SetRoles(t.Context(), keeper, keeper.ID(), account.Roles{Role: account.OwnerRole}); !errors.Is(err, account.ErrForbidden) {
		t.Errorf("made oneself owner over all: %v, want ErrForbidden", err)
	}
	if _, err := accounts.Remove(t.Context(), keeper, bob.ID()); !errors.Is(err, account.ErrForbidden) {
		t.Errorf("removed who works for another site too: %v, want ErrForbidden", err)
	}
	if _, err := accounts.SetRoles(t.Context(), keeper, owner.ID(), at("shop", account.AnalystRole)); !errors.Is(err, consent.ErrNotFound) {
		t.Errorf("changed the owner over all: %v, want ErrNotFound", err)
	}

	changed, err := accounts.SetRoles(t.Context(), keeper, bob.ID(), at("shop", account.OfficerRole))
	if err != nil || !reflect.DeepEqual(changed.Roles, at("shop", account.OfficerRole)) {
		t.Errorf("SetRoles = %+v, %v", changed.Roles, err)
	}
	got, err := store.User(t.Context(), bob.Email)
	want := account.Roles{Sites: map[string]string{"shop": account.OfficerRole, "blog": account.EditorRole}}
	if err != nil || !reflect.DeepEqual(got.Roles, want) {
		t.Errorf("bob = %+v, %v, want %+v: what the manager was not shown stays", got.Roles, err, want)
	}
	users, _, err := accounts.People(t.Context(), keeper)
	if err != nil || len(users) != 2 || users[0].Email != bob.Email || !reflect.DeepEqual(users[0].Roles, at("shop", account.OfficerRole)) {
		t.Errorf("People = %+v, %v", users, err)
	}
}

func TestRolesThatAreNone(t *testing.T) {
	accounts, _, owner, _ := withManager(t)
	for _, roles := range []account.Roles{{}, {Role: "root"}, at("shop", "admin"), at("shop", "")} {
		_, _, err := accounts.Invite(t.Context(), owner, "bob@shop.example", roles)
		var invalid *consent.InvalidError
		if !errors.As(err, &invalid) || invalid.Faults[0].Pointer != "/roles" {
			t.Errorf("Invite(%+v) = %v, want a fault at /roles", roles, err)
		}
	}
}

// ASVS 6.4.6
func TestALinkFromTheConsoleChoosesANewPassword(t *testing.T) {
	accounts, _, owner, _ := withManager(t)
	if _, _, err := accounts.ResetFromConsole(t.Context(), "eve@shop.example", false); !errors.Is(err, consent.ErrNotFound) {
		t.Errorf("reset of nobody: %v, want ErrNotFound", err)
	}
	_, token, err := accounts.ResetFromConsole(t.Context(), ownerEmail, false)
	if err != nil {
		t.Fatal(err)
	}
	got, err := accept(t, accounts, token, ownerEmail)
	if err != nil || got.Role != account.OwnerRole || got.Generation == owner.Generation {
		t.Errorf("Accept = %+v, %v: want the same role and no session of before", got, err)
	}
	if _, err := accounts.SignIn(t.Context(), schemas.Credentials{Email: ownerEmail, Password: bobsPassword}, home); err != nil {
		t.Errorf("SignIn = %v", err)
	}
}
