package httpapi

import (
	"bytes"
	"context"
	"crypto/rand"
	"fmt"
	"log/slog"
	"net/http"
	"os/exec"
	"strings"
	"testing"
	"time"

	"assent/server/internal/consent"
	"assent/server/internal/transparency"
	"assent/server/internal/witnessing"
)

// startWitness is a deployment that witnesses the log of a key.
func startWitness(t *testing.T, logs ...string) (*testServer, *witnessing.Witness) {
	t.Helper()
	var witness *witnessing.Witness
	s := startServer(t, func(p *Parts) {
		var err error
		if witness, err = witnessing.OpenWitness(t.Context(), p.Query.(witnessing.Store), logs, rand.Reader, time.Now, p.Log); err != nil {
			t.Fatal(err)
		}
		p.Witness = witness
	})
	return s, witness
}

func (s *testServer) submit(request string) (int, string) {
	s.t.Helper()
	answer, err := http.Post(s.url+"/log/witness/add-checkpoint", "text/plain", strings.NewReader(request))
	if err != nil {
		s.t.Fatal(err)
	}
	defer answer.Body.Close()
	var body bytes.Buffer
	if _, err := body.ReadFrom(answer.Body); err != nil {
		s.t.Fatal(err)
	}
	return answer.StatusCode, body.String()
}

// growing is a log that grows when the test says so, and the server whose decisions are in it.
type growing struct {
	*transparency.Log
	server *testServer
}

func startGrowing(t *testing.T) *growing {
	t.Helper()
	server, log := startLogged(t)
	return &growing{Log: log, server: server}
}

func (g *growing) grow(decisions int) string {
	g.server.t.Helper()
	for range decisions {
		g.server.post(g.server.decision(consent.AcceptAll))
	}
	if err := g.CatchUp(g.server.t.Context()); err != nil {
		g.server.t.Fatal(err)
	}
	checkpoint, _, err := g.Tree(g.server.t.Context())
	if err != nil {
		g.server.t.Fatal(err)
	}
	return checkpoint
}

func (g *growing) proof(from int64) string {
	g.server.t.Helper()
	hashes, _, err := g.ProveGrowth(g.server.t.Context(), from)
	if err != nil {
		g.server.t.Fatal(err)
	}
	lines := ""
	for _, text := range hashTexts(hashes) {
		lines += text + "\n"
	}
	return lines
}

// TestASecondDeploymentCosigns has a checkpoint go to a witness, and its signature come back to whoever asks for the checkpoint.
func TestASecondDeploymentCosigns(t *testing.T) {
	t.Parallel()
	log := startGrowing(t)
	second, witness := startWitness(t, log.Public())
	_, key := second.do(http.MethodGet, "/log/witness/key", nil)
	if string(key) != witness.Public()+"\n" {
		t.Fatalf("the witness's key: %s", key)
	}
	recipients, err := witnessing.Parse([]string{witness.Public() + "@" + second.url + "/log/witness"})
	if err != nil {
		t.Fatal(err)
	}
	first := startServer(t, func(p *Parts) { p.Transparency, p.Recipients = log.Log, recipients })
	go recipients.Keep(t.Context(), log, witnessing.Times{Look: time.Millisecond, Pause: time.Millisecond}, slog.New(slog.DiscardHandler))
	for _, decisions := range []int{3, 1, 300} {
		log.grow(decisions)
		var served []byte
		for !bytes.Contains(served, []byte("assent-witness/")) {
			_, served = first.do(http.MethodGet, "/log/checkpoint", nil)
		}
		if said, err := exec.CommandContext(t.Context(), "node", "testdata/cosigned.mjs", witness.Public(), string(served)).CombinedOutput(); err != nil {
			t.Fatalf("another program does not take the cosignature: %v: %s\n%s", err, said, served)
		}
		if _, err := transparency.OpenCheckpoint(string(served), log.Public()); err != nil {
			t.Error(err)
		}
	}
}

func TestAWitnessCosignsWhatContinues(t *testing.T) {
	t.Parallel()
	log, stranger := startGrowing(t), startGrowing(t)
	s, _ := startWitness(t, log.Public())
	at3 := log.grow(3)
	foreign := stranger.grow(1)
	expect := func(what, request string, want int, answer string) {
		t.Helper()
		if got, body := s.submit(request); got != want || !strings.HasPrefix(body, answer) {
			t.Errorf("%s: %d %s, want %d", what, got, body, want)
		}
	}
	expect("too early", "old 2\n"+log.proof(2)+"\n"+at3, http.StatusConflict, "0\n")
	expect("hashes where none belong", "old 0\n"+log.proof(2)+"\n"+at3, http.StatusUnprocessableEntity, "")
	expect("the first", "old 0\n\n"+at3, http.StatusOK, "— assent-witness/")
	expect("it again", "old 3\n\n"+at3, http.StatusOK, "— assent-witness/")
	at8 := log.grow(5)
	expect("without the size", "old 0\n\n"+at8, http.StatusConflict, "3\n")
	expect("without a proof", "old 3\n\n"+at8, http.StatusUnprocessableEntity, "")
	expect("with another's proof", "old 3\n"+log.proof(2)+"\n"+at8, http.StatusUnprocessableEntity, "")
	proof := log.proof(3)
	expect("grown", "old 3\n"+proof+"\n"+at8, http.StatusOK, "— assent-witness/")
	expect("shorter again", "old 3\n\n"+at3, http.StatusConflict, "8\n")
	expect("shorter than it says it was", "old 8\n\n"+at3, http.StatusBadRequest, "")
	expect("of a stranger", "old 0\n\n"+foreign, http.StatusNotFound, "")
	expect("under a false name", "old 0\n\n"+strings.Replace(foreign, nameOf(foreign), nameOf(at3), 1), http.StatusForbidden, "")
	expect("changed", "old 8\n\n"+strings.Replace(at8, "\n8\n", "\n9\n", 1), http.StatusForbidden, "")
	for _, request := range []string{"", "old", "old 8\n", "old 08\n\n" + at8, "old -1\n\n" + at8, "new 8\n\n" + at8, "old 3\nx\n\n" + at8,
		"old 3\n" + strings.Repeat(strings.Repeat("A", 43)+"=\n", 64) + "\n" + at8} {
		expect("malformed", request, http.StatusBadRequest, "")
	}
	expect("too long", strings.Repeat("x", bodyLimit+1), http.StatusRequestEntityTooLarge, "")
}

func nameOf(checkpoint string) string { return checkpoint[:strings.Index(checkpoint, "\n")] }

// TestAWitnessFindsAnotherHistory has a log's key sign another history, as whoever has the server could.
func TestAWitnessFindsAnotherHistory(t *testing.T) {
	t.Parallel()
	log := startGrowing(t)
	other := openWithKeyOf(t, log)
	s, witness := startWitness(t, log.Public())
	if status, answer := s.submit("old 0\n\n" + log.grow(4)); status != http.StatusOK {
		t.Fatalf("%d %s", status, answer)
	}
	for _, c := range []struct {
		name      string
		decisions int
	}{{"as long", 4}, {"longer", 3}, {"much longer", 300}} { // One after the other: the log only grows.
		checkpoint, proof := other.grow(c.decisions), ""
		if c.name != "as long" {
			proof = other.proof(4)
		}
		if status, answer := s.submit(fmt.Sprintf("old 4\n%s\n%s", proof, checkpoint)); status != http.StatusConflict && status != http.StatusUnprocessableEntity {
			t.Errorf("%s: %d %s", c.name, status, answer)
		}
	}
	recipients, err := witnessing.Parse([]string{witness.Public() + "@" + s.url + "/log/witness"})
	if err != nil {
		t.Fatal(err)
	}
	var said syncBuffer
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	go recipients.Keep(ctx, other, witnessing.Times{Look: time.Millisecond, Pause: time.Millisecond}, slog.New(slog.NewJSONHandler(&said, nil)))
	for !strings.Contains(said.String(), "does not take") {
		time.Sleep(time.Millisecond)
	}
	if _, wasTaken := recipients[0].Last(); wasTaken {
		t.Error("the other history was cosigned")
	}
}

// openWithKeyOf is another log that has the key of one.
func openWithKeyOf(t *testing.T, log *growing) *growing {
	t.Helper()
	key, err := log.server.store.LogKey(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	var other *transparency.Log
	server := startServer(t, func(p *Parts) {
		store := p.Query.(transparency.Store)
		if err := store.KeepLogKey(t.Context(), key); err != nil {
			t.Fatal(err)
		}
		if other, err = transparency.Open(t.Context(), store, rand.Reader); err != nil {
			t.Fatal(err)
		}
	})
	return &growing{Log: other, server: server}
}

func TestNothingIsWitnessedUnasked(t *testing.T) {
	t.Parallel()
	s := startServer(t)
	if status, _ := s.submit("old 0\n\n"); status != http.StatusNotFound {
		t.Errorf("%d", status)
	}
	if answer, _ := s.do(http.MethodGet, "/log/witness/key", nil); answer.StatusCode != http.StatusNotFound {
		t.Errorf("the key: %d", answer.StatusCode)
	}
}
