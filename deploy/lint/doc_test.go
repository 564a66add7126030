// Package lint checks what stands in deploy/ with the libraries that will read it: Helm, Kubernetes' types, the Compose
// specification and BuildKit. It is a module of its own, so that the program's stays small. deploy/lint.sh runs it.
package lint_test

import (
	"os"
	"path/filepath"
	"testing"
)

// deploy is the folder that is checked.
const deploy = ".."

func read(t *testing.T, path ...string) string {
	t.Helper()
	content, err := os.ReadFile(filepath.Join(append([]string{deploy}, path...)...))
	if err != nil {
		t.Fatal(err)
	}
	return string(content)
}
