package site_test

import (
	"context"
	"errors"
	"log/slog"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"assent/schemas"
	"assent/server/internal/embeddedstore"
	"assent/server/internal/site"
	"assent/server/internal/transfer"
	"assent/snippet"
)

// countingArchive is a real archive that can be put out of reach.
type countingArchive struct {
	site.Archive
	reads atomic.Int64
	away  atomic.Bool
}

func (a *countingArchive) Notice(ctx context.Context, site, id string) ([]byte, error) {
	defer a.reads.Add(1)
	if a.away.Load() {
		return nil, errors.New("connection refused")
	}
	return a.Archive.Notice(ctx, site, id)
}

func TestNoticesAreInMemoryBeforeTheyAreAskedFor(t *testing.T) {
	store, err := embeddedstore.Open(t.Context(), t.TempDir(), time.Now)
	if err != nil {
		t.Fatal(err)
	}
	defer store.Close()
	publisher := site.Publisher{Registry: store, Archive: store, Desk: store, Texts: snippet.Texts(), Adequate: transfer.BuiltIn(), Now: time.Now,
		Try: func(string, string, schemas.Notice) error { return nil }}
	shop, err := publisher.Add(t.Context(), site.New{Name: "Shop", Origins: []string{"https://shop.example"}})
	if err != nil {
		t.Fatal(err)
	}
	archive := &countingArchive{Archive: store}
	catalog, err := site.OpenCatalog(t.Context(), store, archive)
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	var watching sync.WaitGroup
	watching.Go(func() { catalog.Watch(ctx, slog.New(slog.DiscardHandler)) })
	for begun := time.Now(); archive.reads.Load() == 0; time.Sleep(10 * time.Millisecond) {
		if time.Since(begun) > time.Minute {
			t.Fatal("the notice is never read")
		}
	}
	cancel()
	watching.Wait()
	archive.away.Store(true)
	if _, err := catalog.Notice(t.Context(), shop.ID, shop.Notice); err != nil {
		t.Errorf("without the archive: %v", err)
	}
}
