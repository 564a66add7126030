package httpapi

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"testing"

	"assent/server/internal/consent"
)

type told struct{ error }

func (told) Reason() string { return "not durable" }

// TestReadinessTellsWhyAndNotWhere dials for real where it can.
func TestReadinessTellsWhyAndNotWhere(t *testing.T) {
	_, refused := net.Dial("tcp", "127.0.0.1:1")
	ended, cancel := context.WithTimeout(t.Context(), -1)
	defer cancel()
	_, late := (&net.Dialer{}).DialContext(ended, "tcp", "127.0.0.1:1")
	for want, err := range map[string]error{
		"connection refused":    refused,
		"no answer in time":     late,
		"its name is not known": &net.OpError{Op: "dial", Err: &net.DNSError{Name: "10.0.0.7", IsNotFound: true}},
		"connection closed":     io.EOF,
		"not durable":           told{errors.New("redis at 10.0.0.7 has appendfsync everysec")},
		"the log says why":      errors.New("password of 10.0.0.7 is wrong"),
	} {
		down := fmt.Errorf("ping: %w: %w", consent.ErrUnavailable, err)
		s := startServer(t, func(p *Parts) {
			p.Dependencies = append(p.Dependencies, Dependency{Name: "redis", Check: func(context.Context) (string, error) { return "", down }})
		})
		answer, body := s.do(http.MethodGet, "/readyz", nil)
		if answer.StatusCode != http.StatusOK || !strings.Contains(string(body), `"detail":"`+want+`"`) || strings.Contains(string(body), "0.0.") {
			t.Errorf("%v is told as %d %s, want %q", err, answer.StatusCode, body, want)
		}
	}
}

func TestDegradedIsReady(t *testing.T) {
	s := startServer(t, func(p *Parts) {
		p.Dependencies = append(p.Dependencies, Dependency{Name: "spool", Required: true,
			Check: func(context.Context) (string, error) { return "3 decisions wait", ErrDegraded }})
	})
	answer, body := s.do(http.MethodGet, "/readyz", nil)
	for _, want := range []string{`"status":"degraded"`, `"spool":{"status":"degraded","detail":"3 decisions wait"}`} {
		if answer.StatusCode != http.StatusOK || !strings.Contains(string(body), want) {
			t.Errorf("%d %s, want %s", answer.StatusCode, body, want)
		}
	}
}
