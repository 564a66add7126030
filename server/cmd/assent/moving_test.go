package main

import (
	"bytes"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"assent/server/internal/clickhousestore"
	"assent/server/internal/redisstore"
)

// started is `assent` with arguments, running as a process of its own.
type started struct {
	*exec.Cmd
	stdout, stderr bytes.Buffer
}

func start(t *testing.T, args ...string) *started {
	t.Helper()
	executable, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	s := &started{Cmd: exec.Command(executable, args...)}
	s.Env = append(os.Environ(), asProgram+"=1")
	s.Stdout, s.Stderr = &s.stdout, &s.stderr
	if err := s.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if s.ProcessState == nil {
			s.Process.Kill()
			s.Wait()
		}
	})
	return s
}

// TestMoveWhileServing moves a folder into Redis and ClickHouse while its server records, kills the move five times on the
// way, stops the server, and finds everything that visitors were told on the other side.
func TestMoveWhileServing(t *testing.T) {
	t.Parallel()
	redis, err := servers.Redis()
	if err != nil {
		t.Fatal(err)
	}
	clickhouse, err := servers.ClickHouse()
	if err != nil {
		t.Fatal(err)
	}
	data := t.TempDir()
	added := addSite(t, data)
	p := startProgram(t, data)
	p.serves(added)
	move := []string{"migrate", "--data", data, "--to", redis.URL, "--to", clickhouse.URL("moved")}
	answers := storm(t, p, added, func(acknowledged *atomic.Int64) {
		for round := range kills {
			moving := start(t, move...)
			for acknowledged.Load() < int64((round+1)*clients*each/(kills+2)) {
				time.Sleep(time.Millisecond)
			}
			moving.Process.Kill()
			moving.Wait()
		}
	})
	last := start(t, move...)
	if err := p.end(os.Interrupt); err != nil {
		t.Errorf("graceful stop: %v\n%s", err, p.output)
	}
	if err := last.Wait(); err != nil || strings.Contains(last.stdout.String(), "NOT") {
		t.Fatalf("the move ended with %v\n%s%s", err, &last.stdout, &last.stderr)
	}
	for _, kind := range []string{"choices", "decisions", "notices", "publications", "scripts", "signing keys", "sites"} {
		if !regexp.MustCompile(`(?m)^ +` + kind + ` .*  equal$`).MatchString(last.stdout.String()) {
			t.Errorf("%s were not compared:\n%s", kind, &last.stdout)
		}
	}
	store, err := clickhousestore.Open(clickhouse.URL("moved"))
	if err != nil {
		t.Fatal(err)
	}
	defer store.Close()
	wantOnce(t, store, added.ID, answers)
	p = startProgram(t, t.TempDir(), "REDIS_URL="+redis.URL, "CLICKHOUSE_URL="+clickhouse.URL("moved"))
	p.serves(added)
	front, err := redisstore.Open(t.Context(), redis.URL, redisstore.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer front.Close()
	for _, recorded := range answers {
		if current, err := front.Current(t.Context(), added.ID, recorded.Subject); err != nil || current.Choice.Action != recorded.Choice.Action {
			t.Fatalf("the choice of a visitor who was told %+v: %+v, %v", recorded, current, err)
		}
	}
	if code, stdout, stderr := command(move...); code != 0 || !strings.Contains(stdout, "was moved there") {
		t.Errorf("a move that is over, again: %d\n%s%s", code, stdout, stderr)
	}
}

// TestBackupWhileServing takes a backup while visitors decide, puts it into the other kind of stores, and finds there what
// was acknowledged before the backup began. A file that was cut or changed is refused before anything is.
func TestBackupWhileServing(t *testing.T) {
	t.Parallel()
	redis, err := servers.Redis()
	if err != nil {
		t.Fatal(err)
	}
	clickhouse, err := servers.ClickHouse()
	if err != nil {
		t.Fatal(err)
	}
	data, file := t.TempDir(), filepath.Join(t.TempDir(), "assent.backup")
	added := addSite(t, data)
	p := startProgram(t, data)
	p.serves(added)
	before := visit{client: http.DefaultClient, server: p, site: added}.insist(t, visit{site: added}.decision())
	storm(t, p, added, func(*atomic.Int64) {
		if code, stdout, stderr := command("backup", "--data", data, file); code != 0 || !strings.Contains(stdout, "decisions") {
			t.Errorf("backup: %d\n%s%s", code, stdout, stderr)
		}
	})
	if info, err := os.Stat(file); err != nil || info.Mode().Perm() != 0o600 {
		t.Fatalf("the file: %v, %v, want it for its owner alone", info, err)
	}
	target := []string{"--redis-url", redis.URL, "--clickhouse-url", clickhouse.URL("restored")}
	whole, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	broken := filepath.Join(t.TempDir(), "broken")
	for what, content := range map[string][]byte{"cut": whole[:len(whole)/2], "changed": append(append([]byte{}, whole[:len(whole)/2]...), whole[len(whole)/2-1:]...), "none": []byte("not a backup")} {
		if err := os.WriteFile(broken, content, 0o600); err != nil {
			t.Fatal(err)
		}
		if code, stdout, stderr := command(append([]string{"restore", broken}, target...)...); code == 0 || !strings.Contains(stderr, "nothing was changed") {
			t.Errorf("restore of a file that is %s: %d\n%s%s", what, code, stdout, stderr)
		}
	}
	if code, stdout, stderr := command(append([]string{"restore", file}, target...)...); code != 0 || strings.Contains(stdout, "NOT") {
		t.Fatalf("restore: %d\n%s%s", code, stdout, stderr)
	}
	store, err := clickhousestore.Open(clickhouse.URL("restored"))
	if err != nil {
		t.Fatal(err)
	}
	defer store.Close()
	if found, err := store.Find(t.Context(), before.ID); err != nil || len(found) != 1 || !found[0].RecordedAt.Equal(before.RecordedAt) {
		t.Errorf("what was acknowledged before the backup: %+v, %v", found, err)
	}
	other := t.TempDir()
	addSite(t, other)
	if code, _, stderr := command("restore", file, "--data", other); code == 0 || !strings.Contains(stderr, "--into-existing") {
		t.Errorf("restore beside other data: %d\n%s", code, stderr)
	}
}
