package sealing_test

import (
	"bytes"
	"context"
	"crypto/rand"
	"errors"
	"log/slog"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"assent/server/internal/embeddedstore"
	"assent/server/internal/sealing"
)

var about = sealing.About{Kind: "external-id", Site: "shop", ID: "subject"}

// sources are the kinds of places that keys are kept and changed in.
var sources = map[string]func(t *testing.T) sealing.Editable{
	"file": func(t *testing.T) sealing.Editable { return sealing.File(filepath.Join(t.TempDir(), "data.keys")) },
	"store": func(t *testing.T) sealing.Editable {
		store, err := embeddedstore.Open(t.Context(), t.TempDir(), time.Now)
		must(t, err)
		t.Cleanup(func() { must(t, store.Close()) })
		return sealing.Stored{Store: store}
	},
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func open(t *testing.T, source sealing.Editable) *sealing.Ring {
	t.Helper()
	must(t, sealing.Ensure(t.Context(), source, rand.Reader, time.Now()))
	ring, err := sealing.OpenRing(t.Context(), source, rand.Reader)
	must(t, err)
	return ring
}

// ASVS 11.3.4
func TestWhatIsSealedOpens(t *testing.T) {
	for name, source := range sources {
		t.Run(name, func(t *testing.T) {
			from := source(t)
			ring := open(t, from)
			for _, plain := range []string{"", "customer 4711", strings.Repeat("x", 100_000)} {
				sealed, err := ring.Seal(about, []byte(plain))
				must(t, err)
				again, err := ring.Seal(about, []byte(plain))
				must(t, err)
				if bytes.Equal(sealed, again) || plain != "" && bytes.Contains(sealed, []byte(plain)) {
					t.Errorf("sealed %d bytes alike, or readable", len(plain))
				}
				opened, err := open(t, from).Open(t.Context(), about, sealed) // By another process.
				if err != nil || string(opened) != plain {
					t.Errorf("opened %d bytes, want %d: %v", len(opened), len(plain), err)
				}
			}
		})
	}
}

// ASVS 11.2.5, 11.3.3
func TestWhatIsSealedDoesNotMoveAndDoesNotChange(t *testing.T) {
	ring := open(t, sources["file"](t))
	sealed, err := ring.Seal(about, []byte("customer 4711"))
	must(t, err)
	for _, other := range []sealing.About{
		{Kind: "external-id", Site: "shop", ID: "another"}, {Kind: "external-id", Site: "another", ID: "subject"}, {Kind: "totp", Site: "shop", ID: "subject"},
		{Kind: "external-idshop", Site: "", ID: "subject"}, {Kind: "external-id", Site: "shopsubject"}, {},
	} {
		if plain, err := ring.Open(t.Context(), other, sealed); !errors.Is(err, sealing.ErrDamaged) {
			t.Errorf("opened about %+v: %q, %v", other, plain, err)
		}
	}
	for at := range sealed {
		damaged := bytes.Clone(sealed)
		damaged[at] ^= 1
		var missing *sealing.MissingKeyError
		if plain, err := ring.Open(t.Context(), about, damaged); !errors.Is(err, sealing.ErrDamaged) && !errors.As(err, &missing) {
			t.Errorf("opened with byte %d changed: %q, %v", at, plain, err)
		}
	}
	for size := range sealed {
		if plain, err := ring.Open(t.Context(), about, sealed[:size]); !errors.Is(err, sealing.ErrDamaged) {
			t.Errorf("opened the first %d bytes: %q, %v", size, plain, err)
		}
	}
}

// ASVS 11.2.2
// Threat B5.22
func TestNewKeySealsAndOldOneOpens(t *testing.T) {
	for name, source := range sources {
		t.Run(name, func(t *testing.T) {
			from := source(t)
			ring, other := open(t, from), open(t, from)
			before, err := ring.Seal(about, []byte("before"))
			must(t, err)
			key, err := sealing.Rotate(t.Context(), from, rand.Reader, time.Now())
			must(t, err)
			ring = open(t, from)
			after, err := ring.Seal(about, []byte("after"))
			must(t, err)
			if sealing.SealedBy(after) != key.ID() || sealing.SealedBy(before) == key.ID() || !ring.Stale(before) || ring.Stale(after) {
				t.Errorf("sealed by %s and %s, new key %s", sealing.SealedBy(before), sealing.SealedBy(after), key.ID())
			}
			for sealed, want := range map[string]string{string(before): "before", string(after): "after"} {
				// The other instance has not looked for new keys since.
				if plain, err := other.Open(t.Context(), about, []byte(sealed)); err != nil || string(plain) != want {
					t.Errorf("opened %q, want %q: %v", plain, want, err)
				}
			}
			if err := sealing.Drop(t.Context(), from, key.ID()); !errors.Is(err, sealing.ErrFirst) {
				t.Errorf("dropping the key that seals: %v", err)
			}
			must(t, sealing.Drop(t.Context(), from, sealing.SealedBy(before)))
			_, err = open(t, from).Open(t.Context(), about, before)
			var missing *sealing.MissingKeyError
			if !errors.As(err, &missing) || missing.ID != sealing.SealedBy(before) || !strings.Contains(err.Error(), from.String()+" lacks") {
				t.Errorf("opening without the key: %v", err)
			}
			if err := sealing.Drop(t.Context(), from, missing.ID); !errors.Is(err, sealing.ErrNoSuchKey) {
				t.Errorf("dropping twice: %v", err)
			}
		})
	}
}

// What one of several servers that start at once seals, all must open, whoever made the first key.
func TestServersThatStartAtOnceOpenEachOthers(t *testing.T) {
	for name, source := range sources {
		t.Run(name, func(t *testing.T) {
			from := source(t)
			sealed := make(chan []byte, 8)
			var all sync.WaitGroup
			for range cap(sealed) {
				all.Go(func() {
					err := sealing.Ensure(t.Context(), from, rand.Reader, time.Now())
					ring, openErr := sealing.OpenRing(t.Context(), from, rand.Reader)
					if err := errors.Join(err, openErr); err != nil {
						t.Error(err)
						return
					}
					one, err := ring.Seal(about, []byte("at once"))
					if err != nil {
						t.Error(err)
					}
					sealed <- one
				})
			}
			all.Wait()
			close(sealed)
			ring := open(t, from)
			for one := range sealed {
				if plain, err := ring.Open(t.Context(), about, one); err != nil || string(plain) != "at once" {
					t.Errorf("opened %q: %v", plain, err)
				}
			}
			before, err := from.Keys(t.Context())
			must(t, err)
			for range 4 {
				all.Go(func() {
					if _, err := sealing.Rotate(t.Context(), from, rand.Reader, time.Now()); err != nil {
						t.Error(err)
					}
				})
			}
			all.Wait()
			if keys, err := from.Keys(t.Context()); err != nil || len(keys) != len(before)+4 {
				t.Errorf("%d keys after four rotations of %d: %v", len(keys), len(before), err)
			}
		})
	}
}

func TestLookupFindsWithoutKeeping(t *testing.T) {
	from := sources["file"](t)
	ring := open(t, from)
	kept := ring.Lookup("external-id", "shop", "customer 4711")
	others := []string{ring.Lookup("external-id", "shop", "customer 4712"), ring.Lookup("external-id", "other", "customer 4711"),
		ring.Lookup("address", "shop", "customer 4711"), ring.Lookup("external-id", "shopcustomer", " 4711")}
	if slices.Contains(others, kept) || strings.Contains(kept, "4711") {
		t.Errorf("%s is not this value's alone", kept)
	}
	key, err := sealing.Rotate(t.Context(), from, rand.Reader, time.Now())
	must(t, err)
	now := open(t, from).Lookups("external-id", "shop", "customer 4711")
	if len(now) != 2 || now[1] != kept || !strings.HasPrefix(now[0], key.ID()+".") {
		t.Errorf("after the rotation %q, before %q", now, kept)
	}
}

// ASVS 13.3.2
func TestKeyFileIsItsOwnersAlone(t *testing.T) {
	name := filepath.Join(t.TempDir(), "data.keys")
	must(t, sealing.Ensure(t.Context(), sealing.File(name), rand.Reader, time.Now()))
	state, err := os.Stat(name)
	if err != nil || state.Mode().Perm() != 0o600 {
		t.Errorf("mode %v: %v", state.Mode(), err)
	}
	must(t, os.Chmod(name, 0o644))
	if _, err := sealing.File(name).Keys(t.Context()); err == nil || !strings.Contains(err.Error(), "chmod 600") {
		t.Errorf("read by everybody: %v", err)
	}
	must(t, os.Chmod(name, 0o640)) // An orchestrator's secret, which the server's group reads.
	if _, err := sealing.File(name).Keys(t.Context()); err != nil {
		t.Error(err)
	}
}

func TestWrongKeysAreToldWithoutQuotingThem(t *testing.T) {
	name := filepath.Join(t.TempDir(), "data.keys")
	must(t, sealing.Ensure(t.Context(), sealing.File(name), rand.Reader, time.Now()))
	text, err := os.ReadFile(name)
	must(t, err)
	line := strings.Split(string(text), "\n")[1]
	secret, _, _ := strings.Cut(line, " ")
	for content, want := range map[string]string{
		"":                            "there is no key",
		"# nothing\n":                 "there is no key",
		secret[:len(secret)-4]:        "line 1 is no key",
		"\n" + secret + "\n" + line:   "line 3 is key",
		secret + " yesterday":         "no time",
		strings.ToUpper(secret):       "line 1 is no key",
		secret + "\nhunter2-password": "line 2 is no key",
	} {
		must(t, os.WriteFile(name, []byte(content), 0o600))
		_, err := sealing.File(name).Keys(t.Context())
		if err == nil || !strings.Contains(err.Error(), want) || strings.Contains(err.Error(), secret[20:]) || strings.Contains(err.Error(), "hunter2") {
			t.Errorf("%d bytes: %v, want %q", len(content), err, want)
		}
	}
	for _, given := range []string{secret, line, secret + ","} {
		if keys, err := sealing.Given(given).Keys(t.Context()); err != nil || len(keys) != 1 {
			t.Errorf("%d keys of a value: %v", len(keys), err)
		}
	}
	if _, err := sealing.Given(name + ".absent").Keys(t.Context()); !errors.Is(err, os.ErrNotExist) || !strings.Contains(err.Error(), "assent keys rotate data") {
		t.Errorf("absent file: %v", err)
	}
}

// failing is a source that cannot be read any more.
type failing struct{ sealing.Source }

func (failing) Keys(context.Context) ([]sealing.Key, error) { return nil, errors.New("unreachable") }

func TestUnreadableSourceIsTold(t *testing.T) {
	if _, err := sealing.OpenRing(t.Context(), failing{}, rand.Reader); err == nil {
		t.Error("opened a ring whose keys cannot be read")
	}
	none := sealing.Beside{File: sealing.File(filepath.Join(t.TempDir(), "data.keys"))}
	if _, err := sealing.OpenRing(t.Context(), none, rand.Reader); err == nil || !strings.Contains(err.Error(), "has none") {
		t.Errorf("opened a ring of no keys: %v", err)
	}
}

// Whoever gives keys of their own later, or moves to another store, still opens what the keys before sealed.
func TestOtherSourcesKeysOpenToo(t *testing.T) {
	before, after := sources["file"](t), sources["store"](t)
	sealed, err := open(t, before).Seal(about, []byte("before"))
	must(t, err)
	must(t, sealing.Ensure(t.Context(), after, rand.Reader, time.Now()))
	both, err := sealing.OpenRing(t.Context(), sealing.Sources{after, before}, rand.Reader)
	must(t, err)
	if plain, err := both.Open(t.Context(), about, sealed); err != nil || string(plain) != "before" || !both.Stale(sealed) {
		t.Errorf("opened %q: %v", plain, err)
	}
	others, err := before.Keys(t.Context())
	must(t, err)
	must(t, sealing.Adopt(t.Context(), others, after))
	must(t, sealing.Adopt(t.Context(), others, after))
	if plain, err := open(t, after).Open(t.Context(), about, sealed); err != nil || string(plain) != "before" {
		t.Errorf("opened with adopted keys %q: %v", plain, err)
	}
	if keys, err := after.Keys(t.Context()); err != nil || len(keys) != 2 {
		t.Errorf("%d keys: %v", len(keys), err)
	}
}

// A server that runs seals with the new key soon after another process has made it.
func TestARunningRingFollows(t *testing.T) {
	for name, source := range sources {
		t.Run(name, func(t *testing.T) {
			from := source(t)
			ring := open(t, from)
			ctx, stop := context.WithCancel(t.Context())
			var watching sync.WaitGroup
			watching.Go(func() { ring.Watch(ctx, slog.New(slog.DiscardHandler)) })
			key, err := sealing.Rotate(t.Context(), from, rand.Reader, time.Now())
			must(t, err)
			for {
				sealed, err := ring.Seal(about, nil)
				must(t, err)
				if sealing.SealedBy(sealed) == key.ID() {
					break
				}
				time.Sleep(20 * time.Millisecond)
			}
			stop()
			watching.Wait()
		})
	}
}

func TestTheClustersScriptMakesAKey(t *testing.T) {
	lines, err := exec.CommandContext(t.Context(), "sh", "../../../deploy/secrets.sh", "assent.example.com").Output()
	if err != nil {
		t.Fatal(err)
	}
	_, key, _ := strings.Cut(string(lines), "ASSENT_DATA_KEYS=")
	if keys, err := sealing.Given(key).Keys(t.Context()); err != nil || len(keys) != 1 {
		t.Errorf("%d keys, %v", len(keys), err)
	}
}
