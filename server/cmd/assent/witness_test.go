package main

import (
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"
)

// TestTwoDeploymentsAndAFileWitness starts one deployment, another that witnesses its log, and the first one again with the
// other and a file as witnesses.
func TestTwoDeploymentsAndAFileWitness(t *testing.T) {
	t.Parallel()
	data := t.TempDir()
	added := addSite(t, data)
	first := startProgram(t, data)
	first.serves(added)
	decideInEveryWay(t, visit{client: http.DefaultClient, server: first, site: added})
	logKey := first.text("/log/key")
	second := startProgram(t, t.TempDir(), "ASSENT_WITNESS_OF="+logKey)
	witnessKey := second.text("/log/witness/key")
	first.await("/metrics", "assent_log_checkpoint_seconds ")
	if err := first.end(syscall.SIGTERM); err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(t.TempDir(), "checkpoints")
	first.env = []string{"ASSENT_WITNESS=" + file + "," + witnessKey + "@" + second.url("/log/witness")}
	first.start()
	name, _, _ := strings.Cut(witnessKey, "+")
	checkpoint := first.await("/log/checkpoint", "\n— "+name+" ")
	kept, err := os.ReadFile(file)
	if err != nil || len(kept) == 0 || !strings.HasPrefix(checkpoint, string(kept)) {
		t.Errorf("the file has %q, %v; served is %q", kept, err, checkpoint)
	}
	metrics := first.text("/metrics")
	for _, want := range []string{"assent_log_entries 4", "assent_log_waiting 0",
		`assent_log_witness_success_timestamp_seconds{witness="checkpoints"} 1.`, `{witness="` + second.address + `"} 1.`} {
		if !strings.Contains(metrics, want) {
			t.Errorf("metrics lack %s", want)
		}
	}
	// A file may hold many.
	if err := os.WriteFile(file, append(kept, kept...), 0o600); err != nil {
		t.Fatal(err)
	}
	// What was cosigned is a checkpoint that verify takes.
	cosigned := filepath.Join(t.TempDir(), "cosigned")
	if err := os.WriteFile(cosigned, []byte(checkpoint), 0o600); err != nil {
		t.Fatal(err)
	}
	if code, out, errs := command("verify", "--data", data, "--key", logKey, "--checkpoint", cosigned, "--checkpoint", file); code != 0 || !strings.Contains(out, "4 checkpoints agree") {
		t.Errorf("%d %s %s", code, out, errs)
	}
	wantCosignedArchive(t, data, added.ID, cosigned, witnessKey)
}

// wantCosignedArchive has what a witness has signed put into an archive, where whoever has the witness's key is told of it, and
// whoever has another one of it is not.
func wantCosignedArchive(t *testing.T, data, site, cosigned, witnessKey string) {
	t.Helper()
	file := filepath.Join(t.TempDir(), "archive.zip")
	wantRun(t, 0, "archive", "--data", data, site, file, "--checkpoint", cosigned)
	name, _, _ := strings.Cut(witnessKey, "+")
	if said := wantRun(t, 0, "verify", "archive", file, "--witness", witnessKey); !strings.Contains(said, "Witnesses  [\""+name+"\"] have signed") {
		t.Errorf("with the witness's key: %s", said)
	}
	if said := wantRun(t, 0, "verify", "archive", file); strings.Contains(said, "have signed the log's head, or") || !strings.Contains(said, "give their keys (--witness)") {
		t.Errorf("without it: %s", said)
	}
	other := startProgram(t, t.TempDir(), "ASSENT_WITNESS_OF="+logKeyOf(t, data)).text("/log/witness/key")
	if said := wantRun(t, 0, "verify", "archive", file, "--witness", other); strings.Contains(said, "have signed the log's head, or") {
		t.Errorf("with another witness's key: %s", said)
	}
}

// text is a page of the server, without the end of its line.
func (p *program) text(path string) string {
	p.t.Helper()
	status, body := p.get(path)
	if status != http.StatusOK {
		p.t.Fatalf("%s: %d %s", path, status, body)
	}
	return strings.TrimSuffix(body, "\n")
}

// await asks for a page until it has what is wanted.
func (p *program) await(path, want string) string {
	p.t.Helper()
	begun := time.Now()
	for {
		if status, body := p.get(path); status == http.StatusOK && strings.Contains(body, want) {
			return body
		}
		if time.Since(begun) > time.Minute {
			_, body := p.get(path)
			p.t.Fatalf("%s has no %q: %s\n%s", path, want, body, p.output)
		}
		time.Sleep(50 * time.Millisecond)
	}
}

func TestWitnessesAreRefusedWhereNoneCanBe(t *testing.T) {
	t.Parallel()
	for want, flags := range map[string][]string{
		"give the path of a file":      {"--witness", "ftp://example.com/"},
		"is no key of a log":           {"--witness-of", "key"},
		"a witness's key is NAME+HASH": {"--witness", "key@https://example.com/"},
	} {
		code, _, errs := command(append([]string{"serve", "--addr", "127.0.0.1:0", "--data", t.TempDir()}, flags...)...)
		if code == 0 || !strings.Contains(errs, want) {
			t.Errorf("%v: %d %s", flags, code, errs)
		}
	}
}
