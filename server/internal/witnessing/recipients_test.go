package witnessing_test

import (
	"bytes"
	"context"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"golang.org/x/mod/sumdb/tlog"

	"assent/server/internal/witnessing"
)

// current is a log whose latest checkpoint the test says.
type current struct {
	mu         sync.Mutex
	checkpoint string
}

func (c *current) set(checkpoint string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.checkpoint = checkpoint
}

func (c *current) Tree(context.Context) (string, tlog.Tree, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.checkpoint, tlog.Tree{}, nil
}

func (c *current) ProveGrowth(context.Context, int64) ([]tlog.Hash, string, error) {
	return nil, "", errors.New("nobody asks for proofs here")
}

// lines is a log of the server that grows while it is read.
type lines struct {
	mu   sync.Mutex
	text bytes.Buffer
}

func (l *lines) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.Write(p)
}

func (l *lines) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.String()
}

func keep(t *testing.T, log witnessing.Log, texts ...string) (witnessing.Recipients, *lines) {
	t.Helper()
	recipients, err := witnessing.Parse(texts)
	if err != nil {
		t.Fatal(err)
	}
	said := &lines{}
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan struct{})
	go func() {
		defer close(done)
		recipients.Keep(ctx, log, witnessing.Times{Look: time.Millisecond, Pause: 2 * time.Millisecond}, slog.New(slog.NewJSONHandler(said, nil)))
	}()
	t.Cleanup(func() {
		cancel()
		<-done
	})
	return recipients, said
}

func until(t *testing.T, what string, isSo func() bool) {
	t.Helper()
	for !isSo() {
		select {
		case <-t.Context().Done():
			t.Fatal(what)
		case <-time.After(time.Millisecond):
		}
	}
}

func TestAFileGetsEachCheckpoint(t *testing.T) {
	t.Parallel()
	file := filepath.Join(t.TempDir(), "checkpoints")
	log := &current{}
	recipients, _ := keep(t, log, file)
	holds := func(want string) {
		t.Helper()
		until(t, want, func() bool {
			data, err := os.ReadFile(file)
			return err == nil && string(data) == want
		})
	}
	log.set("one\n")
	holds("one\n")
	if info, err := os.Stat(file); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("%v, %v", info.Mode(), err)
	}
	log.set("two\n")
	holds("one\ntwo\n")
	// As rotation does it.
	if err := os.Rename(file, file+".1"); err != nil {
		t.Fatal(err)
	}
	log.set("three\n")
	holds("three\n")
	until(t, "the last success", func() bool {
		_, was := recipients[0].Last()
		return was
	})
	if recipients[0].Name != "checkpoints" {
		t.Errorf("name %q", recipients[0].Name)
	}
}

func TestAWebhookIsTriedAgainWithTheNewest(t *testing.T) {
	t.Parallel()
	var mu sync.Mutex
	isDown, refused, got := true, 0, []string{}
	hook := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		mu.Lock()
		defer mu.Unlock()
		body, err := io.ReadAll(r.Body)
		if err != nil || r.Method != http.MethodPost || r.URL.Path != "/hook" || r.Header.Get("Content-Type") != "text/plain; charset=utf-8" {
			t.Errorf("%s %s %v, %v", r.Method, r.URL.Path, r.Header, err)
		}
		if isDown {
			refused++
			http.Error(w, "out for lunch", http.StatusServiceUnavailable)
			return
		}
		got = append(got, string(body))
	}))
	defer hook.Close()
	log := &current{}
	_, said := keep(t, log, hook.URL+"/hook?token=hidden")
	for _, checkpoint := range []string{"one\n", "two\n", "three\n"} {
		mu.Lock()
		before := refused
		mu.Unlock()
		log.set(checkpoint)
		until(t, "a further attempt", func() bool {
			mu.Lock()
			defer mu.Unlock()
			return refused > before+1
		})
	}
	mu.Lock()
	isDown = false
	mu.Unlock()
	until(t, "the newest", func() bool { return strings.Contains(said.String(), "takes the log's checkpoints again") })
	mu.Lock()
	defer mu.Unlock()
	if len(got) != 1 || got[0] != "three\n" {
		t.Errorf("the webhook got %q", got)
	}
	text := said.String()
	if strings.Count(text, "does not take") != 1 || !strings.Contains(text, "it answered 503") || !strings.Contains(text, "out for lunch") {
		t.Errorf("the outage is told as %s", text)
	}
	if strings.Contains(text, "hidden") || strings.Contains(text, "/hook") {
		t.Errorf("the address is in the log: %s", text)
	}
}

func TestAnAddressThatIsDownIsNotInTheLog(t *testing.T) {
	t.Parallel()
	gone := httptest.NewServer(http.NotFoundHandler())
	gone.Close()
	log := &current{checkpoint: "one\n"}
	_, said := keep(t, log, gone.URL+"/hidden")
	until(t, "a line in the log", func() bool { return strings.Contains(said.String(), "refused") })
	if strings.Contains(said.String(), "hidden") {
		t.Errorf("the address is in the log: %s", said)
	}
}

// ASVS 15.3.2
// Threat B5.18
func TestRedirectsAreNotFollowed(t *testing.T) {
	t.Parallel()
	other := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { t.Error("a redirect was followed") }))
	defer other.Close()
	hook := httptest.NewServer(http.RedirectHandler(other.URL, http.StatusTemporaryRedirect))
	defer hook.Close()
	_, said := keep(t, &current{checkpoint: "one\n"}, hook.URL)
	until(t, "a line in the log", func() bool { return strings.Contains(said.String(), "307") })
}

func TestRecipientsAreRead(t *testing.T) {
	t.Parallel()
	const key = "assent-witness/x+00000000+BAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"
	for _, text := range []string{"", "ftp://example.com/", "https://", "http://%zz/", key + "@https://example.com/log/witness", "nokey@https://example.com/"} {
		if _, err := witnessing.Parse([]string{text}); err == nil {
			t.Errorf("%q passes", text)
		} else if strings.Contains(err.Error(), "example.com/log") {
			t.Errorf("the error tells the address: %v", err)
		}
	}
	all, err := witnessing.Parse([]string{"https://example.com/one", "https://example.com/two", "/var/log/checkpoints"})
	if err != nil || len(all) != 3 || all[0].Name != "example.com" || all[1].Name != "example.com (2)" || all[2].Name != "checkpoints" {
		t.Errorf("%v, %v", all, err)
	}
}
