package snippetbuild

import (
	"bytes"
	"compress/gzip"
	"encoding/json"
	"errors"
	"fmt"
	"io"

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
	Parts     map[string]Part   `json:"parts,omitempty"`     // By name: what is fetched on demand.
}

// Part is a further file of a script.
type Part struct {
	Identity []byte `json:"identity"`
	Gzip     []byte `json:"gzip"`
	Brotli   []byte `json:"brotli"`
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

// compress packs what is packed once and served often.
func compress(identity []byte) (gzipped, brotlied []byte, err error) {
	var zipped, packed bytes.Buffer
	w, err := gzip.NewWriterLevel(&zipped, gzip.BestCompression)
	if err != nil {
		return nil, nil, fmt.Errorf("compress script: %w", err)
	}
	// A window that holds any script at once; a larger one would only cost the reader memory.
	b := brotli.NewWriterOptions(&packed, brotli.WriterOptions{Quality: brotli.BestCompression, LGWin: 18})
	for _, writer := range []io.WriteCloser{w, b} {
		if _, err := writer.Write(identity); err != nil {
			return nil, nil, fmt.Errorf("compress script: %w", err)
		}
		if err := writer.Close(); err != nil {
			return nil, nil, fmt.Errorf("compress script: %w", err)
		}
	}
	return zipped.Bytes(), packed.Bytes(), nil
}
