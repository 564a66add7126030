package main

import (
	"strings"
	"testing"
	"time"
)

func TestHealthcheckAsksWhatServeListensOn(t *testing.T) {
	p := startProgram(t, t.TempDir())
	_, port, _ := strings.Cut(p.address, ":")
	for _, address := range []string{p.address, ":" + port, "0.0.0.0:" + port, "[::]:" + port} {
		t.Setenv("ASSENT_ADDR", address)
		for _, args := range [][]string{{"healthcheck"}, {"healthcheck", "--ready"}} {
			if code, stdout, stderr := command(args...); code != 0 || stdout+stderr != "" {
				t.Errorf("%s, %v: %d %q", address, args, code, stdout+stderr)
			}
		}
	}
}

func TestAServerThatCannotRecordIsAliveAndNotReady(t *testing.T) {
	t.Parallel()
	redis, err := servers.Redis()
	if err != nil {
		t.Fatal(err)
	}
	p := startProgram(t, t.TempDir(), "REDIS_URL="+redis.URL, "ASSENT_SPOOL_LIMIT=0")
	if err := redis.Kill(); err != nil {
		t.Fatal(err)
	}
	begun := time.Now()
	for {
		code, _, stderr := command("healthcheck", "--ready", "--addr", p.address)
		if code == exitFailure && strings.Contains(stderr, "503") && strings.Contains(stderr, "/readyz") {
			break
		}
		if time.Since(begun) > time.Minute {
			t.Fatalf("ready without its store: %d %q", code, stderr)
		}
		time.Sleep(100 * time.Millisecond)
	}
	if code, _, stderr := command("healthcheck", "--addr", p.address); code != 0 {
		t.Errorf("alive: %d %q", code, stderr)
	}
}
