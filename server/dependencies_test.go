package server_test

import (
	"encoding/json"
	"maps"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// exact is a version that does not move.
var exact = regexp.MustCompile(`^\d+\.\d+\.\d+(-[\w.]+)?$`)

// Threat B5.24
func TestDependenciesArePinned(t *testing.T) {
	read := func(name string, into any) {
		t.Helper()
		text, err := os.ReadFile(name)
		if err == nil {
			err = json.Unmarshal(text, into)
		}
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
	}
	var asked struct{ Dependencies, DevDependencies map[string]string }
	read("../package.json", &asked)
	if shipped := slices.Sorted(maps.Keys(asked.Dependencies)); !slices.Equal(shipped, []string{"@preact/signals", "preact"}) {
		t.Errorf("browsers get %v", shipped)
	}
	for _, all := range []map[string]string{asked.Dependencies, asked.DevDependencies} {
		for name, version := range all {
			if !exact.MatchString(version) {
				t.Errorf("%s %s may become another version", name, version)
			}
		}
	}
	var locked struct {
		Packages map[string]struct {
			Version, Integrity string
			InBundle           bool
		}
	}
	read("../package-lock.json", &locked)
	for name, one := range locked.Packages {
		if name != "" && !one.InBundle && !strings.HasPrefix(one.Integrity, "sha512-") {
			t.Errorf("%s %s is locked without a hash", name, one.Version)
		}
	}
	wanted, err := os.ReadFile("../go.mod")
	if err != nil {
		t.Fatal(err)
	}
	sums, err := os.ReadFile("../go.sum")
	if err != nil {
		t.Fatal(err)
	}
	modules := 0
	for line := range strings.Lines(string(wanted)) {
		fields := strings.Fields(line)
		if len(fields) < 2 || !strings.HasPrefix(line, "\t") || !strings.HasPrefix(fields[1], "v") {
			if strings.HasPrefix(line, "replace") {
				t.Errorf("go.mod: %s", line)
			}
			continue
		}
		modules++
		if !strings.Contains(string(sums), fields[0]+" "+fields[1]+"/go.mod h1:") {
			t.Errorf("%s %s has no sum", fields[0], fields[1])
		}
	}
	if modules < 10 {
		t.Errorf("found %d modules in go.mod", modules)
	}
}
