package snippetbuild

import (
	"bytes"
	"compress/gzip"
	"encoding/json"
	"errors"
	"fmt"

	"github.com/andybalholm/brotli"
)

// Script is one site's script, ready to be served.
type Script struct {
	Hash      string            `json:"hash"`                // Its address among the site's scripts: 12 characters of base64url, from what it contains.
	SRI       string            `json:"sri"`                 // Subresource Integrity value, "sha384-…".
	Identity  []byte            `json:"identity"`            // The JavaScript, UTF-8.
	Gzip      []byte            `json:"gzip"`                // The same at level 9.
	Brotli    []byte            `json:"brotli"`              // The same at quality 11.
	Languages map[string][]byte `json:"languages,omitempty"` // JSON by tag of the languages that are not inlined.
}

// Encode writes a Script as a Shelf keeps it.
func Encode(s Script) ([]byte, error) {
	document, err := json.Marshal(s)
	if err != nil {
		return nil, fmt.Errorf("encode script: %w", err)
	}
	return document, nil
}

// DecodeScript reads what Encode wrote.
func DecodeScript(document []byte) (Script, error) {
	var s Script
	if err := json.Unmarshal(document, &s); err != nil {
		return Script{}, fmt.Errorf("decode script: %w", err)
	}
	if s.Hash == "" || len(s.Identity) == 0 || len(s.Gzip) == 0 || len(s.Brotli) == 0 {
		return Script{}, errors.New("decode script: not a whole script")
	}
	return s, nil
}

func compress(s *Script) error {
	var zipped bytes.Buffer
	w, err := gzip.NewWriterLevel(&zipped, gzip.BestCompression)
	if err != nil {
		return fmt.Errorf("compress script: %w", err)
	}
	if _, err := w.Write(s.Identity); err != nil {
		return fmt.Errorf("compress script: %w", err)
	}
	if err := w.Close(); err != nil {
		return fmt.Errorf("compress script: %w", err)
	}
	s.Gzip = zipped.Bytes()
	var packed bytes.Buffer
	// A window that holds any script at once; a larger one would only cost the reader memory.
	b := brotli.NewWriterOptions(&packed, brotli.WriterOptions{Quality: brotli.BestCompression, LGWin: 18})
	if _, err := b.Write(s.Identity); err != nil {
		return fmt.Errorf("compress script: %w", err)
	}
	if err := b.Close(); err != nil {
		return fmt.Errorf("compress script: %w", err)
	}
	s.Brotli = packed.Bytes()
	return nil
}
