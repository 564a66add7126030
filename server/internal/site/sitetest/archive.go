package sitetest

import (
	"bytes"
	"context"
	"errors"
	"testing"

	"assent/server/internal/consent"
	"assent/server/internal/site"
)

// OpenArchive opens an instance of the store under test. Each call opens one more on the same data; closing ends that
// instance only.
type OpenArchive func(t *testing.T) (archive site.Archive, closing func())

// TestArchive runs every case against the store. fresh prepares empty data of its own for one case and returns how to
// open it.
func TestArchive(t *testing.T, fresh func(t *testing.T) OpenArchive) {
	cases := map[string]func(t *testing.T, open OpenArchive){
		"read your write":    archiveReadYourWrite,
		"not found":          archiveNotFound,
		"cancelled context":  archiveCancelled,
		"reopen after close": archiveReopen,
	}
	for name, run := range cases {
		t.Run(name, func(t *testing.T) { run(t, fresh(t)) })
	}
}

var document = []byte(`{"texts":{"ja":{"banner.title":"買い物 🛒 \"'\u0000"}}}`)

func startArchive(t *testing.T, open OpenArchive) site.Archive {
	t.Helper()
	archive, closing := open(t)
	t.Cleanup(closing)
	return archive
}

func wantNotice(t *testing.T, archive site.Archive, site, id string, want []byte) {
	t.Helper()
	got, err := archive.Notice(t.Context(), site, id)
	if err != nil || !bytes.Equal(got, want) {
		t.Fatalf("Notice: %q, %v, want %q", got, err, want)
	}
}

func archiveReadYourWrite(t *testing.T, open OpenArchive) {
	archive := startArchive(t, open)
	for range 2 {
		if err := archive.PutNotice(t.Context(), "shop1", "n1", document); err != nil {
			t.Fatalf("PutNotice: %v", err)
		}
	}
	if err := archive.PutNotice(t.Context(), "shop2", "n2", []byte("{}")); err != nil {
		t.Fatalf("PutNotice: %v", err)
	}
	wantNotice(t, archive, "shop1", "n1", document)
	wantNotice(t, archive, "shop2", "n2", []byte("{}"))
}

func archiveNotFound(t *testing.T, open OpenArchive) {
	archive := startArchive(t, open)
	if err := archive.PutNotice(t.Context(), "shop1", "n1", document); err != nil {
		t.Fatalf("PutNotice: %v", err)
	}
	for _, key := range [][2]string{{"shop1", "n2"}, {"shop2", "n1"}, {"", "n1"}, {"shop1", ""}} {
		if _, err := archive.Notice(t.Context(), key[0], key[1]); !errors.Is(err, consent.ErrNotFound) {
			t.Errorf("Notice(%q, %q): %v, want ErrNotFound", key[0], key[1], err)
		}
	}
}

func archiveCancelled(t *testing.T, open OpenArchive) {
	archive := startArchive(t, open)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if err := archive.PutNotice(ctx, "shop1", "n1", document); err == nil {
		t.Error("PutNotice answered under a cancelled context")
	}
	if _, err := archive.Notice(ctx, "shop1", "n1"); err == nil || errors.Is(err, consent.ErrNotFound) {
		t.Errorf("Notice under a cancelled context: %v, want another error", err)
	}
}

func archiveReopen(t *testing.T, open OpenArchive) {
	archive, closing := open(t)
	if err := archive.PutNotice(t.Context(), "shop1", "n1", document); err != nil {
		t.Fatalf("PutNotice: %v", err)
	}
	closing()
	wantNotice(t, startArchive(t, open), "shop1", "n1", document)
}
