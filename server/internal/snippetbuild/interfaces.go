// Package snippetbuild makes one site's script: configuration inlined, unused features compiled away, hashed and
// compressed once.
package snippetbuild

import "context"

// Shelf keeps built scripts for ever, because a page that pins a script by hash (SRI) must get the same bytes after
// every upgrade. Both stores implement it.
type Shelf interface {
	// PutScript stores an encoded Script under its site and hash, durably; storing it again is harmless.
	PutScript(ctx context.Context, site, hash string, document []byte) error
	// Script returns what PutScript stored, or consent.ErrNotFound.
	Script(ctx context.Context, site, hash string) ([]byte, error)
}

// Annals remember which script the visitors of a notice were given when. Editions implements it.
type Annals interface {
	// Note remembers a script as the current one from now on, durably, unless it is that already.
	Note(ctx context.Context, of Edition, script Script) error
}
