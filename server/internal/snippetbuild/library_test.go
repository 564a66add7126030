package snippetbuild

import (
	"bytes"
	"context"
	"errors"
	"log/slog"
	"reflect"
	"strings"
	"sync"
	"testing"
	"time"

	"assent/server/internal/consent"
)

// memory is a Shelf, a Source and Annals that count what is asked of them and can fail.
type memory struct {
	mu      sync.Mutex
	in      map[string]Input
	shelf   map[string][]byte
	puts    int
	putErr  error
	noted   []string // Hashes.
	noteErr error
}

var (
	_ Shelf  = (*memory)(nil)
	_ Source = (*memory)(nil)
	_ Annals = (*memory)(nil)
)

func newMemory() *memory {
	return &memory{in: map[string]Input{"shop1": usual()}, shelf: map[string][]byte{}}
}

func (m *memory) PutScript(_ context.Context, site, hash string, document []byte) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.puts++
	m.shelf[site+"/"+hash] = document
	return m.putErr
}

func (m *memory) Script(_ context.Context, site, hash string) ([]byte, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	document, ok := m.shelf[site+"/"+hash]
	if !ok {
		return nil, consent.ErrNotFound
	}
	return document, nil
}

func (m *memory) Note(ctx context.Context, _ Edition, script Script) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.noted = append(m.noted, script.Hash)
	return errors.Join(m.noteErr, ctx.Err())
}

func (m *memory) Shown(_ context.Context, site string, _ int) (Input, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	in, ok := m.in[site]
	if !ok {
		return Input{}, consent.ErrNotFound
	}
	return in, nil
}

func newLibrary(m *memory) *Library {
	return NewLibrary(m, m, m, slog.New(slog.DiscardHandler))
}

func TestLibraryBuildsOnceForManyWaiting(t *testing.T) {
	m := newMemory()
	library := newLibrary(m)
	var wait sync.WaitGroup
	for range 20 {
		wait.Go(func() {
			if _, err := library.Current(t.Context(), "shop1", StrictestRules); err != nil {
				t.Error(err)
			}
		})
	}
	wait.Wait()
	if m.puts != 1 {
		t.Errorf("built %d times", m.puts)
	}
}

func TestLibraryKeepsWhatWasPinned(t *testing.T) {
	m := newMemory()
	library := newLibrary(m)
	first, err := library.Current(t.Context(), "shop1", StrictestRules)
	if err != nil {
		t.Fatal(err)
	}
	next := usual()
	next.NoticeID, next.Notice.Look.Accent = "another", "#123456"
	m.mu.Lock()
	m.in["shop1"] = next
	m.mu.Unlock()
	second, err := library.Current(t.Context(), "shop1", StrictestRules)
	if err != nil || second.Hash == first.Hash {
		t.Fatalf("the new notice is not served: %v", err)
	}
	// A new process knows the shelf only.
	pinned, err := newLibrary(m).Pinned(t.Context(), "shop1", first.Hash)
	if err != nil || !bytes.Equal(pinned.Identity, first.Identity) || pinned.SRI != first.SRI {
		t.Fatalf("the pinned script changed: %v", err)
	}
}

func TestLibraryHasAnEditionPerRegime(t *testing.T) {
	m := newMemory()
	library := newLibrary(m)
	hashes := map[string]string{}
	for range 2 {
		for _, regime := range []string{consent.OptIn, consent.OptOut, consent.NoticeOnly, consent.ChildDirected} {
			script, err := library.Current(t.Context(), "shop1", func() Rules { return Rules{Regime: regime} })
			if err != nil {
				t.Fatal(err)
			}
			if other, known := hashes[script.Hash]; known && other != regime {
				t.Errorf("%s and %s share a script", regime, other)
			}
			hashes[script.Hash] = regime
			if _, err := library.Pinned(t.Context(), "shop1", script.Hash); err != nil {
				t.Errorf("%s is not on the shelf: %v", regime, err)
			}
		}
	}
	if len(hashes) != 4 || m.puts != 4 {
		t.Errorf("%d scripts, built %d times", len(hashes), m.puts)
	}
	fixed := usual()
	fixed.NoticeID, fixed.Notice.Regime = "fixed", consent.OptOut
	m.mu.Lock()
	m.in["shop1"] = fixed
	m.mu.Unlock()
	script, err := library.Current(t.Context(), "shop1", func() Rules { t.Error("the region was asked for"); return StrictestRules() })
	if err != nil || script.Hash == "" {
		t.Error(err)
	}
}

func TestLibraryTellsWhatIsMissing(t *testing.T) {
	m := newMemory()
	library := newLibrary(m)
	if _, err := library.Current(t.Context(), "nobody", StrictestRules); !errors.Is(err, consent.ErrNotFound) {
		t.Errorf("unknown site: %v", err)
	}
	if _, err := library.Pinned(t.Context(), "shop1", "nothing"); !errors.Is(err, consent.ErrNotFound) {
		t.Errorf("unknown hash: %v", err)
	}
}

func TestLibraryServesNothingThatIsNotOnTheShelf(t *testing.T) {
	m := newMemory()
	m.putErr = consent.ErrUnavailable
	library := newLibrary(m)
	if _, err := library.Current(t.Context(), "shop1", StrictestRules); !errors.Is(err, consent.ErrUnavailable) {
		t.Fatalf("a script was served that nobody keeps: %v", err)
	}
	m.putErr = nil
	if _, err := library.Current(t.Context(), "shop1", StrictestRules); err != nil {
		t.Fatalf("the library did not recover: %v", err)
	}
}

// TestAScriptThatCannotBeNotedIsServedAndNotedLater has a store that takes no notes for a while, and a visitor who leaves.
func TestAScriptThatCannotBeNotedIsServedAndNotedLater(t *testing.T) {
	m := newMemory()
	m.noteErr = consent.ErrUnavailable
	var told bytes.Buffer
	library := NewLibrary(m, m, m, slog.New(slog.NewTextHandler(&told, nil)))
	now := time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)
	library.now = func() time.Time { return now }
	current := func(ctx context.Context) string {
		script, err := library.Current(ctx, "shop1", StrictestRules)
		if err != nil {
			t.Fatal(err)
		}
		return script.Hash
	}
	hash := current(t.Context())
	current(t.Context())
	if len(m.noted) != 1 || !strings.Contains(told.String(), "script="+hash) {
		t.Errorf("tried %d times within the pause, told %q", len(m.noted), told.String())
	}
	m.noteErr, now = nil, now.Add(notePause)
	left, leave := context.WithCancel(t.Context())
	leave()
	current(left)
	if len(m.noted) != 2 {
		t.Errorf("tried %d times", len(m.noted))
	}
	now = now.Add(notePause)
	current(t.Context())
	if len(m.noted) != 2 {
		t.Error("what is on record was noted again")
	}
}

func TestScriptSurvivesTheShelf(t *testing.T) {
	script := build(t, func(*Input) {})
	document, err := Encode(script)
	if err != nil {
		t.Fatal(err)
	}
	again, err := DecodeScript(document)
	if err != nil || !reflect.DeepEqual(again, script) {
		t.Fatalf("another script came back: %v", err)
	}
	for _, broken := range []string{"", "{", "{}", "null"} {
		if _, err := DecodeScript([]byte(broken)); err == nil {
			t.Errorf("%q was read as a script", broken)
		}
	}
}
