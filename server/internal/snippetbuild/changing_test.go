package snippetbuild

import (
	"bytes"
	"io/fs"
	"path"
	"strings"
	"testing"
	"time"

	"assent/schemas"
	"assent/snippet"
)

func TestEveryLanguageSaysThatTheNoticeChanges(t *testing.T) {
	files, err := fs.Glob(snippet.Sources(), "texts/*.json")
	if err != nil || len(files) < 37 {
		t.Fatalf("%d languages, %v", len(files), err)
	}
	for _, file := range files {
		tag := strings.TrimSuffix(path.Base(file), ".json")
		if text := changing()[tag]["changing"]; !strings.Contains(text, "{date}") {
			t.Errorf("%s: %q does not say when", tag, text)
		}
	}
}

func TestAnAnnouncementIsInTheScriptUntilItTakesEffect(t *testing.T) {
	in := usual()
	plain, err := Build(in)
	if err != nil {
		t.Fatal(err)
	}
	in.Announcement = schemas.Announcement{Notice: "next-notice", At: time.Date(2026, 12, 24, 9, 0, 0, 0, time.UTC)}
	announced, err := Build(in)
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"next-notice", "2026-12-24T09:00:00Z", "notice-changing", "This changes on {date}"} {
		if !bytes.Contains(announced.Identity, []byte(want)) || bytes.Contains(plain.Identity, []byte(want)) {
			t.Errorf("%q: announced %v, otherwise %v", want, bytes.Contains(announced.Identity, []byte(want)), bytes.Contains(plain.Identity, []byte(want)))
		}
	}
	if !bytes.Contains(announced.Languages["de"], []byte("Das ändert sich am {date}")) {
		t.Error("a further language does not say it")
	}
	if more := len(announced.Brotli) - len(plain.Brotli); more > 300 {
		t.Errorf("an announcement takes %d bytes", more)
	}
}
