package lint_test

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/moby/buildkit/frontend/dockerfile/instructions"
	"github.com/moby/buildkit/frontend/dockerfile/linter"
	"github.com/moby/buildkit/frontend/dockerfile/parser"
	"github.com/moby/patternmatcher"
	"github.com/moby/patternmatcher/ignorefile"
)

// stages parses the Dockerfile as BuildKit does, with its linter's rules for instructions.
func stages(t *testing.T) []instructions.Stage {
	t.Helper()
	parsed, err := parser.Parse(strings.NewReader(read(t, "Dockerfile")))
	if err != nil {
		t.Fatal(err)
	}
	for _, warning := range parsed.Warnings {
		t.Error(warning.Short)
	}
	rules := linter.New(&linter.Config{Warn: func(rule, description, url, message string, at []parser.Range) {
		t.Errorf("%s: %s (%s)", rule, message, url)
	}})
	found, _, err := instructions.Parse(parsed.AST, rules)
	if err != nil {
		t.Fatal(err)
	}
	return found
}

func TestDockerfile(t *testing.T) {
	all := stages(t)
	for _, stage := range all {
		if isPinned := regexp.MustCompile(`:\d+\.\d+\.\d+|distroless/static-debian\d+:nonroot$`).MatchString(stage.BaseName); !isPinned {
			t.Errorf("%s is not pinned", stage.BaseName)
		}
	}
	last := all[len(all)-1]
	if !strings.HasPrefix(last.BaseName, "gcr.io/distroless/static-") {
		t.Errorf("the image is based on %s", last.BaseName)
	}
	var user, volume, health, entry string
	for _, command := range last.Commands {
		switch c := command.(type) {
		case *instructions.UserCommand:
			user = c.User
		case *instructions.VolumeCommand:
			volume = strings.Join(c.Volumes, " ")
		case *instructions.HealthCheckCommand:
			health = strings.Join(c.Health.Test, " ")
		case *instructions.EntrypointCommand:
			entry = strings.Join(c.CmdLine, " ")
		case *instructions.RunCommand:
			t.Error("there is no shell in the image to run anything")
		}
	}
	if user != "65532:65532" || volume != "/data" || health != "CMD /usr/local/bin/assent healthcheck" || entry != "/usr/local/bin/assent" {
		t.Errorf("user %q, volume %q, health %q, entry point %q", user, volume, health, entry)
	}
}

// TestTheBuildContextIsEnough does what the build's stages do, on a copy of what Dockerfile.dockerignore lets through.
func TestTheBuildContextIsEnough(t *testing.T) {
	context := t.TempDir()
	for _, file := range buildContext(t) {
		for _, unwanted := range []string{"_test.go", ".test.ts", ".md", ".env"} {
			if strings.HasSuffix(file, unwanted) {
				t.Errorf("%s goes into the build", file)
			}
		}
		copyFile(t, filepath.Join(root, file), filepath.Join(context, file))
	}
	modules, err := filepath.Abs(filepath.Join(root, "node_modules")) // As the stage before makes them.
	if err == nil {
		err = os.Symlink(modules, filepath.Join(context, "node_modules"))
	}
	if err != nil {
		t.Fatal(err)
	}
	for _, stage := range stages(t) {
		if stage.Name == "build" {
			runStage(t, context, stage)
		}
	}
}

// root is the folder that the image is built from.
var root = filepath.Join(deploy, "..")

// buildContext returns what of the project's files the builder is given.
func buildContext(t *testing.T) (files []string) {
	t.Helper()
	patterns, err := ignorefile.ReadAll(strings.NewReader(read(t, "Dockerfile.dockerignore")))
	if err != nil {
		t.Fatal(err)
	}
	matcher, err := patternmatcher.New(patterns)
	if err != nil {
		t.Fatal(err)
	}
	known, err := exec.Command("git", "-C", root, "ls-files", "--cached", "--others", "--exclude-standard").Output()
	if err != nil {
		t.Fatal(err)
	}
	for file := range strings.FieldsSeq(string(known)) {
		ignored, err := matcher.MatchesOrParentMatches(file)
		if err != nil {
			t.Fatal(err)
		}
		if !ignored {
			files = append(files, file)
		}
	}
	return files
}

// runStage runs the stage's Go commands, with the program's output in the folder.
func runStage(t *testing.T, context string, stage instructions.Stage) {
	t.Helper()
	for _, command := range stage.Commands {
		run, ok := command.(*instructions.RunCommand)
		if !ok || !strings.Contains(run.CmdLine[0], "go ") {
			continue
		}
		line := strings.ReplaceAll(run.CmdLine[0], "/out/", filepath.Join(context, "out")+"/")
		shell := exec.Command("sh", "-c", line)
		shell.Dir = context
		if output, err := shell.CombinedOutput(); err != nil {
			t.Fatalf("%s: %v\n%s", line, err, output)
		}
	}
	version := exec.Command(filepath.Join(context, "out", "assent"), "version")
	if output, err := version.Output(); err != nil || !bytes.HasPrefix(output, []byte("assent ")) {
		t.Errorf("%q, %v", output, err)
	}
}

func copyFile(t *testing.T, from, to string) {
	t.Helper()
	content, err := os.ReadFile(from)
	if os.IsNotExist(err) { // Removed and not yet committed.
		return
	}
	if err == nil {
		err = os.MkdirAll(filepath.Dir(to), 0o755)
	}
	if err == nil {
		err = os.WriteFile(to, content, 0o644)
	}
	if err != nil {
		t.Fatal(err)
	}
}
