package linking_test

import (
	"crypto/rand"
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"assent/server/internal/embeddedstore"
	"assent/server/internal/linking"
	"assent/server/internal/register"
	"assent/server/internal/sealing"
)

// documented is the document's code in a language.
func documented(t *testing.T, language string) string {
	t.Helper()
	text, err := os.ReadFile("../../../deploy/LINKING.md")
	if err != nil {
		t.Fatal(err)
	}
	_, after, found := strings.Cut(string(text), "```"+language+"\n")
	code, _, ends := strings.Cut(after, "```")
	if !found || !ends {
		t.Fatalf("the document has no code in %s", language)
	}
	return code
}

func said(t *testing.T, command *exec.Cmd) string {
	t.Helper()
	out, err := command.CombinedOutput()
	if err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	return strings.TrimSpace(string(out))
}

const site, account = "shop", "Konto 7 \"é\""

func newRing(t *testing.T, store register.Store) *sealing.Ring {
	t.Helper()
	keys := sealing.Stored{Store: store}
	if err := sealing.Ensure(t.Context(), keys, rand.Reader, time.Now()); err != nil {
		t.Fatal(err)
	}
	ring, err := sealing.OpenRing(t.Context(), keys, rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	return ring
}

func byNode(t *testing.T, secret string) string {
	t.Helper()
	call, err := json.Marshal([]string{secret, site, account})
	if err != nil {
		t.Fatal(err)
	}
	return said(t, exec.CommandContext(t.Context(), "node", "--input-type=module", "--eval", documented(t, "js")+"\nconsole.log(linkToken(..."+string(call)+"));"))
}

func byGo(t *testing.T, secret string) string {
	t.Helper()
	folder := t.TempDir()
	program := `package main

import (
	"fmt"

	"token/account"
)

func main() {
	fmt.Println(account.LinkToken(` + strconv.Quote(secret) + `, ` + strconv.Quote(site) + `, ` + strconv.Quote(account) + `))
}
`
	for name, content := range map[string]string{"go.mod": "module token\n\ngo 1.24\n", "main.go": program, "account/account.go": documented(t, "go")} {
		file := filepath.Join(folder, name)
		if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(file, []byte(content), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	command := exec.CommandContext(t.Context(), "go", "run", ".")
	command.Dir = folder
	command.Env = append(os.Environ(), "GOFLAGS=-mod=mod", "GOWORK=off")
	token, failure, _ := strings.Cut(said(t, command), " ")
	if failure != "<nil>" {
		t.Fatal(failure)
	}
	return token
}

func byPHP(t *testing.T, secret string) string {
	t.Helper()
	program := documented(t, "php") + "\necho link_token(getenv('SECRET'), getenv('SITE'), getenv('ACCOUNT'));"
	command := exec.CommandContext(t.Context(), "php", "-r", program)
	command.Env = append(os.Environ(), "SECRET="+secret, "SITE="+site, "ACCOUNT="+account)
	return said(t, command)
}

func TestTokensOfTheDocumentAreAccepted(t *testing.T) {
	store, err := embeddedstore.Open(t.Context(), t.TempDir(), time.Now)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := store.Close(); err != nil {
			t.Error(err)
		}
	})
	k := &linking.Keeper{Store: store, Ring: newRing(t, store), Now: time.Now}
	secret, err := k.MakeSecret(t.Context(), site)
	if err != nil {
		t.Fatal(err)
	}
	makers := map[string]func(*testing.T, string) string{"js": byNode, "go": byGo}
	if _, err := exec.LookPath("php"); err == nil {
		makers["php"] = byPHP
	} else {
		t.Log("PHP is not installed: its example was not run, as the document says")
	}
	for language, maker := range makers {
		hash, err := k.Account(t.Context(), site, maker(t, secret), "")
		if err != nil || hash != linking.Hash(site, account) {
			t.Errorf("%s: %q, %v", language, hash, err)
		}
	}
}
