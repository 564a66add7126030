// Package snippetbuildtest holds every implementation of snippetbuild.Shelf to the same promises.
package snippetbuildtest

import (
	"bytes"
	"context"
	"errors"
	"testing"

	"assent/server/internal/consent"
	"assent/server/internal/snippetbuild"
)

// Open opens an instance of the store under test. Each call opens one more on the same data; closing ends that
// instance only.
type Open func(t *testing.T) (shelf snippetbuild.Shelf, closing func())

// TestShelf runs every case against the store. fresh prepares empty data of its own for one case and returns how to
// open it.
func TestShelf(t *testing.T, fresh func(t *testing.T) Open) {
	cases := map[string]func(t *testing.T, open Open){
		"read your write":    readYourWrite,
		"not found":          notFound,
		"cancelled context":  cancelled,
		"reopen after close": reopen,
	}
	for name, run := range cases {
		t.Run(name, func(t *testing.T) { run(t, fresh(t)) })
	}
}

// script holds every byte, as compressed scripts do.
func script() []byte {
	document := make([]byte, 60_000)
	for i := range document {
		document[i] = byte(i)
	}
	return document
}

func start(t *testing.T, open Open) snippetbuild.Shelf {
	t.Helper()
	shelf, closing := open(t)
	t.Cleanup(closing)
	return shelf
}

func put(t *testing.T, shelf snippetbuild.Shelf, site, hash string, document []byte) {
	t.Helper()
	if err := shelf.PutScript(t.Context(), site, hash, document); err != nil {
		t.Fatalf("PutScript: %v", err)
	}
}

func want(t *testing.T, shelf snippetbuild.Shelf, site, hash string, document []byte) {
	t.Helper()
	got, err := shelf.Script(t.Context(), site, hash)
	if err != nil || !bytes.Equal(got, document) {
		t.Fatalf("Script: %d bytes, %v, want the %d stored", len(got), err, len(document))
	}
}

func readYourWrite(t *testing.T, open Open) {
	shelf := start(t, open)
	put(t, shelf, "shop1", "h1", script())
	put(t, shelf, "shop1", "h1", script())
	put(t, shelf, "shop1", "h2", []byte("two"))
	put(t, shelf, "shop2", "h1", []byte("other site"))
	want(t, shelf, "shop1", "h1", script())
	want(t, shelf, "shop1", "h2", []byte("two"))
	want(t, shelf, "shop2", "h1", []byte("other site"))
}

func notFound(t *testing.T, open Open) {
	shelf := start(t, open)
	put(t, shelf, "shop1", "h1", script())
	for _, key := range [][2]string{{"shop1", "h2"}, {"shop2", "h1"}, {"", ""}} {
		if _, err := shelf.Script(t.Context(), key[0], key[1]); !errors.Is(err, consent.ErrNotFound) {
			t.Errorf("Script(%q, %q): %v, want ErrNotFound", key[0], key[1], err)
		}
	}
}

func cancelled(t *testing.T, open Open) {
	shelf := start(t, open)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if err := shelf.PutScript(ctx, "shop1", "h1", script()); err == nil {
		t.Error("PutScript answered under a cancelled context")
	}
	if _, err := shelf.Script(ctx, "shop1", "h1"); err == nil || errors.Is(err, consent.ErrNotFound) {
		t.Errorf("Script under a cancelled context: %v, want another error", err)
	}
}

func reopen(t *testing.T, open Open) {
	shelf, closing := open(t)
	put(t, shelf, "shop1", "h1", script())
	closing()
	want(t, start(t, open), "shop1", "h1", script())
}
