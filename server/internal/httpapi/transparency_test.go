package httpapi

import (
	"crypto/rand"
	"database/sql"
	"encoding/base64"
	"encoding/hex"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/uuid"
	"golang.org/x/mod/sumdb/tlog"

	"assent/schemas"
	"assent/server/internal/consent"
	"assent/server/internal/shipping"
	"assent/server/internal/transparency"
)

// startLogged is a server whose decisions enter the log when the test says so.
func startLogged(t *testing.T) (*testServer, *transparency.Log) {
	t.Helper()
	var log *transparency.Log
	s := startServer(t, func(p *Parts) {
		store := p.Query.(interface {
			transparency.Store
			transparency.Index
		})
		var err error
		if log, err = transparency.Open(t.Context(), store, rand.Reader); err != nil {
			t.Fatal(err)
		}
		p.Transparency, p.Places = log, store
	})
	return s, log
}

// What was made up never enters the log, so nobody is told to wait for it.
func TestNoProofOfDemoData(t *testing.T) {
	t.Parallel()
	s, _ := startLogged(t)
	d := s.decision(consent.AcceptAll)
	s.post(d)
	records, err := s.store.Find(t.Context(), d.ID)
	if err != nil {
		t.Fatal(err)
	}
	madeUp := records[0]
	madeUp.ID, madeUp.Flags = uuid.Must(uuid.NewV7()), []string{consent.FlagDemo}
	if err := s.store.Append(t.Context(), shipping.Batch{Records: []consent.Record{madeUp}}); err != nil {
		t.Fatal(err)
	}
	if answer, body := s.do(http.MethodGet, "/v1/receipts/"+madeUp.ID.String()+"/proof", nil); answer.StatusCode != http.StatusNotFound || !strings.Contains(string(body), "demo data") {
		t.Errorf("%d %s", answer.StatusCode, body)
	}
}

func TestProofOfAReceipt(t *testing.T) {
	t.Parallel()
	s, log := startLogged(t)
	if answer, _ := s.do(http.MethodGet, "/log/checkpoint", nil); answer.StatusCode != http.StatusNotFound {
		t.Errorf("the checkpoint of an empty log: %d", answer.StatusCode)
	}
	d := s.decision(consent.AcceptAll)
	s.post(d)
	if answer, _ := s.do(http.MethodGet, "/v1/receipts/"+d.ID+"/proof", nil); answer.StatusCode != http.StatusConflict {
		t.Errorf("the proof of what is not in the log: %d", answer.StatusCode)
	}
	if answer, _ := s.do(http.MethodGet, "/v1/receipts/019abf1e-7c3a-7d52-8f41-5d1f3c2b9a10/proof", nil); answer.StatusCode != http.StatusNotFound {
		t.Errorf("the proof of nothing: %d", answer.StatusCode)
	}
	for range 300 {
		s.post(s.decision(consent.AcceptAll))
	}
	if err := log.CatchUp(t.Context()); err != nil {
		t.Fatal(err)
	}
	_, body := s.do(http.MethodGet, "/v1/receipts/"+d.ID+"/proof", nil)
	proof := decode[schemas.LogProof](t, body)
	records, err := s.store.Find(t.Context(), d.ID)
	if err != nil {
		t.Fatal(err)
	}
	read := transparency.Proof{Index: int64(proof.Index), Checkpoint: proof.Checkpoint}
	salt, err := hex.DecodeString(proof.Salt)
	if err != nil {
		t.Fatal(err)
	}
	read.Salt = transparency.Salt(salt)
	for _, text := range proof.Hashes {
		hash, err := base64.StdEncoding.DecodeString(text)
		if err != nil {
			t.Fatal(err)
		}
		read.Hashes = append(read.Hashes, tlog.Hash(hash))
	}
	_, key := s.do(http.MethodGet, "/log/key", nil)
	if err := read.Check(records[0], string(key[:len(key)-1])); err != nil {
		t.Error(err)
	}
	for path, want := range map[string]int{
		"/log/tile/0/000": 256 * 32, "/log/tile/0/001.p/45": 45 * 32, "/log/tile/1/000.p/1": 32,
		"/log/tile/entries/000": 256 * 34, "/log/tile/entries/001.p/45": 45 * 34,
		"/log/tile/0/001": 0, "/log/tile/0/001.p/46": 0, "/log/tile/0/002": 0, "/log/tile/00/000": 0, "/log/tile/-1/000": 0, "/log/tile/0/1": 0,
		"/log/tile/0/x000/001": 0, "/log/tile/entries/000.p/256": 0, "/log/tile/0/000.p/0": 0, "/log/tile/9/000": 0,
	} {
		answer, body := s.do(http.MethodGet, path, nil)
		if want == 0 && answer.StatusCode != http.StatusNotFound || want > 0 && len(body) != want {
			t.Errorf("%s: %d with %d bytes, want %d", path, answer.StatusCode, len(body), want)
		}
	}
	for query, want := range map[string]int{"?from=1": 200, "?from=300": 200, "?from=301": 200, "?from=302": 422, "?from=0": 422, "?from=x": 422, "": 422} {
		if answer, _ := s.do(http.MethodGet, "/log/growth"+query, nil); answer.StatusCode != want {
			t.Errorf("growth%s: %d, want %d", query, answer.StatusCode, want)
		}
	}
}

// TestAnotherProgramVerifiesTheLog has the verifier in testdata, which knows nothing of ours but the manual, check what the
// server answers, and what it answers after a change.
// Threat B5.14
func TestAnotherProgramVerifiesTheLog(t *testing.T) {
	t.Parallel()
	s, log := startLogged(t)
	ids := []string{}
	for range 270 {
		d := s.decision(consent.AcceptAll)
		s.post(d)
		ids = append(ids, d.ID)
	}
	if err := log.CatchUp(t.Context()); err != nil {
		t.Fatal(err)
	}
	for range 5 {
		s.post(s.decision(consent.AcceptAll))
	}
	_, earlier := s.do(http.MethodGet, "/log/checkpoint", nil)
	if err := log.CatchUp(t.Context()); err != nil {
		t.Fatal(err)
	}
	kept := filepath.Join(t.TempDir(), "checkpoint")
	if err := os.WriteFile(kept, earlier, 0o600); err != nil {
		t.Fatal(err)
	}
	check := func(id string) ([]byte, error) {
		return exec.CommandContext(t.Context(), "node", "testdata/verify.mjs", s.url, id, kept).CombinedOutput()
	}
	for _, id := range []string{ids[0], ids[255], ids[256], ids[269]} {
		if said, err := check(id); err != nil || string(said) != "275 entries, the receipt is one of them\n" {
			t.Errorf("%v: %s", err, said)
		}
	}
	file, err := sql.Open("sqlite", filepath.Join(s.folder, "assent.db"))
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	if _, err := file.ExecContext(t.Context(), "UPDATE decisions SET purposes = replace(purposes, 'true', 'false') WHERE seq = 1"); err != nil {
		t.Fatal(err)
	}
	if said, err := check(ids[0]); err == nil {
		t.Errorf("a changed decision passes: %s", said)
	}
	if _, err := file.ExecContext(t.Context(), "UPDATE log_tiles SET data = zeroblob(length(data)) WHERE level = 0 AND n = 0"); err != nil {
		t.Fatal(err)
	}
	if said, err := check(ids[269]); err == nil {
		t.Errorf("a changed tile passes: %s", said)
	}
}
