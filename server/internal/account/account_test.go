package account_test

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"assent/schemas"
	"assent/server/internal/account"
	"assent/server/internal/consent"
	"assent/server/internal/embeddedstore"
)

const (
	ownerEmail    = "ada@shop.example"
	ownerPassword = "three unrelated nouns"
	home          = "192.0.2.1"
)

// clock is a clock that a test moves by hand.
type clock struct {
	mu  sync.Mutex
	now time.Time
}

func newClock() *clock { return &clock{now: time.Now().Truncate(time.Second)} }

func (c *clock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.now
}

func (c *clock) Advance(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.now = c.now.Add(d)
}

func openStore(t *testing.T) *embeddedstore.Store {
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

func withOwner(t *testing.T) (*account.Accounts, *clock) {
	t.Helper()
	c := newClock()
	accounts := account.New(openStore(t), c.Now, rand.Reader)
	token := offerSetup(t, accounts)
	if _, err := accounts.SetUp(t.Context(), schemas.Setup{Token: token, Email: ownerEmail, Password: ownerPassword}, home); err != nil {
		t.Fatal(err)
	}
	return accounts, c
}

func offerSetup(t *testing.T, accounts *account.Accounts) string {
	t.Helper()
	token, err := accounts.OfferSetup(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	return token
}

// ASVS 6.3.2, 11.4.2
// Threat B5.12
func TestSetUp(t *testing.T) {
	accounts := account.New(openStore(t), newClock().Now, rand.Reader)
	if needed, err := accounts.NeedsSetup(t.Context()); err != nil || !needed {
		t.Fatalf("NeedsSetup = %v, %v, want true", needed, err)
	}
	token := offerSetup(t, accounts)
	if len(token) < 22 {
		t.Errorf("token %q holds fewer than 128 bits", token)
	}
	owner, err := accounts.SetUp(t.Context(), schemas.Setup{Token: token, Email: " Ada@Shop.example ", Password: ownerPassword}, home)
	if err != nil || owner.Email != ownerEmail || owner.Role != account.OwnerRole {
		t.Fatalf("SetUp = %+v, %v", owner, err)
	}
	if strings.Contains(owner.PasswordHash, ownerPassword) || !strings.HasPrefix(owner.PasswordHash, "$argon2id$v=19$m=19456,t=2,p=1$") {
		t.Errorf("password hash = %q", owner.PasswordHash)
	}
	if needed, err := accounts.NeedsSetup(t.Context()); err != nil || needed {
		t.Errorf("NeedsSetup = %v, %v, want false", needed, err)
	}
	if again := offerSetup(t, accounts); again != "" {
		t.Errorf("a link was offered although the owner exists")
	}
	_, err = accounts.SetUp(t.Context(), schemas.Setup{Token: token, Email: "eve@shop.example", Password: ownerPassword}, home)
	if !errors.Is(err, account.ErrTicket) {
		t.Errorf("second SetUp = %v, want ErrTicket", err)
	}
}

// ASVS 6.4.1
func TestSetupLinkExpiresAndIsReplaced(t *testing.T) {
	c := newClock()
	accounts := account.New(openStore(t), c.Now, rand.Reader)
	first := offerSetup(t, accounts)
	second := offerSetup(t, accounts)
	setUp := func(token string) error {
		_, err := accounts.SetUp(t.Context(), schemas.Setup{Token: token, Email: ownerEmail, Password: ownerPassword}, home)
		return err
	}
	if err := setUp(first); !errors.Is(err, account.ErrTicket) {
		t.Errorf("replaced link: %v, want ErrTicket", err)
	}
	c.Advance(account.TicketLifetime)
	if err := setUp(second); !errors.Is(err, account.ErrTicket) {
		t.Errorf("expired link: %v, want ErrTicket", err)
	}
	if err := setUp(offerSetup(t, accounts)); err != nil {
		t.Errorf("fresh link: %v", err)
	}
}

// ASVS 6.2.1, 6.2.11
func TestSetupRefusesBadInput(t *testing.T) {
	accounts := account.New(openStore(t), newClock().Now, rand.Reader)
	token := offerSetup(t, accounts)
	cases := []struct{ name, email, password, pointer string }{
		{"no address", "ada", ownerPassword, "/email"},
		{"name and address", "Ada <ada@shop.example>", ownerPassword, "/email"},
		{"long address", strings.Repeat("a", 250) + "@shop.example", ownerPassword, "/email"},
		{"short", ownerEmail, "elevenchars", "/password"},
		{"short in characters", ownerEmail, "äöüäöüäöüäö", "/password"},
		{"long", ownerEmail, strings.Repeat("lorem ipsum ", 100), "/password"},
		{"not UTF-8", ownerEmail, "lorem ipsum dolor \xff", "/password"},
		{"common", ownerEmail, "Password1234!", "/password"},
		{"doubled", ownerEmail, "passwordpassword", "/password"},
		{"row of keys", ownerEmail, "qwertyuiop123", "/password"},
		{"one character", ownerEmail, "aaaaaaaaaaaaaaaaaa", "/password"},
		{"the address", ownerEmail, "ada@shop.example1", "/password"},
		{"the address's domain", "ada@flowershop.example", "FlowerShop2026!", "/password"},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			_, err := accounts.SetUp(t.Context(), schemas.Setup{Token: token, Email: c.email, Password: c.password}, home)
			var invalid *consent.InvalidError
			if !errors.As(err, &invalid) || len(invalid.Faults) != 1 || invalid.Faults[0].Pointer != c.pointer {
				t.Errorf("SetUp = %v, want a fault at %s", err, c.pointer)
			}
		})
	}
	if _, err := accounts.SetUp(t.Context(), schemas.Setup{Token: token, Email: ownerEmail, Password: "hallo, vier Wörter und 1 Zahl"}, home); err != nil {
		t.Errorf("a good password: %v", err)
	}
}

func TestSignIn(t *testing.T) {
	accounts, _ := withOwner(t)
	cases := []struct {
		name, email, password string
		want                  error
	}{
		{"right", ownerEmail, ownerPassword, nil},
		{"right in capitals", "ADA@shop.example ", ownerPassword, nil},
		{"wrong password", ownerEmail, ownerPassword + "!", account.ErrCredentials},
		{"unknown address", "eve@shop.example", ownerPassword, account.ErrCredentials},
		{"endless password", ownerEmail, strings.Repeat("x", 2000), account.ErrCredentials},
		{"nothing", "", "", account.ErrCredentials},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			user, err := accounts.SignIn(t.Context(), schemas.Credentials{Email: c.email, Password: c.password}, home)
			if !errors.Is(err, c.want) || (err == nil) != (user.Email == ownerEmail) {
				t.Errorf("SignIn = %+v, %v, want %v", user, err, c.want)
			}
		})
	}
}

// ASVS 6.3.1
// Threat B5.12
func TestGuessingIsSlowedDown(t *testing.T) {
	accounts, c := withOwner(t)
	wrong := schemas.Credentials{Email: ownerEmail, Password: "not the password"}
	right := schemas.Credentials{Email: ownerEmail, Password: ownerPassword}
	const thief = "198.51.100.7"
	for i := range 5 {
		if _, err := accounts.SignIn(t.Context(), wrong, thief); !errors.Is(err, account.ErrCredentials) {
			t.Fatalf("attempt %d = %v, want ErrCredentials", i, err)
		}
	}
	var wait *account.BackoffError
	if _, err := accounts.SignIn(t.Context(), right, thief); !errors.As(err, &wait) || wait.RetryAfter != time.Second {
		t.Fatalf("sixth attempt = %v, want to wait a second", err)
	}
	if _, err := accounts.SignIn(t.Context(), right, home); err != nil {
		t.Errorf("the owner is locked out by somebody else: %v", err)
	}
	c.Advance(wait.RetryAfter)
	if _, err := accounts.SignIn(t.Context(), wrong, thief); !errors.Is(err, account.ErrCredentials) {
		t.Errorf("after waiting: %v, want ErrCredentials", err)
	}
	if _, err := accounts.SignIn(t.Context(), wrong, thief); !errors.As(err, &wait) || wait.RetryAfter != 2*time.Second {
		t.Errorf("the wait did not grow: %v", err)
	}
	c.Advance(time.Hour)
	if _, err := accounts.SignIn(t.Context(), right, thief); err != nil {
		t.Errorf("after an hour: %v", err)
	}
}

// ASVS 6.3.1
func TestManyAccountsFromOneNetwork(t *testing.T) {
	accounts, _ := withOwner(t)
	var wait *account.BackoffError
	for i := range 20 {
		credentials := schemas.Credentials{Email: fmt.Sprintf("user%d@shop.example", i), Password: "a guess"}
		if _, err := accounts.SignIn(t.Context(), credentials, fmt.Sprintf("2001:db8::%x", i)); !errors.Is(err, account.ErrCredentials) {
			t.Fatalf("attempt %d = %v, want ErrCredentials", i, err)
		}
	}
	if _, err := accounts.SignIn(t.Context(), schemas.Credentials{Email: ownerEmail, Password: "a guess"}, "2001:db8::ffff"); !errors.As(err, &wait) {
		t.Errorf("the network's 21st attempt = %v, want to wait", err)
	}
	if _, err := accounts.SignIn(t.Context(), schemas.Credentials{Email: ownerEmail, Password: ownerPassword}, "2001:db8:0:1::1"); err != nil {
		t.Errorf("another network: %v", err)
	}
}

// A burst must not get more guesses than the same attempts one after another.
func TestSimultaneousGuesses(t *testing.T) {
	accounts, _ := withOwner(t)
	errs := make([]error, 30)
	var group sync.WaitGroup
	for i := range errs {
		group.Go(func() {
			_, errs[i] = accounts.SignIn(t.Context(), schemas.Credentials{Email: ownerEmail, Password: "a guess"}, home)
		})
	}
	group.Wait()
	checked := 0
	for _, err := range errs {
		if errors.Is(err, account.ErrCredentials) {
			checked++
		}
	}
	if checked != 5 {
		t.Errorf("%d of 30 guesses were checked, want 5", checked)
	}
}

// ASVS 15.2.2
// Threat B5.23
func TestHashingIsBounded(t *testing.T) {
	if !isOverloaded(t, ownerEmail) {
		t.Error("150 simultaneous sign-ins all waited for a hash")
	}
}

// CVE-2024-45052 of another tool: no hash was made for an address that is nobody's, so that the time of the answer told it.
// ASVS 6.3.8
// Threat B5.12
func TestAnUnknownAddressCostsAHashToo(t *testing.T) {
	if !isOverloaded(t, "eve@shop.example") {
		t.Error("150 simultaneous sign-ins of nobody were answered without waiting for a hash")
	}
}

// isOverloaded reports whether some of many simultaneous sign-ins are turned away because hashes are being made.
func isOverloaded(t *testing.T, email string) bool {
	accounts, _ := withOwner(t)
	errs := make([]error, 150)
	ctx, cancel := context.WithCancel(t.Context())
	var group sync.WaitGroup
	for i := range errs {
		group.Go(func() {
			_, errs[i] = accounts.SignIn(ctx, schemas.Credentials{Email: email, Password: "a guess"}, fmt.Sprintf("203.0.113.%d", i))
			if errors.Is(errs[i], consent.ErrOverloaded) {
				cancel() // The point is made: let the queue go.
			}
		})
	}
	group.Wait()
	cancel()
	return slices.ContainsFunc(errs, func(err error) bool { return errors.Is(err, consent.ErrOverloaded) })
}
