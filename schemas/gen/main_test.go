package main

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestGeneratedFilesAreFresh(t *testing.T) {
	goSource, tsSource, err := Generate("..")
	if err != nil {
		t.Fatal(err)
	}
	for name, want := range map[string][]byte{"types_gen.go": goSource, "types.gen.ts": tsSource} {
		got, err := os.ReadFile(filepath.Join("..", name))
		if err != nil {
			t.Fatal(err)
		}
		if !bytes.Equal(got, want) {
			t.Errorf("%s is out of date: run make generate", name)
		}
	}
}

func TestWhatIsOutsideTheSubsetIsRefused(t *testing.T) {
	for name, property := range map[string]string{
		"no type":        `{}`,
		"unknown type":   `{"type": "null"}`,
		"reference":      `{"$ref": "#/$defs/nothing"}`,
		"untyped items":  `{"type": "array"}`,
		"nested members": `{"type": "object", "properties": {"x": {"type": "string"}}}`,
	} {
		dir := t.TempDir()
		document := `{"$id": "x.schema.json", "title": "X", "type": "object", "properties": {"member": ` + property + `}}`
		if err := os.WriteFile(filepath.Join(dir, "x.schema.json"), []byte(document), 0o600); err != nil {
			t.Fatal(err)
		}
		if _, _, err := Generate(dir); err == nil || !strings.Contains(err.Error(), "member") {
			t.Errorf("%s: %v", name, err)
		}
	}
}
