package main

import (
	"fmt"
	"net/http"
	"time"
)

// healthcheckCommand is what a container asks itself: the image has no shell and no curl.
type healthcheckCommand struct {
	Addr  string `help:"Address of the server, as serve takes it." env:"ASSENT_ADDR" default:"127.0.0.1:8080" placeholder:"HOST:PORT"`
	Ready bool   `help:"Ask whether it can record decisions, not only whether it lives."`
}

// healthTimeout is longer than /readyz takes to give a dependency up.
const healthTimeout = 3 * time.Second

// Run asks /healthz or /readyz. An address without a host, such as :8080 or 0.0.0.0:8080, is this machine's.
func (c *healthcheckCommand) Run(env *environment) error {
	path := "/healthz"
	if c.Ready {
		path = "/readyz"
	}
	client := http.Client{Timeout: healthTimeout}
	request, err := http.NewRequestWithContext(env.ctx, http.MethodGet, "http://"+c.Addr+path, nil)
	if err != nil {
		return fmt.Errorf("address %q: %w; give it as HOST:PORT with --addr", c.Addr, err)
	}
	response, err := client.Do(request)
	if err != nil {
		return fmt.Errorf("no server answers at %s; start one with: assent serve", c.Addr)
	}
	defer response.Body.Close()
	if response.StatusCode != http.StatusOK {
		return fmt.Errorf("the server at %s answers %s to %s", c.Addr, response.Status, path)
	}
	return nil
}
