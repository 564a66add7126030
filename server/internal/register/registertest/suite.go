// Package registertest holds every implementation of register.Store to the same promises.
package registertest

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"assent/server/internal/consent"
	"assent/server/internal/register"
)

// Open opens one more instance on the same data; closing ends that instance only.
type Open func(t *testing.T) (store register.Store, closing func())

// TestStore runs every case. fresh prepares empty data of its own for one case and returns how to open it.
func TestStore(t *testing.T, fresh func(t *testing.T) Open) {
	cases := map[string]func(t *testing.T, open Open){
		"keeps what is put": keeps, "a change knows what it changes": conflicts, "lists by kind and site": lists,
		"finds what is due": due, "removes": removes, "changes several or none": together, "survives closing": survives, "changes of two instances": concurrent,
		"cancelled context": cancelled,
	}
	for name, run := range cases {
		t.Run(name, func(t *testing.T) { run(t, fresh(t)) })
	}
}

func start(t *testing.T, open Open) register.Store {
	t.Helper()
	store, closing := open(t)
	t.Cleanup(closing)
	return store
}

var noon = time.Date(2026, 11, 25, 12, 0, 0, 7e6, time.UTC)

func document(kind register.Kind, site, id string) register.Document {
	return register.Document{Key: register.Key{Kind: kind, Site: site, ID: id}, Revision: 1, Body: []byte(`{"is":"` + id + ` 1 2"}`)}
}

func put(t *testing.T, store register.Store, documents ...register.Document) {
	t.Helper()
	for _, d := range documents {
		if err := store.PutDocument(t.Context(), d); err != nil {
			t.Fatalf("PutDocument(%+v) = %v", d.Key, err)
		}
	}
}

func want(t *testing.T, doing string, got []register.Document, err error, documents ...register.Document) {
	t.Helper()
	if err != nil {
		t.Fatalf("%s: %v", doing, err)
	}
	if diff := cmp.Diff(documents, got, cmpopts.EquateEmpty()); diff != "" {
		t.Fatalf("%s (-want +got):\n%s", doing, diff)
	}
}

func wantOne(t *testing.T, store register.Store, d register.Document) {
	t.Helper()
	got, err := store.Document(t.Context(), d.Key)
	want(t, "Document", []register.Document{got}, err, d)
}

func keeps(t *testing.T, open Open) {
	store := start(t, open)
	one := document("hold", "shop", "a")
	if _, err := store.Document(t.Context(), one.Key); !errors.Is(err, consent.ErrNotFound) {
		t.Errorf("Document of nothing = %v", err)
	}
	put(t, store, one)
	wantOne(t, store, one)
	one.Revision, one.Due, one.Body = 2, noon, []byte{0, 0xff, ' ', '\n'}
	put(t, store, one)
	wantOne(t, store, one)
	for _, other := range []register.Key{{Kind: "hold", Site: "shop", ID: "b"}, {Kind: "hold", Site: "shop2", ID: "a"}, {Kind: "holds", Site: "shop", ID: "a"}} {
		if d, err := store.Document(t.Context(), other); !errors.Is(err, consent.ErrNotFound) {
			t.Errorf("Document(%+v) = %+v, %v", other, d, err)
		}
	}
}

func conflicts(t *testing.T, open Open) {
	store := start(t, open)
	one := document("hold", "shop", "a")
	put(t, store, one)
	for _, revision := range []int64{0, 1, 3, 12} {
		wrong := one
		wrong.Revision, wrong.Body = revision, []byte("wrong")
		if err := store.PutDocument(t.Context(), wrong); !errors.Is(err, consent.ErrConflict) {
			t.Errorf("revision %d after 1: %v", revision, err)
		}
	}
	early := document("hold", "shop", "b")
	early.Revision = 2
	if err := store.PutDocument(t.Context(), early); !errors.Is(err, consent.ErrConflict) {
		t.Errorf("revision 2 of nothing: %v", err)
	}
	wantOne(t, store, one)
}

func lists(t *testing.T, open Open) {
	store := start(t, open)
	a, b, c := document("hold", "shop", "a"), document("hold", "shop", "b:1"), document("hold", "shop:2", "a")
	request := document("a-request", "shop", "a")
	put(t, store, c, b, a, request)
	got, err := store.Documents(t.Context(), "hold", "shop")
	want(t, "holds of a site", got, err, a, b)
	got, err = store.Documents(t.Context(), "hold", "")
	want(t, "holds of all sites", got, err, a, b, c)
	got, err = store.Documents(t.Context(), "hold", "sho")
	want(t, "holds of another site", got, err)
	kinds, err := store.Kinds(t.Context())
	if diff := cmp.Diff([]register.Kind{"a-request", "hold"}, kinds); err != nil || diff != "" {
		t.Errorf("kinds (-want +got):\n%s%v", diff, err)
	}
}

func due(t *testing.T, open Open) {
	store := start(t, open)
	first, second, later, never := document("hold", "shop", "z"), document("hold", "shop:2", "b"), document("hold", "shop", "c"), document("hold", "shop", "d")
	first.Due, second.Due, later.Due = noon, noon.Add(time.Millisecond), noon.Add(time.Hour)
	other := document("request", "shop", "e")
	other.Due = noon
	put(t, store, later, never, second, first, other)
	got, err := store.DueDocuments(t.Context(), "hold", noon.Add(time.Millisecond), 10)
	want(t, "due", got, err, first, second)
	got, err = store.DueDocuments(t.Context(), "hold", noon.Add(time.Hour), 1)
	want(t, "due, one at most", got, err, first)
	first.Revision, first.Due = 2, noon.Add(2*time.Hour)
	second.Revision, second.Due = 2, time.Time{}
	put(t, store, first, second)
	got, err = store.DueDocuments(t.Context(), "hold", noon.Add(time.Hour), 10)
	want(t, "due after changes", got, err, later)
}

func removes(t *testing.T, open Open) {
	store := start(t, open)
	one := document("hold", "shop", "a")
	one.Due = noon
	put(t, store, one)
	if err := store.RemoveDocument(t.Context(), one.Key, 2); !errors.Is(err, consent.ErrConflict) {
		t.Errorf("removing what was never read: %v", err)
	}
	wantOne(t, store, one)
	for range 2 {
		if err := store.RemoveDocument(t.Context(), one.Key, 1); err != nil {
			t.Fatal(err)
		}
	}
	got, err := store.Documents(t.Context(), "hold", "")
	want(t, "documents", got, err)
	got, err = store.DueDocuments(t.Context(), "hold", noon, 10)
	want(t, "due", got, err)
	if kinds, err := store.Kinds(t.Context()); err != nil || len(kinds) > 0 {
		t.Errorf("kinds = %v, %v", kinds, err)
	}
	put(t, store, one)
	wantOne(t, store, one)
}

func together(t *testing.T, open Open) {
	store := start(t, open)
	a, b, c := document("hold", "shop", "a"), document("hold", "shop", "b"), document("request", "shop:2", "c")
	a.Due = noon
	change := func(wanted error, puts, removals []register.Document) {
		t.Helper()
		if err := store.ChangeDocuments(t.Context(), puts, removals); !errors.Is(err, wanted) {
			t.Fatalf("ChangeDocuments = %v, want %v", err, wanted)
		}
	}
	change(nil, nil, nil)
	change(nil, []register.Document{a, b}, []register.Document{c})
	changed := a
	changed.Revision, changed.Due, changed.Body = 2, noon.Add(time.Hour), []byte("changed")
	late := b
	late.Revision = 3
	change(consent.ErrConflict, []register.Document{changed, late}, nil)
	change(consent.ErrConflict, []register.Document{changed, c}, []register.Document{late})
	change(consent.ErrConflict, []register.Document{a}, []register.Document{b})
	wantOne(t, store, a)
	wantOne(t, store, b)
	change(nil, []register.Document{changed, c}, []register.Document{b})
	got, err := store.Documents(t.Context(), "hold", "")
	want(t, "holds", got, err, changed)
	got, err = store.DueDocuments(t.Context(), "hold", noon.Add(time.Hour), 10)
	want(t, "due", got, err, changed)
	got, err = store.Documents(t.Context(), "request", "")
	want(t, "requests", got, err, c)
}

func survives(t *testing.T, open Open) {
	store, closing := open(t)
	one := document("hold", "shop", "a")
	one.Due = noon
	put(t, store, one)
	closing()
	wantOne(t, start(t, open), one)
}

type tally struct{ Count int }

func concurrent(t *testing.T, open Open) {
	instances := []register.Store{start(t, open), start(t, open)}
	book := func(i int) register.Book[tally] {
		return register.Book[tally]{Store: instances[i%2], Kind: "tally", Due: func(tally) time.Time { return noon }}
	}
	var added atomic.Int64
	var group sync.WaitGroup
	for i := range 8 {
		group.Go(func() {
			switch err := book(i).Add(t.Context(), "shop", "a", tally{}); {
			case err == nil:
				added.Add(1)
			case !errors.Is(err, consent.ErrConflict):
				t.Errorf("Add: %v", err)
			}
		})
	}
	group.Wait()
	if added.Load() != 1 {
		t.Errorf("one thing was added %d times", added.Load())
	}
	for i := range 8 {
		group.Go(func() {
			for range 5 {
				if _, err := book(i).Change(t.Context(), "shop", "a", func(c *tally) error { c.Count++; return nil }); err != nil {
					t.Errorf("Change: %v", err)
				}
			}
		})
	}
	group.Wait()
	entries, err := book(0).DueBy(t.Context(), noon, 10)
	if err != nil || len(entries) != 1 || entries[0].Value.Count != 40 || entries[0].Revision != 41 {
		t.Fatalf("after 40 changes: %+v, %v", entries, err)
	}
	refusal := fmt.Errorf("no")
	if _, err := book(0).Change(t.Context(), "shop", "a", func(*tally) error { return refusal }); !errors.Is(err, refusal) {
		t.Errorf("Change = %v, want the edit's error", err)
	}
	if err := book(1).Remove(t.Context(), entries[0]); err != nil {
		t.Fatal(err)
	}
	if _, err := book(0).Get(t.Context(), "shop", "a"); !errors.Is(err, consent.ErrNotFound) {
		t.Errorf("Get after Remove = %v", err)
	}
}

func cancelled(t *testing.T, open Open) {
	store := start(t, open)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	one := document("hold", "shop", "a")
	if err := store.PutDocument(ctx, one); !errors.Is(err, consent.ErrUnavailable) {
		t.Errorf("PutDocument = %v", err)
	}
	if _, err := store.Documents(ctx, "hold", ""); !errors.Is(err, consent.ErrUnavailable) {
		t.Errorf("Documents = %v", err)
	}
	if _, err := store.Document(t.Context(), one.Key); !errors.Is(err, consent.ErrNotFound) {
		t.Errorf("a put that failed was kept: %v", err)
	}
}
