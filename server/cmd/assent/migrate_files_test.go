package main

import (
	"bytes"
	"context"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"syscall"
	"testing"
)

// odd are pages that a diff has to be careful with.
var odd = map[string]string{
	"crlf.html": bare, "sub/no newline.html": "<p>x</p>\n" + strings.TrimSpace(bare), "bom.html": "\ufeff" + bare,
	"über \"quoted\".html": bare, "tab\tand\nline.html": bare, "folder.html/page.html": bare, "one.html": strings.TrimSpace(bare),
	"page.php": "<?php if ($a > 1): ?>\n" + bare + "<?php endif ?>", "cr.html": strings.ReplaceAll(bare, "\r\n", "\r"), "same.html": "<p>x</p>",
}

func TestTheDiffMakesWhatWriteWrites(t *testing.T) {
	for _, tool := range [][]string{{"git", "apply", "--whitespace=nowarn", "-p1"}, {"patch", "--binary", "-s", "-p1"}} {
		dir, written := t.TempDir(), t.TempDir()
		place(t, dir, odd)
		place(t, written, odd)
		code, diff, _ := migrate(t, dir)
		if code != 0 || strings.Contains(diff, dir) {
			t.Fatalf("exit %d, %s", code, diff)
		}
		command := exec.Command(tool[0], tool[1:]...)
		command.Dir, command.Stdin = dir, strings.NewReader(diff)
		if out, err := command.CombinedOutput(); err != nil {
			t.Fatalf("%s: %v\n%s\n%s", tool[0], err, out, diff)
		}
		if code, _, errs := migrate(t, written, "--write"); code != 0 {
			t.Fatal(errs)
		}
		for name := range odd {
			if got, want := content(t, dir, name), content(t, written, name); got != want {
				t.Errorf("%s makes %q of %q, --write %q", tool[0], got, name, want)
			}
		}
	}
}

func TestFilesAreNamedFromTheFolder(t *testing.T) {
	dir := t.TempDir()
	place(t, dir, map[string]string{"sub/page.html": bare + "<script>\nklaro.show()</script>", "a\nb.html": "caf\xe9"})
	if err := os.Symlink(dir, dir+".link"); err != nil {
		t.Fatal(err)
	}
	for _, way := range []string{dir, dir + "/", dir + ".link"} {
		_, diff, errs := migrate(t, way)
		if !strings.HasPrefix(diff, "--- a/sub/page.html\n+++ b/sub/page.html\n@@") {
			t.Errorf("%s: %s", way, diff)
		}
		if want := "\"a\\nb.html\": is not in UTF-8: convert it, or rewrite it by hand\nsub/page.html:4: klaro.show needs the other tool's script: write assent.open()"; !strings.HasPrefix(errs, want) {
			t.Errorf("%s: %s", way, errs)
		}
	}
	_, diff, errs := migrate(t, filepath.Join(dir, "sub/page.html"))
	if !strings.HasPrefix(diff, "--- a/page.html\n") || !strings.HasPrefix(errs, "page.html:4: ") {
		t.Errorf("one page: %s%s", diff, errs)
	}
}

func TestMigrateGoesOnAfterAPageThatCannotBeRead(t *testing.T) {
	dir := t.TempDir()
	place(t, dir, map[string]string{"a/page.html": bare, "b.html": bare, "c/page.html": bare, "d.html": bare, "large.html": bare})
	for _, name := range []string{"a", "b.html"} {
		lock(t, filepath.Join(dir, name), 0)
	}
	if err := os.Truncate(filepath.Join(dir, "large.html"), largest+1); err != nil {
		t.Fatal(err)
	}
	asNobody(t, dir)
	code, _, errs := migrate(t, dir, "--write")
	for _, want := range []string{"a: ", "b.html: ", "permission denied", "large.html: has more than 64 MB", "2 changed", "2 files or folders were left"} {
		if !strings.Contains(errs, want) {
			t.Errorf("no %q in:\n%s", want, errs)
		}
	}
	if code == 0 || !strings.Contains(content(t, dir, "c/page.html"), "data-assent") || !strings.Contains(content(t, dir, "d.html"), "data-assent") {
		t.Errorf("exit %d, pages were left", code)
	}
}

// lock takes permissions away until the test is over.
func lock(t *testing.T, path string, mode os.FileMode) {
	t.Helper()
	if err := os.Chmod(path, mode); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := os.Chmod(path, 0o700); err != nil {
			t.Error(err)
		}
	})
}

// asNobody gives a folder to a user without rights and has the test act as that one, where it runs as root.
func asNobody(t *testing.T, dir string) {
	t.Helper()
	if os.Geteuid() != 0 {
		return
	}
	const nobody = 65534
	err := filepath.WalkDir(dir, func(path string, _ os.DirEntry, err error) error {
		return errors.Join(err, os.Chown(path, nobody, nobody))
	})
	if err != nil {
		t.Fatal(err)
	}
	for up := filepath.Dir(dir); up != os.TempDir() && up != "/"; up = filepath.Dir(up) {
		if err := os.Chmod(up, 0o711); err != nil {
			t.Fatal(err)
		}
	}
	// What follows is about this thread alone.
	runtime.LockOSThread()
	become := func(id int) {
		if err := errors.Join(syscall.Setfsgid(id), syscall.Setfsuid(id)); err != nil {
			t.Fatal(err)
		}
	}
	become(nobody)
	t.Cleanup(func() {
		become(0)
		runtime.UnlockOSThread()
	})
}

func TestMigrateKeepsOwnerAndPermissions(t *testing.T) {
	uid, gid := os.Geteuid(), os.Getegid()
	if uid == 0 { // Nobody else gives files away.
		uid, gid = 1234, 2345
	}
	dir := t.TempDir()
	place(t, dir, map[string]string{"page.html": bare})
	page := filepath.Join(dir, "page.html")
	if err := errors.Join(os.Chown(page, uid, gid), os.Chmod(page, 0o640)); err != nil {
		t.Fatal(err)
	}
	if code, _, errs := migrate(t, dir, "--write"); code != 0 || !strings.Contains(errs, "1 changed") {
		t.Fatal(errs)
	}
	known, err := os.Stat(page)
	if err != nil {
		t.Fatal(err)
	}
	if owner := known.Sys().(*syscall.Stat_t); int(owner.Uid) != uid || int(owner.Gid) != gid || known.Mode() != 0o640 {
		t.Errorf("became %d:%d %v", owner.Uid, owner.Gid, known.Mode())
	}
}

func TestAPageThatCannotBeWrittenIsWhole(t *testing.T) {
	dir := t.TempDir()
	place(t, dir, map[string]string{"a.html": bare, "b.html": bare})
	ctx, stop := context.WithCancel(t.Context())
	stop()
	var out, errs bytes.Buffer
	if code := run(ctx, []string{"migrate", "html", dir, "--write"}, &out, &errs); code == 0 || !strings.Contains(errs.String(), "0 changed") {
		t.Errorf("stopped: exit %d, %s", code, errs.String())
	}
	lock(t, dir, 0o500)
	asNobody(t, dir)
	if code, _, errs := migrate(t, dir, "--write"); code == 0 || !strings.Contains(errs, "a.html: ") || !strings.Contains(errs, "b.html: ") {
		t.Errorf("exit %d, %s", code, errs)
	}
	left, err := os.ReadDir(dir)
	if err != nil || len(left) != 2 || content(t, dir, "a.html") != bare {
		t.Errorf("%d files are left, %v", len(left), err)
	}
}
