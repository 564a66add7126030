package snippetbuild

import (
	"bytes"
	"testing"

	"assent/snippet"
)

func TestEveryLanguageLeadsToRights(t *testing.T) {
	english := rightsTexts("en")
	for tag := range snippet.Texts() {
		for i, text := range rightsTexts(tag) {
			if text == "" || tag != "en" && text == english[i] {
				t.Errorf("%s: %q", tag, text)
			}
		}
	}
	if got := rightsTexts("tlh"); got[0] != english[0] {
		t.Errorf("Klingon: %v", got)
	}
}

func TestTheWayToRightsIsInThePartForVisitorsWhereTheNoticeHasIt(t *testing.T) {
	plain := build(t, func(*Input) {})
	led := build(t, func(in *Input) { in.Notice.Rights = true })
	for _, want := range []string{"Your receipts and rights", "/handovers"} {
		if !bytes.Contains(led.Parts["visitor"].Identity, []byte(want)) || bytes.Contains(plain.Parts["visitor"].Identity, []byte(want)) {
			t.Errorf("%q is not where the notice asks for it, and there alone", want)
		}
	}
	if !bytes.Contains(led.Languages["de"], []byte("Ihre Belege und Rechte")) {
		t.Error("a further language does not say it")
	}
	if len(led.Identity) != len(plain.Identity) {
		t.Error("the script itself grew, not only what is fetched of it")
	}
	both := build(t, func(in *Input) {
		in.Notice.Rights, in.Shared = true, map[string][]string{"meta-pixel": {"page"}}
	})
	for _, want := range []string{"/handovers", "What is shared"} {
		if !bytes.Contains(both.Parts["visitor"].Identity, []byte(want)) {
			t.Errorf("with both there is no %q", want)
		}
	}
	t.Logf("the way to rights: %d bytes of the part", len(led.Parts["visitor"].Brotli)-len(plain.Parts["visitor"].Brotli))
}
