// Gen writes what is claimed of security, and which tests show it: deploy/SECURITY-ASVS.md from asvs.txt, deploy/THREATS.md
// from threats.txt, and the tags above tests, such as
//
//	// ASVS 6.2.1, 6.2.4
//	// Threat B5.12
//
// A claim without a test, a tag of no claim, and a tag that stands above no test are errors.
package main

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
)

//go:generate go run .

func main() {
	if err := write(filepath.Join("..", "..")); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func write(root string) error {
	files, err := Generate(root)
	for name, text := range files {
		err = errors.Join(err, os.WriteFile(filepath.Join(root, "deploy", name), []byte(text), 0o644))
	}
	return err
}

// document is one file that is generated.
type document struct {
	name   string // Below deploy.
	claims string // File beside this one: a claim a line.
	tag    string // What tags begin with.
	prefix string // What ids have in tags and not in claims.
	head   string
}

var documents = []document{
	{name: "SECURITY-ASVS.md", claims: "asvs.txt", tag: "ASVS", head: `# ASVS: which rules are claimed, and which tests show them

Rules of the [OWASP Application Security Verification Standard](https://owasp.org/www-project-application-security-verification-standard/) 5.0.0 that
Assent claims to keep, in our words, each with the tests that fail if it stops doing so. A rule that is missing here is not
claimed: it does not apply, is the operator's, or has no test. Generated from the tests' tags by ` + "`make generate`" + `.

| rule | level | what holds | shown by |
|---|---|---|---|
`},
	{name: "THREATS.md", claims: "threats.txt", tag: "Threat", prefix: "B5.", head: `# Threats, promises, and the tests that show them

Generated from the tests' tags by ` + "`make generate`" + `.

| | threat | promise | shown by |
|---|---|---|---|
`},
}

// claim is a line of a list: its id, and the columns behind it.
type claim struct {
	id      string
	columns []string
}

// Generate returns the text of each document by its name.
func Generate(root string) (map[string]string, error) {
	tests, err := findTests(root)
	if err != nil {
		return nil, err
	}
	files := map[string]string{}
	var faults []error
	for _, d := range documents {
		claims, err := readClaims(filepath.Join(root, "deploy", "gen", d.claims))
		if err != nil {
			return nil, err
		}
		text, err := d.text(claims, tests)
		files[d.name] = text
		faults = append(faults, err)
	}
	return files, errors.Join(faults...)
}

func (d document) text(claims []claim, tests []taggedTest) (string, error) {
	shown := map[string][]string{}
	for _, test := range tests {
		for _, id := range test.tags[d.tag] {
			shown[id] = append(shown[id], test.link())
		}
	}
	var text strings.Builder
	text.WriteString(d.head)
	var faults []error
	for _, c := range claims {
		id := d.prefix + c.id
		if len(shown[id]) == 0 {
			faults = append(faults, fmt.Errorf("%s: no test has the tag // %s %s", d.claims, d.tag, id))
		}
		fmt.Fprintf(&text, "| %s | %s | %s |\n", c.id, strings.Join(c.columns, " | "), strings.Join(shown[id], "<br>"))
		delete(shown, id)
	}
	for id, tests := range shown {
		faults = append(faults, fmt.Errorf("%s: %s has the tag // %s %s, which is no line of it", d.claims, tests[0], d.tag, id))
	}
	return text.String(), errors.Join(faults...)
}

func readClaims(name string) ([]claim, error) {
	text, err := os.ReadFile(name)
	if err != nil {
		return nil, err
	}
	var claims []claim
	seen := map[string]bool{}
	for line := range strings.Lines(string(text)) {
		fields := strings.Split(strings.TrimSpace(line), " | ")
		if len(fields) != 3 || seen[fields[0]] {
			return nil, fmt.Errorf("%s: %q does not have three columns, or its id is there twice", name, line)
		}
		seen[fields[0]] = true
		claims = append(claims, claim{id: fields[0], columns: fields[1:]})
	}
	return claims, nil
}
