package policy_test

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"assent/server/internal/policy"
	"assent/server/internal/realparts"
)

var servers *realparts.Servers

func TestMain(m *testing.M) { realparts.Main(m, &servers) }

// header is what a browser sends, and whom it allows. Of several cookies nginx and Caddy, which cannot compare them,
// take none.
type header struct {
	name, cookie string
	granted      []string
	several      bool
}

func headers(at time.Time) []header {
	yes, no := "assent="+cookie(at, ".analytics:1.marketing:1"), "assent="+cookie(at, ".analytics:0.marketing:0")
	all := []string{"count", "tube", "pixel"}
	seconds := "." + base36(at) + "."
	return []header{
		{"none", "", nil, false},
		{"all", yes, all, false},
		{"among others", "a=b; " + yes + "; c=d", all, false},
		{"refused", no, nil, false},
		{"a service apart", "assent=" + cookie(at, ".analytics:1.marketing:0.tube:1"), []string{"count", "tube"}, false},
		{"a service refused", "assent=" + cookie(at, ".marketing:1.tube:0"), []string{"pixel"}, false},
		{"another recipient", "assent=1.ZZZZ" + seconds + "s.analytics:1", nil, false},
		{"one mark of several", "assent=1." + mark("tube") + seconds + "s.analytics:1.marketing:1", []string{"tube"}, false},
		{"made where silence grants", "assent=2" + cookie(at, ".analytics:1")[1:], nil, false},
		{"a service that is gone", "assent=" + cookie(at, ".gone:1.analytics:1"), []string{"count"}, false},
		{"answered twice", "assent=" + cookie(at, ".analytics:1.analytics:0"), nil, false},

		{"an answer without value", "assent=" + cookie(at, ".analytics.analytics:1"), nil, false},
		{"an answer of another kind", "assent=" + cookie(at, ".analytics:2.analytics:1"), nil, false},
		{"an answer with two values", "assent=" + cookie(at, ".analytics:1:0"), nil, false},
		{"marks out of step", "assent=1.Z" + marks() + seconds + "s.analytics:1", nil, false},
		{"no time", "assent=1." + marks() + ".0.s.analytics:1", nil, false},
		{"a time with a rest", "assent=" + strings.Replace(cookie(at, ".analytics:1"), seconds, "."+base36(at)+"!.", 1), nil, false},
		{"another name", strings.ToUpper(yes[:6]) + yes[6:], nil, false},
		{"a name that begins otherwise", "x" + yes, nil, false},
		{"in another's value", "a=" + yes, nil, false},
		{"in quotes", `assent="` + yes[7:] + `"`, nil, false},
		{"too long", yes + strings.Repeat(".x:1", 40), nil, false},
		{"no ASCII", yes + ".ü:1", nil, false},
		{"another policy", yes + "; script-src *", all, false},

		{"granted and refused", yes + "; " + no, nil, true},
		{"refused and granted", no + "; " + yes, nil, true},
		{"a service that both grant", yes + "; a=b; assent=" + cookie(at, ".marketing:1.pixel:0"), []string{"tube"}, true},
	}
}

// TestEveryServerReadsTheCookieAlike asks real servers that have the ready rules.
func TestEveryServerReadsTheCookieAlike(t *testing.T) {
	cases := headers(time.Now())
	ask := map[string]func(cookie string) string{"nginx": fetched(t, startNginx(t)), "caddy": fetched(t, startCaddy(t)), "worker": worked(t, cases)}
	for _, c := range cases {
		want := append([]string{}, c.granted...)
		if got := rules().Granted(rules().Read(policy.Cookies([]string{c.cookie}), time.Now())); !slices.Equal(got, want) {
			t.Errorf("%s: this server grants %v, want %v", c.name, got, want)
		}
		for name, policyOf := range ask {
			want := rules().Value(policy.Granted(c.granted...), policy.Placeholder)
			if c.several && name != "worker" {
				want = rules().Value(nil, policy.Placeholder)
			}
			for _, list := range []string{"default-src", "img-src", "frame-src", "connect-src"} {
				if got, want := sorted(directive(t, policyOf(c.cookie), list)), sorted(directive(t, want, list)); !slices.Equal(got, want) {
					t.Errorf("%s: %s allows %v, want %v", c.name, name, got, want)
				}
			}
		}
	}
}

// TestAPageAndItsPolicyBelongTogether: a browser that has the page must not be told that it was not modified.
func TestAPageAndItsPolicyBelongTogether(t *testing.T) {
	for name, address := range map[string]string{"nginx": startNginx(t), "caddy": startCaddy(t)} {
		for condition, value := range map[string]string{
			"If-None-Match":     nginxTag(len(policy.Placeholder)) + ", " + caddyTag(len(caddyNonce)),
			"If-Modified-Since": modified.Add(time.Hour).Format(http.TimeFormat),
		} {
			answer, page := get(t, address, condition, value, "Accept", "text/html")
			nonce, _, _ := strings.Cut(strings.TrimPrefix(directive(t, answer.Get(policy.Header), "script-src")[0], "'nonce-"), "'")
			if nonce == "" || page != fmt.Sprintf(onePage, nonce) || answer.Get("Cache-Control") != "private, no-cache" {
				t.Errorf("%s, %s: %s %s", name, condition, page, answer)
			}
		}
	}
}

const (
	onePage    = "<script nonce=%s>"
	caddyNonce = "{{placeholder `http.request.uuid`}}"
)

// modified is when the page was.
var modified = time.Date(2026, 11, 1, 0, 0, 0, 0, time.UTC)

// nginxTag and caddyTag are how either names a file as old as modified, with a nonce of that length in it.
func nginxTag(nonce int) string {
	return fmt.Sprintf(`"%x-%x"`, modified.Unix(), nonce+len(onePage)-2)
}

func caddyTag(nonce int) string {
	return `"` + base36(modified) + strconv.FormatInt(int64(nonce+len(onePage)-2), 36) + `"`
}

func mark(service string) string {
	for _, one := range rules().Services {
		if one.ID == service {
			return one.Mark
		}
	}
	return ""
}

func sorted(sources []string) []string {
	slices.Sort(sources)
	return slices.Compact(sources)
}

func written(t *testing.T, format string) string {
	t.Helper()
	text, err := rules().Write(format, "shop1", policy.Placeholder)
	if err != nil {
		t.Fatal(err)
	}
	return text
}

// pages is a folder with one page.
func pages(t *testing.T, nonce string) string {
	t.Helper()
	folder := t.TempDir()
	page := filepath.Join(folder, "index.html")
	if err := errors.Join(os.WriteFile(page, fmt.Appendf(nil, onePage, nonce), 0o600), os.Chtimes(page, modified, modified)); err != nil {
		t.Fatal(err)
	}
	return folder
}

// startNginx takes the directives from the rules' own comment.
func startNginx(t *testing.T) string {
	t.Helper()
	rules := written(t, "nginx")
	var directives []string
	for line := range strings.Lines(rules) {
		if directive, ok := strings.CutPrefix(line, "#   "); ok {
			directives = append(directives, directive)
		}
	}
	address, err := servers.Nginx(pages(t, policy.Placeholder), rules, directives...)
	if err != nil {
		t.Fatal(err)
	}
	return address
}

func startCaddy(t *testing.T) string {
	t.Helper()
	address, err := servers.Caddy(pages(t, caddyNonce), written(t, "caddy"), "import assent", "templates")
	if err != nil {
		t.Fatal(err)
	}
	return address
}

func get(t *testing.T, address string, headers ...string) (http.Header, string) {
	t.Helper()
	host := strings.TrimPrefix(address, "http://")
	request := "GET / HTTP/1.1\r\nHost: " + host + "\r\nConnection: close\r\n"
	for i := 0; i < len(headers); i += 2 {
		request += headers[i] + ": " + headers[i+1] + "\r\n"
	}
	connection, err := net.Dial("tcp", host)
	if err != nil {
		t.Fatal(err)
	}
	defer connection.Close()
	if _, err := fmt.Fprint(connection, request+"\r\n"); err != nil {
		t.Fatal(err)
	}
	answer, err := http.ReadResponse(bufio.NewReader(connection), nil)
	if err != nil {
		t.Fatal(err)
	}
	defer answer.Body.Close()
	body, err := io.ReadAll(answer.Body)
	if err != nil {
		t.Fatal(err)
	}
	return answer.Header, string(body)
}

func fetched(t *testing.T, address string) func(cookie string) string {
	return func(cookie string) string {
		answer, _ := get(t, address, "Cookie", cookie)
		return answer.Get(policy.Header)
	}
}

// worked asks the worker's own function for each header at once, because starting Node takes its time.
func worked(t *testing.T, cases []header) func(cookie string) string {
	t.Helper()
	folder := t.TempDir()
	if err := os.WriteFile(filepath.Join(folder, "worker.mjs"), []byte(written(t, "worker")), 0o600); err != nil {
		t.Fatal(err)
	}
	var cookies []string
	for _, c := range cases {
		cookies = append(cookies, c.cookie)
	}
	list, err := json.Marshal(cookies)
	if err != nil {
		t.Fatal(err)
	}
	program := fmt.Sprintf("import { policyOf } from './worker.mjs'; console.log(JSON.stringify(Object.fromEntries(%s.map((one) => [one, policyOf(one, 'n', Date.now() / 1000)]))))", list)
	command := exec.CommandContext(t.Context(), "node", "--input-type=module", "--eval", program)
	command.Dir = folder
	output, err := command.CombinedOutput()
	var answers map[string]string
	if err != nil || json.Unmarshal(output, &answers) != nil {
		t.Fatalf("%v: %s", err, output)
	}
	return func(cookie string) string { return answers[cookie] }
}
