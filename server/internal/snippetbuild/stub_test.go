package snippetbuild

import (
	"bytes"
	"crypto/sha256"
	"encoding/base64"
	"strings"
	"testing"

	"github.com/andybalholm/brotli"
)

func brotliLength(t *testing.T, text string) int {
	t.Helper()
	var packed bytes.Buffer
	w := brotli.NewWriterLevel(&packed, brotli.BestCompression)
	if _, err := w.Write([]byte(text)); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return packed.Len()
}

func TestStubIsSmallAndWhole(t *testing.T) {
	const budget = 1000 // DESIGN 5.4: bytes of brotli.
	for _, autoBlock := range []string{"off", "block"} {
		in := usual()
		in.Notice.AutoBlock = autoBlock
		stub, err := MakeStub(in)
		if err != nil {
			t.Fatal(err)
		}
		size := brotliLength(t, stub.Text)
		t.Logf("stub of the usual site, auto-block %s: %d bytes, brotli %d", autoBlock, len(stub.Text), size)
		if size > budget {
			t.Errorf("the stub with auto-block %s is %d bytes brotli, budget %d", autoBlock, size, budget)
		}
		if strings.Contains(stub.Text, "</") || strings.Contains(stub.Text, "<!--") || strings.Contains(stub.Text, "\n") {
			t.Errorf("the stub does not fit into one line of markup: %s", stub.Text)
		}
		if strings.Contains(stub.Text, "googletagmanager") != (autoBlock == "block") {
			t.Errorf("auto-block %s: the hosts of the services are wrong: %s", autoBlock, stub.Text)
		}
		sum := sha256.Sum256([]byte(stub.Text))
		if want := "sha256-" + base64.StdEncoding.EncodeToString(sum[:]); stub.CSP != want {
			t.Errorf("CSP %s, want %s", stub.CSP, want)
		}
	}
}
