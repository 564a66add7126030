package main

import (
	"bytes"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"assent/server/internal/consent"
	"assent/server/internal/embeddedstore"
	"assent/server/internal/evidence"
	"assent/server/internal/recording/recordingtest"
)

// signed writes a receipt and the keys that it is signed with, and returns both files.
func signed(t *testing.T, dir, issuer string) (receipt, keys string) {
	t.Helper()
	store, err := embeddedstore.Open(t.Context(), dir, time.Now)
	if err != nil {
		t.Fatal(err)
	}
	defer func() {
		if err := store.Close(); err != nil {
			t.Error(err)
		}
	}()
	ring, err := openSigning(t.Context(), store, "")
	if err != nil {
		t.Fatal(err)
	}
	record := recordingtest.Decision("shop", "subject")
	record.RecordedAt, record.Purposes, record.Action = time.Now(), map[string]bool{"analytics": true, "marketing": false}, consent.Save
	jws, err := ring.Sign(evidence.State(record, evidence.Shown{}, issuer))
	if err != nil {
		t.Fatal(err)
	}
	receipt, keys = filepath.Join(t.TempDir(), "receipt.jws"), filepath.Join(t.TempDir(), "keys.json")
	for file, text := range map[string][]byte{receipt: []byte(jws + "\n"), keys: ring.Published()} {
		if err := os.WriteFile(file, text, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return receipt, keys
}

// wantRun runs a command line and returns what it printed.
func wantRun(t *testing.T, code int, args ...string) string {
	t.Helper()
	var out, faults bytes.Buffer
	if got := run(t.Context(), args, &out, &faults); got != code {
		t.Errorf("%v: code %d, want %d: %s", args, got, code, faults.String())
	}
	return out.String() + faults.String()
}

func TestAReceiptIsVerifiedOffline(t *testing.T) {
	dir := t.TempDir()
	receipt, keys := signed(t, dir, "")
	said := wantRun(t, 0, "verify", "receipt", receipt, "--keys", keys)
	for _, want := range []string{"The signature holds", `Allowed   ["analytics"`, `Refused   ["marketing"]`, `of site "shop"`, "Issuer    not named", "never published"} {
		if !strings.Contains(said, want) {
			t.Errorf("%q is not said: %s", want, said)
		}
	}
	text, err := os.ReadFile(receipt)
	if err != nil {
		t.Fatal(err)
	}
	wrapped := filepath.Join(t.TempDir(), "receipt.json")
	if err := os.WriteFile(wrapped, fmt.Appendf(nil, `{"id":"x","jws":%q}`, strings.TrimSpace(string(text))), 0o600); err != nil {
		t.Fatal(err)
	}
	wantRun(t, 0, "verify", "receipt", wrapped, "--keys", keys)

	forged := filepath.Join(t.TempDir(), "forged.jws")
	if err := os.WriteFile(forged, bytes.Replace(text, []byte(".ey"), []byte(".eZ"), 1), 0o600); err != nil {
		t.Fatal(err)
	}
	if said := wantRun(t, exitFailure, "verify", "receipt", forged, "--keys", keys); !strings.Contains(said, "proves nothing: the signature does not hold") {
		t.Error(said)
	}
	_, others := signed(t, t.TempDir(), "")
	if said := wantRun(t, exitFailure, "verify", "receipt", receipt, "--keys", others); !strings.Contains(said, "not among the keys given") {
		t.Error(said)
	}
	if said := wantRun(t, exitFailure, "verify", "receipt", receipt); !strings.Contains(said, "--keys") {
		t.Error(said)
	}
	for from, want := range map[string]string{"http://assent.example/keys": "by https alone", "nosuchfile": "no such file", forged: "not a JWK Set"} {
		if said := wantRun(t, exitFailure, "verify", "receipt", receipt, "--keys", from); !strings.Contains(said, want) {
			t.Errorf("%s: %s", from, said)
		}
	}
}

func TestKeysAreFetchedFromTheIssuer(t *testing.T) {
	published := ""
	issuer := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path != keysPath {
			http.Redirect(w, r, keysPath, http.StatusFound)
			return
		}
		http.ServeFile(w, r, published)
	}))
	defer issuer.Close()
	receipt, keys := signed(t, t.TempDir(), issuer.URL)
	published = keys
	wantRun(t, 0, "verify", "receipt", receipt)
	if said := wantRun(t, exitFailure, "verify", "receipt", receipt, "--keys", issuer.URL+"/elsewhere"); !strings.Contains(said, "302") {
		t.Errorf("a redirect is followed: %s", said)
	}
}

func TestKeysAreListedAndRotated(t *testing.T) {
	dir := t.TempDir()
	receipt, _ := signed(t, dir, "")
	first := strings.Fields(wantRun(t, 0, "keys", "list", "--data", dir))
	said := wantRun(t, 0, "keys", "rotate", "--data", dir)
	lines := strings.Split(strings.TrimSpace(wantRun(t, 0, "keys", "list", "--data", dir)), "\n")
	if len(lines) != 2 || !strings.HasPrefix(said, strings.Fields(lines[0])[0]) || !strings.HasSuffix(lines[0], "\tsigns") || !strings.HasPrefix(lines[1], first[0]) || !strings.HasSuffix(lines[1], "\tverifies") {
		t.Errorf("%q after %q", lines, said)
	}
	_, keys := signed(t, dir, "")
	wantRun(t, 0, "verify", "receipt", receipt, "--keys", keys)

	file := filepath.Join(t.TempDir(), "keys.json")
	wantRun(t, 0, "keys", "rotate", "--signing-keys", file)
	wantRun(t, 0, "keys", "rotate", "--signing-keys", file)
	if listed := wantRun(t, 0, "keys", "list", "--signing-keys", file); strings.Count(listed, "\n") != 2 {
		t.Errorf("%q", listed)
	}
	if said := wantRun(t, exitFailure, "keys", "list", "--data", filepath.Join(dir, "nosuchfolder")); !strings.Contains(said, "--data") {
		t.Error(said)
	}
}
