package main

import (
	"context"
	"crypto/rand"
	"time"

	"assent/server/internal/evidence"
)

// openSigning reads the keys that receipts are signed with: an operator's own, before those that the store has, which go
// on verifying. Without a file, the first server to start makes one.
func openSigning(ctx context.Context, store evidence.Store, file string) (*evidence.Keyring, error) {
	stored := storedKeys(store)
	if file != "" {
		return evidence.OpenKeyring(ctx, evidence.Sources{evidence.File(file), stored})
	}
	if err := stored.Ensure(ctx); err != nil {
		return nil, err
	}
	return evidence.OpenKeyring(ctx, stored)
}

func storedKeys(store evidence.Store) *evidence.Stored {
	return evidence.NewStored(store, rand.Reader, time.Now)
}
