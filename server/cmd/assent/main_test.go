package main

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"assent/server/internal/realparts"
)

var servers *realparts.Servers

// asProgram makes the test binary behave as the program, so that a test can start and kill it as a process.
const asProgram = "ASSENT_TEST_AS_PROGRAM"

func TestMain(m *testing.M) {
	if os.Getenv(asProgram) != "" {
		main()
		return
	}
	if kind := os.Getenv(asBenchServer); kind != "" {
		serveBench(kind)
		return
	}
	realparts.Main(m, &servers)
}

// program is one assent process that a test can kill and start again on the same address and data.
type program struct {
	t       testing.TB
	args    []string
	env     []string
	address string
	token   string // Of the set-up link, as the first start printed it.
	command *exec.Cmd
	output  *bytes.Buffer
	ended   chan error
}

// startProgram runs `assent serve` with the environment given, such as REDIS_URL=….
func startProgram(t testing.TB, data string, env ...string) *program {
	t.Helper()
	p := &program{t: t, address: "127.0.0.1:0", env: env, args: []string{"--data", data}}
	p.start()
	t.Cleanup(func() {
		if p.command != nil {
			p.end(os.Kill)
		}
	})
	return p
}

// start returns when the server answers. The first start chooses the port, the later ones keep it.
func (p *program) start() {
	p.t.Helper()
	executable, err := os.Executable()
	if err != nil {
		p.t.Fatal(err)
	}
	p.command = exec.Command(executable, append([]string{"serve", "--addr", p.address}, p.args...)...)
	p.command.Env = append(append(os.Environ(), asProgram+"=1"), p.env...)
	p.command.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	p.output = &bytes.Buffer{}
	p.command.Stderr = p.output
	stdout, err := p.command.StdoutPipe()
	if err != nil {
		p.t.Fatal(err)
	}
	if err := p.command.Start(); err != nil {
		p.t.Fatal(err)
	}
	p.ended = make(chan error, 1)
	welcomed := make(chan []string, 1)
	go func(command *exec.Cmd, ended chan<- error) {
		scanner := bufio.NewScanner(stdout)
		var lines []string
		for scanner.Scan() {
			if lines = append(lines, scanner.Text()); strings.Contains(scanner.Text(), "Another site:") {
				welcomed <- lines
			}
		}
		ended <- command.Wait()
	}(p.command, p.ended)
	select {
	case lines := <-welcomed:
		if strings.HasSuffix(p.address, ":0") { // Clients read it while a later start runs.
			p.address, p.token = printed(lines, "assent serves at http://"), printed(lines, "#setup=")
		}
	case err := <-p.ended:
		p.t.Fatalf("assent ended: %v\n%s", err, p.output)
	}
}

// printed is what follows a mark in the welcome.
func printed(lines []string, mark string) string {
	for _, line := range lines {
		if _, rest, ok := strings.Cut(line, mark); ok {
			return rest
		}
	}
	return ""
}

// end sends a signal and waits for the process to be gone.
func (p *program) end(signal os.Signal) error {
	if err := p.command.Process.Signal(signal); err != nil {
		return err
	}
	err := <-p.ended
	p.command = nil
	return err
}

func (p *program) url(path string) string { return "http://" + p.address + path }

// get reads a page of the server.
func (p *program) get(path string) (int, string) {
	p.t.Helper()
	answer, err := http.Get(p.url(path))
	if err != nil {
		p.t.Fatal(err)
	}
	defer answer.Body.Close()
	body, err := io.ReadAll(answer.Body)
	if err != nil {
		p.t.Fatal(err)
	}
	return answer.StatusCode, string(body)
}

type addedSite struct{ ID, Script, Notice string }

// beside runs a command as another process would, with the store's environment, and returns what it printed.
func beside(t testing.TB, env []string, args ...string) []byte {
	t.Helper()
	executable, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	command := exec.Command(executable, args...)
	command.Env = append(append(os.Environ(), asProgram+"=1"), env...)
	output, err := command.Output()
	if err != nil {
		t.Fatalf("%v: %v", args, err)
	}
	return output
}

// addSite runs `assent site add`.
func addSite(t testing.TB, data string, env ...string) addedSite {
	t.Helper()
	output := beside(t, env, "site", "add", "--data", data, "--name", "Shop", "--origin", shopOrigin, "--json")
	var added addedSite
	if err := json.Unmarshal(output, &added); err != nil {
		t.Fatalf("site add printed %q: %v", output, err)
	}
	return added
}

// serves waits until the running server knows the site.
func (p *program) serves(added addedSite) {
	p.t.Helper()
	begun := time.Now()
	for status, _ := p.get(added.Script); status != http.StatusOK; status, _ = p.get(added.Script) {
		if time.Since(begun) > time.Minute {
			p.t.Fatalf("the server does not serve %s: %d", added.Script, status)
		}
		time.Sleep(20 * time.Millisecond)
	}
}

// command runs one command line in this process.
func command(args ...string) (code int, stdout, stderr string) {
	var out, errs bytes.Buffer
	code = run(context.Background(), args, &out, &errs)
	return code, out.String(), errs.String()
}

func TestEveryFailureIsOneLineThatHelps(t *testing.T) {
	t.Parallel()
	taken := startProgram(t, t.TempDir())
	file := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(file, []byte(`{"purposes": 1, "colour": "red"}`), 0o600); err != nil {
		t.Fatal(err)
	}
	data, damaged := t.TempDir(), t.TempDir()
	if err := os.WriteFile(filepath.Join(damaged, "assent.db"), bytes.Repeat([]byte("not a database "), 500), 0o600); err != nil {
		t.Fatal(err)
	}
	for name, c := range map[string]struct {
		args []string
		code int
		want []string
	}{
		"no command":        {nil, exitUsage, []string{"serve", "assent --help"}},
		"unknown flag":      {[]string{"serve", "--bogus"}, exitUsage, []string{"--bogus", "assent serve --help"}},
		"missing flag":      {[]string{"site", "add", "--name", "x"}, exitUsage, []string{"--origin", "site add --help"}},
		"data is a file":    {[]string{"serve", "--data", file}, exitFailure, []string{"not a directory", "--data"}},
		"busy port":         {[]string{"serve", "--data", data, "--addr", taken.address}, exitFailure, []string{"in use", "--addr"}},
		"bad port":          {[]string{"serve", "--data", data, "--addr", "127.0.0.1:port"}, exitFailure, []string{"--addr"}},
		"proxy":             {[]string{"serve", "--data", data, "--trusted-proxy", "nginx"}, exitFailure, []string{"--trusted-proxy", "10.0.0.0/8"}},
		"public address":    {[]string{"serve", "--data", data, "--public-url", "assent.example.com"}, exitFailure, []string{"--public-url", "https://"}},
		"mistyped folder":   {[]string{"site", "list", "--data", data + "x"}, exitFailure, []string{"no such file", "--data"}},
		"damaged database":  {[]string{"serve", "--data", damaged, "--addr", "127.0.0.1:0"}, exitFailure, []string{"not a database", "restore"}},
		"folder in use":     {[]string{"serve", "--data", taken.args[1], "--addr", "127.0.0.1:0"}, exitFailure, []string{"another assent", "--data"}},
		"redis away":        {[]string{"serve", "--data", data, "--addr", "127.0.0.1:0", "--redis-url", "redis://127.0.0.1:1"}, exitFailure, []string{"127.0.0.1:1", "REDIS_URL"}},
		"redis wait":        {[]string{"serve", "--data", data, "--addr", "127.0.0.1:0", "--redis-wait", "1"}, exitFailure, []string{"--redis-url"}},
		"redis url":         {[]string{"serve", "--data", data, "--addr", "127.0.0.1:0", "--redis-url", "nonsense"}, exitFailure, []string{"REDIS_URL"}},
		"clickhouse url":    {[]string{"serve", "--data", data, "--addr", "127.0.0.1:0", "--clickhouse-url", "nonsense"}, exitFailure, []string{"CLICKHOUSE_URL"}},
		"cluster of none":   {[]string{"serve", "--data", data, "--addr", "127.0.0.1:0", "--clickhouse-cluster", "main"}, exitFailure, []string{"--clickhouse-url"}},
		"cluster name":      {[]string{"serve", "--data", data, "--addr", "127.0.0.1:0", "--clickhouse-url", "clickhouse://127.0.0.1:1", "--clickhouse-cluster", "a b"}, exitFailure, []string{"system.clusters"}},
		"regions":           {[]string{"serve", "--data", data, "--addr", "127.0.0.1:0", "--regions", file}, exitFailure, []string{"schemas/regimes.json"}},
		"adequacy":          {[]string{"serve", "--data", data, "--addr", "127.0.0.1:0", "--adequacy", file}, exitFailure, []string{"schemas/adequacy.json"}},
		"no adequacy":       {[]string{"serve", "--data", data, "--addr", "127.0.0.1:0", "--adequacy", file + "x"}, exitFailure, []string{"--adequacy"}},
		"no regions":        {[]string{"regions", "--regions", file + "x", "DE"}, exitFailure, []string{"--regions"}},
		"country header":    {[]string{"serve", "--data", data, "--addr", "127.0.0.1:0", "--country-header", "CF-IPCountry"}, exitFailure, []string{"--trusted-proxy"}},
		"geo file":          {[]string{"serve", "--data", data, "--addr", "127.0.0.1:0", "--geo-file", file}, exitFailure, []string{"MaxMind's format"}},
		"origin":            {[]string{"site", "add", "--data", data, "--name", "x", "--origin", "shop.example"}, exitFailure, []string{"https://shop.example"}},
		"notice is missing": {[]string{"site", "add", "--data", data, "--name", "x", "--origin", "https://a.example", "--notice", file + "x"}, exitFailure, []string{"--notice"}},
		"notice is wrong":   {[]string{"site", "add", "--data", data, "--name", "x", "--origin", "https://a.example", "--notice", file}, exitFailure, []string{"/purposes", "colour"}},
		"set of no site":    {[]string{"site", "set", "--data", data, "nosuchsite", "--name", "x"}, exitFailure, []string{"nosuchsite", "site list"}},
		"tag of no site":    {[]string{"site", "tag", "--data", data, "nosuchsite"}, exitFailure, []string{"site list"}},
		"move to one store": {[]string{"migrate", "--data", data, "--to", "redis://127.0.0.1:1"}, exitFailure, []string{"--to clickhouse://"}},
		"backup of one server among variables of many": {[]string{"backup", "--data", data + "x", "--clickhouse-cluster", "main", file + "y"}, exitFailure, []string{"no such file", "--data"}},
		"move to a cluster of no name":                 {[]string{"migrate", "--data", taken.args[1], "--to", "redis://127.0.0.1:1", "--to", "clickhouse://127.0.0.1:1/a", "--clickhouse-cluster", "a b"}, exitFailure, []string{"127.0.0.1:1"}},
		"move from nowhere":                            {[]string{"migrate", "--data", data + "x", "--to", "redis://127.0.0.1:1", "--to", "clickhouse://127.0.0.1:1/a"}, exitFailure, []string{"no such file", "--data"}},
		"backup of nothing":                            {[]string{"backup", "--data", data + "x", file + "y"}, exitFailure, []string{"no such file", "--data"}},
		"backup over a file":                           {[]string{"backup", "--data", taken.args[1], file}, exitFailure, []string{"exists", "another name"}},
		"backup is none":                               {[]string{"restore", "--data", data, file}, exitFailure, []string{"no backup of assent", "nothing was changed"}},
		"no server answers":                            {[]string{"healthcheck", "--addr", "127.0.0.1:1"}, exitFailure, []string{"assent serve"}},
	} {
		t.Run(name, func(t *testing.T) {
			code, stdout, stderr := command(c.args...)
			if code != c.code || strings.Count(stderr, "\n") != 1 || !strings.HasPrefix(stderr, "assent: ") {
				t.Errorf("code %d\nstdout %q\nstderr %q", code, stdout, stderr)
			}
			for _, want := range c.want {
				if !strings.Contains(stderr, want) {
					t.Errorf("%q does not say %q", stderr, want)
				}
			}
		})
	}
}

func TestAnEmptyFolderServes(t *testing.T) {
	t.Parallel()
	executable, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	command := exec.Command(executable, "serve", "--addr", "127.0.0.1:0", "--data", filepath.Join(t.TempDir(), "new", "data"))
	command.Env = append(os.Environ(), asProgram+"=1")
	stdout, err := command.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	var logged bytes.Buffer
	command.Stderr = &logged
	if err := command.Start(); err != nil {
		t.Fatal(err)
	}
	var once sync.Once
	var printed strings.Builder
	scanner := bufio.NewScanner(stdout)
	for scanner.Scan() {
		printed.WriteString(scanner.Text() + "\n")
		if strings.Contains(scanner.Text(), "Another site:") { // The last line of the welcome.
			once.Do(func() {
				if err := command.Process.Signal(syscall.SIGTERM); err != nil {
					t.Error(err)
				}
			})
		}
	}
	if err := command.Wait(); err != nil {
		t.Errorf("graceful stop: %v\n%s", err, &logged)
	}
	for _, want := range []string{"/dashboard/#setup=", "/demo/", `<script async src="http://127.0.0.1:`} {
		if !strings.Contains(printed.String(), want) {
			t.Errorf("%q is not printed:\n%s", want, &printed)
		}
	}
	token := strings.Fields(strings.SplitN(printed.String(), "#setup=", 2)[1])[0]
	if strings.Contains(logged.String(), token) {
		t.Error("the set-up link is in the log")
	}
	for line := range strings.Lines(logged.String()) {
		if !json.Valid([]byte(line)) {
			t.Errorf("log line is not JSON: %q", line)
		}
	}
}

func TestVersionAndHealth(t *testing.T) {
	t.Parallel()
	if code, stdout, _ := command("version"); code != 0 || !strings.HasPrefix(stdout, "assent ") {
		t.Errorf("version: %d %q", code, stdout)
	}
	p := startProgram(t, t.TempDir())
	if code, _, stderr := command("healthcheck", "--addr", p.address); code != 0 {
		t.Errorf("healthcheck: %d %q", code, stderr)
	}
	if code, stdout, _ := command("site", "list", "--data", p.args[1]); code != 0 || !strings.Contains(stdout, "My site") {
		t.Errorf("site list: %d %q", code, stdout)
	}
	if code, stdout, stderr := command("site", "set", "--data", p.args[1], demoSite, "--name", "Renamed", "--origin", "https://a.example"); code != 0 ||
		!strings.Contains(stdout, `"Renamed" on https://a.example`) {
		t.Errorf("site set: %d %q %q", code, stdout, stderr)
	}
	if code, stdout, stderr := command("regions", "us-ca", "DE", "JP"); code != 0 ||
		stdout != "US-CA\topt-out\tprivacy signal (GPC) is law\nDE\topt-in\tconsent from the age of 16\nJP\topt-in\n" {
		t.Errorf("regions: %d %q %q", code, stdout, stderr)
	}
	if code, stdout, _ := command("site", "tag", "--data", p.args[1], demoSite); code != 0 || !strings.Contains(stdout, `integrity="sha384-`) ||
		!strings.Contains(stdout, "under opt-in rules, the strictest") {
		t.Errorf("site tag: %d %q", code, stdout)
	}
}

func TestANoticeThatTheLintForbidsIsNotPublished(t *testing.T) {
	t.Parallel()
	data := t.TempDir()
	id := addSite(t, data).ID
	set := func(notice string) (int, string) {
		file := filepath.Join(t.TempDir(), "notice.json")
		if err := os.WriteFile(file, []byte(notice), 0o600); err != nil {
			t.Fatal(err)
		}
		code, _, stderr := command("site", "set", "--data", data, id, "--notice", file)
		return code, stderr
	}
	if code, stderr := set(`{"services":[{"id":"own","purpose":"marketing"}]}`); code != exitFailure || !strings.Contains(stderr, "/services/0/provider") || !strings.Contains(stderr, "GDPR Art. 13(1)(e)") {
		t.Errorf("nobody is named: %d %q", code, stderr)
	}
	if code, stderr := set(`{"lifetimeDays":300}`); code != 0 || !strings.Contains(stderr, "warning: /lifetimeDays") || !strings.Contains(stderr, "CNIL") {
		t.Errorf("a year: %d %q", code, stderr)
	}
}

func TestASiteAddedBesideIsServed(t *testing.T) {
	t.Parallel()
	data := t.TempDir()
	before := addSite(t, data) // Without a server.
	p := startProgram(t, data)
	p.serves(before)
	p.serves(addSite(t, data)) // Beside the server.
	redis, err := servers.Redis()
	if err != nil {
		t.Fatal(err)
	}
	env := "REDIS_URL=" + redis.URL
	elsewhere := t.TempDir()
	before = addSite(t, elsewhere, env)
	clustered := startProgram(t, t.TempDir(), env)
	clustered.serves(before)
	clustered.serves(addSite(t, elsewhere, env))
}

func TestHelpIsACommandToo(t *testing.T) {
	t.Parallel()
	for _, topic := range [][]string{nil, {"serve"}, {"site", "add"}} {
		code, asked, stderr := command(append([]string{"help"}, topic...)...)
		_, want, _ := command(append(topic, "--help")...)
		if code != 0 || asked != want || !strings.Contains(asked, "Usage: assent") {
			t.Errorf("help %v: %d %q %q", topic, code, asked, stderr)
		}
	}
}
