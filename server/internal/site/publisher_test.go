package site_test

import (
	"testing"
	"time"

	"assent/schemas"
	"assent/server/internal/embeddedstore"
	"assent/server/internal/site"
	"assent/server/internal/transfer"
	"assent/snippet"
)

// newPublisher publishes into an empty embedded store; every notice can be built.
func newPublisher(t *testing.T) site.Publisher {
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
	return site.Publisher{Registry: store, Archive: store, Desk: store, Texts: snippet.Texts(), Adequate: transfer.BuiltIn(), Now: time.Now, Try: func(string, string, schemas.Notice) error { return nil }}
}
