package snippetbuild

import (
	"bytes"
	"testing"
)

func TestWhatIntegrationsShareIsInThePartForVisitors(t *testing.T) {
	sharing := func(service string) func(*Input) {
		return func(in *Input) { in.Shared = map[string][]string{service: {"page", "country"}} }
	}
	plain, told := build(t, func(*Input) {}), build(t, sharing("meta-pixel"))
	for _, want := range []string{"What is shared", "your pseudonym on this site, receipt number, time of your choice, page, country"} {
		if !bytes.Contains(told.Parts["visitor"].Identity, []byte(want)) || bytes.Contains(plain.Parts["visitor"].Identity, []byte(want)) {
			t.Errorf("%q is not told where it is shared, and there alone", want)
		}
	}
	if !bytes.Contains(told.Languages["de"], []byte("Was geteilt wird")) || !bytes.Contains(told.Languages["de"], []byte("Seite, Land")) {
		t.Error("a further language does not tell it")
	}
	if len(told.Identity) != len(plain.Identity) {
		t.Error("the script itself grew, not only what is fetched of it")
	}
	t.Logf("what is shared: %d bytes of the part", len(told.Parts["visitor"].Brotli)-len(plain.Parts["visitor"].Brotli))
	if other := build(t, sharing("none-of-the-notice")); other.Hash != plain.Hash {
		t.Error("what is shared with a service that nobody is asked about changes the script")
	}
	suspended := build(t, func(in *Input) { in.Suspended = []string{"meta-pixel"} })
	if both := build(t, func(in *Input) { sharing("meta-pixel")(in); in.Suspended = []string{"meta-pixel"} }); both.Hash != suspended.Hash {
		t.Error("a suspended service is told of")
	}
}

func TestLibraryBuildsAnewWhenOtherThingsAreShared(t *testing.T) {
	m := newMemory()
	library := newLibrary(m)
	hashes := map[string]bool{}
	for _, shared := range []map[string][]string{nil, {"meta-pixel": {}}, {"meta-pixel": {"page"}}} {
		in := usual()
		in.Shared = shared
		m.mu.Lock()
		m.in["shop1"] = in
		m.mu.Unlock()
		script, err := library.Current(t.Context(), "shop1", StrictestRules)
		if err != nil {
			t.Fatal(err)
		}
		hashes[script.Hash] = true
	}
	if len(hashes) != 3 {
		t.Errorf("%d scripts for three ways to share", len(hashes))
	}
}
