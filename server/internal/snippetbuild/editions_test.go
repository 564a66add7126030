package snippetbuild_test

import (
	"errors"
	"fmt"
	"sync"
	"testing"
	"time"

	"assent/schemas"
	"assent/server/internal/consent"
	"assent/server/internal/embeddedstore"
	"assent/server/internal/realparts"
	"assent/server/internal/redisstore"
	"assent/server/internal/register"
	"assent/server/internal/snippetbuild"
)

var servers *realparts.Servers

func TestMain(m *testing.M) { realparts.Main(m, &servers) }

type store interface {
	register.Store
	Close() error
}

// onBoth runs a test on each store that keeps sites.
func onBoth(t *testing.T, test func(t *testing.T, store register.Store)) {
	for name, open := range map[string]func() (store, error){
		"embedded": func() (store, error) { return embeddedstore.Open(t.Context(), t.TempDir(), time.Now) },
		"redis": func() (store, error) {
			redis, err := servers.Redis()
			if err != nil {
				return nil, err
			}
			return redisstore.Open(t.Context(), redis.URL, redisstore.Options{})
		},
	} {
		t.Run(name, func(t *testing.T) {
			opened, err := open()
			if err != nil {
				t.Fatal(err)
			}
			defer func() {
				if err := opened.Close(); err != nil {
					t.Error(err)
				}
			}()
			test(t, opened)
		})
	}
}

func script(name string) snippetbuild.Script {
	return snippetbuild.Script{Hash: name, SRI: "sha384-" + name}
}

var noon = time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)

func TestTheEditionOfATimeIsFound(t *testing.T) {
	onBoth(t, func(t *testing.T, store register.Store) {
		now := noon
		editions := snippetbuild.Editions{Store: store, Now: func() time.Time { return now }}
		of := snippetbuild.Edition{Site: "shop", Notice: "n1", Regime: consent.OptIn}
		note := func(of snippetbuild.Edition, name string, at time.Time) {
			t.Helper()
			now = at
			if err := editions.Note(t.Context(), of, script(name)); err != nil {
				t.Fatal(err)
			}
		}
		note(of, "first", noon)
		note(of, "first", noon.Add(time.Hour))
		note(of, "second", noon.Add(2*time.Hour))
		note(of, "third", noon.Add(time.Hour)) // By a machine whose clock is behind.
		note(of, "first", noon.Add(3*time.Hour))
		note(snippetbuild.Edition{Site: "shop", Notice: "n1", Regime: consent.OptOut}, "other rules", noon)
		note(snippetbuild.Edition{Site: "blog", Notice: "n1", Regime: consent.OptIn}, "other site", noon)
		for name, c := range map[string]struct {
			at   time.Time
			want schemas.StatedScript
		}{
			"at once":          {noon, schemas.StatedScript{Hash: "first", Integrity: "sha384-first", Since: noon}},
			"noted again":      {noon.Add(90 * time.Minute), schemas.StatedScript{Hash: "first", Integrity: "sha384-first", Since: noon}},
			"the last of two":  {noon.Add(150 * time.Minute), schemas.StatedScript{Hash: "third", Integrity: "sha384-third", Since: noon.Add(2 * time.Hour)}},
			"one that is back": {noon.Add(1000 * time.Hour), schemas.StatedScript{Hash: "first", Integrity: "sha384-first", Since: noon.Add(3 * time.Hour)}},
		} {
			if got, err := editions.At(t.Context(), of, c.at); err != nil || got != c.want {
				t.Errorf("%s: %+v, %v", name, got, err)
			}
		}
		for name, find := range map[string]func() (schemas.StatedScript, error){
			"before the first": func() (schemas.StatedScript, error) {
				return editions.At(t.Context(), of, noon.Add(-time.Microsecond))
			},
			"of another notice": func() (schemas.StatedScript, error) {
				return editions.At(t.Context(), snippetbuild.Edition{Site: "shop", Notice: "n2", Regime: consent.OptIn}, noon)
			},
		} {
			if got, err := find(); !errors.Is(err, consent.ErrNotFound) {
				t.Errorf("%s: %+v, %v, want ErrNotFound", name, got, err)
			}
		}
	})
}

// TestServersThatNoteAtOnceLoseNothing has many note different scripts, as while they are replaced one at a time.
func TestServersThatNoteAtOnceLoseNothing(t *testing.T) {
	onBoth(t, func(t *testing.T, store register.Store) {
		of := snippetbuild.Edition{Site: "shop", Notice: "n1", Regime: consent.OptIn}
		var wait sync.WaitGroup
		for i := range 16 {
			wait.Go(func() {
				at := noon.Add(time.Duration(i) * time.Hour)
				editions := snippetbuild.Editions{Store: store, Now: func() time.Time { return at }}
				if err := editions.Note(t.Context(), of, script(fmt.Sprint("script ", i))); err != nil {
					t.Error(err)
				}
			})
		}
		wait.Wait()
		document, err := store.Document(t.Context(), register.Key{Kind: "edition", Site: "shop", ID: "n1.opt-in"})
		if err != nil || document.Revision != 16 {
			t.Errorf("%d of 16 are on record: %v", document.Revision, err)
		}
	})
}
