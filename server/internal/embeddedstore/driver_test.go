package embeddedstore_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"modernc.org/sqlite"
)

// TestTheDriversParts: modernc.org/sqlite is machine-translated C and works with exactly the modernc.org/libc that its
// own go.mod names; an upgrade of libc alone breaks it in ways that no compiler sees.
func TestTheDriversParts(t *testing.T) {
	t.Parallel()
	list := func(format, module string) string {
		output, err := exec.Command("go", "list", "-m", "-f", format, module).Output()
		if err != nil {
			t.Fatalf("go list -m %s: %v", module, err)
		}
		return strings.TrimSpace(string(output))
	}
	wants, err := os.ReadFile(filepath.Join(list("{{.Dir}}", "modernc.org/sqlite"), "go.mod"))
	if err != nil {
		t.Fatal(err)
	}
	if libc := "modernc.org/libc " + list("{{.Version}}", "modernc.org/libc"); !strings.Contains(string(wants), libc+"\n") {
		t.Errorf("go.mod has %s, which is not what modernc.org/sqlite was made for", libc)
	}
}

// TestACommitWaitsForTheDataAlone: with fsync it would wait for the file's times as well.
func TestACommitWaitsForTheDataAlone(t *testing.T) {
	t.Parallel()
	openForAccounts(t)
	if !sqlite.FdatasyncEnabled() && runtime.GOOS == "linux" {
		t.Error("SQLite flushes with fsync")
	}
}
