package main

import (
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"testing"
	"time"
)

// TestSlowClientsAreCut lets clients send a byte at a time, for as long as the server takes it.
// ASVS 15.2.2
// Threat B5.23
func TestSlowClientsAreCut(t *testing.T) {
	t.Parallel()
	data := t.TempDir()
	added := addSite(t, data)
	p := startProgram(t, data)
	p.serves(added)
	post := fmt.Sprintf("POST /v1/sites/%s/decisions HTTP/1.1\r\nHost: %s\r\nOrigin: %s\r\nContent-Type: application/json\r\n", added.ID, p.address, shopOrigin)
	for name, c := range map[string]struct{ atOnce, drop string }{
		"nothing":          {"", ""},
		"headers":          {post, "X-A: b\r\n"},
		"an endless line":  {post + "X-A: ", "a"},
		"a body":           {post + "Content-Length: 8000\r\n\r\n{", " "},
		"a chunked body":   {post + "Transfer-Encoding: chunked\r\n\r\n1\r\n{\r\n", "1\r\n \r\n"},
		"a body elsewhere": {strings.Replace(post, "/decisions ", "/decisions/trial ", 1) + "Content-Length: 8000\r\n\r\n{", " "},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			connection, err := net.Dial("tcp", p.address)
			if err != nil {
				t.Fatal(err)
			}
			defer connection.Close()
			drip(t, connection, c.atOnce, c.drop)
		})
	}
	t.Run("too many headers", func(t *testing.T) {
		request, err := http.NewRequest(http.MethodGet, p.url("/healthz"), nil)
		if err != nil {
			t.Fatal(err)
		}
		request.Header.Set("X-Long", strings.Repeat("a", 64<<10))
		answer, err := http.DefaultClient.Do(request)
		if err != nil {
			t.Fatal(err)
		}
		defer answer.Body.Close()
		if answer.StatusCode != http.StatusRequestHeaderFieldsTooLarge {
			t.Errorf("64 kB of headers: %s", answer.Status)
		}
	})
	if status, _ := p.get("/healthz"); status != http.StatusOK {
		t.Errorf("afterwards the server answers %d", status)
	}
}

// drip sends one drop ten times a second until the server closes the connection, for a minute at most.
func drip(t *testing.T, connection net.Conn, atOnce, drop string) {
	t.Helper()
	if _, err := io.WriteString(connection, atOnce); err != nil {
		t.Fatal(err)
	}
	closed := make(chan struct{})
	go func() {
		defer close(closed)
		_, _ = io.Copy(io.Discard, connection) // However it ends, it is over.
	}()
	for range 600 {
		select {
		case <-closed:
			return
		case <-time.After(100 * time.Millisecond):
		}
		if _, err := io.WriteString(connection, drop); err != nil {
			return
		}
	}
	t.Error("the server takes it for a minute")
}
