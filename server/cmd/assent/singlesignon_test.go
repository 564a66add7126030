package main

import (
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"assent/server/internal/singlesignon/providertest"
)

func TestSingleSignOnFlags(t *testing.T) {
	const public = "https://assent.example.com"
	file := filepath.Join(t.TempDir(), "secret")
	if err := os.WriteFile(file, []byte("of no use elsewhere\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	whole := singleSignOnFlags{Issuer: "https://id.example/realms/a", ClientID: "assent", SecretFile: file, Domain: []string{"@Shop.example"}, NewRole: "analyst"}
	options, err := whole.options(public)
	if err != nil || options.ClientSecret != "of no use elsewhere" || options.Label != "id.example" || options.Admission.Domains[0] != "shop.example" ||
		options.Redirect != public+"/v1/admin/single-sign-on/callback" {
		t.Errorf("%+v, %v", options, err)
	}
	if options, err := (singleSignOnFlags{}).options(""); options != nil || err != nil {
		t.Errorf("without flags: %+v, %v", options, err)
	}
	changed := func(change func(*singleSignOnFlags)) singleSignOnFlags {
		flags := whole
		change(&flags)
		return flags
	}
	for says, flags := range map[string]singleSignOnFlags{
		"--oidc-issuer is missing":         changed(func(f *singleSignOnFlags) { f.Issuer = "" }),
		"such as https://id.example.com":   changed(func(f *singleSignOnFlags) { f.Issuer = "http://id.example" }),
		"needs --oidc-client-id":           changed(func(f *singleSignOnFlags) { f.ClientID = "" }),
		"ASSENT_OIDC_CLIENT_SECRET":        changed(func(f *singleSignOnFlags) { f.SecretFile = "" }),
		"give a file that this user may":   changed(func(f *singleSignOnFlags) { f.SecretFile = file + "s" }),
		"longer than 40 characters":        changed(func(f *singleSignOnFlags) { f.Label = strings.Repeat("a", 41) }),
		"write it as example.com":          changed(func(f *singleSignOnFlags) { f.Domain = []string{"*.shop.example"} }),
		"editor, analyst and officer":      changed(func(f *singleSignOnFlags) { f.NewRole = "owner" }),
		"everybody whom the provider know": changed(func(f *singleSignOnFlags) { f.Domain = nil }),
	} {
		if _, err := flags.options(public); err == nil || !strings.Contains(err.Error(), says) {
			t.Errorf("%v does not say %q", err, says)
		}
	}
	if _, err := whole.options(""); err == nil || !strings.Contains(err.Error(), "--public-url") {
		t.Errorf("without a public address: %v", err)
	}
	t.Setenv(secretVariable, "twice")
	if _, err := whole.options(public); err == nil || !strings.Contains(err.Error(), "twice") {
		t.Errorf("two secrets: %v", err)
	}
	whole.SecretFile = ""
	if options, err := whole.options(public); err != nil || options.ClientSecret != "twice" {
		t.Errorf("%+v, %v", options, err)
	}
}

// Two servers share nothing but Redis: one sends the browser away, the other takes it back, and both know the session.
func TestSingleSignOnOverTwoServers(t *testing.T) {
	redis, err := servers.Redis()
	if err != nil {
		t.Fatal(err)
	}
	provider, err := providertest.New()
	if err != nil {
		t.Fatal(err)
	}
	web := httptest.NewServer(provider)
	t.Cleanup(web.Close)
	provider.Issuer = web.URL
	provider.Is(providertest.Person{Subject: "4711", Email: "ada@shop.example", Verified: true})
	env := []string{"REDIS_URL=" + redis.URL, "ASSENT_PUBLIC_URL=https://assent.example", "ASSENT_OIDC_ISSUER=" + web.URL,
		"ASSENT_OIDC_CLIENT_ID=" + providertest.ClientID, secretVariable + "=" + providertest.ClientSecret}
	if code, _, stderr := command("user", "add", "ada@shop.example", "--role", "owner", "--redis-url", redis.URL, "--public-url", "https://assent.example"); code != 0 {
		t.Fatal(stderr)
	}
	var instances []*program
	for range 2 {
		p := &program{t: t, address: unusedAddress(t), env: env, args: []string{"--data", t.TempDir()}}
		p.start()
		t.Cleanup(func() { p.end(os.Kill) })
		instances = append(instances, p)
	}
	client := &http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	get := func(address string, cookies ...*http.Cookie) *http.Response {
		t.Helper()
		request, err := http.NewRequestWithContext(t.Context(), http.MethodGet, address, http.NoBody)
		if err != nil {
			t.Fatal(err)
		}
		for _, cookie := range cookies {
			request.AddCookie(cookie)
		}
		answer, err := client.Do(request)
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { answer.Body.Close() })
		return answer
	}
	away := get(instances[0].url("/v1/admin/single-sign-on?to=/dashboard/people"))
	back, err := get(away.Header.Get("Location")).Location()
	if err != nil {
		t.Fatal(err)
	}
	home := get(instances[1].url(back.RequestURI()), away.Cookies()...)
	if page := home.Header.Get("Location"); page != "/dashboard/people" {
		t.Fatalf("sent to %s: %s", page, instances[1].output)
	}
	for _, instance := range instances {
		body, err := io.ReadAll(get(instance.url("/v1/admin/session"), home.Cookies()...).Body)
		if err != nil || !strings.Contains(string(body), `"signed-in"`) || !strings.Contains(string(body), "ada@shop.example") {
			t.Errorf("%s, %v", body, err)
		}
	}
	again := get(instances[0].url(back.RequestURI()), away.Cookies()...)
	if page := again.Header.Get("Location"); page != "/dashboard/?sign-in=refused" {
		t.Errorf("replayed at the other server: sent to %s", page)
	}
}

func unusedAddress(t *testing.T) string {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer listener.Close()
	return listener.Addr().String()
}
