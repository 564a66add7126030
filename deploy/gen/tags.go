package main

import (
	"cmp"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
)

// taggedTest is a test that shows something.
type taggedTest struct {
	name, file string
	tags       map[string][]string // Ids by what their tag begins with.
}

// link names the test, for a document in deploy.
func (t taggedTest) link() string {
	return fmt.Sprintf("[%s](../%s)", strings.NewReplacer("|", `\|`, "[", `\[`, "]", `\]`).Replace(t.name), t.file)
}

var (
	tagLine    = regexp.MustCompile(`^\s*// (ASVS|Threat) ((?:B5\.)?\d[\d.]*(?:, (?:B5\.)?\d[\d.]*)*)$`)
	scriptTest = regexp.MustCompile("^\\s*(?:test|it)\\((?:'(.*?)'|\"(.*?)\"|`(.*?)`), ")
)

// findTests returns the tagged tests, by file and name.
func findTests(root string) ([]taggedTest, error) {
	var tests []taggedTest
	for _, folder := range []string{"schemas", "server", "snippet", "dashboard", "deploy"} {
		err := filepath.WalkDir(filepath.Join(root, folder), func(name string, entry fs.DirEntry, err error) error {
			if err != nil {
				return err
			}
			if entry.Name() == "node_modules" || entry.Name() == "testdata" {
				return filepath.SkipDir
			}
			read := readGo
			switch {
			case strings.HasSuffix(name, ".test.ts"):
				read = readScript
			case !strings.HasSuffix(name, "_test.go"):
				return nil
			}
			source, err := os.ReadFile(name)
			if err != nil {
				return err
			}
			below, err := filepath.Rel(root, name)
			if err != nil {
				return err
			}
			found, err := read(filepath.ToSlash(below), string(source))
			tests = append(tests, found...)
			return err
		})
		if err != nil {
			return nil, err
		}
	}
	slices.SortFunc(tests, func(a, b taggedTest) int { return cmp.Or(cmp.Compare(a.file, b.file), cmp.Compare(a.name, b.name)) })
	return tests, nil
}

// take adds what a line of a comment says.
func (t *taggedTest) take(line string) bool {
	tag := tagLine.FindStringSubmatch(line)
	if tag == nil {
		return false
	}
	if t.tags == nil {
		t.tags = map[string][]string{}
	}
	t.tags[tag[1]] = append(t.tags[tag[1]], strings.Split(tag[2], ", ")...)
	return true
}

func readGo(name, source string) ([]taggedTest, error) {
	parsed, err := parser.ParseFile(token.NewFileSet(), name, source, parser.ParseComments|parser.SkipObjectResolution)
	if err != nil {
		return nil, err
	}
	var tests []taggedTest
	taken := 0
	for _, one := range parsed.Decls {
		function, ok := one.(*ast.FuncDecl)
		if !ok || function.Doc == nil || !strings.HasPrefix(function.Name.Name, "Test") && !strings.HasPrefix(function.Name.Name, "Fuzz") {
			continue
		}
		test := taggedTest{name: function.Name.Name, file: name}
		for _, line := range function.Doc.List {
			if test.take(line.Text) {
				taken++
			}
		}
		if test.tags != nil {
			tests = append(tests, test)
		}
	}
	return tests, wantTaken(name, source, taken)
}

func readScript(name, source string) ([]taggedTest, error) {
	var tests []taggedTest
	var next taggedTest
	taken, waiting := 0, 0
	for line := range strings.Lines(source) {
		line = strings.TrimRight(line, "\n")
		if next.take(line) {
			waiting++
			continue
		}
		if test := scriptTest.FindStringSubmatch(line + " "); test != nil && waiting > 0 {
			next.name, next.file = test[1]+test[2]+test[3], name
			tests = append(tests, next)
			taken += waiting
		}
		next, waiting = taggedTest{}, 0
	}
	return tests, wantTaken(name, source, taken)
}

// wantTaken finds tags that stand above no test.
func wantTaken(name, source string, taken int) error {
	there := 0
	for line := range strings.Lines(source) {
		if tagLine.MatchString(strings.TrimRight(line, "\n")) {
			there++
		}
	}
	if there != taken {
		return fmt.Errorf("%s: %d of %d tags stand directly above a test", name, taken, there)
	}
	return nil
}
