package main

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"assent/schemas"
)

const klaroSetUp = `var klaroConfig = {
  services: [
    { name: 'matomo', purposes: ['analytics'], default: true },
    { name: 'kite\u001b[31m', title: 'Kite', purposes: ['marketing'], callback: function () {} },
  ],
}`

// importSetUp runs the command and returns its exit code, the notice and the remarks.
func importSetUp(t *testing.T, args ...string) (code int, out, errs string) {
	t.Helper()
	var stdout, stderr bytes.Buffer
	code = run(t.Context(), append([]string{"import"}, args...), &stdout, &stderr)
	return code, stdout.String(), stderr.String()
}

func TestImportPrintsANoticeAndRemarks(t *testing.T) {
	dir := t.TempDir()
	place(t, dir, map[string]string{"config.js": klaroSetUp})
	code, out, errs := importSetUp(t, filepath.Join(dir, "config.js"))
	var notice schemas.Notice
	if err := json.Unmarshal([]byte(out), &notice); err != nil || code != 0 || len(notice.Services) != 2 || notice.Services[0].ID != "matomo" {
		t.Fatalf("exit %d, %v: %s%s", code, err, out, errs)
	}
	for _, want := range []string{"mend: /services/1/provider", "left-out: matomo default: true (line 3)", "callback (line 4)"} {
		if !strings.Contains(errs, want) {
			t.Errorf("no %q in:\n%s", want, errs)
		}
	}
	if strings.Contains(errs, "\x1b") {
		t.Errorf("a terminal obeys what a name holds: %q", errs)
	}
}

func TestImportMakesADraft(t *testing.T) {
	dir, data := t.TempDir(), t.TempDir()
	place(t, dir, map[string]string{"config.js": klaroSetUp})
	var added bytes.Buffer
	if code := run(t.Context(), []string{"site", "add", "--name", "Shop", "--origin", "https://shop.example", "--data", data, "--json"}, &added, os.Stderr); code != 0 {
		t.Fatal(code)
	}
	var shop map[string]string
	if err := json.Unmarshal(added.Bytes(), &shop); err != nil {
		t.Fatal(err)
	}
	code, out, errs := importSetUp(t, filepath.Join(dir, "config.js"), "--site", shop["id"], "--data", data)
	if code != 0 || !strings.Contains(out, "The draft of "+shop["id"]) {
		t.Fatalf("exit %d: %s%s", code, out, errs)
	}
	store, err := openFolder(t.Context(), data)
	if err != nil {
		t.Fatal(err)
	}
	review, err := publisherOf(store).Review(t.Context(), shop["id"])
	if err != nil {
		t.Fatal(err)
	}
	if services := review.Draft.Notice.Services; len(services) != 2 || review.Published != shop["notice"] {
		t.Errorf("%+v", review.Draft)
	}
	if err := store.Close(); err != nil {
		t.Fatal(err)
	}
}

func TestImportSaysWhatIsWrong(t *testing.T) {
	dir := t.TempDir()
	place(t, dir, map[string]string{"config.js": klaroSetUp, "other.js": "var x = 1"})
	for want, args := range map[string][]string{
		"read set-up":               {filepath.Join(dir, "gone.js")},
		"read list of cookies":      {filepath.Join(dir, "config.js"), "--cookies", filepath.Join(dir, "gone.csv")},
		"no set-up that is known":   {filepath.Join(dir, "other.js")},
		"a set-up of onetrust":      {filepath.Join(dir, "config.js"), "--kind", "onetrust"},
		"--data":                    {filepath.Join(dir, "config.js"), "--site", "x", "--data", filepath.Join(dir, "gone")},
		"there is no site":          {filepath.Join(dir, "config.js"), "--site", "x", "--data", t.TempDir()},
		"--kind must be one of":     {filepath.Join(dir, "config.js"), "--kind", "other"},
		"is no Open Cookie Databas": {filepath.Join(dir, "config.js"), "--cookies", filepath.Join(dir, "other.js")},
	} {
		if code, _, errs := importSetUp(t, args...); code == 0 || !strings.Contains(errs, want) {
			t.Errorf("%v: exit %d, %q", args, code, errs)
		}
	}
}
