package main

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

const bare = "<p>x</p>\r\n<iframe src=\"https://www.youtube.com/embed/1\"></iframe>\r\n"

func migrate(t *testing.T, args ...string) (code int, stdout, stderr string) {
	t.Helper()
	var out, errs bytes.Buffer
	code = run(t.Context(), append([]string{"migrate", "html"}, args...), &out, &errs)
	return code, out.String(), errs.String()
}

func place(t *testing.T, dir string, files map[string]string) {
	t.Helper()
	for name, content := range files {
		file := filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(file), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(file, []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
	}
}

func content(t *testing.T, dir, name string) string {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(dir, name))
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

func TestMigrateShowsFirstAndWritesWhenTold(t *testing.T) {
	dir, elsewhere := t.TempDir(), t.TempDir()
	place(t, elsewhere, map[string]string{"page.html": bare})
	untouched := map[string]string{"a.txt": bare, "latin.html": bare + "caf\xe9", ".git/x.html": bare, "node_modules/x.html": bare, "part.vue": bare}
	place(t, dir, untouched)
	place(t, dir, map[string]string{"page.html": bare, "sub/PAGE.HTM": bare})
	if err := os.Chmod(filepath.Join(dir, "page.html"), 0o644); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink(filepath.Join(elsewhere, "page.html"), filepath.Join(dir, "link.html")); err != nil {
		t.Fatal(err)
	}
	code, diff, summary := migrate(t, dir)
	if code != 0 || strings.Count(diff, "\n+<iframe data-assent=\"marketing\" data-src=") != 2 {
		t.Errorf("exit %d, diff:\n%s", code, diff)
	}
	for _, want := range []string{"latin.html: is not in UTF-8", "3 pages read, 2 would change (2 elements), 1 warnings; --write writes them"} {
		if !strings.Contains(summary, want) {
			t.Errorf("no %q in:\n%s", want, summary)
		}
	}
	if content(t, dir, "page.html") != bare {
		t.Error("a dry run wrote")
	}
	if code, out, errs := migrate(t, dir, "--write"); code != 0 || out != "" || !strings.Contains(errs, "2 changed") {
		t.Errorf("write: exit %d\n%s%s", code, out, errs)
	}
	want := strings.Replace(bare, "<iframe src", `<iframe data-assent="marketing" data-src`, 1)
	for _, name := range []string{"page.html", "sub/PAGE.HTM"} {
		if got := content(t, dir, name); got != want {
			t.Errorf("%s: %q", name, got)
		}
	}
	for name, before := range untouched {
		if content(t, dir, name) != before {
			t.Errorf("%s was changed", name)
		}
	}
	if content(t, elsewhere, "page.html") != bare {
		t.Error("a link was followed")
	}
	known, err := os.Stat(filepath.Join(dir, "page.html"))
	if err != nil || known.Mode().Perm() != 0o644 {
		t.Errorf("permissions became %v, %v", known.Mode(), err)
	}
	if _, out, errs := migrate(t, dir); out != "" || !strings.Contains(errs, "0 would change") {
		t.Errorf("a second run: %s%s", out, errs)
	}
}

func TestMigrateReplacesTheOtherTool(t *testing.T) {
	dir := t.TempDir()
	place(t, dir, map[string]string{"page.html": `<script src="https://consent.cookiebot.com/uc.js"></script>`})
	if code, _, errs := migrate(t, dir); code != 0 || !strings.Contains(errs, "give --site or --tag") {
		t.Errorf("without a tag: exit %d, %s", code, errs)
	}
	if code, out, _ := migrate(t, dir, "--site", "shop1", "--public-url", "https://assent.example/"); code != 0 || !strings.Contains(out, `+<script async src="https://assent.example/s/shop1.js"></script>`) {
		t.Errorf("exit %d, %s", code, out)
	}
	place(t, dir, map[string]string{"part.vue": `<template>` + bare + `</template><script>import "https://www.youtube.com/a.js"</script>`})
	if _, out, _ := migrate(t, dir, "--ext", ".vue"); !strings.Contains(out, "<iframe data-assent") || strings.Contains(out, "<script data-assent") {
		t.Errorf("a component: %s", out)
	}
}

func TestMigrateSaysWhatIsWrong(t *testing.T) {
	for want, args := range map[string][]string{
		"--public-url":       {t.TempDir(), "--site", "shop1"},
		"not both":           {t.TempDir(), "--site", "shop1", "--tag", "<script></script>", "--public-url", "https://x.example"},
		"give the folder":    {filepath.Join(t.TempDir(), "gone")},
		"--ext":              {t.TempDir()},
		"path of a JSON":     {t.TempDir(), "--notice", "gone.json"},
		"expected \"<dir>\"": {},
	} {
		if code, _, errs := migrate(t, args...); code == 0 || !strings.Contains(errs, want) {
			t.Errorf("%v: exit %d, %q", args, code, errs)
		}
	}
}

func TestMigrateTakesManyPages(t *testing.T) {
	const pages = 2000
	dir := t.TempDir()
	files := map[string]string{}
	for i := range pages {
		files[fmt.Sprintf("%d/%d.html", i%50, i)] = bare
	}
	place(t, dir, files)
	code, _, summary := migrate(t, dir, "--write")
	if want := fmt.Sprintf("%d pages read", pages); code != 0 || !strings.Contains(summary, want) {
		t.Fatalf("exit %d, no %q in:\n%s", code, want, summary)
	}
	for name := range files {
		if !strings.Contains(content(t, dir, name), `data-assent="marketing" data-src=`) {
			t.Fatalf("%s was left as it was", name)
		}
	}
}
