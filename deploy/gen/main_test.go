package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestDocumentsAreFresh(t *testing.T) {
	root := filepath.Join("..", "..")
	files, err := Generate(root)
	if err != nil {
		t.Fatal(err)
	}
	for name, want := range files {
		got, err := os.ReadFile(filepath.Join(root, "deploy", name))
		if err != nil {
			t.Fatal(err)
		}
		if string(got) != want {
			t.Errorf("deploy/%s is out of date: run make generate", name)
		}
	}
}

func TestWrongTagsAreTold(t *testing.T) {
	write := func(root, name, text string) {
		t.Helper()
		file := filepath.Join(root, name)
		if err := os.MkdirAll(filepath.Dir(file), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	const fine = "package a\n\n// TestA tells.\n// ASVS 1.2.3\n// Threat B5.1\nfunc TestA(t *testing.T) {}\n"
	for name, c := range map[string]struct{ source, script, want string }{
		"fine":              {fine, "// ASVS 1.2.3\ntest('it | holds', async () => {\n", ""},
		"no such claim":     {strings.Replace(fine, "1.2.3", "1.2.3, 9.9.9", 1), "", "ASVS 9.9.9, which is no line"},
		"nothing shows it":  {strings.Replace(fine, "// Threat B5.1\n", "", 1), "", "no test has the tag // Threat B5.1"},
		"above no test":     {fine + "\n// ASVS 1.2.3\nvar x int\n", "", "2 of 3 tags"},
		"apart from a test": {fine, "// ASVS 1.2.3\n\ntest('it holds', async () => {\n", "0 of 1 tags"},
	} {
		t.Run(name, func(t *testing.T) {
			root := t.TempDir()
			write(root, "deploy/gen/asvs.txt", "1.2.3 | 1 | something holds\n")
			write(root, "deploy/gen/threats.txt", "1 | a threat | a promise\n")
			write(root, "server/a_test.go", c.source)
			write(root, "snippet/test/a.test.ts", c.script)
			for _, folder := range []string{"schemas", "dashboard"} {
				write(root, folder+"/nothing", "")
			}
			files, err := Generate(root)
			if c.want != "" {
				if err == nil || !strings.Contains(err.Error(), c.want) {
					t.Errorf("%v, want %q", err, c.want)
				}
				return
			}
			if want := `| 1.2.3 | 1 | something holds | [TestA](../server/a_test.go)<br>[it \| holds](../snippet/test/a.test.ts) |`; err != nil || !strings.Contains(files["SECURITY-ASVS.md"], want) {
				t.Errorf("%v, %s", err, files["SECURITY-ASVS.md"])
			}
		})
	}
}
