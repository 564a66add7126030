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

	"github.com/pquerna/otp/totp"

	"assent/schemas"
	"assent/server/internal/account"
	"assent/server/internal/embeddedstore"
)

var right = schemas.Credentials{Email: ownerEmail, Password: ownerPassword}

// oneKey is the same every day.
type oneKey struct{}

func (oneKey) Key(context.Context, time.Time) ([]byte, error) {
	return []byte("the key of every day"), nil
}

// vault is an owner with a second step.
type vault struct {
	t        *testing.T
	accounts *account.Accounts
	seals    *account.Seals
	store    *embeddedstore.Store
	clock    *clock
	owner    account.User
	secret   string
	recovery []string
}

func withSecondStep(t *testing.T) *vault {
	t.Helper()
	accounts, store, owner, c := withManager(t)
	v := &vault{t: t, accounts: accounts, store: store, clock: c, owner: owner, seals: account.NewSeals(oneKey{}, c.Now, rand.Reader)}
	offer, sealed, err := v.seals.Offer(t.Context(), accounts, owner, ownerPassword, home)
	if err != nil {
		t.Fatal(err)
	}
	v.secret = offer.Secret
	opened, err := v.seals.OpenOffer(t.Context(), owner, sealed)
	if err != nil {
		t.Fatal(err)
	}
	if _, _, err := accounts.AddApp(t.Context(), opened, "000 000"); !errors.Is(err, account.ErrCode) {
		t.Errorf("AddApp with a guess = %v, want ErrCode", err)
	}
	v.owner, v.recovery, err = accounts.AddApp(t.Context(), opened, v.code())
	if err != nil || len(v.recovery) != 10 || v.owner.Generation <= owner.Generation {
		t.Fatalf("AddApp = %+v, %v, %v", v.owner, v.recovery, err)
	}
	c.Advance(time.Minute)
	return v
}

func (v *vault) code() string {
	v.t.Helper()
	code, err := totp.GenerateCode(v.secret, v.clock.Now())
	if err != nil {
		v.t.Fatal(err)
	}
	return code
}

// given gives the right password.
func (v *vault) given(address string) account.Given {
	v.t.Helper()
	user, err := v.accounts.SignIn(v.t.Context(), right, address)
	if !errors.Is(err, account.ErrCodeDue) {
		v.t.Fatalf("SignIn = %v, want ErrCodeDue", err)
	}
	sealed, err := v.seals.Given(v.t.Context(), v.accounts, user)
	if err != nil {
		v.t.Fatal(err)
	}
	given, err := v.seals.OpenGiven(v.t.Context(), sealed)
	if err != nil {
		v.t.Fatal(err)
	}
	return given
}

func (v *vault) enter(given account.Given, code, address string) (recovery bool, err error) {
	v.t.Helper()
	_, recovery, err = v.accounts.EnterWithCode(v.t.Context(), given, code, address)
	return recovery, err
}

// ASVS 6.5.1
func TestACodeWorksOnce(t *testing.T) {
	v := withSecondStep(t)
	code := v.code()
	if recovery, err := v.enter(v.given(home), code[:3]+" "+code[3:], home); err != nil || recovery {
		t.Fatalf("the right code: %v, %v", recovery, err)
	}
	if _, err := v.enter(v.given(home), code, home); !errors.Is(err, account.ErrCode) {
		t.Errorf("the same code again = %v, want ErrCode", err)
	}
	v.clock.Advance(30 * time.Second)
	early := v.code()
	v.clock.Advance(-30 * time.Second)
	if _, err := v.enter(v.given(home), early, home); err != nil {
		t.Errorf("a code of a clock that is half a minute ahead: %v", err)
	}
	if _, err := v.enter(v.given(home), code, home); !errors.Is(err, account.ErrCode) {
		t.Errorf("an earlier code after a later one = %v, want ErrCode", err)
	}
	v.clock.Advance(5 * time.Minute)
	late := v.code()
	v.clock.Advance(61 * time.Second)
	if _, err := v.enter(v.given(home), late, home); !errors.Is(err, account.ErrCode) {
		t.Errorf("a code of two steps ago = %v, want ErrCode", err)
	}
}

// A code and a recovery code that are sent many times at once let one in.
// ASVS 6.5.1, 15.4.2
func TestACodeWorksOnceAtOnce(t *testing.T) {
	v := withSecondStep(t)
	for _, code := range []string{v.code(), v.recovery[3]} {
		errs := make([]error, 5)
		givens := make([]account.Given, len(errs))
		for i := range givens {
			givens[i] = v.given(home)
		}
		var group sync.WaitGroup
		for i := range errs {
			group.Go(func() {
				_, _, errs[i] = v.accounts.EnterWithCode(t.Context(), givens[i], code, home)
			})
		}
		group.Wait()
		entered := slices.DeleteFunc(errs, func(err error) bool { return err != nil })
		if len(entered) != 1 {
			t.Errorf("%d of 5 got in with one code", len(entered))
		}
		v.clock.Advance(time.Hour)
	}
}

func TestRecovery(t *testing.T) {
	v := withSecondStep(t)
	typed := strings.ToUpper(strings.ReplaceAll(v.recovery[0], "-", " "))
	if recovery, err := v.enter(v.given(home), typed, home); err != nil || !recovery {
		t.Errorf("a code of recovery = %v, %v", recovery, err)
	}
	if _, err := v.enter(v.given(home), v.recovery[0], home); !errors.Is(err, account.ErrCode) {
		t.Errorf("the same again = %v, want ErrCode", err)
	}
	roster, err := v.store.Roster(t.Context())
	if err != nil || len(roster.Factors[ownerEmail].Recovery) != 9 || slices.Contains(roster.Factors[ownerEmail].Recovery, v.recovery[1]) {
		t.Errorf("kept: %+v, %v", roster.Factors[ownerEmail].Recovery, err)
	}
	if _, _, err := v.accounts.RenewRecovery(t.Context(), v.owner, "not this one", v.code(), home); !errors.Is(err, account.ErrCredentials) {
		t.Errorf("renewed with a wrong password: %v", err)
	}
	_, fresh, err := v.accounts.RenewRecovery(t.Context(), v.owner, ownerPassword, v.code(), home)
	if err != nil || len(fresh) != 10 {
		t.Fatalf("RenewRecovery = %v, %v", fresh, err)
	}
	if _, err := v.enter(v.given(home), v.recovery[1], home); !errors.Is(err, account.ErrCode) {
		t.Errorf("a replaced code = %v, want ErrCode", err)
	}
	if _, err := v.enter(v.given(home), fresh[0], home); err != nil {
		t.Errorf("a fresh code: %v", err)
	}
}

func TestAGivenPasswordIsWorthLittle(t *testing.T) {
	v := withSecondStep(t)
	given := v.given(home)
	if _, err := v.enter(given, v.code(), home); err != nil {
		t.Fatal(err)
	}
	v.clock.Advance(time.Minute)
	if _, err := v.enter(given, v.code(), home); !errors.Is(err, account.ErrOver) {
		t.Errorf("used twice: %v, want ErrOver", err)
	}
	sealed, err := v.seals.Given(t.Context(), v.accounts, v.owner)
	if err != nil {
		t.Fatal(err)
	}
	for name, broken := range map[string]string{"cut": sealed[:len(sealed)-2], "empty": "", "changed": "A" + sealed[1:], "nonsense": "%"} {
		if _, err := v.seals.OpenGiven(t.Context(), broken); !errors.Is(err, account.ErrOver) && sealed != broken {
			t.Errorf("%s: %v, want ErrOver", name, err)
		}
	}
	if _, err := v.seals.OpenOffer(t.Context(), v.owner, sealed); !errors.Is(err, account.ErrOver) {
		t.Errorf("taken for an offer: %v, want ErrOver", err)
	}
	v.clock.Advance(account.GivenLifetime)
	if _, err := v.seals.OpenGiven(t.Context(), sealed); !errors.Is(err, account.ErrOver) {
		t.Errorf("after five minutes: %v, want ErrOver", err)
	}
	given = v.given(home)
	if _, err := v.accounts.ChangePassword(t.Context(), v.owner, schemas.PasswordChange{Current: ownerPassword, Password: bobsPassword}, home); err != nil {
		t.Fatal(err)
	}
	if _, err := v.enter(given, v.code(), home); !errors.Is(err, account.ErrOver) {
		t.Errorf("after the password was changed: %v, want ErrOver", err)
	}
}

// Whoever has a copy of the store has the key that seals and the secret of the codes, and so could make both steps up.
func TestACopyOfTheStoreIsNoFirstStep(t *testing.T) {
	v := withSecondStep(t)
	given := v.given(home)
	given.Nonce = "made up"
	if _, err := v.enter(given, v.code(), home); !errors.Is(err, account.ErrOver) {
		t.Errorf("a first step that nobody took: %v, want ErrOver", err)
	}
	const thief = "203.0.113.9"
	first := v.given(thief)
	for range 100 {
		if _, err := v.seals.Given(t.Context(), v.accounts, v.owner); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := v.enter(first, v.code(), home); !errors.Is(err, account.ErrOver) {
		t.Errorf("one that a hundred have followed: %v, want ErrOver", err)
	}
	if roster, err := v.store.Roster(t.Context()); err != nil || len(roster.Factors[ownerEmail].Given) != 100 {
		t.Errorf("%d wait, %v; want 100", len(roster.Factors[ownerEmail].Given), err)
	}
}

// Who knows the password must not get more codes than the back-off gives by giving the password in between, and must not
// keep the owner out.
// ASVS 6.3.1
func TestGuessingAtCodes(t *testing.T) {
	v := withSecondStep(t)
	const thief = "203.0.113.9"
	var wait *account.BackoffError
	guessed := 0
	for range 20 {
		user, err := v.accounts.SignIn(t.Context(), right, thief)
		if errors.As(err, &wait) {
			break
		}
		sealed, err := v.seals.Given(t.Context(), v.accounts, user)
		if err != nil {
			t.Fatal(err)
		}
		given, err := v.seals.OpenGiven(t.Context(), sealed)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := v.enter(given, "000000", thief); errors.Is(err, account.ErrCode) {
			guessed++
		}
	}
	if guessed != 5 || wait == nil {
		t.Errorf("%d guesses before having to wait, want 5", guessed)
	}
	if _, err := v.enter(v.given(home), v.code(), home); err != nil {
		t.Errorf("the owner is kept out by somebody else: %v", err)
	}
}

// Who knows the password and has many addresses has no more guesses for that; the user gets in by a code of recovery.
func TestGuessingAtCodesFromManyAddresses(t *testing.T) {
	v := withSecondStep(t)
	var wait *account.BackoffError
	guessed := 0
	for i := range 50 {
		thief := fmt.Sprintf("2001:db8:%x::1", i)
		switch _, err := v.enter(v.given(thief), "000000", thief); {
		case errors.Is(err, account.ErrCode):
			guessed++
		case !errors.As(err, &wait):
			t.Fatal(err)
		}
	}
	if guessed != 20 || wait == nil {
		t.Errorf("%d guesses before having to wait, want 20", guessed)
	}
	if _, _, err := v.accounts.RenewRecovery(t.Context(), v.owner, ownerPassword, "000000", "2001:db8:ffff::1"); !errors.As(err, &wait) {
		t.Errorf("a guess elsewhere = %v, want to have to wait", err)
	}
	if recovery, err := v.enter(v.given(home), v.recovery[0], home); err != nil || !recovery {
		t.Errorf("the owner's code of recovery: %v", err)
	}
	v.clock.Advance(wait.RetryAfter)
	if _, err := v.enter(v.given(home), v.code(), home); err != nil {
		t.Errorf("the owner's code, after having waited: %v", err)
	}
	v.clock.Advance(time.Minute)
	if _, err := v.enter(v.given(home), "000000", home); !errors.Is(err, account.ErrCode) {
		t.Errorf("after the owner has got in = %v, want ErrCode: what was guessed is forgotten", err)
	}
}

// ASVS 6.5.6
func TestTheSecondStepIsRemoved(t *testing.T) {
	v := withSecondStep(t)
	if _, _, err := v.seals.Offer(t.Context(), v.accounts, v.owner, ownerPassword, home); !errors.Is(err, account.ErrEnrolled) {
		t.Errorf("a second app was offered: %v", err)
	}
	if _, err := v.accounts.RemoveApp(t.Context(), v.owner, ownerPassword, "000000", home); !errors.Is(err, account.ErrCode) {
		t.Errorf("removed with a wrong code: %v", err)
	}
	user, err := v.accounts.RemoveApp(t.Context(), v.owner, ownerPassword, v.code(), home)
	if err != nil || user.Generation <= v.owner.Generation {
		t.Fatalf("RemoveApp = %+v, %v", user, err)
	}
	if _, err := v.accounts.SignIn(t.Context(), right, home); err != nil {
		t.Errorf("afterwards: %v", err)
	}
}

// ASVS 6.5.6
func TestWhoMayResetTheSecondStep(t *testing.T) {
	v := withSecondStep(t)
	reset := func(factors bool, password string) error {
		t.Helper()
		_, token, err := v.accounts.ResetFromConsole(t.Context(), ownerEmail, factors)
		if err != nil {
			t.Fatal(err)
		}
		user, err := v.accounts.Accept(t.Context(), schemas.Setup{Token: token, Email: ownerEmail, Password: password}, home)
		if err != nil {
			t.Fatal(err)
		}
		return v.accounts.CodeDue(t.Context(), user)
	}
	if err := reset(false, bobsPassword); !errors.Is(err, account.ErrCodeDue) {
		t.Errorf("a new password alone lets in: %v, want ErrCodeDue", err)
	}
	other := account.User{Email: "eve@shop.example", Roles: at("shop", account.OwnerRole)}
	err := v.store.ChangeRoster(t.Context(), func(r *account.Roster) error {
		r.Users[other.Email] = other
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := v.accounts.ResetFactors(t.Context(), other, v.owner.ID()); err == nil {
		t.Error("the owner of one site has taken the factors of an owner over all")
	}
	if _, err := v.accounts.ResetFactors(t.Context(), v.owner, v.owner.ID()); !errors.Is(err, account.ErrForbidden) {
		t.Errorf("an owner's own: %v, want ErrForbidden", err)
	}
	peer := account.User{Email: "bob@shop.example", Roles: account.Roles{Role: account.OwnerRole}}
	err = v.store.ChangeRoster(t.Context(), func(r *account.Roster) error {
		r.Users[peer.Email] = peer
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := v.accounts.ResetFactors(t.Context(), peer, v.owner.ID()); err != nil {
		t.Error(err)
	}
	if err := v.accounts.CodeDue(t.Context(), v.owner); err != nil {
		t.Errorf("after the reset by an owner: %v", err)
	}
	v = withSecondStep(t)
	if err := reset(true, bobsPassword); err != nil {
		t.Errorf("after the reset by the command line: %v", err)
	}
}

func TestWhoIsInvitedAgainFindsNoOldFactors(t *testing.T) {
	v := withSecondStep(t)
	err := v.store.ChangeRoster(t.Context(), func(r *account.Roster) error {
		r.Users["bob@shop.example"] = account.User{Email: "bob@shop.example", Roles: account.Roles{Role: account.OwnerRole}}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := v.accounts.Remove(t.Context(), account.User{Email: "bob@shop.example"}, v.owner.ID()); err != nil {
		t.Fatal(err)
	}
	if roster, err := v.store.Roster(t.Context()); err != nil || len(roster.Factors) != 0 {
		t.Errorf("left: %+v, %v", roster.Factors, err)
	}
}

func TestAddressOfAnOffer(t *testing.T) {
	address, err := account.Offer{Email: ownerEmail, Secret: "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"}.Address()
	if err != nil || !strings.HasPrefix(address, "otpauth://totp/Assent:ada@shop.example?") || !strings.Contains(address, "secret=JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP") {
		t.Errorf("Address = %q, %v", address, err)
	}
}
