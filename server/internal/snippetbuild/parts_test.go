package snippetbuild

import (
	"bytes"
	"crypto/sha256"
	"encoding/base64"
	"strings"
	"testing"
)

func TestTheScriptKnowsItsParts(t *testing.T) {
	s := build(t, func(*Input) {})
	if bytes.Contains(s.Identity, []byte("__assent_")) {
		t.Error("a placeholder is left in the script")
	}
	for name, part := range s.Parts {
		sum := sha256.Sum256(part.Identity)
		// It is part of what the script's hash is taken of.
		if !bytes.Contains(s.Identity, []byte(base64.StdEncoding.EncodeToString(sum[:]))) {
			t.Errorf("the script does not know the integrity of %s", name)
		}
		t.Logf("fetched on demand: %-10s %d bytes brotli", name, len(part.Brotli))
	}
	for _, p := range parts() {
		if _, ok := s.Parts[p.name]; ok != p.needed(usual().Notice) {
			t.Errorf("%s: built is %t", p.name, ok)
		}
	}
}

func TestAPartBringsNoSecondState(t *testing.T) {
	in := usual()
	module, err := config(in, "")
	if err != nil {
		t.Fatal(err)
	}
	for _, file := range []string{"decide.ts", "google.ts", "notice/notice.ts"} {
		p := part{name: "faulty", file: file}
		if _, _, err := p.bundle(in, module, nil); err == nil || !strings.Contains(err.Error(), "hand over") {
			t.Errorf("%s became a part: %v", file, err)
		}
	}
}
