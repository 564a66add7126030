package singlesignon_test

import (
	"context"
	"crypto/rand"
	"errors"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	"assent/server/internal/account"
	"assent/server/internal/daykey"
	"assent/server/internal/singlesignon"
	"assent/server/internal/singlesignon/providertest"
)

// keys is a store of day keys that instances share.
type keys struct {
	mu   sync.Mutex
	kept map[string][]byte
	away error
}

func (k *keys) DayKey(_ context.Context, day string, fresh []byte) ([]byte, error) {
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.away != nil {
		return nil, k.away
	}
	if k.kept[day] == nil {
		k.kept[day] = fresh
	}
	return k.kept[day], nil
}

// desk is a provider and instances that know it, at a time that the test sets.
type desk struct {
	t        *testing.T
	provider *providertest.Provider
	keys     *keys
	now      time.Time
}

func openDesk(t *testing.T) *desk {
	t.Helper()
	provider, err := providertest.New()
	if err != nil {
		t.Fatal(err)
	}
	web := httptest.NewServer(provider)
	t.Cleanup(web.Close)
	provider.Issuer = web.URL
	provider.Is(providertest.Person{Subject: "4711", Email: "bob@shop.example", Verified: true})
	return &desk{t: t, provider: provider, keys: &keys{kept: map[string][]byte{}}, now: time.Now()}
}

func (d *desk) instance() *singlesignon.Provider {
	return singlesignon.New(singlesignon.Options{Issuer: d.provider.Issuer, ClientID: providertest.ClientID, ClientSecret: providertest.ClientSecret,
		Redirect: "https://assent.example/callback"}, daykey.NewRing(d.keys, rand.Reader), func() time.Time { return d.now })
}

// leave begins at an instance and returns what the browser keeps and what the provider sends back.
func (d *desk) leave(at *singlesignon.Provider) (kept string, answer url.Values) {
	d.t.Helper()
	address, kept, err := at.Begin(d.t.Context(), "")
	if err != nil {
		d.t.Fatal(err)
	}
	client := &http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	sent, err := client.Get(address)
	if err != nil {
		d.t.Fatal(err)
	}
	defer sent.Body.Close()
	back, err := url.Parse(sent.Header.Get("Location"))
	if err != nil {
		d.t.Fatal(err)
	}
	return kept, back.Query()
}

func (d *desk) finish(at *singlesignon.Provider, kept string, answer url.Values, want error) {
	d.t.Helper()
	identity, _, err := at.Finish(d.t.Context(), kept, answer)
	if !errors.Is(err, want) || (err == nil) != (identity.Subject == "4711") {
		d.t.Errorf("%+v, %v; want %v", identity, err, want)
	}
}

func TestASignInTakesTenMinutesAtMost(t *testing.T) {
	d := openDesk(t)
	at := d.instance()
	kept, answer := d.leave(at)
	begun := d.now
	for age, want := range map[time.Duration]error{
		singlesignon.Lifetime + time.Second: singlesignon.ErrExpired,
		24 * time.Hour:                      singlesignon.ErrExpired,
		-time.Hour:                          singlesignon.ErrExpired,
	} {
		d.now = begun.Add(age)
		d.finish(at, kept, answer, want)
	}
	d.now = begun.Add(30 * time.Second) // The provider's tokens live for a minute.
	d.finish(at, kept, answer, nil)
}

// ASVS 9.1.1
func TestTheBrowserCannotReadOrChangeWhatItKeeps(t *testing.T) {
	d := openDesk(t)
	at := d.instance()
	kept, answer := d.leave(at)
	if strings.Contains(kept, answer.Get("state")) {
		t.Error("the state can be read")
	}
	for i := 0; i < len(kept); i += 7 {
		changed := "A"
		if kept[i] == 'A' {
			changed = "Q"
		}
		d.finish(at, kept[:i]+changed+kept[i+1:], answer, singlesignon.ErrExpired)
	}
	stranger := openDesk(t)
	stranger.provider = d.provider
	d.finish(stranger.instance(), kept, answer, singlesignon.ErrExpired)
	d.finish(at, kept, answer, nil)
}

func TestAProviderThatComesBackIsFound(t *testing.T) {
	d := openDesk(t)
	at := d.instance()
	d.provider.Lie(providertest.Lies{Down: true})
	for range 20 {
		if _, _, err := at.Begin(t.Context(), ""); !errors.Is(err, account.ErrAway) || !strings.Contains(err.Error(), d.provider.Issuer) {
			t.Fatal(err)
		}
	}
	if asked := d.provider.Asked("/.well-known/openid-configuration"); asked != 1 {
		t.Errorf("a provider that is down was asked %d times at once", asked)
	}
	d.provider.Lie(providertest.Lies{})
	d.now = d.now.Add(5 * time.Second)
	kept, answer := d.leave(at)
	d.finish(at, kept, answer, nil)
}

// What is known of a provider outlives its outage: the browser is sent there, and the provider's own page says what is wrong.
func TestWhatTheProviderSaidHoldsOnAndIsAskedForAgain(t *testing.T) {
	d := openDesk(t)
	at := d.instance()
	d.leave(at)
	d.provider.Lie(providertest.Lies{Down: true})
	d.now = d.now.Add(2 * time.Hour)
	if address, _, err := at.Begin(t.Context(), ""); err != nil || !strings.HasPrefix(address, d.provider.Issuer) {
		t.Errorf("%s, %v", address, err)
	}
	asked := d.provider.Asked("/.well-known/openid-configuration")
	d.provider.Lie(providertest.Lies{})
	d.now = d.now.Add(5 * time.Second)
	d.leave(at)
	if again := d.provider.Asked("/.well-known/openid-configuration"); asked != 2 || again != 3 {
		t.Errorf("asked %d and %d times", asked, again)
	}
}

// ASVS 10.5.3
func TestAnotherIssuerUnderTheAddressIsNotBelieved(t *testing.T) {
	d := openDesk(t)
	at := d.instance()
	d.provider.Issuer = "https://other.example"
	if _, _, err := at.Begin(t.Context(), ""); !errors.Is(err, account.ErrAway) || !strings.Contains(err.Error(), "other.example") {
		t.Errorf("%v", err)
	}
}

func TestWithoutTheStoreNothingIsBegun(t *testing.T) {
	d := openDesk(t)
	d.keys.away = errors.New("store is away")
	if _, _, err := d.instance().Begin(t.Context(), ""); !errors.Is(err, d.keys.away) {
		t.Error(err)
	}
}
