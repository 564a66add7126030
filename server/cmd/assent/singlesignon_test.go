package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
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
