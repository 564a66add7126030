package snippetbuild

import (
	"bytes"
	"io/fs"
	"path"
	"slices"
	"strings"
	"testing"

	"assent/snippet"
)

// everyAdapter names the files of snippet/src/vendors that are adapters.
func everyAdapter(t *testing.T) []string {
	t.Helper()
	files, err := fs.Glob(snippet.Sources(), "vendors/*.ts")
	if err != nil {
		t.Fatal(err)
	}
	names := []string{}
	for _, file := range files {
		if name := strings.TrimSuffix(path.Base(file), ".ts"); !slices.Contains(notAdapters, name) {
			names = append(names, name)
		}
	}
	return names
}

func withAdapters(names ...string) func(*Input) {
	return func(in *Input) {
		pixel := in.Notice.Services[1]
		for i, name := range names {
			pixel.ID, pixel.Adapter = "pixel", name
			if i > 0 {
				pixel.ID += name
			}
			in.Notice.Services = append(in.Notice.Services, pixel)
		}
	}
}

func TestSizeOfAdapters(t *testing.T) {
	none := build(t, withAdapters(""))
	if bytes.Contains(none.Identity, []byte("consentv2")) {
		t.Error("an adapter that no service names is in the script")
	}
	for _, name := range everyAdapter(t) {
		t.Logf("%-40s %+d", "adapter "+name, len(build(t, withAdapters(name)).Brotli)-len(none.Brotli))
	}
	everyOne := build(t, withAdapters(everyAdapter(t)...))
	t.Logf("%-40s %+d", "all adapters", len(everyOne.Brotli)-len(none.Brotli))
}

func TestUnknownAdapterIsRefused(t *testing.T) {
	for _, name := range []string{"metta", "vendors", "adapter", "../state"} {
		in := usual()
		withAdapters(name)(&in)
		if _, err := Build(in); err == nil || !strings.Contains(err.Error(), "no adapter") {
			t.Errorf("%s: %v", name, err)
		}
	}
}
