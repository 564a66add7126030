package main

import (
	"bytes"
	"strings"
	"testing"

	"assent/schemas"
)

// TestUserCommands hands out a link, uses it as a browser would, and hands out one for a new password.
func TestUserCommands(t *testing.T) {
	dir := t.TempDir()
	user := func(args ...string) (code int, out, errs string) {
		var stdout, stderr bytes.Buffer
		code = run(t.Context(), append(append([]string{"user"}, args...), "--data", dir), &stdout, &stderr)
		return code, stdout.String(), stderr.String()
	}
	accept := func(out, password string) {
		t.Helper()
		_, rest, found := strings.Cut(out, "https://assent.example/dashboard/#invitation=")
		store, err := openFolder(t.Context(), dir)
		if err != nil || !found {
			t.Fatalf("%q, %v", out, err)
		}
		defer store.Close()
		setup := schemas.Setup{Token: strings.Fields(rest)[0], Email: "ada@shop.example", Password: password}
		if _, err := accountsOf(store).Accept(t.Context(), setup, "192.0.2.1"); err != nil {
			t.Fatal(err)
		}
	}
	code, out, errs := user("add", "ada@shop.example", "--role", "owner", "--public-url", "https://assent.example/")
	if code != 0 {
		t.Fatal(errs)
	}
	accept(out, "three unrelated nouns")
	if _, out, _ := user("list"); out != "ada@shop.example\towner\n" {
		t.Errorf("list = %q", out)
	}
	if code, _, errs := user("add", "ada@shop.example", "--role", "editor", "--site", "shop"); code != exitFailure || !strings.Contains(errs, "assent user reset") {
		t.Errorf("added twice: %d %q", code, errs)
	}
	if code, _, errs := user("reset", "eve@shop.example"); code != exitFailure || !strings.Contains(errs, "assent user list") {
		t.Errorf("reset of nobody: %d %q", code, errs)
	}
	_, out, _ = user("reset", "ada@shop.example", "--public-url", "https://assent.example")
	accept(out, "a bicycle in winter")
	if _, out, _ := user("list"); out != "ada@shop.example\towner\n" {
		t.Errorf("list after reset = %q", out)
	}
	if code, _, errs := user("reset", "ada@shop.example", "--factors"); code != 0 {
		t.Errorf("reset with factors: %d %q", code, errs)
	}
}
